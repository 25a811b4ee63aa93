#include "modules/registry/json_pieces.h"

namespace jingwei::registry {

void write_named(JsonWriter& json, std::string_view key, const std::string& id, const std::string& title) {
  json.key(key);
  json.begin_object();
  json.member("id", id);
  json.member("title", title);
  json.end_object();
}

void write_source(JsonWriter& json, const catalog::Resource& resource, Language language) {
  write_named(json, "resource", resource.id, resource.title.in(language));
  write_named(json, "provider", resource.provider_id, resource.provider.in(language));
}

void write_region(JsonWriter& json, RegionId region, const region::Tree& tree) {
  json.key("region");
  const region::Node node = region ? tree.find(region) : region::no_node;
  if (node == region::no_node) return json.null();
  json.begin_object();
  json.member("code", tree.code(node));
  json.member("name", tree.name(node));
  json.end_object();
}

void write_or_null(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_day(JsonWriter& json, std::string_view key, const std::optional<Day>& day) {
  write_or_null(json, key, day ? to_iso(*day) : std::string());
}

std::string shown(const FileEntry& entry, int field, const region::Tree& tree, Language language) {
  if (field < 0) return {};
  return ingest::shown(entry.record, static_cast<std::size_t>(field), entry.entry->resource, tree, language);
}

const char* role_name(Role role) {
  return role == Role::head ? "head" : name_of(kind_of(role)).data();
}

void write_side(JsonWriter& json, std::string_view key, const std::optional<FileEntry>& side,
                const region::Tree& tree, Language language) {
  json.key(key);
  if (!side) return json.null();
  json.begin_object();
  json.member("subject", side->link.subject.to_string());
  json.member("record", side->record.id.to_string());
  write_source(json, side->entry->resource, language);
  write_region(json, side->record.region, tree);
  json.member("day", to_iso(side->record.day));
  json.end_object();
}

}  // namespace jingwei::registry
