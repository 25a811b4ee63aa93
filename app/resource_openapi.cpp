#include "app/resource_openapi.h"

#include <boost/json.hpp>

namespace jingwei::app {

namespace {

namespace json = boost::json;

// "resident-register" → "ResidentRegisterRecord".
std::string schema_name(std::string_view resource) {
  std::string name;
  bool upper = true;
  for (const char c : resource) {
    if (c == '-') {
      upper = true;
      continue;
    }
    name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return name + "Record";
}

json::object schema_of(const catalog::Field& field) {
  json::object schema;
  switch (field.type) {
    case catalog::FieldType::integer:
      schema["type"] = "integer";
      break;
    case catalog::FieldType::number:
      schema["type"] = "number";
      break;
    case catalog::FieldType::boolean:
      schema["type"] = "boolean";
      break;
    default:
      schema["type"] = "string";
      break;
  }
  if (field.type == catalog::FieldType::date) schema["format"] = "date";
  if (field.type == catalog::FieldType::datetime) schema["format"] = "date-time";
  schema["title"] = field.title.en;
  schema["x-title-zh"] = field.title.zh;
  if (!field.choices.empty()) {
    json::array values;
    for (const auto& choice : field.choices) values.emplace_back(choice.id);
    schema["enum"] = std::move(values);
  }
  if (field.min) schema["minimum"] = *field.min;
  if (field.max) schema["maximum"] = *field.max;
  if (field.min_length) schema["minLength"] = *field.min_length;
  if (field.max_length) schema["maxLength"] = *field.max_length;
  if (!field.pattern.empty()) schema["pattern"] = field.pattern;
  if (field.personal != catalog::Personal::none) schema["x-personal"] = std::string(name_of(field.personal));
  return schema;
}

json::object schema_of(const catalog::Resource& resource) {
  json::object properties;
  json::array required;
  for (const auto& field : resource.fields) {
    properties[field.name] = schema_of(field);
    if (field.required) required.emplace_back(field.name);
  }
  json::object schema;
  schema["type"] = "object";
  schema["title"] = resource.title.en;
  schema["x-title-zh"] = resource.title.zh;
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

// The templated operation, with the resource's own name, id and body in place of the general ones.
json::object concrete_path(const json::object& templated, const catalog::Resource& resource) {
  json::object path;
  json::object post = templated.at("post").as_object();
  post["operationId"] = "add_record_" + resource.id;
  post["summary"] = "Add or correct one record: " + resource.title.en;
  post["x-summary-zh"] = "新增或更正一条记录：" + resource.title.zh;
  if (auto* parameters = post.if_contains("parameters")) {
    json::array kept;
    for (const auto& parameter : parameters->as_array()) {
      const auto* in = parameter.as_object().if_contains("in");
      if (in == nullptr || in->as_string() != "path") kept.push_back(parameter);
    }
    post["parameters"] = std::move(kept);
  }
  const json::object reference = {{"$ref", "#/components/schemas/" + schema_name(resource.id)}};
  post["requestBody"] =
      json::object{{"required", true},
                   {"content", json::object{{"application/json", json::object{{"schema", reference}}}}}};
  path["post"] = std::move(post);
  return path;
}

}  // namespace

std::string with_resources(std::string_view document, const catalog::Catalog& catalog) {
  json::value parsed = json::parse(json::string_view(document.data(), document.size()));
  json::object& root = parsed.as_object();
  json::object& paths = root.at("paths").as_object();
  const json::object templated = paths.at("/api/v1/resources/{resource}/records").as_object();
  json::object& schemas = root.at("components").as_object().at("schemas").as_object();
  for (const auto& entry : catalog.entries()) {
    schemas[schema_name(entry.resource.id)] = schema_of(entry.resource);
    paths["/api/v1/resources/" + entry.resource.id + "/records"] = concrete_path(templated, entry.resource);
  }
  return json::serialize(parsed);
}

}  // namespace jingwei::app
