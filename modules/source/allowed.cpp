#include "modules/source/allowed.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"

namespace jingwei::source {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view plain_mark = "http://";

// Whether an entry, "host" or "host:port", names this host (in lower case) and port.
bool names(std::string_view entry, const std::string& host, std::uint16_t port) {
  const std::string allowed = text::lower_ascii(entry);
  const std::string number = std::to_string(port);
  return allowed == host || allowed == host + ":" + number || allowed == "[" + host + "]:" + number;
}

}  // namespace

Result<std::string> Allowed::check_path(const std::string& path) const {
  const fs::path given(path);
  if (!given.is_absolute() || path.find('\0') != std::string::npos)
    return Error(ErrorCode::invalid, "source.path_not_absolute").with("path", path).at("/settings/path");
  std::error_code fault;
  // Links are followed before comparing: a link inside an allowed folder leads nowhere else.
  const fs::path real = fs::weakly_canonical(given, fault);
  if (!fault) {
    for (const auto& folder : folders) {
      std::error_code missing;
      const fs::path root = fs::weakly_canonical(folder, missing);
      if (missing || root.empty()) continue;
      const auto [stop, unused] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
      const bool inside = stop == root.end() || (std::next(stop) == root.end() && stop->empty());
      if (inside) return real.string();
    }
  }
  return Error(ErrorCode::denied, "source.path_not_allowed").with("path", path).at("/settings/path");
}

Result<void> Allowed::check_host(const std::string& host, std::uint16_t port) const {
  const std::string name = text::lower_ascii(host);
  for (const auto& entry : hosts) {
    std::string_view allowed = entry;
    if (allowed.starts_with(plain_mark)) allowed.remove_prefix(plain_mark.size());
    if (names(allowed, name, port)) return {};
  }
  return Error(ErrorCode::denied, "source.host_not_allowed")
      .with("host", name + ":" + std::to_string(port))
      .at("/settings/host");
}

bool Allowed::permits_plain(const std::string& host, std::uint16_t port) const {
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& entry) {
    return entry.starts_with(plain_mark) &&
           names(std::string_view(entry).substr(plain_mark.size()), text::lower_ascii(host), port);
  });
}

bool is_loopback_name(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  const bool digits = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return digits && host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3;
}

Result<void> Allowed::check_driver(const std::string& driver) const {
  if (std::find(odbc_drivers.begin(), odbc_drivers.end(), driver) != odbc_drivers.end()) return {};
  return Error(ErrorCode::denied, "source.driver_not_allowed").with("driver", driver).at("/settings/driver");
}

}  // namespace jingwei::source
