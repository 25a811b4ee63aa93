#include "modules/catalog/notice.h"

#include "base/limits.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

std::string_view name_of(NoticeKind kind) {
  return kind == NoticeKind::overdue ? "overdue" : "breaking";
}

storage::Write add_notice(const Notice& notice) {
  return {&sql::add_notice,
          {notice.id.value, std::string(name_of(notice.kind)), notice.resource, notice.about,
           notice.department, notice.title, notice.actor, notice.detail, notice.mark, to_micros(notice.at)},
          1};
}

storage::Write drop_old_notices(Instant now) {
  return {&sql::drop_old_notices, {to_micros(now - limits::catalog_notice_age)}, std::nullopt};
}

Result<std::vector<Notice>> read_notices(storage::Reader& reader) {
  std::vector<Notice> all;
  const storage::Value most = static_cast<std::int64_t>(limits::catalog_list);
  JW_TRY(reader.query(sql::newest_notices, std::span(&most, 1), [&](const storage::Row& row) {
    const auto text = [&](int at) { return std::string(row.text(at)); };
    Notice one;
    one.id = NoticeId(row.integer(0));
    one.kind = row.text(1) == "overdue" ? NoticeKind::overdue : NoticeKind::breaking;
    one.resource = text(2);
    one.about = text(3);
    one.department = text(4);
    one.title = text(5);
    one.actor = text(6);
    one.detail = text(7);
    one.at = from_micros(row.integer(8));
    all.push_back(std::move(one));
    return true;
  }));
  return all;
}

}  // namespace jingwei::catalog
