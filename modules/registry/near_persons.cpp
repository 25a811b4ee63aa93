// Which persons the matcher makes of what is near, and what people decided of them.
#include <algorithm>

#include "modules/registry/near.h"

#include "modules/registry/limits.h"

namespace jingwei::registry {

// What the matcher takes for one, gathered round by round.
struct Near::Told {
  std::map<RecordId, Place> places;
  std::vector<RecordId> waiting;
  std::size_t done = 0;  // of those that wait
  std::vector<Matcher::Doubt> doubts;
  std::vector<Matcher::Doubt> only;  // the likeliest of each new record that is held back
  std::vector<std::pair<RecordId, RecordId>> together;
  std::map<std::pair<RecordId, RecordId>, bool> said;  // the last word about two records
  std::vector<std::uint32_t> same_as;  // by person: another that people hold for the same, or itself
  // What hangs together further than the matcher looks: its links stay as they stand.
  std::set<RecordId> tangled;
  std::map<SubjectId, std::pair<std::uint32_t, RecordId>> kept;  // such subjects: the person, a record of it
  Items held;                                                    // items that were not there before

  std::uint32_t new_person() {
    same_as.push_back(static_cast<std::uint32_t>(same_as.size()));
    return same_as.back();
  }
  std::uint32_t person_of(std::uint32_t person) const {
    while (same_as[person] != person) person = same_as[person];
    return person;
  }
};

Result<void> Near::follow_persons(storage::Reader& reader, const Question& question) {
  Told told;
  const std::set<std::uint32_t> ending(gone_.begin(), gone_.end());
  Items from;
  for (std::uint32_t item = 0; item < items_.size(); ++item) {
    if (!by_matcher(items_[item].link.role) || ending.contains(item)) continue;
    if (items_[item].seed) told.waiting.push_back(items_[item].link.record);
    from.push_back(item);
  }
  for (int round = 0; round < limits::component_rounds && told.done < told.waiting.size(); ++round) {
    JW_TRY(ask_matcher(reader, question, told));
    JW_ASSIGN(const Items added, add_told(reader, told));
    from.insert(from.end(), added.begin(), added.end());
    from.insert(from.end(), told.held.begin(), told.held.end());
    told.held.clear();
    JW_ASSIGN(from, follow_subjects(reader, from));
    for (const std::uint32_t item : from) {
      if (!told.places.contains(items_[item].link.record)) told.waiting.push_back(items_[item].link.record);
    }
  }
  take_told(told);
  return {};
}

// The persons around each record that waits, and those that people hold for the same.
Result<void> Near::ask_matcher(storage::Reader& reader, const Question& question, Told& told) {
  const bool everything = reach_ == limits::component_links;
  for (; told.done < told.waiting.size(); ++told.done) {
    const RecordId asked = told.waiting[told.done];
    if (told.places.contains(asked)) continue;
    JW_ASSIGN(const bool tangled, hangs_on_the_tangled(reader, asked, told));
    if (tangled) {
      JW_TRY(hold(reader, asked, question, told));
      continue;
    }
    auto around = matcher_.persons_around(asked);
    if (!around.complete) {
      told.tangled.insert(asked);
      for (const auto& person : around.persons) {
        for (const auto& member : person) told.tangled.insert(member.record);
      }
      JW_TRY(hold(reader, asked, question, told));
      continue;
    }
    cut_short_ = cut_short_ || (!around.all_told && !everything);
    std::optional<RecordId> first;
    for (auto& person : around.persons) {
      const std::uint32_t number = told.new_person();
      std::vector<Matcher::Member> members = person;
      if (everything && !around.all_told) {
        for (const auto& member : person) {
          for (const RecordId copy : matcher_.copies(member.record, limits::component_links))
            members.push_back({copy, member.certainty});
        }
      }
      for (const auto& member : members) {
        const bool added =
            told.places.try_emplace(member.record, Place{number, member.certainty, SubjectId()}).second;
        if (first) told.together.emplace_back(*first, member.record);
        first = first.value_or(member.record);
        if (added) JW_TRY(take_decided(reader, member.record, question, told));
      }
    }
    told.doubts.insert(told.doubts.end(), around.doubts.begin(), around.doubts.end());
  }
  return {};
}

// What people decided of a record, and whom else it is about.
Result<void> Near::take_decided(storage::Reader& reader, RecordId record, const Question& question,
                                Told& told) {
  if (!any_constraint_) return {};
  JW_ASSIGN(const auto decided, decided_of(reader, record, question));
  for (const auto& one : decided) {
    if (kind_of(one.role) == Kind::person) told.said[{one.a, one.b}] = one.same;
  }
  for (const auto& one : decided) {
    const auto last = told.said.find({one.a, one.b});
    if (last != told.said.end() && last->second) told.waiting.push_back(one.a == record ? one.b : one.a);
  }
  return {};
}

// The item of a person's record; one that is none yet becomes one where it is linked.
Result<std::optional<std::uint32_t>> Near::person_item(storage::Reader& reader, RecordId record, Told& told) {
  if (const auto known = find_kind(record, Role::person)) return known;
  for (const std::uint32_t item : gone_) {
    const Link& link = items_[item].link;
    if (link.record == record && kind_of(link.role) == Kind::person) return std::optional<std::uint32_t>();
  }
  JW_ASSIGN(const auto links, links_of_record(reader, record));
  for (const auto& link : links) {
    if (kind_of(link.role) != Kind::person) continue;
    told.held.push_back(add(link));
    return std::optional(told.held.back());
  }
  return std::optional<std::uint32_t>();
}

// Whether a record is of those whose links stay as they are, or stands with one of them and says what it
// said.
Result<bool> Near::hangs_on_the_tangled(storage::Reader& reader, RecordId record, Told& told) {
  if (told.tangled.contains(record)) return true;
  if (told.kept.empty()) return false;
  JW_ASSIGN(const auto item, person_item(reader, record, told));
  if (!item || !items_[*item].stands || items_[*item].changed) return false;
  return told.kept.contains(items_[*item].link.subject);
}

// A link that stands is the person it stands with, or the one it came to first where that one is taken back.
// A new one is a person of its own; whom it is likeliest, somebody looks at.
Result<void> Near::hold(storage::Reader& reader, RecordId record, const Question& question, Told& told) {
  if (told.places.contains(record)) return {};
  JW_ASSIGN(const auto item, person_item(reader, record, told));
  if (!item) return {};
  const Link link = items_[*item].link;
  if (items_[*item].stands) {
    const bool freed = question.freed && link.home == question.freed;
    const SubjectId subject = freed ? link.home : link.subject;
    auto of_subject = told.kept.find(subject);
    if (of_subject == told.kept.end())
      of_subject = told.kept.try_emplace(subject, told.new_person(), record).first;
    const auto& [person, first] = of_subject->second;
    told.places[record] = {person, link.certainty, subject};
    told.together.emplace_back(first, record);
    return take_decided(reader, record, question, told);
  }
  told.places[record] = {told.new_person(), Certainty::certain, SubjectId()};
  if (link.role == Role::head && link.identifier.empty()) return {};
  const auto telling = std::find_if(
      question.tellings.rbegin(), question.tellings.rend(),
      [&](const Telling& one) { return one.record == record && kind_of(one.role) == Kind::person; });
  if (telling == question.tellings.rend()) return {};
  if (const auto doubt = matcher_.likeliest(*telling)) {
    told.only.push_back(*doubt);
    told.together.emplace_back(doubt->a, doubt->b);
    const RecordId other = doubt->a == record ? doubt->b : doubt->a;
    told.tangled.insert(other);
    told.waiting.push_back(other);
  }
  return {};
}

// Links of those that were told and are no items yet. What the matcher knows and nobody has linked comes with
// its own event, but for a household's head, whose event was of nobody when it came.
Result<Near::Items> Near::add_told(storage::Reader& reader, const Told& told) {
  std::vector<RecordId> asked;
  for (const auto& [record, place] : told.places) {
    if (!find_kind(record, Role::person)) asked.push_back(record);
  }
  JW_ASSIGN(const auto links, links_of_records(reader, asked));
  std::set<Key> ends;
  for (const std::uint32_t item : gone_) ends.insert({items_[item].link.record, items_[item].link.role});
  Items added;
  std::vector<RecordId> unlinked;
  for (std::size_t at = 0; at < asked.size(); ++at) {
    bool linked = false;
    for (const auto& link : links[at]) {
      if (kind_of(link.role) != Kind::person) continue;
      linked = true;
      if (!ends.contains({link.record, link.role})) added.push_back(add(link));
    }
    if (!linked) unlinked.push_back(asked[at]);
  }
  JW_ASSIGN(const Items heads, add_heads(reader, unlinked));
  added.insert(added.end(), heads.begin(), heads.end());
  return added;
}

void Near::take_told(Told& told) {
  // Of whom somebody said something; who ended since is left out.
  std::erase_if(told.said, [&](const auto& one) {
    return !told.places.contains(one.first.first) || !told.places.contains(one.first.second);
  });
  const auto persons_of = [&](const std::pair<RecordId, RecordId>& records) {
    return std::minmax<std::uint32_t>({told.person_of(told.places.at(records.first).person),
                                       told.person_of(told.places.at(records.second).person)});
  };
  // Whole persons become one, but those of whom two were held apart.
  for (const auto& [records, same] : told.said) {
    told.together.push_back(records);
    const auto joined = persons_of(records);
    if (!same || joined.first == joined.second) continue;
    const bool refused = std::any_of(told.said.begin(), told.said.end(), [&](const auto& other) {
      return !other.second && persons_of(other.first) == joined;
    });
    if (!refused) told.same_as[joined.second] = joined.first;
  }
  for (auto& [record, place] : told.places) {
    place.person = told.person_of(place.person);
    if (const auto item = find_kind(record, Role::person)) places_[*item] = place;
  }
  for (const auto& [one, other] : told.together) {
    const auto a = find_kind(one, Role::person), b = find_kind(other, Role::person);
    if (a && b) join(*a, *b);
  }
  for (const auto* doubts : {&told.only, &told.doubts}) {
    for (const auto& doubt : *doubts) {
      const auto a = find_kind(doubt.a, Role::person), b = find_kind(doubt.b, Role::person);
      if (a && b) doubts_.push_back({*a, *b, doubt.probability, doubts == &told.only});
    }
  }
}

}  // namespace jingwei::registry
