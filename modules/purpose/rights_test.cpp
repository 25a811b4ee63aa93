// Goal: a resident's request is answered in time by somebody else than who opened it; who is under 14 is
// spoken for; no name stands readable on disk.
#include "modules/purpose/rights.h"

#include <fstream>

#include "modules/purpose/purpose_testing.h"

namespace jingwei::purpose {
namespace {

using namespace jingwei::purpose::testing;

template <typename Backend>
class RightsOf : public PurposeWorld<Backend> {
 protected:
  Rights& rights() { return this->purposes().rights(); }
  static NewRights wanted(const std::string& words = "请给我一份副本") {
    NewRights one;
    one.kind = RightsKind::copy;
    one.resource = "people";
    one.name = "赵六";
    one.identifier = citizen_id(7);
    one.words = words;
    return one;
  }
  std::string fault_of(const NewRights& one) {
    const auto refused = rights().open(one, {"Lin", std::nullopt});
    if (refused) return "taken";
    return refused.error().causes.empty() ? refused.error().message : refused.error().causes.front().message;
  }
};

TYPED_TEST_SUITE(RightsOf, Backends, BackendNames);

TYPED_TEST(RightsOf, ARequestIsOpenedOnceAndAnsweredByAnother) {
  const RightsRequest made = must(this->rights().open(this->wanted(), {"Lin", "key"}));
  EXPECT_EQ(made.due_at, this->clock_.now() + std::chrono::days{15});
  EXPECT_EQ(must(this->rights().open(this->wanted(), {"Lin", "key"})).id, made.id);
  EXPECT_EQ(must(this->rights().count_open()).all, 1);
  EXPECT_EQ(must(this->rights().find(made.id)).asked.name, "赵六");

  const auto take = [&](RightsStep step, const std::string& words, const std::string& actor) {
    const auto taken = this->rights().take(made.id, step, words, {actor, std::nullopt});
    return taken ? std::string("done") : taken.error().message;
  };
  EXPECT_EQ(take(RightsStep::grant, "", "lin"), "purpose.same_person");
  EXPECT_EQ(take(RightsStep::withdraw, "", "Mei"), "purpose.not_yours");
  EXPECT_EQ(take(RightsStep::decline, " ", "Mei"), "purpose.decline_reason_missing");
  EXPECT_EQ(take(RightsStep::grant, "已寄出", "Mei"), "done");
  EXPECT_EQ(take(RightsStep::decline, "no", "Zhou"), "purpose.rights_closed");
  const RightsRequest closed = must(this->rights().find(made.id));
  EXPECT_EQ(closed.state, RightsState::granted);
  EXPECT_EQ(closed.closed_by, "Mei");
  EXPECT_EQ(closed.answer, "已寄出");
  EXPECT_FALSE(closed.overdue);
  EXPECT_EQ(must(this->purposes().steps("rights:" + made.id.to_string())).size(), 2U);
  EXPECT_EQ(this->rights().find(RightsId(5)).error().code, ErrorCode::not_found);
}

TYPED_TEST(RightsOf, WhoIsUnderFourteenIsSpokenForByAGuardian) {
  NewRights child = this->wanted();
  child.identifier = "980101200603110017";  // fourteen tomorrow
  EXPECT_EQ(born_of(child.identifier), parse_iso_day("2006-03-11"));
  EXPECT_EQ(this->fault_of(child), "purpose.needs_guardian");
  child.guardian_name = "赵五";
  EXPECT_EQ(this->fault_of(child), "purpose.half_guardian");
  child.guardian_identifier = child.identifier;
  EXPECT_EQ(this->fault_of(child), "purpose.own_guardian");
  child.guardian_identifier = citizen_id(8);
  EXPECT_EQ(this->fault_of(child), "taken");
  child.guardian_name = child.guardian_identifier = "";
  this->clock_.advance(std::chrono::days{1});
  EXPECT_EQ(this->fault_of(child), "taken") << "on the birthday";
  NewRights guardian = this->wanted();
  guardian.kind = RightsKind::guardian;
  EXPECT_EQ(this->fault_of(guardian), "purpose.needs_guardian");
  EXPECT_EQ(this->fault_of(this->wanted(" ")), "purpose.words_missing");
}

TYPED_TEST(RightsOf, WhosePaperTellsNoBirthdaySaysItAndIsSpokenForWhenUnderFourteen) {
  // A passport, a mainland travel permit of Hong Kong and Macao residents, one of Taiwan residents;
  // 2020-03-10.
  for (const char* paper : {"E12345678", "H01234567", "01234567"}) {
    NewRights asking = this->wanted();
    asking.identifier = paper;
    EXPECT_EQ(this->fault_of(asking), "purpose.own_born_missing") << paper;
    asking.born = parse_iso_day("2020-03-11");
    EXPECT_EQ(this->fault_of(asking), "purpose.born_ahead") << paper;
    asking.born = parse_iso_day("2006-03-11");
    EXPECT_EQ(this->fault_of(asking), "purpose.needs_guardian") << paper;
    asking.born = parse_iso_day("2006-03-10");
    EXPECT_EQ(this->fault_of(asking), "taken") << "fourteen today: " << paper;
    asking.born.reset();
    asking.guardian_name = "赵五";
    asking.guardian_identifier = citizen_id(8);
    EXPECT_EQ(this->fault_of(asking), "taken") << "spoken for: " << paper;
  }
  // A number that tells one is believed, whatever else is said.
  NewRights child = this->wanted();
  child.identifier = "980101200603110017";
  child.born = parse_iso_day("1990-01-01");
  EXPECT_EQ(this->fault_of(child), "purpose.needs_guardian");
  // A residence permit of Hong Kong, Macao and Taiwan residents is built like a citizen ID.
  child.identifier = "810000201001010019";
  EXPECT_EQ(this->fault_of(child), "purpose.needs_guardian");
}

TYPED_TEST(RightsOf, AGuardianSpeaksForTheChildUntilTheFourteenthBirthday) {
  NewRights wanted = this->wanted("我是他母亲");
  wanted.kind = RightsKind::guardian;
  wanted.identifier = "980101200603120017";  // fourteen in two days
  wanted.guardian_name = "赵五";
  wanted.guardian_identifier = citizen_id(8);
  const auto wards = [&](const std::string& paper) {
    return must(this->rights().wards_of({paper, "E00000001"}));
  };
  const RightsRequest made = must(this->rights().open(wanted, {"Lin", std::nullopt}));
  must(this->rights().take(made.id, RightsStep::grant, "", {"Mei", std::nullopt}));
  EXPECT_TRUE(wards(citizen_id(8)).empty()) << "not before it is carried out";
  const RightsRequest carried =
      must(this->rights().carried(made.id, "{}", std::nullopt, {"Mei", std::nullopt}));
  ASSERT_TRUE(carried.guardianship.has_value());
  EXPECT_EQ(carried.guardianship->until, this->zone_.start_of(*parse_iso_day("2020-03-12")));
  const auto found = wards(citizen_id(8));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().name, "赵六");
  EXPECT_EQ(found.front().identifier, wanted.identifier);
  EXPECT_TRUE(wards(citizen_id(7)).empty()) << "nobody else";
  this->restart("after");
  EXPECT_EQ(wards(citizen_id(8)).size(), 1U);

  this->clock_.advance(carried.guardianship->until - std::chrono::microseconds{1} - this->clock_.now());
  EXPECT_EQ(wards(citizen_id(8)).size(), 1U) << "the last moment of thirteen";
  this->clock_.advance(std::chrono::microseconds{1});
  EXPECT_TRUE(wards(citizen_id(8)).empty()) << "by the clock itself, before any timer";
  this->work();
  const RightsRequest over = must(this->rights().find(made.id));
  ASSERT_TRUE(over.guardianship->ended_at.has_value());
  EXPECT_EQ(*over.guardianship->ended_at, over.guardianship->until);
  EXPECT_EQ(must(this->purposes().steps("rights:" + made.id.to_string())).back().step, "over");
}

TYPED_TEST(RightsOf, AGuardianshipNeedsAChildAndCanBeEnded) {
  const auto granted = [&](const std::string& child) {
    NewRights wanted = this->wanted();
    wanted.kind = RightsKind::guardian;
    wanted.identifier = child;
    wanted.guardian_name = "赵五";
    wanted.guardian_identifier = citizen_id(8);
    const RightsRequest made = must(this->rights().open(wanted, {"Lin", std::nullopt}));
    must(this->rights().take(made.id, RightsStep::grant, "", {"Mei", std::nullopt}));
    return made.id;
  };
  const auto carry = [&](RightsId id, std::optional<Day> born = std::nullopt) {
    const auto done = this->rights().carried(id, "{}", born, {"Mei", std::nullopt});
    return done ? std::string("done") : done.error().message;
  };
  EXPECT_EQ(carry(granted("980101200503110017")), "purpose.no_child") << "fourteen";
  const RightsId traveller = granted("e12345678");
  EXPECT_EQ(carry(traveller), "purpose.born_missing") << "a passport tells no birthday";
  EXPECT_EQ(carry(traveller, parse_iso_day("2021-01-01")), "purpose.no_child");
  EXPECT_EQ(carry(traveller, parse_iso_day("2010-05-01")), "done");
  EXPECT_EQ(must(this->rights().wards_of({citizen_id(8)})).size(), 1U);

  const auto end = [&](const std::string& words) {
    const auto taken = this->rights().take(traveller, RightsStep::end, words, {"Mei", std::nullopt});
    return taken ? std::string("done") : taken.error().message;
  };
  EXPECT_EQ(end(" "), "purpose.words_missing");
  EXPECT_EQ(end("法院指定了别的监护人"), "done");
  EXPECT_TRUE(must(this->rights().wards_of({citizen_id(8)})).empty());
  EXPECT_EQ(end("再次"), "purpose.no_guardianship");
  EXPECT_EQ(to_iso(fourteenth_birthday(*parse_iso_day("2008-02-29"))), "2022-03-01");
}

// What cases are opened and moved by.
TYPED_TEST(RightsOf, EachStepIsToldInTheFeedWithoutAnyName) {
  NewRights wanted = this->wanted();
  wanted.region = "980101001";
  const RightsRequest made = must(this->rights().open(wanted, {"Lin", std::nullopt}));
  storage::MatterStep step;
  step.matter = rights_matter;
  step.thing = made.id.to_string();
  step.step = "grant";
  step.actor = "Lin";
  step.in_case = "99";
  const auto move = [&] {
    storage::Change change;
    auto reader = must(this->node_.store->read());
    const auto moved = this->rights().move(step, "同意", *reader, change);
    if (!moved) return moved.error().message;
    must(this->node_.store->commit(std::move(change)));
    return std::string("done");
  };
  EXPECT_EQ(move(), "purpose.same_person");
  step.actor = "Mei";
  step.step = "carry";
  EXPECT_EQ(move(), "purpose.no_step");
  step.step = "grant";
  EXPECT_EQ(move(), "done");
  EXPECT_EQ(must(this->rights().find(made.id)).answer, "同意");
  must(this->rights().carried(made.id, "{}", std::nullopt, {"Mei", std::nullopt}));
  std::vector<std::string> told;
  for (const auto& entry : must(this->node_.store->read_feed({}, 10'000))) {
    if (entry.kind == storage::matter_event_kind) told.push_back(entry.body);
  }
  ASSERT_EQ(told.size(), 3U);
  EXPECT_NE(told[0].find(R"("step":"open")"), std::string::npos);
  EXPECT_NE(told[0].find(R"("region":"980101001")"), std::string::npos);
  EXPECT_NE(told[1].find(R"("case":"99")"), std::string::npos);
  EXPECT_NE(told[2].find(R"("step":"carry")"), std::string::npos);
  for (const auto& body : told) {
    EXPECT_EQ(body.find("赵六"), std::string::npos);
    EXPECT_EQ(body.find(citizen_id(7)), std::string::npos);
  }
}

TYPED_TEST(RightsOf, TheClockMarksWhatIsDueAndListsFindIt) {
  const RightsRequest late = must(this->rights().open(this->wanted(), {"Lin", std::nullopt}));
  NewRights other = this->wanted();
  other.identifier = citizen_id(9);
  other.kind = RightsKind::object;
  this->clock_.advance(std::chrono::days{10});
  const RightsRequest fresh = must(this->rights().open(other, {"Lin", std::nullopt}));
  this->clock_.advance(std::chrono::days{5});
  this->work();
  EXPECT_EQ(must(this->rights().count_open()).overdue, 0) << "its last moment has not passed";
  this->clock_.advance(std::chrono::seconds{1});
  this->work();
  EXPECT_EQ(must(this->rights().count_open()).overdue, 1);
  RightsQuery query;
  query.overdue = true;
  auto found = must(this->rights().list(query));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().id, late.id);
  EXPECT_TRUE(found.front().asked.name.empty()) << "a list tells no names";
  query = {};
  query.identifier = " " + other.identifier + " ";
  found = must(this->rights().list(query));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().id, fresh.id);
  EXPECT_EQ(must(this->rights().take(late.id, RightsStep::grant, "", {"Mei", std::nullopt})).overdue, true);
}

TYPED_TEST(RightsOf, NoNameStandsReadableOnDisk) {
  must(this->rights().open(this->wanted("我叫赵六"), {"Lin", std::nullopt}));
  this->restart("after");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(this->backend_->place.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find("赵六"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(citizen_id(7)), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace jingwei::purpose
