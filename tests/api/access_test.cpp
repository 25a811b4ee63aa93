// Goal: for every operation of every api.yaml it is written down which role may call it, granted for the
// whole area or for a district (matrix/access.yaml); the hub decides so, nothing is left out, and nobody
// comes in without a session.
#include <algorithm>
#include <map>
#include <set>

#include "http/test_client.h"
#include "modules/identity/builtin_roles.h"
#include "modules/identity/identity_routes.h"
#include "tests/api/api_case.h"
#include "tests/api/small_hub.h"

namespace jingwei::api_tests {
namespace {

using jingwei::testing::must;
using schema::YamlNode;

struct Operation {
  std::string id, method, path, permission, place;
};

std::vector<Operation> all_operations() {
  std::vector<std::string> files = {JINGWEI_SOURCE_DIR "/app/api.yaml",
                                    JINGWEI_SOURCE_DIR "/scenario/api.yaml"};
  for (const auto& module : must(real_file_system().list(JINGWEI_SOURCE_DIR "/modules")))
    files.push_back(JINGWEI_SOURCE_DIR "/modules/" + module + "/api.yaml");
  std::vector<Operation> operations;
  for (const auto& file : files) {
    if (!must(real_file_system().exists(file))) continue;
    const auto root =
        must(schema::parse_yaml(must(read_text(real_file_system(), file, limits::yaml_bytes)), file));
    for (const auto& one : root.find("operations")->items) {
      operations.push_back({one.find("id")->scalar, one.find("method")->scalar, one.find("path")->scalar,
                            one.find("permission")->scalar, one.place()});
    }
  }
  return operations;
}

http::Method method_of(const std::string& name) {
  for (const auto method :
       {http::Method::get, http::Method::post, http::Method::put, http::Method::patch, http::Method::del}) {
    if (http::name_of(method) == name) return method;
  }
  return http::Method::other;
}

// "list_accounts: {hub: [security-admin], district: []}"; "anyone" and "signed-in" stand for everybody.
using Allowed = std::map<std::string, std::map<std::string, std::set<std::string>>>;

Allowed written_down() {
  const std::string path = JINGWEI_SOURCE_DIR "/tests/api/matrix/access.yaml";
  const auto root =
      must(schema::parse_yaml(must(read_text(real_file_system(), path, limits::yaml_bytes)), path));
  Allowed allowed;
  for (const auto& operation : root.pairs) {
    for (const auto& reach : operation.value.pairs) {
      auto& roles = allowed[operation.key.scalar][reach.key.scalar];
      for (const auto& role : reach.value.items) roles.insert(role.scalar);
    }
  }
  return allowed;
}

class AccessMatrix : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!SmallHub::missing().empty()) return;
    backend_ = std::make_unique<jingwei::testing::EmbeddedBackend>();
    hub_ = std::make_unique<SmallHub>(backend_->settings_store(), backend_->folder());
  }
  static void TearDownTestSuite() {
    hub_.reset();
    backend_.reset();
  }
  void SetUp() override {
    if (const std::string reason = SmallHub::missing(); !reason.empty()) GTEST_SKIP() << reason;
  }

  // The token of a new account that holds one role for a region.
  static std::string token_of(const std::string& role, const std::string& region) {
    auto& identity = hub_->hub().identity();
    identity::NewAccount wanted;
    wanted.kind = identity::AccountKind::client;
    wanted.name = role;
    wanted.with_password = false;
    const auto account = must(identity.accounts().create(wanted, {"setup"})).account;
    must(identity.accounts().grant({account.id, role, region, "", {}, {}, ""}, {"setup"}));
    return must(identity.tokens().open(account, identity::TokenKind::key, "test",
                                       hub_->hub().clock().now() + std::chrono::hours{1}, "key.create",
                                       {"setup"}))
        .text;
  }

  static inline std::unique_ptr<jingwei::testing::EmbeddedBackend> backend_;
  static inline std::unique_ptr<SmallHub> hub_;
};

TEST_F(AccessMatrix, EveryOperationLetsInTheRolesWrittenDownAndNoOther) {
  const Allowed allowed = written_down();
  const auto operations = all_operations();
  identity::IdentityRoutes routes(hub_->hub().identity(), identity::Cookies::plain);
  const std::map<std::string, std::string> regions = {{"hub", "990100"}, {"district", "990101"}};
  std::map<std::pair<std::string, std::string>, std::string> tokens;
  for (const auto& role : identity::builtin_roles()) {
    for (const auto& [reach, code] : regions)
      tokens[{role->id, reach}] = "Bearer " + token_of(role->id, code);
  }
  std::set<std::string> known;
  for (const auto& operation : operations) {
    known.insert(operation.id);
    const auto written = allowed.find(operation.id);
    if (written == allowed.end()) {
      ADD_FAILURE() << operation.place << ": " << operation.id
                    << " stands in no line of tests/api/matrix/access.yaml";
      continue;
    }
    http::Route route;
    route.permission = operation.permission;
    const auto lets_in = [&](const std::string& authorization) {
      http::Request request;
      request.method = method_of(operation.method);
      request.remote = "10.0.0.1";
      if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
      return routes.let_in(request, route).ok();
    };
    for (const auto& [reach, unused] : regions) {
      const auto& roles = written->second.at(reach);
      EXPECT_EQ(lets_in(""), roles.contains("anyone")) << operation.id << " without a session";
      for (const auto& role : identity::builtin_roles()) {
        const bool expected =
            roles.contains("anyone") || roles.contains("signed-in") || roles.contains(role->id);
        EXPECT_EQ(lets_in(tokens[{role->id, reach}]), expected)
            << operation.id << " as " << role->id << " of the " << reach;
      }
    }
  }
  for (const auto& [operation, unused] : allowed)
    EXPECT_TRUE(known.contains(operation)) << operation << " is no operation";
}

TEST_F(AccessMatrix, NothingAnswersWithoutASessionButWhatIsForAnyone) {
  const Allowed allowed = written_down();
  for (const auto& operation : all_operations()) {
    std::string path = operation.path;
    for (std::size_t at; (at = path.find('{')) != std::string::npos;)
      path.replace(at, path.find('}') - at + 1, "1");
    http::testing::Client client(hub_->port());
    const auto written = allowed.find(operation.id);
    const bool anyone = written != allowed.end() && written->second.at("hub").contains("anyone");
    const auto answer =
        client.ask(operation.method + " " + path +
                   " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(answer.status != 401, anyone) << operation.id << " answers " << answer.status;
  }
  for (const char* path : {"/api/openapi.json", "/healthz", "/"}) {
    http::testing::Client client(hub_->port());
    EXPECT_EQ(client.ask(http::testing::get(path)).status, 200) << path;
  }
}

TEST_F(AccessMatrix, EveryPermissionOfAnOperationIsInTheList) {
  // The first is asked by the handler of step_version, for the steps that decide; the second where cases are
  // cut to their readers.
  std::set<std::string> used = {"catalog.decide", "case.turn"};
  for (const auto& operation : all_operations()) {
    used.insert(operation.permission);
    EXPECT_TRUE(access::find_permission(operation.permission))
        << operation.place << ": " << operation.permission;
  }
  for (const auto& permission : access::permissions()) {
    EXPECT_TRUE(used.contains(std::string(permission.id)))
        << permission.id << " is a permission that no operation asks for";
  }
}

}  // namespace
}  // namespace jingwei::api_tests
