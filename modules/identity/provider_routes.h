// Answers about sign-in services, for the routes of identity (api.yaml).
#pragma once

#include "http/message.h"
#include "modules/identity/gate_routes.h"
#include "modules/identity/oidc/provider_sign_in.h"
#include "schema/datum.h"

namespace jingwei::identity {

// What goes to a browser, and out of the reach of scripts.
void set_cookie(http::Response& response, Cookies cookies, std::string_view name, const std::string& value,
                std::chrono::microseconds life);

// Thread-safe.
class ProviderHandlers {
 public:
  ProviderHandlers(IdentityService& identity, Cookies cookies) : identity_(identity), cookies_(cookies) {}

  http::Response ways(const http::Request& http);
  http::Response begin(const http::Request& http, const std::string& provider, const schema::Datum& body);
  // `tell` writes the session's answer once somebody is signed in: {"me": …} and cookies.
  using Told = std::function<http::Response(const CameThrough& came)>;
  http::Response finish(const http::Request& http, const schema::Datum& body, const Origin& origin,
                        const Told& tell);
  http::Response documents(const http::Request& http);

  http::Response list(const http::Request& http);
  http::Response get(const http::Request& http, const std::string& provider);
  http::Response put(const http::Request& http, const std::string& provider, const schema::Datum& body);
  http::Response drop(const http::Request& http, const std::string& provider);
  http::Response try_out(const http::Request& http, const std::string& provider);

 private:
  ProviderSignIn& elsewhere() { return identity_.elsewhere(); }
  IdentityService& identity_;
  Cookies cookies_;
};

}  // namespace jingwei::identity
