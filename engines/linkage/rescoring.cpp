#include "engines/linkage/rescoring.h"

#include <algorithm>
#include <numeric>

namespace jingwei::linkage {

namespace {

struct Moved {
  RecordId record;
  std::uint32_t before, after;  // places of the persons
};

std::vector<Assignment> by_record(std::span<const Assignment> side) {
  std::vector<Assignment> sorted(side.begin(), side.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Assignment& a, const Assignment& b) { return a.record < b.record; });
  return sorted;
}

// Persons as places 0, 1, … in the order of their numbers.
std::vector<std::uint64_t> persons_of(const std::vector<Assignment>& side) {
  std::vector<std::uint64_t> persons;
  for (const auto& one : side) persons.push_back(one.person);
  std::sort(persons.begin(), persons.end());
  persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
  return persons;
}

std::uint32_t place_of(const std::vector<std::uint64_t>& persons, std::uint64_t person) {
  return static_cast<std::uint32_t>(std::lower_bound(persons.begin(), persons.end(), person) -
                                    persons.begin());
}

std::uint64_t pairs_in(std::uint64_t records) {
  return records * (records - 1) / 2;
}

// Pairs of records that share a value of `key`.
template <typename Key>
std::uint64_t pairs_by(std::vector<Moved> moved, const Key& key) {
  std::sort(moved.begin(), moved.end(), [&](const Moved& a, const Moved& b) { return key(a) < key(b); });
  std::uint64_t pairs = 0;
  for (std::size_t begin = 0, end = 0; begin < moved.size(); begin = end) {
    while (end < moved.size() && key(moved[end]) == key(moved[begin])) ++end;
    pairs += pairs_in(end - begin);
  }
  return pairs;
}

class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t find(std::uint32_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void join(std::uint32_t one, std::uint32_t other) { parent_[find(one)] = find(other); }

 private:
  std::vector<std::uint32_t> parent_;
};

PersonChange told(std::span<const Moved> group, const std::vector<std::uint64_t>& before,
                  const std::vector<std::uint64_t>& after) {
  PersonChange change;
  for (const Moved& one : group) {
    change.records.push_back(one.record);
    change.before.push_back(before[one.before]);
    change.after.push_back(after[one.after]);
  }
  for (auto* persons : {&change.before, &change.after}) {
    std::sort(persons->begin(), persons->end());
    persons->erase(std::unique(persons->begin(), persons->end()), persons->end());
  }
  change.kind = change.after.size() == 1    ? PersonChange::Kind::merged
                : change.before.size() == 1 ? PersonChange::Kind::split
                                            : PersonChange::Kind::rearranged;
  return change;
}

}  // namespace

Rescoring compare_links(std::span<const Assignment> before, std::span<const Assignment> after,
                        std::size_t most) {
  const std::vector<Assignment> old = by_record(before), fresh = by_record(after);
  const auto persons_before = persons_of(old), persons_after = persons_of(fresh);
  Rescoring answer;
  answer.persons_before = persons_before.size();
  answer.persons_after = persons_after.size();
  std::vector<Moved> moved;
  for (std::size_t one = 0, other = 0; one < old.size() || other < fresh.size();) {
    if (other == fresh.size() || (one < old.size() && old[one].record < fresh[other].record)) {
      ++answer.only_before, ++one;
    } else if (one == old.size() || fresh[other].record < old[one].record) {
      ++answer.only_after, ++other;
    } else {
      moved.push_back({old[one].record, place_of(persons_before, old[one].person),
                       place_of(persons_after, fresh[other].person)});
      ++one, ++other;
    }
  }
  answer.records = moved.size();
  const std::uint64_t kept =
      pairs_by(moved, [](const Moved& one) { return std::uint64_t{one.before} << 32 | one.after; });
  answer.pairs_lost = pairs_by(moved, [](const Moved& one) { return one.before; }) - kept;
  answer.pairs_gained = pairs_by(moved, [](const Moved& one) { return one.after; }) - kept;
  // Persons of both sides that share records hang together.
  const auto shift = static_cast<std::uint32_t>(persons_before.size());
  Groups groups(persons_before.size() + persons_after.size());
  for (const Moved& one : moved) groups.join(one.before, shift + one.after);
  // By group; groups by their first record.
  std::vector<RecordId> first(persons_before.size() + persons_after.size(), ~RecordId{0});
  for (const Moved& one : moved) {
    RecordId& record = first[groups.find(one.before)];
    record = std::min(record, one.record);
  }
  std::sort(moved.begin(), moved.end(), [&](const Moved& a, const Moved& b) {
    const RecordId one = first[groups.find(a.before)], other = first[groups.find(b.before)];
    return one != other ? one < other : a.record < b.record;
  });
  for (std::size_t begin = 0, end = 0; begin < moved.size(); begin = end) {
    const std::uint32_t group = groups.find(moved[begin].before);
    bool several = false;
    for (; end < moved.size() && groups.find(moved[end].before) == group; ++end)
      several = several || moved[end].before != moved[begin].before || moved[end].after != moved[begin].after;
    if (!several) {
      ++answer.unchanged;
      continue;
    }
    PersonChange change = told({&moved[begin], end - begin}, persons_before, persons_after);
    (change.kind == PersonChange::Kind::merged  ? answer.merged
     : change.kind == PersonChange::Kind::split ? answer.split
                                                : answer.rearranged) += 1;
    if (answer.changes.size() < most) answer.changes.push_back(std::move(change));
  }
  return answer;
}

}  // namespace jingwei::linkage
