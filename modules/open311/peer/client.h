// Speaks GeoReport v2 to another server.
#pragma once

#include "base/outgoing.h"
#include "modules/open311/geo_report.h"
#include "modules/open311/peer/connection.h"

namespace jingwei::open311 {

// What happened to a request, for servers that take it (POST servicerequestupdates, as FixMyStreet's
// extension of GeoReport v2 has it).
struct Update {
  std::string id;       // of the update: the same again is the same update
  std::string request;  // service_request_id
  std::string status;   // OPEN, CLOSED
  std::string words;
  Instant at{};
};
// The form of it, and back. Errors: invalid "open311.no_request_id", "open311.bad_status".
std::string form_of(const Update& update, const std::string& jurisdiction, const std::string& api_key);
struct ToldUpdate {
  Update update;
  std::string api_key;
};
Result<ToldUpdate> update_of(const FormPairs& pairs);
// Answer to one that was taken.
std::string update_document(const std::string& update_id, Format format);

// Errors of every function: unavailable "open311.peer_away" (why: out of reach, certificate, in trouble, not
// allowed), timeout "open311.peer_late" (no answer in time, or it broke off: what was sent may have arrived),
// denied "open311.peer_no_key" (401, 403), rate_limited "open311.peer_busy" (429), invalid
// "open311.bad_document", not_found and invalid "open311.peer_refused" with their words (other 4xx).
class PeerClient {
 public:
  PeerClient(const Outgoing& outgoing, const Terms& terms, std::string key)
      : outgoing_(outgoing), terms_(terms), key_(std::move(key)) {}

  Result<std::vector<Service>> services() const;
  Result<Definition> definition(const std::string& service) const;
  // Opened in [from, to) under any of these services. A server may give more than was asked for, and stops at
  // limits::requests.
  Result<std::vector<ServiceRequest>> opened(const std::vector<std::string>& services, Instant from,
                                             Instant to) const;
  Result<std::vector<ServiceRequest>> of_ids(const std::vector<std::string>& ids) const;
  // The id that has come for a token; empty while there is none.
  Result<std::string> id_of(const std::string& token) const;
  // Id or token stands in what is returned. Under `key` the same request is opened once, where the server
  // knows an Idempotency-Key.
  Result<ServiceRequest> open(NewRequest wanted, const std::string& key) const;
  Result<void> tell(const Update& update) const;

 private:
  Result<std::string> get(const std::string& document,
                          const std::vector<std::pair<std::string, std::string>>& query) const;
  Result<std::string> post(const std::string& document, std::string form, const std::string& key) const;
  Result<std::string> answer(OutgoingCall call) const;
  std::string url(const std::string& document) const;

  const Outgoing& outgoing_;
  const Terms& terms_;
  std::string key_;
};

// Whether it tells of the server as a whole, so that the round ends and the breaker counts.
bool is_trouble(const Error& error);

}  // namespace jingwei::open311
