// Goal: nothing sensitive is told before it is on record, and the record says what was told, of whom, and how
// it went.
#include "modules/audit/audit_routes.h"

#include <future>
#include <set>

#include "modules/audit/audit_testing.h"
#include "tests/support/failing_store.h"

namespace jingwei::audit {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class SensitiveReads : public AuditFixture<Backend> {
 protected:
  http::Route route(std::string permission, http::Response answer, std::string event = "record.read") {
    http::Route one;
    one.path = "/api/v1/resources/{resource}/records/{record}";
    one.permission = std::move(permission);
    one.audit = std::move(event);
    one.handle = [answer](const http::Request&, const http::PathValues&, http::Responder respond) {
      respond(answer);
    };
    return one;
  }
  http::Response ask(storage::Store& store, http::Route route, std::string_view query = "",
                     const std::string& record = "9") {
    std::vector<http::Route> routes;
    routes.push_back(std::move(route));
    audit_reads(routes, store);
    http::Request request;
    const std::string path = "/api/v1/resources/residents/records/" + record;
    request.path = path;
    request.query = query;
    std::promise<http::Response> answered;
    routes[0].handle(request, {"residents", record}, http::Responder([&](http::Response response) {
                       answered.set_value(std::move(response));
                     }));
    return answered.get_future().get();
  }
  std::vector<FoundEntry> recorded() { return must(this->service_->search({}, std::nullopt, 10)).entries; }
};

TYPED_TEST_SUITE(SensitiveReads, Backends, BackendNames);

TYPED_TEST(SensitiveReads, AnAnswerIsOnRecordWithWhomItTellsOf) {
  http::Response answer = http::Response::json("{}");
  answer.disclosed = {"person:77", "990102001", "residents", "elderly-care", {}};
  EXPECT_EQ(this->ask(*this->store_, this->route("record.read", answer)).body, "{}");
  const auto entries = this->recorded();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].entry.event, "record.read");
  EXPECT_EQ(entries[0].entry.subject, "person:77");
  const auto facts = facts_of(entries[0].entry);
  EXPECT_EQ(facts.purpose, "elderly-care");
  EXPECT_EQ(facts.region, "990102001");
  EXPECT_EQ(facts.resource, "residents");
  EXPECT_EQ(facts.outcome, "answered");
}

TYPED_TEST(SensitiveReads, AListIsOnRecordWithEverybodyItTellsOf) {
  http::Response answer = http::Response::json("{}");
  for (int number = 0; number < 1'200; ++number)
    answer.disclosed.persons.push_back("person:" + std::to_string(number));
  this->ask(*this->store_, this->route("record.export", answer));
  const auto entries = this->recorded();
  ASSERT_EQ(entries.size(), 3U) << "an entry stays of a bounded size";
  std::set<std::string> told;
  for (const auto& one : entries) {
    EXPECT_EQ(one.entry.subject, "/api/v1/resources/residents/records/9");
    EXPECT_EQ(facts_of(one.entry).outcome, "answered");
    const auto persons = persons_of(one.entry);
    EXPECT_LE(persons.size(), 500U);
    told.insert(persons.begin(), persons.end());
  }
  EXPECT_EQ(told.size(), 1'200U);
}

TYPED_TEST(SensitiveReads, TheRequestTellsWhatTheAnswerDoesNot) {
  this->ask(*this->store_, this->route("record.read", http::Response::json("{}", 404)),
            "limit=2&under=990102");
  const auto entry = this->recorded().at(0).entry;
  EXPECT_EQ(entry.subject, "/api/v1/resources/residents/records/9");
  EXPECT_EQ(entry.detail, R"({"region":"990102","resource":"residents","outcome":"refused"})");
  this->ask(*this->store_, this->route("record.read", http::Response::json("{}", 500)),
            "under=%E5%BC%A0%E4%B8%89");
  EXPECT_EQ(this->recorded().at(0).entry.detail, R"({"resource":"residents","outcome":"failed"})")
      << "only what looks like a code goes on record";
}

TYPED_TEST(SensitiveReads, WhatARefusedReaderPutInThePathGoesOnRecordOnlyWhereItIsHarmless) {
  const auto refused = http::Response::json("{}", 404);
  for (const std::string record :
       {"980101199003076536", "15412345678", "%E5%BC%A0%E4%B8%89", "张三", "Li-Wei"}) {
    this->ask(*this->store_, this->route("record.read", refused), "", record);
    EXPECT_EQ(this->recorded().at(0).entry.subject, "/api/v1/resources/residents/records/{record}") << record;
  }
  // What answered to the number is ours, however long it is.
  this->ask(*this->store_, this->route("record.read", http::Response::json("{}")), "", "15412345678");
  EXPECT_EQ(this->recorded().at(0).entry.subject, "/api/v1/resources/residents/records/15412345678");
}

TYPED_TEST(SensitiveReads, WhatCannotBeRecordedIsNotTold) {
  FailingStore failing(*this->store_);
  failing.fail_write(1, FailingStore::When::before);
  const auto answer = this->ask(failing, this->route("record.read", http::Response::json(R"({"name":"x"})")));
  EXPECT_EQ(answer.status, http::status_of(ErrorCode::exhausted));
  EXPECT_EQ(answer.body.find("\"x\""), std::string::npos);
}

TYPED_TEST(SensitiveReads, ReadsThroughPostAreRecordedAndWritesAreLeftToTheirChange) {
  auto fill = this->route("record.read", http::Response::json("{}"), "form.fill");
  fill.method = http::Method::post;
  this->ask(*this->store_, std::move(fill));
  auto write = this->route("record.write", http::Response::json("{}"), "record.write");
  write.method = http::Method::post;
  this->ask(*this->store_, std::move(write));
  this->ask(*this->store_, this->route("catalog.read", http::Response::json("{}"), "none"));
  const auto entries = this->recorded();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].entry.event, "form.fill");
}

}  // namespace
}  // namespace jingwei::audit
