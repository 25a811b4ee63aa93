#include "modules/catalog/resource_json.h"

#include "modules/catalog/resource_yaml.h"

namespace jingwei::catalog {

namespace {

void write_title(JsonWriter& json, std::string_view key, const Title& title) {
  if (title.zh.empty() && title.en.empty()) return;
  json.key(key);
  json.begin_object();
  json.member("zh", title.zh);
  json.member("en", title.en);
  json.end_object();
}

void write_named(JsonWriter& json, const std::string& id, const Title& title) {
  json.member("id", id);
  json.member("zh", title.zh);
  json.member("en", title.en);
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(key);
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void write_text(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) json.member(key, text);
}

void write_sources(JsonWriter& json, const std::vector<FieldSource>& sources) {
  if (sources.empty()) return;
  json.key("from");
  json.begin_array();
  for (const auto& source : sources) {
    json.begin_object();
    write_texts(json, "path", source.paths);
    if (!source.where.empty()) {
      json.key("where");
      json.begin_object();
      for (const auto& [path, texts] : source.where) write_texts(json, path, texts);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();
}

void write_field(JsonWriter& json, const Field& field) {
  json.begin_object();
  json.member("name", field.name);
  write_title(json, "title", field.title);
  json.member("type", name_of(field.type));
  if (field.personal != Personal::none) json.member("personal", name_of(field.personal));
  if (field.required) json.member("required", true);
  if (!field.choices.empty()) {
    json.key("values");
    json.begin_array();
    for (const auto& choice : field.choices) {
      json.begin_object();
      write_named(json, choice.id, choice.title);
      write_texts(json, "also", choice.also);
      json.end_object();
    }
    json.end_array();
  }
  write_texts(json, "columns", field.columns);
  write_sources(json, field.from);
  if (field.min) json.member("min", *field.min);
  if (field.max) json.member("max", *field.max);
  if (field.min_length) json.member("min_length", *field.min_length);
  if (field.max_length) json.member("max_length", *field.max_length);
  write_text(json, "pattern", field.pattern);
  write_text(json, "unit", field.unit);
  if (!field.part_of.empty()) {
    json.key("part_of");
    json.begin_object();
    json.member("field", field.part_of);
    json.member("part", name_of(field.part));
    json.end_object();
  }
  write_text(json, "meaning", field.meaning);
  json.end_object();
}

void write_metric(JsonWriter& json, const Metric& metric) {
  json.begin_object();
  json.member("id", metric.id);
  write_title(json, "title", metric.title);
  write_title(json, "definition", metric.definition);
  if (metric.kind == MetricKind::count) {
    json.member("count", "records");
  } else {
    json.member("last", metric.field);
  }
  if (!metric.where_field.empty()) {
    json.key("where");
    json.begin_object();
    json.member(metric.where_field, metric.where_value);
    json.end_object();
  }
  json.end_object();
}

// Path and value of everything a definition says, to be compared.
using Facts = std::vector<std::pair<std::string, std::string>>;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string number_text(double number) {
  JsonWriter json;
  json.value(number);
  return json.take();
}

void add(Facts& facts, const std::string& path, const std::string& value) {
  if (!value.empty()) facts.emplace_back(path, value);
}

void add_title(Facts& facts, const std::string& path, const Title& title) {
  add(facts, path + ".zh", title.zh);
  add(facts, path + ".en", title.en);
}

std::string summary_of(const std::vector<FieldSource>& sources) {
  std::string said;
  for (const auto& source : sources) {
    said += (said.empty() ? "" : "; ") + joined(source.paths);
    for (const auto& [path, texts] : source.where) said += " [" + path + ": " + joined(texts) + "]";
  }
  return said;
}

Facts facts_of(const Field& field, const std::string& path) {
  Facts facts;
  add_title(facts, path + ".title", field.title);
  add(facts, path + ".type", std::string(name_of(field.type)));
  add(facts, path + ".personal", std::string(name_of(field.personal)));
  add(facts, path + ".required", field.required ? "true" : "false");
  for (const auto& choice : field.choices) {
    std::string said = choice.title.zh + " / " + choice.title.en;
    if (!choice.also.empty()) said += " (" + joined(choice.also) + ")";
    add(facts, path + ".values." + choice.id, std::move(said));
  }
  add(facts, path + ".columns", joined(field.columns));
  add(facts, path + ".from", summary_of(field.from));
  if (field.min) add(facts, path + ".min", number_text(*field.min));
  if (field.max) add(facts, path + ".max", number_text(*field.max));
  if (field.min_length) add(facts, path + ".min_length", std::to_string(*field.min_length));
  if (field.max_length) add(facts, path + ".max_length", std::to_string(*field.max_length));
  add(facts, path + ".pattern", field.pattern);
  add(facts, path + ".unit", field.unit);
  if (!field.part_of.empty())
    add(facts, path + ".part_of", field.part_of + "." + std::string(name_of(field.part)));
  add(facts, path + ".meaning", field.meaning);
  return facts;
}

Facts facts_of(const Metric& metric, const std::string& path) {
  Facts facts;
  add_title(facts, path + ".title", metric.title);
  add_title(facts, path + ".definition", metric.definition);
  add(facts, path + ".kind", metric.kind == MetricKind::count ? "count: records" : "last: " + metric.field);
  if (!metric.where_field.empty())
    add(facts, path + ".where", metric.where_field + ": " + metric.where_value);
  return facts;
}

Facts facts_of(const Resource& resource) {
  Facts facts;
  add_title(facts, "title", resource.title);
  add_title(facts, "description", resource.description);
  add(facts, "provider", resource.provider_id);
  add_title(facts, "provider", resource.provider);
  add(facts, "sharing", std::string(name_of(resource.sharing)));
  add(facts, "purposes", joined(resource.purposes));
  add(facts, "retention", resource.retention);
  add(facts, "update", std::string(name_of(resource.update)));
  add(facts, "key", joined(resource.key));
  add(facts, "region", joined(resource.region_fields));
  for (const auto& [field, other] : resource.region_unless) add(facts, "region_unless." + field, other);
  add(facts, "region_otherwise", resource.region_otherwise);
  add(facts, "day", resource.day_field);
  add(facts, "source", resource.source);
  add(facts, "subject", std::string(name_of(resource.subject)));
  add(facts, "collected_from", std::string(name_of(resource.collected_from)));
  add(facts, "population", joined(resource.population));
  return facts;
}

void compare(const Facts& before, const Facts& after, std::vector<Difference>& found) {
  const auto value_in = [](const Facts& facts, const std::string& path) -> const std::string* {
    for (const auto& [name, value] : facts) {
      if (name == path) return &value;
    }
    return nullptr;
  };
  for (const auto& [path, value] : before) {
    const std::string* now = value_in(after, path);
    if (now == nullptr) {
      found.push_back({Difference::Kind::removed, path, value, ""});
    } else if (*now != value) {
      found.push_back({Difference::Kind::changed, path, value, *now});
    }
  }
  for (const auto& [path, value] : after) {
    if (value_in(before, path) == nullptr) found.push_back({Difference::Kind::added, path, "", value});
  }
}

std::string summary_of(const Field& field) {
  return field.title.zh + " / " + field.title.en + " (" + std::string(name_of(field.type)) + ")";
}

std::string summary_of(const Metric& metric) {
  return metric.title.zh + " / " + metric.title.en;
}

const std::string& id_of(const Field& field) {
  return field.name;
}
const std::string& id_of(const Metric& metric) {
  return metric.id;
}

// Parts that have a name each: one that came or went is told as a whole.
template <typename Part>
void compare_parts(const std::string& list, const std::vector<Part>& before, const std::vector<Part>& after,
                   std::vector<Difference>& found) {
  const auto named = [](const std::vector<Part>& parts, const std::string& id) -> const Part* {
    for (const auto& part : parts) {
      if (id_of(part) == id) return &part;
    }
    return nullptr;
  };
  for (const auto& part : before) {
    const std::string path = list + "." + id_of(part);
    if (const Part* now = named(after, id_of(part))) {
      compare(facts_of(part, path), facts_of(*now, path), found);
    } else {
      found.push_back({Difference::Kind::removed, path, summary_of(part), ""});
    }
  }
  for (const auto& part : after) {
    if (named(before, id_of(part)) == nullptr)
      found.push_back({Difference::Kind::added, list + "." + id_of(part), "", summary_of(part)});
  }
}

}  // namespace

void write_definition(JsonWriter& json, const Resource& resource) {
  json.begin_object();
  json.member("id", resource.id);
  write_title(json, "title", resource.title);
  write_title(json, "description", resource.description);
  json.key("provider");
  json.begin_object();
  write_named(json, resource.provider_id, resource.provider);
  json.end_object();
  json.member("sharing", name_of(resource.sharing));
  write_texts(json, "purposes", resource.purposes);
  json.member("retention", resource.retention);
  json.member("update", name_of(resource.update));
  write_texts(json, "key", resource.key);
  write_texts(json, "region", resource.region_fields);
  if (!resource.region_unless.empty()) {
    json.key("region_unless");
    json.begin_object();
    for (const auto& [field, other] : resource.region_unless) json.member(field, other);
    json.end_object();
  }
  write_text(json, "region_otherwise", resource.region_otherwise);
  write_text(json, "day", resource.day_field);
  write_text(json, "source", resource.source);
  json.member("subject", name_of(resource.subject));
  json.member("collected_from", name_of(resource.collected_from));
  write_texts(json, "population", resource.population);
  if (resource.sharing != Sharing::secret) {
    json.key("fields");
    json.begin_array();
    for (const auto& field : resource.fields) write_field(json, field);
    json.end_array();
  }
  if (!resource.metrics.empty()) {
    json.key("metrics");
    json.begin_array();
    for (const auto& metric : resource.metrics) write_metric(json, metric);
    json.end_array();
  }
  json.end_object();
}

std::string definition_text(const Resource& resource) {
  JsonWriter json(2'048);
  write_definition(json, resource);
  return json.take();
}

Result<Resource> parse_definition(std::string_view definition, const std::string& file,
                                  const std::string& package) {
  JW_ASSIGN(auto resources,
            parse_resources("{\"resources\":[" + std::string(definition) + "]}", file, package));
  if (resources.size() != 1) return Error(ErrorCode::invalid, "catalog.one_definition").with("place", file);
  return std::move(resources.front());
}

std::string_view name_of(Difference::Kind kind) {
  constexpr std::string_view names[] = {"added", "removed", "changed"};
  return names[static_cast<int>(kind)];
}

std::vector<Difference> differences(const Resource& before, const Resource& after) {
  std::vector<Difference> found;
  compare(facts_of(before), facts_of(after), found);
  compare_parts("fields", before.fields, after.fields, found);
  compare_parts("metrics", before.metrics, after.metrics, found);
  return found;
}

}  // namespace jingwei::catalog
