// Open311 (GeoReport v2): cases of processes that opt in, as other programs see
// and open them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/cases/cases_service.h"
#include "modules/identity/identity_service.h"
#include "modules/open311/geo_report.h"
#include "modules/open311/peer/client.h"
#include "modules/open311/peer/peers.h"

namespace jingwei::open311 {

// All must outlive the service.
struct Open311Parts {
  cases::CasesService& cases;
  identity::IdentityService& identity;
  const catalog::Catalog& catalog;
  const Clock& clock;
  const Zone& zone;
  std::string contact;  // the hub's name, for people who look for a key
};

// As GET requests asks. Lists are what stood between commas; empty: all.
struct RequestQuery {
  std::vector<std::string> ids, service_codes, statuses;
  std::optional<Instant> from, to;
};

// Who asks: nobody in particular, or whoever holds an API key of the hub
// (api_key).
using Caller = std::shared_ptr<const access::Caller>;

// Thread-safe. Everybody sees that there is a request, where it lies to about
// ten metres, and how it stands; its words and exact place are for whoever
// opened it, by their key.
class GeoReport {
 public:
  explicit GeoReport(Open311Parts parts) : parts_(std::move(parts)) {}

  // Null for an empty key. Errors: denied "open311.bad_key".
  Result<Caller> caller_of(const std::string& api_key) const;

  std::vector<Service> services(Language language) const;
  // Errors: not_found "open311.no_service".
  Result<Definition> definition(const std::string& code, Language language) const;
  // Errors: not_found (id).
  Result<ServiceRequest> find(const std::string& id, const Caller& caller, Language language) const;
  // Newest first, at most limits::requests. Errors: invalid "open311.span_long"
  // (over 90 days), not_found (a service).
  Result<std::vector<ServiceRequest>> list(const RequestQuery& query, const Caller& caller,
                                           Language language) const;
  // Errors: denied (no key, or the process is not for its holder), not_found,
  // invalid (a form that does not fit: causes; a place that no region is known
  // of: fill_place), the store's.
  Result<ServiceRequest> open(const NewRequest& wanted, const Caller& caller, Language language,
                              const std::optional<std::string>& idempotency_key = {}) const;
  // What another program says about a request that it opened, or that its key may act on: words become a
  // comment; a status that differs is taken by the one step that leads there and asks for nothing more. The
  // same update again changes nothing. Errors: denied (no key), not_found (id), invalid
  // "open311.status_not_taken" (no such step, or several: nothing is kept), the store's.
  Result<void> update(const Update& update, const Caller& caller, Language language) const;

  const Open311Parts& parts() const { return parts_; }

 private:
  using Declared = std::shared_ptr<const cases::Declared>;
  std::vector<Declared> offered() const;
  Result<Declared> offered_as(const std::string& code) const;
  cases::CaseView view(const Caller& caller) const;
  ServiceRequest shown(const cases::Found& found, const Caller& caller, Language language) const;
  std::string department_title(const std::string& id, Language language) const;

  Open311Parts parts_;
};

}  // namespace jingwei::open311
