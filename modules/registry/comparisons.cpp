#include "modules/registry/comparisons.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/json.h"
#include "base/log.h"
#include "modules/registry/limits.h"
#include "modules/registry/repeating.h"
#include "modules/registry/sql.gen.h"
#include "modules/registry/telling.h"

namespace jingwei::registry {

namespace {

using storage::Value;

constexpr std::string_view run_kind = "registry.comparison";
constexpr std::string_view expire_kind = "registry.comparison.expire";
constexpr std::array<std::string_view, 3> mode_names = {"list", "regions", "flags"};
constexpr std::array<std::string_view, 6> state_names = {"asked", "approved", "declined",
                                                         "done",  "failed",   "expired"};

storage::Blob sealed(const storage::Sealer& sealer, ComparisonId id, std::string_view column,
                     const std::string& text) {
  return {sealer.seal({"registry_comparison", id.value, column}, text)};
}

// A sentence as it is kept: its id, then names and values.
constexpr char unit_separator = '\x1f';

std::string text_to_keep(const Error& fault) {
  std::string text = fault.message;
  for (const auto& [name, value] : fault.arguments) (text += unit_separator) += name + unit_separator + value;
  return text;
}

Error kept_error(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char one : text) {
    if (one == unit_separator) {
      parts.emplace_back();
    } else {
      parts.back() += one;
    }
  }
  Error fault(ErrorCode::gone, parts.front());
  for (std::size_t at = 1; at + 1 < parts.size(); at += 2)
    fault.arguments.emplace_back(parts[at], parts[at + 1]);
  return fault;
}

Result<Comparison> comparison_of(const storage::Row& row, const storage::Sealer& sealer) {
  Comparison one;
  one.id = ComparisonId(row.integer(0));
  one.title = row.text(1);
  one.purpose = row.text(2);
  one.left = row.text(3);
  one.right = row.text(4);
  one.region = row.text(5);
  one.mode = comparison_mode_named(row.text(6)).value_or(ComparisonMode::regions);
  one.keep_days = row.integer(7);
  one.areas = row.text(8);
  const auto opened = [&](std::string_view column, int at) -> Result<std::string> {
    if (row.is_null(at)) return std::string();
    return sealer.open({"registry_comparison", one.id.value, column}, row.blob(at));
  };
  JW_ASSIGN(one.reason, opened("reason", 9));
  for (std::size_t at = 0; at < state_names.size(); ++at) {
    if (state_names[at] == row.text(10)) one.state = static_cast<ComparisonState>(at);
  }
  one.asked_by = row.text(11);
  one.asked_at = from_micros(row.integer(12));
  one.decided_by = row.text(13);
  if (!row.is_null(14)) one.decided_at = from_micros(row.integer(14));
  JW_ASSIGN(one.answer, opened("answer", 15));
  one.left_count = row.integer(16);
  one.right_count = row.integer(17);
  one.matched = row.integer(18);
  if (!row.is_null(19)) one.finished_at = from_micros(row.integer(19));
  if (!row.is_null(20)) one.expires_at = from_micros(row.integer(20));
  one.row_version = row.integer(21);
  if (const std::string kept(row.text(22)); !kept.empty()) one.failure = kept_error(kept);
  // Those asked for earlier have it in the clear.
  if (!row.is_null(23)) {
    JW_ASSIGN(one.title, opened("title", 23));
  }
  one.left_region = row.text(24);
  one.right_region = row.text(25);
  if (!row.is_null(26)) one.certain = row.integer(26);
  return one;
}

Result<std::vector<Comparison>> read_comparisons(storage::Reader& reader, const storage::Sealer& sealer,
                                                 const storage::Statement& statement,
                                                 const std::vector<Value>& parameters) {
  std::vector<Comparison> all;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    auto one = comparison_of(row, sealer);
    if (!one) {
      fault = std::move(one).error();
      return false;
    }
    all.push_back(std::move(*one));
    return true;
  }));
  if (fault) return *fault;
  return all;
}

std::string detail_of(const Comparison& one) {
  JsonWriter json;
  json.begin_object();
  json.member("purpose", one.purpose);
  json.member("left", one.left);
  json.member("right", one.right);
  json.member("mode", name_of(one.mode));
  json.member("matched", one.matched);
  json.end_object();
  return json.take();
}

// What lies in both: of two regions one of which is in the other, the smaller.
std::set<RegionId> common_areas(const region::Tree& tree, const std::set<RegionId>& some,
                                const std::set<RegionId>& others) {
  std::set<RegionId> common;
  for (const RegionId one : some) {
    for (const RegionId other : others) {
      const region::Node a = tree.find(one), b = tree.find(other);
      if (a == region::no_node || b == region::no_node) continue;
      if (tree.contains(a, b)) common.insert(other);
      if (tree.contains(b, a)) common.insert(one);
    }
  }
  return common;
}

Result<void> check_served(const catalog::Entry& entry, const std::string& purpose) {
  const auto& served = entry.resource.purposes;
  if (std::find(served.begin(), served.end(), purpose) != served.end()) return {};
  return Error(ErrorCode::denied, "access.purpose_not_served")
      .with("resource", entry.resource.id)
      .with("purpose", purpose);
}

// Coming again would not help.
bool is_lasting(ErrorCode code) {
  return code == ErrorCode::too_large || code == ErrorCode::gone || code == ErrorCode::denied ||
         code == ErrorCode::not_found;
}

bool tells_of_persons(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.role == Role::person; });
}

}  // namespace

std::string_view name_of(ComparisonMode mode) {
  return mode_names[static_cast<std::size_t>(mode)];
}

std::optional<ComparisonMode> comparison_mode_named(std::string_view name) {
  for (std::size_t at = 0; at < mode_names.size(); ++at) {
    if (mode_names[at] == name) return static_cast<ComparisonMode>(at);
  }
  return std::nullopt;
}

std::string_view name_of(ComparisonState state) {
  return state_names[static_cast<std::size_t>(state)];
}

// One of the two lists: its subjects with the record or line that speaks for each.
struct Comparisons::Side {
  struct Seen {
    std::int64_t record = 0, line = 0, region = 0;
    Certainty certainty = Certainty::certain;
  };
  std::unordered_map<std::int64_t, Seen> subjects;
  std::int64_t rows = 0;
};

Result<std::string> Comparisons::areas_of(const NewComparison& wanted, const access::Caller* caller) const {
  std::vector<std::string> resources = {wanted.right};
  if (!wanted.left.empty()) resources.push_back(wanted.left);
  std::optional<std::set<RegionId>> areas;  // none: everywhere
  for (const auto& id : resources) {
    JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(id));
    if (!tells_of_persons(registry::parts_of(entry->resource)))
      return Error(ErrorCode::invalid, "registry.comparison_unfit").with("resource", id);
    // First whether they may ask at all: that something is sealed or gone is told to nobody else.
    if (auto served = check_served(*entry, wanted.purpose); !served)
      return std::move(served).error().at("/purpose");
    JW_ASSIGN(const auto sight, parts_.ingest.sight_of(caller, entry->resource, wanted.purpose));
    JW_TRY(parts_.catalog.find_readable(id));
    if (sight.every_region()) continue;
    std::set<RegionId> own;
    for (const auto& part : sight.parts) own.insert(part.region);
    areas = areas ? common_areas(*parts_.regions.tree(), *areas, own) : own;
  }
  if (!areas) return std::string("*");
  std::string text;
  for (const RegionId area : *areas) text += (text.empty() ? "" : ",") + area.to_string();
  return text;
}

Result<Comparison> Comparisons::ask(const NewComparison& wanted, const access::Caller* caller,
                                    const ingest::WriteRequest& request) {
  if (wanted.left.empty() && wanted.list.empty())
    return Error(ErrorCode::invalid, "registry.list_empty").at("/list");
  if (wanted.mode == ComparisonMode::flags && wanted.list.empty())
    return Error(ErrorCode::invalid, "registry.flags_need_list").at("/mode");
  if (wanted.left.empty() && !wanted.left_region.empty())
    return Error(ErrorCode::invalid, "registry.list_has_no_region").at("/left_region");
  for (const auto& [code, where] :
       {std::pair(&wanted.region, "/region"), std::pair(&wanted.left_region, "/left_region"),
        std::pair(&wanted.right_region, "/right_region")}) {
    if (!code->empty() && parts_.regions.tree()->find(*code) == region::no_node)
      return Error(ErrorCode::not_found, "region.not_found").with("code", *code).at(where);
  }
  JW_ASSIGN(const std::string areas, areas_of(wanted, caller));
  std::vector<std::string> hashes;
  for (const auto& given : wanted.list) {
    const std::string number = plain_number(given);
    hashes.push_back(number.empty() ? std::string()
                                    : identifier_hash(parts_.sealer, scheme_of_document(number), number));
  }
  std::string told;
  for (const auto& hash : hashes) told += hash;
  ComparisonId id;
  JW_ASSIGN(
      const auto committed,
      commit_repeatedly(parts_.store, "ask_comparison",
                        {wanted.title, wanted.purpose, wanted.left, wanted.right, wanted.region,
                         wanted.left_region, wanted.right_region, wanted.reason, told,
                         std::string(name_of(wanted.mode)), std::to_string(wanted.keep_days)},
                        request, [&](storage::Reader&) -> Result<Repeatable> {
                          JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
                          id = ComparisonId(fresh);
                          Repeatable made;
                          made.change.writes.push_back(
                              {&sql::add_comparison,
                               {fresh, sealed(parts_.sealer, id, "title", wanted.title), wanted.purpose,
                                wanted.left, wanted.right, wanted.region, wanted.left_region,
                                wanted.right_region, std::string(name_of(wanted.mode)), wanted.keep_days,
                                areas, sealed(parts_.sealer, id, "reason", wanted.reason), request.actor,
                                to_micros(parts_.clock.now())},
                               1});
                          for (std::size_t at = 0; at < hashes.size(); ++at) {
                            if (hashes[at].empty()) continue;
                            made.change.writes.push_back(
                                {&sql::add_comparison_item,
                                 {fresh, static_cast<std::int64_t>(at + 1), storage::Blob{hashes[at]}},
                                 1});
                          }
                          Comparison one;
                          one.purpose = wanted.purpose;
                          one.left = wanted.left;
                          one.right = wanted.right;
                          one.mode = wanted.mode;
                          made.change.audit.push_back({request.actor, "comparison.ask",
                                                       "comparison:" + id.to_string(), detail_of(one)});
                          made.answer = id.to_string();
                          return made;
                        }));
  if (committed.earlier_answer) id = ComparisonId::parse(*committed.earlier_answer).value_or(ComparisonId());
  return find(id);
}

Result<Comparison> Comparisons::decide(ComparisonId id, Word word, const std::string& answer,
                                       const ingest::WriteRequest& request) {
  const bool approved = word == Word::approve;
  JW_ASSIGN([[maybe_unused]] const auto committed,
            commit_repeatedly(
                parts_.store, "decide_comparison", {id.to_string(), approved ? "approve" : "decline", answer},
                request, [&](storage::Reader& reader) -> Result<Repeatable> {
                  JW_ASSIGN(const Comparison one, read_one(reader, id));
                  if (one.asked_by == request.actor)
                    return Error(ErrorCode::denied, "registry.own_comparison");
                  if (one.state != ComparisonState::asked)
                    return Error(ErrorCode::conflict, "registry.comparison_decided");
                  const Instant now = parts_.clock.now();
                  Repeatable made;
                  made.change.writes.push_back(
                      {&sql::decide_comparison,
                       {id.value, one.row_version, std::string(approved ? "approved" : "declined"),
                        request.actor, to_micros(now), sealed(parts_.sealer, id, "answer", answer)},
                       1});
                  if (approved) {
                    JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
                    made.change.writes.push_back(
                        storage::add_timer(TimerId(timer), now, std::string(run_kind), id.to_string()));
                  } else {
                    made.change.writes.push_back({&sql::drop_comparison_items, {id.value}, std::nullopt});
                  }
                  made.change.audit.push_back({request.actor,
                                               approved ? "comparison.approve" : "comparison.decline",
                                               "comparison:" + id.to_string(), detail_of(one)});
                  made.answer = id.to_string();
                  return made;
                }));
  return find(id);
}

Result<Comparison> Comparisons::read_one(storage::Reader& reader, ComparisonId id) const {
  JW_ASSIGN(auto found, read_comparisons(reader, parts_.sealer, sql::comparison_by_id, {id.value}));
  if (found.empty())
    return Error(ErrorCode::not_found, "registry.comparison_not_found").with("id", id.to_string());
  return std::move(found.front());
}

Result<Comparison> Comparisons::find(ComparisonId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_one(*reader, id);
}

Result<std::vector<Comparison>> Comparisons::list(const std::string& asked_by, ComparisonId before,
                                                  std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_comparisons(*reader, parts_.sealer, sql::page_of_comparisons,
                          {before ? before.value : INT64_MAX, static_cast<std::int64_t>(most), asked_by});
}

Result<std::vector<ComparisonMatch>> Comparisons::matches(ComparisonId id, std::int64_t after,
                                                          std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const Comparison one, read_one(*reader, id));
  if (one.state == ComparisonState::expired) return Error(ErrorCode::gone, "registry.comparison_expired");
  std::vector<ComparisonMatch> all;
  if (one.state != ComparisonState::done) return all;  // what is being put together is no answer
  const std::array<Value, 3> parameters = {id.value, after, static_cast<std::int64_t>(most)};
  JW_TRY(reader->query(sql::comparison_matches, parameters, [&](const storage::Row& row) {
    all.push_back({row.integer(0), SubjectId(row.integer(1)), RecordId(row.integer(2)),
                   RecordId(row.integer(4)), row.integer(3), RegionId(row.integer(5)),
                   static_cast<Certainty>(row.integer(6))});
    return true;
  }));
  return all;
}

Result<std::vector<std::pair<RegionId, std::int64_t>>> Comparisons::by_region(ComparisonId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  std::vector<std::pair<RegionId, std::int64_t>> all;
  JW_ASSIGN(const Comparison one, read_one(*reader, id));
  if (one.state != ComparisonState::done) return all;
  const Value key = id.value;
  JW_TRY(reader->query(sql::count_matches_by_region, std::span(&key, 1), [&](const storage::Row& row) {
    all.emplace_back(RegionId(row.integer(0)), row.integer(1));
    return true;
  }));
  return all;
}

void Comparisons::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(run_kind), [this](const storage::Timer& timer) { return run(timer); });
  timers.on(std::string(expire_kind), [this](const storage::Timer& timer) { return expire(timer); });
}

// Persons whose records of the resource stand where the asker saw, and below the regions asked for.
Result<Comparisons::Side> Comparisons::read_resource(const Comparison& one, const std::string& resource,
                                                     const std::string& below) const {
  // It may have been closed since somebody approved.
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  JW_TRY(check_served(*entry, one.purpose));
  JW_TRY(parts_.catalog.find_readable(resource));
  const auto tree = parts_.regions.tree();
  std::vector<region::Interval> areas;
  for (std::size_t at = 0; one.areas != "*" && at < one.areas.size();) {
    const std::size_t end = std::min(one.areas.find(',', at), one.areas.size());
    const auto area = RegionId::parse(std::string_view(one.areas).substr(at, end - at));
    const region::Node node = area ? tree->find(*area) : region::no_node;
    if (node != region::no_node) areas.push_back(tree->subtree(node));
    at = end + 1;
  }
  std::vector<region::Node> bounds;
  for (const std::string* code : {&one.region, &below}) {
    if (!code->empty()) bounds.push_back(tree->find(*code));
  }
  const auto covers = [&](RegionId region) {
    if (one.areas == "*" && bounds.empty()) return true;
    const region::Node node = region ? tree->find(region) : region::no_node;
    if (node == region::no_node) return false;
    for (const region::Node bound : bounds) {
      if (bound == region::no_node || !tree->contains(bound, node)) return false;
    }
    return one.areas == "*" || std::any_of(areas.begin(), areas.end(),
                                           [&](const region::Interval& area) { return area.contains(node); });
  };
  Side side;
  const std::int64_t number = resources_.of(resource).number;
  for (RecordId from;;) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(auto links,
              links_of_resource_between(*reader, number, from, RecordId(INT64_MAX), limits::comparison_page));
    const bool last = links.size() < limits::comparison_page;
    // A record whose links may go on behind the page is left to the next.
    const RecordId next = last ? RecordId() : links.back().record;
    while (!last && links.back().record == next) links.pop_back();
    for (const auto& link : links) {
      if (link.role != Role::person || !covers(link.region)) continue;
      ++side.rows;
      side.subjects.try_emplace(link.subject.value,
                                Side::Seen{link.record.value, 0, link.region.value, link.certainty});
    }
    if (side.subjects.size() > limits::comparison_subjects)
      return Error(ErrorCode::too_large, "registry.comparison_too_large");
    if (last) return side;
    from = next;
  }
}

Result<Comparisons::Side> Comparisons::read_list(const Comparison& one) const {
  Side side;
  for (std::int64_t after = 0;;) {
    std::vector<std::int64_t> lines;
    std::vector<std::string> hashes;
    JW_ASSIGN(auto reader, parts_.store.read());
    const std::array<Value, 3> page = {one.id.value, after,
                                       static_cast<std::int64_t>(limits::portion_records)};
    JW_TRY(reader->query(sql::comparison_items, page, [&](const storage::Row& row) {
      lines.push_back(row.integer(0));
      hashes.emplace_back(row.blob(1));
      return true;
    }));
    JW_ASSIGN(const auto links, links_of_identifiers(*reader, hashes, limits::near_links));
    for (std::size_t at = 0; at < links.size(); ++at) {
      ++side.rows;
      for (const auto& link : links[at]) {
        if (kind_of(link.role) == Kind::person)
          side.subjects.try_emplace(link.subject.value, Side::Seen{0, lines[at], 0, link.certainty});
      }
    }
    if (lines.size() < limits::portion_records) return side;
    after = lines.back();
  }
}

Result<storage::Change> Comparisons::run(const storage::Timer& timer) {
  storage::Change change;
  const auto id = ComparisonId::parse(timer.body);
  if (!id) return change;
  auto found = find(*id);
  if (!found && found.error().code == ErrorCode::not_found) return change;
  if (!found) return std::move(found).error();
  Comparison one = std::move(*found);
  if (one.state != ComparisonState::approved) return change;
  JW_TRY(take(one));
  auto left = one.left.empty() ? read_list(one) : read_resource(one, one.left, one.left_region);
  auto right = left ? read_resource(one, one.right, one.right_region) : Result<Side>(Side());
  if (left && right) return write_matches(one, *left, *right);
  Error fault = left ? std::move(right).error() : std::move(left).error();
  if (!is_lasting(fault.code)) return fault;
  change.writes.push_back(
      {&sql::finish_comparison,
       {id->value, one.row_version, std::string("failed"), std::int64_t{0}, std::int64_t{0}, std::int64_t{0},
        to_micros(parts_.clock.now()), storage::Null{}, text_to_keep(fault), storage::Null{}},
       1});
  change.writes.push_back({&sql::drop_comparison_items, {id->value}, std::nullopt});
  change.audit.push_back({"timer", "comparison.failed", "comparison:" + id->to_string(), detail_of(one)});
  log::warn("registry.comparison_failed", {{"comparison", id->value}, {"error", fault.to_log()}});
  return change;
}

// Whoever works on it in another process, after this one's timer lapsed, takes the next version: what this
// one would still write is refused from then on. Matches of an attempt that was broken off are written anew.
Result<void> Comparisons::take(Comparison& one) const {
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::take_comparison, {one.id.value, one.row_version}, 1});
  change.writes.push_back({&sql::drop_comparison_matches, {one.id.value}, std::nullopt});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  ++one.row_version;
  return {};
}

Result<storage::Change> Comparisons::write_matches(const Comparison& one, const Side& left,
                                                   const Side& right) const {
  std::vector<std::pair<std::int64_t, const Side::Seen*>> met;
  for (const auto& [subject, seen] : left.subjects) {
    if (right.subjects.contains(subject)) met.emplace_back(subject, &seen);
  }
  std::sort(met.begin(), met.end());
  storage::BulkSlice slice{
      "registry_comparison_match",
      {"comparison", "number", "subject", "left_record", "left_line", "right_record", "region", "certainty"},
      {},
      {}};
  const std::size_t width = slice.columns.size();
  std::int64_t certain = 0;
  for (std::size_t at = 0; at < met.size(); ++at) {
    const auto& [subject, seen] = met[at];
    const auto& other = right.subjects.at(subject);
    const auto certainty = std::min(seen->certainty, other.certainty);
    if (certainty == Certainty::certain) ++certain;
    for (const std::int64_t cell :
         {one.id.value, static_cast<std::int64_t>(at + 1), subject, seen->record, seen->line, other.record,
          other.region, static_cast<std::int64_t>(certainty)})
      slice.cells.emplace_back(cell);
    if (slice.cells.size() == limits::portion_records * width || at + 1 == met.size()) {
      storage::BulkSlice full = slice;
      slice.cells.clear();
      full.change.origin = storage::Origin::hub;
      full.change.writes.push_back({&sql::hold_comparison, {one.id.value, one.row_version}, 1});
      JW_ASSIGN([[maybe_unused]] const auto appended, parts_.store.append(std::move(full)));
    }
  }
  const Instant now = parts_.clock.now();
  const Instant expires = now + std::chrono::days{one.keep_days};
  JW_ASSIGN(const std::int64_t next, parts_.store.allocate_ids());
  storage::Change change;
  change.writes.push_back(
      {&sql::finish_comparison,
       {one.id.value, one.row_version, std::string("done"), left.rows, right.rows,
        static_cast<std::int64_t>(met.size()), to_micros(now), to_micros(expires), std::string(), certain},
       1});
  change.writes.push_back({&sql::drop_comparison_items, {one.id.value}, std::nullopt});
  change.writes.push_back(
      storage::add_timer(TimerId(next), expires, std::string(expire_kind), one.id.to_string()));
  Comparison told = one;
  told.matched = static_cast<std::int64_t>(met.size());
  change.audit.push_back({"timer", "comparison.done", "comparison:" + one.id.to_string(), detail_of(told)});
  return change;
}

Result<storage::Change> Comparisons::expire(const storage::Timer& timer) {
  storage::Change change;
  const auto id = ComparisonId::parse(timer.body);
  if (!id) return change;
  auto found = find(*id);
  if (!found && found.error().code == ErrorCode::not_found) return change;
  if (!found) return std::move(found).error();
  if (found->state != ComparisonState::done) return change;
  change.writes.push_back({&sql::expire_comparison, {id->value, found->row_version}, 1});
  change.writes.push_back({&sql::drop_comparison_matches, {id->value}, std::nullopt});
  change.audit.push_back({"timer", "comparison.expire", "comparison:" + id->to_string(), detail_of(*found)});
  return change;
}

}  // namespace jingwei::registry
