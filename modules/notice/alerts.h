// Alerts (预警) after the Common Alerting Protocol 1.2: issued, updated, cancelled, and open to everybody as
// a feed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/notice/notices.h"

namespace jingwei::notice {

using AlertId = Id<struct AlertTag>;

// Words as CAP has them (OASIS CAP-v1.2, section 3.2).
struct Alert {
  AlertId id;
  std::string identifier;         // unique, without spaces, commas, < and &
  std::string kind = "Alert";     // Alert, Update, Cancel
  std::string status = "Actual";  // Actual, Exercise, Test
  std::string category = "Health";
  std::string event;
  std::string urgency, severity, certainty;
  std::string headline, description, instruction;
  std::vector<std::string> areas;  // region codes
  Instant effective_at{}, expires_at{};
  Instant sent_at{};
  std::string sent_by;
  AlertId update_of;    // none: the first of its matter
  AlertId replaced_by;  // none: it stands
  std::int64_t row_version = 0;

  bool stands(Instant now) const { return !replaced_by && kind != "Cancel" && now < expires_at; }
};

// The words allowed for each of CAP's lists: "status", "category", "urgency", "severity", "certainty".
std::span<const std::string_view> cap_words(std::string_view list);

// Thread-safe; all must outlive it.
class Alerts {
 public:
  Alerts(const NoticeParts& parts, std::string sender) : parts_(parts), sender_(std::move(sender)) {}

  // Errors: denied (areas beyond the caller's regions), not_found (area), invalid (words, times).
  Result<Alert> issue(Alert wanted, const Asker& asker);
  // A new alert in place of one that stands, saying something else (Update) or that it is over (Cancel).
  // Errors: as issue; not_found, conflict "notice.alert_replaced".
  Result<Alert> replace(AlertId id, Alert wanted, const Asker& asker);
  Result<Alert> find(AlertId id) const;
  // Those that have not expired, newest first; replaced ones and cancellations too.
  Result<std::vector<Alert>> list() const;
  const std::string& sender() const { return sender_; }

 private:
  Result<Alert> add(Alert wanted, std::optional<AlertId> replaces, const Asker& asker);
  Result<Alert> read_one(storage::Reader& reader, AlertId id) const;
  Result<void> check(Alert& wanted, const Asker& asker) const;
  Result<void> check_areas(const std::vector<std::string>& areas, const Asker& asker, Instant now) const;

  const NoticeParts& parts_;
  std::string sender_;  // CAP's sender: a name of the hub, without spaces
};

// What a CAP document needs of the hub.
struct CapPlace {
  std::string sender;   // CAP's sender
  std::string name;     // of the hub, for people
  std::string address;  // "https://hub.example", before the paths of its API
  const region::Tree& tree;
};

// One alert as CAP 1.2 XML, with Chinese and English texts where they differ only in the fixed words; areas
// with polygons where boundaries are known and geocodes always. `replaced` is the alert it updates or
// cancels.
std::string cap_xml(const Alert& alert, const Alert* replaced, const CapPlace& place, const Zone& zone);
// All as an Atom feed (RFC 4287) that links to each alert's document.
std::string cap_feed(const std::vector<Alert>& alerts, const CapPlace& place, Instant now);

}  // namespace jingwei::notice
