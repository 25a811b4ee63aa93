// Goal: a department in trouble is left alone for a while and tried once; one that answers is asked as
// before.
#include "modules/source/asking/breaker.h"

#include <gtest/gtest.h>

namespace jingwei::source {
namespace {

using std::chrono::seconds;
using Pass = Breaker::Pass;

void fail_times(Breaker& breaker, int times, Breaker::Moment now) {
  for (int at = 0; at < times; ++at) breaker.failed(breaker.allow(now), now);
}

TEST(Breaker, OpensAfterSoManyFailuresInARowAndNotBefore) {
  Breaker breaker;
  fail_times(breaker, limits::question_failures_to_open - 1, seconds{1});
  EXPECT_EQ(breaker.state(seconds{1}), BreakerState::closed);
  breaker.succeeded(breaker.allow(seconds{1}));
  fail_times(breaker, limits::question_failures_to_open - 1, seconds{1});
  EXPECT_EQ(breaker.state(seconds{1}), BreakerState::closed)
      << "an answer between them begins the count again";
  fail_times(breaker, 1, seconds{1});
  EXPECT_EQ(breaker.state(seconds{1}), BreakerState::open);
  EXPECT_EQ(breaker.allow(seconds{1}), Pass::none);
  EXPECT_EQ(breaker.rest(seconds{2}), limits::question_rest - seconds{1});
}

TEST(Breaker, LetsOneProbeThroughWhenItsRestIsOver) {
  Breaker breaker;
  fail_times(breaker, limits::question_failures_to_open, seconds{0});
  const auto later = limits::question_rest;
  EXPECT_EQ(breaker.allow(later - seconds{1}), Pass::none);
  EXPECT_EQ(breaker.state(later), BreakerState::half_open);
  EXPECT_EQ(breaker.allow(later), Pass::probe);
  EXPECT_EQ(breaker.allow(later), Pass::none) << "one at a time";
  breaker.succeeded(Pass::probe);
  EXPECT_EQ(breaker.state(later), BreakerState::closed);
  EXPECT_EQ(breaker.allow(later), Pass::plain);
}

TEST(Breaker, RestsTwiceAsLongAfterEachFailedProbeUpToALimit) {
  Breaker breaker;
  Breaker::Moment now{0};
  fail_times(breaker, limits::question_failures_to_open, now);
  std::chrono::nanoseconds rest = limits::question_rest;
  for (int probes = 0; probes < 10; ++probes) {
    EXPECT_EQ(breaker.rest(now), rest);
    now += rest;
    const Pass pass = breaker.allow(now);
    ASSERT_EQ(pass, Pass::probe);
    breaker.failed(pass, now);
    rest = std::min<std::chrono::nanoseconds>(rest * 2, limits::question_rest_most);
  }
  EXPECT_EQ(rest, limits::question_rest_most);
  now += rest;
  breaker.succeeded(breaker.allow(now));
  fail_times(breaker, limits::question_failures_to_open, now);
  EXPECT_EQ(breaker.rest(now), limits::question_rest) << "an answer makes it short again";
}

TEST(Breaker, WhatCallsOfBeforeItOpenedReportMovesNothing) {
  Breaker breaker;
  const Pass early = breaker.allow(seconds{0});
  const Pass other = breaker.allow(seconds{0});
  fail_times(breaker, limits::question_failures_to_open, seconds{0});
  breaker.succeeded(early);
  EXPECT_EQ(breaker.state(seconds{0}), BreakerState::open);
  ASSERT_EQ(breaker.allow(limits::question_rest), Pass::probe);
  breaker.failed(other, limits::question_rest);
  EXPECT_EQ(breaker.state(limits::question_rest), BreakerState::half_open);
  breaker.abandoned(other);
  EXPECT_EQ(breaker.allow(limits::question_rest), Pass::none) << "the probe is still out";
  breaker.abandoned(Pass::probe);
  EXPECT_EQ(breaker.allow(limits::question_rest), Pass::probe) << "and was given back";
}

TEST(CallRate, LetsSoManyThroughAMinute) {
  CallRate rate(6);
  std::chrono::nanoseconds now = seconds{1'000};
  for (int at = 0; at < 6; ++at) EXPECT_TRUE(rate.take(now));
  EXPECT_FALSE(rate.take(now));
  EXPECT_FALSE(rate.take(now + seconds{9}));
  EXPECT_TRUE(rate.take(now + seconds{10}));
  EXPECT_FALSE(rate.take(now + seconds{10}));
  now += std::chrono::hours{5};
  for (int at = 0; at < 6; ++at) EXPECT_TRUE(rate.take(now));
  EXPECT_FALSE(rate.take(now)) << "what was not used does not add up";
}

}  // namespace
}  // namespace jingwei::source
