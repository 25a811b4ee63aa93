// What subjects are to each other, as records tell it and as somebody entered it.
#include <algorithm>
#include <map>
#include <tuple>

#include "modules/registry/file.h"
#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

std::optional<Day> entered_day(const storage::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_days(static_cast<std::int32_t>(row.integer(column)));
}

// What a record says of two subjects it tells of; nothing where it says none.
std::optional<Relation> relation_told(Role one_role, SubjectId one, Role other_role, SubjectId other) {
  Relation relation;
  relation.subject = one;
  relation.other = other;
  auto kind = relation_between(one_role, other_role);
  if (!kind) {
    kind = relation_between(other_role, one_role);
    std::swap(relation.subject, relation.other);
  }
  if (!kind) return std::nullopt;
  relation.kind = *kind;
  return relation;
}

// Of a record that says otherwise now, the days a version of a link stood whole; none where it was put right
// on the day it came.
bool set_days(Relation& relation, const PastLink& past, const Zone& zone) {
  relation.from = zone.day_of(past.link.known_from);
  relation.to = zone.day_of(*past.known_to) - std::chrono::days{1};
  return *relation.from <= *relation.to;
}

// The relations of a file, each once.
class ToldRelations {
 public:
  explicit ToldRelations(std::vector<Relation>& all) : all_(all) {
    for (std::size_t at = 0; at < all_.size(); ++at) places_.emplace(key_of(all_[at]), at);
  }

  // Several records tell the same: it held from the earliest day on, and holds while one of them says so.
  void add(Relation told) {
    const auto [place, added] = places_.emplace(key_of(told), all_.size());
    if (added) {
      all_.push_back(std::move(told));
      return;
    }
    Relation& known = all_[place->second];
    if (told.from && known.from) known.from = std::min(*known.from, *told.from);
    if (known.to) known.to = told.to ? std::optional(std::max(*known.to, *told.to)) : std::nullopt;
    known.certainty = std::max(known.certainty, told.certainty);
  }

 private:
  using Key = std::tuple<RelationKind, SubjectId, SubjectId>;
  static Key key_of(const Relation& relation) { return {relation.kind, relation.subject, relation.other}; }

  std::vector<Relation>& all_;
  std::map<Key, std::size_t> places_;
};

// The link of this role that stands; null: the record tells of no such subject now.
const Link* standing_of(const std::vector<PastLink>& history, Role role) {
  for (const auto& one : history) {
    if (!one.known_to && one.link.role == role) return &one.link;
  }
  return nullptr;
}

}  // namespace

Result<void> Files::add_relations(SubjectFile& file) const {
  std::vector<RecordId> records;
  for (const auto& entry : file.entries) records.push_back(entry.record.id);
  JW_ASSIGN(auto store, parts_.store.read());
  JW_ASSIGN(const auto histories, histories_of_records(*store, records));
  ToldRelations told(file.relations);
  const auto tell = [&](std::size_t at, Relation relation, Certainty certainty) {
    const FileEntry& entry = file.entries[at];
    relation.record = entry.record.id;
    relation.resource = entry.entry->resource.id;
    relation.certainty = std::min(entry.link.certainty, certainty);
    told.add(std::move(relation));
  };
  for (std::size_t at = 0; at < histories.size(); ++at) {
    const Role role = file.entries[at].link.role;
    for (const auto& one : histories[at]) {
      if (one.known_to || one.link.subject == file.id) continue;
      auto relation = relation_told(role, file.id, one.link.role, one.link.subject);
      if (!relation) continue;
      relation->from = file.entries[at].record.day;
      // A record is written anew, with another day, while what it says of the two stays.
      for (const auto& before : histories[at]) {
        if (before.link.role == one.link.role && before.link.subject == one.link.subject)
          relation->from = std::min(*relation->from, parts_.zone.day_of(before.link.known_from));
      }
      tell(at, std::move(*relation), one.link.certainty);
    }
  }
  // Where somebody's record told of another household or employer before, under another number: when subjects
  // are merged and parted, nobody moves.
  for (std::size_t at = 0; at < histories.size(); ++at) {
    const Role role = file.entries[at].link.role;
    for (const auto& one : histories[at]) {
      if (!one.known_to || !relation_between(role, one.link.role)) continue;
      const Link* now = standing_of(histories[at], one.link.role);
      if (now != nullptr && now->identifier == one.link.identifier) continue;
      JW_ASSIGN(const SubjectId other, kept_subject(*store, one.link.subject));
      auto relation = relation_told(role, file.id, one.link.role, other);
      if (relation && set_days(*relation, one, parts_.zone))
        tell(at, std::move(*relation), one.link.certainty);
    }
  }
  return {};
}

Result<void> Files::add_former(SubjectFile& file, Sights& sights) const {
  std::vector<PastLink> ended;
  std::vector<std::vector<PastLink>> histories;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    std::vector<SubjectId> names = file.aliases;
    names.push_back(file.id);
    std::vector<RecordId> records;
    for (const SubjectId name : names) {
      JW_ASSIGN(const auto links, ended_links_of_subject(*store, name, limits::relations_listed));
      for (const auto& one : links) {
        ended.push_back(one);
        records.push_back(one.link.record);
      }
    }
    JW_ASSIGN(histories, histories_of_records(*store, records));
  }
  ToldRelations told(file.relations);
  for (std::size_t at = 0; at < ended.size(); ++at) {
    const PastLink& one = ended[at];
    const Link* now = standing_of(histories[at], one.link.role);
    if (now != nullptr && now->identifier == one.link.identifier) continue;
    for (const auto& other : histories[at]) {
      if (other.known_to) continue;
      auto relation = relation_told(other.link.role, other.link.subject, one.link.role, file.id);
      if (!relation || relation->other != file.id || !set_days(*relation, one, parts_.zone)) continue;
      JW_ASSIGN(const auto entry, seen(other.link, sights));
      if (!entry) continue;
      relation->record = entry->record.id;
      relation->resource = entry->entry->resource.id;
      relation->certainty = std::min(other.link.certainty, one.link.certainty);
      told.add(std::move(*relation));
    }
  }
  return {};
}

// Also those that were entered for subjects that are this one now, and with subjects that are others now.
Result<void> Files::add_entered(SubjectFile& file) const {
  JW_ASSIGN(auto store, parts_.store.read());
  std::vector<SubjectId> names = file.aliases;
  names.push_back(file.id);
  std::map<RelationId, Relation> entered;
  for (const SubjectId name : names) {
    const std::array<storage::Value, 2> parameters = {name.value,
                                                      static_cast<std::int64_t>(limits::relations_listed)};
    JW_TRY(store->query(sql::relations_of, parameters, [&](const storage::Row& row) {
      Relation relation;
      relation.id = RelationId(row.integer(0));
      relation.subject = SubjectId(row.integer(1));
      relation.other = SubjectId(row.integer(2));
      relation.kind = relation_named(row.text(3)).value_or(RelationKind::member);
      relation.from = entered_day(row, 4);
      relation.to = entered_day(row, 5);
      relation.actor = row.text(6);
      entered.emplace(relation.id, std::move(relation));
      return true;
    }));
  }
  for (auto& [id, relation] : entered) {
    JW_ASSIGN(relation.subject, kept_subject(*store, relation.subject));
    JW_ASSIGN(relation.other, kept_subject(*store, relation.other));
    if (relation.subject != relation.other) file.relations.push_back(std::move(relation));
  }
  return {};
}

}  // namespace jingwei::registry
