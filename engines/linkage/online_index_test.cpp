// Goal: with one model, batch and online give the same persons for the same records, in any order of arrival,
// with removals and decisions; a record finds its person; nothing that arrives costs more than it should.
#include "engines/linkage/online_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "engines/linkage/linkage.h"
#include "tests/support/made_people.h"

namespace jingwei::linkage {
namespace {

using jingwei::testing::MadeMistakes;
using jingwei::testing::MadePeople;
using jingwei::testing::MadePerson;
using jingwei::testing::MadeRecords;

using Values = std::array<std::string, 6>;
using Partition = std::set<std::set<RecordId>>;

Values values_of(const MadePerson& one) {
  return {one.name(), one.sex, one.born, one.citizen_id, one.phone, one.address};
}
std::array<std::string_view, 6> views(const Values& values) {
  return {values[0], values[1], values[2], values[3], values[4], values[5]};
}

// Learned from people who do not occur again.
std::shared_ptr<const Model> learned(std::uint64_t seed = 77, std::size_t people = 1'500) {
  MadePeople made(seed);
  MadeRecords records;
  records.add_people(made, people, {0.1, 0.15, 0.1});
  LinkOptions options;
  options.blocking.every_pair_below = 0;
  return records.link(options).model;
}
const std::shared_ptr<const Model>& model() {
  static const std::shared_ptr<const Model> one = learned();
  return one;
}

// Records of people with mistakes, families, namesakes and copies.
std::vector<Values> difficult_records(std::uint64_t seed, std::size_t people) {
  MadePeople made(seed);
  std::vector<Values> records;
  MadePerson before = made.person();
  for (std::size_t at = 0; at < people; ++at) {
    MadePerson one = made.person();
    if (at % 3 == 0) one.phone = before.phone, one.address = before.address, one.surname = before.surname;
    if (at % 7 == 0) one.born = before.born, one.sex = before.sex;
    if (at % 11 == 0) one.surname = before.surname, one.given = before.given, one.citizen_id.clear();
    for (std::size_t copy = 1 + made.random().below(4); copy > 0; --copy)
      records.push_back(values_of(made.record(one, {0.25, 0.35, 0.3})));
    before = one;
  }
  return records;
}

// All persons there are, each from every one of its records: they must agree.
Partition persons_of(const OnlineIndex& index, std::size_t records) {
  std::map<RecordId, std::set<RecordId>> person_of;
  for (RecordId record = 0; record < records; ++record) {
    if (!index.contains(record)) continue;
    const Component component = index.component(record);
    EXPECT_TRUE(component.complete);
    for (const Person& person : component.persons) {
      EXPECT_EQ(person.untold, 0U);
      std::set<RecordId> members;
      for (const Member& member : person.members) members.insert(member.record);
      for (const RecordId member : members) {
        const auto [known, fresh] = person_of.try_emplace(member, members);
        EXPECT_EQ(known->second, members) << "seen from record " << record;
      }
    }
    EXPECT_TRUE(person_of.contains(record));
  }
  Partition all;
  for (const auto& [record, members] : person_of) all.insert(members);
  return all;
}

Partition batch_persons(const std::vector<Values>& rows, const std::shared_ptr<const Model>& by,
                        const std::vector<RecordDecision>& decisions = {}) {
  Records records(jingwei::testing::made_fields());
  for (std::size_t at = 0; at < rows.size(); ++at)
    records.add(Side::left, std::to_string(1'000'000 + at), views(rows[at]));
  const auto defaults = by->defaults();
  records.prepare(2, &defaults);
  LinkOptions options;
  options.decisions = decisions;
  const Linkage answer = link(records, by, options);
  std::map<std::uint32_t, std::set<RecordId>> clusters;
  for (std::uint32_t record = 0; record < records.size(); ++record)
    clusters[answer.cluster_of[record]].insert(record);
  Partition all;
  for (const auto& [first, members] : clusters) all.insert(members);
  return all;
}

std::vector<RecordId> shuffled(std::size_t count, Random& random) {
  std::vector<RecordId> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t at = count; at > 1; --at) std::swap(order[at - 1], order[random.below(at)]);
  return order;
}

TEST(OnlineIndex, GivesTheSamePersonsAsBatchInAnyOrder) {
  SeededRandom random(3);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto rows = difficult_records(seed, 250);
    const Partition batch = batch_persons(rows, model());
    EXPECT_LT(batch.size(), rows.size());
    for (int round = 0; round < 3; ++round) {
      OnlineIndex index(model());
      const auto order = shuffled(rows.size(), random);
      // Some come, go and come again; some come with other values first.
      for (const RecordId record : order) {
        if (random.chance(0.1)) index.add(record, views(rows[random.below(rows.size())]));
        index.add(record, views(rows[record]));
        if (!random.chance(0.1)) continue;
        EXPECT_TRUE(index.remove(record));
        index.add(record, views(rows[record]));
      }
      EXPECT_EQ(index.records(), rows.size());
      EXPECT_EQ(persons_of(index, rows.size()), batch) << seed << " " << round;
    }
  }
}

// Who keeps answers and asks anew only where the index says that they may have changed, as the registry does.
class Kept {
 public:
  explicit Kept(OnlineIndex& index) : index_(index) {}

  void add(RecordId record, const Values& values) {
    touch(record);
    index_.add(record, views(values));
    waiting_.push_back(record);
    ask();
  }
  void remove(RecordId record) {
    touch(record);
    index_.remove(record);
    members_.erase(record);
    ask();
  }
  Partition persons() const {
    Partition all;
    for (const auto& [record, members] : members_) all.insert(members);
    return all;
  }
  std::size_t changed_by_bound() const { return changed_by_bound_; }

 private:
  void touch(RecordId record) {
    const auto found = members_.find(record);
    if (found != members_.end()) waiting_.insert(waiting_.end(), found->second.begin(), found->second.end());
  }
  void ask() {
    ask_waiting();
    const auto unsettled = index_.unsettled();
    const Partition before = unsettled.empty() ? Partition() : persons();
    waiting_ = unsettled;
    ask_waiting();
    index_.settle(unsettled.size());
    if (!unsettled.empty() && persons() != before) ++changed_by_bound_;
  }
  void ask_waiting() {
    std::set<RecordId> asked;
    while (!waiting_.empty()) {
      const RecordId record = waiting_.back();
      waiting_.pop_back();
      if (!asked.insert(record).second) continue;
      for (const Person& person : index_.component(record).persons) {
        std::set<RecordId> members;
        for (const Member& member : person.members) members.insert(member.record);
        for (const RecordId member : members) {
          auto& known = members_[member];
          if (known == members) continue;
          for (const RecordId other : known) {
            if (index_.contains(other)) waiting_.push_back(other);
          }
          known = members;
        }
      }
    }
  }

  OnlineIndex& index_;
  std::map<RecordId, std::set<RecordId>> members_;
  std::vector<RecordId> waiting_;
  std::size_t changed_by_bound_ = 0;
};

TEST(OnlineIndex, AnswersThatAreKeptAreThoseOfAllAtOnceAlsoWhereBlocksOutgrowTheirBound) {
  MadePeople people(33);
  SeededRandom random(33);
  OnlineIndex index(model());
  Kept kept(index);
  const std::string hotline = people.person().phone;
  std::vector<Values> rows;
  while (rows.size() < block_rows_most + 60) {
    // Names of their own, so that nobody is taken for another.
    MadePerson one = people.person();
    one.surname.clear(), one.given.clear();
    text::append_code_point(one.surname, static_cast<char32_t>(0x4E00 + 7 * rows.size()));
    text::append_code_point(one.given, static_cast<char32_t>(0x7000 + 11 * rows.size()));
    text::append_code_point(one.given, static_cast<char32_t>(0x6000 + 5 * rows.size()));
    for (int copy = 0; copy < 2; ++copy) {
      MadePerson row = people.record(one, {0.3, 0, 0.5});
      row.phone = hotline, row.born.clear(), row.citizen_id.clear();
      rows.push_back(values_of(row));
    }
  }
  std::set<RecordId> there;
  const auto as_batch = [&] {
    std::vector<Values> standing;
    std::vector<RecordId> ids(there.begin(), there.end());
    for (const RecordId record : ids) standing.push_back(rows[record]);
    Partition all;
    for (const auto& members : batch_persons(standing, model())) {
      std::set<RecordId> named;
      for (const RecordId member : members) named.insert(ids[member]);
      all.insert(std::move(named));
    }
    return all;
  };
  const auto order = shuffled(rows.size(), random);
  for (const RecordId record : order) {
    kept.add(record, rows[record]);
    there.insert(record);
    if (there.size() % 200 == 0 || there.size() > rows.size() - 2)
      ASSERT_EQ(kept.persons(), as_batch()) << there.size();
  }
  EXPECT_GT(index.overfull_blocks(), 0U);
  EXPECT_GE(kept.changed_by_bound(), 1U) << "no block that outgrew its bound held persons together";
  for (std::size_t at = 0; at < 130; ++at) {
    kept.remove(order[at]);
    there.erase(order[at]);
    if (at % 65 == 64) ASSERT_EQ(kept.persons(), as_batch()) << there.size();
  }
  EXPECT_EQ(index.overfull_blocks(), 0U);
  EXPECT_GE(kept.changed_by_bound(), 2U);
  EXPECT_EQ(kept.persons(), as_batch());
}

TEST(OnlineIndex, RemovedRecordsLeaveNothingBehind) {
  SeededRandom random(4);
  const auto rows = difficult_records(9, 200);
  OnlineIndex index(model()), never(model());
  for (RecordId record = 0; record < rows.size(); ++record) index.add(record, views(rows[record]));
  const auto order = shuffled(rows.size(), random);
  std::vector<Values> left;
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (at % 2 == 0) {
      EXPECT_TRUE(index.remove(order[at]));
      EXPECT_FALSE(index.remove(order[at]));
    } else {
      never.add(order[at], views(rows[order[at]]));
    }
  }
  EXPECT_EQ(index.rows(), never.rows());
  EXPECT_EQ(persons_of(index, rows.size()), persons_of(never, rows.size()));
  for (const RecordId record : order) index.remove(record);
  EXPECT_EQ(index.records(), 0U);
  EXPECT_EQ(index.rows(), 0U);
  EXPECT_TRUE(index.find(views(rows[0])).empty());
}

TEST(OnlineIndex, DecisionsHoldInAnyOrderAndCanBeTakenBack) {
  SeededRandom random(5);
  const auto rows = difficult_records(12, 150);
  struct Decided {
    RecordId one, other;
    OnlineIndex::Decision decision;
  };
  std::map<std::pair<RecordId, RecordId>, OnlineIndex::Decision> decisions;
  while (decisions.size() < 60) {
    // Half of them about neighbours, who often are one person.
    const RecordId one = random.below(rows.size() - 1);
    const RecordId other = random.chance(0.5) ? one + 1 : random.below(rows.size());
    if (one < other)
      decisions[{one, other}] =
          random.chance(0.5) ? OnlineIndex::Decision::same : OnlineIndex::Decision::different;
  }
  std::vector<Decided> list;
  for (const auto& [pair, decision] : decisions) list.push_back({pair.first, pair.second, decision});
  std::optional<Partition> first;
  for (int round = 0; round < 4; ++round) {
    OnlineIndex index(model());
    for (std::size_t at = list.size(); at > 1; --at) std::swap(list[at - 1], list[random.below(at)]);
    const auto order = shuffled(rows.size(), random);
    std::size_t told = 0;
    for (const RecordId record : order) {
      index.add(record, views(rows[record]));
      if (random.chance(0.3) && told < list.size()) {
        index.decide(list[told].other, list[told].one, list[told].decision);
        ++told;
      }
    }
    for (; told < list.size(); ++told) index.decide(list[told].one, list[told].other, list[told].decision);
    const Partition now = persons_of(index, rows.size());
    if (!first) {
      first = now;
      std::vector<RecordDecision> decided;
      for (const auto& one : list)
        decided.push_back({static_cast<std::uint32_t>(one.one), static_cast<std::uint32_t>(one.other),
                           one.decision == OnlineIndex::Decision::same});
      EXPECT_EQ(now, batch_persons(rows, model(), decided));
    }
    EXPECT_EQ(now, *first);
    for (const auto& one : list) {
      const bool together = std::any_of(now.begin(), now.end(), [&](const auto& person) {
        return person.contains(one.one) && person.contains(one.other);
      });
      EXPECT_FALSE(together && one.decision == OnlineIndex::Decision::different);
    }
    if (round > 0) continue;
    for (const auto& one : list) index.decide(one.one, one.other, OnlineIndex::Decision::none);
    EXPECT_EQ(persons_of(index, rows.size()), batch_persons(rows, model()));
  }
}

TEST(OnlineIndex, PeopleMayPartTwinsOfOneRow) {
  MadePeople people(6);
  const Values row = values_of(people.person());
  OnlineIndex index(model());
  for (const RecordId record : {10, 11, 12}) index.add(record, views(row));
  ASSERT_EQ(index.component(11).persons.size(), 1U);
  index.decide(10, 12, OnlineIndex::Decision::different);
  const Component parted = index.component(11);
  ASSERT_EQ(parted.persons.size(), 2U);
  EXPECT_EQ(parted.persons[0].members.size() + parted.persons[1].members.size(), 3U);
  EXPECT_TRUE(parted.doubts.empty()) << "what was decided is no doubt";
}

TEST(OnlineIndex, FindsWhoItIsAndSaysWhy) {
  MadePeople people(7);
  OnlineIndex index(model());
  std::vector<MadePerson> truth;
  for (RecordId record = 0; record < 3'000; ++record) {
    truth.push_back(people.person());
    index.add(record, views(values_of(truth.back())));
  }
  int found = 0;
  for (RecordId record = 0; record < 300; ++record) {
    const auto candidates = index.find(views(values_of(people.record(truth[record], {0.2, 0.1, 0.2}))));
    for (const auto& one : candidates) {
      EXPECT_NEAR(std::accumulate(one.contributions.begin(), one.contributions.end(), 0.0), one.score.weight,
                  1e-6);
      EXPECT_GE(one.score.probability, 0.1);
    }
    found += !candidates.empty() && candidates[0].record == record ? 1 : 0;
  }
  EXPECT_GE(found, 295);
  const auto pair = index.compare(1, 2);
  ASSERT_TRUE(pair);
  EXPECT_LT(pair->score.probability, 0.01);
  EXPECT_FALSE(index.compare(1, 99'999));
  EXPECT_TRUE(index.component(99'999).persons.empty());
}

TEST(OnlineIndex, DoubtsAreToldAndGradesGiven) {
  MadePeople people(8);
  OnlineIndex index(model());
  const MadePerson one = people.person();
  MadePerson other = one;
  other.citizen_id = people.citizen_id(one.born);  // all but the number: never one person
  index.add(1, views(values_of(one)));
  index.add(2, views(values_of(one)));
  index.add(3, views(values_of(other)));
  const Component component = index.component(1);
  ASSERT_EQ(component.persons.size(), 1U);
  ASSERT_EQ(component.persons[0].members.size(), 2U);
  EXPECT_EQ(component.persons[0].members[0].grade, Grade::certain);
  EXPECT_EQ(component.persons[0].members[1].grade, Grade::certain);
  ASSERT_EQ(component.doubts.size(), 1U);
  EXPECT_EQ(component.doubts[0].reason, Doubt::Reason::contradiction);
  index.decide(1, 3, OnlineIndex::Decision::different);
  EXPECT_TRUE(index.component(1).doubts.empty());
  index.decide(1, 3, OnlineIndex::Decision::same);
  EXPECT_EQ(index.component(3).persons.size(), 1U);
  EXPECT_EQ(index.component(3).persons[0].members.size(), 3U);
}

// --- what the world sends ---

TEST(OnlineBadInput, AHundredThousandEqualRowsAreOneRow) {
  MadePeople people(28);
  const Values row = values_of(people.person());
  OnlineIndex index(model());
  const std::string prepared = model()->prepare(views(row));
  constexpr RecordId count = 100'000;
  for (RecordId record = 0; record < count; ++record) index.add(record, prepared);
  EXPECT_EQ(index.rows(), 1U);
  EXPECT_EQ(index.records(), count);
  const Component component = index.component(count - 1);
  ASSERT_EQ(component.persons.size(), 1U);
  EXPECT_EQ(component.persons[0].members.size(), copies_told + 1) << "the first ones and the one asked for";
  EXPECT_EQ(component.persons[0].untold, count - copies_told - 1);
  EXPECT_EQ(index.find(views(row))[0].copies, count);
  EXPECT_EQ(index.copies(5, 10, 3), (std::vector<RecordId>{11, 12, 13}));
  for (RecordId record = 0; record < count; ++record) index.remove(record);
  EXPECT_EQ(index.rows(), 0U);
}

TEST(OnlineBadInput, ABlockThatOutgrowsItsModelIsNotUsed) {
  MadePeople people(29);
  const MadePerson one = people.person();
  OnlineIndex index(model());
  constexpr RecordId count = 20'000;
  for (RecordId record = 0; record < count; ++record) {
    MadePerson row = people.person();
    row.phone = one.phone;  // a hotline, put in for want of a better number
    index.add(record, views(values_of(row)));
  }
  EXPECT_GT(index.overfull_blocks(), 0U);
  EXPECT_LE(index.component(7).persons.size(), 2U);
  EXPECT_LT(index.find(views(values_of(one)), 50, 0.01).size(), 5U);
  for (RecordId record = 0; record < count; ++record) index.remove(record);
  EXPECT_EQ(index.overfull_blocks(), 0U);
  index.add(1, views(values_of(one)));
  EXPECT_EQ(index.find(views(values_of(one))).size(), 1U);
}

TEST(OnlineBadInput, RowsThatSayTooLittleStayAlone) {
  OnlineIndex index(model());
  const Values blank, sex = {"", "女", "", "", "", ""};
  for (RecordId record = 0; record < 200; ++record) index.add(record, views(record % 2 == 0 ? blank : sex));
  EXPECT_EQ(index.rows(), 2U);
  for (const RecordId record : {0, 1, 198, 199}) {
    const Component component = index.component(record);
    EXPECT_EQ(component.persons.size(), record < 2 * copies_told ? copies_told : copies_told + 1);
    for (const auto& person : component.persons) EXPECT_EQ(person.members.size(), 1U);
    EXPECT_TRUE(std::any_of(component.persons.begin(), component.persons.end(),
                            [&](const Person& person) { return person.members[0].record == record; }));
  }
}

TEST(OnlineBadInput, TwoPeopleOfOneNumberFamiliesAndTwinsStayApart) {
  MadePeople people(30);
  OnlineIndex index(model());
  for (int at = 0; at < 40; ++at) {
    const auto first = static_cast<RecordId>(10 * at);
    const MadePerson one = people.person();
    MadePerson number = people.person(), family = people.person(), twin = one;
    number.citizen_id = one.citizen_id;
    family.surname = one.surname, family.phone = one.phone, family.address = one.address;
    twin.given = "宇航", twin.citizen_id = people.citizen_id(one.born);
    RecordId record = first;
    for (const auto& who : {one, number, family, twin}) index.add(record++, views(values_of(who)));
    for (RecordId other = first; other < record; ++other) {
      for (const Person& person : index.component(other).persons) EXPECT_EQ(person.members.size(), 1U) << at;
    }
  }
}

TEST(OnlineBadInput, AnythingAtAllIsTaken) {
  OnlineIndex index(model());
  SeededRandom random(31);
  for (RecordId record = 0; record < 1'000; ++record) {
    Values row;
    for (auto& value : row) {
      value.resize(random.below(random.chance(0.02) ? 5'000 : 12));
      for (char& c : value) c = static_cast<char>(random.below(256));
    }
    index.add(record % 700, views(row));
    index.find(views(row));
    index.component(record % 700);
  }
  EXPECT_EQ(index.records(), 700U);
}

}  // namespace
}  // namespace jingwei::linkage
