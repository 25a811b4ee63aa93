#include "app/cli/server_json.h"

namespace jingwei::app::cli {

namespace json = boost::json;

Result<json::value> ask_json(const std::string& data_folder, const std::string& method,
                             const std::string& target, const std::string& body) {
  JW_ASSIGN(const std::string answer, ask_server(data_folder, method, target, body));
  if (answer.empty()) return json::value(nullptr);
  json::error_code fault;
  auto parsed = json::parse(answer, fault);
  if (fault) return Error(ErrorCode::unavailable, "app.server_refused").with("sentence", answer);
  return parsed;
}

std::string text_of(const json::value& object, const char* name) {
  if (!object.is_object()) return "-";
  const auto* found = object.as_object().if_contains(name);
  if (found == nullptr || found->is_null()) return "-";
  return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
}

bool printed_as_json(const Common& common, const json::value& answer) {
  if (common.json) std::printf("%s\n", json::serialize(answer).c_str());
  return common.json;
}

}  // namespace jingwei::app::cli
