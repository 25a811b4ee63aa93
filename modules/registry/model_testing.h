// A hub whose registry works with a model, on both storages.
#pragma once

#include "engines/linkage/linkage.h"
#include "modules/registry/registry_testing.h"
#include "tests/support/made_people.h"

namespace jingwei::registry::testing {

// The bytes of a model learned from made-up people, who do not occur again.
inline const std::string& model_bytes() {
  static const std::string bytes = [] {
    jingwei::testing::MadePeople made(77);
    linkage::Records records(model_fields());
    int number = 0;
    for (int person = 0; person < 1'500; ++person) {
      const auto truth = made.person();
      for (auto copies = 1 + made.random().below(3); copies > 0; --copies) {
        const auto one = made.record(truth, {0.1, 0.15, 0.1});
        const std::string name = one.name();
        const std::array<std::string_view, trait_count> values = {
            name, one.citizen_id, one.phone, one.born, one.sex, one.address, ""};
        records.add(linkage::Side::left, std::to_string(number++), values);
      }
    }
    records.prepare(1);
    linkage::LinkOptions options;
    options.threads = 1;
    return linkage::link(records, options).model->serialise();
  }();
  return bytes;
}

// A resource in which people of all kinds are entered under a number.
inline std::string people_entries(const std::string& id, const std::string& key) {
  return "resources:\n  - id: " + id + R"(
    title: {zh: 登记, en: Entries}
    provider: {id: street, zh: 街道, en: Street}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [)" +
         key + R"(]
    region: grid
    fields:
      - {name: )" +
         key + R"(, title: {zh: 登记编号, en: Number}, type: text, required: true}
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name}
      - {name: document, title: {zh: 证件号码, en: Document}, type: identity_document, personal: identifier}
      - {name: phone, title: {zh: 手机, en: Phone}, type: phone, personal: contact}
      - {name: born, title: {zh: 出生日期, en: Born}, type: date, personal: basic}
      - {name: address, title: {zh: 住址, en: Address}, type: address, personal: address}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";
}
inline constexpr std::string_view people_entries_header = "登记编号,姓名,证件号码,手机,出生日期,住址,网格\n";

template <typename Backend>
class ModelWorld : public RegistryWorld<Backend> {
 protected:
  // As if it had been learned here.
  void put_model(std::int64_t version, const std::string& warnings = "[]") {
    const storage::Blob body{this->sealer_.seal({"registry_model", version, "body"}, model_bytes())};
    storage::Change change;
    change.writes.push_back(
        {&sql::add_model, {version, std::string("tester"), to_micros(this->clock_.now())}, 1});
    change.writes.push_back(
        {&sql::put_model,
         {version, std::string("made"), std::int64_t{3'000}, 1.0, 0.98, 0.5, 0.2, body, warnings},
         1});
    must(this->node_.store->commit(std::move(change)));
  }
  void put_model_in_force() {
    put_model(1);
    must(this->registry_->models().activate(1, this->request_));
    this->link();
  }

  // The record of a resource that bears this person's number; the last of several.
  RecordId record_of(const std::string& resource, int number) {
    RecordId found;
    for (const auto& record : this->records(resource)) {
      for (const auto& value : record.values) {
        const auto* text = std::get_if<std::string>(&value);
        if (text != nullptr && *text == citizen_id(number)) found = std::max(found, record.id);
      }
    }
    EXPECT_TRUE(found) << resource << number;
    return found;
  }
  SubjectId subject_of(RecordId record) { return must(this->registry_->subject_of(record, Kind::person)); }

  // A decision as another process writes it.
  void say(RecordId one, RecordId other, bool same) {
    const std::int64_t ids = must(this->node_.store->allocate_ids(2));
    auto reader = must(this->node_.store->read());
    const State state = must(read_state(*reader));
    reader.reset();
    storage::Change change;
    change.writes.push_back(take_number(state.number));
    change.writes.push_back(add_constraint(
        {ids, std::min(one, other), std::max(one, other), Role::person, same, EventId(ids + 1)},
        this->clock_.now()));
    must(this->node_.store->commit(std::move(change)));
    this->clock_.advance(std::chrono::seconds{1});
  }
  // A pair that somebody is to look at.
  ReviewId put_review(RecordId one, RecordId other, double probability = 0.4) {
    const std::int64_t id = must(this->node_.store->allocate_ids());
    storage::Change change;
    change.writes.push_back(
        {&sql::add_review,
         {id, std::min(one, other).value, std::max(one, other).value, static_cast<std::int64_t>(Role::person),
          std::int64_t{1}, std::int64_t{1}, std::int64_t{0}, std::int64_t{0}, probability, std::string("{}"),
          to_micros(this->clock_.now())},
         std::nullopt});
    must(this->node_.store->commit(std::move(change)));
    // The pair may have waited already.
    const auto reader = must(this->node_.store->read());
    ReviewId standing;
    const storage::Value pair[] = {std::min(one, other).value, std::max(one, other).value};
    must(reader->query(review_of_pair(), pair, [&](const storage::Row& row) {
      standing = ReviewId(row.integer(0));
      return false;
    }));
    return standing;
  }
  static const storage::Statement& review_of_pair() {
    static const std::string text = "SELECT id FROM registry_review WHERE a = $1 AND b = $2";
    static const storage::Statement statement{"test.review_of_pair", text, text};
    return statement;
  }
  void look_again() {
    storage::Change change;
    change.writes.push_back(LinkRunner::look_again());
    must(this->node_.store->commit(std::move(change)));
    must(this->registry_->resources().refresh());
    this->link();
  }
};

}  // namespace jingwei::registry::testing
