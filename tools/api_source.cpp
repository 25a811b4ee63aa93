#include "tools/api_source.h"

#include <algorithm>
#include <map>
#include <set>

#include "schema/json_schema.h"
#include "schema/scalar.h"
#include "tools/emit.h"

namespace jingwei::tools {

namespace {

using schema::Kind;
using schema::TitleNeed;
using schema::YamlKind;
using schema::YamlMapping;
using schema::YamlNode;

constexpr std::string_view json_media = "application/json";

bool is_write(std::string_view method) {
  return method != "GET";
}

// "/a/{x}/b" → "/a/{}/b": two paths that differ only in placeholder names are one.
std::string shape_of(std::string_view path) {
  std::string shape;
  for (std::size_t at = 0; at < path.size(); ++at) {
    shape += path[at];
    if (path[at] == '{') at = std::min(path.find('}', at), path.size()) - 1;
  }
  return shape;
}

class ApiReader {
 public:
  ApiReader(ApiModule& made, schema::YamlFaults& faults)
      : made_(made), faults_(faults), types_(made.types, faults) {}

  void read(const YamlNode& root) {
    YamlMapping mapping(root, faults_);
    made_.module = mapping.require_text("module");
    made_.title = schema::read_title(mapping, "title", faults_, TitleNeed::required);
    if (const YamlNode* types = mapping.get("types")) read_types(*types);
    const YamlNode* operations = mapping.require("operations");
    mapping.finish();
    if (operations == nullptr) return;
    if (operations->kind != YamlKind::sequence)
      faults_.add(*operations, "yaml.not_list", {{"key", "operations"}});
    for (const auto& item : operations->items) read_operation(item);
  }

 private:
  void problem(const YamlNode& where, std::string text) { faults_.add_problem(where, std::move(text)); }

  void read_types(const YamlNode& types) {
    types_.read_named(types);
    for (const auto& pair : types.pairs) {
      if (pair.value.kind == YamlKind::mapping && pair.value.find("title") == nullptr)
        problem(pair.key, "type `" + pair.key.scalar + "` needs a title in zh and en");
    }
  }

  void read_operation(const YamlNode& node) {
    YamlMapping mapping(node, faults_);
    ApiOperation operation;
    operation.line = node.line;
    operation.id = mapping.require_text("id");
    if (!operation.id.empty() && !is_identifier(operation.id))
      problem(node, "operation id `" + operation.id + "` must be a lower_case name and no C++ keyword");
    operation.method = mapping.require_text("method");
    static const std::set<std::string, std::less<>> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (!operation.method.empty() && !methods.contains(operation.method))
      problem(node, "unknown method `" + operation.method + "`; expected GET, POST, PUT, PATCH or DELETE");
    operation.path = mapping.require_text("path");
    operation.summary = schema::read_title(mapping, "summary", faults_, TitleNeed::required);
    operation.description = schema::read_title(mapping, "description", faults_, TitleNeed::optional);
    read_parameters(mapping, operation);
    read_guards(mapping, operation);
    read_body(mapping, operation);
    read_limits(mapping, operation);
    read_runs(mapping, operation);
    read_response(mapping, operation);
    mapping.finish();
    made_.operations.push_back(std::move(operation));
  }

  // The names of {placeholders} in order.
  std::vector<std::string> placeholders(const YamlNode& node, const std::string& path) {
    std::vector<std::string> names;
    if (path.empty()) return names;
    if (path.front() != '/') problem(node, "path `" + path + "` must begin with /");
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
      const std::size_t close = path.find('}', at);
      const bool whole = close != std::string::npos && path[at - 1] == '/' &&
                         (close + 1 == path.size() || path[close + 1] == '/');
      if (!whole) {
        problem(node, "path `" + path + "`: a {placeholder} must be a whole segment");
        return names;
      }
      names.push_back(path.substr(at + 1, close - at - 1));
    }
    return names;
  }

  void read_parameters(YamlMapping& mapping, ApiOperation& operation) {
    const auto names = placeholders(mapping.node(), operation.path);
    const YamlNode* parameters = mapping.get("parameters");
    std::set<std::string> seen;
    if (parameters != nullptr && parameters->kind != YamlKind::sequence) {
      faults_.add(*parameters, "yaml.not_list", {{"key", "parameters"}});
    } else if (parameters != nullptr) {
      if (parameters->items.size() > schema::RequestReader::most_parameters)
        problem(*parameters,
                "at most " + std::to_string(schema::RequestReader::most_parameters) + " parameters");
      for (const auto& item : parameters->items) read_parameter(item, names, operation, seen);
    }
    for (const auto& name : names) {
      const bool declared = std::any_of(
          operation.parameters.begin(), operation.parameters.end(),
          [&](const ApiParameter& p) { return p.binding.in == schema::In::path && p.binding.name == name; });
      if (!declared)
        problem(mapping.node(), "path placeholder {" + name + "} has no parameter with `in: path`");
    }
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
      problem(mapping.node(), "a path placeholder stands twice");
  }

  void read_parameter(const YamlNode& node, const std::vector<std::string>& names, ApiOperation& operation,
                      std::set<std::string>& seen) {
    YamlMapping mapping(node, faults_);
    ApiParameter parameter;
    schema::Parameter& binding = parameter.binding;
    binding.name = mapping.require_text("name");
    if (!binding.name.empty() &&
        (!is_identifier(binding.name) || binding.name == "body" || binding.name == "idempotency_key"))
      problem(node, "parameter `" + binding.name +
                        "` must be a lower_case name and no C++ keyword, `body` or `idempotency_key`");
    if (!seen.insert(binding.name).second) problem(node, "parameter `" + binding.name + "` stands twice");
    const std::string in = mapping.require_text("in");
    if (!in.empty() && in != "path" && in != "query")
      problem(node, "unknown `in: " + in + "`; expected path or query");
    binding.in = in == "path" ? schema::In::path : schema::In::query;
    parameter.title = schema::read_title(mapping, "title", faults_, TitleNeed::required);
    binding.required = mapping.boolean("required").value_or(false) || binding.in == schema::In::path;
    binding.default_text = mapping.text("default");
    binding.type = types_.read(mapping);
    mapping.finish();
    if (binding.in == schema::In::path) {
      const auto found = std::find(names.begin(), names.end(), binding.name);
      if (found == names.end())
        problem(node,
                "parameter `" + binding.name + "` is in: path but the path has no {" + binding.name + "}");
      binding.position = static_cast<std::size_t>(found - names.begin());
    }
    if (binding.type == nullptr) return;
    check_parameter(node, binding);
    operation.parameters.push_back(std::move(parameter));
  }

  void check_parameter(const YamlNode& node, const schema::Parameter& binding) {
    const Kind kind = binding.type->kind;
    if (kind == Kind::object || kind == Kind::list || kind == Kind::json) {
      problem(node,
              "parameter `" + binding.name + "` must be a single value, not " + std::string(name_of(kind)));
      return;
    }
    if (kind == Kind::text && !binding.type->max_length)
      problem(node, "text parameter `" + binding.name + "` needs max_length");
    if (!binding.default_text) return;
    if (binding.required)
      problem(node, "parameter `" + binding.name + "` cannot be required and have a default");
    if (!schema::parse_text(*binding.type, *binding.default_text, binding.name).ok())
      problem(node, "the default of `" + binding.name + "` is no value of its type");
  }

  void read_guards(YamlMapping& mapping, ApiOperation& operation) {
    operation.permission = mapping.require_text("permission");
    if (mapping.node().find("permission") != nullptr && operation.permission.empty())
      problem(mapping.node(), "permission is empty; name one such as region.read");
    operation.audit = mapping.require_text("audit");
    operation.audit_reason = mapping.text("audit_reason").value_or("");
    if (operation.audit == "none" && operation.audit_reason.empty())
      problem(mapping.node(), "`audit: none` needs an audit_reason that says why nothing is recorded");
    if (operation.audit != "none" && !operation.audit_reason.empty())
      problem(mapping.node(), "audit_reason stands only beside `audit: none`");
    const auto key = mapping.text("idempotency");
    if (is_write(operation.method) && !key)
      problem(mapping.node(), "write operation needs `idempotency: optional` or `required`");
    if (!is_write(operation.method) && key) problem(mapping.node(), "a GET operation has no idempotency");
    if (key && *key != "optional" && *key != "required")
      problem(mapping.node(), "unknown `idempotency: " + *key + "`; expected optional or required");
    operation.key = !key ? ApiKey::none : *key == "required" ? ApiKey::required : ApiKey::optional;
  }

  void read_body(YamlMapping& mapping, ApiOperation& operation) {
    const YamlNode* body = mapping.get("body");
    if (body == nullptr) return;
    if (!is_write(operation.method) || operation.method == "DELETE")
      problem(*body, operation.method + " takes no body");
    YamlMapping inner(*body, faults_);
    const YamlNode* named = inner.get("schema");
    const YamlNode* stream = inner.get("stream");
    if ((named == nullptr) == (stream == nullptr))
      problem(*body, "a body has either `schema: TypeName` or `stream: [media types]`");
    if (stream != nullptr) {
      operation.body = ApiBody::stream;
      operation.body_media = inner.texts("stream");
      if (operation.body_media.empty()) problem(*stream, "`stream` names at least one media type");
    } else if (named != nullptr) {
      operation.body = ApiBody::json;
      operation.body_media = {std::string(json_media)};
      operation.body_type = type_named(*named);
      if (operation.body_type != nullptr && operation.body_type->kind != Kind::object &&
          operation.body_type->kind != Kind::list && operation.body_type->kind != Kind::json)
        problem(*named, "a body is an object, a list or json");
    }
    inner.finish();
  }

  const schema::Type* type_named(const YamlNode& node) {
    if (node.kind == YamlKind::scalar && node.scalar == "json") return made_.types.add(schema::Type{});
    const schema::Type* type = node.kind == YamlKind::scalar ? made_.types.find(node.scalar) : nullptr;
    if (type == nullptr)
      problem(node, "there is no type `" + node.scalar + "`; expected json or a name under types");
    return type;
  }

  void read_limits(YamlMapping& mapping, ApiOperation& operation) {
    const YamlNode* node = mapping.require("limits");
    if (node == nullptr) return;
    YamlMapping inner(*node, faults_);
    if (inner.require("cost") != nullptr) operation.cost = inner.integer("cost").value_or(0);
    if (operation.cost < 0 || operation.cost > 1'000) problem(*node, "cost is 0 to 1000");
    const auto bytes = inner.integer("body_bytes");
    inner.finish();
    if (operation.body == ApiBody::none) {
      if (bytes) problem(*node, "body_bytes without a body");
      return;
    }
    if (!bytes) {
      problem(*node, "an operation with a body needs limits: {body_bytes: …}");
      return;
    }
    const std::uint64_t most =
        operation.body == ApiBody::json ? limits::json_body_bytes : limits::upload_bytes;
    operation.body_bytes = static_cast<std::uint64_t>(*bytes);
    if (*bytes <= 0 || operation.body_bytes > most)
      problem(*node,
              "body_bytes is 1 to " + std::to_string(most) + ": a route may lower the limit, never raise it");
  }

  void read_runs(YamlMapping& mapping, ApiOperation& operation) {
    const std::string runs = mapping.require_text("runs");
    if (runs == "inline") {
      operation.runs = ApiRuns::inline_;
    } else if (runs == "stream") {
      operation.runs = ApiRuns::stream;
      if (operation.method != "GET") problem(mapping.node(), "an event stream is read with GET");
    } else if (runs != "pool" && !runs.empty()) {
      problem(mapping.node(), "unknown `runs: " + runs + "`; expected inline, pool or stream");
    }
    const auto answers = mapping.text("answers");
    if (answers && *answers != "later" && *answers != "now")
      problem(mapping.node(), "unknown `answers: " + *answers + "`; expected now or later");
    operation.answers_later = answers && *answers == "later";
    if (operation.answers_later && operation.runs == ApiRuns::stream)
      problem(mapping.node(), "an event stream does not answer later");
  }

  void read_response(YamlMapping& mapping, ApiOperation& operation) {
    const YamlNode* node = mapping.require("response");
    if (node == nullptr) return;
    YamlMapping inner(*node, faults_);
    ApiResponse& response = operation.response;
    response.status = static_cast<int>(inner.integer("status").value_or(200));
    if (response.status < 200 || response.status > 299) problem(*node, "response status is 200 to 299");
    if (const YamlNode* named = inner.get("schema")) {
      response.type = type_named(*named);
      response.media = json_media;
    }
    if (const auto media = inner.text("media")) response.media = *media;
    inner.finish();
    if (operation.runs == ApiRuns::stream) {
      if (response.media.empty()) response.media = "text/event-stream";
      if (response.media != "text/event-stream") problem(*node, "`runs: stream` answers text/event-stream");
    } else if (response.media.empty() && response.status != 204) {
      problem(*node, "response needs `schema: TypeName` or `media: type/subtype`, or status 204");
    }
  }

  ApiModule& made_;
  schema::YamlFaults& faults_;
  schema::TypeReader types_;
};

}  // namespace

std::unique_ptr<ApiModule> read_api(const SourceFile& file, Problems& problems) {
  auto made = std::make_unique<ApiModule>();
  made->file = file.path;
  auto root = schema::parse_yaml(file.text, file.path);
  if (!root.ok()) {
    problems.add(root.error());
    return made;
  }
  schema::YamlFaults faults;
  ApiReader(*made, faults).read(*root);
  problems.add(faults);
  // Alone first, so that a module's own duplicates are told by its own build.
  std::map<std::string, int> ids, paths;
  for (const auto& operation : made->operations) {
    if (!ids.emplace(operation.id, operation.line).second)
      problems.add(file.path, operation.line, "operation id `" + operation.id + "` stands twice");
    if (!paths.emplace(operation.method + " " + shape_of(operation.path), operation.line).second)
      problems.add(file.path, operation.line, operation.method + " " + operation.path + " stands twice");
  }
  return made;
}

namespace {

std::string schema_text(const schema::Type& type) {
  JsonWriter out;
  schema::write_json_schema(out, type, schema::Refs::expand);
  return out.take();
}

// Renames one clashing type; false when none is left. A rename may make types that refer to it differ, so it
// is repeated.
bool part_one_clash(std::vector<std::unique_ptr<ApiModule>>& modules) {
  std::map<std::string, std::string> contents;
  for (const auto& module : modules) {
    for (const auto* type : module->types.named()) {
      const auto [found, fresh] = contents.emplace(type->name, schema_text(*type));
      if (fresh || found->second == schema_text(*type)) continue;
      std::string renamed = pascal_case(module->module) + type->name;
      while (module->types.find(renamed) != nullptr) renamed += "2";
      module->types.rename(std::string(type->name), renamed);
      return true;
    }
  }
  return false;
}

}  // namespace

void settle_together(std::vector<std::unique_ptr<ApiModule>>& modules, Problems& problems) {
  std::map<std::string, const ApiModule*> ids, paths;
  const auto claim = [&](std::map<std::string, const ApiModule*>& taken, const std::string& name,
                         const ApiModule& by, int line) {
    const auto [found, fresh] = taken.emplace(name, &by);
    if (!fresh && found->second != &by)
      problems.add(by.file, line, "`" + name + "` stands in " + found->second->file + " too; choose another");
  };
  for (const auto& module : modules) {
    for (const auto& operation : module->operations) {
      claim(ids, operation.id, *module, operation.line);
      claim(paths, operation.method + " " + shape_of(operation.path), *module, operation.line);
    }
  }
  while (problems.empty() && part_one_clash(modules)) {
  }
}

}  // namespace jingwei::tools
