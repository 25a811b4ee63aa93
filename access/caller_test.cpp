// Goal: nothing is allowed or shown that no grant allows now, for whatever roles, regions, departments and
// purposes.
#include "access/caller.h"

#include <gtest/gtest.h>

#include "access/messages.gen.h"
#include "base/random.h"

namespace jingwei::access {
namespace {

const Instant noon{std::chrono::hours{12}};

std::shared_ptr<Role> role(std::initializer_list<std::string_view> permissions) {
  auto made = std::make_shared<Role>();
  made->id = "test";
  for (const auto id : permissions) made->permissions.set(*find_permission(id));
  return made;
}

Grant grant(std::shared_ptr<const Role> role, std::int64_t region, std::string department = {}) {
  Grant made;
  made.role = std::move(role);
  made.region = RegionId(region);
  made.whole_area = region == 1;
  made.department = std::move(department);
  return made;
}

std::string refusal(const Result<void>& result) {
  return result ? "" : result.error().message;
}

TEST(Caller, MayDoNothingWithoutAGrant) {
  const Caller nobody("account:1", {});
  for (const auto& permission : permissions()) {
    EXPECT_EQ(nobody.may(permission.id, noon).ok(), permission.reach <= Reach::self) << permission.id;
  }
  EXPECT_FALSE(nobody.may("no.such.permission", noon).ok());
}

TEST(Caller, HoldsAGrantFromItsFirstMomentUntilItsLast) {
  Grant one = grant(role({"metrics.read"}), 1);
  one.from = noon;
  one.until = noon + std::chrono::hours{1};
  const Caller caller("account:1", {one});
  EXPECT_FALSE(caller.may("metrics.read", noon - std::chrono::microseconds{1}).ok());
  EXPECT_TRUE(caller.may("metrics.read", noon).ok());
  EXPECT_FALSE(caller.may("metrics.read", noon + std::chrono::hours{1}).ok());
}

TEST(Caller, NeedsTheWholeAreaForWhatConcernsTheHub) {
  const auto keeper = role({"account.write"});
  EXPECT_EQ(refusal(Caller("a", {grant(keeper, 7)}).may("account.write", noon)), "access.not_whole_area");
  EXPECT_EQ(refusal(Caller("a", {grant(keeper, 1, "health")}).may("account.write", noon)),
            "access.not_whole_area");
  EXPECT_TRUE(Caller("a", {grant(keeper, 1)}).may("account.write", noon).ok());
}

TEST(Caller, ActsForTheDepartmentsOfTheGrantsThatHoldThePermission) {
  const Caller officer(
      "a", {grant(role({"ingest.write"}), 1, "health"), grant(role({"ingest.read"}), 1, "police")});
  EXPECT_TRUE(officer.may_for("ingest.write", "health", noon).ok());
  EXPECT_EQ(refusal(officer.may_for("ingest.write", "police", noon)), "access.not_your_department");
  EXPECT_EQ(officer.departments("ingest.read", noon), (std::set<std::string>{"police"}));
  EXPECT_EQ(Caller("a", {grant(role({"ingest.read"}), 1)}).departments("ingest.read", noon), std::nullopt);
}

TEST(Caller, SeesPersonalFieldsOnlyUnderAPurposeOfRoleAndResource) {
  auto doctor = role({"record.read"});
  doctor->classes = {"name", "health"};
  doctor->purposes = {"care", "tax"};
  const Caller caller("a", {grant(doctor, 7)});
  const std::vector<std::string> purposes = {"care", "census"};
  const ResourceFacts resource{"tests", "health", purposes};

  const auto without = caller.sight("record.read", resource, "", noon);
  ASSERT_TRUE(without.ok());
  ASSERT_EQ(without->parts.size(), 1U);
  EXPECT_FALSE(without->parts[0].opens("name"));
  const auto with = caller.sight("record.read", resource, "care", noon);
  ASSERT_TRUE(with.ok());
  EXPECT_TRUE(with->parts[0].opens("health"));
  EXPECT_FALSE(with->parts[0].opens("address"));
  EXPECT_EQ(caller.sight("record.read", resource, "census", noon).error().message,
            "access.purpose_not_yours");
  EXPECT_EQ(caller.sight("record.read", resource, "tax", noon).error().message, "access.purpose_not_served");
}

TEST(Caller, NeverOpensTheClassesOfOneGrantInTheRegionsOfAnother) {
  auto doctor = role({"record.read"});
  doctor->classes = {"health"};
  doctor->purposes = {"care"};
  auto worker = role({"record.read"});
  worker->classes = {"name"};
  worker->purposes = {"care"};
  const Caller caller("a", {grant(doctor, 7), grant(worker, 8)});
  const std::vector<std::string> purposes = {"care"};
  const auto sight = caller.sight("record.read", {"tests", "health", purposes}, "care", noon);
  ASSERT_TRUE(sight.ok());
  for (const auto& part : sight->parts) {
    EXPECT_EQ(part.opens("health"), part.region == RegionId(7));
    EXPECT_EQ(part.opens("name"), part.region == RegionId(8));
  }
}

// For random grants: whatever is allowed or seen is so because of one grant that allows all of it at once.
TEST(Caller, NothingIsAllowedThatNoSingleGrantAllows) {
  SeededRandom random(11);
  const std::vector<std::string> departments = {"", "health", "police"}, purposes = {"care", "census", "tax"},
                                 classes = {"name", "health", "address"};
  const auto one_of = [&](const std::vector<std::string>& list) { return list[random.below(list.size())]; };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Grant> grants;
    for (std::uint64_t count = random.below(4); count > 0; --count) {
      auto held = std::make_shared<Role>();
      for (std::size_t at = 0; at < permissions().size(); ++at) held->permissions[at] = random.chance(0.3);
      for (const auto& one : classes) {
        if (random.chance(0.5)) held->classes.insert(one);
      }
      for (const auto& one : purposes) {
        if (random.chance(0.5)) held->purposes.insert(one);
      }
      Grant made = grant(held, static_cast<std::int64_t>(1 + random.below(3)), one_of(departments));
      if (random.chance(0.2)) made.from = noon + std::chrono::hours{1};
      if (random.chance(0.2)) made.until = noon - std::chrono::hours{1};
      grants.push_back(made);
    }
    const Caller caller("account:1", grants);
    const Permission& wanted = permissions()[random.below(permissions().size())];
    const auto allows = [&](const Grant& held) {
      return held.role->holds(wanted.id) && held.in_force(noon) &&
             (wanted.reach != Reach::hub || (held.whole_area && held.department.empty()));
    };
    const bool expected = wanted.reach <= Reach::self || std::any_of(grants.begin(), grants.end(), allows);
    ASSERT_EQ(caller.may(wanted.id, noon).ok(), expected) << wanted.id << " in round " << round;

    const std::vector<std::string> served = {one_of(purposes)};
    const std::string department = one_of(departments), purpose = random.chance(0.3) ? "" : one_of(purposes);
    const auto sight = caller.sight("record.read", {"r", department, served}, purpose, noon);
    if (!sight) continue;
    for (const auto& part : sight->parts) {
      const bool backed = std::any_of(grants.begin(), grants.end(), [&](const Grant& held) {
        const bool pursued =
            purpose.empty() || (held.role->purposes.contains(purpose) && served.front() == purpose);
        return held.role->holds("record.read") && held.in_force(noon) && pursued &&
               (held.department.empty() || held.department == department) && held.region == part.region &&
               held.whole_area == part.whole_area &&
               std::all_of(part.classes.begin(), part.classes.end(),
                           [&](const std::string& one) { return held.role->classes.contains(one); });
      });
      ASSERT_TRUE(backed) << "round " << round;
      if (purpose.empty()) ASSERT_TRUE(part.classes.empty());
    }
  }
}

TEST(Permissions, HaveATitleInBothLanguagesAndAName) {
  register_messages();
  for (const auto& permission : permissions()) {
    EXPECT_FALSE(title_of(permission, Language::zh).starts_with("access.")) << permission.id;
    EXPECT_EQ(find_permission(permission.id), static_cast<std::size_t>(&permission - permissions().data()));
  }
}

}  // namespace
}  // namespace jingwei::access
