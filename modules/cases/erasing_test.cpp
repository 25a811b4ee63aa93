// Goal: of cases whose time is over nothing is left, words and pictures among it; all others stay, and no
// figure is wrong after.
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace jingwei::cases::testing;

template <typename Backend>
class Erasing : public CasesWorld<Backend> {
 protected:
  // Reported with a picture and a task, handled and verified.
  Found closed_case() {
    this->on_duty("worker", "980101001002001", "account:2");
    const CaseView me = this->resident();
    const Photo photo = must(this->service_->photos().send(jpeg, CaseId(), me, {me.actor(), std::nullopt}));
    NewCase wanted;
    wanted.form = {{"kind", "lamp"}, {"haste", "usual"}, {"words", "灯不亮"}, {"grid", "980101001002001"}};
    wanted.photos = {photo.id};
    photo_ = photo.id;
    Found found = must(this->service_->work().open("repair", wanted, me, {me.actor(), std::nullopt}));
    found = must(this->act(found, "dispatch", this->desk()));
    found = must(this->act(found, "take", this->worker()));
    found = must(this->act(found, "done", this->worker(), {{"hours", "2"}}));
    return must(this->act(found, "verify", this->desk("account:3")));
  }
  // Of cases, steps, pictures and their bodies.
  std::string all_rows() {
    static const auto counting = [](const std::string& table) {
      const std::string sql = "SELECT count(*) FROM " + table;
      return storage::Statement{"rows_of_" + table, sql, sql};
    };
    static const std::array<storage::Statement, 4> all = {
        counting("case_file"), counting("case_step"), counting("case_photo"), counting("case_photo_body")};
    std::string told;
    auto reader = must(this->node_.store->read());
    for (const auto& statement : all)
      told += std::to_string(must(storage::query_integer(*reader, statement, {})).value_or(-1)) + " ";
    return told;
  }
  const CaseErasing& erasing() { return this->service_->erasing(); }
  Instant now() { return this->clock_.now(); }

  const std::string jpeg =
      std::string("\xFF\xD8\xFF\xE1\x00\x0AGPS 22.2\xFF\xDA\x00\x02\x11\x22\xFF\xD9", 22);
  PhotoId photo_;
};

TYPED_TEST_SUITE(Erasing, Backends, BackendNames);

TYPED_TEST(Erasing, NothingIsLeftOfACaseClosedBeforeAndEverythingOfTheOthers) {
  const Found old = this->closed_case();
  this->clock_.advance(std::chrono::days{100});
  const Instant before = this->now();
  const Found young = this->closed_case();
  const PhotoId kept = this->photo_;
  const Found open = must(this->report(this->resident()));
  EXPECT_EQ(must(this->erasing().count("repairs", before)), 1);
  EXPECT_EQ(must(this->erasing().count("people", before)), 0) << "nobody's form";
  auto slice = must(this->erasing().next("repairs", before));
  EXPECT_EQ(slice.cases, 1);
  EXPECT_EQ(slice.photos, 1);
  must(this->node_.store->commit(std::move(slice.change)));
  EXPECT_EQ(must(this->erasing().next("repairs", before)).cases, 0);
  EXPECT_EQ(this->message(this->service_->work().find(old.one.id, this->desk_of_all())), "cases.not_found");
  EXPECT_EQ(this->again(young).one.form.at("words"), "灯不亮");
  EXPECT_TRUE(this->again(open).one.open);
  EXPECT_TRUE(this->service_->photos().fetch(kept, PhotoCopy::original, this->resident()).ok());
  EXPECT_EQ(this->all_rows(), "2 6 1 2 ");
}

TYPED_TEST(Erasing, WhatIsReopenedMeanwhileStays) {
  const Found found = this->closed_case();
  auto slice = must(this->erasing().next("repairs", this->now() + std::chrono::hours{1}));
  EXPECT_EQ(slice.cases, 1);
  must(this->act(this->again(found), "reopen", this->resident()));
  const auto committed = this->node_.store->commit(std::move(slice.change));
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code, ErrorCode::conflict);
  EXPECT_TRUE(this->again(found).one.open);
  EXPECT_EQ(must(this->erasing().next("repairs", this->now() + std::chrono::hours{1})).cases, 0);
}

TYPED_TEST(Erasing, WithoutADayThoseUnderWayGoTooAndAreCountedNoMore) {
  this->closed_case();
  must(this->report(this->resident()));
  must(this->report(this->resident(), "pipe"));
  this->step();
  EXPECT_EQ(must(this->erasing().count("repairs", std::nullopt)), 3);
  std::int64_t gone = 0;
  for (;;) {
    auto slice = must(this->erasing().next("repairs", std::nullopt));
    if (slice.cases == 0) break;
    gone += slice.cases;
    must(this->node_.store->commit(std::move(slice.change)));
  }
  EXPECT_EQ(gone, 3);
  EXPECT_EQ(this->all_rows(), "0 0 0 0 ");
  this->step();
  for (const std::string only : {"centre", ""}) {
    const auto counts = [&](RegionId, const std::string& department) {
      return only.empty() || department == only;
    };
    EXPECT_TRUE(this->service_->figures().sum(counts, "repair").empty()) << only;
  }
}

TYPED_TEST(Erasing, KeysAreNeededSinceTheOldestThatStands) {
  EXPECT_TRUE(must(this->erasing().sealed_since("people")).empty());
  auto since = must(this->erasing().sealed_since("repairs"));
  ASSERT_EQ(since.size(), 2U);
  EXPECT_EQ(since[0], (std::pair<std::string, std::optional<Instant>>("repairs", std::nullopt)));
  EXPECT_EQ(since[1].second, std::nullopt);
  const Instant begun = this->now();
  this->closed_case();
  this->clock_.advance(std::chrono::days{40});
  this->closed_case();
  since = must(this->erasing().sealed_since("repairs"));
  EXPECT_EQ(since[0].second, begun);
  EXPECT_EQ(since[1], (std::pair<std::string, std::optional<Instant>>("case_photo_body", begun)));
}

}  // namespace
}  // namespace jingwei::cases
