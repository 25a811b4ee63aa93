// Goal: purposes come from packages and the desk, emergencies switch them, and every decision is checked,
// repeated safely and on record.
#include "modules/purpose/purpose_service.h"

#include "modules/purpose/package.h"
#include "modules/purpose/purpose_testing.h"

namespace jingwei::purpose {
namespace {

using namespace jingwei::purpose::testing;

template <typename Backend>
class Purposes : public PurposeWorld<Backend> {
 protected:
  Result<void> check(const std::string& purpose, const std::string& resource) {
    return this->purposes().check(purpose, resource, this->clock_.now());
  }
  static std::string reason_of(const Result<void>& refused) {
    if (refused) return "open";
    return refused.error().causes.empty() ? refused.error().message : refused.error().causes.front().message;
  }

  RegionId region(const std::string& code) {
    const auto tree = this->node_.regions->tree();
    return tree->id(tree->find(code));
  }
  // Reads records below the region, of whatever class a purpose opens.
  access::Caller reader_of(const std::string& code) {
    auto role = std::make_shared<access::Role>();
    role->id = "reader";
    role->permissions.set(*access::find_permission("record.read"));
    role->classes = {"name", "identifier", "contact"};
    role->every_purpose = true;
    access::Grant grant;
    grant.role = std::move(role);
    grant.region = region(code);
    grant.whole_area = code == "980100";
    return access::Caller("account:1", {std::move(grant)});
  }
  // Where names of a resource stand open to them under a purpose ("" in a region's place: none); those whose
  // name they see masked stand behind a minus. Lists and single records agree.
  std::set<std::string> seen(const access::Caller& who, const std::string& resource = "people",
                             const std::string& purpose = "epidemic-control") {
    const auto& definition = must(this->node_.catalog->find(resource))->resource;
    const auto sight = must(this->node_.ingest->sight_of(&who, definition, purpose));
    const auto tree = this->node_.regions->tree();
    const auto name = static_cast<std::size_t>(definition.index_of("name"));
    const auto phone = static_cast<std::size_t>(definition.index_of("phone"));
    std::set<std::string> places;
    for (const auto& record : must(this->node_.ingest->list_records(resource, {.most = 100}, sight))) {
      const std::string place(tree->code(tree->find(record.region)));
      places.insert((record.closed[name] ? "-" : "") + place);
      EXPECT_TRUE(record.closed[phone]) << "a class that is not the purpose's";
      EXPECT_EQ(must(this->node_.ingest->find_record(resource, record.id, sight)).values, record.values);
    }
    return places;
  }
};

TYPED_TEST_SUITE(Purposes, Backends, BackendNames);

TYPED_TEST(Purposes, ComeFromThePackageAndAnswerByClassAndRegion) {
  const auto view = this->purposes().view();
  ASSERT_EQ(view->purposes.size(), 2U);
  EXPECT_EQ(view->find("epidemic-control")->basis.zh, "传染病防治法");
  EXPECT_EQ(view->kept.at("clinics").basis.en, "Rules on medical records");
  EXPECT_EQ(this->reason_of(this->check("epidemic-control", "people")), "purpose.shut_no_emergency");
  EXPECT_EQ(this->reason_of(this->check("daily-services", "services")), "open");
  EXPECT_EQ(this->reason_of(this->check("daily-services", "people")), "purpose.shut_other_resource");
  EXPECT_EQ(this->reason_of(this->check("unheard-of", "people")), "purpose.unknown");
  EXPECT_EQ(this->check("epidemic-control", "nothing").error().code, ErrorCode::not_found);
  Question question{"daily-services", "services", catalog::Personal::health, ""};
  EXPECT_EQ(this->reason_of(this->purposes().check(question, this->clock_.now())),
            "purpose.shut_other_class");
}

TYPED_TEST(Purposes, AnEmergencyOpensThemForItsRegionAndAllUnderIt) {
  const Emergency made = must(this->declare("980101"));
  EXPECT_EQ(made.order_number, "市政发1号");
  EXPECT_EQ(this->reason_of(this->check("epidemic-control", "people")), "open");
  const auto in = [&](const std::string& region) {
    return this->reason_of(this->purposes().check(
        {"epidemic-control", "people", catalog::Personal::name, region}, this->clock_.now()));
  };
  EXPECT_EQ(in("980101"), "open");
  EXPECT_EQ(in(grid_code(1)), "open");
  EXPECT_EQ(in("980100"), "purpose.shut_no_emergency") << "the city as a whole is not in it";
  const auto steps = must(this->purposes().steps(thing_of(made.id)));
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps.front().step, "declare");
}

TYPED_TEST(Purposes, AnEmergencyOpensTheRecordsOfItsRegionAndNoOthers) {
  const std::string one = grid_code(0), two = grid_code(1), elsewhere = "980102";
  // Each stands while the region's emergency does.
  const Emergency made = must(this->declare(one));
  for (const auto& [number, grid] : {std::pair{0, one}, {1, two}, {2, elsewhere}}) {
    must(this->node_.ingest->add_record("people",
                                        {{"name", "张三"},
                                         {"citizen_id", citizen_id(number)},
                                         {"phone", phone(number)},
                                         {"kind", "户籍"},
                                         {"grid", grid}},
                                        {"tester", std::nullopt}));
  }
  using Places = std::set<std::string>;
  EXPECT_EQ(this->seen(this->reader_of("980100")), (Places{one, "-" + two, "-" + elsewhere}))
      << "who reads the whole city";
  EXPECT_EQ(this->seen(this->reader_of("980101")), (Places{one, "-" + two}))
      << "who reads the district of which one grid is in it";
  EXPECT_EQ(this->seen(this->reader_of(one)), Places{one});
  EXPECT_EQ(this->seen(this->reader_of(two)), Places{"-" + two});
  EXPECT_EQ(this->seen(this->reader_of(elsewhere)), Places{"-" + elsewhere});
  must(this->declare(elsewhere));
  EXPECT_EQ(this->seen(this->reader_of("980100")), (Places{one, "-" + two, elsewhere}));
  this->end(made.id);
  EXPECT_EQ(this->seen(this->reader_of("980100")), (Places{"-" + one, "-" + two, elsewhere}));
  EXPECT_EQ(this->seen(this->reader_of(one)), Places{"-" + one});
  must(this->declare("980100"));
  EXPECT_EQ(this->seen(this->reader_of("980100")), (Places{one, two, elsewhere}));
  EXPECT_EQ(this->seen(this->reader_of("980101")), (Places{one, two}));
}

TYPED_TEST(Purposes, WhatIsOpenWithoutAnEmergencyIsOpenEverywhere) {
  this->load("services", this->patients(0, 3));
  EXPECT_EQ(this->seen(this->reader_of("980100"), "services", "daily-services"),
            (std::set<std::string>{grid_code(0), grid_code(1), grid_code(2)}));
  const auto areas =
      this->purposes().areas("daily-services", "services", catalog::Personal::name, this->clock_.now());
  EXPECT_TRUE(areas.everywhere);
  const auto health =
      this->purposes().areas("daily-services", "services", catalog::Personal::health, this->clock_.now());
  EXPECT_FALSE(health.everywhere);
  EXPECT_TRUE(health.regions.empty());
}

TYPED_TEST(Purposes, DeclaringAndExtendingAreCheckedAndTakeEffectOnce) {
  NewEmergency wrong{"999999", " ", "1号", 9, {"unheard-of"}, this->clock_.now()};
  const auto refused = this->purposes().declare(wrong, {"Mayor", std::nullopt});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().causes.size(), 5U);
  EXPECT_EQ(
      this->purposes()
          .declare({"980100", "x", "", 1, {"epidemic-control"}, this->clock_.now() + std::chrono::hours{1}},
                   {"Mayor", std::nullopt})
          .error()
          .message,
      "purpose.order_missing");
  NewEmergency right{"980100", "一级响应",           "1号",
                     1,        {"epidemic-control"}, this->clock_.now() + std::chrono::days{3}};
  const Emergency made = must(this->purposes().declare(right, {"Mayor", "key-1"}));
  EXPECT_EQ(must(this->purposes().declare(right, {"Mayor", "key-1"})).id, made.id);
  EXPECT_EQ(this->purposes().view()->emergencies.size(), 1U);
  const auto later = made.planned_end + std::chrono::days{7};
  EXPECT_EQ(
      this->purposes().extend(made.id, made.planned_end, "2号", {"Mayor", std::nullopt}).error().message,
      "purpose.not_later");
  EXPECT_EQ(must(this->purposes().extend(made.id, later, "2号", {"Mayor", std::nullopt})).planned_end, later);
  EXPECT_EQ(this->purposes().extend(EmergencyId(7), later, "2号", {"Mayor", std::nullopt}).error().code,
            ErrorCode::not_found);
  // The first timer falls and finds it extended.
  this->clock_.advance(std::chrono::days{4});
  this->work();
  EXPECT_TRUE(must(this->purposes().find_emergency(made.id)).stands(this->clock_.now()));
  this->clock_.advance(std::chrono::days{7});
  EXPECT_EQ(this->reason_of(this->check("epidemic-control", "people")), "purpose.shut_no_emergency")
      << "shut at the moment, before any timer";
  this->work();
  const Emergency over = must(this->purposes().find_emergency(made.id));
  EXPECT_EQ(over.state, EmergencyState::ended);
  EXPECT_EQ(over.ended_at, later);
  EXPECT_TRUE(over.ended_by.empty());
  EXPECT_EQ(this->purposes()
                .extend(made.id, later + std::chrono::days{9}, "3号", {"Mayor", std::nullopt})
                .error()
                .message,
            "purpose.emergency_over");
  EXPECT_EQ(must(this->purposes().steps(thing_of(made.id))).back().step, "lapse");
}

TYPED_TEST(Purposes, AreChangedOnTheDeskAndThePackageDoesNotTakeThemBack) {
  Purpose edited = *this->purposes().view()->find("daily-services");
  edited.title.en = "Services of every day";
  const Purpose made = must(this->purposes().put(edited, {"Lin", std::nullopt}));
  EXPECT_EQ(made.version, 2);
  EXPECT_EQ(this->purposes().put(edited, {"Mei", std::nullopt}).error().message, "purpose.version");
  this->restart("again");
  EXPECT_EQ(this->purposes().view()->find("daily-services")->title.en, "Services of every day");

  Purpose fresh;
  fresh.id = "Wrong Id";
  fresh.version = 0;
  fresh.resources = {"nothing"};
  EXPECT_EQ(this->purposes().put(fresh, {"Lin", std::nullopt}).error().causes.size(), 7U);
  fresh.id = "inquiries";
  fresh.title = {"查询", "Inquiries"};
  fresh.basis = {"条例", "Regulation"};
  fresh.resources = {"people"};
  fresh.starts = *parse_iso_day("2020-01-01");
  fresh.ends = *parse_iso_day("2020-12-31");
  EXPECT_EQ(must(this->purposes().put(fresh, {"Lin", std::nullopt})).version, 1);

  Assessment words;
  words.purpose = "inquiries";
  words.necessity = "needed";
  EXPECT_EQ(this->purposes().assess(words, {"Lin", std::nullopt}).error().message,
            "purpose.assessment_missing");
  words.risk = "small";
  words.measures = "masked";
  EXPECT_EQ(must(this->purposes().assess(words, {"Lin", std::nullopt})).version, 1);
  EXPECT_EQ(this->purposes().assess(words, {"Lin", std::nullopt}).error().message, "purpose.version");
}

TYPED_TEST(Purposes, AnEditThatWouldEndWhatTheyKeepIsRefused) {
  must(this->declare());
  this->load("people", people(0, 10));
  this->end(this->purposes().view()->emergencies.front().id);
  this->work();
  // Its resource would be over by this edit alone.
  Purpose edited = *this->purposes().view()->find("daily-services");
  edited.resources = {"services"};
  EXPECT_EQ(this->purposes().put(edited, {"Lin", std::nullopt}).error().message, "purpose.edit_would_end");
}

// A purpose that nobody renews is shut, and keeps what it has; renewed, it is open again.
TYPED_TEST(Purposes, EveryPurposeEndsAndOneToBeRenewedLapsesWithoutDestroying) {
  Purpose endless;
  endless.id = "surveys";
  endless.title = {"调查", "Surveys"};
  endless.basis = {"条例", "Regulation"};
  endless.starts = *parse_iso_day("2020-01-01");
  endless.version = 0;
  const auto refused = this->purposes().put(endless, {"Lin", std::nullopt});
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes.front().message, "purpose.end_missing");
  endless.review_by = *parse_iso_day("2024-01-01");
  EXPECT_EQ(this->purposes().put(endless, {"Lin", std::nullopt}).error().causes.front().message,
            "purpose.review_too_late");
  IngestWorld<TypeParam>::write(this->scenarios() + "/sample/purposes.yaml",
                                "purposes:\n  - id: daily-services\n    title: {zh: 日常, en: Daily}\n"
                                "    legal_basis: {zh: 法, en: Law}\n    classes: [name]\n"
                                "    start: 2020-01-01\n    review_within: 100\n");
  this->restart("reviewed");
  const auto reviewed = [&] { return *this->purposes().view()->find("daily-services"); };
  EXPECT_EQ(reviewed().review_by, this->zone_.day_of(this->clock_.now()) + std::chrono::days{100});
  this->load("services", this->patients(0, 5));
  const auto open = [&] {
    const auto checked = this->purposes().check("daily-services", "services", this->clock_.now());
    return checked ? std::string("open") : checked.error().causes.front().message;
  };
  this->clock_.advance(std::chrono::days{100});
  EXPECT_EQ(open(), "open") << "its last day";
  this->clock_.advance(std::chrono::days{1});
  EXPECT_EQ(open(), "purpose.shut_lapsed");
  this->restart("later");
  EXPECT_EQ(open(), "purpose.shut_lapsed") << "a start renews nothing";
  EXPECT_FALSE(this->purposes()
                   .view()
                   ->over(*this->node_.catalog, this->clock_.now(), this->zone_)
                   .contains("services"))
      << "nothing is destroyed";
  Purpose renewed = reviewed();
  renewed.review_by = this->zone_.day_of(this->clock_.now()) + std::chrono::days{365};
  must(this->purposes().put(renewed, {"Lin", std::nullopt}));
  EXPECT_EQ(open(), "open");
}

TYPED_TEST(Purposes, ASyntheticCityGetsItsSampleEmergencyOnce) {
  IngestWorld<TypeParam>::write(
      this->scenarios() + "/sample/purposes.yaml",
      std::string(sample_purposes) +
          "sample_emergencies:\n  - {name: 示例, order: 0号, purposes: [epidemic-control], days: 9}\n");
  this->restart("sampled");
  must(this->purposes().put_samples("000000"));
  EXPECT_TRUE(this->purposes().view()->emergencies.empty()) << "its region does not stand yet";
  must(this->purposes().put_samples("980100"));
  must(this->purposes().put_samples("980100"));
  ASSERT_EQ(this->purposes().view()->emergencies.size(), 1U);
  EXPECT_EQ(this->purposes().view()->emergencies.front().planned_end,
            this->clock_.now() + std::chrono::days{9});
}

TYPED_TEST(Purposes, EveryFaultOfAPackageIsToldWithItsLine) {
  const auto parsed = parse_package(R"(purposes:
  - id: Wrong
    title: {zh: 目的, en: Purpose}
    legal_basis: {zh: 法}
    classes: [blood]
    resources: [nothing]
    start: yesterday
    colour: red
)",
                                    "scenarios/x/purposes.yaml", "x", *this->node_.catalog);
  ASSERT_FALSE(parsed.ok());
  const std::string all = parsed.error().to_log();
  EXPECT_EQ(parsed.error().causes.size(), 7U) << all;
  for (const auto& cause : parsed.error().causes) {
    ASSERT_FALSE(cause.arguments.empty());
    const bool placed = std::any_of(cause.arguments.begin(), cause.arguments.end(), [](const auto& argument) {
      return argument.first == "place" && argument.second.starts_with("scenarios/x/purposes.yaml:");
    });
    EXPECT_TRUE(placed) << cause.to_log();
  }
}

}  // namespace
}  // namespace jingwei::purpose
