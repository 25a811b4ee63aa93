#include "modules/ingest/ingest_json.h"

#include "base/json.h"
#include "modules/ingest/cleaning/clean_examples.h"
#include "modules/ingest/tree_region_resolver.h"

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

}  // namespace

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
  JW_ASSIGN(const auto cleaner, FieldCleaner::make(std::move(spec)));
  CleanContext context(place.now, place.zone);
  TreeRegionResolver regions(place.tree, place.hub_region);
  context.regions = &regions;
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
