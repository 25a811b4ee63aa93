#include "modules/region/region_service.h"

#include <cstdlib>
#include <set>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/region/region_store.h"
#include "modules/region/sql.gen.h"

namespace jingwei::region {
namespace {

constexpr std::size_t most_name_characters = 100;

Error not_found(const std::string& code) {
  return Error(ErrorCode::not_found, "region.not_found").with("code", code);
}

// Ids and the code are enough for consumers, who read the rest from the tree.
void tell(storage::Change& change, std::string_view what, const std::vector<std::string>& codes) {
  JsonWriter body;
  body.begin_object();
  body.member("what", what);
  body.key("codes");
  body.begin_array();
  for (const std::string& code : codes) body.value(code);
  body.end_array();
  body.end_object();
  change.events.push_back({"region.changed", body.take()});
}

Result<Node> find_node(const Tree& tree, const std::string& code) {
  const Node node = tree.find(code);
  if (node == no_node) return not_found(code);
  return node;
}

// An own region of the present snapshot by code.
Result<const OwnRegion*> find_own(const Tree& tree, const std::string& code) {
  JW_ASSIGN(const Node node, find_node(tree, code));
  const OwnRegion* own = tree.own(node);
  if (own == nullptr) return Error(ErrorCode::denied, "region.own_only").with("code", code);
  return own;
}

Result<std::shared_ptr<const Boundary>> read_boundary(const std::string& geojson) {
  if (geojson.empty()) return std::shared_ptr<const Boundary>();
  JW_ASSIGN(Boundary boundary, Boundary::from_geojson(geojson));
  return std::shared_ptr<const Boundary>(std::make_shared<Boundary>(std::move(boundary)));
}

Result<void> check_free(const Tree& tree, const std::string& code) {
  if (!is_own_code(code))
    return Error(ErrorCode::invalid, "region.code_invalid").with("code", code).at("/code");
  if (tree.find(code) != no_node || tree.zone(code) != nullptr) {
    return Error(ErrorCode::conflict, "region.code_taken").with("code", code).at("/code");
  }
  return {};
}

Result<std::string> check_name(const std::string& name) {
  std::string tidy = text::squeeze(name);
  const std::size_t characters = text::code_points(tidy).size();
  if (characters == 0 || characters > most_name_characters)
    return Error(ErrorCode::invalid, "region.name_invalid").at("/name");
  return tidy;
}

Result<OwnRegion> make_region(const Tree& tree, const NewRegion& region, RegionId id, Day valid_from) {
  JW_TRY(check_free(tree, region.code));
  JW_ASSIGN(std::string name, check_name(region.name));
  Node parent = tree.root();
  if (!region.parent.empty()) {
    JW_ASSIGN(parent, find_node(tree, region.parent));
  }
  if (tree.level(parent) >= region.level) return Error(ErrorCode::invalid, "region.level_wrong").at("/level");
  JW_ASSIGN(auto boundary, read_boundary(region.boundary));
  return OwnRegion{.id = id,
                   .parent = tree.id(parent),
                   .code = region.code,
                   .name = std::move(name),
                   .level = region.level,
                   .kind = region.kind,
                   .synthetic = region.synthetic,
                   .valid_from = to_days(valid_from),
                   .boundary = std::move(boundary)};
}

Result<std::int64_t> fresh_ids(storage::Store* store, std::size_t count) {
  if (store == nullptr) return Error(ErrorCode::unavailable, "storage.unavailable");
  JW_ASSIGN(const std::int64_t first, store->allocate_ids(static_cast<std::int64_t>(count)));
  return first_own_id + first;
}

Result<void> check_day(const OwnRegion& region, Day day) {
  if (to_days(day) < region.valid_from)
    return Error(ErrorCode::invalid, "region.date_too_early").at("/valid_from");
  return {};
}

// Ending needs a day after the beginning: a region cannot have stood for no day at all.
Result<void> check_end(const OwnRegion& region, Day day) {
  if (to_days(day) <= region.valid_from)
    return Error(ErrorCode::invalid, "region.date_too_early").at("/valid_from");
  return {};
}

// The children of `from` begin a version under `parent`.
Result<void> move_children(const Tree& tree, Node from, const std::vector<std::string>* only, RegionId parent,
                           Level level, Day day, storage::Change& change, std::set<std::string>& moved) {
  for (const Node child : tree.children(from)) {
    const std::string code = tree.code(child);
    if (only != nullptr && std::find(only->begin(), only->end(), code) == only->end()) continue;
    const OwnRegion* own = tree.own(child);
    if (own == nullptr) return Error(ErrorCode::denied, "region.own_only").with("code", code);
    if (own->level <= level) return Error(ErrorCode::invalid, "region.level_wrong").at("/level");
    JW_TRY(check_day(*own, day));
    OwnRegion next = *own;
    next.parent = parent;
    next.valid_from = to_days(day);
    write_next(change, *own, &next, {}, to_days(day));
    moved.insert(code);
  }
  return {};
}

}  // namespace

Regions::Regions(std::shared_ptr<const TreeFile> national, storage::Store* store)
    : national_(std::move(national)), store_(store), tree_(Tree::from_file(national_)) {}

std::shared_ptr<const Tree> Regions::tree() const {
  const std::lock_guard lock(swap_);
  return tree_;
}

Result<void> Regions::reload() {
  if (store_ == nullptr) return {};
  const std::lock_guard one_at_a_time(reloading_);
  OwnRegions own;
  {
    JW_ASSIGN(const auto reader, store_->read());
    JW_ASSIGN(own, read_own_regions(*reader));
  }
  const std::size_t count = own.regions.size();
  JW_ASSIGN(auto fresh, Tree::merge(national_, std::move(own)));
  const Node nodes = fresh->size();
  {
    const std::lock_guard lock(swap_);
    tree_.swap(fresh);
  }
  log::info("region.loaded", {{"own", count}, {"nodes", nodes}});
  return {};  // the old snapshot is let go here, outside the lock
}

Result<void> Regions::follow(const storage::FeedEntry& event) {
  if (event.kind != "region.changed") return {};
  return reload();
}

Result<storage::Change> Regions::add(const NewRegion& region, Day valid_from) const {
  const auto now = tree();
  JW_ASSIGN(const std::int64_t id, fresh_ids(store_, 1));
  JW_ASSIGN(const OwnRegion made, make_region(*now, region, RegionId(id), valid_from));
  storage::Change change;
  write_new(change, made);
  tell(change, "added", {made.code});
  return change;
}

Result<storage::Change> Regions::edit(const RegionEdit& edit, Day valid_from) const {
  const auto now = tree();
  JW_ASSIGN(const OwnRegion* own, find_own(*now, edit.code));
  JW_TRY(check_day(*own, valid_from));
  OwnRegion next = *own;
  next.valid_from = to_days(valid_from);
  std::vector<std::string> successors;
  if (edit.new_code && *edit.new_code != own->code) {
    JW_TRY(check_free(*now, *edit.new_code));
    next.code = *edit.new_code;
    successors.push_back(next.code);
  }
  if (edit.name) {
    JW_ASSIGN(next.name, check_name(*edit.name));
  }
  if (edit.parent) {
    JW_ASSIGN(const Node parent, find_node(*now, *edit.parent));
    const Node self = now->find(own->id);
    if (now->contains(self, parent)) {
      return Error(ErrorCode::invalid, "region.parent_missing")
          .with("code", own->code)
          .with("parent", *edit.parent)
          .at("/parent");
    }
    if (now->level(parent) >= own->level)
      return Error(ErrorCode::invalid, "region.level_wrong").at("/parent");
    next.parent = now->id(parent);
  }
  if (edit.boundary) {
    JW_ASSIGN(next.boundary, read_boundary(*edit.boundary));
  }
  storage::Change change;
  write_next(change, *own, &next, successors, to_days(valid_from));
  tell(change, "edited", {own->code});
  return change;
}

Result<storage::Change> Regions::end(const std::string& code, const std::vector<std::string>& successors,
                                     Day day) const {
  const auto now = tree();
  JW_ASSIGN(const OwnRegion* own, find_own(*now, code));
  JW_TRY(check_end(*own, day));
  if (const auto children = now->child_count(now->find(own->id)); children > 0) {
    return Error(ErrorCode::conflict, "region.has_children")
        .with("code", code)
        .with("count", std::to_string(children));
  }
  for (const std::string& successor : successors) JW_TRY(find_node(*now, successor));
  storage::Change change;
  write_next(change, *own, nullptr, successors, to_days(day));
  tell(change, "ended", {code});
  return change;
}

Result<storage::Change> Regions::split(const RegionSplit& split, Day day) const {
  const auto now = tree();
  JW_ASSIGN(const OwnRegion* own, find_own(*now, split.code));
  JW_TRY(check_end(*own, day));
  const Node old = now->find(own->id);
  JW_ASSIGN(std::int64_t id, fresh_ids(store_, std::max<std::size_t>(split.parts.size(), 1)));
  storage::Change change;
  std::vector<std::string> codes;
  std::set<std::string> moved;
  for (const RegionSplit::Part& part : split.parts) {
    if (std::find(codes.begin(), codes.end(), part.region.code) != codes.end()) {
      return Error(ErrorCode::conflict, "region.code_taken").with("code", part.region.code);
    }
    JW_ASSIGN(const OwnRegion made, make_region(*now, part.region, RegionId(id++), day));
    write_new(change, made);
    JW_TRY(move_children(*now, old, &part.children, made.id, made.level, day, change, moved));
    codes.push_back(made.code);
  }
  if (moved.size() != now->child_count(old)) {
    return Error(ErrorCode::conflict, "region.has_children")
        .with("code", split.code)
        .with("count", std::to_string(now->child_count(old) - moved.size()));
  }
  write_next(change, *own, nullptr, codes, to_days(day));
  tell(change, "split", {split.code});
  return change;
}

Result<storage::Change> Regions::merge(const RegionMerger& merger, Day day) const {
  const auto now = tree();
  JW_ASSIGN(const std::int64_t id, fresh_ids(store_, 1));
  JW_ASSIGN(const OwnRegion made, make_region(*now, merger.into, RegionId(id), day));
  storage::Change change;
  write_new(change, made);
  std::set<std::string> moved;
  for (const std::string& code : std::set<std::string>(merger.codes.begin(), merger.codes.end())) {
    JW_ASSIGN(const OwnRegion* own, find_own(*now, code));
    JW_TRY(check_end(*own, day));
    const Node old = now->find(own->id);
    if (now->contains(old, now->find(made.parent))) {  // the new region would hang below what it replaces
      return Error(ErrorCode::invalid, "region.parent_missing")
          .with("code", made.code)
          .with("parent", merger.into.parent);
    }
    JW_TRY(move_children(*now, old, nullptr, made.id, made.level, day, change, moved));
    write_next(change, *own, nullptr, {made.code}, to_days(day));
  }
  tell(change, "merged", merger.codes);
  return change;
}

Result<storage::Change> Regions::put_zone(const NewZone& zone) const {
  const auto now = tree();
  storage::Change change;
  if (const Zone* old = now->zone(zone.code)) {
    change.writes.push_back({&sql::drop_zone_members, {old->id.value}, std::nullopt});
    change.writes.push_back({&sql::drop_zone, {old->id.value}, 1});
  } else {
    JW_TRY(check_free(*now, zone.code));
  }
  JW_ASSIGN(const std::string name, check_name(zone.name));
  if (zone.members.empty()) return Error(ErrorCode::invalid, "region.members_missing").at("/members");
  JW_ASSIGN(const std::int64_t id, fresh_ids(store_, 1));
  change.writes.push_back({&sql::put_zone, {id, zone.code, name, zone.kind}, 1});
  std::set<std::int64_t> members;
  for (const std::string& code : zone.members) {
    JW_ASSIGN(const Node node, find_node(*now, code));
    if (members.insert(now->id(node).value).second)
      change.writes.push_back({&sql::put_zone_member, {id, now->id(node).value}, 1});
  }
  tell(change, "zone", {zone.code});
  return change;
}

std::optional<std::string> find_region_file(FileSystem& files, const std::string& program_folder) {
  std::vector<std::string> places{program_folder + "/../share/regions.jwrt",
                                  program_folder + "/regions.jwrt"};
  if (const char* named = std::getenv("JINGWEI_REGION_FILE"); named != nullptr && *named != '\0')
    places = {named};  // NOLINT(concurrency-mt-unsafe)
  for (const std::string& place : places) {
    const auto there = files.exists(place);
    if (there.ok() && *there) return place;
  }
  return std::nullopt;
}

}  // namespace jingwei::region
