#include "modules/source/kinds/odbc_options.h"

#include <charconv>

#include "base/text.h"

namespace jingwei::source {

Result<std::vector<std::pair<std::string, std::string>>> parse_odbc_options(std::string_view options) {
  std::vector<std::pair<std::string, std::string>> all;
  while (!options.empty()) {
    const std::size_t end = std::min(options.find(';'), options.size());
    const std::string_view part = options.substr(0, end);
    options.remove_prefix(std::min(end + 1, options.size()));
    if (part.find_first_not_of(' ') == std::string_view::npos) continue;
    const std::size_t equals = part.find('=');
    // Braces would let a value hold what ends it.
    const bool plain = part.find_first_of("{}\r\n") == std::string_view::npos;
    if (equals == std::string_view::npos || equals == 0 || !plain)
      return Error(ErrorCode::invalid, "source.bad_odbc_options")
          .with("part", std::string(part))
          .at("/settings/options");
    all.emplace_back(text::squeeze(part.substr(0, equals)), part.substr(equals + 1));
  }
  return all;
}

Result<void> check_odbc_options(std::string_view options, const Allowed& allowed) {
  JW_ASSIGN(const auto all, parse_odbc_options(options));
  std::string host;
  std::uint16_t port = 0;
  for (const auto& [name, value] : all) {
    const std::string key = text::lower_ascii(name);
    for (const std::string_view elsewhere :
         {"driver", "dsn", "filedsn", "savefile", "uid", "user", "pwd", "password"}) {
      if (key == elsewhere)
        return Error(ErrorCode::invalid, "source.odbc_option_elsewhere")
            .with("option", name)
            .at("/settings/options");
    }
    if (key == "server" || key == "servername" || key == "host" || key == "hostname") {
      host = value;
    } else if (key == "port") {
      std::from_chars(value.data(), value.data() + value.size(), port);
    } else if (value.find('/') != std::string::npos || value.find('\\') != std::string::npos) {
      JW_TRY(allowed.check_path(value));
    }
  }
  if (host.empty()) return {};
  return allowed.check_host(host, port);
}

}  // namespace jingwei::source
