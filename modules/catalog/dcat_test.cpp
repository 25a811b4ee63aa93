// Goal: another catalogue that knows DCAT 3 alone can read ours: what the vocabulary wants as an address is
// one.
#include "modules/catalog/dcat.h"

#include <gtest/gtest.h>

#include "modules/catalog/messages.gen.h"
#include "modules/catalog/resource_yaml.h"
#include "schema/messages.gen.h"

namespace jingwei::catalog {
namespace {

TEST(Dcat, MediaTypesAreNamedByTheirAddressInTheRegister) {
  register_messages();
  schema::register_messages();
  auto resources = parse_resources(
      "resources:\n  - id: venues\n    title: {zh: 场所, en: Venues}\n    provider: {id: market, zh: "
      "市场监管局, en: "
      "Market}\n    sharing: open\n    retention: forever\n    update: daily\n    key: [no]\n    fields:\n   "
      "   - {name: "
      "no, title: {zh: 号, en: No}, type: text, required: true}\n",
      "resources.yaml", "sample");
  ASSERT_TRUE(resources.ok()) << resources.error().to_log();
  Definitions definitions(1);
  definitions.front().resource = resources->front();
  definitions.front().state = LifeState::published;
  const std::string json = dcat_json(definitions, "https://hub.example", "Hub");
  EXPECT_NE(
      json.find(
          R"("dcat:mediaType":{"@id":"https://www.iana.org/assignments/media-types/application/json"})"),
      std::string::npos)
      << json;
  EXPECT_NE(
      json.find(R"("dct:format":{"@id":"http://publications.europa.eu/resource/authority/file-type/JSON"})"),
      std::string::npos);
}

}  // namespace
}  // namespace jingwei::catalog
