#include "modules/registry/why_json.h"

#include <algorithm>

#include "modules/registry/json_pieces.h"
#include "modules/registry/registry_json.h"

namespace jingwei::registry {

namespace {

// Where a record says a trait; -1 where it does not. Others than persons are compared by their number alone.
int field_of_trait(const FileEntry& entry, Trait trait) {
  for (const auto& part : parts_of(entry.entry->resource)) {
    if (part.role != entry.link.role) continue;
    const bool number = trait == Trait::document && !part.identifier.empty();
    return number ? part.identifier.front() : part.traits[static_cast<std::size_t>(trait)];
  }
  return -1;
}

std::string value_of_trait(const FileEntry& entry, Trait trait, const region::Tree& tree, Language language) {
  if (trait == Trait::document) return label_of(entry, tree, language).identifier;
  if (trait != Trait::place) return shown(entry, field_of_trait(entry, trait), tree, language);
  const region::Node node = entry.record.region ? tree.find(entry.record.region) : region::no_node;
  return node == region::no_node ? std::string() : tree.path_text(node);
}

std::string title_of_trait(const FileEntry& entry, Trait trait, Language language) {
  const int field = field_of_trait(entry, trait);
  if (field >= 0) return entry.entry->resource.fields[static_cast<std::size_t>(field)].title.in(language);
  using Arguments = std::vector<std::pair<std::string, std::string>>;
  return render("registry.trait_" + std::string(name_of(trait)), Arguments(), language);
}

void write_traits(JsonWriter& json, const Why& why, const region::Tree& tree, Language language) {
  json.key("fields");
  json.begin_array();
  for (std::size_t at = 0; at < trait_count && why.compared; ++at) {
    const auto trait = static_cast<Trait>(at);
    const std::string a = value_of_trait(why.entry, trait, tree, language);
    const std::string b = why.other ? value_of_trait(*why.other, trait, tree, language) : std::string();
    if (a.empty() && b.empty() && why.levels[at] == linkage::Level::missing) continue;
    json.begin_object();
    json.member("trait", name_of(trait));
    json.member("title", title_of_trait(why.entry, trait, language));
    write_or_null(json, "a", a);
    write_or_null(json, "b", b);
    json.member("level", linkage::name_of(why.levels[at]));
    json.member("weight", why.parts[at]);
    json.end_object();
  }
  json.end_array();
}

void write_figure(JsonWriter& json, std::string_view key, bool told, double figure) {
  json.key(key);
  if (told) return json.value(figure);
  json.null();
}

}  // namespace

std::string why_json(const Why& why, Reasons reasons, const region::Tree& tree, Language language) {
  const Link& link = why.entry.link;
  JsonWriter json(4'096);
  json.begin_object();
  json.member("subject", why.subject.to_string());
  json.member("record", link.record.to_string());
  json.member("basis", name_of(why.basis));
  json.member("model", link.model);
  json.member("certainty", name_of(link.certainty));
  json.member("linked_at", to_rfc3339(link.known_from));
  json.member("compared", why.compared);
  write_side(json, "other", why.other, tree, language);
  write_figure(json, "probability", why.compared, why.probability);
  write_figure(json, "weight", why.compared, why.weight);
  json.member("certain", why.bounds.certain);
  json.member("probable", why.bounds.probable);
  write_traits(json, why, tree, language);
  json.key("decisions");
  json.begin_array();
  for (const auto& one : why.decisions) {
    json.begin_object();
    json.member("actor", one.actor);
    write_or_null(json, "reason", reasons == Reasons::told ? one.reason : std::string());
    json.member("at", to_rfc3339(one.at));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::registry
