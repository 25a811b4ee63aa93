// Goal: what stands on disk tells nothing without its key, opens only in its own cell, and dies with its key.
#include "storage/keyed_sealer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/temporary_folder.h"

namespace jingwei::storage {
namespace {

class KeyedSealerTest : public ::testing::TestWithParam<crypto::Suite> {
 protected:
  void SetUp() override {
    auto opened = crypto::Keystore::open(real_file_system(), folder_.path(), clock_, crypto::Secret::random(),
                                         GetParam());
    ASSERT_TRUE(opened.ok()) << opened.error().to_log();
    keystore_ = std::move(*opened);
    sealer_ = keyed_sealer(*keystore_, clock_, [](std::string_view table) {
      return table == "people" ? std::string("care,epidemic") : std::string();
    });
  }

  TemporaryFolder folder_;
  ManualClock clock_{*parse_rfc3339("2026-11-30T23:59:59Z")};
  std::unique_ptr<crypto::Keystore> keystore_;
  std::unique_ptr<Sealer> sealer_;
};

TEST_P(KeyedSealerTest, AValueComesBackFromItsOwnCellOnly) {
  const Cell cell{"people", 7, "phone"};
  const std::string sealed = sealer_->seal(cell, "13800138000");
  EXPECT_EQ(sealed.find("1380"), std::string::npos);
  EXPECT_EQ(sealer_->open(cell, sealed).value(), "13800138000");
  EXPECT_NE(sealer_->seal(cell, "13800138000"), sealed);
  for (const Cell& other :
       {Cell{"people", 8, "phone"}, Cell{"people", 7, "name"}, Cell{"persons", 7, "phone"}})
    EXPECT_EQ(sealer_->open(other, sealed).error().code, ErrorCode::corrupt);
  EXPECT_EQ(sealer_->open(cell, "").error().code, ErrorCode::corrupt);
  EXPECT_EQ(sealer_->open(cell, sealed.substr(0, 20)).error().code, ErrorCode::corrupt);
}

TEST_P(KeyedSealerTest, ValuesStoredBeforeThereWereKeysStillOpen) {
  const Cell cell{"people", 7, "phone"};
  EXPECT_EQ(sealer_->open(cell, plain_sealer()->seal(cell, "old")).value(), "old");
}

TEST_P(KeyedSealerTest, WhoPreparesIsToldThatThereIsNoKey) {
  std::filesystem::remove_all(folder_.path());  // a new key cannot be written
  EXPECT_FALSE(sealer_->prepare("people").ok());
  std::filesystem::create_directories(folder_.path());
  ASSERT_TRUE(sealer_->prepare("people").ok());
  const Cell cell{"people", 7, "phone"};
  EXPECT_EQ(sealer_->open(cell, sealer_->seal(cell, "138")).value(), "138");
}

TEST_P(KeyedSealerTest, EachMonthHasItsKeyAndItsScopeNamesThePurposes) {
  const Cell cell{"people", 7, "phone"};
  const std::string november = sealer_->seal(cell, "a");
  clock_.advance(std::chrono::seconds{2});
  const std::string december = sealer_->seal(cell, "b");
  EXPECT_NE(november.substr(1, 4), december.substr(1, 4));
  EXPECT_EQ(sealer_->open(cell, november).value(), "a");
  const auto keys = keystore_->list();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].scope, "people|care,epidemic");
  EXPECT_EQ(keys[0].month, "2026-11");
  EXPECT_EQ(keys[2].month, "2026-12");
}

TEST_P(KeyedSealerTest, EqualityHoldsAcrossMonthsAndRotationButNotAcrossColumns) {
  const EqualityHash hash = sealer_->equality_hash("people", "phone", "138");
  clock_.advance(std::chrono::hours{24 * 40});
  ASSERT_TRUE(keystore_->rotate().ok());
  EXPECT_EQ(sealer_->equality_hash("people", "phone", "138"), hash);
  EXPECT_NE(sealer_->equality_hash("people", "name", "138"), hash);
  EXPECT_NE(sealer_->equality_hash("others", "phone", "138"), hash);
}

TEST_P(KeyedSealerTest, ManyValuesHashAsEachDoes) {
  const std::vector<std::string_view> values = {"138", "", "张三", "138"};
  std::vector<EqualityHash> hashes(values.size());
  sealer_->equality_hashes("people", "phone", values, hashes);
  for (std::size_t at = 0; at < values.size(); ++at)
    EXPECT_EQ(hashes[at], sealer_->equality_hash("people", "phone", values[at]));
}

TEST_P(KeyedSealerTest, ADestroyedKeyTakesItsValuesWithIt) {
  const Cell cell{"people", 7, "phone"};
  const std::string sealed = sealer_->seal(cell, "a");
  EXPECT_EQ(sealer_->open(cell, sealed).value(), "a");
  ASSERT_TRUE(keystore_->destroy({keystore_->list()[0].id}, "order").ok());
  EXPECT_EQ(sealer_->open(cell, sealed).error().code, ErrorCode::gone);
  EXPECT_EQ(sealer_->open(cell, sealer_->seal(cell, "b")).value(), "b");
}

INSTANTIATE_TEST_SUITE_P(Suites, KeyedSealerTest,
                         ::testing::Values(crypto::Suite::standard, crypto::Suite::national),
                         [](const auto& info) { return std::string(crypto::name_of(info.param)); });

}  // namespace
}  // namespace jingwei::storage
