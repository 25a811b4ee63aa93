#include "modules/catalog/resource_yaml.h"

#include <regex>
#include <set>

#include "base/limits.h"
#include "schema/yaml.h"

namespace jingwei::catalog {

namespace {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlMapping;
using schema::YamlNode;

bool is_identifier(std::string_view text, char separator) {
  if (text.empty() || text.size() > 48 || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == separator;
  });
}

// Position of the scalar among `names`; reports what was expected when it is none of them.
template <typename Enum, std::size_t Count>
Enum pick(const YamlNode* node, const std::array<Enum, Count>& values, YamlFaults& faults, Enum fallback) {
  if (node == nullptr) return fallback;
  std::string expected;
  for (const Enum value : values) {
    if (node->scalar == name_of(value)) return value;
    expected += (expected.empty() ? "" : ", ") + std::string(name_of(value));
  }
  faults.add(*node, "catalog.unknown_word", {{"word", node->scalar}, {"expected", expected}});
  return fallback;
}

constexpr std::array sharings = {Sharing::unconditional, Sharing::conditional, Sharing::none, Sharing::open,
                                 Sharing::secret};
constexpr std::array subjects = {Subject::person, Subject::household, Subject::enterprise,
                                 Subject::venue,  Subject::vehicle,   Subject::device,
                                 Subject::place,  Subject::figure,    Subject::other};
constexpr std::array origins = {CollectedFrom::residents,   CollectedFrom::grid,
                                CollectedFrom::enterprises, CollectedFrom::departments,
                                CollectedFrom::devices,     CollectedFrom::published};
constexpr std::array updates = {Update::realtime, Update::daily, Update::weekly, Update::monthly,
                                Update::once};
constexpr std::array personals = {Personal::none,    Personal::basic,   Personal::name,  Personal::identifier,
                                  Personal::contact, Personal::address, Personal::health};
constexpr std::array field_types = {FieldType::text,       FieldType::person_name,      FieldType::phone,
                                    FieldType::citizen_id, FieldType::credit_code,      FieldType::date,
                                    FieldType::datetime,   FieldType::integer,          FieldType::number,
                                    FieldType::boolean,    FieldType::choice,           FieldType::region,
                                    FieldType::address,    FieldType::identity_document};

constexpr std::array address_parts = {AddressPart::building_key, AddressPart::road,     AddressPart::number,
                                      AddressPart::compound,     AddressPart::building, AddressPart::unit,
                                      AddressPart::floor,        AddressPart::room};

constexpr std::size_t pattern_bytes = 200;
constexpr std::size_t path_bytes = 200;  // of a column path

Title read_title(const YamlNode* node, YamlFaults& faults) {
  Title title;
  if (node == nullptr) return title;
  YamlMapping mapping(*node, faults);
  title.zh = mapping.require_text("zh");
  title.en = mapping.require_text("en");
  mapping.finish();
  return title;
}

std::vector<Choice> read_choices(const YamlNode* node, YamlFaults& faults) {
  std::vector<Choice> choices;
  if (node == nullptr) return choices;
  std::set<std::string> seen;
  for (const auto& item : node->items) {
    YamlMapping mapping(item, faults);
    Choice choice;
    choice.id = mapping.require_text("id");
    choice.title.zh = mapping.require_text("zh");
    choice.title.en = mapping.require_text("en");
    choice.also = mapping.texts("also");
    mapping.finish();
    if (!seen.insert(choice.id).second) faults.add(item, "catalog.doubled", {{"name", choice.id}});
    choices.push_back(std::move(choice));
  }
  return choices;
}

// A path alone, or {path, where}; `path` may name several.
FieldSource read_source(const YamlNode& node, YamlFaults& faults) {
  FieldSource source;
  if (node.kind == YamlKind::scalar) {
    source.paths.push_back(node.scalar);
  } else {
    YamlMapping mapping(node, faults);
    if (mapping.require("path") != nullptr) source.paths = mapping.texts("path");
    if (const YamlNode* where = mapping.get("where")) {
      YamlMapping conditions(*where, faults);
      for (const auto& pair : where->pairs) source.where[pair.key.scalar] = conditions.texts(pair.key.scalar);
      conditions.finish();
    }
    mapping.finish();
  }
  const auto faulty = [](const std::string& path) { return path.empty() || path.size() > path_bytes; };
  const bool unsaid = std::any_of(source.where.begin(), source.where.end(), [&](const auto& condition) {
    return faulty(condition.first) || condition.second.empty();
  });
  if (source.paths.empty() || unsaid || std::any_of(source.paths.begin(), source.paths.end(), faulty))
    faults.add(node, "catalog.field_source");
  return source;
}

std::vector<FieldSource> read_sources(const YamlNode* node, YamlFaults& faults) {
  std::vector<FieldSource> sources;
  if (node == nullptr) return sources;
  if (node->kind != YamlKind::sequence) {
    sources.push_back(read_source(*node, faults));
    return sources;
  }
  if (node->items.size() > limits::field_sources)
    faults.add(*node, "catalog.too_many_sources", {{"most", std::to_string(limits::field_sources)}});
  for (const auto& item : node->items) sources.push_back(read_source(item, faults));
  return sources;
}

Field read_field(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Field field;
  field.name = mapping.require_text("name");
  if (!is_identifier(field.name, '_')) faults.add(node, "catalog.bad_name", {{"name", field.name}});
  field.title = read_title(mapping.require("title"), faults);
  field.type = pick(mapping.require("type"), field_types, faults, FieldType::text);
  field.personal = pick(mapping.get("personal"), personals, faults, Personal::none);
  field.required = mapping.boolean("required").value_or(false);
  field.choices = read_choices(mapping.get("values"), faults);
  if ((field.type == FieldType::choice) != !field.choices.empty()) {
    faults.add(node, "catalog.choice_values", {{"name", field.name}});
  }
  field.columns = mapping.texts("columns");
  field.from = read_sources(mapping.get("from"), faults);
  field.min = mapping.number("min");
  field.max = mapping.number("max");
  field.min_length = mapping.integer("min_length");
  field.max_length = mapping.integer("max_length");
  field.unit = mapping.text("unit").value_or("");
  if (!field.unit.empty() && field.type != FieldType::integer && field.type != FieldType::number)
    faults.add(node, "catalog.unit_of_number", {{"name", field.name}});
  field.pattern = mapping.text("pattern").value_or("");
  if (field.pattern.size() > pattern_bytes) {
    faults.add(node, "catalog.pattern_too_long", {{"most", std::to_string(pattern_bytes)}});
  } else if (!field.pattern.empty()) {
    try {
      std::regex compiled(field.pattern);
    } catch (const std::regex_error&) {
      faults.add(node, "catalog.bad_pattern", {{"pattern", field.pattern}});
    }
  }
  if (const YamlNode* part = mapping.get("part_of")) {
    YamlMapping inner(*part, faults);
    field.part_of = inner.require_text("field");
    field.part = pick(inner.require("part"), address_parts, faults, AddressPart::building_key);
    inner.finish();
    if (field.type != FieldType::text) faults.add(*part, "catalog.part_is_text", {{"name", field.name}});
  }
  field.meaning = mapping.text("meaning").value_or("");
  if (!field.meaning.empty() && !is_identifier(field.meaning, '-'))
    faults.add(node, "catalog.bad_name", {{"name", field.meaning}});
  mapping.finish();
  return field;
}

// Of a resource that does not say it: whoever's number its records are told apart by.
Subject subject_of(const Resource& resource) {
  const auto keyed_by = [&](FieldType type) {
    return std::any_of(resource.key.begin(), resource.key.end(), [&](const std::string& name) {
      const Field* field = resource.field(name);
      return field != nullptr && field->type == type;
    });
  };
  const auto holds = [&](FieldType type) {
    return std::any_of(resource.fields.begin(), resource.fields.end(),
                       [&](const Field& field) { return field.type == type; });
  };
  if (keyed_by(FieldType::citizen_id)) return Subject::person;
  if (keyed_by(FieldType::credit_code)) return Subject::enterprise;
  if (holds(FieldType::citizen_id)) return Subject::person;
  return holds(FieldType::credit_code) ? Subject::enterprise : Subject::other;
}

Metric read_metric(const YamlNode& node, const Resource& resource, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Metric metric;
  metric.id = mapping.require_text("id");
  if (!is_identifier(metric.id, '-')) faults.add(node, "catalog.bad_name", {{"name", metric.id}});
  metric.title = read_title(mapping.require("title"), faults);
  if (const YamlNode* definition = mapping.get("definition"))
    metric.definition = read_title(definition, faults);
  const auto count = mapping.text("count");
  const auto last = mapping.text("last");
  if (count.has_value() == last.has_value() || (count && *count != "records")) {
    faults.add(node, "catalog.metric_kind", {{"name", metric.id}});
  }
  if (last) {
    metric.kind = MetricKind::last;
    metric.field = *last;
    const Field* field = resource.field(*last);
    if (field == nullptr || (field->type != FieldType::integer && field->type != FieldType::number)) {
      faults.add(node, "catalog.metric_field", {{"name", metric.id}, {"field", *last}});
    }
  }
  if (const YamlNode* where = mapping.get("where")) {
    for (const auto& pair : where->pairs) {
      metric.where_field = pair.key.scalar;
      metric.where_value = pair.value.scalar;
    }
    const Field* field = resource.field(metric.where_field);
    const bool listed = field != nullptr &&
                        std::any_of(field->choices.begin(), field->choices.end(),
                                    [&](const Choice& choice) { return choice.id == metric.where_value; });
    if (where->pairs.size() != 1 || !listed) {
      faults.add(*where, "catalog.metric_where", {{"name", metric.id}});
    }
  }
  mapping.finish();
  return metric;
}

// Tables from before have columns of such names (record_table.h).
void check_columns(const Resource& resource, const YamlNode& node, YamlFaults& faults) {
  for (const auto& field : resource.fields) {
    if (field.personal != Personal::none && resource.field(field.name + "_eq") != nullptr)
      faults.add(node, "catalog.equality_name", {{"name", field.name + "_eq"}});
  }
}

// Names in `key`, `region` and `day` must be fields of the right type.
void check_references(const Resource& resource, const YamlNode& node, YamlFaults& faults) {
  const auto missing = [&](const std::string& name) {
    faults.add(node, "catalog.no_such_field", {{"resource", resource.id}, {"field", name}});
  };
  for (const auto& name : resource.key) {
    if (resource.field(name) == nullptr) missing(name);
  }
  for (const auto& taker : resource.fields) {
    if (taker.part_of.empty()) continue;
    const Field* address = resource.field(taker.part_of);
    if (address == nullptr || address->type != FieldType::address) {
      missing(taker.part_of);
    } else if (address->personal != Personal::none && taker.personal == Personal::none) {
      faults.add(node, "catalog.part_is_personal", {{"name", taker.name}, {"field", taker.part_of}});
    }
  }
  for (const auto& name : resource.region_fields) {
    const Field* field = resource.field(name);
    if (field == nullptr || (field->type != FieldType::region && field->type != FieldType::address))
      missing(name);
  }
  for (const auto& [region_field, other] : resource.region_unless) {
    const auto& listed = resource.region_fields;
    if (std::find(listed.begin(), listed.end(), region_field) == listed.end()) missing(region_field);
    if (resource.field(other) == nullptr) missing(other);
  }
  if (!resource.day_field.empty()) {
    const Field* field = resource.field(resource.day_field);
    if (field == nullptr || (field->type != FieldType::date && field->type != FieldType::datetime))
      missing(resource.day_field);
  }
}

Resource read_resource(const YamlNode& node, const std::string& package, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Resource resource;
  resource.package = package;
  resource.id = mapping.require_text("id");
  if (!is_identifier(resource.id, '-')) faults.add(node, "catalog.bad_name", {{"name", resource.id}});
  resource.title = read_title(mapping.require("title"), faults);
  if (const YamlNode* description = mapping.get("description"))
    resource.description = read_title(description, faults);
  if (const YamlNode* provider = mapping.require("provider")) {
    YamlMapping inner(*provider, faults);
    resource.provider_id = inner.require_text("id");
    resource.provider.zh = inner.require_text("zh");
    resource.provider.en = inner.require_text("en");
    inner.finish();
  }
  resource.sharing = pick(mapping.require("sharing"), sharings, faults, Sharing::none);
  resource.purposes = mapping.texts("purposes");
  resource.retention = mapping.require_text("retention");
  if (resource.retention != "forever" && !retention_days(resource.retention)) {
    faults.add(node, "catalog.bad_retention", {{"retention", resource.retention}});
  }
  resource.update = pick(mapping.require("update"), updates, faults, Update::once);
  resource.key = mapping.texts("key");
  resource.region_fields = mapping.texts("region");
  if (const YamlNode* unless = mapping.get("region_unless")) {
    for (const auto& pair : unless->pairs) resource.region_unless[pair.key.scalar] = pair.value.scalar;
  }
  resource.region_otherwise = mapping.text("region_otherwise").value_or("");
  resource.day_field = mapping.text("day").value_or("");
  resource.source = mapping.text("source").value_or("");
  resource.collected_from = pick(mapping.get("collected_from"), origins, faults, CollectedFrom::departments);
  resource.population = mapping.texts("population");
  const YamlNode* subject = mapping.get("subject");
  const bool secret = resource.sharing == Sharing::secret;
  std::set<std::string> seen;
  if (const YamlNode* fields = secret ? mapping.get("fields") : mapping.require("fields")) {
    if (secret) faults.add(*fields, "catalog.secret_fields", {{"name", resource.id}});
    if (!secret && fields->items.empty()) faults.add(*fields, "catalog.no_fields", {{"name", resource.id}});
    if (fields->items.size() > limits::resource_fields) {
      faults.add(*fields, "catalog.too_many_fields", {{"most", std::to_string(limits::resource_fields)}});
    }
    for (const auto& item : fields->items) {
      resource.fields.push_back(read_field(item, faults));
      if (!seen.insert(resource.fields.back().name).second) {
        faults.add(item, "catalog.doubled", {{"name", resource.fields.back().name}});
      }
    }
  }
  if (const YamlNode* metrics = mapping.get("metrics")) {
    seen.clear();
    for (const auto& item : metrics->items) {
      resource.metrics.push_back(read_metric(item, resource, faults));
      if (!seen.insert(resource.metrics.back().id).second) {
        faults.add(item, "catalog.doubled", {{"name", resource.metrics.back().id}});
      }
    }
  }
  mapping.finish();
  resource.subject = pick(subject, subjects, faults, subject_of(resource));
  check_references(resource, node, faults);
  check_columns(resource, node, faults);
  return resource;
}

}  // namespace

Field parse_field(const YamlNode& node, YamlFaults& faults) {
  return read_field(node, faults);
}

Result<std::vector<Resource>> parse_resources(std::string_view yaml, const std::string& file,
                                              const std::string& package) {
  JW_ASSIGN(const YamlNode root, schema::parse_yaml(yaml, file));
  YamlFaults faults;
  YamlMapping mapping(root, faults);
  std::vector<Resource> resources;
  if (const YamlNode* list = mapping.require("resources")) {
    if (list->kind != YamlKind::sequence && list->kind != YamlKind::null)
      faults.add(*list, "yaml.not_list", {{"key", "resources"}});
    for (const auto& item : list->items) resources.push_back(read_resource(item, package, faults));
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return resources;
}

}  // namespace jingwei::catalog
