// Goal: the pure parts (paths, router, media ranges, tags, rates) decide as the RFCs say.
#include <gtest/gtest.h>

#include "http/media.h"
#include "http/problem.h"
#include "http/rate.h"
#include "http/reply.h"
#include "http/router.h"
#include "http/target.h"

namespace jingwei::http {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::string scratch;
  std::vector<std::string_view> segments;
  std::string_view decoded;
  if (!split_path(path, scratch, segments, decoded)) return {"<refused>"};
  return {segments.begin(), segments.end()};
}

using List = std::vector<std::string>;

TEST(Paths, AreSplitAndDecodedSegmentBySegment) {
  EXPECT_EQ(segments_of("/a/b"), (List{"a", "b"}));
  EXPECT_EQ(segments_of("/a/"), (List{"a", ""}));
  EXPECT_EQ(segments_of("/a%2Fb/c"), (List{"a/b", "c"}));
  EXPECT_EQ(segments_of("/%E7%8F%A0%E6%B5%B7"), (List{"珠海"}));
}

TEST(Paths, ThatHideSomethingAreRefused) {
  for (const char* path :
       {"/../etc", "/a/..", "/%2e%2e/x", "/.", "/a%00b", "/%0d%0a", "/%zz", "/%2", "/%ff%fe", "a", ""}) {
    EXPECT_EQ(segments_of(path), List{"<refused>"}) << path;
  }
}

TEST(Paths, OfAbsoluteTargetsAreCutOut) {
  EXPECT_EQ(cut_target("http://localhost:80/a?b=c").raw_path, "/a");
  EXPECT_EQ(cut_target("http://localhost:80/a?b=c").query, "b=c");
  EXPECT_EQ(cut_target("/a?b?c").query, "b?c");
}

Route simple(Method method, std::string path) {
  Route route;
  route.method = method;
  route.path = std::move(path);
  route.handle = [](const Request&, const PathValues&, Responder) {};
  return route;
}

TEST(Routing, PrefersLiteralsAndFallsBackToPlaceholders) {
  const std::vector<Route> routes{simple(Method::get, "/r/at"), simple(Method::get, "/r/{code}"),
                                  simple(Method::post, "/r/{code}/x"), simple(Method::get, "/{any}/at/y")};
  auto router = Router::compile(routes);
  ASSERT_TRUE(router.ok());
  PathValues values;
  const auto find = [&](std::vector<std::string_view> path) { return router->find(path, values); };
  EXPECT_EQ(find({"r", "at"})->route_of(Method::get), 0);
  EXPECT_EQ(find({"r", "440400"})->route_of(Method::head), 1);
  EXPECT_EQ(values, PathValues{"440400"});
  EXPECT_EQ(find({"r", "at", "y"})->route_of(Method::get), 3);
  EXPECT_EQ(values, PathValues{"r"});
  EXPECT_EQ(find({"r", "at", "x"})->allow, "POST, OPTIONS");
  EXPECT_EQ(find({"r", "at", "x"})->route_of(Method::get), RoutePlace::none);
  EXPECT_EQ(find({"r"}), nullptr);
  EXPECT_EQ(find({"r", ""}), nullptr);
}

TEST(Routing, RefusesTwoRoutesForOnePlace) {
  const std::vector<Route> routes{simple(Method::get, "/r/{a}"), simple(Method::get, "/r/{b}")};
  EXPECT_FALSE(Router::compile(routes).ok());
}

TEST(Media, RangesAndWeights) {
  const std::vector<std::string> json{"application/json"};
  EXPECT_TRUE(accepts_one_of("", json));
  EXPECT_TRUE(accepts_one_of("text/html, application/*;q=0.5", json));
  EXPECT_FALSE(accepts_one_of("text/html, application/json;q=0", json));
  EXPECT_TRUE(is_one_of("Application/JSON; charset=utf-8", json));
  EXPECT_FALSE(is_one_of("", json));
  EXPECT_TRUE(accepts_gzip("deflate, gzip;q=0.1"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0, identity"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_TRUE(matches_etag("\"a\", W/\"b\"", "\"b\""));
  EXPECT_TRUE(matches_etag("*", "\"b\""));
  EXPECT_FALSE(matches_etag("\"a\"", "\"b\""));
}

TEST(Replies, DropHeadersThatWouldSplitTheAnswer) {
  Response response = Response::json("{}");
  response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
  std::string out;
  serialise(out, response, {}, "now", "");
  EXPECT_EQ(out.find("Set-Cookie"), std::string::npos);
}

TEST(Replies, NameTheDateAsRfc9110) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Buckets, RefillWithTime) {
  using std::chrono::seconds;
  Bucket bucket;
  const Rate rate{.per_second = 2, .burst = 4};
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(bucket.take(1, rate, seconds(10)));
  const auto wait = bucket.take(1, rate, seconds(10));
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, std::chrono::milliseconds(500));
  EXPECT_FALSE(bucket.take(2, rate, seconds(11)));
  EXPECT_TRUE(bucket.take(1, rate, seconds(11)));
  EXPECT_FALSE(bucket.take(0, rate, seconds(11)));
}

TEST(Problems, NameTheFieldsAndHideOurFaults) {
  Error form(ErrorCode::invalid, "http.body_too_large");
  form.causes.push_back(Error(ErrorCode::invalid, "http.malformed").at("/phone"));
  const Response told = problem(form, Language::en);
  EXPECT_EQ(told.status, 400);
  EXPECT_EQ(told.content_type, "application/problem+json");
  EXPECT_NE(told.body.find(R"("errors":[{"field":"/phone","code":"http.malformed")"), std::string::npos)
      << told.body;
  const Response ours =
      problem(Error(ErrorCode::internal, "x").because("password of the database"), Language::zh);
  EXPECT_EQ(ours.status, 500);
  EXPECT_EQ(ours.body.find("password"), std::string::npos);
  EXPECT_NE(ours.body.find("urn:jingwei:problem:"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::http
