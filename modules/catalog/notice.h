// What the catalogue tells whom: reminders of overdue collections, and versions that break what people use.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "modules/catalog/definition.h"

namespace jingwei::catalog {

// Event of a reminder: {"resource","responsibility","department","days_overdue"}.
inline constexpr std::string_view reminder_event_kind = "catalog.reminder";
// Event of a published version that breaks what stood: {"resource","version","told"}.
inline constexpr std::string_view breaking_event_kind = "catalog.breaking";

using NoticeId = Id<struct NoticeTag>;

enum class NoticeKind : std::uint8_t { overdue, breaking };
std::string_view name_of(NoticeKind kind);

struct Notice {
  NoticeId id;
  NoticeKind kind = NoticeKind::overdue;
  std::string resource;
  std::string about;       // "responsibility:17", "demand:5", "source:3", "metric:residents"
  std::string department;  // id of the one that is told; empty: whoever looks after the hub
  std::string title;       // what `about` is called, in the words of whoever wrote it; empty: the resource's
  std::string actor;       // who reminded; empty: the hub by itself
  std::string detail;      // days overdue; the reason of the break
  std::string mark;        // of the round or version: the same is told once
  Instant at{};
};

// The write that keeps a notice; the same kind, about and mark again is a conflict.
storage::Write add_notice(const Notice& notice);
// Those older than limits::catalog_notice_age go.
storage::Write drop_old_notices(Instant now);
// Newest first, at most limits::catalog_list; `mark` is left out. Errors: the reader's.
Result<std::vector<Notice>> read_notices(storage::Reader& reader);

// Who uses a resource and is told when a version breaks it.
struct Dependent {
  std::string about;
  std::string department;
  std::string title;
};

}  // namespace jingwei::catalog
