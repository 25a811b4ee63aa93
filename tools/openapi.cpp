#include "tools/openapi.h"

#include <algorithm>
#include <map>

#include "schema/json_schema.h"
#include "tools/emit.h"

namespace jingwei::tools {

namespace {

using schema::Refs;

std::string_view method_key(const std::string& method) {
  if (method == "GET") return "get";
  if (method == "POST") return "post";
  if (method == "PUT") return "put";
  if (method == "PATCH") return "patch";
  return "delete";
}

void write_parameter(JsonWriter& out, const ApiParameter& parameter) {
  const auto& binding = parameter.binding;
  out.begin_object();
  out.member("name", binding.name);
  out.member("in", binding.in == schema::In::path ? "path" : "query");
  out.member("description", parameter.title.en);
  out.member("x-description-zh", parameter.title.zh);
  if (binding.required) out.member("required", true);
  out.key("schema");
  if (!binding.default_text) {
    schema::write_json_schema(out, *binding.type, Refs::follow);
  } else {
    JsonWriter inner;
    schema::write_json_schema(inner, *binding.type, Refs::expand);
    std::string text = inner.take();
    // The default goes in as the last member.
    JsonWriter value;
    const auto kind = binding.type->kind;
    const bool bare =
        kind == schema::Kind::integer || kind == schema::Kind::number || kind == schema::Kind::boolean;
    if (bare) {
      value.raw(*binding.default_text);
    } else {
      value.value(*binding.default_text);
    }
    text.pop_back();
    out.raw(text + ",\"default\":" + value.text() + "}");
  }
  out.end_object();
}

void write_key_parameter(JsonWriter& out, ApiKey key) {
  out.begin_object();
  out.member("name", "Idempotency-Key");
  out.member("in", "header");
  out.member("description", "Makes the write safe to repeat: the same key and body give the earlier answer");
  out.member("x-description-zh", "使写入可安全重试：相同的键与正文得到先前的结果");
  if (key == ApiKey::required) out.member("required", true);
  out.key("schema");
  out.begin_object();
  out.member("type", "string");
  out.member("minLength", 1);
  out.member("maxLength", 128);
  out.end_object();
  out.end_object();
}

void write_content(JsonWriter& out, const std::vector<std::string>& media, const schema::Type* type) {
  out.key("content");
  out.begin_object();
  for (const auto& name : media) {
    out.key(name);
    out.begin_object();
    if (type != nullptr) {
      out.key("schema");
      schema::write_json_schema(out, *type, Refs::follow);
    }
    out.end_object();
  }
  out.end_object();
}

void write_responses(JsonWriter& out, const ApiOperation& operation) {
  out.key("responses");
  out.begin_object();
  out.key(std::to_string(operation.response.status));
  out.begin_object();
  out.member("description", operation.summary.en);
  if (!operation.response.media.empty())
    write_content(out, {operation.response.media}, operation.response.type);
  out.end_object();
  out.key("default");
  out.begin_object();
  out.member("$ref", "#/components/responses/Problem");
  out.end_object();
  out.end_object();
}

// Permissions that anyone has: their operations ask for no session (access/permission.h, Reach::anyone).
bool is_for_anyone(std::string_view permission) {
  return permission == "public" || permission == "system.read";
}

// What personal fields are asked for, where records are read.
constexpr std::string_view purpose_parameter =
    R"j({"name":"Jingwei-Purpose","in":"header","required":false,"schema":{"type":"string"},)j"
    R"j("description":"Purpose for which personal fields are asked; without one they are masked",)j"
    R"j("x-description-zh":"查看个人信息的用途；不写则一律遮盖"})j";

void write_operation(JsonWriter& out, const ApiModule& module, const ApiOperation& operation) {
  out.begin_object();
  out.member("operationId", operation.id);
  out.key("tags");
  out.begin_array();
  out.value(module.module);
  out.end_array();
  out.member("summary", operation.summary.en);
  out.member("x-summary-zh", operation.summary.zh);
  if (!operation.description.empty()) {
    out.member("description", operation.description.en);
    out.member("x-description-zh", operation.description.zh);
  }
  out.member("x-permission", operation.permission);
  out.member("x-audit", operation.audit);
  if (!operation.audit_reason.empty()) out.member("x-audit-reason", operation.audit_reason);
  out.member("x-cost", operation.cost);
  if (operation.body != ApiBody::none) out.member("x-body-bytes", operation.body_bytes);
  if (is_for_anyone(operation.permission)) {
    out.key("security");
    out.raw("[]");
  }
  const bool reads_records = operation.permission == "record.read";
  if (!operation.parameters.empty() || operation.key != ApiKey::none || reads_records) {
    out.key("parameters");
    out.begin_array();
    for (const auto& parameter : operation.parameters) write_parameter(out, parameter);
    if (operation.key != ApiKey::none) write_key_parameter(out, operation.key);
    if (reads_records) out.raw(purpose_parameter);
    out.end_array();
  }
  if (operation.body != ApiBody::none) {
    out.key("requestBody");
    out.begin_object();
    out.member("required", true);
    write_content(out, operation.body_media, operation.body_type);
    out.end_object();
  }
  write_responses(out, operation);
  out.end_object();
}

// RFC 9457 with this project's members.
constexpr std::string_view problem_schema =
    R"j({"type":"object","title":"Problem","x-title-zh":"问题","properties":{)j"
    R"j("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},)j"
    R"j("code":{"type":"string"},"errors":{"type":"array","items":{"type":"object","properties":{)j"
    R"j("field":{"type":"string"},"code":{"type":"string"},"detail":{"type":"string"}},)j"
    R"j("required":["field","code","detail"]}}},"required":["type","title","status","detail","code"]})j";
constexpr std::string_view problem_response =
    R"j({"description":"What went wrong, in the language asked for (RFC 9457)",)j"
    R"j("x-description-zh":"出错原因（RFC 9457）","content":{"application/problem+json":{"schema":)j"
    R"j({"$ref":"#/components/schemas/Problem"}}}})j";

void write_components(JsonWriter& out, const std::vector<std::unique_ptr<ApiModule>>& modules) {
  std::map<std::string, const schema::Type*> types;
  for (const auto& module : modules) {
    for (const auto* type : module->types.named()) types[type->name] = type;
  }
  out.key("components");
  out.begin_object();
  out.key("schemas");
  out.begin_object();
  for (const auto& [name, type] : types) {
    out.key(name);
    schema::write_json_schema(out, *type, Refs::expand);
  }
  out.key("Problem");
  out.raw(problem_schema);
  out.end_object();
  out.key("responses");
  out.begin_object();
  out.key("Problem");
  out.raw(problem_response);
  out.end_object();
  out.key("securitySchemes");
  out.raw(R"j({"session":{"type":"apiKey","in":"cookie","name":"jingwei_session"},)j"
          R"j("token":{"type":"http","scheme":"bearer"}})j");
  out.end_object();
}

void write_info(JsonWriter& out, const std::vector<std::unique_ptr<ApiModule>>& modules) {
  out.member("openapi", "3.1.0");
  out.key("info");
  out.begin_object();
  out.member("title", "Jingwei");
  out.member("x-title-zh", "经纬");
  out.member("version", "1");
  out.key("license");
  out.begin_object();
  out.member("name", "Apache-2.0");
  out.member("identifier", "Apache-2.0");
  out.end_object();
  out.end_object();
  out.key("tags");
  out.begin_array();
  for (const auto& module : modules) {
    out.begin_object();
    out.member("name", module->module);
    out.member("description", module->title.en);
    out.member("x-description-zh", module->title.zh);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

std::string generate_openapi(const std::vector<std::unique_ptr<ApiModule>>& modules) {
  JsonWriter out(64 * 1024);
  out.begin_object();
  write_info(out, modules);
  // Operations of one path stand together, paths in the order in which they first appear.
  std::vector<std::string> paths;
  for (const auto& module : modules) {
    for (const auto& operation : module->operations) {
      if (std::find(paths.begin(), paths.end(), operation.path) == paths.end())
        paths.push_back(operation.path);
    }
  }
  out.key("paths");
  out.begin_object();
  for (const auto& path : paths) {
    out.key(path);
    out.begin_object();
    for (const auto& module : modules) {
      for (const auto& operation : module->operations) {
        if (operation.path != path) continue;
        out.key(method_key(operation.method));
        write_operation(out, *module, operation);
      }
    }
    out.end_object();
  }
  out.end_object();
  write_components(out, modules);
  out.key("security");
  out.raw(R"j([{"session":[]},{"token":[]}])j");
  out.end_object();
  return schema::pretty_json(out.text()) + "\n";
}

GeneratedPair generate_openapi_source(const std::string& document, const std::string& include) {
  // Compilers limit the length of one literal; pieces of whole lines join into one.
  constexpr std::size_t piece_bytes = 8 * 1024;
  GeneratedPair made;
  const std::string note = generated_note("the modules' api.yaml");
  made.header = note +
                "#pragma once\n\n#include <string_view>\n\nnamespace jingwei {\n\n"
                "// The OpenAPI 3.1 document of this program's API.\nstd::string_view "
                "openapi_document();\n\n}  // namespace jingwei\n";
  made.source = note + "#include \"" + include +
                "\"\n\nnamespace jingwei {\n\nnamespace {\n\n"
                // An array: measuring a text this long is more than a compiler does before the program runs.
                "constexpr char document[] =\n";
  std::string_view rest = document;
  while (!rest.empty()) {
    std::size_t end = rest.size() <= piece_bytes ? rest.size() : rest.rfind('\n', piece_bytes) + 1;
    if (end == 0) end = rest.size();
    made.source += "    R\"json(" + std::string(rest.substr(0, end)) + ")json\"\n";
    rest.remove_prefix(end);
  }
  made.source +=
      "    ;\n\n}  // namespace\n\nstd::string_view openapi_document() {\n"
      "  return {document, sizeof document - 1};\n}\n\n}  // namespace jingwei\n";
  return made;
}

}  // namespace jingwei::tools
