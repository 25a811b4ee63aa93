// Goal: a key destroyed by order stays destroyed, whatever older copy of the keystore is put back.
#include "crypto/destruction_ledger.h"

#include "crypto/keystore_testing.h"

namespace jingwei::crypto {
namespace {

class Ledger : public KeysFolder {
 protected:
  // A destroyed key, and the keystore as it stood before the order.
  KeyId destroy_one() {
    const auto store = open();
    const KeyId id = data_key(*store)->info.id;
    before_ = text(file("keystore"));
    EXPECT_TRUE(store->destroy({id}, "order 7").ok());
    return id;
  }

  std::string before_;
};

TEST_F(Ledger, AKeystoreFromBeforeTheOrderIsBroughtUpToIt) {
  const KeyId id = destroy_one();
  write(file("keystore"), before_);
  const auto store = open();
  EXPECT_EQ(store->find(id).error().code, ErrorCode::gone);
  EXPECT_EQ(store->list().at(0).destroyed_by, "order 7");
  // On disk too: nothing of the wrapped secret is left.
  const std::string line = before_.substr(before_.find("key "));
  EXPECT_EQ(text(file("keystore")).find(line.substr(line.find("live ") + 5, 120)), std::string::npos);
}

TEST_F(Ledger, ACopyElsewhereServesWhenTheWholeFolderIsOld) {
  place_.ledgers = {folder_ + "/elsewhere"};
  std::filesystem::create_directories(folder_ + "/old");
  open();
  const KeyId id = destroy_one();
  const std::string master = text(file("master.key"));
  std::filesystem::remove_all(place_.folder);
  std::filesystem::create_directories(place_.folder);
  std::filesystem::permissions(place_.folder, std::filesystem::perms::owner_all);
  write(file("keystore"), before_);
  write(file("master.key"), master);
  std::filesystem::permissions(file("master.key"),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // Without the copy that is named nothing opens.
  std::filesystem::rename(place_.ledgers[0], folder_ + "/old/ledger");
  ASSERT_FALSE(try_open().ok());
  EXPECT_EQ(try_open().error().message, "crypto.ledger_missing");
  std::filesystem::rename(folder_ + "/old/ledger", place_.ledgers[0]);
  EXPECT_EQ(open()->find(id).error().code, ErrorCode::gone);
  EXPECT_EQ(text(file("destroyed")), text(place_.ledgers[0])) << "the folder has its own again";
}

TEST_F(Ledger, TheNumberOfAForgottenKeyIsNotGivenAgain) {
  const auto store = open();
  data_key(*store);
  const std::string before = text(file("keystore"));
  const KeyId late = data_key(*store, "2026-12")->info.id;
  ASSERT_TRUE(store->destroy({late}, "order 8").ok());
  write(file("keystore"), before);
  const auto old = open();
  EXPECT_EQ(old->find(late).error().code, ErrorCode::gone);
  EXPECT_NE(data_key(*old, "2026-12")->info.id, late);
}

TEST_F(Ledger, AnotherKeyOfTheSameNumberIsLeftAlone) {
  KeyInfo other;
  other.id = 1;
  other.scope = "people|care";
  other.month = "2026-11";
  other.created = clock_.now() - std::chrono::hours{5};
  other.destroyed = clock_.now();
  other.destroyed_by = "order 9";
  std::filesystem::create_directories(place_.folder);
  ASSERT_TRUE(add_to_ledger(real_file_system(), folder_ + "/other", std::span(&other, 1)).ok());
  const KeyId id = data_key(*open())->info.id;
  ASSERT_EQ(id, 1U);
  place_.ledgers = {folder_ + "/other"};
  EXPECT_TRUE(open()->find(id).ok());
}

TEST_F(Ledger, EveryChangedByteIsFound) {
  const auto store = open();
  std::vector<KeyId> ids;
  for (const char* month : {"2026-09", "2026-10", "2026-11"}) ids.push_back(data_key(*store, month)->info.id);
  for (const KeyId id : ids) ASSERT_TRUE(store->destroy({id}, "卫健委 7 号").ok());
  const std::string path = file("destroyed"), sound = text(path);
  ASSERT_EQ(read_ledger(real_file_system(), path)->size(), 3U);
  EXPECT_EQ(read_ledger(real_file_system(), path)->at(2).destroyed_by, "卫健委 7 号");
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(path, changed);
    EXPECT_FALSE(read_ledger(real_file_system(), path).ok()) << at;
  }
  // A line taken out of the middle is missed by the next.
  std::string shorter = sound;
  const std::size_t second = shorter.find('\n', shorter.find('\n') + 1) + 1;
  shorter.erase(second, shorter.find('\n', second) + 1 - second);
  write(path, shorter);
  EXPECT_FALSE(try_open().ok());
  // Lines cut off at the end are known to the keystore, which writes them again.
  write(path, sound.substr(0, second));
  EXPECT_TRUE(open()->list().at(1).destroyed);
  EXPECT_EQ(read_ledger(real_file_system(), path)->size(), 3U);
}

TEST_F(Ledger, ErasedRecordsStandBesideDestroyedKeysInEveryCopy) {
  place_.ledgers = {folder_ + "/elsewhere"};
  const ErasedRecord first{"people", 41, std::string(32, 'a'), clock_.now(), "rights:12"};
  ErasedRecord other = first;  // the same number, given again after older data were put back
  other.mark = std::string(32, 'b');
  {
    const auto store = open();
    ASSERT_TRUE(store->note_erased(std::span(&first, 1)).ok());
    ASSERT_TRUE(store->destroy({data_key(*store)->info.id}, "order 7").ok());
    ASSERT_TRUE(store->note_erased(std::vector<ErasedRecord>{first, other}).ok());
    ASSERT_EQ(store->erased()->size(), 2U);
    EXPECT_EQ(store->erased()->front().by, "rights:12");
    EXPECT_EQ(store->erased()->front().at, first.at);
  }
  EXPECT_EQ(text(file("destroyed")), text(place_.ledgers[0]));
  EXPECT_EQ(read_ledger(real_file_system(), file("destroyed"))->size(), 1U) << "its keys alone";
  // A folder put back from before it learns of them from the copy.
  std::filesystem::remove(file("destroyed"));
  EXPECT_TRUE(open()->erased()->back().is_same(other));
  const std::string sound = text(file("destroyed"));
  EXPECT_NE(sound.find("record people 41 "), std::string::npos);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(file("destroyed"), changed);
    EXPECT_FALSE(read_erased(real_file_system(), file("destroyed")).ok()) << at;
  }
}

TEST_F(Ledger, AnOrderThatStoppedAfterTheLedgerIsCarriedOutAtTheNextOpening) {
  const KeyId id = destroy_one();
  write(file("keystore"), before_);  // as when the machine stopped before the keystore was written
  EXPECT_EQ(open()->find(id).error().code, ErrorCode::gone);
}

TEST_F(Ledger, AnotherProcessLearnsOfItWhenItRefreshes) {
  const auto one = open(), other = open();
  const KeyId id = data_key(*one)->info.id;
  ASSERT_TRUE(other->find(id).ok());
  ASSERT_TRUE(one->destroy({id}, "order 7").ok());
  const std::uint64_t generation = other->generation();
  ASSERT_TRUE(other->refresh().ok());
  EXPECT_GT(other->generation(), generation);
  EXPECT_EQ(other->find(id).error().code, ErrorCode::gone);
}

}  // namespace
}  // namespace jingwei::crypto
