// A small city with one process that uses most of what processes can say, for tests of this module.
#pragma once

#include "modules/cases/cases_service.h"
#include "modules/cases/messages.gen.h"
#include "modules/cases/sql.gen.h"
#include "tests/support/ingest_world.h"

namespace jingwei::cases::testing {

using namespace jingwei::testing;

inline constexpr std::string_view repairs_form = R"(  - id: repairs
    title: {zh: 报修, en: Repairs}
    provider: {id: works, zh: 市政, en: Works}
    sharing: conditional
    purposes: [city-services]
    retention: 1y
    update: realtime
    key: []
    region: grid
    fields:
      - {name: kind, title: {zh: 类别, en: Kind}, type: choice, required: true, values: [{id: lamp, zh: 路灯, en: Lamp}, {id: pipe, zh: 水管, en: Pipe}]}
      - {name: haste, title: {zh: 缓急, en: Haste}, type: choice, values: [{id: usual, zh: 一般, en: Usual}, {id: urgent, zh: 紧急, en: Urgent}]}
      - {name: words, title: {zh: 说明, en: Words}, type: text, required: true, max_length: 100}
      - {name: people, title: {zh: 影响人数, en: People concerned}, type: integer, min: 0}
      - {name: phone, title: {zh: 电话, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region}
)";

inline constexpr std::string_view repair_process = R"(processes:
  - id: repair
    title: {zh: 报修, en: Repair}
    form: repairs
    summary: [kind, words, phone]
    category: kind
    urgency: haste
    prefix: RP
    department: centre
    departments: [{id: power, zh: 供电, en: Power}]
    report: {by: [anyone], in_name_of: [worker]}
    initial: reported
    states:
      - {id: reported, title: {zh: 待派, en: To be dispatched}, stage: report, waits_for: desk, owner: {level: community}, deadline: {within: 2h, unless: [{when: {"==": [{var: case.urgency}, urgent]}, within: 30m, clock: always}]}}
      - {id: given, title: {zh: 已派, en: Given out}, stage: dispatch, waits_for: worker, deadline: 4h, ignored_after: 1h}
      - id: handling
        title: {zh: 处置, en: Handling}
        stage: handle
        waits_for: worker
        deadline: 1d
        initial: at-work
        states:
          - {id: at-work, title: {zh: 处置中, en: At work}}
          - {id: paused, title: {zh: 挂账, en: Paused}, clock: stopped}
      - {id: arbitration, title: {zh: 裁定, en: Arbitration}, stage: dispatch, waits_for: desk, owner: {level: district}, duty: arbitrator, deadline: 1d}
      - {id: verifying, title: {zh: 核查, en: Verifying}, stage: verify, waits_for: desk, owner: {level: community, department: centre}, deadline: 1d}
      - {id: closed, title: {zh: 结案, en: Closed}, stage: close, final: true}
      - {id: merged, title: {zh: 并案, en: Merged}, stage: close, final: true}
      - {id: evaluated, title: {zh: 已评价, en: Evaluated}, stage: evaluate, final: true}
    transitions:
      - {id: dispatch, title: {zh: 派遣, en: Dispatch}, from: reported, to: given, by: [desk], assign: dispatch, bulk: true}
      - {id: take, title: {zh: 接单, en: Take}, from: given, to: handling, by: [assignee, worker], assign: actor, offline: true}
      - {id: not-ours, title: {zh: 不归我们, en: Not ours}, from: given, to: reported, by: [assignee, worker], do: not_ours, assign: none, guard: {"<": [{var: case.not_ours}, 2]}, reason: {zh: 已裁定。, en: It has been decided.}}
      - {id: decide, title: {zh: 裁定, en: Decide}, from: arbitration, to: given, by: [assignee], assign: dispatch}
      - {id: pause, title: {zh: 挂账, en: Pause}, from: at-work, to: paused, by: [assignee]}
      - {id: resume, title: {zh: 恢复, en: Resume}, from: paused, to: back, by: [assignee]}
      - {id: done, title: {zh: 完成, en: Done}, from: at-work, to: verifying, by: [assignee], tasks: done, offline: true, inputs: [{name: hours, title: {zh: 工时, en: Hours}, type: number, required: true, min: 0}], guard: {"<": [{var: input.hours}, 100]}}
      - {id: verify, title: {zh: 核查, en: Verify}, from: verifying, to: closed, by: [desk, worker], not_by: [take, done], effects: [{hook: notice, to: reporter, text: {zh: 已修好, en: Repaired}}]}
      - {id: by-time, title: {zh: 到时结案, en: By time}, from: verifying, to: closed, after: 3d}
      - {id: reopen, title: {zh: 重开, en: Reopen}, from: [closed, evaluated], to: reported, by: [reporter], do: reopen, within: 10d, most: 1}
      - {id: evaluate, title: {zh: 评价, en: Evaluate}, from: closed, to: evaluated, by: [reporter], do: evaluate, inputs: [{name: score, title: {zh: 分, en: Score}, type: integer, min: 1, max: 5, required: true}]}
    dispatch:
      - {category: [pipe], level: district, department: water, duty: plumber}
      - {level: grid, duty: worker}
    not_ours: {after: 2, to: arbitration}
    escalation: {ladder: [{level: community, role: desk}, {level: street, role: street-desk}, {level: district, role: head}], again: 4h}
    supervise: {by: [desk, head]}
    tasks: {by: [assignee, desk]}
    hand_over: {by: [desk, assignee]}
    duplicates: {same: [kind], within_m: 100, within: 7d, to: merged, by: [desk]}
    photos: {most: 3}
)";

// Somebody with one grant.
inline std::shared_ptr<const access::Caller> person(const std::string& actor, const std::string& role,
                                                    RegionId region, const std::string& department = {}) {
  auto made = std::make_shared<access::Role>();
  made->id = role;
  for (const char* id : {"case.read", "case.act", "case.supervise", "duty.write"}) {
    if (const auto place = access::find_permission(id)) made->permissions.set(*place);
  }
  made->classes = {"contact"};
  made->every_purpose = true;
  access::Grant grant;
  grant.id = 1;
  grant.role = std::move(made);
  grant.region = region;
  grant.department = department;
  return std::make_shared<access::Caller>(actor, std::vector<access::Grant>{std::move(grant)});
}

template <typename Backend>
class CasesWorld : public IngestWorld<Backend> {
 protected:
  static void SetUpTestSuite() {
    IngestWorld<Backend>::SetUpTestSuite();
    register_messages();
  }
  void SetUp() override {
    IngestWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    this->write(scenarios() + "/sample/resources.yaml",
                std::string(sample_resources) + std::string(repairs_form));
    write_process(repair_process);
    this->restart("first");
    start();
    community_ = region("980101001002");
    grid_ = region("980101001002001");
  }
  void TearDown() override {
    service_.reset();
    IngestWorld<Backend>::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = IngestWorld<Backend>::migrations();
    const auto own = sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }
  std::string scenarios() const { return this->folder_.path() + "/scenarios"; }
  void write_process(std::string_view text) { this->write(scenarios() + "/sample/process.yaml", text); }
  void start() {
    CasesParts parts{*this->node_.store, *this->node_.catalog, *this->node_.regions, *this->node_.ingest,
                     this->sealer_,      this->clock_,         this->zone_,          "first",
                     holidays_};
    parts.pseudonym_of = [](const std::string& actor) -> Result<std::string> {
      return actor == "account:9" ? std::string("person:nine") : std::string();
    };
    service_ = std::make_unique<CasesService>(std::move(parts));
    must(service_->open(real_file_system(), scenarios()));
  }
  RegionId region(const std::string& code) {
    const auto tree = this->node_.regions->tree();
    return tree->id(tree->find(code));
  }
  CaseView as(const std::string& actor, const std::string& role, RegionId where,
              const std::string& department = {}) {
    return service_->view(person(actor, role, where, department), actor, "city-services");
  }
  CaseView resident(const std::string& actor = "account:9") {
    return service_->view(std::make_shared<access::Caller>(actor, std::vector<access::Grant>{}), actor, {});
  }
  CaseView desk(const std::string& actor = "account:1") { return as(actor, "desk", community_); }
  CaseView worker(const std::string& actor = "account:2") { return as(actor, "worker", grid_); }

  Result<Found> report(const CaseView& view, const std::string& kind = "lamp",
                       const std::string& haste = "usual") {
    NewCase wanted;
    wanted.form = {{"kind", kind},
                   {"haste", haste},
                   {"words", "灯不亮"},
                   {"phone", "13800000000"},
                   {"grid", "980101001002001"}};
    return service_->work().open("repair", wanted, view, {view.actor(), std::nullopt});
  }
  Result<Found> act(const Found& found, const std::string& action, const CaseView& view, Answers inputs = {},
                    std::optional<std::string> key = std::nullopt) {
    ActionRequest wanted;
    wanted.action = action;
    wanted.version = found.one.version;
    wanted.inputs = std::move(inputs);
    return service_->work().act(found.one.id, wanted, view, {view.actor(), std::move(key)});
  }
  Found again(const Found& found) { return must(service_->work().find(found.one.id, desk_of_all())); }
  CaseView desk_of_all() {
    return service_->view(access::Caller::local_operator(), "local", "city-services");
  }
  void on_duty(const std::string& duty, const std::string& code, const std::string& who,
               const std::string& department = {}) {
    Duty wanted;
    wanted.duty = duty;
    wanted.region = region(code);
    wanted.person = who;
    wanted.department = department;
    wanted.from = this->clock_.now();
    must(service_->roster().add(wanted, {"account:1", std::nullopt}));
  }
  // The feed's followers and what is due, until nothing moves.
  std::size_t step() {
    std::size_t all = 0;
    for (int still = 0; still < 3;) {
      const std::size_t moved = must(service_->step());
      all += moved;
      still = moved == 0 ? still + 1 : 0;
      this->node_.store->wait_for_feed({}, std::chrono::milliseconds{2});
    }
    return all;
  }
  std::string message(const Result<Found>& result) {
    return result ? std::string("done") : result.error().message;
  }

  SpecialDays holidays_;
  std::unique_ptr<CasesService> service_;
  RegionId community_, grid_;
};

}  // namespace jingwei::cases::testing
