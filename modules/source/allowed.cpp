#include "modules/source/allowed.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"

namespace jingwei::source {

namespace fs = std::filesystem;

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
  const std::string whole = name + ":" + std::to_string(port);
  for (const auto& entry : hosts) {
    const std::string allowed = text::lower_ascii(entry);
    if (allowed == name || allowed == whole || allowed == "[" + name + "]:" + std::to_string(port)) return {};
  }
  return Error(ErrorCode::denied, "source.host_not_allowed").with("host", whole).at("/settings/host");
}

Result<void> Allowed::check_driver(const std::string& driver) const {
  if (std::find(odbc_drivers.begin(), odbc_drivers.end(), driver) != odbc_drivers.end()) return {};
  return Error(ErrorCode::denied, "source.driver_not_allowed").with("driver", driver).at("/settings/driver");
}

}  // namespace jingwei::source
