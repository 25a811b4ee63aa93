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
  EXPECT_EQ(age_of(child.identifier, *parse_iso_day("2020-03-10")), 13);
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
