// Who is one is a function of the records that stand: not of the order in which they came, of what they said
// before, nor of what people decided in between and took back.
#include <gtest/gtest.h>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/model_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;
using jingwei::testing::MadePeople;
using jingwei::testing::MadePerson;

const std::string order_resources = people_entries("sightings", "sighting_no") + R"(  - id: doors
    title: {zh: 入户走访, en: Household visits}
    provider: {id: street, zh: 街道, en: Street}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: household
    key: [visit_no]
    region: grid
    fields:
      - {name: visit_no, title: {zh: 走访编号, en: Number}, type: text, required: true}
      - {name: name, title: {zh: 户主姓名, en: Head}, type: person_name, personal: name}
      - {name: phone, title: {zh: 户主电话, en: Phone}, type: phone, personal: contact}
      - {name: address, title: {zh: 住址, en: Address}, type: address, personal: address}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";
constexpr std::string_view door_header = "走访编号,户主姓名,户主电话,住址,网格\n";

// As ingest takes them: a mobile phone, a number of the sample country's district with a right check
// character.
MadePerson plausible(MadePerson one) {
  if (one.phone.size() == 11) one.phone = "139" + one.phone.substr(3);
  if (one.citizen_id.size() != 18) return one;
  std::string id = "980101" + one.citizen_id.substr(6, 11);
  constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t at = 0; at < weights.size(); ++at) sum += (id[at] - '0') * weights[at];
  one.citizen_id = id + "10X98765432"[sum % 11];
  return one;
}

template <typename Backend>
class RegistryOrder : public ModelWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("order", order_resources);
    ModelWorld<Backend>::SetUp();
  }

  static std::string sighting(const std::string& number, const MadePerson& told) {
    const MadePerson one = plausible(told);
    return number + ',' + one.name() + ',' + one.citizen_id + ',' + one.phone + ',' + one.born + ',' +
           one.address + ',' + grid_code(1) + '\n';
  }
  static std::string door(const std::string& number, const MadePerson& told) {
    const MadePerson one = plausible(told);
    return number + ',' + one.name() + ',' + one.phone + ',' + one.address + ',' + grid_code(1) + '\n';
  }
  ingest::Batch load_sightings(const std::string& rows) {
    return this->load("sightings", std::string(people_entries_header) + rows);
  }
  ingest::Batch load_doors(const std::string& rows) {
    return this->load("doors", std::string(door_header) + rows);
  }
  void withdraw(BatchId batch) {
    auto& withdrawals = this->node_.ingest->withdrawals();
    const auto plan = must(withdrawals.plan(batch));
    must(withdrawals.ask(batch, "wrong file", plan.records(), this->request_));
    must(withdrawals.run(batch, std::atomic<bool>(false)));
  }
  // The record of a resource under this number.
  RecordId numbered(const std::string& resource, const std::string& number) {
    for (const auto& record : this->records(resource)) {
      const auto* text = std::get_if<std::string>(&record.values.front());
      if (text != nullptr && *text == number) return record.id;
    }
    ADD_FAILURE() << resource << ' ' << number;
    return RecordId();
  }
  // None: it tells of nobody.
  SubjectId person_told_by(RecordId record) {
    const auto found = this->registry_->subject_of(record, Kind::person);
    return found.ok() ? *found : SubjectId();
  }

  // As link() groups what stands, by the model in force: records of one person each. Heads that nobody else
  // tells of are nobody.
  std::set<std::set<RecordId>> at_once() {
    linkage::Records records(model_fields());
    std::vector<Telling> tellings;
    for (const auto& resource : this->registry_->resources().all()) {
      const auto parts = this->registry_->resources().parts_of(resource.id);
      for (const auto& record : this->records(resource.id)) {
        for (auto& telling :
             tellings_of(record, parts, resource.number, this->sealer_, *this->node_.regions->tree())) {
          if (kind_of(telling.role) == Kind::person) tellings.push_back(std::move(telling));
        }
      }
    }
    for (const auto& telling : tellings)
      records.add(linkage::Side::left, telling.record.to_string(), values_of(telling));
    const auto model = must(this->registry_->models().load(1));
    const auto defaults = model->defaults();
    records.prepare(1, &defaults);
    linkage::LinkOptions options;
    options.threads = 1;
    const auto answer = linkage::link(records, model, options);
    std::map<std::uint32_t, std::set<RecordId>> groups;
    std::set<std::uint32_t> known;
    for (std::size_t at = 0; at < tellings.size(); ++at) {
      groups[answer.cluster_of[at]].insert(tellings[at].record);
      if (tellings[at].role != Role::head || !tellings[at].identifier.empty())
        known.insert(answer.cluster_of[at]);
    }
    std::set<std::set<RecordId>> all;
    for (auto& [cluster, group] : groups) {
      if (known.contains(cluster)) all.insert(std::move(group));
    }
    return all;
  }
  std::set<std::set<RecordId>> as_linked() {
    auto reader = must(this->node_.store->read());
    std::map<SubjectId, std::set<RecordId>> groups;
    for (const auto& link : must(links_between(*reader, RecordId(), RecordId(INT64_MAX), 100'000))) {
      if (kind_of(link.role) == Kind::person) groups[link.subject].insert(link.record);
    }
    std::set<std::set<RecordId>> all;
    for (auto& [subject, group] : groups) all.insert(std::move(group));
    return all;
  }
};
TYPED_TEST_SUITE(RegistryOrder, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryOrder, WhatWasHeldApartStaysApartWhenMoreOfItComes) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();  // one number is one person, until somebody says that it is not
  this->put_model_in_force();
  const RecordId person = this->record_of("people", 1), visit = this->record_of("visits", 1);
  must(this->registry_->decisions().decide(this->put_review(person, visit), ReviewState::different,
                                           this->request_));
  const SubjectId kept = this->subject_of(person), own = this->subject_of(visit);
  ASSERT_NE(kept, own);
  this->load("visits", std::string(visit_header) + visit_row("V2", 1, "欧阳明"));
  this->link();
  EXPECT_EQ(this->subject_of(person), kept);
  EXPECT_EQ(this->subject_of(visit), own);
  EXPECT_EQ(this->subject_of(this->record_of("visits", 1)), own);
  this->look_again();
  EXPECT_EQ(this->subject_of(person), kept);
  EXPECT_EQ(this->subject_of(visit), own);
}

TYPED_TEST(RegistryOrder, WhatCameDuringAMergeThatWasTakenBackDoesNotBringItBack) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->put_model_in_force();
  const SubjectId one = this->person(1), two = this->person(2);
  const Event event = must(this->registry_->decisions().merge(one, two, "同一人", this->request_));
  this->load("visits", std::string(visit_header) + visit_row("V1", 2, "张三") +
                           visit_row("V2", 2, "张三", "2020-02-09"));
  this->link();
  must(this->registry_->decisions().undo(event.id, this->request_));
  EXPECT_EQ(this->subject_of(this->record_of("visits", 2)), two);
  this->load("visits", std::string(visit_header) + visit_row("V3", 2, "张三"));
  this->link();
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
  EXPECT_EQ(this->resources_of(two), (std::multiset<std::string>{"people", "visits", "visits", "visits"}));
}

TYPED_TEST(RegistryOrder, ARecordThatComesBackForAnotherLeavesItsOldSubjectToOthers) {
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  this->put_model_in_force();
  const SubjectId one = this->person(1), two = this->person(2);
  const auto batch = this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三"));
  this->link();
  this->withdraw(batch.id);
  this->link();
  this->load("visits", std::string(visit_header) + visit_row("V1", 2, "张三"));
  this->link();
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
  EXPECT_EQ(this->subject_of(this->record_of("visits", 2)), two);
}

TYPED_TEST(RegistryOrder, AHouseholdsHeadIsLinkedWhenTheFirstRecordOfTheirOwnComes) {
  MadePeople made(5);
  const MadePerson head = made.person();
  this->load_sightings(this->sighting("S0", made.person()));
  this->put_model_in_force();
  this->load_doors(this->door("D1", head) + this->door("D2", head));
  this->link();
  const RecordId first = this->numbered("doors", "D1"), second = this->numbered("doors", "D2");
  EXPECT_FALSE(this->person_told_by(first));  // nobody else tells of them
  const auto batch = this->load_sightings(this->sighting("S1", head));
  this->link();
  const SubjectId person = this->person_told_by(this->numbered("sightings", "S1"));
  ASSERT_TRUE(person);
  EXPECT_EQ(this->person_told_by(first), person);
  EXPECT_EQ(this->person_told_by(second), person);
  // Without it they are nobody again; when it comes back, the same person.
  this->withdraw(batch.id);
  this->link();
  EXPECT_FALSE(this->person_told_by(first));
  this->restart_registry();
  this->load_sightings(this->sighting("S1", head));
  this->link();
  EXPECT_EQ(this->person_told_by(this->numbered("sightings", "S1")), person);
  EXPECT_EQ(this->person_told_by(first), person);
}

TYPED_TEST(RegistryOrder, AWithdrawnVisitIsNotLinkedWhenItsHeadBecomesKnown) {
  MadePeople made(6);
  const MadePerson head = made.person();
  this->load_sightings(this->sighting("S0", made.person()));
  this->put_model_in_force();
  const auto batch = this->load_doors(this->door("D1", head));
  this->link();
  const RecordId visit = this->numbered("doors", "D1");
  this->withdraw(batch.id);
  this->link();
  this->load_sightings(this->sighting("S1", head));
  this->link();
  EXPECT_FALSE(this->person_told_by(visit));
  EXPECT_EQ(this->as_linked(), this->at_once());
}

TYPED_TEST(RegistryOrder, WhatARecordSaidBeforeIsNotFoundAnyMore) {
  MadePeople made(7);
  MadePerson one = plausible(made.person()), other = plausible(made.person());
  const auto found = [&](const std::string& text) {
    const Reader whole{access::Caller::local_operator(), "epidemic-control"};  // who may see phones
    return must(this->registry_->search({text, Kind::person, std::nullopt, 20}, whole)).items.size();
  };
  const auto batch = this->load_sightings(this->sighting("S1", one) + this->sighting("S2", other));
  this->link();
  const std::string before = one.phone;
  ASSERT_EQ(found(before.substr(2)), 1U);
  one.phone = plausible(made.person()).phone;
  const auto correction = this->load_sightings(this->sighting("S1", one));
  this->link();
  EXPECT_EQ(found(before.substr(2)), 0U);
  EXPECT_EQ(found(one.phone.substr(2)), 1U);
  this->withdraw(correction.id);
  this->link();
  ASSERT_TRUE(this->person_told_by(this->numbered("sightings", "S1")));
  EXPECT_EQ(found(before.substr(2)), 1U);
  EXPECT_EQ(found(one.phone.substr(2)), 0U);
  EXPECT_EQ(found(other.phone.substr(2)), 1U);
  this->withdraw(batch.id);
  this->link();
  EXPECT_EQ(found(other.phone.substr(2)), 0U);
}

TYPED_TEST(RegistryOrder, AModelIsLearnedFromAShareOfEveryResourcesRecords) {
  MadePeople made(8);
  std::string sightings, doors;
  for (int number = 0; number < 400; ++number) {
    const MadePerson one = made.person();
    sightings += this->sighting("S" + std::to_string(number), made.record(one));
    sightings += this->sighting("T" + std::to_string(number), made.record(one));
    doors += this->door("D" + std::to_string(number), one);
  }
  this->load_sightings(sightings);
  this->load_doors(doors);
  this->link();
  auto parts = this->registry_->parts();
  parts.learned_most = 400;
  const Resources& resources = this->registry_->resources();
  Models models(parts, resources);
  for (int attempt = 0; attempt < 2; ++attempt) {
    must(models.learn(this->request_));
    models.wait();
  }
  const auto versions = must(models.list());
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].state, ModelState::ready) << versions[0].fault;
  EXPECT_EQ(versions[0].name, versions[1].name) << "the same are drawn each time";
  // Heads whom nobody has linked yet are not counted beforehand.
  EXPECT_GT(versions[0].records, 300);
  EXPECT_LT(versions[0].records, 800);
  std::int64_t linked = must(this->registry_->status()).links;
  EXPECT_GT(linked, versions[0].records);
}

// Families share phones and addresses, numbers are mistyped and taken by others; records come, are corrected
// into those of others and withdrawn: after each step the registry says what all that stands says at once.
TYPED_TEST(RegistryOrder, AfterAnyCourseOfEventsTheAnswerIsThatOfAllAtOnce) {
  for (const std::uint64_t seed : {11ULL, 12ULL}) {
    MadePeople made(seed);
    Random& random = made.random();
    std::vector<MadePerson> people;
    for (int number = 0; number < 14; ++number) {
      MadePerson one = made.person();
      if (!people.empty() && random.chance(0.5)) {
        const auto& other = people[random.below(people.size())];
        one.address = other.address;
        if (random.chance(0.6)) one.phone = other.phone;
        if (random.chance(0.4)) one.surname = other.surname;
        if (random.chance(0.2)) one.born = other.born;
        if (random.chance(0.2)) one.citizen_id = other.citizen_id;
      }
      people.push_back(one);
    }
    const auto somebody = [&] { return made.record(people[random.below(people.size())], {0.15, 0.2, 0.1}); };
    std::vector<BatchId> batches;
    int numbers = 0;
    const std::string mark = "R" + std::to_string(seed) + "-";
    for (int step = 0; step < 24; ++step) {
      if (step == 5 && seed == 11) this->put_model_in_force();
      if (step > 6 && !batches.empty() && random.chance(0.25)) {
        const auto place = static_cast<std::ptrdiff_t>(random.below(batches.size()));
        this->withdraw(batches[static_cast<std::size_t>(place)]);
        batches.erase(batches.begin() + place);
      } else {
        std::string rows;
        const bool doors = random.chance(0.3);
        for (auto count = 1 + random.below(5); count > 0; --count) {
          const bool corrects = numbers > 0 && random.chance(0.3);
          const auto number = corrects ? random.below(static_cast<std::uint64_t>(numbers))
                                       : static_cast<std::uint64_t>(numbers++);
          const std::string name = mark + std::to_string(number);
          rows += doors ? this->door(name, somebody()) : this->sighting(name, somebody());
        }
        batches.push_back((doors ? this->load_doors(rows) : this->load_sightings(rows)).id);
      }
      this->link();
      if (step < 5 && seed == 11) continue;  // by identifiers alone
      ASSERT_EQ(this->as_linked(), this->at_once()) << "seed " << seed << " step " << step;
    }
    EXPECT_GT(this->as_linked().size(), 5U);
  }
}

}  // namespace

}  // namespace jingwei::registry
