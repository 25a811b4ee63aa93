// Goal: a thing that another module tells of opens one case however often the news comes; a step taken in the
// case and the thing's own step are one transaction, or neither; a step taken elsewhere moves the case.
#include "base/messages.h"
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;

constexpr std::string_view wish_form = R"(  - id: wishes
    title: {zh: 心愿, en: Wishes}
    provider: {id: works, zh: 市政, en: Works}
    sharing: none
    purposes: [city-services]
    retention: 1y
    update: realtime
    key: []
    fields:
      - {name: number, title: {zh: 编号, en: Number}, type: text, required: true}
      - {name: due, title: {zh: 期限, en: Due}, type: datetime}
)";

constexpr std::string_view wish_process = R"(processes:
  - id: wish
    title: {zh: 心愿, en: Wish}
    form: wishes
    summary: [number]
    prefix: WI
    department: centre
    matter: {of: wish, form: {number: id, due: until}}
    report: {by: []}
    initial: open
    states:
      - {id: open, title: {zh: 待办, en: Open}, stage: accept, waits_for: desk, owner: {level: community}, deadline: {until: due}}
      - {id: granted, title: {zh: 同意, en: Granted}, stage: handle, waits_for: desk}
      - {id: done, title: {zh: 完成, en: Done}, stage: close, final: true}
    transitions:
      - {id: grant, title: {zh: 同意, en: Grant}, from: open, to: granted, by: [desk], inputs: [{name: answer, title: {zh: 答复, en: Answer}, type: text}], matter: {step: grant, words: answer}}
      - {id: finish, title: {zh: 完成, en: Finish}, from: granted, to: done, matter: {step: finish}}
    escalation: {ladder: [{level: community, role: head}]}
)";

template <typename Backend>
class MattersOf : public CasesWorld<Backend> {
 protected:
  void SetUp() override {
    CasesWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    this->write(this->scenarios() + "/sample/resources.yaml",
                std::string(sample_resources) + std::string(wish_form));
    this->write_process(wish_process);
    start_again();
  }
  void start_again() {
    this->service_.reset();
    this->restart("again");
    CasesParts parts{*this->node_.store, *this->node_.catalog, *this->node_.regions, *this->node_.ingest,
                     this->sealer_,      this->clock_,         this->zone_,          "first",
                     this->holidays_};
    parts.move_matter = [this](const storage::MatterStep& step, const std::string& words,
                               const access::Caller*, storage::Reader&,
                               storage::Change& change) -> Result<void> {
      if (refuses_) return Error(ErrorCode::denied, "cases.same_person");
      moved_ = step;
      words_ = words;
      change.events.push_back(event_of(step));
      return {};
    };
    this->service_ = std::make_unique<CasesService>(std::move(parts));
    must(this->service_->open(real_file_system(), this->scenarios()));
  }
  void tell(const std::string& step, const std::string& thing = "7") {
    storage::MatterStep told;
    told.matter = "wish";
    told.thing = thing;
    told.step = step;
    told.actor = "account:9";
    told.region = "980101001002001";
    told.facts = {{"id", thing}, {"until", "2020-03-12T09:30:00Z"}};
    storage::Change change;
    change.events.push_back(event_of(told));
    must(this->node_.store->commit(std::move(change)));
  }
  CaseId the_case(const std::string& thing = "7") {
    const auto cases = must(this->service_->matters().cases_of("wish", thing));
    return cases.contains("wish") ? cases.at("wish") : CaseId();
  }
  Found found() { return must(this->service_->work().find(the_case(), this->desk_of_all())); }
  std::size_t steps() { return must(this->service_->work().steps(found())).size(); }

  bool refuses_ = false;
  storage::MatterStep moved_;
  std::string words_;
};

TYPED_TEST_SUITE(MattersOf, Backends, BackendNames);

TYPED_TEST(MattersOf, EachOpensOneCaseHoweverOftenItIsTold) {
  this->tell("open");
  this->tell("open");
  this->step();
  const CaseId id = this->the_case();
  ASSERT_TRUE(id);
  this->start_again();
  this->tell("open");
  this->step();
  EXPECT_EQ(this->the_case(), id);
  const Found found = this->found();
  EXPECT_EQ(found.thing, "7");
  EXPECT_EQ(found.one.reporter, "account:9") << "who brought it";
  EXPECT_EQ(found.one.form.at("number"), "7");
  EXPECT_EQ(found.one.owner, this->community_);
  ASSERT_TRUE(found.one.due_at.has_value());
  EXPECT_EQ(to_rfc3339(*found.one.due_at), to_rfc3339(*parse_rfc3339("2020-03-12T09:30:00Z")))
      << "the thing's own clock";
  EXPECT_EQ(this->steps(), 1U);
  NewCase by_hand;
  by_hand.form = {{"number", "9"}};
  by_hand.region = "980101001002001";
  EXPECT_EQ(this->message(
                this->service_->work().open("wish", by_hand, this->desk_of_all(), {"local", std::nullopt})),
            "cases.may_not_open");
  InboxQuery query;
  EXPECT_EQ(must(this->service_->lists().inbox(query, this->desk())).items.size(), 1U);
}

TYPED_TEST(MattersOf, AStepInTheCaseIsTheThingsStepOrNeither) {
  this->tell("open");
  this->step();
  this->refuses_ = true;
  EXPECT_EQ(this->message(this->act(this->found(), "grant", this->desk(), {{"answer", "好"}})),
            "cases.same_person");
  EXPECT_EQ(this->found().one.state, "open");
  EXPECT_EQ(this->steps(), 1U);
  this->refuses_ = false;
  EXPECT_EQ(this->message(this->act(this->found(), "grant", this->desk(), {{"answer", "好"}})), "done");
  EXPECT_EQ(this->moved_.thing, "7");
  EXPECT_EQ(this->moved_.step, "grant");
  EXPECT_EQ(this->moved_.actor, "account:1");
  EXPECT_EQ(this->moved_.in_case, this->the_case().to_string());
  EXPECT_EQ(this->words_, "好");
  this->step();
  EXPECT_EQ(this->found().one.state, "granted") << "its own step is not taken again";
  EXPECT_EQ(this->steps(), 2U);
}

TYPED_TEST(MattersOf, AStepTakenElsewhereMovesTheCaseOnce) {
  this->tell("open");
  this->tell("grant");
  this->tell("grant");
  this->tell("nothing-here");
  this->step();
  EXPECT_EQ(this->found().one.state, "granted");
  EXPECT_EQ(this->steps(), 2U);
  EXPECT_TRUE(this->moved_.step.empty()) << "it stands where it is kept already";
  EXPECT_EQ(this->message(this->act(this->found(), "finish", this->desk_of_all())), "cases.not_your_turn")
      << "nobody takes by hand what the hub only follows";
  this->tell("finish");
  this->step();
  EXPECT_FALSE(this->found().one.open);
}

TYPED_TEST(MattersOf, WhatNoProcessCanTakeHoldsUpNothing) {
  storage::MatterStep nowhere;
  nowhere.matter = "wish";
  nowhere.thing = "8";
  nowhere.step = "open";
  nowhere.facts = {{"id", "8"}};  // and no region
  storage::Change change;
  change.events.push_back(event_of(nowhere));
  change.events.push_back({std::string(storage::matter_event_kind), R"({"step":"open"})"});
  must(this->node_.store->commit(std::move(change)));
  this->tell("open");
  this->step();
  EXPECT_FALSE(this->the_case("8"));
  EXPECT_TRUE(this->the_case());
}

TYPED_TEST(MattersOf, WhatIsOverdueOnTheLastRungsLevelGoesToItsRole) {
  this->tell("open");
  this->step();
  this->clock_.advance(std::chrono::days{3});
  this->step();
  const Found late = this->found();
  EXPECT_TRUE(late.one.overdue);
  EXPECT_EQ(late.one.waits_for, "head");
  EXPECT_EQ(late.one.owner, this->community_);
  EXPECT_EQ(late.one.escalated, 1);
}

TYPED_TEST(MattersOf, WhoHoldsTheRoleItWaitsForSeesItAndNothingElse) {
  this->tell("open");
  this->step();
  auto role = std::make_shared<access::Role>();
  role->id = "desk";
  role->permissions.set(*access::find_permission("case.turn"));
  access::Grant grant;
  grant.id = 1;
  grant.role = role;
  grant.region = this->community_;
  const auto view = [&](const std::string& id) {
    auto named = std::make_shared<access::Role>(*role);
    named->id = id;
    grant.role = named;
    return this->service_->view(
        std::make_shared<access::Caller>("account:5", std::vector<access::Grant>{grant}), "account:5", {});
  };
  EXPECT_TRUE(this->service_->work().find(this->the_case(), view("desk")).ok());
  InboxQuery query;
  EXPECT_EQ(must(this->service_->lists().inbox(query, view("desk"))).items.size(), 1U);
  EXPECT_EQ(this->message(this->service_->work().find(this->the_case(), view("other"))), "cases.not_found");
  EXPECT_EQ(this->message(this->act(this->found(), "grant", view("desk"))), "done");
  EXPECT_TRUE(this->service_->work().find(this->the_case(), view("desk")).ok());
}

}  // namespace
}  // namespace jingwei::cases
