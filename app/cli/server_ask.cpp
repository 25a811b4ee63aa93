#include <boost/json.hpp>

#include "app/cli/server_client.h"
#include "app/serve.h"
#include "base/json_members.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

ErrorCode code_of(int status) {
  switch (status) {
    case 403:
      return ErrorCode::denied;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    default:
      return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid;
  }
}

}  // namespace

// From a problem body (RFC 9457).
Error error_of(const Answer& answer) {
  json::error_code fault;
  const auto problem = json::parse(answer.body, fault);
  if (fault || !problem.is_object())
    return Error(code_of(answer.status), "app.server_refused").with("sentence", answer.body);
  const auto& object = problem.as_object();
  Error error =
      Error(code_of(answer.status), "app.server_refused").with("sentence", member_text(object, "detail"));
  const auto* causes = object.if_contains("errors");
  if (causes == nullptr || !causes->is_array()) return error;
  for (const auto& cause : causes->as_array()) {
    if (!cause.is_object()) continue;
    const std::string sentence = member_text(cause.as_object(), "detail");
    if (sentence.empty() || sentence == member_text(object, "detail")) continue;
    error.causes.push_back(Error(error.code, "app.server_cause").with("sentence", sentence));
  }
  return error;
}

Result<std::string> ask_server(const std::string& data_folder, const std::string& method,
                               const std::string& target, const std::string& body) {
  const ServerClient server(socket_path(data_folder));
  JW_ASSIGN(Answer answer, method == "GET" ? server.get(target) : server.send(method, target, body));
  if (answer.status >= 300) return error_of(answer);
  return std::move(answer.body);
}

}  // namespace jingwei::app::cli
