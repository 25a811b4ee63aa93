#include "modules/registry/registry_json.h"

namespace jingwei::registry {

namespace {

void write_text_or_null(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) return json.null();
  json.value(text);
}

}  // namespace

std::string foretold_json(const Foretold& foretold, const std::vector<SeenSubject>& seen,
                          std::optional<std::int64_t> next, const region::Tree& tree, Language language) {
  JsonWriter json(4'096);
  json.begin_object();
  json.member("records", foretold.records);
  json.member("complete", foretold.complete);
  for (std::size_t at = 0; at < fates; ++at) json.member(name_of(static_cast<Fate>(at)), foretold.by[at]);
  json.key("items");
  json.begin_array();
  for (const auto& one : seen) {
    const Label label = label_of(one.entry, tree, language);
    json.begin_object();
    json.member("id", one.subject.id.to_string());
    json.member("kind", name_of(one.subject.kind));
    json.member("fate", name_of(one.subject.fate));
    json.member("records", one.subject.records);
    json.member("loses", one.subject.loses);
    write_text_or_null(json, "name", label.name);
    write_text_or_null(json, "identifier", label.identifier);
    json.end_object();
  }
  json.end_array();
  write_text_or_null(json, "next_cursor", next ? std::to_string(*next) : std::string());
  json.end_object();
  return json.take();
}

}  // namespace jingwei::registry
