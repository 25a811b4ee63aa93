// Identity on an empty database, with a clock that tests turn and passwords that cost nothing.
#pragma once

#include <gtest/gtest.h>

#include "modules/identity/identity_service.h"
#include "modules/identity/messages.gen.h"
#include "modules/identity/sql.gen.h"
#include "modules/region/region_testing.h"
#include "storage/sql.gen.h"
#include "tests/support/backends.h"
#include "tests/support/failing_store.h"

namespace jingwei::identity {

using jingwei::testing::FailingStore;
using jingwei::testing::must;

inline constexpr const char* good_password = "three quiet streets";

template <typename Backend>
class IdentityFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    store_ = must(backend_->open(clock_));
    std::vector<storage::Migration> all;
    for (const auto migrations : {storage::sql::migrations(), sql::migrations()})
      all.insert(all.end(), migrations.begin(), migrations.end());
    must(store_->migrate(all));
    service_ = open();
  }
  void TearDown() override {
    service_.reset();
    store_.reset();
    backend_.reset();
  }

  // A process on the same database.
  std::unique_ptr<IdentityService> open() { return open(*store_); }
  std::unique_ptr<IdentityService> open(storage::Store& store) {
    Policy policy;
    policy.password_cost = {1, 8192};
    policy.second_factor = wanted_;
    auto service = std::make_unique<IdentityService>(IdentityParts{store, regions_, *sealer_, clock_,
                                                                   [this] { return region("9801"); }, "one",
                                                                   folder_.path(), policy, web_});
    must(service->open());
    return service;
  }

  RegionId region(const std::string& code) const {
    const auto tree = regions_.tree();
    return tree->id(tree->find(code));
  }
  Account account(const std::string& login, AccountKind kind = AccountKind::staff) {
    NewAccount wanted;
    wanted.kind = kind;
    wanted.login = login;
    wanted.name = "王敏";
    wanted.password = good_password;
    return must(service_->accounts().create(wanted, {"setup"})).account;
  }
  HeldGrant grant(const Account& to, const std::string& role, const std::string& code = "9801",
                  const std::string& department = "") {
    return must(service_->accounts().grant({to.id, role, code, department, {}, {}, ""}, {"setup"}));
  }
  Result<SignInDone> sign_in(const std::string& login, const std::string& password = good_password,
                             const std::string& remote = "10.0.0.1", const std::string& device = "",
                             const std::string& code = "") {
    return service_->sign_in().by_password({login, password, code}, {remote, device, "test", Language::en});
  }
  std::string told(const Result<SignInDone>& result) { return result ? "in" : result.error().message; }

  ManualClock clock_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<storage::Store> store_;
  storage::TemporaryFolder folder_;
  std::unique_ptr<storage::Sealer> sealer_ = storage::plain_sealer();
  region::Regions regions_{region::testing::sample_file(), nullptr};
  SecondFactor wanted_ = SecondFactor::optional;
  Web web_;  // set before SetUp
  std::unique_ptr<IdentityService> service_;
};

}  // namespace jingwei::identity
