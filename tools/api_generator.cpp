#include "tools/api_generator.h"

#include <charconv>
#include <set>

#include "tools/emit.h"

namespace jingwei::tools {

namespace {

using schema::Kind;

std::string_view member_type(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::id:
      return "std::int64_t";
    case Kind::number:
      return "double";
    case Kind::boolean:
      return "bool";
    case Kind::date:
      return "Day";
    case Kind::datetime:
      return "Instant";
    default:
      return "std::string";
  }
}

std::string declaration(const ApiParameter& parameter) {
  const auto& binding = parameter.binding;
  const std::string type(member_type(binding.type->kind));
  const bool plain = binding.required || binding.default_text;
  const bool number = type == "std::int64_t" || type == "double";
  const std::string initial = !plain                  ? ""
                              : number                ? " = 0"
                              : type == "bool"        ? " = false"
                              : type == "std::string" ? ""
                                                      : "{}";
  return "  " + (plain ? type : "std::optional<" + type + ">") + " " + binding.name + initial + ";  // " +
         parameter.title.en + "\n";
}

std::string request_struct(const ApiOperation& operation) {
  std::string text = "// " + operation.method + " " + operation.path + ": " + operation.summary.en + "\n";
  text += "struct " + pascal_case(operation.id) + " {\n";
  for (const auto& parameter : operation.parameters) text += declaration(parameter);
  if (operation.key != ApiKey::none) text += "  std::optional<std::string> idempotency_key;\n";
  if (operation.body == ApiBody::json) text += "  schema::Datum body;\n";
  return text + "};\n\n";
}

std::string virtual_method(const ApiOperation& operation) {
  const std::string in = "const " + pascal_case(operation.id) + "& in";
  std::string text = "  // " + operation.method + " " + operation.path + "\n";
  if (operation.runs == ApiRuns::stream) {
    text += "  // Before the stream opens: an Error is answered as a problem instead.\n";
    text += "  virtual Result<void> check_" + operation.id + "(const http::Request&, const " +
            pascal_case(operation.id) + "&) { return {}; }\n";
    text += "  virtual void " + operation.id + "(const http::Request& http, " + in +
            ", std::shared_ptr<http::EventStream> stream) = 0;\n";
  } else if (operation.answers_later) {
    text += "  virtual void " + operation.id + "(const http::Request& http, " + in +
            ", http::Responder respond) = 0;\n";
  } else {
    text += "  virtual http::Response " + operation.id + "(const http::Request& http, " + in + ") = 0;\n";
  }
  return text;
}

std::string header_of(const ApiModule& module, const std::string& space, const std::string& note) {
  std::string text = note;
  text +=
      "#pragma once\n\n#include <cstdint>\n#include <memory>\n#include <optional>\n#include "
      "<string>\n#include <vector>\n\n"
      "#include \"base/clock.h\"\n#include \"base/result.h\"\n#include \"http/message.h\"\n#include "
      "\"http/route.h\"\n"
      "#include \"schema/datum.h\"\n\nnamespace " +
      space + " {\n\n";
  for (const auto& operation : module.operations) text += request_struct(operation);
  text +=
      "// What the module's routes implement. Requests have been checked when a method is called.\nclass "
      "Operations {\n public:\n"
      "  virtual ~Operations() = default;\n\n";
  for (const auto& operation : module.operations) text += virtual_method(operation);
  text +=
      "};\n\n// Routes that call `operations`, which must outlive them.\nstd::vector<http::Route> "
      "routes(Operations& operations);\n\n";
  return text + "}  // namespace " + space + "\n";
}

// Named types that request bodies and parameters reach; responses are not checked at run time.
void reach(const schema::Type* type, std::set<const schema::Type*>& reached) {
  if (type == nullptr || !reached.insert(type).second) return;
  reach(type->of, reached);
  for (const auto& field : type->fields) reach(field.type, reached);
}

std::string title_literal(const schema::Title& title) {
  if (title.empty()) return "{}";
  return "{" + cpp_literal(title.zh) + ", " + cpp_literal(title.en) + "}";
}

std::string kind_literal(Kind kind) {
  return "schema::Kind::" + std::string(name_of(kind));
}

std::string double_literal(double number) {
  char digits[40];
  const auto [end, fault] =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific);
  return std::string(digits, fault == std::errc{} ? end : digits);
}

// INT64_MIN has no literal of its own.
std::string integer_literal(std::int64_t number) {
  if (number == INT64_MIN) return "INT64_MIN";
  return std::to_string(number) + (number > INT32_MAX || number < INT32_MIN ? "LL" : "");
}

std::string type_pointer(const schema::Type& type, int indent);

// A designated initialiser of schema::Type; the members in their order.
std::string type_literal(const schema::Type& type, int indent) {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  std::string text = "{.kind = " + kind_literal(type.kind);
  const auto add = [&](const char* name, const std::optional<std::int64_t>& value) {
    if (value) text += std::string(", .") + name + " = " + integer_literal(*value);
  };
  const auto add_number = [&](const char* name, const std::optional<double>& value) {
    if (value) text += std::string(", .") + name + " = " + double_literal(*value);
  };
  if (!type.title.empty()) text += ", .title = " + title_literal(type.title);
  add("min_length", type.min_length);
  add("max_length", type.max_length);
  if (!type.pattern.empty()) text += ", .pattern = " + cpp_literal(type.pattern);
  add("min_integer", type.min_integer);
  add("max_integer", type.max_integer);
  add_number("min_number", type.min_number);
  add_number("max_number", type.max_number);
  if (!type.choices.empty()) {
    text += ", .choices = {";
    for (const auto& choice : type.choices)
      text += "\n" + pad + "    {" + cpp_literal(choice.id) + ", " + title_literal(choice.title) + "},";
    text += "\n" + pad + "}";
  }
  if (!type.fields.empty()) {
    text += ", .fields = {";
    for (const auto& field : type.fields) {
      text += "\n" + pad + "    {" + cpp_literal(field.name) + ", " + title_literal(field.title) + ", " +
              (field.required ? "true" : "false") + ", " + (field.nullable ? "true" : "false") + ",\n" + pad +
              "     " + type_pointer(*field.type, indent + 4) + "},";
    }
    text += "\n" + pad + "}";
  }
  if (type.of != nullptr) text += ", .of = " + type_pointer(*type.of, indent);
  add("min_items", type.min_items);
  add("max_items", type.max_items);
  return text + "}";
}

std::string type_pointer(const schema::Type& type, int indent) {
  if (!type.name.empty()) return "&types.declare(" + cpp_literal(type.name) + ")";
  return "types.add(" + type_literal(type, indent) + ")";
}

std::string tables_of(const ApiModule& module) {
  std::set<const schema::Type*> reached;
  for (const auto& operation : module.operations) {
    reach(operation.body_type, reached);
    for (const auto& parameter : operation.parameters) reach(parameter.binding.type, reached);
  }
  std::string text =
      "// Types that requests are checked against, and the parameters of each operation; built once.\nstruct "
      "Tables {\n  schema::Types types;\n";
  for (const auto& operation : module.operations) {
    text += "  std::vector<schema::Parameter> " + operation.id + ";\n";
    if (operation.body_type != nullptr)
      text += "  const schema::Type* " + operation.id + "_body = nullptr;\n";
  }
  text += "\n  Tables() {\n";
  for (const auto* type : module.types.named()) {
    if (reached.contains(type))
      text += "    types.define(" + cpp_literal(type->name) + ", " + type_literal(*type, 4) + ");\n";
  }
  for (const auto& operation : module.operations) {
    if (operation.body_type != nullptr)
      text += "    " + operation.id + "_body = " + type_pointer(*operation.body_type, 4) + ";\n";
    if (operation.parameters.empty()) continue;
    text += "    " + operation.id + " = {\n";
    for (const auto& parameter : operation.parameters) {
      const auto& binding = parameter.binding;
      text += "        {" + cpp_literal(binding.name) +
              ", schema::In::" + (binding.in == schema::In::path ? "path" : "query") + ", " +
              std::to_string(binding.position) + ", " + (binding.required ? "true" : "false") + ", " +
              (binding.default_text ? "std::string(" + cpp_literal(*binding.default_text) + ")"
                                    : std::string("std::nullopt")) +
              ",\n         " + type_pointer(*binding.type, 9) + "},\n";
    }
    text += "    };\n";
  }
  text += "  }\n};\n\nconst Tables& tables() {\n  static const Tables built;\n  return built;\n}\n\n";
  return text;
}

// bind_<operation>: reads one request into its struct.
std::string binder_of(const ApiOperation& operation) {
  std::string text = "std::optional<Error> bind_" + operation.id +
                     "(const http::Request& http, const http::PathValues& path, " +
                     pascal_case(operation.id) + "& in) {\n";
  const bool uses_in =
      !operation.parameters.empty() || operation.key != ApiKey::none || operation.body == ApiBody::json;
  if (!uses_in) text += "  static_cast<void>(in);\n";
  text += "  schema::RequestReader reader(tables()." + operation.id + ", http.query, path);\n";
  for (std::size_t index = 0; index < operation.parameters.size(); ++index)
    text += "  reader.read(" + std::to_string(index) + ", in." + operation.parameters[index].binding.name +
            ");\n";
  if (operation.key != ApiKey::none) {
    text += std::string("  reader.read_key(http.header(\"Idempotency-Key\"), schema::KeyNeed::") +
            (operation.key == ApiKey::required ? "required" : "optional") + ", in.idempotency_key);\n";
  }
  if (operation.body == ApiBody::json)
    text += "  reader.read_body(*tables()." + operation.id + "_body, http.body, " +
            std::to_string(operation.body_bytes) + ", in.body);\n";
  return text + "  return reader.error();\n}\n\n";
}

std::string list_literal(const std::vector<std::string>& items) {
  std::string text = "{";
  for (const auto& item : items) text += (text.size() > 1 ? ", " : "") + cpp_literal(item);
  return text + "}";
}

std::string method_literal(const std::string& method) {
  if (method == "GET") return "http::Method::get";
  if (method == "POST") return "http::Method::post";
  if (method == "PUT") return "http::Method::put";
  if (method == "PATCH") return "http::Method::patch";
  return "http::Method::del";
}

std::string handler_of(const ApiOperation& operation) {
  const std::string type = pascal_case(operation.id);
  const std::string bind =
      "    " + type + " in;\n    if (auto fault = bind_" + operation.id + "(http, path, in)) ";
  if (operation.runs == ApiRuns::stream) {
    return "  route.check = [&operations](const http::Request& http, const http::PathValues& path) -> "
           "Result<void> {\n" +
           bind + "return std::move(*fault);\n    return operations.check_" + operation.id +
           "(http, in);\n  };\n" +
           "  route.handle_stream = [&operations](const http::Request& http, const http::PathValues& path,\n"
           "                                      std::shared_ptr<http::EventStream> stream) {\n" +
           bind + "return stream->close();\n    operations." + operation.id +
           "(http, in, std::move(stream));\n  };\n";
  }
  std::string text =
      "  route.handle = [&operations](const http::Request& http, const http::PathValues& path, "
      "http::Responder respond) {\n";
  text += bind + "return respond(http::problem(*fault, http.language));\n";
  if (operation.answers_later)
    return text + "    operations." + operation.id + "(http, in, std::move(respond));\n  };\n";
  return text + "    respond(operations." + operation.id + "(http, in));\n  };\n";
}

std::string route_of(const ApiOperation& operation) {
  std::string text =
      "http::Route route_" + operation.id + "(Operations& operations) {\n  http::Route route;\n";
  const auto set = [&](const char* member, const std::string& value) {
    text += std::string("  route.") + member + " = " + value + ";\n";
  };
  set("method", method_literal(operation.method));
  set("path", cpp_literal(operation.path));
  set("operation", cpp_literal(operation.id));
  set("permission", cpp_literal(operation.permission));
  set("audit", cpp_literal(operation.audit));
  set("runs", operation.runs == ApiRuns::inline_ ? "http::Runs::inline_"
              : operation.runs == ApiRuns::pool  ? "http::Runs::pool"
                                                 : "http::Runs::stream");
  if (operation.body != ApiBody::none) {
    set("body", operation.body == ApiBody::json ? "http::BodyKind::json" : "http::BodyKind::stream");
    set("accepts", list_literal(operation.body_media));
    set("body_bytes", std::to_string(operation.body_bytes));
  }
  if (!operation.response.media.empty()) set("produces", list_literal({operation.response.media}));
  set("cost", std::to_string(operation.cost));
  if (operation.key != ApiKey::none) set("idempotent_key", "true");
  if (operation.key == ApiKey::required) set("idempotent_key_required", "true");
  return text + handler_of(operation) + "  return route;\n}\n\n";
}

}  // namespace

GeneratedPair generate_api(const ApiModule& module, const FolderSources& folder) {
  const std::string space = "jingwei::" + std::string(folder.module_name()) + "::api";
  const std::string note = generated_note(module.file);
  GeneratedPair made;
  made.header = header_of(module, space, note);
  std::string& source = made.source;
  source = note + "#include \"" + folder.folder +
           "/api.gen.h\"\n\n#include \"schema/request_binding.h\"\n\nnamespace " + space +
           " {\n\nnamespace {\n\n";
  source += tables_of(module);
  for (const auto& operation : module.operations) source += binder_of(operation);
  for (const auto& operation : module.operations) source += route_of(operation);
  source +=
      "}  // namespace\n\nstd::vector<http::Route> routes(Operations& operations) {\n  "
      "std::vector<http::Route> all;\n";
  for (const auto& operation : module.operations)
    source += "  all.push_back(route_" + operation.id + "(operations));\n";
  source += "  return all;\n}\n\n}  // namespace " + space + "\n";
  return made;
}

}  // namespace jingwei::tools
