// Goal: a resource is drafted, submitted, reviewed and published by different people while records come in;
// what is asked of the same people twice is refused with the place where the data are; lists tell what is
// overdue.
#include "modules/catalog/resource_life.h"

#include <filesystem>
#include <fstream>

#include "modules/catalog/catalog_search.h"
#include "modules/catalog/demand.h"
#include "modules/catalog/messages.gen.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/catalog/sql.gen.h"
#include "schema/messages.gen.h"
#include "storage/sql.gen.h"
#include "tests/support/backends.h"

namespace jingwei::catalog {
namespace {

using jingwei::testing::must;

std::string yaml_of(const std::string& id, const std::string& provider, const std::string& fields) {
  return "resources:\n  - id: " + id + "\n    title: {zh: 走访, en: Visits}\n    provider: {id: " + provider +
         ", zh: 部门, en: Department}\n    sharing: conditional\n    purposes: [grid-services]\n"
         "    retention: 3y\n    update: daily\n    subject: person\n    collected_from: residents\n"
         "    key: [no]\n    fields:\n      - {name: no, title: {zh: 号, en: No}, type: text, required: "
         "true}\n" +
         fields;
}
const std::string phone =
    "      - {name: phone, title: {zh: 联系电话, en: Phone}, type: phone, personal: contact}\n";
const std::string mobile =
    "      - {name: mobile, title: {zh: 手机号, en: Mobile}, type: phone, personal: contact}\n";
const std::string mood = "      - {name: mood, title: {zh: 心情, en: Mood}, type: text}\n";

Resource resource_of(const std::string& id, const std::string& provider, const std::string& fields) {
  return must(parse_resources(yaml_of(id, provider, fields), "draft.yaml", "")).front();
}

template <typename Backend>
class LifeOn : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    register_messages();
    schema::register_messages();
  }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    store_ = must(backend_->open(clock_));
    for (const auto part : {storage::sql::migrations(), sql::migrations()}) must(store_->migrate(part));
    std::filesystem::create_directories(folder_.path() + "/a");
    std::ofstream(folder_.path() + "/a/resources.yaml") << yaml_of("register", "police", phone);
    catalog_ = must(Catalog::open(real_file_system(), folder_.path(), *store_, clock_));
    life_ = std::make_unique<ResourceLife>(*catalog_, *store_, clock_);
  }
  Result<Definition> step(std::int64_t version, LifeStep step, const std::string& actor,
                          const std::string& reason = "") {
    return life_->step("moods", version, step, reason, {actor, std::nullopt, Language::en});
  }

  SystemClock clock_;
  storage::TemporaryFolder folder_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<ResourceLife> life_;
};

TYPED_TEST_SUITE(LifeOn, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(LifeOn, ThreePeopleTakeAVersionToItsPublicationAndAFieldMoreToTheNext) {
  must(this->life_->draft(resource_of("moods", "health", mood), {"Lin", std::nullopt}));
  EXPECT_FALSE(this->catalog_->find("moods").ok());
  must(this->step(1, LifeStep::submit, "Lin"));
  EXPECT_EQ(this->step(1, LifeStep::review, " ｌｉｎ").error().message, "catalog.same_person");
  must(this->step(1, LifeStep::review, "Mei"));
  EXPECT_EQ(this->step(1, LifeStep::publish, "Mei").error().message, "catalog.same_person");
  must(this->step(1, LifeStep::publish, "Zhou"));
  const Entry* first = must(this->catalog_->find("moods"));

  const auto words = "      - {name: words, title: {zh: 字, en: Words}, type: text}\n";
  must(this->life_->draft(resource_of("moods", "health", mood + words), {"Lin", std::nullopt}));
  EXPECT_EQ(this->life_->draft(resource_of("moods", "health", mood), {"Wu", std::nullopt}).error().message,
            "catalog.version_open");
  must(this->step(2, LifeStep::submit, "Lin"));
  EXPECT_EQ(this->step(2, LifeStep::refuse, "Mei").error().message, "catalog.reason_missing");
  must(this->step(2, LifeStep::review, "Mei"));
  must(this->step(2, LifeStep::publish, "Zhou"));
  EXPECT_EQ(must(this->catalog_->find("moods"))->resource.fields.size(), 3U);
  EXPECT_EQ(first->resource.fields.size(), 2U);  // whoever loads keeps what it was given
  EXPECT_EQ(must(this->life_->version("moods", 1)).state, LifeState::replaced);
}

TYPED_TEST(LifeOn, AMovedTableRefusesWhatIsWrittenForTheOldOne) {
  must(this->life_->draft(resource_of("moods", "health", mood), {"Lin", std::nullopt}));
  for (const auto& [step, actor] : {std::pair{LifeStep::submit, "Lin"}, std::pair{LifeStep::review, "Mei"},
                                    std::pair{LifeStep::publish, "Zhou"}})
    must(this->step(1, step, actor));
  const Entry* old = must(this->catalog_->find("moods"));
  storage::Change before;
  before.writes.push_back(old->fence());
  EXPECT_TRUE(this->store_->commit(std::move(before)).ok());
  const auto number = "      - {name: mood, title: {zh: 心情, en: Mood}, type: integer}\n";
  must(this->life_->draft(resource_of("moods", "health", number), {"Lin", std::nullopt}));
  for (const auto& [step, actor] : {std::pair{LifeStep::submit, "Lin"}, std::pair{LifeStep::review, "Mei"},
                                    std::pair{LifeStep::publish, "Zhou"}})
    must(this->step(2, step, actor));
  storage::Change late;
  late.writes.push_back(old->fence());
  const auto refused = this->store_->commit(std::move(late));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TYPED_TEST(LifeOn, WhatTheSamePeopleWereAskedAlreadyIsRefusedUnlessExempted) {
  must(this->life_->draft(resource_of("moods", "health", mood + mobile), {"Lin", std::nullopt}));
  const auto refused = this->step(1, LifeStep::submit, "Lin");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "catalog.overlaps");
  ASSERT_EQ(refused.error().causes.size(), 1U);
  const std::string told = render(refused.error().causes.front(), Language::en);
  EXPECT_NE(told.find("register"), std::string::npos) << told;
  must(this->life_->exempt(
      {"moods", "mobile", "register", "phone", "checked at the door", "Data Bureau 12", "", {}},
      {"Mei", std::nullopt}));
  EXPECT_TRUE(this->step(1, LifeStep::submit, "Lin").ok());
}

TYPED_TEST(LifeOn, AnOverdueCollectionIsTheStewardsAndIsRemindedOf) {
  ManualClock clock;
  clock.advance(std::chrono::hours{24 * 400});
  Responsibilities duties(*this->catalog_, *this->store_, clock, [] {
    return Result<std::map<std::string, Instant>>(std::map<std::string, Instant>{});
  });
  must(duties.appoint({{"police", {}}, "陈云", "科长", "", {}}, "", {"Mei", std::nullopt}));
  Responsibility duty;
  duty.department.id = "police";
  duty.resource = "register";
  duty.basis = "list";
  const auto made = must(duties.add(duty, {"Mei", std::nullopt}));
  EXPECT_EQ(duties.remind(made.id, {"Mei", std::nullopt}).error().message, "catalog.not_overdue");
  clock.advance(std::chrono::hours{24 * 4 + 1});
  const auto listed = must(duties.list());
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_TRUE(listed[0].overdue);
  EXPECT_EQ(listed[0].days_overdue, 3);
  EXPECT_EQ(listed[0].steward->name, "陈云");
  EXPECT_EQ(must(duties.remind(made.id, {"Mei", std::nullopt})).reminders, 1);
}

TYPED_TEST(LifeOn, ResourcesAreFoundByPinyinFieldAndSlips) {
  const auto definitions = this->catalog_->definitions();
  for (const char* text : {"走访", "zoufang", "联系电话", "vists"}) {
    CatalogQuery query;
    query.text = text;
    EXPECT_EQ(search_catalog(*definitions, query).items.size(), 1U) << text;
  }
  CatalogQuery nothing;
  nothing.provider = "health";
  EXPECT_TRUE(search_catalog(*definitions, nothing).items.empty());
}

TEST(CsvCell, NeverRunsInASpreadsheet) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
}

}  // namespace
}  // namespace jingwei::catalog
