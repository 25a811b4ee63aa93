// Goal: millions of keys keep their numbers, and a key that was let go serves again.
#include "modules/ingest/storing/key_map.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "base/random.h"

namespace jingwei::ingest {
namespace {

TEST(KeyMap, KeepsWhatAMapKeepsThroughGrowthAndVacancies) {
  SeededRandom random(11);
  std::unordered_map<std::uint64_t, std::uint32_t> expected;
  KeyMap map;
  for (std::uint32_t at = 0; at < 200'000; ++at) {
    // Few high bits, so that many keys meet in one place.
    const std::uint64_t key = 1 + random.below(60'000) * 0x0000'1000'0000'0001ULL;
    if (random.below(4) == 0) {
      map.vacate(key);
      expected.erase(key);
    } else {
      EXPECT_EQ(map.insert(key, at), expected.emplace(key, at).second);
    }
  }
  for (std::uint64_t low = 0; low < 60'000; ++low) {
    const std::uint64_t key = 1 + low * 0x0000'1000'0000'0001ULL;
    const auto found = expected.find(key);
    ASSERT_EQ(map.find(key), found == expected.end() ? std::nullopt : std::optional(found->second));
  }
}

TEST(KeyMap, AnEmptyOneKnowsNothing) {
  KeyMap map;
  EXPECT_FALSE(map.find(7));
  map.vacate(7);
  EXPECT_TRUE(map.insert(7, 1));
  EXPECT_FALSE(map.insert(7, 2));
}

}  // namespace
}  // namespace jingwei::ingest
