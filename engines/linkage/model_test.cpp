// Goal: a model's bytes give the same model again, and no other bytes give one; scoring by a frozen model is
// scoring by the run that made it.
#include "engines/linkage/model.h"

#include <gtest/gtest.h>

#include "engines/linkage/linkage.h"
#include "tests/support/made_people.h"

namespace jingwei::linkage {
namespace {

using jingwei::testing::blocked;
using jingwei::testing::MadePeople;
using jingwei::testing::MadeRecords;

TEST(Model, ComesBackFromItsBytes) {
  MadePeople people(2);
  MadeRecords made;
  made.add_people(people, 1'200);
  const auto model = made.link(blocked()).model;
  const std::string bytes = model->serialise();
  const auto again = Model::parse(bytes);
  ASSERT_TRUE(again) << again.error().to_log();
  EXPECT_EQ((*again)->serialise(), bytes);
  EXPECT_EQ((*again)->version(), model->version());
  EXPECT_EQ((*again)->mixture(), model->mixture());
  EXPECT_EQ((*again)->parts().blocks, model->parts().blocks);
  EXPECT_EQ((*again)->parts().frequencies, model->parts().frequencies);
  EXPECT_EQ((*again)->thresholds(), model->thresholds());
}

TEST(Model, NoOtherBytesAreTaken) {
  MadeRecords made;
  MadePeople people(3);
  made.add_people(people, 60);
  const std::string bytes = made.link().model->serialise();
  EXPECT_FALSE(Model::parse(""));
  EXPECT_FALSE(Model::parse(bytes + "x"));
  for (std::size_t at = 0; at < bytes.size(); at += 1 + at / 40) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto parsed = Model::parse(damaged);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::corrupt);
    EXPECT_FALSE(Model::parse(std::string_view(bytes).substr(0, at)));
  }
}

TEST(Model, TellsNoNumberOfOnePerson) {
  MadePeople people(5);
  MadeRecords made;
  made.add_people(people, 800);
  const auto model = made.link(blocked()).model;
  for (const std::size_t personal : {3U, 4U})
    EXPECT_TRUE(model->parts().frequencies[personal].values.empty());
  EXPECT_FALSE(model->parts().frequencies[0].values.empty());
}

// What was learned gives what was answered: the pairs, their probabilities, and the clusters.
TEST(Model, AnswersAsTheRunThatMadeItDid) {
  for (const std::uint64_t seed : {4U, 14U}) {
    MadePeople people(seed);
    MadeRecords made;
    made.add_people(people, 1'500, {0.15, 0.2, 0.1});
    const Linkage first = made.link(blocked());
    const Linkage again = link(made.records(), first.model);
    EXPECT_EQ(again.cluster_of, first.cluster_of);
    ASSERT_EQ(again.pairs.size(), first.pairs.size());
    for (std::size_t at = 0; at < first.pairs.size(); ++at) {
      EXPECT_EQ(again.pairs[at].left, first.pairs[at].left);
      EXPECT_EQ(again.pairs[at].probability, first.pairs[at].probability);
    }
    EXPECT_EQ(again.report.threshold.probability, first.report.threshold.probability);
  }
}

TEST(Model, WithoutARecordHoldsPriorBeliefsAndStandardKeys) {
  MadeRecords made;
  const auto model = made.link().model;
  EXPECT_FALSE(model->parts().blocks.keys.empty());
  ASSERT_TRUE(Model::parse(model->serialise()));
}

}  // namespace
}  // namespace jingwei::linkage
