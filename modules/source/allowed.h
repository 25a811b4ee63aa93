// What sources may reach: folders and hosts named in the hub's settings, nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace jingwei::source {

// From `sources:` of jingwei.yaml. Empty lists allow nothing.
struct Allowed {
  std::vector<std::string> folders;       // absolute; what lies below them is allowed too
  std::vector<std::string> hosts;         // "host" for any port, or "host:port"
  std::vector<std::string> odbc_drivers;  // names as odbcinst.ini has them

  // The path with links resolved. Errors: denied "source.path_not_allowed", which says how to allow it;
  // invalid "source.path_not_absolute".
  Result<std::string> check_path(const std::string& path) const;
  // An entry that begins with http:// allows the same host, and unencrypted requests besides.
  // Errors: denied "source.host_not_allowed".
  Result<void> check_host(const std::string& host, std::uint16_t port) const;
  bool permits_plain(const std::string& host, std::uint16_t port) const;
  // Errors: denied "source.driver_not_allowed".
  Result<void> check_driver(const std::string& driver) const;
};

// Whether it names this machine: localhost, 127.0.0.0/8, ::1.
bool is_loopback_name(std::string_view host);

}  // namespace jingwei::source
