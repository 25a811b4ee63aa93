// What a file answers: to the person it is about, to a form, and to the count of what was typed in vain.
#include <gtest/gtest.h>

#include "modules/registry/registry_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

constexpr std::string_view firms = R"(resources:
  - id: firms
    title: {zh: 企业, en: Firms}
    provider: {id: market, zh: 市监, en: Market supervision}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: enterprise
    key: [credit_code]
    region: grid
    fields:
      - {name: name, title: {zh: 企业名称, en: Name}, type: text, required: true}
      - {name: credit_code, title: {zh: 统一社会信用代码, en: Credit code}, type: credit_code, required: true}
      - {name: phone, title: {zh: 联系电话, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: inspections
    title: {zh: 检查, en: Inspections}
    provider: {id: health, zh: 卫健, en: Health}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: enterprise
    key: [inspection_no]
    region: grid
    fields:
      - {name: inspection_no, title: {zh: 检查号, en: Number}, type: text, required: true}
      - {name: credit_code, title: {zh: 统一社会信用代码, en: Credit code}, type: credit_code, required: true}
      - {name: phone, title: {zh: 电话, en: Phone}, type: phone, personal: contact}
      - {name: keeper_phone, title: {zh: 值守电话, en: Keeper's phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";
constexpr std::string_view firm = "91350100M000100Y43";

template <typename Backend>
class RegistryFile : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("firms", firms);
    RegistryWorld<Backend>::SetUp();
  }

  std::map<std::string, std::string> prefilled(SubjectId subject, const std::string& form,
                                               const Files::From& from = {}) {
    std::map<std::string, std::string> all;
    // For a purpose; without one personal fields are masked and fill nothing.
    const Reader reader{access::Caller::local_operator(), "epidemic-control"};
    const auto file = must(this->registry_->files().file(subject, reader, Language::zh));
    for (const auto& one : must(this->registry_->files().prefill(file, form, Language::zh, from)))
      all[one.field] = one.text + " " + one.source->resource.id + " " + to_iso(one.day);
    return all;
  }

  TypedCount typed(const std::string& resource) {
    for (const auto& one : must(this->registry_->status()).resources) {
      if (one.resource == resource) return one.typed;
    }
    return {};
  }
};
TYPED_TEST_SUITE(RegistryFile, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryFile, OnesOwnHoldsOnlyWhatIsCertainlyOnesOwn) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三") + visit_row("V2", 2, "张三") +
                           visit_row("V3", 1, "欧阳明"));
  this->link();
  const auto own = must(this->registry_->own_file({citizen_id(1)}));
  // V3 is probably theirs, and no guess is shown.
  std::multiset<std::string> resources;
  for (const auto& entry : own.entries) {
    resources.insert(entry.entry->resource.id);
    const auto& closed = entry.record.closed;
    EXPECT_EQ(std::count(closed.begin(), closed.end(), true), 0) << "nobody is masked from themselves";
    EXPECT_NE(std::get<std::string>(entry.record.values[1]), "欧阳明");
  }
  EXPECT_EQ(resources, (std::multiset<std::string>{"people", "visits"}));
  EXPECT_TRUE(own.relations.empty());
  EXPECT_FALSE(own.pseudonym.empty());
  // Nobody's, and one that could be either of two.
  EXPECT_EQ(this->registry_->own_file({citizen_id(99)}).error().message, "registry.no_own_file");
  EXPECT_EQ(this->registry_->own_file({}).error().message, "registry.no_own_file");
  EXPECT_EQ(this->registry_->own_file({citizen_id(1), citizen_id(2)}).error().message,
            "registry.no_own_file");
}

TYPED_TEST(RegistryFile, ACopyHoldsWhatIsOnesOwnAndIsMadeForAPurpose) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三") + visit_row("V3", 1, "欧阳明"));
  this->link();
  const SubjectId one = this->person(1);
  ASSERT_EQ(this->file(one).entries.size(), 3U);
  const auto& files = this->registry_->files();
  const auto copy =
      must(files.copy_for(one, {access::Caller::local_operator(), "epidemic-control"}, Language::zh));
  EXPECT_EQ(copy.entries.size(), 2U);
  for (const auto& entry : copy.entries) {
    EXPECT_EQ(entry.link.certainty, Certainty::certain);
    EXPECT_EQ(entry.link.role, Role::person);
  }
  EXPECT_TRUE(copy.relations.empty());
  const auto refused = files.copy_for(one, {access::Caller::local_operator(), ""}, Language::zh);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_EQ(refused.error().message, "registry.copy_purpose_missing");
}

TYPED_TEST(RegistryFile, AHouseholdSomebodyLeftStandsWithTheDayItEnded) {
  const auto relations = [&](SubjectId subject) {
    std::map<std::pair<SubjectId, SubjectId>, std::string> all;
    for (const auto& one : this->file(subject).relations)
      all[{one.subject, one.other}] =
          (one.from ? to_iso(*one.from) : "") + ".." + (one.to ? to_iso(*one.to) : "");
    return all;
  };
  const auto household_of = [&](int number) {
    SubjectId found;
    for (const auto& one : this->file(this->person(number)).relations) {
      if (!one.to) found = one.other;
    }
    return found;
  };
  this->load("households", std::string(household_header) + household_row(1, "张三", "H1") +
                               household_row(2, "李四", "H1") + household_row(3, "王五", "H3"));
  this->link();
  const SubjectId before = household_of(1), wrong = household_of(3);
  // Put right on the day it came: nobody moved.
  this->load("households", std::string(household_header) + household_row(3, "王五", "H4"));
  this->link();
  this->clock_.advance(std::chrono::hours{24 * 10});
  // The second stays, though their record is written anew with another day.
  this->load("households", std::string(household_header) + household_row(1, "张三", "H2") + "李四," +
                               citizen_id(2) + ",H1," + phone(77) + ',' + grid_code(2) + '\n');
  this->link();
  const SubjectId one = this->person(1), two = this->person(2), now = household_of(1);
  ASSERT_NE(now, before);
  EXPECT_EQ(relations(one), (std::map<std::pair<SubjectId, SubjectId>, std::string>{
                                {{one, before}, "2020-03-10..2020-03-19"}, {{one, now}, "2020-03-20.."}}));
  EXPECT_EQ(relations(before),
            (std::map<std::pair<SubjectId, SubjectId>, std::string>{{{one, before}, "2020-03-10..2020-03-19"},
                                                                    {{two, before}, "2020-03-10.."}}));
  const SubjectId three = this->person(3);
  EXPECT_EQ(relations(three),
            (std::map<std::pair<SubjectId, SubjectId>, std::string>{{{three, wrong}, "2020-03-10.."}}))
      << "the household itself was put right";
}

TYPED_TEST(RegistryFile, FillsAFormWithTheNewestAnswerAndItsSource) {
  this->load("people", std::string(jingwei::testing::people_header) +
                           jingwei::testing::person(1, "户籍", "2020-01-21"));
  this->load("households", std::string(household_header) + "张三," + citizen_id(1) + ",H1," + phone(77) +
                               ',' + grid_code(1) + '\n');
  this->link();
  const auto filled = this->prefilled(this->person(1), "people");
  // The household's record came later; only the people's own record says when somebody was seen, which is its
  // own business.
  EXPECT_EQ(filled.at("phone"), phone(77) + " households 2020-03-10");
  EXPECT_EQ(filled.at("name"), "张三 households 2020-03-10");
  EXPECT_EQ(filled.at("citizen_id"), citizen_id(1) + " households 2020-03-10");
  EXPECT_FALSE(filled.contains("seen_on"));
  // A page may say which resource alone fills a field.
  const auto bound = this->prefilled(this->person(1), "people", {{"name", "people"}, {"phone", "visits"}});
  EXPECT_EQ(bound.at("name").find(" people "), bound.at("name").find(' '));
  EXPECT_FALSE(bound.contains("phone")) << "that resource tells no phone of theirs";
  EXPECT_EQ(bound.at("citizen_id"), filled.at("citizen_id"));
}

TYPED_TEST(RegistryFile, FillsAFirmsFormFromTheFirmAndNotFromItsPeople) {
  this->load("jobs", "姓名,证件号码,统一社会信用代码,网格\n张三," + citizen_id(1) + "," + std::string(firm) +
                         "," + grid_code(1) + "\n");
  this->load("people", jingwei::testing::people(1, 1));
  this->load("firms", "企业名称,统一社会信用代码,联系电话,网格\n海风商行," + std::string(firm) + "," +
                          phone(500) + "," + grid_code(2) + "\n");
  this->link();
  SubjectId enterprise;
  for (const auto& relation : this->file(this->person(1)).relations) enterprise = relation.other;
  const auto filled = this->prefilled(enterprise, "inspections");
  EXPECT_EQ(filled.at("phone"), phone(500) + " firms 2020-03-10");
  EXPECT_FALSE(filled.contains("keeper_phone")) << "a second phone is another's";
  // A firm's form is not about a person, nor a person's about a firm.
  EXPECT_TRUE(this->prefilled(this->person(1), "inspections").empty());
  EXPECT_TRUE(this->prefilled(enterprise, "people").empty());
}

TYPED_TEST(RegistryFile, SubjectsAreMetByTheirNumbersAndSayOnlyWhatIsSaidOfThemselves) {
  this->load("jobs", "姓名,证件号码,统一社会信用代码,网格\n张三," + citizen_id(1) + "," + std::string(firm) +
                         "," + grid_code(1) + "\n");
  this->load("people", jingwei::testing::people(1, 1));
  this->load("firms", "企业名称,统一社会信用代码,联系电话,网格\n海风商行," + std::string(firm) + "," +
                          phone(500) + "," + grid_code(2) + "\n");
  this->link();
  const std::vector<SubjectNumber> numbers = {{Kind::enterprise, "credit_code", std::string(firm)},
                                              {Kind::person, "", citizen_id(1)},
                                              {Kind::person, "", std::string(firm)},
                                              {Kind::enterprise, "credit_code", ""},
                                              {Kind::enterprise, "credit_code", "91350100M000100Y44"}};
  const auto subjects = must(this->registry_->subjects_of(numbers));
  ASSERT_EQ(subjects.size(), numbers.size());
  EXPECT_TRUE(subjects[0]);
  EXPECT_EQ(subjects[1], this->person(1));
  for (const std::size_t nobody : {2, 3, 4}) EXPECT_FALSE(subjects[nobody]) << nobody;
  const Reader reader{access::Caller::local_operator(), "epidemic-control"};
  const auto said = must(this->registry_->files().said_of(subjects[0], Kind::enterprise, reader));
  ASSERT_EQ(said.entries.size(), 1U) << "whom it employs says nothing of the firm";
  EXPECT_EQ(said.entries.front().entry->resource.id, "firms");
  const auto own = must(this->registry_->files().said_of(subjects[1], Kind::person, reader));
  EXPECT_EQ(own.entries.size(), 2U);
  EXPECT_FALSE(own.pseudonym.empty());
  // An inspection's form is about the firm; a job's is about the person it names.
  const auto naming = [&](const std::string& form) {
    return naming_parts_of(must(this->node_.catalog->find(form))->resource);
  };
  ASSERT_EQ(naming("inspections").size(), 1U);
  EXPECT_EQ(naming("inspections").front().scheme, "credit_code");
  ASSERT_EQ(naming("jobs").size(), 1U);
  EXPECT_EQ(kind_of(naming("jobs").front().role), Kind::person);
}

TYPED_TEST(RegistryFile, CountsWhatWasTypedAlthoughItWasKnown) {
  this->load("people", jingwei::testing::people(1, 2));
  this->link();
  // Phone as known; the household is new.
  must(this->node_.ingest->add_record("households",
                                      {{"name", "张三"},
                                       {"citizen_id", citizen_id(1)},
                                       {"household", "H1"},
                                       {"phone", phone(1)},
                                       {"grid", grid_code(1)}},
                                      this->request_));
  this->link();
  EXPECT_EQ(this->typed("households").fields, 2);
  EXPECT_EQ(this->typed("households").known, 1);
  // Of somebody of whom nothing is known, nothing was.
  must(this->node_.ingest->add_record(
      "households",
      {{"name", "李四"}, {"citizen_id", citizen_id(9)}, {"phone", phone(9)}, {"grid", grid_code(1)}},
      this->request_));
  this->link();
  EXPECT_EQ(this->typed("households").fields, 3);
  EXPECT_EQ(this->typed("households").known, 1);
  // What came in a file was typed by nobody here.
  this->load("households", std::string(household_header) + household_row(2, "张三", "H2"));
  this->link();
  EXPECT_EQ(this->typed("households").fields, 3);
}

}  // namespace

}  // namespace jingwei::registry
