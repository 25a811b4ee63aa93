// Whoever is shown people by the registry's pages leaves on record whom.
#include <gtest/gtest.h>

#include "modules/registry/model_testing.h"
#include "modules/registry/registry_routes.h"
#include "storage/pseudonym.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryLooks : public ModelWorld<Backend> {
 protected:
  http::Response ask(const std::string& operation, const http::PathValues& values, std::string_view purpose,
                     int status = 200) {
    RegistryRoutes pages(*this->registry_,
                         [](std::int64_t, std::optional<std::int64_t>) -> Result<std::vector<std::string>> {
                           return std::vector<std::string>();
                         });
    http::Request request;
    request.caller = access::Caller::local_operator();
    if (!purpose.empty()) request.headers = {{"Jingwei-Purpose", purpose}};
    http::Response answer;
    for (const auto& route : pages.routes()) {
      if (route.operation != operation) continue;
      route.handle(request, values,
                   http::Responder([&](http::Response given) { answer = std::move(given); }));
    }
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer;
  }
  std::string pseudonym(int number) { return storage::pseudonym_of(this->sealer_, citizen_id(number)); }
  std::vector<std::string> looks() {
    const std::string sql =
        "SELECT detail FROM audit_entry WHERE event = 'review.show' ORDER BY xact, sequence";
    const storage::Statement statement{"looks", sql, sql};
    std::vector<std::string> found;
    must(must(this->node_.store->read())->query(statement, {}, [&](const storage::Row& row) {
      found.emplace_back(row.text(0));
      return true;
    }));
    return found;
  }
};
TYPED_TEST_SUITE(RegistryLooks, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryLooks, AtAPairAreLooksAtBoth) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->put_review(this->record_of("people", 1), this->record_of("people", 2));
  this->ask("next_review", {}, "");
  this->ask("next_review", {}, "epidemic-control");
  const auto looks = this->looks();
  ASSERT_EQ(looks.size(), 2U);
  EXPECT_EQ(looks[0].find("person:"), std::string::npos) << "what was masked tells of nobody";
  for (const int number : {1, 2})
    EXPECT_NE(looks[1].find(this->pseudonym(number)), std::string::npos) << looks[1];
  EXPECT_NE(looks[1].find("\"purpose\":\"epidemic-control\""), std::string::npos) << looks[1];
}

TYPED_TEST(RegistryLooks, AtWhoStandsInTwoListsAreLooksAtEach) {
  this->load("people", jingwei::testing::people(1, 30));
  this->load("visits", std::string(visit_header) + visit_row("V3", 3, "张三") + visit_row("V4", 4, "张三"));
  this->link();
  storage::TimerRunner timers(*this->node_.store, this->clock_, "first");
  this->registry_->on_timers(timers);
  NewComparison wanted;
  wanted.title = "就诊者与在册人员";
  wanted.purpose = "epidemic-control";
  wanted.left = "visits";
  wanted.right = "people";
  wanted.reason = "排查";
  wanted.mode = ComparisonMode::list;
  auto& all = this->registry_->comparisons();
  const auto asked = must(all.ask(wanted, access::Caller::local_operator().get(), {"local", std::nullopt}));
  must(all.decide(asked.id, Comparisons::Word::approve, "", {"another", std::nullopt}));
  EXPECT_EQ(must(timers.step()), 1U);
  const auto answer = this->ask("list_comparison_matches", {asked.id.to_string()}, "epidemic-control");
  const std::set<std::string> persons(answer.disclosed.persons.begin(), answer.disclosed.persons.end());
  EXPECT_EQ(persons, (std::set<std::string>{this->pseudonym(3), this->pseudonym(4)}));
  EXPECT_EQ(answer.disclosed.purpose, "epidemic-control");
  EXPECT_TRUE(this->ask("list_comparison_matches", {asked.id.to_string()}, "").disclosed.persons.empty());
}

TYPED_TEST(RegistryLooks, AtWhyARecordBelongsIsALookAtItsPerson) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三"));
  this->link();
  const std::string one = this->person(1).to_string();
  const std::string visit = this->record_of("visits", 1).to_string();
  const auto answer = this->ask("explain_link", {one, visit}, "epidemic-control");
  EXPECT_EQ(answer.disclosed.subject, this->pseudonym(1));
  EXPECT_EQ(answer.disclosed.purpose, "epidemic-control");
  EXPECT_EQ(answer.disclosed.persons, (std::vector<std::string>{this->pseudonym(1)}));
  EXPECT_NE(answer.body.find(citizen_id(1)), std::string::npos) << answer.body;
  // Without a purpose numbers are masked here as in the file; how alike they are is told.
  const auto masked = this->ask("explain_link", {one, visit}, "");
  EXPECT_EQ(masked.body.find(citizen_id(1)), std::string::npos) << masked.body;
  EXPECT_NE(masked.body.find("\"level\":\"exact\""), std::string::npos) << masked.body;
  EXPECT_TRUE(masked.disclosed.persons.empty());
  this->ask("explain_link", {this->person(2).to_string(), visit}, "epidemic-control", 404);
}

TYPED_TEST(RegistryLooks, ACopyNeedsAPurpose) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  const std::string one = this->person(1).to_string();
  this->ask("export_subject", {one}, "", 403);
  EXPECT_EQ(this->ask("export_subject", {one}, "epidemic-control").disclosed.subject, this->pseudonym(1));
}

TYPED_TEST(RegistryLooks, WhatWasDoubtfulInLearningIsTold) {
  this->load("people", jingwei::testing::people(1, 3));
  this->put_model(1, R"([["default_value","phone",31],["equal_rows","",7]])");
  must(this->registry_->models().activate(1, this->request_));
  this->link();
  const auto status = must(this->registry_->status());
  ASSERT_EQ(status.warnings.size(), 2U);
  EXPECT_EQ(status.warnings.front().trait, "phone");
  EXPECT_EQ(status.warnings.front().count, 31);
  EXPECT_EQ(status.overfull_blocks, 0);
  for (const char* operation : {"get_registry", "list_models"}) {
    const std::string body = this->ask(operation, {}, "").body;
    EXPECT_NE(body.find("31"), std::string::npos) << body;
    EXPECT_EQ(body.find("registry.warning"), std::string::npos) << "every kind has its sentence";
  }
}

}  // namespace

}  // namespace jingwei::registry
