// The one place where a request is let in or not, before its handler runs.
#pragma once

#include <string_view>

#include "http/route.h"
#include "modules/identity/identity_service.h"

namespace jingwei::identity {

inline constexpr std::string_view session_cookie = "jingwei_session";
inline constexpr std::string_view device_cookie = "jingwei_device";

// The token a request carries: of the Authorization header, else of the cookie; empty for none.
std::string_view token_of(const http::Request& request);

// For http::Options::authorise. Sets the request's caller: the local operator on the local socket, else who is behind
// the token. Memory only, but for the first request of a token in this process. Thread-safe. Errors: unauthenticated,
// denied (a permission no grant holds; a write under a cookie of which nobody says where it comes from).
class Gate {
 public:
  explicit Gate(IdentityService& identity) : identity_(identity) {}
  Result<void> let_in(http::Request& request, const http::Route& route) const;

 private:
  Error unknown(std::string_view token) const;

  IdentityService& identity_;
};

}  // namespace jingwei::identity
