#include "modules/cases/case_lists.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <set>

#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

// Whether what waits for the role stands in its holders' inbox.
bool takes_turns(const access::Role& role) {
  return role.holds("case.read") || role.holds("case.turn");
}

// Up to so many regions are asked one by one; beyond, rows are read in order and cut.
constexpr std::size_t regions_one_by_one = 64;
constexpr std::int64_t rows_at_once = 500;
// A page ends there though it is not full, with a cursor to go on.
constexpr int turns_most = 20;
constexpr std::int64_t count_most = 1'000;
constexpr std::size_t points_most = 5'000;
constexpr std::int64_t similar_looked_at = 500;
constexpr std::size_t similar_most = 20;
constexpr std::int64_t children_most = 100;

struct Due {
  std::int64_t due = std::numeric_limits<std::int64_t>::min();
  std::int64_t id = 0;
  auto operator<=>(const Due&) const = default;
};

std::optional<Due> parse_due(std::string_view text) {
  if (text.empty()) return Due{};
  Due due;
  const char* end = text.data() + text.size();
  const auto [dot, fault] = std::from_chars(text.data(), end, due.due);
  if (fault != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, wrong] = std::from_chars(dot + 1, end, due.id);
  if (wrong != std::errc{} || rest != end) return std::nullopt;
  return due;
}

Due due_of(const Case& one) {
  return {one.due_at ? to_micros(*one.due_at) : no_deadline, one.id.value};
}

std::string cursor_of(const Due& due) {
  return std::to_string(due.due) + "." + std::to_string(due.id);
}

double metres_between(const Case& a, const Case& b) {
  constexpr double metres_a_degree = 111'320;
  const double radians = *a.latitude * std::numbers::pi / 180;
  return std::hypot((*a.longitude - *b.longitude) * std::cos(radians), *a.latitude - *b.latitude) *
         metres_a_degree;
}

}  // namespace

struct CaseLists::Filter {
  const CaseView& view;
  std::optional<region::Scope> under;

  bool takes(const Case& one) const {
    if (!view.sees(one)) return false;
    if (!under) return true;
    const auto within = [&](RegionId region) {
      const region::Node node = view.tree().find(region);
      return node != region::no_node && under->contains(node);
    };
    return within(one.place) || within(one.owner);
  }

  // The regions there are, where they are few; nothing: many.
  std::optional<std::vector<RegionId>> regions() const {
    std::set<region::Node> nodes;
    const auto add = [&](const region::Interval& interval) {
      if (interval.size() > regions_one_by_one) return false;
      for (region::Node node = interval.begin; node < interval.end; ++node) nodes.insert(node);
      return nodes.size() <= regions_one_by_one;
    };
    if (under) {
      for (const auto& part : under->parts) {
        if (!add(part)) return std::nullopt;
      }
    } else {
      if (view.everything()) return std::nullopt;
      for (const auto& post : view.posts()) {
        if (!post.grant->role->holds("case.read")) continue;
        if (!post.below || !add(*post.below)) return std::nullopt;
      }
    }
    std::vector<RegionId> all;
    for (const region::Node node : nodes) all.push_back(view.tree().id(node));
    return all;
  }
};

Result<CaseLists::Filter> CaseLists::filter(const CaseView& view, const std::string& under) const {
  Filter filter{view, std::nullopt};
  if (under.empty()) return filter;
  filter.under = view.tree().scope(under);
  if (!filter.under) return Error(ErrorCode::not_found, "region.not_found").with("code", under).at("under");
  return filter;
}

// With its form; nothing where the version of its process cannot be read here.
Result<std::optional<Found>> CaseLists::take(const storage::Row& row) const {
  Case one = CaseRows::read(row);
  auto declared = book_.find(one.process, one.process_version);
  if (!declared) return std::optional<Found>();
  JW_TRY(work_.rows().open_content(row.blob(content_column), (*declared)->process.form, one));
  return std::optional(Found{std::move(one), std::move(*declared), false});
}

Result<CasePage> CaseLists::newest(const CaseQuery& query, const CaseView& view) const {
  JW_ASSIGN(const Filter filter, this->filter(view, query.under));
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const std::int64_t first = query.before ? query.before.value : std::numeric_limits<std::int64_t>::max();
  const auto regions = filter.regions();
  const bool open_only = query.open.value_or(false) || query.overdue;
  const auto parameters = [&](std::int64_t before, std::int64_t most) {
    return std::vector<storage::Value>{
        before,
        most,
        query.process,
        query.state,
        query.stage ? static_cast<std::int64_t>(*query.stage) : std::int64_t{-1},
        query.open ? std::int64_t{*query.open ? 1 : 0} : std::int64_t{-1},
        query.department,
        query.category,
        query.urgency,
        query.assignee,
        std::int64_t{query.overdue ? 1 : 0},
        std::int64_t{query.supervised ? 1 : 0},
        query.opened_from ? to_micros(*query.opened_from) : std::int64_t{0},
        query.opened_to ? to_micros(*query.opened_to) : std::numeric_limits<std::int64_t>::max()};
  };
  CasePage page;
  Result<void> read;
  std::int64_t last = first;
  const auto keep = [&](const storage::Row& row) {
    last = row.integer(0);
    if (!filter.takes(CaseRows::read(row))) return;
    auto taken = take(row);
    if (!taken) {
      read = taken.error();
    } else if (*taken) {
      page.items.push_back(std::move(**taken));
    }
  };
  if (regions) {
    const auto wanted = static_cast<std::int64_t>(query.most) + 1;
    std::vector<std::vector<storage::Value>> each;
    for (const RegionId region : *regions) {
      each.push_back(parameters(first, wanted));
      each.back().push_back(region.value);
    }
    std::int64_t cut = 0;  // below this, a region may hold more
    const auto ask = [&](const storage::Statement& statement, const auto& counts) {
      std::vector<std::int64_t> rows(each.size());
      return reader->query_each(statement, each, [&](std::size_t at, const storage::Row& row) {
        if (counts(row)) keep(row);
        if (++rows[at] == wanted) cut = std::max(cut, row.integer(0));
      });
    };
    JW_TRY(ask(sql::newest_of_place, [](const storage::Row&) { return true; }));
    JW_TRY(ask(sql::newest_of_owner, [&](const storage::Row& row) {  // those that do not lie in one as well
      return std::find(regions->begin(), regions->end(), CaseRows::read(row).place) == regions->end();
    }));
    JW_TRY(std::move(read));
    std::sort(page.items.begin(), page.items.end(),
              [](const Found& a, const Found& b) { return a.one.id > b.one.id; });
    std::erase_if(page.items, [&](const Found& found) { return found.one.id.value < cut; });
    if (cut > 0) page.next = std::to_string(cut);
  } else {
    const auto& statement = open_only ? sql::newest_open_cases : sql::newest_cases;
    bool ended = false;
    for (int turn = 0; turn < turns_most && !ended && page.items.size() <= query.most; ++turn) {
      std::int64_t rows = 0;
      JW_TRY(reader->query(statement, parameters(last, rows_at_once), [&](const storage::Row& row) {
        ++rows;
        keep(row);
        return read.ok() && page.items.size() <= query.most;
      }));
      JW_TRY(std::move(read));
      read = {};
      ended = rows < rows_at_once && page.items.size() <= query.most;
    }
    if (!ended && page.items.size() <= query.most) page.next = std::to_string(last);
  }
  if (page.items.size() > query.most) {
    page.items.resize(query.most);
    page.next = page.items.back().one.id.to_string();
  }
  return page;
}

Result<CasePage> CaseLists::of_reporter(const std::string& reporter, CaseId before, std::size_t most) const {
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const std::array<storage::Value, 3> key = {reporter,
                                             before ? before.value : std::numeric_limits<std::int64_t>::max(),
                                             static_cast<std::int64_t>(most) + 1};
  CasePage page;
  Result<void> read;
  JW_TRY(reader->query(sql::newest_of_reporter, key, [&](const storage::Row& row) {
    auto taken = take(row);
    if (!taken) read = taken.error();
    if (taken && *taken) page.items.push_back(std::move(**taken));
    return read.ok();
  }));
  JW_TRY(std::move(read));
  if (page.items.size() > most) {
    page.items.resize(most);
    page.next = page.items.back().one.id.to_string();
  }
  return page;
}

Result<CasePage> CaseLists::inbox(const InboxQuery& query, const CaseView& view) const {
  const auto from = parse_due(query.cursor);
  if (!from) return Error(ErrorCode::stale, "cases.bad_cursor").at("cursor");
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const auto wanted = static_cast<std::int64_t>(query.most) + 1;
  std::map<Due, Found> found;
  std::optional<Due> cut;  // beyond this, a source may hold more
  Result<void> read;
  const auto stop_at = [&](const Due& due) {
    if (!cut || due < *cut) cut = due;
  };
  const auto keep = [&](const storage::Row& row) {
    auto taken = take(row);
    if (!taken) read = taken.error();
    if (taken && *taken) found.emplace(due_of((*taken)->one), std::move(**taken));
  };
  std::int64_t rows = 0;
  Due last;
  const auto note = [&](const storage::Row& row) {
    ++rows;
    keep(row);
    last = {row.integer(23), row.integer(0)};
  };
  if (query.role.empty() && !view.actor().empty()) {
    const std::array<storage::Value, 5> key = {view.actor(), from->due, from->id, query.process, wanted};
    JW_TRY(reader->query(sql::inbox_of_person, key, [&](const storage::Row& row) {
      note(row);
      return read.ok();
    }));
    if (rows == wanted) stop_at(last);
  }
  // Each role of the caller, wherever they hold it.
  std::map<std::string, std::vector<const Post*>> roles;
  for (const auto& post : view.posts()) {
    const auto& role = *post.grant->role;
    if (!query.mine && takes_turns(role) && (query.role.empty() || query.role == role.id))
      roles[role.id].push_back(&post);
  }
  for (const auto& [role, posts] : roles) {
    std::vector<std::vector<storage::Value>> each;
    bool wide = false;
    for (const Post* post : posts) {
      wide = wide || !post->below || each.size() + post->below->size() > regions_one_by_one;
      if (wide) break;
      for (region::Node node = post->below->begin; node < post->below->end; ++node) {
        each.push_back({role, view.tree().id(node).value, from->due, from->id, view.actor(),
                        post->grant->department, query.process, wanted});
      }
    }
    if (!wide) {
      std::vector<std::int64_t> of_region(each.size());
      JW_TRY(reader->query_each(sql::inbox_of_role, each, [&](std::size_t at, const storage::Row& row) {
        keep(row);
        if (++of_region[at] == wanted) stop_at({row.integer(23), row.integer(0)});
      }));
      JW_TRY(std::move(read));
      read = {};
      continue;
    }
    Due at = *from;
    std::vector<std::vector<storage::Value>> ids;
    for (int turn = 0; turn < turns_most && static_cast<std::int64_t>(ids.size()) < wanted; ++turn) {
      rows = 0;
      const std::array<storage::Value, 4> key = {role, at.due, at.id, rows_at_once};
      JW_TRY(reader->query(sql::inbox_anywhere, key, [&, &role = role](const storage::Row& row) {
        ++rows;
        at = {row.integer(1), row.integer(0)};
        Case one;
        one.place = RegionId(row.integer(2));
        one.owner = RegionId(row.integer(3));
        one.department = row.text(4);
        const std::string_view assignee = row.text(5);
        const bool free = assignee.empty() || assignee == view.actor();
        const bool asked = query.process.empty() || query.process == row.text(6);
        if (free && asked && view.doer(one).roles.contains(role)) ids.push_back({row.integer(0)});
        return static_cast<std::int64_t>(ids.size()) < wanted;
      }));
      if (rows < rows_at_once) break;
    }
    if (rows == rows_at_once || static_cast<std::int64_t>(ids.size()) == wanted) stop_at(at);
    JW_TRY(
        reader->query_each(sql::case_by_id, ids, [&](std::size_t, const storage::Row& row) { keep(row); }));
    JW_TRY(std::move(read));
    read = {};
  }
  JW_TRY(std::move(read));
  CasePage page;
  for (auto& [due, one] : found) {
    if (page.items.size() == query.most || (cut && due > *cut)) {
      page.next = page.items.empty() ? cursor_of(*cut) : cursor_of(due_of(page.items.back().one));
      return page;
    }
    page.items.push_back(std::move(one));
  }
  if (cut) page.next = cursor_of(*cut);
  return page;
}

Result<InboxCount> CaseLists::count(const CaseView& view) const {
  JW_ASSIGN(auto reader, work_.parts().store.read());
  InboxCount count;
  const std::array<storage::Value, 2> person = {view.actor(), count_most};
  JW_TRY(reader->query(sql::count_person, person, [&](const storage::Row& row) {
    count.mine = row.integer(0);
    count.overdue = row.integer(1);
    return true;
  }));
  std::vector<std::vector<storage::Value>> each, anywhere;
  for (const auto& post : view.posts()) {
    if (!takes_turns(*post.grant->role)) continue;
    if (!post.below) {
      anywhere.push_back({post.grant->role->id, post.grant->department, count_most});
      continue;
    }
    const region::Interval below = *post.below;
    for (region::Node node = below.begin; node < below.end && each.size() < regions_one_by_one * 4; ++node) {
      each.push_back({post.grant->role->id, view.tree().id(node).value, post.grant->department, count_most});
    }
  }
  const auto add = [&](std::size_t, const storage::Row& row) {
    count.role += row.integer(0);
    count.overdue += row.integer(1);
  };
  JW_TRY(reader->query_each(sql::count_role, each, add));
  JW_TRY(reader->query_each(sql::count_role_anywhere, anywhere, add));
  count.role = std::min(count.role, count_most);
  return count;
}

Result<std::vector<Found>> CaseLists::column(const std::string& process, const std::string& state,
                                             const std::string& under, std::size_t most,
                                             const CaseView& view) const {
  JW_ASSIGN(const Filter filter, this->filter(view, under));
  JW_ASSIGN(auto reader, work_.parts().store.read());
  std::vector<Found> found;
  Result<void> read;
  Due at;
  for (int turn = 0; turn < turns_most && found.size() < most; ++turn) {
    std::int64_t rows = 0;
    const std::array<storage::Value, 5> key = {process, state, at.due, at.id, rows_at_once};
    JW_TRY(reader->query(sql::board_column, key, [&](const storage::Row& row) {
      ++rows;
      at = {row.integer(23), row.integer(0)};
      if (!filter.takes(CaseRows::read(row))) return true;
      auto taken = take(row);
      if (!taken) read = taken.error();
      if (taken && *taken) found.push_back(std::move(**taken));
      return read.ok() && found.size() < most;
    }));
    JW_TRY(std::move(read));
    read = {};
    if (rows < rows_at_once) break;
  }
  return found;
}

Result<Points> CaseLists::points(const PointQuery& query, const CaseView& view) const {
  JW_ASSIGN(const Filter filter, this->filter(view, query.under));
  JW_ASSIGN(auto reader, work_.parts().store.read());
  Points points;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (int turn = 0; turn < turns_most; ++turn) {
    std::int64_t rows = 0;
    const std::array<storage::Value, 7> key = {before,      query.process, query.west,  query.east,
                                               query.south, query.north,   rows_at_once};
    JW_TRY(reader->query(sql::open_points, key, [&](const storage::Row& row) {
      ++rows;
      Case one = CaseRows::read(row);
      before = one.id.value;
      if (!filter.takes(one)) return true;
      points.more = points.items.size() == points_most;
      if (!points.more) points.items.push_back(std::move(one));
      return !points.more;
    }));
    if (rows < rows_at_once || points.more) return points;
  }
  points.more = true;
  return points;
}

Result<std::vector<Found>> CaseLists::similar(const Found& found, const CaseView& view) const {
  const auto& rule = found.declared->process.duplicates;
  std::vector<Found> same;
  if (!rule) return same;
  const Instant since =
      found.one.opened_at -
      (std::chrono::days{1} * (rule->within.unit == Span::Unit::day ? rule->within.count : 1));
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const std::array<storage::Value, 5> key = {found.one.place.value, found.one.id.value, found.one.process,
                                             to_micros(since), similar_looked_at};
  Result<void> read;
  JW_TRY(reader->query(sql::open_of_place, key, [&](const storage::Row& row) {
    auto taken = take(row);
    if (!taken) {
      read = taken.error();
      return false;
    }
    if (!*taken) return true;
    Found& other = **taken;
    const bool placed =
        found.one.longitude && found.one.latitude && other.one.longitude && other.one.latitude;
    const bool near = !placed || metres_between(found.one, other.one) <= static_cast<double>(rule->within_m);
    const bool says_same = std::all_of(rule->same.begin(), rule->same.end(), [&](const std::string& name) {
      const Answers &mine = found.one.form, &theirs = other.one.form;
      const auto a = mine.find(name), b = theirs.find(name);
      return a != mine.end() && b != theirs.end() && a->second == b->second;
    });
    if (near && says_same && view.sees(other.one)) same.push_back(std::move(other));
    return same.size() < similar_most;
  }));
  JW_TRY(std::move(read));
  return same;
}

Result<CaseLists::Children> CaseLists::children(CaseId id, const CaseView& view) const {
  JW_ASSIGN(auto reader, work_.parts().store.read());
  Children children;
  Result<void> read;
  const std::array<storage::Value, 2> key = {id.value, children_most};
  JW_TRY(reader->query(sql::children_of, key, [&](const storage::Row& row) {
    ++children.all;
    if (!view.sees(CaseRows::read(row))) return true;
    auto taken = take(row);
    if (!taken) read = taken.error();
    if (taken && *taken) children.seen.push_back(std::move(**taken));
    return read.ok();
  }));
  JW_TRY(std::move(read));
  if (children.all < children_most) return children;
  JW_ASSIGN(const auto count, storage::query_integer(*reader, sql::count_children, std::span(key).first(1)));
  children.all = count.value_or(children.all);
  return children;
}

}  // namespace jingwei::cases
