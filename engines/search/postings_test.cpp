// Goal: a list gives back what was appended, whatever the distances.
#include "engines/search/postings.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace jingwei::search {
namespace {

TEST(Postings, GiveBackWhatWasAppended) {
  SeededRandom random(1);
  PostingStore store;
  std::vector<PostingList> lists(60);
  std::vector<std::vector<std::uint32_t>> truth(lists.size());
  std::vector<std::uint64_t> next(lists.size(), 0);
  for (int step = 0; step < 60'000; ++step) {
    const std::size_t at = random.below(lists.size());
    // Lists of near and of far neighbours.
    next[at] += random.below(std::uint64_t{1} << (at % 24));
    if (next[at] >= 0xFFFFFFF0) continue;
    store.append(lists[at], static_cast<std::uint32_t>(next[at]));
    truth[at].push_back(static_cast<std::uint32_t>(next[at]++));
  }
  for (std::size_t at = 0; at < lists.size(); ++at) {
    std::vector<std::uint32_t> read;
    store.each(lists[at], [&](std::uint32_t number) { read.push_back(number); });
    EXPECT_EQ(read, truth[at]);
  }
}

}  // namespace
}  // namespace jingwei::search
