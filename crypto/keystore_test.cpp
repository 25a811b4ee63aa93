// Goal: keys outlive the process, only the right master key opens them, and a destroyed key is gone for good.
#include "crypto/keystore.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace jingwei::crypto {
namespace {

class KeystoreTest : public ::testing::Test {
 protected:
  KeystoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jingwei-keys-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~KeystoreTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Keystore> open() {
    auto store = Keystore::open(real_file_system(), folder_, clock_, master_, Suite::standard);
    EXPECT_TRUE(store.ok()) << store.error().to_log();
    return std::move(store).value();
  }
  std::shared_ptr<const Key> data_key(Keystore& store, const std::string& month = "2026-11") {
    auto key = store.current(KeyKind::data, "people|care", month);
    EXPECT_TRUE(key.ok()) << key.error().to_log();
    return std::move(key).value();
  }
  std::string text() const {
    std::stringstream text;
    text << std::ifstream(folder_ + "/keystore").rdbuf();
    return text.str();
  }

  ManualClock clock_;
  std::string folder_;
  Secret master_ = Secret::random();
  std::array<std::byte, nonce_bytes> nonce_{};
};

TEST_F(KeystoreTest, AKeyOpensAfterARestartWhatItSealedBefore) {
  std::string sealed;
  KeyId id = 0;
  {
    const auto store = open();
    const auto key = data_key(*store);
    id = key->info.id;
    key->aead->seal(nonce_, "a", "plain", sealed);
  }
  const auto store = open();
  const auto key = store->find(id);
  ASSERT_TRUE(key.ok());
  std::string opened;
  EXPECT_TRUE((*key)->aead->open(nonce_, "a", sealed, opened));
  EXPECT_EQ(opened, "plain");
  EXPECT_EQ(data_key(*store)->info.id, id);
  EXPECT_NE(data_key(*store, "2026-12")->info.id, id);
}

TEST_F(KeystoreTest, AnotherMasterKeyIsRefused) {
  data_key(*open());
  master_ = Secret::random();
  const auto store = Keystore::open(real_file_system(), folder_, clock_, master_, Suite::standard);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().message, "crypto.wrong_master");
}

TEST_F(KeystoreTest, AChangedLineIsFoundAndNamed) {
  const auto key = data_key(*open());
  std::string changed = text();
  changed.replace(changed.find("people|care"), 6, "others");
  std::ofstream(folder_ + "/keystore") << changed;
  const auto store = Keystore::open(real_file_system(), folder_, clock_, master_, Suite::standard);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().message, "crypto.keystore_damaged");
  EXPECT_EQ(store.error().arguments.at(1).second, "3");
}

TEST_F(KeystoreTest, ADestroyedKeyIsGoneFromMemoryAndFile) {
  const auto store = open();
  const auto key = data_key(*store);
  const std::string before = text();
  const std::uint64_t generation = store->generation();
  ASSERT_TRUE(store->destroy({key->info.id}, "health commission, order 7").ok());
  EXPECT_GT(store->generation(), generation);
  const auto again = store->find(key->info.id);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::gone);
  // The new file holds no trace of the wrapped secret, but tells who ordered its end and when.
  const std::string line = before.substr(before.find("key "));
  const std::string wrapped = line.substr(line.find("live ") + 5, 120);
  EXPECT_EQ(text().find(wrapped), std::string::npos);
  const auto reopened = open();
  ASSERT_EQ(reopened->list().size(), 1U);
  EXPECT_EQ(reopened->list()[0].destroyed_by, "health commission, order 7");
  EXPECT_EQ(reopened->find(key->info.id).error().code, ErrorCode::gone);
  // New values of the same scope and month get a new key.
  EXPECT_NE(data_key(*reopened)->info.id, key->info.id);
}

TEST_F(KeystoreTest, ADestroyedEqualityKeyIsReplacedOnlyOnPurposeAndOthersLearnOfIt) {
  const auto store = open(), other = open();
  const auto key = store->current(KeyKind::equality, "people", "-").value();
  ASSERT_TRUE(other->refresh().ok());
  ASSERT_EQ(other->current(KeyKind::equality, "people", "-").value()->info.id, key->info.id);
  ASSERT_TRUE(store->begin_anew("people").ok());
  EXPECT_EQ(store->current(KeyKind::equality, "people", "-").value()->info.id, key->info.id) << "it stands";
  ASSERT_TRUE(store->destroy({key->info.id}, "order 9").ok());
  EXPECT_EQ(store->current(KeyKind::equality, "people", "-").error().code, ErrorCode::gone);
  ASSERT_TRUE(store->begin_anew("people").ok());
  const auto fresh = store->current(KeyKind::equality, "people", "-").value();
  EXPECT_NE(fresh->info.id, key->info.id);
  const auto generation = other->generation();
  ASSERT_TRUE(other->refresh().ok());
  EXPECT_GT(other->generation(), generation);
  EXPECT_EQ(other->current(KeyKind::equality, "people", "-").value()->info.id, fresh->info.id);
  EXPECT_EQ(open()->current(KeyKind::equality, "people", "-").value()->info.id, fresh->info.id);
}

TEST_F(KeystoreTest, DestroyingAnUnknownKeyDestroysNone) {
  const auto store = open();
  const auto key = data_key(*store);
  EXPECT_EQ(store->destroy({key->info.id, 99}, "x").error().code, ErrorCode::not_found);
  EXPECT_TRUE(store->find(key->info.id).ok());
}

TEST_F(KeystoreTest, RotationMakesNewKeysAndKeepsTheOldOnesReadable) {
  const auto store = open();
  const auto old_key = data_key(*store);
  const auto equality = store->current(KeyKind::equality, "people", "-").value();
  ASSERT_TRUE(store->rotate().ok());
  EXPECT_NE(data_key(*store)->info.id, old_key->info.id);
  EXPECT_TRUE(store->find(old_key->info.id).ok());
  EXPECT_EQ(store->current(KeyKind::equality, "people", "-").value()->info.id, equality->info.id);
}

TEST_F(KeystoreTest, RewrappingChangesTheMasterKeyAndNothingElse) {
  KeyId id = 0;
  {
    const auto store = open();
    id = data_key(*store)->info.id;
    master_ = Secret::random();
    ASSERT_TRUE(store->rewrap(master_).ok());
  }
  EXPECT_EQ(data_key(*open())->info.id, id);
}

TEST_F(KeystoreTest, TwoProcessesAtOnceAgreeOnOneKey) {
  const auto one = open(), other = open();
  std::set<KeyId> ids;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (const auto* store : {&one, &other}) {
    threads.emplace_back([&, store] {
      for (int month = 1; month <= 9; ++month) {
        const KeyId id = data_key(**store, "2026-0" + std::to_string(month))->info.id;
        const std::lock_guard lock(mutex);
        ids.insert(id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ids.size(), 9U);
  // A key the other one made later is found too.
  const auto late = data_key(*other, "2027-01");
  EXPECT_TRUE(one->find(late->info.id).ok());
}

}  // namespace
}  // namespace jingwei::crypto
