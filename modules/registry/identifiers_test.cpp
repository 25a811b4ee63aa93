// The file of a subject lists all numbers it goes by, of which scheme they are and while they are known to
// hold; each of them finds it.
#include <gtest/gtest.h>

#include "modules/registry/identifiers.h"
#include "modules/registry/papers.h"
#include "modules/registry/registry_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

std::string paper_entries(const std::string& id, const std::string& provider) {
  return "  - id: " + id + "\n    title: {zh: 入境登记, en: Entries}\n    provider: {id: " + provider +
         R"(, zh: 登记部门, en: Department}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [entry_no]
    region: grid
    day: seen_on
    fields:
      - {name: entry_no, title: {zh: 登记编号, en: Number}, type: text, required: true}
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name}
      - {name: document, title: {zh: 证件号码, en: Document}, type: citizen_id, personal: identifier}
      - {name: passport, title: {zh: 护照号, en: Passport}, type: identity_document, personal: identifier, meaning: passport}
      - {name: passport_until, title: {zh: 护照有效期至, en: Passport until}, type: date, meaning: passport-until}
      - {name: guardian, title: {zh: 监护人证件, en: Guardian's document}, type: identity_document, personal: identifier}
      - {name: phone, title: {zh: 手机, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
      - {name: seen_on, title: {zh: 日期, en: Day}, type: date}
)";
}
constexpr std::string_view paper_header =
    "登记编号,姓名,证件号码,护照号,护照有效期至,监护人证件,手机,网格,日期\n";

template <typename Backend>
class RegistryIdentifiers : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("papers",
                  "resources:\n" + paper_entries("entries", "border") + paper_entries("clinics", "hospital"));
    RegistryWorld<Backend>::SetUp();
  }
  static std::string entry(const std::string& number, int person, const std::string& passport,
                           const std::string& day, const std::string& until = "",
                           const std::string& guardian = "") {
    return number + ",张三," + citizen_id(person) + ',' + passport + ',' + until + ',' + guardian + ',' +
           phone(person) + ',' + grid_code(1) + ',' + day + '\n';
  }
  void load_entries(const std::string& resource, const std::string& rows) {
    this->load(resource, std::string(paper_header) + rows);
    this->link();
  }
  std::map<std::string, Identifier> identifiers(int person,
                                                const Reader& reader = {access::Caller::local_operator(),
                                                                        "epidemic-control"}) {
    const auto file = must(this->registry_->files().file(this->person(person), reader, Language::zh));
    std::map<std::string, Identifier> all;
    for (const auto& one : identifiers_of(file, *this->node_.regions->tree(), Language::zh))
      all.emplace(one.scheme + " " + one.value, one);
    return all;
  }
  std::set<SubjectId> found(const std::string& number) {
    std::set<SubjectId> all;
    for (const auto& one :
         must(this->registry_->search({number, Kind::person, std::nullopt, 20}, Reader{})).items)
      all.insert(one.id);
    return all;
  }
};
TYPED_TEST_SUITE(RegistryIdentifiers, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryIdentifiers, AreListedByTheirSchemesWithTheDaysThatRecordsSayThem) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load_entries("entries", this->entry("E1", 1, "E12345678", "2020-02-01", "2027-05-31"));
  const auto all = this->identifiers(1);
  ASSERT_EQ(all.size(), 3U);
  const Identifier& citizen = all.at("citizen_id " + citizen_id(1));
  EXPECT_EQ(to_iso(citizen.from), "2020-01-21");
  EXPECT_EQ(to_iso(citizen.to), "2020-02-01");
  EXPECT_EQ(citizen.sources.size(), 2U);
  EXPECT_FALSE(citizen.ended);
  EXPECT_FALSE(citizen.valid_until);
  EXPECT_EQ(citizen.certainty, Certainty::certain);
  const Identifier& passport = all.at("passport E12345678");
  EXPECT_EQ(to_iso(passport.from), "2020-02-01");
  ASSERT_TRUE(passport.valid_until);
  EXPECT_EQ(to_iso(*passport.valid_until), "2027-05-31");
  ASSERT_EQ(passport.sources.size(), 1U);
  EXPECT_EQ(passport.sources.front()->resource.id, "entries");
  EXPECT_TRUE(all.contains("phone " + phone(1)));
}

TYPED_TEST(RegistryIdentifiers, EndWhenAllWhoSaidThemSayAnotherInTheirStead) {
  this->load_entries("entries", this->entry("E1", 1, "E11111111", "2020-02-01") +
                                    this->entry("E2", 1, "E22222222", "2020-03-01"));
  auto all = this->identifiers(1);
  ASSERT_TRUE(all.at("passport E11111111").ended);
  EXPECT_EQ(to_iso(*all.at("passport E11111111").ended), "2020-03-01");
  EXPECT_FALSE(all.at("passport E22222222").ended);
  EXPECT_FALSE(all.at("citizen_id " + citizen_id(1)).ended);
  // Another department still says the first.
  this->load_entries("clinics", this->entry("C1", 1, "E11111111", "2020-02-10"));
  EXPECT_FALSE(this->identifiers(1).at("passport E11111111").ended);
}

TYPED_TEST(RegistryIdentifiers, AreMaskedAsTheRecordsAreThatSayThem) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load_entries("entries", this->entry("E1", 1, "E12345678", "2020-02-01"));
  const auto all = this->identifiers(1, Reader{});
  std::size_t citizens = 0;
  for (const auto& [name, one] : all) {
    EXPECT_TRUE(one.closed) << name;
    EXPECT_NE(one.value.find('*'), std::string::npos) << name;
    EXPECT_EQ(name.find("E12345678"), std::string::npos);
    EXPECT_FALSE(one.ended) << "masked numbers replace none: " << name;
    citizens += one.scheme == "citizen_id";
  }
  EXPECT_EQ(citizens, 1U) << "records linked by one number say one";
  EXPECT_FALSE(all.empty());
}

TYPED_TEST(RegistryIdentifiers, FindTheirPersonByEachOfThemAsLongAsARecordSaysIt) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load_entries("entries", this->entry("E1", 1, "E12345678", "2020-02-01", "", citizen_id(2)));
  const SubjectId one = this->person(1);
  EXPECT_EQ(this->found("E12345678"), (std::set<SubjectId>{one}));
  EXPECT_EQ(this->found("e1234 5678"), (std::set<SubjectId>{one}));
  // Whose paper a field without a word holds is not known: the guardian's own number leads to the guardian
  // alone.
  EXPECT_EQ(this->found(citizen_id(2)), (std::set<SubjectId>{this->person(2)}));
  this->load_entries("entries", this->entry("E1", 1, "E87654321", "2020-02-02"));
  EXPECT_TRUE(this->found("E12345678").empty());
  EXPECT_EQ(this->found("E87654321"), (std::set<SubjectId>{one}));
  // A process that starts anew knows them from the records.
  this->restart_registry();
  this->link();
  EXPECT_EQ(this->found("E87654321"), (std::set<SubjectId>{one}));
}

catalog::Field paper_field(const std::string& meaning) {
  catalog::Field field;
  field.type = catalog::FieldType::identity_document;
  field.personal = catalog::Personal::identifier;
  field.meaning = meaning;
  return field;
}

TEST(RegistryPapers, AreToldApartByTheirFormAndByWhatTheFieldSays) {
  const auto scheme = [](const std::string& number, const std::string& meaning = "") {
    return scheme_of_paper(paper_field(meaning), number);
  };
  EXPECT_EQ(scheme("11010519491231002X"), "citizen_id");
  EXPECT_EQ(scheme("990102198001010010"), "citizen_id") << "of nobody: no country has this number";
  EXPECT_EQ(scheme("984011198001010013"), "permanent_residence") << "of the United States";
  EXPECT_EQ(scheme("E12345678"), "passport");
  EXPECT_EQ(scheme("H12345678"), "hk_macao_permit");
  EXPECT_EQ(scheme("C12345678"), "travel_permit");
  EXPECT_EQ(scheme("L12345678"), "travel_permit");
  EXPECT_EQ(scheme("830000199001010018"), "residence_permit");
  EXPECT_EQ(scheme("12345678"), "document") << "of Taiwan residents, or a passport of abroad";
  EXPECT_EQ(scheme("12345678", "taiwan-permit"), "taiwan_permit");
  EXPECT_EQ(scheme("12345678", "passport"), "passport");
  EXPECT_EQ(scheme("", "further-document"), "document");
}

TEST(RegistryPapers, AreOnesOwnOnlyWhereTheFieldSaysSo) {
  EXPECT_TRUE(is_further_paper(paper_field("passport")));
  EXPECT_TRUE(is_further_paper(paper_field("further-document")));
  EXPECT_FALSE(is_further_paper(paper_field("")));
  EXPECT_FALSE(is_further_paper(paper_field("guardian-document")));
  catalog::Field text = paper_field("passport");
  text.type = catalog::FieldType::text;
  EXPECT_FALSE(is_further_paper(text));
}

}  // namespace

}  // namespace jingwei::registry
