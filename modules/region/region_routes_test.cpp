// The API of regions through its generated routes: shapes, languages, faults.
#include <gtest/gtest.h>

#include "modules/region/messages.gen.h"
#include "modules/region/region_routes.h"
#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

class RegionApi : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }

  http::Response call(const std::string& operation, std::vector<std::string> path,
                      const std::string& query = "", Language language = Language::zh) {
    for (const http::Route& route : routes_) {
      if (route.operation != operation) continue;
      http::Request request;
      request.query = query;
      request.language = language;
      const http::PathValues values(path.begin(), path.end());
      http::Response got;
      route.handle(request, values,
                   http::Responder([&](http::Response response) { got = std::move(response); }));
      return got;
    }
    ADD_FAILURE() << "no operation " << operation;
    return {};
  }

  Regions regions_{testing::sample_file(), nullptr};
  RegionRoutes api_{regions_};
  std::vector<http::Route> routes_ = api_.routes();
};

TEST_F(RegionApi, AnswersARegionByCode) {
  const http::Response response = call("get_region", {"980100"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      R"({"id":"3","code":"980100","name":"云山市","level":2,"level_name":"地级","parent":{"code":"980000","name":"虚南省","level":1},)"
      R"("path":[{"code":"100000","name":"中国","level":0},{"code":"980000","name":"虚南省","level":1},)"
      R"({"code":"980100","name":"云山市","level":2}],"child_count":2,"descendant_count":7,"center":null,"pinyin":"yunshanshi",)"
      R"("valid_from":null,"valid_to":null,"successors":[],"synthetic":false})");
  EXPECT_NE(call("get_region", {"9801"}, "", Language::en).body.find(R"("level_name":"city")"),
            std::string::npos);
}

TEST_F(RegionApi, SaysWhatIsMissingInTheReadersLanguage) {
  http::Response response = call("get_region", {"123456"});
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("没有编码为 123456 的区域"), std::string::npos) << response.body;
  response = call("get_region", {"123456"}, "", Language::en);
  EXPECT_NE(response.body.find("There is no region with code 123456"), std::string::npos);
  EXPECT_EQ(call("get_region", {"980100"}, "at=yesterday").status, http::status_of(ErrorCode::invalid));
  EXPECT_EQ(call("locate_region", {}, "lon=113&lat=22").status, 404);
  EXPECT_EQ(call("locate_region", {}, "lon=113&lat=22&crs=utm").status, http::status_of(ErrorCode::invalid));
  EXPECT_EQ(call("find_regions", {}, "q=x&under=777777").status, 404);
  EXPECT_EQ(call("find_regions", {}, "q=x&cursor=abc").status, http::status_of(ErrorCode::invalid));
}

TEST_F(RegionApi, FindsByPinyinUnderACity) {
  const http::Response response = call("find_regions", {}, "q=xiangzhou&under=980100");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.starts_with(
      R"({"items":[{"code":"980101","name":"香洲区","level":3,"level_name":"县级","path_text":"虚南省 / 云山市")"))
      << response.body;
}

TEST_F(RegionApi, PagesThroughChildren) {
  const http::Response first = call("list_region_children", {"980100"}, "limit=1");
  EXPECT_NE(first.body.find(R"("next_cursor":"1")"), std::string::npos) << first.body;
  const http::Response second = call("list_region_children", {"980100"}, "limit=1&cursor=1");
  EXPECT_NE(second.body.find("长安区"), std::string::npos);
  EXPECT_NE(second.body.find(R"("next_cursor":null)"), std::string::npos);
  EXPECT_NE(call("list_region_children", {"980100"}, "cursor=999").body.find(R"("items":[])"),
            std::string::npos);
}

TEST_F(RegionApi, GivesPathsAndBoundaries) {
  EXPECT_NE(call("get_region_path", {"980101001"}).body.find("翠香街道"), std::string::npos);
  const http::Response boundaries = call("get_region_boundaries", {"980100"});
  EXPECT_EQ(boundaries.content_type, "application/geo+json");
  EXPECT_EQ(boundaries.body, R"({"type":"FeatureCollection","features":[]})");
  EXPECT_FALSE(boundaries.etag.empty());
}

}  // namespace
}  // namespace jingwei::region
