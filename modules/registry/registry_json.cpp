#include "modules/registry/registry_json.h"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "modules/catalog/meaning.h"
#include "modules/registry/identifiers.h"
#include "modules/registry/json_pieces.h"

namespace jingwei::registry {

namespace {

using catalog::Resource;

void write_count(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& count) {
  json.key(key);
  if (count) return json.value(*count);
  json.null();
}

void write_entry(JsonWriter& json, const FileEntry& entry, const region::Tree& tree, Language language) {
  const Resource& resource = entry.entry->resource;
  json.begin_object();
  json.member("record", entry.record.id.to_string());
  json.member("version", entry.record.version);
  write_source(json, resource, language);
  json.member("role", std::string_view(role_name(entry.link.role)));
  json.member("certainty", name_of(entry.link.certainty));
  json.member("model", entry.link.model);
  json.member("linked_at", to_rfc3339(entry.link.known_from));
  json.member("day", to_iso(entry.record.day));
  json.member("known_from", to_rfc3339(entry.record.known_from));
  write_region(json, entry.record.region, tree);
  json.key("fields");
  json.begin_array();
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    const std::string text = shown(entry, static_cast<int>(at), tree, language);
    if (text.empty()) continue;
    json.begin_object();
    json.member("name", resource.fields[at].name);
    json.member("title", resource.fields[at].title.in(language));
    json.member("value", text);
    json.member("closed", !entry.record.closed.empty() && entry.record.closed[at]);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_relation(JsonWriter& json, const Relation& relation, SubjectId self,
                    const std::map<SubjectId, OtherSubject>& others) {
  const bool outwards = relation.subject == self;
  const SubjectId other = outwards ? relation.other : relation.subject;
  const auto known = others.find(other);
  json.begin_object();
  write_or_null(json, "id", relation.id ? relation.id.to_string() : std::string());
  json.member("kind", name_of(relation.kind));
  json.member("direction", std::string_view(outwards ? "to" : "from"));
  json.member("other", other.to_string());
  write_or_null(json, "other_kind",
                known == others.end() ? std::string() : std::string(name_of(known->second.kind)));
  write_or_null(json, "other_name", known == others.end() ? std::string() : known->second.name);
  write_day(json, "from", relation.from);
  write_day(json, "to", relation.to);
  write_or_null(json, "record", relation.record ? relation.record.to_string() : std::string());
  write_or_null(json, "resource", relation.resource);
  json.end_object();
}

void write_identifier(JsonWriter& json, const Identifier& one, Language language) {
  json.begin_object();
  json.member("scheme", one.scheme);
  json.member("value", one.value);
  json.member("closed", one.closed);
  json.member("certainty", name_of(one.certainty));
  json.member("from", to_iso(one.from));
  json.member("to", to_iso(one.to));
  write_day(json, "ended", one.ended);
  write_day(json, "valid_from", one.valid_from);
  write_day(json, "valid_until", one.valid_until);
  json.key("sources");
  json.begin_array();
  for (const auto* source : one.sources) {
    json.begin_object();
    json.member("id", source->resource.id);
    json.member("title", source->resource.title.in(language));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

// In sentences, as the page and the log show them.
void write_warnings(JsonWriter& json, const std::vector<ModelWarning>& warnings, Language language) {
  json.key("warnings");
  json.begin_array();
  for (const auto& one : warnings) {
    using Arguments = std::vector<std::pair<std::string, std::string>>;
    const std::string trait =
        one.trait.empty() ? std::string() : render("registry.trait_" + one.trait, Arguments(), language);
    const Arguments told = {{"trait", trait}, {"count", std::to_string(one.count)}};
    json.value(render("registry.warning_" + one.kind, told, language));
  }
  json.end_array();
}

// The weights of a match by trait name.
std::map<std::string, double> weights_of(const std::string& text) {
  std::map<std::string, double> weights;
  boost::system::error_code fault;
  const auto value = boost::json::parse(text, fault);
  if (fault || !value.is_object()) return weights;
  for (const auto& [name, bits] : value.get_object()) {
    if (bits.is_number()) weights[std::string(name)] = bits.to_number<double>();
  }
  return weights;
}

std::vector<Part> person_parts(const Resource& resource) {
  auto parts = parts_of(resource);
  std::erase_if(parts, [](const Part& part) { return kind_of(part.role) != Kind::person; });
  return parts;
}

struct ComparedRow {
  std::string title, a, b;
  std::optional<std::string> trait;
};

// Traits first, in their order; then what both were asked, then what one was.
std::vector<ComparedRow> rows_of(const ReviewSides& sides, const region::Tree& tree, Language language) {
  std::vector<ComparedRow> rows;
  if (!sides.a || !sides.b) return rows;
  const Resource &one = sides.a->entry->resource, &other = sides.b->entry->resource;
  const auto parts_a = person_parts(one), parts_b = person_parts(other);
  std::set<int> used_a, used_b;
  for (std::size_t trait = 0; trait < trait_count && !parts_a.empty() && !parts_b.empty(); ++trait) {
    const int a = parts_a.front().traits[trait], b = parts_b.front().traits[trait];
    if (a < 0 && b < 0) continue;
    const auto& title = a >= 0 ? one.fields[static_cast<std::size_t>(a)].title
                               : other.fields[static_cast<std::size_t>(b)].title;
    rows.push_back({title.in(language), shown(*sides.a, a, tree, language),
                    shown(*sides.b, b, tree, language), std::string(name_of(static_cast<Trait>(trait)))});
    used_a.insert(a);
    used_b.insert(b);
  }
  for (std::size_t a = 0; a < one.fields.size(); ++a) {
    if (used_a.contains(static_cast<int>(a))) continue;
    int same = -1;
    for (std::size_t b = 0; b < other.fields.size() && same < 0; ++b) {
      if (!used_b.contains(static_cast<int>(b)) &&
          catalog::meaning_of(one.fields[a]) == catalog::meaning_of(other.fields[b]))
        same = static_cast<int>(b);
    }
    if (same >= 0) used_b.insert(same);
    rows.push_back({one.fields[a].title.in(language), shown(*sides.a, static_cast<int>(a), tree, language),
                    shown(*sides.b, same, tree, language), std::nullopt});
  }
  for (std::size_t b = 0; b < other.fields.size(); ++b) {
    if (!used_b.contains(static_cast<int>(b)))
      rows.push_back({other.fields[b].title.in(language), "",
                      shown(*sides.b, static_cast<int>(b), tree, language), std::nullopt});
  }
  std::erase_if(rows, [](const ComparedRow& row) { return row.a.empty() && row.b.empty(); });
  return rows;
}

}  // namespace

Label label_of(const FileEntry& entry, const region::Tree& tree, Language language) {
  Label label;
  const Resource& resource = entry.entry->resource;
  for (const auto& part : parts_of(resource)) {
    if (part.role != entry.link.role) continue;
    const bool person = kind_of(part.role) == Kind::person;
    // A record about somebody else tells a household's or an employer's number, not its name.
    const bool own = part.role == Role::venue || resource.subject == catalog::Subject::enterprise;
    label.name = shown(entry, person ? part.traits[0] : own ? name_field_of(resource) : -1, tree, language);
    for (const int field : part.identifier) {
      const std::string text = shown(entry, field, tree, language);
      label.identifier += (label.identifier.empty() ? "" : " ") + text;
    }
  }
  return label;
}

void write_purposes(JsonWriter& json, const std::vector<std::string>& purposes) {
  json.key("purposes");
  json.begin_array();
  for (const auto& purpose : purposes) json.value(purpose);
  json.end_array();
}

std::string found_json(const FoundSubjects& found, const std::vector<std::string>& purposes,
                       const region::Tree& tree, Language language) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : found.items) {
    const Label label = label_of(one.entry, tree, language);
    const Resource& resource = one.entry.entry->resource;
    json.begin_object();
    json.member("id", one.id.to_string());
    json.member("kind", name_of(kind_of(one.entry.link.role)));
    write_or_null(json, "name", label.name);
    write_or_null(json, "identifier", label.identifier);
    write_region(json, one.entry.record.region, tree);
    write_named(json, "resource", resource.id, resource.title.in(language));
    json.end_object();
  }
  json.end_array();
  json.member("ready", found.ready);
  json.key("searched_by");
  json.begin_array();
  for (const auto& one : found.classes) json.value(one);
  json.end_array();
  write_purposes(json, purposes);
  json.end_object();
  return json.take();
}

std::string file_json(const SubjectFile& file, const std::map<SubjectId, OtherSubject>& others,
                      const std::vector<std::string>& purposes, const region::Tree& tree, Language language) {
  JsonWriter json(16'384);
  Label label;
  std::vector<std::string> names;
  for (const auto& entry : file.entries) {
    const Label here = label_of(entry, tree, language);
    if (label.name.empty()) label.name = here.name;
    if (label.identifier.empty()) label.identifier = here.identifier;
    if (!here.name.empty() && std::find(names.begin(), names.end(), here.name) == names.end())
      names.push_back(here.name);
  }
  json.begin_object();
  json.member("id", file.id.to_string());
  json.member("kind", name_of(file.kind));
  write_or_null(json, "name", label.name);
  write_or_null(json, "identifier", label.identifier);
  json.key("names");
  json.begin_array();
  for (const auto& name : names) json.value(name);
  json.end_array();
  json.key("aliases");
  json.begin_array();
  for (const SubjectId alias : file.aliases) json.value(alias.to_string());
  json.end_array();
  json.key("identifiers");
  json.begin_array();
  for (const auto& one : identifiers_of(file, tree, language)) write_identifier(json, one, language);
  json.end_array();
  json.key("entries");
  json.begin_array();
  for (const auto& entry : file.entries) write_entry(json, entry, tree, language);
  json.end_array();
  json.key("relations");
  json.begin_array();
  for (const auto& relation : file.relations) write_relation(json, relation, file.id, others);
  json.end_array();
  json.member("cut_short", file.cut_short);
  write_purposes(json, purposes);
  json.end_object();
  return json.take();
}

std::string own_file_json(const SubjectFile& file, Instant made_at, bool synthetic, const region::Tree& tree,
                          Language language) {
  JsonWriter json(16'384);
  json.begin_object();
  json.member("format", std::string_view("jingwei-own-file"));
  json.member("made_at", to_rfc3339(made_at));
  json.member("synthetic", synthetic);
  json.key("entries");
  json.begin_array();
  for (const auto& entry : file.entries) write_entry(json, entry, tree, language);
  json.end_array();
  json.member("cut_short", file.cut_short);
  json.end_object();
  return json.take();
}

std::string prefill_json(const SubjectFile& file, const Resource& form, const std::vector<Prefilled>& known,
                         Language language) {
  JsonWriter json(4'096);
  json.begin_object();
  json.member("subject", file.id.to_string());
  json.member("form", form.id);
  json.member("fields", static_cast<std::int64_t>(form.fields.size()));
  json.key("known");
  json.begin_array();
  for (const auto& one : known) {
    const auto* field = form.field(one.field);
    json.begin_object();
    json.member("field", one.field);
    json.member("title", field == nullptr ? one.field : field->title.in(language));
    json.member("value", one.text);
    write_named(json, "source", one.source->resource.id, one.source->resource.title.in(language));
    json.member("record", one.record.to_string());
    json.member("day", to_iso(one.day));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

void write_event(JsonWriter& json, const Event& event) {
  json.begin_object();
  json.member("id", event.id.to_string());
  json.member("kind", event.kind);
  json.member("kept", event.kept.to_string());
  json.member("gone", event.gone.to_string());
  json.member("actor", event.actor);
  json.member("model", event.model);
  json.key("weights");
  json.begin_object();
  for (const auto& [trait, bits] : weights_of(event.weights)) json.member(trait, bits);
  json.end_object();
  json.member("reason", event.reason);
  json.member("at", to_rfc3339(event.at));
  write_or_null(json, "undone_at", event.undone_at ? to_rfc3339(*event.undone_at) : std::string());
  write_or_null(json, "undone_by", event.undone_by);
  json.end_object();
}

void write_review(JsonWriter& json, const Review& review, const ReviewSides& sides, const region::Tree& tree,
                  Language language) {
  const auto weights = weights_of(review.weights);
  json.begin_object();
  json.member("id", review.id.to_string());
  json.member("state", name_of(review.state));
  json.member("probability", review.probability);
  write_or_null(json, "decided_by", review.decided_by);
  write_or_null(json, "decided_at", review.decided_at ? to_rfc3339(*review.decided_at) : std::string());
  write_or_null(json, "leased_until",
                review.lease_owner.empty() ? std::string() : to_rfc3339(review.lease_until));
  write_side(json, "a", sides.a, tree, language);
  write_side(json, "b", sides.b, tree, language);
  json.key("fields");
  json.begin_array();
  for (const auto& row : rows_of(sides, tree, language)) {
    json.begin_object();
    json.member("title", row.title);
    write_or_null(json, "a", row.a);
    write_or_null(json, "b", row.b);
    write_or_null(json, "trait", row.trait.value_or(""));
    json.key("weight");
    const auto weight = row.trait ? weights.find(*row.trait) : weights.end();
    if (weight == weights.end()) {
      json.null();
    } else {
      json.value(weight->second);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_comparison(JsonWriter& json, const Comparison& one,
                      const std::vector<std::pair<RegionId, std::int64_t>>& by_region,
                      const region::Tree& tree, Language language) {
  const auto instant = [&](std::string_view key, const std::optional<Instant>& at) {
    write_or_null(json, key, at ? to_rfc3339(*at) : std::string());
  };
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("title", one.title);
  json.member("purpose", one.purpose);
  write_or_null(json, "left", one.left);
  json.member("right", one.right);
  write_or_null(json, "region", one.region);
  write_or_null(json, "left_region", one.left_region);
  write_or_null(json, "right_region", one.right_region);
  json.member("mode", name_of(one.mode));
  json.member("reason", one.reason);
  json.member("state", name_of(one.state));
  write_or_null(json, "failure", one.failure ? render(*one.failure, language) : std::string());
  json.member("asked_by", one.asked_by);
  json.member("asked_at", to_rfc3339(one.asked_at));
  write_or_null(json, "decided_by", one.decided_by);
  instant("decided_at", one.decided_at);
  write_or_null(json, "answer", one.answer);
  json.member("left_count", one.left_count);
  json.member("right_count", one.right_count);
  json.member("matched", one.matched);
  write_count(json, "certain", one.certain);
  write_count(json, "probable",
              one.certain ? std::optional(one.matched - *one.certain) : std::optional<std::int64_t>());
  instant("finished_at", one.finished_at);
  instant("expires_at", one.expires_at);
  json.member("keep_days", one.keep_days);
  json.key("regions");
  json.begin_array();
  for (const auto& [region, count] : by_region) {
    json.begin_object();
    write_region(json, region, tree);
    json.member("count", count);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_model(JsonWriter& json, const ModelVersion& one, std::int64_t in_force, Language language) {
  json.begin_object();
  json.member("version", one.version);
  json.member("state", name_of(one.state));
  json.member("in_force", one.version == in_force);
  write_or_null(json, "name", one.name);
  json.member("actor", one.actor);
  json.member("made_at", to_rfc3339(one.made_at));
  json.member("records", one.records);
  json.member("seconds", one.seconds);
  json.member("certain", one.bounds.certain);
  json.member("probable", one.bounds.probable);
  json.member("possible", one.bounds.doubtful);
  json.member("progress", one.progress);
  write_or_null(json, "activated_at", one.activated_at ? to_rfc3339(*one.activated_at) : std::string());
  write_or_null(json, "fault", one.fault);
  write_warnings(json, one.warnings, language);
  json.key("changes");
  if (!one.changes) {
    json.null();
  } else {
    json.begin_object();
    json.member("records", one.changes->records);
    json.member("persons_before", one.changes->persons_before);
    json.member("persons_after", one.changes->persons_after);
    json.member("unchanged", one.changes->unchanged);
    json.member("merged", one.changes->merged);
    json.member("split", one.changes->split);
    json.member("rearranged", one.changes->rearranged);
    json.member("pairs_gained", one.changes->pairs_gained);
    json.member("pairs_lost", one.changes->pairs_lost);
    json.end_object();
  }
  json.end_object();
}

std::string status_json(const RegistryStatus& status, const std::vector<std::string>& purposes,
                        const catalog::Catalog& catalog, Language language) {
  JsonWriter json(4'096);
  std::int64_t open = 0, decided = 0;
  for (const auto& [state, count] : status.reviews) (state == "open" ? open : decided) += count;
  json.begin_object();
  json.member("model", status.state.model);
  json.member("linking_here", status.progress.holding);
  json.member("caught_up", status.caught_up);
  json.member("subjects", status.subjects);
  json.member("links", status.links);
  json.member("open_reviews", open);
  json.member("decided_reviews", decided);
  write_warnings(json, status.warnings, language);
  json.member("overfull_blocks", status.overfull_blocks);
  json.key("resources");
  json.begin_array();
  for (const auto& one : status.resources) {
    const auto entry = catalog.find(one.resource);
    if (!entry) continue;
    json.begin_object();
    write_source(json, (*entry)->resource, language);
    json.member("linked", one.done);
    json.member("certain", one.certain);
    json.member("probable", one.probable);
    json.member("typed_fields", one.typed.fields);
    json.member("typed_known", one.typed.known);
    json.end_object();
  }
  json.end_array();
  write_purposes(json, purposes);
  json.end_object();
  return json.take();
}

}  // namespace jingwei::registry
