// Between rows and values of notices, and what the feed and the audit log are told. Inner header of
// modules/notice.
#pragma once

#include "modules/notice/notices.h"

namespace jingwei::notice {

// A row of sql/notices.sql. Errors: corrupt.
Result<Notice> notice_of_row(const storage::Row& row);
inline constexpr int notice_columns = 20;

Result<ReceiptCounts> count_receipts(storage::Reader& reader, NoticeId id);
// When the first reminder falls by itself: after its rhythm, or a day before it is due; nothing without
// either.
std::optional<Instant> first_reminder(const Notice& notice);
// Adds the feed event and the audit entry of a step.
void tell(const Notice& notice, const std::string& step, const std::string& actor, storage::Change& change);
Error not_found(NoticeId id);
// With a cause for each community.
Error cap_reached(NoticeKind kind, const std::vector<FullCommunity>& full, const region::Tree& tree);

}  // namespace jingwei::notice
