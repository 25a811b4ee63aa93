#include "modules/registry/near.h"

#include <algorithm>
#include <array>

#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Value;

Link content_of(const Telling& telling) {
  Link link;
  link.record = telling.record;
  link.role = telling.role;
  link.resource = telling.resource;
  link.identifier = telling.identifier;
  link.name = telling.name;
  link.batch = telling.batch;
  link.region = telling.region;
  return link;
}

Near::Item item_of(const storage::Row& row) {
  Near::Item item;
  item.last_version = row.integer(2);
  item.stands = row.is_null(13);
  item.link.record = RecordId(row.integer(0));
  item.link.role = static_cast<Role>(row.integer(1));
  item.link.version = row.integer(2);
  item.link.resource = row.integer(3);
  item.link.subject = SubjectId(row.integer(4));
  item.link.home = SubjectId(row.integer(5));
  item.link.certainty = static_cast<Certainty>(row.integer(6));
  item.link.model = row.integer(7);
  item.link.identifier = row.is_null(8) ? std::string() : std::string(row.blob(8));
  item.link.name = row.integer(9);
  item.link.batch = BatchId(row.integer(10));
  item.link.region = RegionId(row.integer(11));
  item.link.known_from = from_micros(row.integer(12));
  return item;
}

// Whether most of what lies between the first and the last is asked for, as it is for records of one file.
bool are_dense(const std::vector<RecordId>& records) {
  constexpr std::int64_t few_others = 2;
  const auto count = static_cast<std::int64_t>(records.size());
  return count > 1 && records.back().value - records.front().value < few_others * count;
}

// By record, then role: the last version of each link there ever was. `records` are in order, each once.
Result<std::vector<std::map<Role, Near::Item>>> last_versions(storage::Reader& reader,
                                                              const std::vector<RecordId>& records) {
  std::vector<std::map<Role, Near::Item>> past(records.size());
  if (are_dense(records)) {
    const std::array<Value, 2> ends = {records.front().value, records.back().value};
    JW_TRY(reader.query(sql::history_between, ends, [&](const storage::Row& row) {
      const auto place = std::lower_bound(records.begin(), records.end(), RecordId(row.integer(0)));
      if (*place == RecordId(row.integer(0)))
        past[static_cast<std::size_t>(place - records.begin())][static_cast<Role>(row.integer(1))] =
            item_of(row);
      return true;
    }));
    return past;
  }
  std::vector<std::vector<Value>> asked;
  for (const RecordId record : records) asked.push_back({record.value});
  JW_TRY(reader.query_each(sql::history_of_record, asked, [&](std::size_t at, const storage::Row& row) {
    past[at][static_cast<Role>(row.integer(1))] = item_of(row);
  }));
  return past;
}

}  // namespace

std::optional<std::uint32_t> Near::find(RecordId record, Role role) const {
  const auto found = place_.find({record, role});
  return found == place_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> Near::find_kind(RecordId record, Role role) const {
  if (const auto found = find(record, role)) return found;
  if (role == Role::person) return find(record, Role::head);
  return role == Role::head ? find(record, Role::person) : std::nullopt;
}

std::uint32_t Near::root(std::uint32_t item) const {
  while (above_[item] != item) item = above_[item] = above_[above_[item]];
  return item;
}

void Near::join(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  above_[std::max(a, b)] = std::min(a, b);
}

std::uint32_t Near::add(const Link& link) {
  const auto [place, added] =
      place_.emplace(Key(link.record, link.role), static_cast<std::uint32_t>(items_.size()));
  if (!added) return place->second;
  above_.push_back(place->second);
  items_.push_back({link, true, false, false, link.version});
  if (!link.identifier.empty() && !by_matcher(link.role)) {
    const auto [first, alone] =
        identified_.emplace(std::pair(kind_of(link.role), link.identifier), place->second);
    if (!alone) join(first->second, place->second);
  }
  return place->second;
}

Result<void> Near::gather(storage::Reader& reader, const Question& question) {
  JW_ASSIGN(any_constraint_, any_constraint(reader));
  any_constraint_ = any_constraint_ || !question.added.empty();
  JW_TRY(take_tellings(reader, question.tellings));
  JW_TRY(take_ended(reader, question.ended));
  std::vector<RecordId> touched = question.touched;
  if (question.settles) {
    const auto unsettled = matcher_.unsettled(limits::portion_records);
    settled_ = unsettled.size();
    touched.insert(touched.end(), unsettled.begin(), unsettled.end());
  }
  JW_ASSIGN(const auto standing, links_of_records(reader, touched));
  const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
  std::set<Key> ends;
  for (const std::uint32_t item : ending) ends.insert({items_[item].link.record, items_[item].link.role});
  for (const auto& links : standing) {
    for (const auto& link : links) {
      if (!ends.contains({link.record, link.role})) items_[add(link)].seed = true;
    }
  }
  JW_TRY(follow(reader, question));
  return find_homes(reader);
}

Result<void> Near::take_tellings(storage::Reader& reader, const std::vector<Telling>& tellings) {
  // A record that was written twice tells what it says last.
  std::map<RecordId, std::map<Role, const Telling*>> by_record;
  for (const auto& telling : tellings) by_record[telling.record][telling.role] = &telling;
  std::vector<RecordId> asked;
  for (const auto& [record, of_record] : by_record) asked.push_back(record);
  JW_ASSIGN(auto past, last_versions(reader, asked));
  Items left;
  std::size_t at = 0;
  for (const auto& [record, of_record] : by_record) {
    auto& by_role = past[at++];
    for (const auto& [role, telling] : of_record) {
      const auto before = by_role.find(telling->role);
      const Link content = content_of(*telling);
      const std::uint32_t place = add(content);
      Item& item = items_[place];
      item.seed = true;
      item.stands = false;
      item.last_version = 0;
      if (before == by_role.end()) continue;
      const Item& known = before->second;
      item.last_version = known.last_version;
      item.link.home = known.link.home;
      item.stands = known.stands;
      if (known.stands) {
        item.link.version = known.link.version;
        item.link.subject = known.link.subject;
        item.link.certainty = known.link.certainty;
        item.link.model = known.link.model;
        item.link.known_from = known.link.known_from;
        const bool others = known.link.identifier != content.identifier || known.link.name != content.name;
        item.renumbered = known.link.identifier != content.identifier;
        item.changed = others || known.link.batch != content.batch || known.link.region != content.region;
        if (others) left.push_back(place);
      }
      by_role.erase(before);
    }
    // Of whom it told before and tells no more.
    for (const auto& [role, item] : by_role) {
      if (!item.stands) continue;
      const auto place = static_cast<std::uint32_t>(items_.size());
      items_.push_back(item);
      above_.push_back(place);
      gone_.push_back(place);
      left.push_back(place);
    }
  }
  matcher_.know(tellings);
  return touch_companions(reader, left);
}

Result<void> Near::take_ended(storage::Reader& reader, const std::vector<RecordId>& ended) {
  JW_ASSIGN(const auto standing, links_of_records(reader, ended));
  Items left;
  for (const auto& links : standing) {
    for (const auto& link : links) {
      const auto place = static_cast<std::uint32_t>(items_.size());
      items_.push_back({link, true, false, false, link.version});
      above_.push_back(place);
      gone_.push_back(place);
      left.push_back(place);
    }
  }
  for (const RecordId record : ended) matcher_.forget(record);  // one that nobody linked too
  return touch_companions(reader, left);
}

// Those that were linked with what left are grouped anew: it may be what held them together.
Result<void> Near::touch_companions(storage::Reader& reader, const Items& left) {
  std::set<SubjectId> subjects;
  for (const std::uint32_t item : left) subjects.insert(items_[item].link.subject);
  std::set<Key> ending;
  for (const std::uint32_t item : gone_) ending.insert({items_[item].link.record, items_[item].link.role});
  for (const SubjectId subject : subjects) {
    JW_ASSIGN(const auto links, links_of_subject(reader, subject, reach_));
    cut_short_ = cut_short_ || links.size() == reach_;
    std::optional<std::uint32_t> first;
    for (const auto& link : links) {
      if (ending.contains({link.record, link.role})) continue;
      const std::uint32_t item = add(link);
      items_[item].seed = true;
      if (first) join(*first, item);
      first = first.value_or(item);
    }
  }
  return {};
}

Result<void> Near::follow(storage::Reader& reader, const Question& question) {
  std::size_t done = 0;
  for (int round = 0; round < limits::component_rounds && done < items_.size(); ++round) {
    Items from;
    const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
    for (; done < items_.size(); ++done) {
      if (!ending.contains(static_cast<std::uint32_t>(done)))
        from.push_back(static_cast<std::uint32_t>(done));
    }
    JW_TRY(follow_identifiers(reader, from));
    if (!matcher_.groups_persons()) {
      JW_ASSIGN([[maybe_unused]] const Items companions, follow_subjects(reader, from));
    }
    if (any_constraint_) JW_TRY(follow_constraints(reader, from, question));
  }
  return matcher_.groups_persons() ? follow_persons(reader, question) : Result<void>();
}

Result<void> Near::follow_identifiers(storage::Reader& reader, const Items& from) {
  std::set<std::string> wanted;
  for (const std::uint32_t item : from) {
    const Link& link = items_[item].link;
    if (!link.identifier.empty() && !by_matcher(link.role)) wanted.insert(link.identifier);
  }
  JW_ASSIGN(const auto links,
            links_of_identifiers(reader, std::vector<std::string>(wanted.begin(), wanted.end()), reach_));
  const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
  std::set<Key> ends;
  for (const std::uint32_t item : ending) ends.insert({items_[item].link.record, items_[item].link.role});
  for (const auto& of_one : links) {
    cut_short_ = cut_short_ || (of_one.size() == reach_ && any_constraint_);
    for (const auto& link : of_one) {
      if (!ends.contains({link.record, link.role}) && !by_matcher(link.role)) add(link);
    }
  }
  return {};
}

Result<void> Near::follow_constraints(storage::Reader& reader, const Items& from, const Question& question) {
  std::set<Key> ending;
  for (const std::uint32_t item : gone_) ending.insert({items_[item].link.record, items_[item].link.role});
  for (const std::uint32_t item : from) {
    if (by_matcher(items_[item].link.role)) continue;  // it knows them
    const RecordId record = items_[item].link.record;
    JW_ASSIGN(auto all, constraints_of(reader, record));
    for (const auto& added : question.added) {
      if (added.a == record || added.b == record) all.push_back(added);
    }
    for (const auto& one : all) {
      const auto& lifted = question.lifted;
      if (std::any_of(lifted.begin(), lifted.end(),
                      [&](const Constraint& other) { return other.id == one.id; }))
        continue;
      if (!constraint_ids_.insert(one.id).second) continue;
      std::optional<std::uint32_t> ends[2];
      for (const int side : {0, 1}) {
        const RecordId other = side == 0 ? one.a : one.b;
        JW_ASSIGN(const auto links, links_of_record(reader, other));
        for (const auto& link : links) {
          if (kind_of(link.role) == kind_of(one.role) && !ending.contains({link.record, link.role}))
            ends[side] = add(link);
        }
      }
      if (!ends[0] || !ends[1]) continue;  // a record that ended, or ends now
      constraints_.push_back(one);
      decided_.insert({*ends[0], *ends[1]});
      join(*ends[0], *ends[1]);
    }
  }
  // Processes take ids in blocks: the order of ids is not that of time.
  std::sort(constraints_.begin(), constraints_.end(), [](const Constraint& a, const Constraint& b) {
    return std::pair(a.made_us, a.id) < std::pair(b.made_us, b.id);
  });
  return {};
}

// What people decided of a record, with what the question adds and lifts.
Result<std::vector<Constraint>> Near::decided_of(storage::Reader& reader, RecordId record,
                                                 const Question& question) const {
  JW_ASSIGN(auto all, constraints_of(reader, record));
  for (const auto& added : question.added) {
    if (added.a == record || added.b == record) all.push_back(added);
  }
  std::erase_if(all, [&](const Constraint& one) {
    return std::any_of(question.lifted.begin(), question.lifted.end(),
                       [&](const Constraint& lifted) { return lifted.id == one.id; });
  });
  return all;
}

// Records that stand in one file are decided on together: where the matcher parts them, or another model or
// an identifier that is gone had joined them, each has to find its own. Returns the items of these files.
Result<Near::Items> Near::follow_subjects(storage::Reader& reader, const Items& from) {
  const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
  std::set<Key> ends;
  for (const std::uint32_t item : gone_) ends.insert({items_[item].link.record, items_[item].link.role});
  std::vector<SubjectId> wanted;
  for (const std::uint32_t at : from) {
    const Item& item = items_[at];
    if (!item.stands || ending.contains(at) || kind_of(item.link.role) != Kind::person) continue;
    if (!by_matcher(item.link.role) && item.link.model == matcher_.model()) continue;
    if (looked_through_.insert(item.link.subject).second) wanted.push_back(item.link.subject);
  }
  const std::size_t most = std::max(reach_, limits::companion_links);
  JW_ASSIGN(const auto links, links_of_subjects(reader, wanted, most));
  Items found;
  for (const auto& of_one : links) {
    cut_short_ = cut_short_ || of_one.size() == most;
    std::optional<std::uint32_t> first;
    for (const auto& link : of_one) {
      if (ends.contains({link.record, link.role})) continue;
      const std::uint32_t item = add(link);
      join(first.value_or(item), item);
      first = first.value_or(item);
      found.push_back(item);
    }
  }
  return found;
}

Result<Near::Items> Near::add_heads(storage::Reader& reader, const std::vector<RecordId>& records) {
  std::vector<Telling> heads;
  std::vector<RecordId> asked;
  for (const RecordId record : records) {
    JW_ASSIGN(auto told, matcher_.unnumbered_head(record));
    if (!told) continue;
    heads.push_back(std::move(*told));
    asked.push_back(record);
  }
  Items added;
  if (heads.empty()) return added;
  JW_ASSIGN(const auto past, last_versions(reader, asked));
  for (std::size_t at = 0; at < heads.size(); ++at) {
    const std::uint32_t place = add(content_of(heads[at]));
    Item& item = items_[place];
    item.seed = true;
    item.stands = false;
    item.last_version = 0;
    if (const auto before = past[at].find(Role::head); before != past[at].end()) {
      item.last_version = before->second.last_version;
      item.link.home = before->second.link.home;
    }
    added.push_back(place);
  }
  return added;
}

// A record goes with its home only while that is, or became, the subject it stands with: otherwise the home
// belongs to records that are elsewhere, and would bring them back together. One that comes back finds its
// old subject where nobody took it.
Result<void> Near::find_homes(storage::Reader& reader) {
  std::map<SubjectId, SubjectId> kept_by;
  std::map<SubjectId, bool> has_links;
  for (Item& item : items_) {
    Link& link = item.link;
    if (!link.home || (item.stands && link.home == link.subject)) continue;
    if (!kept_by.contains(link.home)) {
      JW_ASSIGN(kept_by[link.home], kept_subject(reader, link.home));
    }
    const SubjectId kept = kept_by[link.home];
    if (item.stands) {
      if (kept != link.subject) link.home = link.subject;
      continue;
    }
    if (!has_links.contains(kept)) {
      JW_ASSIGN(const auto links, links_of_subject(reader, kept, 1));
      has_links[kept] = !links.empty();
    }
    if (has_links[kept]) link.home = SubjectId();
  }
  return {};
}

std::optional<Near::Place> Near::place_of(std::uint32_t item) const {
  const auto found = places_.find(item);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::vector<std::uint32_t>> Near::components() const {
  const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
  std::map<std::uint32_t, std::pair<std::vector<std::uint32_t>, bool>> by_root;
  for (std::uint32_t item = 0; item < items_.size(); ++item) {
    if (ending.contains(item)) continue;
    // A record the matcher does not know stays where it is.
    if (by_matcher(items_[item].link.role) && !places_.contains(item)) continue;
    auto& [members, seeded] = by_root[root(item)];
    members.push_back(item);
    seeded = seeded || items_[item].seed;
  }
  std::vector<std::vector<std::uint32_t>> all;
  for (auto& [first, of_root] : by_root) {
    if (of_root.second) all.push_back(std::move(of_root.first));
  }
  return all;
}

}  // namespace jingwei::registry
