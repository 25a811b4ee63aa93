// Goal: the generated routes of tools/sample/api.yaml check requests and hand typed values to the operations.
#include <gtest/gtest.h>

#include "schema/messages.gen.h"
#include "tools/sample/api.gen.h"

// Routes need only these of http/; the rest of the server is not linked here.
namespace jingwei::http {
std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}
Response problem(const Error& error, Language) {
  Response response;
  response.status = 400;
  for (const auto& cause : error.causes) response.body += cause.field + " " + cause.message + ";";
  return response;
}
}  // namespace jingwei::http

namespace jingwei::sample::api {
namespace {

class Recorder final : public Operations {
 public:
  http::Response get_person(const http::Request&, const GetPerson& in) override {
    person = in;
    return {};
  }
  void add_person(const http::Request&, const AddPerson& in, http::Responder respond) override {
    added = in.body["name"].text() + "/" + in.idempotency_key.value_or("");
    respond(http::Response{});
  }
  http::Response load_people(const http::Request& http, const LoadPeople& in) override {
    added = in.filename + " " + http.spool_path;
    return {};
  }
  void watch_people(const http::Request&, const WatchPeople&, std::shared_ptr<http::EventStream>) override {}
  GetPerson person;
  std::string added;
};

class SampleApi : public ::testing::Test {
 protected:
  SampleApi() : routes_(routes(recorder_)) {}
  std::string answer(std::size_t route, const http::Request& request, const http::PathValues& path = {}) {
    http::Response got;
    routes_[route].handle(request, path,
                          http::Responder([&](http::Response response) { got = std::move(response); }));
    return got.status == 200 ? "ok" : got.body;
  }
  Recorder recorder_;
  std::vector<http::Route> routes_;
};

TEST_F(SampleApi, PathValuesFollowTheirPlaceholders) {
  http::Request request;
  request.query = "at=2020-01-21&near=1.5&masked=true&q=%E5%BC%A0";
  EXPECT_EQ(answer(0, request, {"7", "4404"}), "ok");
  EXPECT_EQ(recorder_.person.id, 7);
  EXPECT_EQ(recorder_.person.code, "4404");
  EXPECT_EQ(recorder_.person.limit, 50);
  EXPECT_EQ(recorder_.person.kind, "all");
  EXPECT_EQ(recorder_.person.q, "张");
  request.query = "limit=501&x=1";
  EXPECT_EQ(answer(0, request, {"0", "4404"}),
            "x schema.parameter_unknown;id schema.not_an_id;limit schema.number_too_large;");
}

TEST_F(SampleApi, BodiesAndKeysAreCheckedBeforeTheOperation) {
  http::Request request;
  request.method = http::Method::post;
  request.body = R"({"name":"张三","labels":[{"code":"a"}]})";
  EXPECT_EQ(answer(1, request), "Idempotency-Key schema.idempotency_key_missing;");
  request.headers = {{"Idempotency-Key", "k1"}};
  EXPECT_EQ(answer(1, request), "ok");
  EXPECT_EQ(recorder_.added, "张三/k1");
  request.body = R"({"name":"张三","labels":[{"code":1}]})";
  EXPECT_EQ(answer(1, request), "/labels/0/code schema.expected_text;");
}

TEST_F(SampleApi, RoutesCarryWhatTheServerMustKnow) {
  ASSERT_EQ(routes_.size(), 4u);
  EXPECT_EQ(routes_[0].runs, http::Runs::inline_);
  EXPECT_EQ(routes_[1].permission, "person.write");
  EXPECT_TRUE(routes_[1].idempotent_key_required);
  EXPECT_EQ(routes_[2].body, http::BodyKind::stream);
  EXPECT_EQ(routes_[2].accepts.size(), 2u);
  EXPECT_EQ(routes_[3].produces[0], "text/event-stream");
  EXPECT_FALSE(routes_[3].check(http::Request{}, {}).ok());
}

}  // namespace
}  // namespace jingwei::sample::api
