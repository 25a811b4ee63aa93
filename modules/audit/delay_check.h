// Whether orders that delay telling somebody stand as they were put on record.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "modules/audit/audit_service.h"
#include "modules/audit/log_entry.h"
#include "storage/store.h"

namespace jingwei::audit {

// Binds an order to whom it is about without naming them in the log: SHA-256 over the row's salt and the
// pseudonym, as hexadecimal digits.
std::string subject_mark(std::string_view salt, std::string_view subject);

// Meets the log's entries one by one, then the rows. Keeps one entry for each order and each lifting.
class DelayCheck {
 public:
  using Report = std::function<void(FindingKind kind, std::string place)>;

  // `place` is where the entry stands. Entries of other events are passed over.
  void take(const LogEntry& entry, const std::string& place);
  // Entries behind `after`, which wait for their leaves, then every row of audit_delay beside its entries,
  // all from the reader's snapshot. Errors: the store's.
  Result<void> compare(storage::Reader& reader, const storage::FeedPosition& after, const Report& report);

 private:
  struct OnRecord {
    LogEntry entry;
    std::string place;
    bool has_row = false;
  };
  void compare_row(const storage::Row& row, const Report& report);
  std::map<std::string, OnRecord, std::less<>> ordered_, lifted_;  // by subject: "delay:17"
};

}  // namespace jingwei::audit
