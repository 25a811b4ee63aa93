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
