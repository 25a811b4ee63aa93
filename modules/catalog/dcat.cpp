#include "modules/catalog/dcat.h"

#include "base/json.h"

namespace jingwei::catalog {

namespace {

constexpr std::string_view authority = "http://publications.europa.eu/resource/authority/";
// DCAT 3, 6.8.15: a media type is named by its IRI in the register of IANA, not by its text.
constexpr std::string_view media_types = "https://www.iana.org/assignments/media-types/";

void write_texts(JsonWriter& json, std::string_view key, const Title& title) {
  if (title.zh.empty() && title.en.empty()) return;
  json.key(key);
  json.begin_array();
  for (const auto& [language, text] : {std::pair{"zh", &title.zh}, std::pair{"en", &title.en}}) {
    if (text->empty()) continue;
    json.begin_object();
    json.member("@language", language);
    json.member("@value", *text);
    json.end_object();
  }
  json.end_array();
}

void write_link(JsonWriter& json, std::string_view key, std::string_view address) {
  json.key(key);
  json.begin_object();
  json.member("@id", address);
  json.end_object();
}

void write_moment(JsonWriter& json, std::string_view key, Instant instant) {
  json.key(key);
  json.begin_object();
  json.member("@type", "xsd:dateTime");
  json.member("@value", to_rfc3339(instant));
  json.end_object();
}

// An entry of one of the lists of the EU's Publications Office.
std::string of_authority(std::string_view list, std::string_view name) {
  std::string address(authority);
  address.append(list).append(name);
  return address;
}

std::string frequency_of(Update update) {
  constexpr std::string_view names[] = {"UPDATE_CONT", "DAILY", "WEEKLY", "MONTHLY", "NEVER"};
  return of_authority("frequency/", names[static_cast<int>(update)]);
}

std::string access_of(Sharing sharing) {
  const char* name = sharing == Sharing::open   ? "PUBLIC"
                     : sharing == Sharing::none ? "NON_PUBLIC"
                                                : "RESTRICTED";
  return of_authority("access-right/", name);
}

void write_publisher(JsonWriter& json, const std::string& id, const Title& title) {
  json.key("dct:publisher");
  json.begin_object();
  json.member("@id", id);
  json.member("@type", "foaf:Agent");
  write_texts(json, "foaf:name", title);
  json.end_object();
}

void write_dataset(JsonWriter& json, const Definition& definition, const std::string& base) {
  const Resource& resource = definition.resource;
  const std::string address = base + "/api/v1/resources/" + resource.id;
  json.begin_object();
  json.member("@id", address);
  json.member("@type", "dcat:Dataset");
  json.member("dct:identifier", resource.id);
  write_texts(json, "dct:title", resource.title);
  const bool described = !resource.description.zh.empty() || !resource.description.en.empty();
  write_texts(json, "dct:description", described ? resource.description : resource.title);
  write_publisher(json, base + "/departments/" + resource.provider_id, resource.provider);
  write_link(json, "dct:accrualPeriodicity", frequency_of(resource.update));
  write_link(json, "dct:accessRights", access_of(resource.sharing));
  json.member("dcat:version", std::to_string(definition.version));
  if (definition.published_at) write_moment(json, "dct:issued", *definition.published_at);
  write_moment(json, "dct:modified", definition.changed_at);
  json.key("dcat:keyword");
  json.begin_array();
  for (const auto& purpose : resource.purposes) json.value(purpose);
  for (const auto& field : resource.fields) {
    json.begin_object();
    json.member("@language", "zh");
    json.member("@value", field.title.zh);
    json.end_object();
  }
  json.end_array();
  write_link(json, "dcat:landingPage", base + "/desk/#/resources/" + resource.id);
  json.key("dcat:distribution");
  json.begin_object();
  json.member("@id", address + "/records");
  json.member("@type", "dcat:Distribution");
  write_link(json, "dcat:accessURL", address + "/records");
  write_link(json, "dcat:mediaType", std::string(media_types) + "application/json");
  write_link(json, "dct:format", of_authority("file-type/", "JSON"));
  json.end_object();
  json.end_object();
}

}  // namespace

std::string dcat_json(const Definitions& definitions, const std::string& base, const std::string& publisher) {
  JsonWriter json(16'384);
  json.begin_object();
  json.key("@context");
  json.begin_object();
  json.member("dcat", "http://www.w3.org/ns/dcat#");
  json.member("dct", "http://purl.org/dc/terms/");
  json.member("foaf", "http://xmlns.com/foaf/0.1/");
  json.member("xsd", "http://www.w3.org/2001/XMLSchema#");
  json.end_object();
  json.member("@id", base + "/api/v1/catalog.jsonld");
  json.member("@type", "dcat:Catalog");
  const auto both = [](std::string_view id) {
    return Title{render(id, {}, Language::zh), render(id, {}, Language::en)};
  };
  write_texts(json, "dct:title", both("catalog.dcat_title"));
  write_texts(json, "dct:description", both("catalog.dcat_description"));
  write_publisher(json, base, {publisher, publisher});
  json.key("dcat:dataset");
  json.begin_array();
  for (const auto& definition : definitions) {
    const bool shown =
        definition.state == LifeState::published && definition.resource.sharing != Sharing::secret;
    if (shown) write_dataset(json, definition, base);
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::catalog
