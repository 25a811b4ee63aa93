// Answers about orders that a second administrator confirms, and about what is changed without one, for the
// routes of identity (api.yaml).
#pragma once

#include "http/message.h"
#include "modules/identity/identity_service.h"
#include "schema/datum.h"

namespace jingwei::identity {

// Thread-safe.
class OrderHandlers {
 public:
  explicit OrderHandlers(IdentityService& identity) : identity_(identity) {}

  http::Response ask(const http::Request& http, const schema::Datum& body);
  // A change of an account, or its suspension, which audit administrators are told of.
  Result<Account> edit(const http::Request& http, AccountId id, const schema::Datum& body);
  http::Response list(const http::Request& http, bool waiting, OrderId before, std::size_t most);
  http::Response step(const http::Request& http, OrderId order, const schema::Datum& body);

 private:
  IdentityService& identity_;
};

}  // namespace jingwei::identity
