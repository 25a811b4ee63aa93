#include "modules/ingest/ingest_json.h"

#include "base/json.h"
#include "modules/ingest/cleaning/clean_examples.h"
#include "modules/ingest/place_readers.h"

namespace jingwei::ingest {

namespace {

constexpr std::array<std::string_view, 4> status_names = {"clean", "cleaned", "empty", "refused"};

void write_rule(JsonWriter& json, Rule rule, Language language) {
  json.begin_object();
  json.member("id", message_of(rule));
  json.member("sentence", render(std::string(message_of(rule)), {}, language));
  json.end_object();
}

void write_region(JsonWriter& json, RegionId id, const region::Tree& tree) {
  const region::Node node = id ? tree.find(id) : region::no_node;
  if (node == region::no_node) return json.null();
  json.begin_object();
  json.member("code", tree.code(node));
  json.member("name", tree.path_text(node));
  json.end_object();
}

void write_parts(JsonWriter& json, std::string_view address, AddressResolver& resolver) {
  json.begin_object();
  for (const std::string_view name : address_part_names())
    json.member(name, resolver.part(address, *address_part_named(name)));
  json.end_object();
}

}  // namespace

void write_synonyms(JsonWriter& json, const SynonymList& list, const catalog::Resource& resource,
                    Language language) {
  const catalog::Field* field = resource.field(list.field);
  json.begin_object();
  json.member("field", list.field);
  json.member("field_title", field->title.in(language));
  json.member("version", list.version);
  json.member("changed_by", list.changed_by);
  json.key("changed_at");
  if (list.changed_at) {
    json.value(to_rfc3339(*list.changed_at));
  } else {
    json.null();
  }
  json.key("choices");
  json.begin_array();
  for (const auto& choice : field->choices) {
    json.begin_object();
    json.member("id", choice.id);
    json.member("title", choice.title.in(language));
    json.key("also");
    json.begin_array();
    for (const auto& word : choice.also) json.value(word);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("words");
  json.begin_array();
  for (const auto& word : list.words) {
    json.begin_object();
    json.member("word", word.word);
    json.member("choice", word.choice);
    json.member("added_by", word.added_by);
    json.member("added_at", to_rfc3339(word.added_at));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

std::string cleaning_rules_json(Language language) {
  JsonWriter json(32'768);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const RuleExample& example : rule_examples()) {
    json.begin_object();
    json.member("id", message_of(example.rule));
    json.member("changes", is_change(example.rule));
    json.member("sentence", render(std::string(message_of(example.rule)), {}, language));
    json.member("kind", name_of(example_field(example.field).type));
    json.member("sent", example.sent);
    json.key("becomes");
    if (is_change(example.rule)) {
      json.value(example.becomes);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<std::string> cleaning_trial_json(const CleaningTrial& trial, const CleaningPlace& place,
                                        Language language) {
  const auto type = clean_type_named(trial.kind);
  if (!type || *type == CleanType::choice)
    return Error(ErrorCode::invalid, "ingest.unknown_kind").with("kind", trial.kind).at("/kind");
  FieldSpec spec;
  spec.name = "value";
  spec.type = *type;
  spec.unit = trial.unit;
  spec.gives_region = *type == CleanType::address;
  JW_ASSIGN(const auto cleaner, FieldCleaner::make(std::move(spec)));
  CleanContext context(place.now, place.zone);
  const PlaceNeeds needs{*type == CleanType::address,
                         *type == CleanType::citizen_id || *type == CleanType::identity_document};
  const PlaceReaders readers(place.tree, place.hub_region, place.gazetteers, needs, context);
  context.synthetic_id_prefixes = place.synthetic_id_prefixes;
  const Cleaned cleaned = cleaner.clean(trial.value, context);

  JsonWriter json(1024);
  json.begin_object();
  json.member("status", status_names.at(static_cast<std::size_t>(cleaned.status)));
  const bool kept = cleaned.status == CleanStatus::clean || cleaned.status == CleanStatus::cleaned;
  json.member("text", kept ? cleaned.text : std::string_view());
  json.key("region");
  const bool has_region = kept && (*type == CleanType::region || *type == CleanType::address);
  write_region(json, RegionId(has_region ? cleaned.integer : 0), *place.tree);
  json.key("parts");
  if (kept && *type == CleanType::address) {
    write_parts(json, cleaned.text, *context.addresses);
  } else {
    json.null();
  }
  json.key("refusal");
  if (cleaned.status == CleanStatus::refused) {
    write_rule(json, cleaned.refusal, language);
  } else {
    json.null();
  }
  json.key("rules");
  json.begin_array();
  cleaned.rules.visit([&](Rule rule) { write_rule(json, rule, language); });
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::ingest
