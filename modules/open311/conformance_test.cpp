// Goal: the examples of the GeoReport v2 specification are read as they are meant, and what we write has
// their members, in XML and in JSON.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "modules/open311/geo_report.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"

namespace jingwei::open311 {
namespace {

using jingwei::testing::must;

// The examples between ~~~~ lines that begin with `begin` and hold `word`.
std::vector<std::string> examples(const std::string& path, std::string_view begin, std::string_view word) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  std::vector<std::string> found;
  for (std::size_t at = text.find("~~~~\n"); at != std::string::npos;) {
    const std::size_t end = text.find("~~~~", at + 5);
    if (end == std::string::npos) break;
    const std::string block = text.substr(at + 5, end - at - 5);
    if (block.starts_with(begin) && block.find(word) != std::string::npos) found.push_back(block);
    at = text.find("~~~~\n", end + 4);
  }
  return found;
}

class Specification : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = jingwei::testing::outside_file("open311/GeoReport_v2_index.md");
    if (!path) GTEST_SKIP() << "no open311/GeoReport_v2_index.md below JINGWEI_EXTERN";
    path_ = *path;
  }
  std::string path_;
};

TEST_F(Specification, ItsServicesAreReadAndWrittenAgain) {
  const auto xml = examples(path_, "<?xml", "<services>");
  ASSERT_EQ(xml.size(), 1u);
  const auto services = must(read_services(xml[0], Format::xml));
  ASSERT_EQ(services.size(), 3u);
  EXPECT_EQ(services[0].code, "001");
  EXPECT_EQ(services[0].name, "Cans left out 24x7");
  EXPECT_TRUE(services[0].metadata);
  EXPECT_EQ(services[2].keywords, (std::vector<std::string>{"lorem", "ipsum", "dolor"}));
  EXPECT_EQ(services[2].group, "street");
  for (const Format format : {Format::xml, Format::json}) {
    const auto again = must(read_services(services_document(services, format), format));
    ASSERT_EQ(again.size(), 3u);
    EXPECT_EQ(again[1].description, services[1].description);
    EXPECT_EQ(again[1].code, "002");
  }
}

TEST_F(Specification, ItsDefinitionIsReadInBothFormats) {
  const auto xml = examples(path_, "<?xml", "<service_definition>");
  const auto json = examples(path_, "{", "\"attributes\"");
  ASSERT_EQ(xml.size(), 1u);
  ASSERT_EQ(json.size(), 1u);
  for (const auto& definition :
       {must(read_definition(xml[0], Format::xml)), must(read_definition(json[0], Format::json))}) {
    EXPECT_EQ(definition.service_code, "DMV66");
    ASSERT_EQ(definition.attributes.size(), 1u);
    const auto& one = definition.attributes[0];
    EXPECT_EQ(one.code, "WHISHETN");
    EXPECT_EQ(one.datatype, "singlevaluelist");
    EXPECT_TRUE(one.variable && one.required);
    EXPECT_EQ(one.order, 1);
    ASSERT_EQ(one.values.size(), 2u);
    EXPECT_EQ(one.values[1].key, "124");
    EXPECT_EQ(one.values[1].name, "Chrysler");
    const auto written = definition_document(definition, Format::json);
    EXPECT_EQ(must(read_definition(written, Format::json)).attributes[0].values[0].name, "Ford");
  }
}

TEST_F(Specification, ItsRequestsAreReadAndWrittenAgain) {
  const auto xml = examples(path_, "<?xml", "<requested_datetime>");
  ASSERT_EQ(xml.size(), 2u);
  const auto requests = must(read_requests(xml[0], Format::xml));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].id, "638344");
  EXPECT_EQ(requests[0].status, "closed");
  EXPECT_EQ(requests[0].status_notes, "Duplicate request.");
  EXPECT_EQ(to_rfc3339(*requests[0].requested_at), "2010-04-14T14:37:38.000000Z");
  EXPECT_DOUBLE_EQ(*requests[0].latitude, 37.762221815);
  EXPECT_DOUBLE_EQ(*requests[0].longitude, -122.4651145);
  EXPECT_EQ(requests[1].status, "open");
  const Zone zone("Asia/Shanghai");
  for (const Format format : {Format::xml, Format::json}) {
    const std::string written = requests_document(requests, format, zone);
    EXPECT_NE(written.find("2010-04-14T22:37:38+08:00"), std::string::npos);
    const auto again = must(read_requests(written, format));
    ASSERT_EQ(again.size(), 2u);
    EXPECT_EQ(again[0].requested_at, requests[0].requested_at);
    EXPECT_EQ(again[0].address, "8TH AVE and JUDAH ST");
    EXPECT_DOUBLE_EQ(*again[0].longitude, -122.4651145);
    EXPECT_TRUE(again[0].description.empty());
  }
}

TEST_F(Specification, ItsAnswersToAPostAndToATokenAreRead) {
  const auto created = examples(path_, "[\n", "\"account_id\"");
  ASSERT_EQ(created.size(), 1u);
  const auto made = must(read_requests(created[0], Format::json));
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].id, "293944");
  EXPECT_TRUE(made[0].account_id.empty());
  const auto tokens = examples(path_, "<?xml", "<token>");
  ASSERT_GE(tokens.size(), 1u);
  EXPECT_EQ(must(read_requests(tokens[0], Format::xml))[0].token, "12345");
  EXPECT_EQ(created_document(made[0], Format::json).find("\"token\""), std::string::npos);
  ServiceRequest waiting;
  waiting.token = "12345";
  EXPECT_EQ(created_document(waiting, Format::xml).find("service_request_id"), std::string::npos);
}

TEST_F(Specification, ItsPostIsReadFromItsForm) {
  const auto posts = examples(path_, "POST /dev", "api_key=xyz");
  ASSERT_GE(posts.size(), 1u);
  const std::string body = posts[0].substr(posts[0].find("api_key="));
  const auto pairs = must(read_form(body.substr(0, body.find('\n'))));
  const auto request = must(new_request_of(pairs));
  EXPECT_EQ(request.api_key, "xyz");
  EXPECT_EQ(request.service_code, "001");
  EXPECT_EQ(request.address_string, "1234 5th street");
  EXPECT_EQ(request.email, "smit333@sfgov.edu");
  EXPECT_DOUBLE_EQ(*request.longitude, -122.4212043);
  ASSERT_EQ(request.attributes.size(), 2u);
  EXPECT_EQ(request.attributes[0], (std::pair<std::string, std::string>("WHISPAWN", "123456")));
  const auto again = must(new_request_of(must(read_form(form_of(request)))));
  EXPECT_EQ(again.media_url, request.media_url);
  EXPECT_EQ(again.attributes, request.attributes);
}

std::string why(const std::string& body) {
  const auto pairs = read_form(body);
  if (!pairs) return pairs.error().message;
  const auto request = new_request_of(*pairs);
  return request ? "taken" : request.error().message;
}

TEST(Forms, WhatIsMissingOrBrokenIsNamed) {
  EXPECT_EQ(why("service_code=1&lat=22.2&long=113.5"), "taken");
  EXPECT_EQ(why("service_code=1&address_string=%E9%A6%99%E6%B4%B2"), "taken");
  EXPECT_EQ(why("lat=22.2&long=113.5"), "open311.no_service_code");
  EXPECT_EQ(why("service_code=&lat=22.2&long=113.5"), "open311.no_service_code");
  EXPECT_EQ(why("service_code=1&lat=22.2"), "open311.no_location");
  EXPECT_EQ(why("service_code=1&lat=x&long=113.5"), "open311.bad_number");
  EXPECT_EQ(why("service_code=1&lat=91&long=113.5"), "open311.bad_number");
  EXPECT_EQ(why("service_code=%zz"), "open311.bad_form");
  EXPECT_EQ(why("service_code=%"), "open311.bad_form");
  EXPECT_EQ(why("service_code=%ff"), "open311.bad_form");
  EXPECT_EQ(why("service_code=1&lat=1&long=1&description=" + std::string(4'001, 'a')),
            "open311.description_long");
  EXPECT_EQ(why("service_code=1&address_string=" + std::string(501, 'a')), "open311.address_long");
}

TEST(Forms, AnAttributeMayHaveSeveralValues) {
  const auto request = must(new_request_of(must(
      read_form("service_code=1&lat=1&long=1&attribute[a][]=x&attribute%5Ba%5D%5B%5D=y&attribute[b]=z"))));
  EXPECT_EQ(request.attributes,
            (std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"a", "y"}, {"b", "z"}}));
  EXPECT_NE(form_of(request).find("attribute%5Ba%5D%5B%5D=x"), std::string::npos);
}

TEST(Documents, NamesTellTheirFormat) {
  EXPECT_EQ(document_named("services.xml")->name, "services");
  EXPECT_EQ(document_named("7.1.json")->name, "7.1");
  EXPECT_FALSE(document_named("services"));
  EXPECT_FALSE(document_named(".xml"));
}

TEST(Documents, FaultsAndDiscoveryAreWrittenInBothFormats) {
  EXPECT_EQ(faults_document({{403, "no key"}}, Format::json), R"([{"code":403,"description":"no key"}])");
  EXPECT_EQ(must(read_faults(faults_document({{404, "a <b> & c"}}, Format::xml), Format::xml))[0].description,
            "a <b> & c");
  Discovery discovery;
  discovery.contact = "hotline";
  discovery.endpoints = {{"https://hub.example/open311/v2", "production"}};
  const std::string json = discovery_document(discovery, Format::json);
  EXPECT_NE(json.find(R"("formats":["text/xml","application/json"])"), std::string::npos) << json;
  EXPECT_NE(discovery_document(discovery, Format::xml).find("<format>text/xml</format>"), std::string::npos);
}

TEST(Documents, WhatIsNoDocumentIsRefusedAndEntitiesStayClosed) {
  for (const auto* bad :
       {"", "<services", "<other/>", "<!DOCTYPE services [<!ENTITY x \"y\">]><requests>&x;</requests>"})
    EXPECT_FALSE(read_services(bad, Format::xml).ok()) << bad;
  EXPECT_FALSE(read_services("[", Format::json).ok());
  EXPECT_FALSE(read_services("[{}]", Format::json).ok());
  std::string deep;
  for (int at = 0; at < 100; ++at) deep += "<a>";
  EXPECT_FALSE(read_requests("<service_requests>" + deep, Format::xml).ok());
  const auto entity = read_services(
      "<!DOCTYPE services [<!ENTITY x "
      "\"y\">]><services><service><service_code>&x;</service_code></service></services>",
      Format::xml);
  if (entity) EXPECT_EQ((*entity)[0].code, "&x;");
}

}  // namespace
}  // namespace jingwei::open311
