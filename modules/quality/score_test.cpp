// Goal: a score is between 0 and 100, can be calculated by hand, moves the right way with each count, and
// does not exist where nothing came.
#include "modules/quality/score.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace jingwei::quality {
namespace {

PartScore part_of(const Score& score, Part part) {
  return score.parts[static_cast<std::size_t>(part)];
}

// Any counts that can come together, small and large ones.
Tally any_tally(Random& random) {
  const auto count = [&] {
    constexpr std::uint64_t scales[] = {2, 20, 5'000, 40'000'000};
    return static_cast<std::int64_t>(random.below(scales[random.below(4)]));
  };
  Tally tally;
  tally.accepted = count();
  tally.refused = count();
  tally.mended = count();
  tally.on_time = count() % 400;
  tally.late = count() % 400;
  tally.upheld = count() % 50;
  tally.answered_in_time = count() % 50;
  tally.answers_missed = count() % 50;
  return tally;
}

TEST(Score, WeightsMakeAHundred) {
  int sum = 0;
  for (const Part part : all_parts) sum += weight_of(part);
  EXPECT_EQ(sum, 100);
}

TEST(Score, WhereNothingCameThereIsNone) {
  Tally tally;
  tally.late = 3;
  tally.objected = tally.answers_missed = 2;
  const Score score = score_of(tally);
  EXPECT_FALSE(score.points);
  for (const auto& part : score.parts) {
    EXPECT_FALSE(part.value);
    EXPECT_EQ(part.lost, 0);
  }
}

TEST(Score, EverythingTakenInTimeIsAHundred) {
  Tally tally;
  tally.accepted = 10;
  EXPECT_DOUBLE_EQ(*score_of(tally).points, 100);
  EXPECT_FALSE(part_of(score_of(tally), Part::timeliness).value) << "no round was due";
  tally.on_time = 3;
  tally.answered_in_time = 1;
  EXPECT_DOUBLE_EQ(*score_of(tally).points, 100);
}

TEST(Score, IsWhatTheFormulaSays) {
  Tally tally;
  tally.accepted = 90;
  tally.refused = 10;
  tally.mended = 4;
  tally.on_time = 3;
  tally.late = 1;
  tally.upheld = 2;
  tally.answered_in_time = 1;
  tally.answers_missed = 1;
  const Score score = score_of(tally);
  EXPECT_DOUBLE_EQ(*part_of(score, Part::accuracy).value, 0.88);
  EXPECT_DOUBLE_EQ(*part_of(score, Part::repair).value, 0.4);
  EXPECT_DOUBLE_EQ(*part_of(score, Part::timeliness).value, 0.75);
  EXPECT_DOUBLE_EQ(*part_of(score, Part::objections).value, 0.5);
  EXPECT_NEAR(*score.points, 50 * 0.88 + 15 * 0.4 + 20 * 0.75 + 15 * 0.5, 1e-9);
  EXPECT_NEAR(part_of(score, Part::timeliness).lost, 5, 1e-9);
}

TEST(Score, APartWithoutAnythingToJudgeLeavesItsWeightToTheOthers) {
  Tally tally;
  tally.accepted = 50;
  tally.refused = 50;
  EXPECT_NEAR(*score_of(tally).points, 100 * (50 * 0.5 + 15 * 0.0) / 65, 1e-9);
}

TEST(Score, AllRefusedAndNothingMendedIsNought) {
  Tally tally;
  tally.refused = 7;
  tally.late = 1;
  tally.answers_missed = 1;
  EXPECT_DOUBLE_EQ(*score_of(tally).points, 0);
}

TEST(Score, StaysBetweenNoughtAndAHundredAndTellsWhereEveryPointWent) {
  SeededRandom random(11);
  for (int turn = 0; turn < 20'000; ++turn) {
    const Tally tally = any_tally(random);
    const Score score = score_of(tally);
    ASSERT_EQ(score.points.has_value(), tally.rows() > 0);
    if (!score.points) continue;
    ASSERT_GE(*score.points, 0);
    ASSERT_LE(*score.points, 100);
    double lost = 0;
    for (const auto& part : score.parts) {
      ASSERT_GE(part.lost, 0);
      if (part.value) ASSERT_TRUE(*part.value >= 0 && *part.value <= 1);
      lost += part.lost;
    }
    ASSERT_NEAR(*score.points + lost, 100, 1e-9);
  }
}

// What moves the score which way, the rest as it is.
struct Direction {
  const char* name;
  std::int64_t Tally::*count;
  bool good;
};
constexpr Direction directions[] = {
    {"accepted", &Tally::accepted, true},
    {"refused", &Tally::refused, false},
    {"upheld", &Tally::upheld, false},
    {"mended", &Tally::mended, true},
    {"on time", &Tally::on_time, true},
    {"late", &Tally::late, false},
    {"answered in time", &Tally::answered_in_time, true},
    {"answers missed", &Tally::answers_missed, false},
};

TEST(Score, MovesTheRightWayWithEachCount) {
  SeededRandom random(29);
  for (int turn = 0; turn < 5'000; ++turn) {
    Tally before = any_tally(random);
    before.accepted += 1;  // something came
    for (const auto& direction : directions) {
      Tally after = before;
      after.*direction.count += 1 + static_cast<std::int64_t>(random.below(1'000));
      const double moved = *score_of(after).points - *score_of(before).points;
      if (direction.good) {
        ASSERT_GE(moved, -1e-9) << direction.name;
      } else {
        ASSERT_LE(moved, 1e-9) << direction.name;
      }
    }
  }
}

TEST(Tally, AddsUpCountByCount) {
  Tally one;
  one.accepted = 5;
  one.updated = 2;
  one.unchanged = 1;
  one.answers_missed = 3;
  Tally sum = one;
  sum += one;
  EXPECT_EQ(sum.accepted, 10);
  EXPECT_EQ(sum.created(), 4);
  EXPECT_EQ(sum.answers_missed, 6);
  sum += Tally();
  EXPECT_EQ(sum.accepted, 10);
}

}  // namespace
}  // namespace jingwei::quality
