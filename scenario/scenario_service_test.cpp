// Goal: packages are installed, upgraded and removed while a hub runs, on either storage, as a whole or not
// at all.
#include "scenario/scenario_service.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "scenario/scenario_json.h"
#include "scenario/sql.gen.h"
#include "schema/messages.gen.h"
#include "storage/sql.gen.h"
#include "tests/support/backends.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;
namespace fs = std::filesystem;

template <typename Backend>
class Scenarios : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Backend::missing().empty()) GTEST_SKIP() << Backend::missing();
    schema::register_messages();
    register_messages();
    fs::create_directories(folder());
    write(made("of-program"));
    open();
  }

  std::string folder() const { return backend_.place.path() + "/packages"; }

  static Package made(const std::string& id) {
    Package package;
    package.id = id;
    package.place = id;
    for (auto& [name, text] : must(new_package(id))) {
      if (!name.starts_with(".schema/")) package.files.emplace(name, text);
    }
    return package;
  }

  static Package changed(Package package, const std::string& from, const std::string& to) {
    for (auto& [name, text] : package.files) {
      if (const auto at = text.find(from); at != std::string::npos) {
        text.replace(at, from.size(), to);
        return package;
      }
    }
    ADD_FAILURE() << from;
    return package;
  }

  void write(const Package& package) const {
    fs::create_directories(folder() + "/" + package.id);
    for (const auto& [name, text] : package.files)
      std::ofstream(folder() + "/" + package.id + "/" + name) << text;
  }

  void open() {
    service_.reset();
    store_.reset();
    store_ = must(backend_.open(clock_));
    must(store_->migrate(storage::sql::migrations()));
    must(store_->migrate(sql::migrations()));
    service_ = std::make_unique<ScenarioService>(*store_, clock_);
    must(service_->open(real_file_system(), folder()));
  }

  std::vector<std::string> shown() { return must(service_->files().list(std::string(packages_folder))); }

  Backend backend_;
  ManualClock clock_{from_micros(1'583'800'000'000'000)};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<ScenarioService> service_;
};

TYPED_TEST_SUITE(Scenarios, jingwei::testing::Backends, jingwei::testing::BackendNames);

using Shown = std::vector<std::string>;

TYPED_TEST(Scenarios, ThoseOfTheProgramAreThereAndFollowItsFolder) {
  EXPECT_EQ(this->shown(), Shown{"of-program"});
  this->write(this->changed(this->made("of-program"), "version: 0.1.0", "version: 0.2.0"));
  this->open();
  EXPECT_NE(must(this->service_->get("of-program")).package.files.at("scenario.yaml").find("0.2.0"),
            std::string::npos);
  fs::remove_all(this->folder() + "/of-program");
  this->open();
  EXPECT_TRUE(this->shown().empty());
}

TYPED_TEST(Scenarios, WhatOneAsksAgainIsToldWithItsInstallation) {
  Followers followers;
  followers.warnings = [](const Package& package, Language language) {
    return std::vector<PackageWarning>{{package.id + "-form.phone", "register.phone",
                                        language == Language::zh ? "已有来源" : "held already"}};
  };
  this->service_->set_followers(followers);
  const Package package = this->made("street-lamp");
  const std::string checked = check_json(package, "", this->service_->check(package),
                                         this->service_->warnings(package, Language::en), Language::en);
  EXPECT_NE(checked.find(R"("warnings":[{"place":"street-lamp-form.phone","other":"register.phone",)"),
            std::string::npos)
      << checked;
  const Kept kept = must(this->service_->install(package, {"li", "first"}));
  const std::string told =
      installed_json(kept, this->service_->warnings(kept.package, Language::zh), Language::zh);
  EXPECT_NE(told.find("已有来源"), std::string::npos) << told;
  EXPECT_EQ(summary_json(kept, Language::zh).find("warnings"), std::string::npos) << "in that answer alone";
}

TYPED_TEST(Scenarios, AnInstalledOneStandsBesideThemAndAfterARestart) {
  int applied = 0;
  Followers followers;
  followers.apply = [&](FileSystem& files, const std::string& folder) -> Result<void> {
    ++applied;
    EXPECT_EQ(must(files.list(folder)).size(), 2U);
    EXPECT_TRUE(must(files.exists(folder + "/street-lamp/process.yaml")));
    EXPECT_FALSE(must(files.exists(folder + "/street-lamp/absent.yaml")));
    return {};
  };
  this->service_->set_followers(followers);
  const Kept kept = must(this->service_->install(this->made("street-lamp"), {"li", "first"}));
  EXPECT_EQ(kept.origin, PackageOrigin::upload);
  EXPECT_EQ(kept.changed_by, "li");
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(this->shown(), (Shown{"of-program", "street-lamp"}));
  this->open();
  EXPECT_EQ(this->shown(), (Shown{"of-program", "street-lamp"}));
  const auto again = this->service_->install(this->made("street-lamp"), {"li", ""});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, "scenario.same_already");
}

TYPED_TEST(Scenarios, ABrokenOneIsRefusedWithEveryFaultAndNothingChanges) {
  const auto refused = this->service_->install(
      this->changed(this->made("street-lamp"), "by: [grid-worker]", "by: [gridworker]"), {"li", ""});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "scenario.not_sound");
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes.front().message, "scenario.no_actor_near");
  EXPECT_EQ(this->shown(), Shown{"of-program"});
}

TYPED_TEST(Scenarios, ARemovedOneStaysRemovedAndComesBackWhenInstalled) {
  EXPECT_EQ(this->service_->remove("of-program", {"li", " "}).error().message, "scenario.reason_missing");
  must(this->service_->remove("of-program", {"li", "not used"}));
  EXPECT_TRUE(this->shown().empty());
  this->open();
  EXPECT_TRUE(this->shown().empty()) << "the program's folder does not bring back what people removed";
  EXPECT_EQ(this->service_->remove("of-program", {"li", "again"}).error().code, ErrorCode::not_found);
  must(this->service_->install(this->made("of-program"), {"li", "back"}));
  EXPECT_EQ(this->shown(), Shown{"of-program"});
}

TYPED_TEST(Scenarios, WhoRemovesTwiceIsToldThatItIsNotInstalled) {
  must(this->service_->remove("of-program", {"li", "not used"}));
  const auto again = this->service_->remove("of-program", {"li", "not used"});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(render(again.error(), Language::en),
            "The package of-program is not installed: li removed it at 2020-03-10T00:26:40Z.");
  EXPECT_EQ(this->service_->remove("never-there", {"li", "not used"}).error().message,
            "scenario.no_such_package");
}

TYPED_TEST(Scenarios, AnOlderOneIsRefusedUnlessItIsAskedForOutright) {
  const auto of_version = [&](const std::string& version) {
    return this->changed(this->made("street-lamp"), "version: 0.1.0", "version: " + version);
  };
  must(this->service_->install(of_version("0.10.0"), {"li", ""}));
  const auto refused = this->service_->install(of_version("0.9.5"), {"li", ""});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  const std::string told = render(refused.error(), Language::en);
  EXPECT_TRUE(told.starts_with("The package street-lamp is installed as 0.10.0, and 0.9.5 is older;"))
      << told;
  EXPECT_EQ(must(this->service_->get("street-lamp")).package.files, of_version("0.10.0").files);
  must(this->service_->install(of_version("0.9.5"), {"li", "", {}, Older::taken}));
  EXPECT_EQ(must(this->service_->get("street-lamp")).package.files, of_version("0.9.5").files);
  // One that was removed stands in nobody's way.
  must(this->service_->remove("street-lamp", {"li", "x"}));
  must(this->service_->install(of_version("0.1.0"), {"li", ""}));
}

TYPED_TEST(Scenarios, DepartmentsOfTheHubAreKnown) {
  const auto named =
      this->changed(this->made("street-lamp"), "department: grid-office", "department: waterworks");
  const auto refused = this->service_->install(named, {"li", ""});
  ASSERT_FALSE(refused.ok());
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes.front().message, "scenario.no_department");
  Followers followers;
  followers.departments = [] { return std::vector<std::string>{"waterworks"}; };
  this->service_->set_followers(followers);
  must(this->service_->install(named, {"li", ""}));
}

TYPED_TEST(Scenarios, OneThatOthersNeedCannotBeRemoved) {
  must(this->service_->install(
      this->changed(this->made("street-lamp"), "covers: []", "covers: []\ndepends: [of-program]"),
      {"li", ""}));
  const auto refused = this->service_->remove("of-program", {"li", "x"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "scenario.needed");
  must(this->service_->remove("street-lamp", {"li", "x"}));
  must(this->service_->remove("of-program", {"li", "x"}));
}

// Who was killed between the Change and what follows from it finds all of the new package at the next start.
TYPED_TEST(Scenarios, AKilledInstallationLeavesTheNewOneWholeAtTheNextStart) {
  Followers followers;
  followers.apply = [](FileSystem&, const std::string&) -> Result<void> {
    return Error(ErrorCode::unavailable, "file.fault");
  };
  this->service_->set_followers(followers);
  EXPECT_FALSE(this->service_->install(this->made("street-lamp"), {"li", ""}).ok());
  this->open();
  EXPECT_EQ(this->shown(), (Shown{"of-program", "street-lamp"}));
  EXPECT_EQ(must(this->service_->get("street-lamp")).package.files, this->made("street-lamp").files);
}

TYPED_TEST(Scenarios, AnotherProcessFollows) {
  if constexpr (!TypeParam::shared) GTEST_SKIP() << "an embedded folder has one process";
  auto other_store = must(this->backend_.open(this->clock_));
  ScenarioService other(*other_store, this->clock_);
  must(other.open(real_file_system(), this->folder()));
  must(this->service_->install(this->made("street-lamp"), {"li", ""}));
  EXPECT_EQ(must(other.files().list(std::string(packages_folder))).size(), 1U);
  for (const auto& event : must(other_store->read_feed({}, 1000))) must(other.follow(event));
  EXPECT_EQ(must(other.files().list(std::string(packages_folder))).size(), 2U);
}

TYPED_TEST(Scenarios, WhatIsSentAgainUnderItsKeyIsDoneOnceAndAnsweredAgain) {
  const PackageRequest request{"li", "first", "key-1"};
  const Kept once = must(this->service_->install(this->made("street-lamp"), request));
  const Kept twice = must(this->service_->install(this->made("street-lamp"), request));
  EXPECT_EQ(twice.revision, once.revision);
  EXPECT_EQ(twice.digest, once.digest);
  const auto other = this->service_->install(
      this->changed(this->made("street-lamp"), "version: 0.1.0", "version: 0.2.0"), request);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().message, "idempotency.mismatch");
  const Kept removed = must(this->service_->remove("street-lamp", {"li", "not used", "key-2"}));
  EXPECT_EQ(must(this->service_->remove("street-lamp", {"li", "not used", "key-2"})).revision,
            removed.revision);
  EXPECT_EQ(must(this->service_->get("street-lamp")).state, PackageState::removed);
}

// The first time what follows from it failed: whoever sends it again must not be told that all is well before
// it is.
TYPED_TEST(Scenarios, WhatIsSentAgainIsBroughtUpToDate) {
  int applied = 0;
  Followers followers;
  followers.apply = [&](FileSystem&, const std::string&) -> Result<void> {
    if (++applied == 1) return Error(ErrorCode::unavailable, "file.fault");
    return {};
  };
  this->service_->set_followers(followers);
  EXPECT_FALSE(this->service_->install(this->made("street-lamp"), {"li", "", "key-3"}).ok());
  must(this->service_->install(this->made("street-lamp"), {"li", "", "key-3"}));
  EXPECT_EQ(applied, 2);
}

TYPED_TEST(Scenarios, TwoWhoInstallAtOnceLeaveOneOfTheirPackages) {
  const Package first = this->changed(this->made("street-lamp"), "version: 0.1.0", "version: 1.0.0");
  const Package second = this->changed(this->made("street-lamp"), "version: 0.1.0", "version: 2.0.0");
  Result<Kept> a = Kept(), b = Kept();
  std::thread one([&] { a = this->service_->install(first, {"a", ""}); });
  std::thread two([&] { b = this->service_->install(second, {"b", ""}); });
  one.join();
  two.join();
  EXPECT_TRUE(a.ok() || b.ok());
  const Kept kept = must(this->service_->get("street-lamp"));
  EXPECT_TRUE(kept.digest == first.digest() || kept.digest == second.digest());
  EXPECT_EQ(kept.digest, kept.package.digest());
}

}  // namespace
}  // namespace jingwei::scenario
