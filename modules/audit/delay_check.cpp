#include "modules/audit/delay_check.h"

#include <boost/json.hpp>

#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::Row;
using storage::Value;

namespace {

constexpr std::string_view order_event = "audit.delay";
constexpr std::string_view lift_event = "audit.delay.lift";

// Members of an entry's detail; empty where there is none of that name.
class Detail {
 public:
  explicit Detail(const LogEntry& entry) {
    boost::json::error_code fault;
    value_ = boost::json::parse(entry.detail, fault);
    if (fault || !value_.is_object()) value_ = boost::json::object();
  }
  std::string operator[](std::string_view name) const {
    const auto* found = value_.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  }

 private:
  boost::json::value value_;
};

std::string instant_text(const Row& row, int column) {
  return to_rfc3339(from_micros(row.integer(column)));
}

}  // namespace

std::string subject_mark(std::string_view salt, std::string_view subject) {
  return crypto::to_hex(crypto::sha256(std::string(salt).append(subject)));
}

void DelayCheck::take(const LogEntry& entry, const std::string& place) {
  if (entry.event == order_event) {
    ordered_.insert_or_assign(entry.subject, OnRecord{entry, place});
  } else if (entry.event == lift_event) {
    lifted_.insert_or_assign(entry.subject, OnRecord{entry, place});
  }
}

// Columns as `every_delay` selects them.
void DelayCheck::compare_row(const Row& row, const Report& report) {
  const std::string id = std::to_string(row.integer(0));
  const auto ordered = ordered_.find("delay:" + id);
  if (ordered == ordered_.end()) return report(FindingKind::delay_unordered, id);
  ordered->second.has_row = true;
  const LogEntry& entry = ordered->second.entry;
  const Detail detail(entry);
  // Entries of before the mark was written say nothing of whom the order is about, and not when to the
  // microsecond.
  const std::string mark = detail["subject_mark"], at = detail["ordered_at"];
  const bool same_person = mark.empty() || mark == subject_mark(row.blob(11), row.text(1));
  const bool same_moment = at.empty() || at == instant_text(row, 8);
  if (!same_person || !same_moment || row.text(2) != detail["department"] ||
      row.text(3) != detail["authority"] || row.text(4) != detail["order"] ||
      instant_text(row, 5) != detail["from"] || instant_text(row, 6) != detail["until"] ||
      row.text(7) != entry.actor)
    return report(FindingKind::delay_changed, id);
  const auto lifted = lifted_.find("delay:" + id);
  const bool says_lifted = !row.is_null(10) || !row.text(9).empty();
  if (says_lifted != (lifted != lifted_.end())) return report(FindingKind::delay_changed, id);
  if (!says_lifted) return;
  lifted->second.has_row = true;
  const std::string lifted_at = Detail(lifted->second.entry)["lifted_at"];
  if (row.is_null(10) || row.text(9) != lifted->second.entry.actor ||
      (!lifted_at.empty() && lifted_at != instant_text(row, 10)))
    report(FindingKind::delay_changed, id);
}

Result<void> DelayCheck::compare(storage::Reader& reader, const storage::FeedPosition& after,
                                 const Report& report) {
  const Value seen[] = {after.transaction, after.sequence};
  JW_TRY(reader.query(sql::delays_after, seen, [&](const Row& row) {
    take(entry_of(row, 2), storage::FeedPosition{row.integer(0), row.integer(1)}.to_string());
    return true;
  }));
  JW_TRY(reader.query(sql::every_delay, {}, [&](const Row& row) {
    compare_row(row, report);
    return true;
  }));
  for (const auto& [subject, one] : ordered_) {
    if (!one.has_row) report(FindingKind::delay_missing, one.place);
  }
  return {};
}

}  // namespace jingwei::audit
