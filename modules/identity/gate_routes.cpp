#include "modules/identity/gate_routes.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view bearer = "Bearer ";

bool is_write(http::Method method) {
  return method > http::Method::head && method != http::Method::options;
}

}  // namespace

std::string_view token_of(const http::Request& request) {
  const std::string_view given = request.header("Authorization");
  if (given.starts_with(bearer)) return given.substr(bearer.size());
  if (!given.empty()) return {};
  return http::cookie_of(request, session_cookie);
}

// Who lapsed signs in again and goes on. Where somebody ended the session, a page that kept data under it is told so by
// the error's own code (`identity.session_ended` at /session) and removes them: the way to take back a lost phone's.
Error Gate::unknown(std::string_view token) const {
  if (token.empty()) return Error(ErrorCode::unauthenticated, "access.sign_in");
  const auto ended = identity_.tokens().was_ended(token);
  if (ended && *ended) return Error(ErrorCode::unauthenticated, "identity.session_ended").at("/session");
  return Error(ErrorCode::unauthenticated, "identity.session_over");
}

Result<void> Gate::let_in(http::Request& request, const http::Route& route) const {
  const auto place = access::find_permission(route.permission);
  if (!place) return Error(ErrorCode::denied, "access.not_granted").with("permission", route.permission);
  const access::Permission& permission = access::permissions()[*place];
  if (request.remote.empty()) {
    request.caller = access::Caller::local_operator();
    return {};
  }
  const std::string_view token = token_of(request);
  const auto who = token.empty() ? nullptr : identity_.tokens().find(token);
  if (who) request.caller = who->caller;
  if (permission.reach == access::Reach::anyone) return {};
  if (!who) return unknown(token);
  // Whoever writes under a cookie says where from: every browser does, and the server has compared it with the host.
  if (is_write(request.method) && request.header("Authorization").empty() && request.header("Origin").empty() &&
      request.header("Sec-Fetch-Site").empty())
    return Error(ErrorCode::denied, "identity.origin_missing");
  auto allowed = request.caller->may(*place, identity_.parts().clock.now());
  if (allowed) return {};
  Error error = std::move(allowed).error();
  for (auto& [name, value] : error.arguments) {
    if (name == "permission") value = access::title_of(permission, request.language);
  }
  return error;
}

}  // namespace jingwei::identity
