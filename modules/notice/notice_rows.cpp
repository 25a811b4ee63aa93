#include "modules/notice/notice_rows.h"

#include "base/json.h"
#include "modules/notice/limits.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

Result<Notice> notice_of_row(const storage::Row& row) {
  Notice notice;
  notice.id = NoticeId(row.integer(0));
  notice.kind = notice_kind_named(row.text(1)).value_or(NoticeKind::notice);
  notice.ended = row.text(2) == "ended";
  notice.title = row.text(3);
  notice.body = row.text(4);
  JW_ASSIGN(notice.audience, audience_of_text(row.text(5)));
  std::string_view words = row.text(6);
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (const auto channel = channel_named(words.substr(0, end))) notice.channels.push_back(*channel);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  JW_ASSIGN(notice.questions, questions_of_text(row.text(7)));
  notice.region = RegionId(row.integer(8));
  notice.department = row.text(9);
  notice.sent_by = row.text(10);
  notice.sent_at = from_micros(row.integer(11));
  if (!row.is_null(12)) notice.due_at = from_micros(row.integer(12));
  notice.remind_hours = row.integer(13);
  notice.recipients = row.integer(14);
  notice.reminders = row.integer(15);
  if (!row.is_null(16)) notice.reminded_at = from_micros(row.integer(16));
  if (!row.is_null(17)) notice.ended_at = from_micros(row.integer(17));
  notice.ended_by = row.text(18);
  notice.row_version = row.integer(19);
  return notice;
}

Result<ReceiptCounts> count_receipts(storage::Reader& reader, NoticeId id) {
  const storage::Value key = id.value;
  ReceiptCounts counts;
  JW_TRY(reader.query(sql::count_receipts, std::span(&key, 1), [&](const storage::Row& row) {
    counts = {row.integer(0), row.integer(1), row.integer(2)};
    return true;
  }));
  return counts;
}

std::optional<Instant> first_reminder(const Notice& notice) {
  if (notice.remind_hours > 0) return notice.sent_at + std::chrono::hours(notice.remind_hours);
  if (!notice.due_at) return std::nullopt;
  return std::max(notice.sent_at + (*notice.due_at - notice.sent_at) / 2,
                  *notice.due_at - std::chrono::hours(24));
}

void tell(const Notice& notice, const std::string& step, const std::string& actor, storage::Change& change) {
  JsonWriter event;
  event.begin_object();
  event.member("notice", notice.id.to_string());
  event.member("kind", name_of(notice.kind));
  event.member("step", step);
  event.member("region_id", notice.region.to_string());
  event.member("recipients", notice.recipients);
  event.end_object();
  change.events.push_back({"notice.step", event.text()});
  change.audit.push_back(
      {actor.empty() ? "timer" : actor, "notice." + step, "notice:" + notice.id.to_string(), event.take()});
}

Error not_found(NoticeId id) {
  return Error(ErrorCode::not_found, "notice.not_found").with("id", id.to_string());
}

Error cap_reached(NoticeKind kind, const std::vector<FullCommunity>& full, const region::Tree& tree) {
  const char* const message = kind == NoticeKind::order ? "notice.orders_full" : "notice.forms_full";
  const auto one = [&](const FullCommunity& community) {
    const region::Node node = tree.find(community.region);
    return Error(ErrorCode::conflict, message)
        .with("community", node == region::no_node ? "" : tree.path_text(node))
        .with("count", std::to_string(community.count))
        .with("most", std::to_string(community.most))
        .with("communities", std::to_string(full.size()))
        .at("/audience/regions");
  };
  Error error = one(full.front());
  for (std::size_t at = 0; at < full.size() && at < limits::refused_communities; ++at)
    error.causes.push_back(one(full[at]));
  return error;
}

}  // namespace jingwei::notice
