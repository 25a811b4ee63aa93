// Lists of cases: newest first with filters, the inbox, the board, points of a map. Rows are cut to the view;
// forms are open, to be masked by whoever shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/cases/case_work.h"

namespace jingwei::cases {

struct CaseQuery {
  std::string process, state, department, category, urgency, assignee;
  std::optional<Stage> stage;
  std::optional<bool> open;
  std::string under;  // code of a region or zone
  bool overdue = false, supervised = false;
  std::optional<Instant> opened_from, opened_to;
  CaseId before;
  std::size_t most = 50;
};

struct CasePage {
  std::vector<Found> items;
  std::string next;  // cursor; empty: nothing more
};

struct InboxQuery {
  std::string role, process;
  bool mine = false;
  std::string cursor;
  std::size_t most = 50;
};

struct InboxCount {
  std::int64_t mine = 0, role = 0, overdue = 0;
};

struct PointQuery {
  std::string process, under;
  double west = -180, south = -90, east = 180, north = 90;
};
struct Points {
  std::vector<Case> items;
  bool more = false;
};

// Thread-safe; everything outlives it.
class CaseLists {
 public:
  CaseLists(const CaseWork& work, const ProcessBook& book) : work_(work), book_(book) {}

  // Errors: not_found "region.not_found", the store's.
  Result<CasePage> newest(const CaseQuery& query, const CaseView& view) const;
  Result<CasePage> of_reporter(const std::string& reporter, CaseId before, std::size_t most) const;
  // What waits for the caller's roles in their regions, and what is theirs; due first. Errors: stale
  // "cases.bad_cursor".
  Result<CasePage> inbox(const InboxQuery& query, const CaseView& view) const;
  Result<InboxCount> count(const CaseView& view) const;
  // The cases of a state that are due first.
  Result<std::vector<Found>> column(const std::string& process, const std::string& state,
                                    const std::string& under, std::size_t most, const CaseView& view) const;
  Result<Points> points(const PointQuery& query, const CaseView& view) const;
  // Open cases of the same process nearby that say the same in the fields the process names: those with
  // smaller numbers, which it can be merged under.
  Result<std::vector<Found>> similar(const Found& found, const CaseView& view) const;
  // Those merged under it, oldest first: those the viewer sees, of the first hundred, and how many there are.
  struct Children {
    std::vector<Found> seen;
    std::int64_t all = 0;
  };
  Result<Children> children(CaseId id, const CaseView& view) const;

 private:
  struct Filter;  // view and region together
  Result<Filter> filter(const CaseView& view, const std::string& under) const;
  Result<std::optional<Found>> take(const storage::Row& row) const;

  const CaseWork& work_;
  const ProcessBook& book_;
};

}  // namespace jingwei::cases
