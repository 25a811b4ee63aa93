#include "modules/identity/oidc/web.h"

#include <algorithm>

namespace jingwei::identity {

namespace {

constexpr std::size_t address_most = 500;

bool is_this_machine(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

bool is_web_address(std::string_view url) {
  if (url.size() > address_most) return false;
  const bool readable = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>';
  });
  if (!readable || url.find('#') != std::string_view::npos) return false;
  constexpr std::string_view secure = "https://", plain = "http://";
  const bool tls = url.starts_with(secure);
  if (!tls && !url.starts_with(plain)) return false;
  const std::string_view rest = url.substr(tls ? secure.size() : plain.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  if (host.empty()) return false;
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
  }
  return tls || is_this_machine(host);
}

}  // namespace jingwei::identity
