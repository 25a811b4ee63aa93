// Goal: a resource is drafted, submitted, reviewed and published by different people while records come in;
// what is asked of the same people twice is refused with the place where the data are; lists tell what is
// overdue.
#include "modules/catalog/resource_life.h"

#include <filesystem>
#include <fstream>

#include "modules/catalog/catalog_search.h"
#include "modules/catalog/demand_reminders.h"
#include "modules/catalog/lists_yaml.h"
#include "modules/catalog/messages.gen.h"
#include "modules/catalog/reminders.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/catalog/sql.gen.h"
#include "schema/messages.gen.h"
#include "storage/sql.gen.h"
#include "tests/support/backends.h"

namespace jingwei::catalog {
namespace {

Demand demand_of_a_school(Day wanted_by) {
  Demand demand;
  demand.department = {"school", {"学校", "School"}};
  demand.title = "ages of pupils";
  demand.purpose = "places";
  demand.legal_basis = "law";
  demand.wanted_by = wanted_by;
  return demand;
}

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
                          const std::string& reason = "", const std::string& breaking = "") {
    return life_->step("moods", version, step, reason, {actor, std::nullopt, Language::en}, breaking);
  }

  std::vector<storage::FeedEntry> events() {
    std::vector<storage::FeedEntry> all;
    storage::FeedPosition after;
    for (int empty = 0; empty < 3;) {
      auto page = must(store_->read_feed(after, 1'000));
      if (page.empty()) {
        store_->wait_for_feed(after, std::chrono::milliseconds{20});
        ++empty;
        continue;
      }
      after = page.back().position;
      all.insert(all.end(), page.begin(), page.end());
    }
    return all;
  }

  struct Mood {
    std::int64_t n = 0;
    std::string kind, call;
  };
  // Rows of no, n, kind and call as a load would store them; call sealed.
  void insert(const Entry& entry, const std::vector<Mood>& moods) {
    storage::Change change;
    for (const auto& mood : moods) {
      const std::int64_t id = must(store_->allocate_ids());
      const auto bytes = [](const std::string& text) { return storage::Blob{text}; };
      std::vector<storage::Value> row(entry.table->columns().size(), storage::Null{});
      row[0] = bytes(std::to_string(id));
      row[1] = std::int64_t{1};
      row[2] = id;
      row[3] = std::int64_t{1};
      row[4] = bytes("content");
      row[8] = row[9] = row[11] = std::int64_t{1};
      row[13] = std::int64_t{0};
      const auto put = [&](const char* field, storage::Value value) {
        const auto at = static_cast<std::size_t>(entry.resource.index_of(field));
        row[entry.table->field_column(at)] = std::move(value);
      };
      put("no", std::to_string(id));
      put("n", mood.n);
      if (!mood.kind.empty()) put("kind", mood.kind);
      if (!mood.call.empty()) put("call", bytes("sealed " + mood.call));
      change.writes.push_back({&entry.table->insert(), std::move(row), 1});
    }
    must(store_->commit(std::move(change)));
  }

  SystemClock clock_;
  Zone zone_{"Asia/Shanghai"};
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
  before.writes.push_back(hold_slice_number("moods", 0, old->table->shape().table_version));
  EXPECT_TRUE(this->store_->commit(std::move(before)).ok());
  const auto number = "      - {name: mood, title: {zh: 心情, en: Mood}, type: integer}\n";
  must(this->life_->draft(resource_of("moods", "health", number), {"Lin", std::nullopt}));
  for (const auto& [step, actor] : {std::pair{LifeStep::submit, "Lin"}, std::pair{LifeStep::review, "Mei"},
                                    std::pair{LifeStep::publish, "Zhou"}})
    must(this->step(2, step, actor, "", "moods are numbers now"));
  storage::Change late;
  late.writes.push_back(hold_slice_number("moods", 0, old->table->shape().table_version));
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

TYPED_TEST(LifeOn, WhoAsksPeopleIsHeldToWhatAnyDepartmentHoldsAlready) {
  // A register that another department keeps and asks nobody for.
  std::string kept = yaml_of("benefits", "civil-affairs", phone);
  kept.replace(kept.find("collected_from: residents"), 25, "collected_from: departments");
  std::filesystem::create_directories(this->folder_.path() + "/b");
  std::string form = yaml_of("door-form", "housing", mobile);
  form.replace(form.find("collected_from: residents"), 25, "collected_from: grid");
  std::ofstream(this->folder_.path() + "/a/resources.yaml") << kept;
  std::ofstream(this->folder_.path() + "/b/resources.yaml") << form;
  must(this->catalog_->take_packages(real_file_system(), this->folder_.path()));
  const auto of_form = must(this->life_->overlaps_of_package("b"));
  ASSERT_EQ(of_form.size(), 1U) << "the package is published and warned of";
  EXPECT_EQ(of_form.front().other->id, "benefits");
  EXPECT_EQ(of_form.front().field->name, "mobile");
  EXPECT_TRUE(must(this->life_->overlaps_of_package("a")).empty()) << "who asks nobody asks nobody twice";
  EXPECT_EQ(must(this->life_->all_overlaps()).size(), 1U);
  // The same asked for on the desk is refused.
  must(this->life_->draft(resource_of("moods", "health", mood + phone), {"Lin", std::nullopt}));
  EXPECT_EQ(this->step(1, LifeStep::submit, "Lin").error().message, "catalog.overlaps");
}

TYPED_TEST(LifeOn, WhoInstallsAPackageIsToldWhatItAsksAgain) {
  const std::string form = yaml_of("door-form", "housing", mobile);
  const auto told = [&] {
    return must(asked_again(*this->catalog_, *this->store_, form, "doors", Language::en));
  };
  // Before it is installed…
  const auto before = told();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].resource, "door-form");
  EXPECT_EQ(before[0].field, "mobile");
  EXPECT_EQ(before[0].other, "register");
  EXPECT_EQ(before[0].other_field, "phone");
  EXPECT_NE(before[0].sentence.find("register"), std::string::npos) << before[0].sentence;
  // …and once it stands, as often.
  std::filesystem::create_directories(this->folder_.path() + "/doors");
  std::ofstream(this->folder_.path() + "/doors/resources.yaml") << form;
  must(this->catalog_->take_packages(real_file_system(), this->folder_.path()));
  EXPECT_EQ(told().size(), 1U);
  must(this->life_->exempt(
      {"door-form", "mobile", "register", "phone", "checked at the door", "Data Bureau 12", "", {}},
      {"Mei", std::nullopt}));
  EXPECT_TRUE(told().empty());
  // Packages beside each other, without a hub.
  const std::map<std::string, std::string> beside = {
      {"doors", form}, {"people", yaml_of("people", "police", phone)}, {"broken", "resources: 7\n"}};
  const auto among = must(asked_again(beside, "doors", Language::zh));
  ASSERT_EQ(among.size(), 1U);
  EXPECT_EQ(among[0].other, "people");
  EXPECT_FALSE(asked_again(beside, "broken", Language::zh).ok());
  EXPECT_TRUE(must(asked_again(beside, "absent", Language::zh)).empty());
}

TYPED_TEST(LifeOn, ATimerRemindsOfAnOverdueCollectionOnceInEachRound) {
  ManualClock clock;
  clock.advance(std::chrono::hours{24 * 400});
  std::map<std::string, Instant> received;
  Responsibilities duties(*this->catalog_, *this->store_, clock,
                          [&] { return Result<std::map<std::string, Instant>>(received); });
  Reminders reminders(*this->catalog_, *this->store_, clock, [&](const std::string& resource) {
    const auto found = received.find(resource);
    return Result<std::optional<Instant>>(found == received.end() ? std::nullopt
                                                                  : std::optional(found->second));
  });
  storage::TimerRunner timers(*this->store_, clock, "tester");
  reminders.on_timers(timers);
  Responsibility duty;
  duty.department.id = "police";
  duty.resource = "register";
  duty.basis = "list";
  const auto made = must(duties.add(duty, {"Mei", std::nullopt}));
  const auto told = [&] { return must(this->life_->notices()).size(); };
  const auto step = [&](std::chrono::seconds on) {
    clock.advance(on);
    while (must(timers.step()) > 0) {
    }
    return told();
  };
  constexpr std::chrono::hours day{24};
  EXPECT_EQ(step(day), 0U);                      // due this very moment
  EXPECT_EQ(step(std::chrono::seconds{1}), 1U);  // and now it is late
  EXPECT_EQ(step(std::chrono::hours{12}), 1U);   // of this round it was told
  EXPECT_EQ(step(std::chrono::hours{12}), 2U);   // the next
  must(duties.remind(made.id, {"Mei", std::nullopt}));
  EXPECT_EQ(told(), 3U);
  EXPECT_EQ(step(std::chrono::hours{23}), 3U);
  EXPECT_EQ(step(5 * day), 4U);  // after a stop: one, not five
  received["register"] = clock.now();
  EXPECT_EQ(step(std::chrono::hours{23}), 4U);
  EXPECT_EQ(step(std::chrono::hours{2}), 5U);  // it came once and not again
  const auto notice = must(this->life_->notices()).front();
  EXPECT_EQ(notice.about, "responsibility:" + made.id.to_string());
  EXPECT_EQ(notice.department, "police");
  EXPECT_EQ(must(duties.list()).front().responsibility.reminders, 5);
  must(duties.drop(made.id, {"Mei", std::nullopt}));
  EXPECT_EQ(step(3 * day), 5U);
  std::size_t events = 0;
  for (const auto& entry : this->events()) events += entry.kind == reminder_event_kind ? 1 : 0;
  EXPECT_EQ(events, 5U);
}

TYPED_TEST(LifeOn, ResponsibilitiesFromBeforeThereWereTimersGetOne) {
  ManualClock clock;
  clock.advance(std::chrono::hours{24 * 400});
  static const storage::Statement old{
      "old",
      "INSERT INTO responsibility (id, department, department_zh, department_en, resource, fields, "
      "rhythm, basis, origin, since, row_version) VALUES (7, 'police', 'p', 'p', 'register', '', "
      "'daily', 'b', 'desk', 1, 1)",
      ""};
  static const storage::Statement both{old.name, old.sqlite, old.sqlite};
  storage::Change change;
  change.writes.push_back({&both, {}, 1});
  must(this->store_->commit(std::move(change)));
  Reminders reminders(*this->catalog_, *this->store_, clock,
                      [](const std::string&) { return Result<std::optional<Instant>>(std::nullopt); });
  storage::TimerRunner timers(*this->store_, clock, "tester");
  reminders.on_timers(timers);
  must(reminders.watch_all());
  must(reminders.watch_all());
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(must(timers.step()), 1U);
  EXPECT_EQ(must(this->life_->notices()).size(), 1U);
}

TYPED_TEST(LifeOn, AVersionThatBreaksWhatStandsIsRefusedOrSaidToAndTold) {
  const std::string words = "      - {name: words, title: {zh: 字, en: Words}, type: text}\n";
  must(this->life_->draft(resource_of("moods", "health", mood + words), {"Lin", std::nullopt}));
  for (const auto& [step, actor] : {std::pair{LifeStep::submit, "Lin"}, std::pair{LifeStep::review, "Mei"},
                                    std::pair{LifeStep::publish, "Zhou"}})
    must(this->step(1, step, actor));
  Demands demands(*this->catalog_, *this->store_, this->clock_, this->zone_);
  Demand demand;
  demand.department = {"school", {"学校", "School"}};
  demand.title = "moods of pupils";
  demand.resource = "moods";
  demand.purpose = "care";
  demand.legal_basis = "law";
  demand.wanted_by = demands.today() + std::chrono::days{3};
  const auto asked = must(demands.ask(demand, {"Wu", std::nullopt}));

  must(this->life_->draft(resource_of("moods", "health", words), {"Lin", std::nullopt}));
  const auto refused = this->step(2, LifeStep::submit, "Lin");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "catalog.breaks");
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes.front().field, "/fields/mood");
  EXPECT_NE(render(refused.error().causes.front(), Language::en).find("Mood"), std::string::npos);

  must(this->step(2, LifeStep::submit, "Lin", "", "nobody fills it"));
  EXPECT_EQ(must(this->life_->version("moods", 2)).breaking, "nobody fills it");
  must(this->step(2, LifeStep::withdraw, "Lin"));
  EXPECT_EQ(must(this->life_->version("moods", 2)).breaking, "");
  must(this->step(2, LifeStep::submit, "Lin", "", "nobody fills it"));
  must(this->step(2, LifeStep::review, "Mei"));
  EXPECT_TRUE(must(this->life_->notices()).empty());
  must(this->step(2, LifeStep::publish, "Zhou"));
  const auto notices = must(this->life_->notices());
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices.front().kind, NoticeKind::breaking);
  EXPECT_EQ(notices.front().about, "demand:" + asked.id.to_string());
  EXPECT_EQ(notices.front().detail, "nobody fills it");
}

TYPED_TEST(LifeOn, RulesThatBecomeNarrowerAreTriedOnTheRecordsThatStand) {
  const std::string number = "      - {name: n, title: {zh: 数, en: N}, type: integer}\n";
  const std::string kind =
      "      - {name: kind, title: {zh: 类, en: Kind}, type: choice, values: [{id: a, zh: 甲, en: A}, {id: "
      "b, zh: 乙, en: B}]}\n";
  const std::string call = "      - {name: call, title: {zh: 代号, en: Call}, type: text, personal: basic}\n";
  must(this->life_->draft(resource_of("moods", "health", number + kind + call), {"Lin", std::nullopt}));
  for (const auto& [step, actor] : {std::pair{LifeStep::submit, "Lin"}, std::pair{LifeStep::review, "Mei"},
                                    std::pair{LifeStep::publish, "Zhou"}})
    must(this->step(1, step, actor));
  const Entry* entry = must(this->catalog_->find("moods"));
  const auto next = [&](const std::string& fields) {
    auto reader = must(this->store_->read());
    std::string told;
    for (const auto& one : must(breaks_of(*reader, *entry, resource_of("moods", "health", fields))))
      told += std::to_string(static_cast<int>(one.kind)) + one.field + std::to_string(one.records) + " ";
    return told;
  };
  const auto narrow = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string small = narrow(number, "integer", "integer, max: 10");
  const std::string only_a = narrow(kind, ", {id: b, zh: 乙, en: B}", "");
  const std::string must_call = narrow(call, "basic", "basic, required: true");
  const std::string short_call = narrow(call, "text", "text, max_length: 3");
  EXPECT_EQ(next(small + only_a + must_call), "");  // nothing stands that could break
  this->insert(*entry, {{5, "a", "x"}, {50, "b", ""}, {7, "", ""}});
  EXPECT_EQ(next(number + kind + call), "");
  EXPECT_EQ(next(small + kind + call), "5n1 ");
  EXPECT_EQ(next(number + only_a + call), "5kind1 ");
  EXPECT_EQ(next(number + kind + must_call), "4call2 ");
  EXPECT_EQ(next(number + kind + short_call), "6call1 ");  // sealed: not opened here
  EXPECT_EQ(next(number + kind + call + narrow(mood, "text", "text, required: true")), "4mood3 ");
  EXPECT_EQ(next(kind + call), "0n3 ");
}

TYPED_TEST(LifeOn, SamplesOfAPackageArePutInOnceAndTakenOffForGood) {
  const auto lists = must(parse_lists(
      "responsibilities:\n  - {resource: register, basis: list, owed_for_days: 3}\n"
      "demands:\n  - {department: {id: school, zh: 学校, en: School}, title: pupils, purpose: places, "
      "legal_basis: law, asked_days_ago: 14, wanted_in_days: 5}\n",
      "lists.yaml", "demo"));
  ManualClock clock;
  clock.advance(std::chrono::hours{24 * 400});
  Demands demands(*this->catalog_, *this->store_, clock, this->zone_);
  Responsibilities duties(*this->catalog_, *this->store_, clock, [] {
    return Result<std::map<std::string, Instant>>(std::map<std::string, Instant>{});
  });
  const auto seed = [&] { must(seed_lists({lists}, *this->catalog_, demands, duties, clock.now())); };
  seed();
  const auto owed = must(duties.list());
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_EQ(owed[0].responsibility.origin, Origin::package);
  EXPECT_EQ(owed[0].responsibility.department.id, "police");
  EXPECT_TRUE(owed[0].overdue);
  ASSERT_EQ(must(demands.list()).size(), 1U);
  EXPECT_EQ(clock_of(must(demands.list())[0], demands.today()).days_overdue, 4);
  clock.advance(std::chrono::hours{24 * 30});
  must(duties.drop(owed[0].responsibility.id, {"Mei", std::nullopt}));
  seed();
  EXPECT_TRUE(must(duties.list()).empty());
  EXPECT_EQ(must(demands.list()).size(), 1U);
}

TEST(Lists, AnUnknownKeyIsAnErrorWithItsLine) {
  const auto wrong = parse_lists("demands:\n  - {title: t, what: 1}\n", "lists.yaml", "demo");
  ASSERT_FALSE(wrong.ok());
  const std::string told = render(wrong.error(), Language::en);
  EXPECT_NE(told.find("lists.yaml:2"), std::string::npos) << told;
  EXPECT_FALSE(parse_lists("needs: []\n", "lists.yaml", "demo").ok());
  EXPECT_FALSE(parse_lists("demands: []\nresponsibilities:\n  - {resource: r, basis: b, rhythm: hourly}\n",
                           "lists.yaml", "demo")
                   .ok());
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

TYPED_TEST(LifeOn, NoCellOfTheResponsibilityListRunsInASpreadsheet) {
  Responsibilities duties(*this->catalog_, *this->store_, this->clock_,
                          [] { return Result(std::map<std::string, Instant>()); });
  Responsibility duty;
  duty.department = {"school", {"＝cmd|' /C calc'!A0", "＠SUM(A1)"}};
  duty.resource = "register";
  duty.basis = "=1+1";
  must(duties.add(duty, {"Mei", std::nullopt}));
  const std::string zh = must(duties.as_csv(Language::zh));
  EXPECT_NE(zh.find("\r\n'＝cmd"), std::string::npos) << zh;
  EXPECT_NE(zh.find(",'=1+1,"), std::string::npos) << zh;
  EXPECT_NE(must(duties.as_csv(Language::en)).find("\r\n'＠SUM(A1)"), std::string::npos);
}

TYPED_TEST(LifeOn, ATimerRemindsOfALateDemandOfEachStateOnItsOwn) {
  ManualClock clock(*parse_rfc3339("2020-03-01T04:00:00Z"));  // noon in the zone
  Demands demands(*this->catalog_, *this->store_, clock, this->zone_);
  DemandReminders reminders(*this->catalog_, *this->store_, clock, this->zone_);
  storage::TimerRunner timers(*this->store_, clock, "tester");
  reminders.on_timers(timers);
  const auto told = [&] { return must(this->life_->notices()).size(); };
  const auto days_pass = [&](int days) {
    clock.advance(std::chrono::hours{24 * days});
    while (must(timers.step()) > 0) {
    }
    return told();
  };
  const Demand demand = demand_of_a_school(demands.today() + std::chrono::days{60});
  const auto asked = must(demands.ask(demand, {"Wu", std::nullopt}));
  EXPECT_EQ(days_pass(10), 0U) << "the tenth day is not over";
  EXPECT_EQ(days_pass(1), 1U);
  auto notice = must(this->life_->notices()).front();
  EXPECT_EQ(notice.kind, NoticeKind::overdue);
  EXPECT_EQ(notice.about, "demand:" + asked.id.to_string());
  EXPECT_EQ(notice.department, "") << "nobody knows yet whose it is";
  EXPECT_EQ(notice.title, "ages of pupils");
  EXPECT_EQ(notice.detail, "1");
  EXPECT_EQ(days_pass(6), 1U) << "once in a round";
  EXPECT_EQ(days_pass(1), 2U);

  DemandMove promise;
  promise.id = asked.id;
  promise.step = DemandStep::promise;
  promise.resource = "register";
  promise.promised_for = demands.today() + std::chrono::days{2};
  must(demands.move(promise, {"Mei", std::nullopt}));
  EXPECT_EQ(days_pass(2), 2U) << "answered: the clock of the answer stands still";
  EXPECT_EQ(days_pass(1), 3U) << "and the promise has one of its own";
  notice = must(this->life_->notices()).front();
  EXPECT_EQ(notice.department, "police");
  EXPECT_EQ(notice.resource, "register");
  DemandMove deliver;
  deliver.id = asked.id;
  deliver.step = DemandStep::deliver;
  must(demands.move(deliver, {"Mei", std::nullopt}));
  EXPECT_EQ(days_pass(60), 3U);
  const auto steps = must(demands.steps(asked.id));
  EXPECT_EQ(std::count_if(steps.begin(), steps.end(), [](const auto& one) { return one.step == "remind"; }),
            3);
}

TYPED_TEST(LifeOn, DemandsFromBeforeThereWereTimersGetOne) {
  ManualClock clock(*parse_rfc3339("2020-03-01T04:00:00Z"));
  Demands demands(*this->catalog_, *this->store_, clock, this->zone_);
  const Demand demand = demand_of_a_school(demands.today() + std::chrono::days{60});
  must(demands.ask(demand, {"Wu", std::nullopt}));
  // As it stood before: looked after by nobody.
  static const storage::Statement unwatch{"unwatch", "UPDATE demand SET watched = 0",
                                          "UPDATE demand SET watched = 0"};
  static const storage::Statement no_timers{"no_timers", "DELETE FROM timer", "DELETE FROM timer"};
  storage::Change change;
  change.writes.push_back({&unwatch, {}, 1});
  change.writes.push_back({&no_timers, {}, std::nullopt});
  must(this->store_->commit(std::move(change)));
  DemandReminders reminders(*this->catalog_, *this->store_, clock, this->zone_);
  storage::TimerRunner timers(*this->store_, clock, "tester");
  reminders.on_timers(timers);
  must(reminders.watch_all());
  must(reminders.watch_all());
  clock.advance(std::chrono::hours{24 * 11});
  EXPECT_EQ(must(timers.step()), 1U);
  EXPECT_EQ(must(this->life_->notices()).size(), 1U);
}

}  // namespace
}  // namespace jingwei::catalog
