#include "app/cli/source_requests.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "app/cli/server_client.h"
#include "app/serve.h"
#include "base/file_system.h"
#include "base/limits.h"

namespace jingwei::app::cli {

namespace json = boost::json;

namespace {

Result<std::string> value_of(const std::string& given, PairValues values) {
  if (values == PairValues::variable) {
    const char* held = std::getenv(given.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (held == nullptr) return Error(ErrorCode::invalid, "app.source_variable").with("name", given);
    return std::string(held);
  }
  if (values == PairValues::plain_or_file && given.starts_with('@'))
    return read_text(real_file_system(), given.substr(1), limits::source_setting_bytes);
  if (values == PairValues::plain_or_line && given == "-") {
    std::string line;
    std::getline(std::cin, line);
    return line;
  }
  return given;
}

}  // namespace

Result<std::string> ask_server(const std::string& data_folder, const std::string& method,
                               const std::string& target, const std::string& body) {
  const ServerClient server(socket_path(data_folder));
  JW_ASSIGN(const Answer answer, method == "GET" ? server.get(target) : server.send(method, target, body));
  if (answer.status < 300) return answer.body;
  json::error_code fault;
  const auto problem = json::parse(answer.body, fault);
  std::string sentence = answer.body;
  if (!fault && problem.is_object() && problem.as_object().contains("detail"))
    sentence = json::value_to<std::string>(problem.at("detail"));
  const ErrorCode code = answer.status == 404   ? ErrorCode::not_found
                         : answer.status == 409 ? ErrorCode::conflict
                         : answer.status >= 500 ? ErrorCode::unavailable
                                                : ErrorCode::invalid;
  return Error(code, "app.server_refused").with("sentence", sentence);
}

Result<std::string> object_of_pairs(const std::vector<std::string>& pairs, PairValues values) {
  json::object object;
  for (const auto& pair : pairs) {
    const std::size_t at = pair.find('=');
    if (at == std::string::npos || at == 0)
      return Error(ErrorCode::invalid, "app.source_pair").with("pair", pair.substr(0, at));
    JW_ASSIGN(object[pair.substr(0, at)], value_of(pair.substr(at + 1), values));
  }
  return json::serialize(object);
}

}  // namespace jingwei::app::cli
