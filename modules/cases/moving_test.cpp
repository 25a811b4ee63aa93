// Goal: what the hub does with open cases of its own accord, after new regions, calendars, versions of
// processes or forms, reaches every case it can, leaves the others readable where they are, and stops for
// none of them.
#include <thread>

#include "modules/cases/cases_json.h"
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;
using std::chrono::hours;

template <typename Backend>
class Moving : public CasesWorld<Backend> {
 protected:
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }
  void install(const std::string& text) {
    must(this->service_->book().install("sample", must(parse_processes(text, "process.yaml", "sample"))));
  }
  void write_resources(const std::string& forms) {
    this->write(this->scenarios() + "/sample/resources.yaml", std::string(sample_resources) + forms);
  }
  void start_again() {
    this->service_.reset();
    this->restart("again");
    this->start();
  }
  void run(const std::string& name, const std::string& text, std::vector<storage::Value> values) {
    static std::deque<storage::Statement> kept;
    kept.push_back({name, text, text});
    storage::Change change;
    change.writes.push_back({&kept.back(), std::move(values), std::nullopt});
    must(this->node_.store->commit(std::move(change)));
  }
  // As after damage on disk: what is stored of it fails its check.
  void damage(CaseId id, CaseId other) {
    run("damage",
        "UPDATE case_file SET content = (SELECT content FROM case_file WHERE id = $2) WHERE id = $1",
        {id.value, other.value});
  }
  // The first two grids become one.
  void join_grids() {
    region::NewRegion joined{"980101001002009", "980101001002", "新网格", region::Level::grid, "", true, ""};
    must(this->node_.store->commit(must(this->node_.regions->merge(
        {{"980101001002001", "980101001002002"}, joined}, *parse_iso_day("2020-03-10")))));
  }
  Result<Found> merge(const Found& one, const Found& under, const std::string& who = "account:1") {
    return this->service_->work().merge(one.one.id, one.one.version, under.one.id, this->desk(who),
                                        {who, std::nullopt});
  }
  std::string detail(const Found& found, const CaseView& view) {
    return must(CaseWriter(*this->service_, view, Language::zh).detail(this->again(found)));
  }
  // The form without one of its fields.
  static std::string without(const std::string& field) {
    std::string form(repairs_form);
    const auto at = form.find("      - {name: " + field + ",");
    EXPECT_NE(at, std::string::npos) << field;
    return form.erase(at, form.find('\n', at) + 1 - at);
  }
  Found given() {
    this->on_duty("worker", "980101001002001", "account:2");
    return must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  }
};

TYPED_TEST_SUITE(Moving, Backends, BackendNames);

TYPED_TEST(Moving, NoCaseMovesToAVersionWithAnotherForm) {
  this->write_resources(std::string(repairs_form) +
                        this->replaced(std::string(repairs_form), "id: repairs", "id: repairs-anew"));
  this->start_again();
  const Found found = must(this->report(this->resident()));
  const std::string anew = this->replaced(std::string(repair_process), "form: repairs", "form: repairs-anew");
  const auto forms = [&](const std::string& text) {
    const auto declared = must(parse_processes(text, "process.yaml", "sample"));
    return must(this->service_->book().other_forms(declared.front()));
  };
  EXPECT_EQ(forms(anew + "    migrate: {}\n"), "repairs") << "an installer can tell before anything changes";
  EXPECT_EQ(forms(anew), "") << "without `migrate:` nothing is promised";
  this->install(anew + "    migrate: {}\n");
  this->step();
  const Found after = this->again(found);
  EXPECT_EQ(after.one.process_version, 1);
  EXPECT_EQ(after.one.form.at("words"), "灯不亮");
  EXPECT_EQ(this->service_->book().list()->heads.at("repair").migration, "form: repairs");
  EXPECT_FALSE(must(this->service_->work().migrate(found.one.id))) << "whoever asks";
  EXPECT_EQ(this->again(found).one.process_version, 1);
  const Found fresh = must(this->report(this->resident()));
  EXPECT_EQ(fresh.one.process_version, 2);
  EXPECT_EQ(this->again(fresh).one.form.at("words"), "灯不亮");
}

TYPED_TEST(Moving, ACaseThatMovesIntoAFinalStateIsClosed) {
  const Found found = must(this->report(this->resident()));
  this->install(std::string(repair_process) + "    migrate: {reported: closed}\n");
  this->step();
  const Case after = this->again(found).one;
  EXPECT_EQ(after.state, "closed");
  EXPECT_FALSE(after.open);
  EXPECT_EQ(after.closed_at, this->clock_.now());
  EXPECT_FALSE(after.due_at);
  EXPECT_TRUE(after.waits_for.empty());
  EXPECT_TRUE(
      this->service_->figures().sum([](RegionId, const std::string&) { return true; }, "repair").empty());
}

TYPED_TEST(Moving, APausedCaseGoesBackToTheNewNameOfItsState) {
  Found found =
      must(this->act(must(this->act(this->given(), "take", this->worker())), "pause", this->worker()));
  std::string next(repair_process);
  for (const char* place :
       {"initial: at-work", "id: at-work", "from: at-work, to: paused", "from: at-work, to: ver"})
    next = this->replaced(next, place, this->replaced(place, "at-work", "working"));
  this->install(next + "    migrate: {at-work: working}\n");
  this->step();
  found = this->again(found);
  EXPECT_EQ(found.one.process_version, 2);
  EXPECT_EQ(found.one.state, "paused");
  EXPECT_EQ(must(this->act(found, "resume", this->worker())).one.state, "working");
}

TYPED_TEST(Moving, NoStepGivesACaseToARegionThatHasEnded) {
  Found found = this->given();
  this->join_grids();
  this->step();
  const RegionId joined = this->region("980101001002009");
  this->on_duty("worker", "980101001002009", "account:6");
  found = must(this->act(this->again(found), "not-ours", this->as("account:2", "worker", joined)));
  EXPECT_EQ(found.one.owner, this->community_);
  found = must(this->act(found, "dispatch", this->desk()));
  EXPECT_EQ(found.one.owner, joined) << "what stands where it lies";
  EXPECT_EQ(found.one.assignee, "account:6");
  EXPECT_EQ(found.one.place, this->grid_) << "where it happened stays what it was";
}

TYPED_TEST(Moving, OneCaseThatCannotBeReadHoldsUpNoOther) {
  const Found broken = this->given();
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  const Found reported = must(this->report(this->resident()));
  this->damage(broken.one.id, found.one.id);
  CalendarSetting wanted;
  wanted.days[*parse_iso_day("2020-03-11")] = {false, "防汛", "Flood"};
  must(this->service_->calendars().set(wanted, {"account:3", std::nullopt}));
  this->step();
  EXPECT_EQ(this->again(reported).one.due_at, *reported.one.due_at + hours{24});
  this->join_grids();
  this->step();
  EXPECT_EQ(this->again(found).one.owner, this->region("980101001002009"));
  this->install(this->replaced(std::string(repair_process), "prefix: RP", "prefix: RQ") +
                "    migrate: {}\n");
  this->step();
  EXPECT_EQ(this->again(reported).one.process_version, 2);
}

TYPED_TEST(Moving, CasesThatCannotBeWokenHoldUpNoOther) {
  const Found first = must(this->report(this->resident(), "lamp", "urgent"));
  this->clock_.advance(std::chrono::minutes{1});
  const Found last = must(this->report(this->resident(), "lamp", "urgent"));
  storage::Change change;
  for (std::int64_t number = 1; number <= 600; ++number) {
    Case copy = first.one;
    copy.id = CaseId(last.one.id.value + 1'000 + number);
    change.writes.push_back(this->service_->work().rows().insert(copy, "repairs"));
  }
  must(this->node_.store->commit(std::move(change)));
  this->run("damage_all",
            "UPDATE case_file SET content = (SELECT content FROM case_file WHERE id = $1) WHERE id <> $1",
            {last.one.id.value});
  this->clock_.advance(hours{1});
  must(this->service_->step());
  EXPECT_EQ(this->again(last).one.escalated, 1);
}

TYPED_TEST(Moving, WhatIsDecidedOnAnEarlierDeadlineDoesNotStand) {
  const Found seen = must(this->report(this->resident()));
  Outcome late = this->service_->work().noted(seen.one, StepKind::comment, "account:9", "快一点");
  storage::Change change;
  this->service_->work().add(seen.one, late, *seen.declared, "case.comment", change);
  CalendarSetting wanted;
  wanted.days[*parse_iso_day("2020-03-11")] = {false, "防汛", "Flood"};
  must(this->service_->calendars().set(wanted, {"account:3", std::nullopt}));
  this->step();
  const auto committed = this->node_.store->commit(std::move(change));
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code, ErrorCode::conflict);
  must(this->service_->work().comment(seen.one.id, "快一点", this->resident(), {"account:9", std::nullopt}));
  EXPECT_EQ(this->again(seen).one.due_at, *seen.one.due_at + hours{24});
}

TYPED_TEST(Moving, AFormIsReadAsItIsPublishedNowAndNotAsItOnceWas) {
  this->service_.reset();
  this->write_resources("");
  this->restart("without");
  this->write_resources(this->replaced(std::string(repairs_form), "max_length: 100", "max_length: 200"));
  this->start_again();
  const auto declared = must(this->service_->book().find("repair"));
  ASSERT_NE(declared->form.field("words"), nullptr);
  EXPECT_EQ(declared->form.field("words")->max_length, 200);
}

TYPED_TEST(Moving, AProcessThatDoesNotFitItsFormLeavesTheOneThatStands) {
  const std::string unfit =
      this->replaced(std::string(repair_process), "summary: [kind, words, phone]", "summary: [kind, colour]");
  this->write_process(unfit);
  this->start_again();
  const auto head = this->service_->book().list()->heads.at("repair");
  EXPECT_EQ(head.version, 1);
  EXPECT_FALSE(head.retired);
  EXPECT_EQ(must(this->report(this->resident())).one.process_version, 1);
  const auto refused =
      this->service_->book().install("sample", must(parse_processes(unfit, "process.yaml", "sample")));
  ASSERT_FALSE(refused.ok()) << "who installs it is told";
  EXPECT_EQ(refused.error().message, "cases.no_field");
  this->write_resources(this->replaced(std::string(repairs_form), "      - {name: people,",
                                       "      - {name: colour, title: {zh: 颜色, en: Colour}, type: text, "
                                       "max_length: 20}\n      - {name: people,"));
  this->start_again();
  EXPECT_EQ(this->service_->book().list()->heads.at("repair").version, 2) << "as soon as the form has it";
}

TYPED_TEST(Moving, StepsThatComeTogetherAreAllTold) {
  const Found found = this->given();
  this->clock_.advance(hours{24 * 3});  // ignored and overdue at one look
  this->step();
  EXPECT_EQ(this->again(found).one.supervised, 1);
  const auto feed = this->feed();
  const auto told = std::count_if(feed.begin(), feed.end(), [](const storage::FeedEntry& entry) {
    return entry.kind == case_event_kind &&
           entry.body.find(
               R"("steps":[{"kind":"escalate","action":"","from":"given","to":"given"},{"kind":"ignored")") !=
               std::string::npos;
  });
  EXPECT_EQ(told, 1);
}

TYPED_TEST(Moving, OfTwoMergersAcrossOneCaseStaysOpen) {
  const Found first = must(this->report(this->resident())), second = must(this->report(this->resident()));
  const Found &older = first.one.id < second.one.id ? first : second,
              &newer = &older == &first ? second : first;
  EXPECT_EQ(this->message(this->service_->work().merge(older.one.id, older.one.version, newer.one.id,
                                                       this->desk(), {"account:1", std::nullopt})),
            "cases.parent_later");
  EXPECT_TRUE(must(this->service_->lists().similar(older, this->desk())).empty())
      << "only what it can go under";
  std::thread across([&] {
    static_cast<void>(this->service_->work().merge(older.one.id, older.one.version, newer.one.id,
                                                   this->desk("account:3"), {"account:3", std::nullopt}));
  });
  must(this->service_->work().merge(newer.one.id, newer.one.version, older.one.id, this->desk(),
                                    {"account:1", std::nullopt}));
  across.join();
  EXPECT_TRUE(this->again(older).one.open);
  EXPECT_EQ(this->again(newer).one.parent, older.one.id);
}

TYPED_TEST(Moving, WhatWasMergedUnderAMergedCaseGoesAlong) {
  const Found first = must(this->report(this->resident())),
              second = must(this->report(this->resident("account:8"))),
              third = must(this->report(this->resident("account:7")));
  must(this->merge(third, second));
  EXPECT_NE(this->detail(second, this->desk())
                .find(R"("children":[{"id":")" + third.one.id.to_string() + R"(","number":"RP-)" +
                      third.one.id.to_string() + R"(","title":"路灯)"),
            std::string::npos);
  must(this->merge(second, first));
  EXPECT_EQ(this->again(second).one.parent, first.one.id);
  EXPECT_EQ(this->again(third).one.parent, first.one.id) << "one parent, and no chain";
  EXPECT_EQ(this->message(this->merge(must(this->report(this->resident())), second)), "cases.no_parent");
  const std::string staff = this->detail(first, this->desk());
  for (const Found* child : {&second, &third})
    EXPECT_NE(staff.find(R"("id":")" + child->one.id.to_string() + R"(","number")"), std::string::npos);
  EXPECT_NE(staff.find(R"("children_count":2)"), std::string::npos);
  EXPECT_NE(this->detail(first, this->resident()).find(R"("children":[],"children_count":2)"),
            std::string::npos)
      << "what others reported is not for who reported this one";
  EXPECT_NE(this->detail(second, this->desk()).find(R"("children":[],"children_count":0)"),
            std::string::npos);
  // Each reporter is told once where their report went.
  std::map<std::string, int> told;
  for (const auto& entry : this->feed()) {
    if (entry.kind != effect_event_kind || entry.body.find("已并入") == std::string::npos) continue;
    EXPECT_NE(entry.body.find(R"("to":"reporter")"), std::string::npos) << entry.body;
    for (const Found* child : {&second, &third})
      told[child->one.id.to_string()] +=
          entry.body.find(R"("case":")" + child->one.id.to_string() + "\"") == std::string::npos ? 0 : 1;
  }
  EXPECT_EQ(told,
            (std::map<std::string, int>{{second.one.id.to_string(), 1}, {third.one.id.to_string(), 1}}));
}

TYPED_TEST(Moving, WhereTwoMergersMeetNoChainIsLeft) {
  for (int round = 0; round < 10; ++round) {
    const Found first = must(this->report(this->resident())), second = must(this->report(this->resident())),
                third = must(this->report(this->resident()));
    std::thread other([&] { static_cast<void>(this->merge(third, second, "account:3")); });
    must(this->merge(second, first));
    other.join();
    const Case last = this->again(third).one;
    EXPECT_EQ(last.parent, last.open ? CaseId() : first.one.id) << round;
  }
}

TYPED_TEST(Moving, AFormThatLacksWhatAVersionNamesKeepsNobodyFromItsCases) {
  const Found found = this->given();
  this->write_resources(this->without("haste"));  // the choice that is the urgency
  this->start_again();
  Found after = this->again(found);
  EXPECT_EQ(after.one.form.at("words"), "灯不亮");
  after = must(this->act(after, "take", this->worker()));
  this->clock_.advance(hours{24 * 5});
  this->step();
  EXPECT_EQ(this->again(found).one.escalated, 1) << "and their time still comes";
  EXPECT_EQ(this->message(this->report(this->resident())), "cases.no_choice") << "new ones are not opened";
}

TYPED_TEST(Moving, AnInstallerCanTellWhichVersionsANewFormWouldLeave) {
  const auto& book = this->service_->book();
  const catalog::Resource form = must(book.find("repair"))->form;
  catalog::Resource less = form;
  std::erase_if(less.fields, [](const catalog::Field& field) { return field.name == "phone"; });
  EXPECT_TRUE(must(book.unfit({less}, "sample")).empty())
      << "no case follows it, and its package has the next";
  EXPECT_EQ(must(book.unfit({less}, "another")).size(), 1u) << "by it another package opens its cases";
  const Found found = this->given();
  EXPECT_TRUE(must(book.unfit({form}, "sample")).empty());
  this->install(
      this->replaced(std::string(repair_process), "summary: [kind, words, phone]", "summary: [kind, words]"));
  const auto unfit = must(book.unfit({less}, "sample"));
  ASSERT_EQ(unfit.size(), 1u);
  EXPECT_EQ(unfit.front().process, "repair");
  EXPECT_EQ(unfit.front().version, 1);
  EXPECT_EQ(unfit.front().form, "repairs");
  EXPECT_EQ(unfit.front().why.message, "cases.no_field");
  for (auto& field : less.fields) {
    if (field.name == "kind") field.type = catalog::FieldType::text;
  }
  EXPECT_EQ(must(book.unfit({less}, "sample")).front().why.message, "cases.no_choice");
}

}  // namespace
}  // namespace jingwei::cases
