// Goal: what a slice tells the feed comes back as it was, and damaged events are refused.
#include "modules/ingest/slice_event.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

SliceEvent sample() {
  SliceEvent event;
  event.resource = "people";
  event.batch = BatchId((std::int64_t{1} << 62) + 7);
  event.first_row = 2'001;
  event.last_row = 4'000;
  event.accepted = 1'990;
  event.cleaned = 12;
  event.unchanged = 3;
  event.updated = 5;
  event.refused = 10;
  event.mended = 2;
  event.reasons = {{"refuse.phone.prefix", 7}, {"refuse.row.few_fields", 3}};
  event.counts = {{"people", RegionId(42), *parse_iso_day("2020-01-21"), 5},
                  {"confirmed", RegionId(7), *parse_iso_day("1969-12-31"), -0.5}};
  return event;
}

TEST(SliceEvent, ComesBackFromTheFeedAsItWas) {
  const auto written = to_feed_event(sample());
  EXPECT_EQ(written.kind, slice_event_kind);
  const auto read = parse_slice_event(written.body);
  ASSERT_TRUE(read.ok()) << read.error().to_log();
  const SliceEvent expected = sample();
  EXPECT_EQ(read->resource, expected.resource);
  EXPECT_EQ(read->batch, expected.batch);
  EXPECT_EQ(read->first_row, expected.first_row);
  EXPECT_EQ(read->last_row, expected.last_row);
  EXPECT_EQ(read->accepted, expected.accepted);
  EXPECT_EQ(read->cleaned, expected.cleaned);
  EXPECT_EQ(read->unchanged, expected.unchanged);
  EXPECT_EQ(read->updated, expected.updated);
  EXPECT_EQ(read->refused, expected.refused);
  EXPECT_EQ(read->mended, expected.mended);
  EXPECT_EQ(read->reasons, expected.reasons);
  ASSERT_EQ(read->counts.size(), 2U);
  for (std::size_t at = 0; at < 2; ++at) {
    EXPECT_EQ(read->counts[at].metric, expected.counts[at].metric);
    EXPECT_EQ(read->counts[at].region, expected.counts[at].region);
    EXPECT_EQ(read->counts[at].day, expected.counts[at].day);
    EXPECT_EQ(read->counts[at].delta, expected.counts[at].delta);
  }
}

TEST(SliceEvent, EventsFromBeforeUpdatedAndMendedWereToldAreRead) {
  std::string body = to_feed_event(sample()).body;
  for (const std::string_view part : {R"("updated":5,)", R"(,"mended":2)"}) {
    ASSERT_NE(body.find(part), std::string::npos) << part;
    body.erase(body.find(part), part.size());
  }
  const auto read = parse_slice_event(body);
  ASSERT_TRUE(read.ok()) << read.error().to_log();
  EXPECT_EQ(read->updated, 0);
  EXPECT_EQ(read->mended, 0);
  EXPECT_EQ(read->refused, 10);
}

TEST(SliceEvent, DamagedBodiesAreCorruptNotACrash) {
  const std::string whole = to_feed_event(sample()).body;
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
    const auto read = parse_slice_event(whole.substr(0, cut));
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
  }
  for (const char* body : {"[]", "null", "{}", R"({"resource":1})"})
    EXPECT_FALSE(parse_slice_event(body).ok()) << body;
  std::string odd = whole;
  odd.replace(odd.find("\"accepted\":1990"), 15, "\"accepted\":1.9e99");
  EXPECT_FALSE(parse_slice_event(odd).ok());
}

}  // namespace
}  // namespace jingwei::ingest
