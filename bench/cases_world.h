// One hub without HTTP, filled as a city's is, for cases_bench: real keys, a real store, one process.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/json.h"
#include "base/random.h"
#include "bench/measure.h"
#include "crypto/keystore.h"
#include "crypto/master_key.h"
#include "modules/cases/case_rows.h"
#include "modules/cases/cases_json.h"
#include "modules/cases/cases_service.h"
#include "modules/cases/sql.gen.h"
#include "modules/catalog/sql.gen.h"
#include "modules/ingest/sql.gen.h"
#include "modules/region/region_testing.h"
#include "modules/region/sql.gen.h"
#include "storage/keyed_sealer.h"
#include "storage/sql.gen.h"
#include "storage/temporary_folder.h"

namespace jingwei::bench {

using namespace jingwei::cases;
using SteadyClock = std::chrono::steady_clock;

constexpr int grids = 200;
constexpr std::int64_t open_stored = 100'000;  // of the stored cases, at most

constexpr std::string_view form_yaml = R"(resources:
  - id: events
    title: {zh: 事件, en: Events}
    provider: {id: centre, zh: 中心, en: Centre}
    sharing: conditional
    purposes: [city-services]
    retention: 1y
    update: realtime
    key: []
    region: grid
    fields:
      - {name: kind, title: {zh: 类别, en: Kind}, type: choice, required: true, values: [{id: lamp, zh: 路灯, en: Lamp}, {id: pipe, zh: 水管, en: Pipe}]}
      - {name: words, title: {zh: 说明, en: Words}, type: text, required: true, max_length: 500}
      - {name: phone, title: {zh: 电话, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region}
)";

constexpr std::string_view process_yaml = R"(processes:
  - id: event
    title: {zh: 事件, en: Event}
    form: events
    summary: [kind, words]
    category: kind
    prefix: EV
    department: centre
    report: {by: [anyone]}
    initial: reported
    states:
      - {id: reported, title: {zh: 待派, en: Reported}, stage: report, waits_for: desk, owner: {level: community}, deadline: 2h}
      - {id: given, title: {zh: 已派, en: Given}, stage: dispatch, waits_for: worker, deadline: 4h, ignored_after: 1h}
      - {id: handling, title: {zh: 处置, en: Handling}, stage: handle, waits_for: worker, deadline: 1d}
      - {id: verifying, title: {zh: 核查, en: Verifying}, stage: verify, waits_for: desk, owner: {level: community}, deadline: 1d}
      - {id: closed, title: {zh: 结案, en: Closed}, stage: close, final: true}
    transitions:
      - {id: dispatch, title: {zh: 派遣, en: Dispatch}, from: reported, to: given, by: [desk], assign: dispatch}
      - {id: take, title: {zh: 接单, en: Take}, from: given, to: handling, by: [worker], assign: actor, offline: true, guard: {"<": [{var: case.not_ours}, 2]}}
      - {id: done, title: {zh: 完成, en: Done}, from: handling, to: verifying, by: [worker], offline: true, inputs: [{name: result, title: {zh: 结果, en: Result}, type: text, required: true}]}
      - {id: verify, title: {zh: 核查, en: Verify}, from: verifying, to: closed, by: [desk], not_by: [take, done]}
    dispatch: [{level: grid, duty: worker}]
    escalation: {ladder: [{level: community, role: desk}, {level: district, role: head}], again: 4h}
)";

struct Settings {
  double seconds = 3;
  int rounds = 3;
  std::int64_t stored = 1'000'000;
  std::string storages = "both";
};

inline void report(const std::string& metric, const char* unit, double value, const char* peer = nullptr,
                   double peer_value = 0, double ratio = 0) {
  bench::print_figure("cases", metric, unit, value, peer, peer_value, ratio);
}

inline std::shared_ptr<const access::Caller> person(const std::string& actor, const std::string& role,
                                                    RegionId region) {
  auto made = std::make_shared<access::Role>();
  made->id = role;
  for (const char* id : {"case.read", "case.act"}) made->permissions.set(*access::find_permission(id));
  access::Grant grant;
  grant.role = std::move(made);
  grant.region = region;
  return std::make_shared<access::Caller>(actor, std::vector<access::Grant>{std::move(grant)});
}

inline std::string grid_code(int number) {
  const std::string digits = std::to_string(1'000 + number);
  return "980101001002" + digits.substr(1);
}

// One hub without HTTP: real keys, real store, one process.
class World {
 public:
  explicit World(std::unique_ptr<storage::Store> store) : store_(std::move(store)) {
    const std::string scenarios = folder_.path() + "/scenarios/bench";
    std::filesystem::create_directories(scenarios);
    std::filesystem::create_directories(folder_.path() + "/keys");
    std::filesystem::create_directories(folder_.path() + "/uploads");
    std::ofstream(scenarios + "/resources.yaml") << form_yaml;
    std::ofstream(scenarios + "/process.yaml") << process_yaml;
    std::vector<storage::Migration> all;
    for (const auto part : {storage::sql::migrations(), region::sql::migrations(), catalog::sql::migrations(),
                            ingest::sql::migrations(), cases::sql::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    must(store_->migrate(all));
    auto master = must(crypto::load_secret_file(real_file_system(), folder_.path() + "/keys/master.key"));
    keystore_ = must(crypto::Keystore::open(real_file_system(), folder_.path() + "/keys", clock_,
                                            std::move(master), crypto::Suite::standard));
    sealer_ = storage::keyed_sealer(*keystore_, clock_, {});
    regions_ = std::make_unique<region::Regions>(region::testing::sample_file(), store_.get());
    must(regions_->reload());
    std::string lines;
    for (int number = 1; number <= grids; ++number)
      lines += R"({"code":")" + grid_code(number) + R"(","parent":"980101001002","name":"第)" +
               std::to_string(number) + R"(网格","level":6,"boundary":null,"synthetic":true})" + "\n";
    for (auto& change : must(regions_->load(lines, *parse_iso_day("2020-01-01"))))
      must(store_->commit(std::move(change)));
    must(regions_->reload());
    catalog_ =
        must(catalog::Catalog::open(real_file_system(), folder_.path() + "/scenarios", *store_, clock_));
    ingest_ = std::make_unique<ingest::IngestService>(ingest::IngestParts{*store_,
                                                                          *catalog_,
                                                                          *regions_,
                                                                          *sealer_,
                                                                          real_file_system(),
                                                                          clock_,
                                                                          zone_,
                                                                          folder_.path() + "/uploads",
                                                                          region("980100"),
                                                                          {},
                                                                          std::nullopt,
                                                                          "bench"});
    service_ = std::make_unique<CasesService>(
        CasesParts{*store_, *catalog_, *regions_, *ingest_, *sealer_, clock_, zone_, "bench", {}});
    must(service_->open(real_file_system(), folder_.path() + "/scenarios"));
    for (int number = 1; number <= grids; ++number) {
      Duty duty;
      duty.duty = "worker";
      duty.region = region(grid_code(number));
      duty.person = worker_of(number);
      must(service_->roster().add(duty, {"account:1", std::nullopt}));
    }
    service_->start();
  }
  ~World() { service_->stop(); }

  RegionId region(const std::string& code) const {
    const auto tree = regions_->tree();
    return tree->id(tree->find(code));
  }
  static std::string worker_of(int grid) { return "account:" + std::to_string(1'000 + grid); }
  CaseView view(const std::string& actor, const std::string& role, const std::string& code) const {
    return service_->view(person(actor, role, region(code)), actor, {});
  }

  // Five people, five transactions.
  void life_cycle(int number) {
    const int grid = 1 + number % grids;
    const CaseView checker = view("account:2", "desk", "980101001002");
    const CaseView worker = view(worker_of(grid), "worker", grid_code(grid));
    Found found = given(grid);
    found = act(found, "take", worker);
    found = act(found, "done", worker, {{"result", "已更换灯泡"}});
    act(found, "verify", checker);
  }

  // A resident's case that stands with the worker of its grid.
  static constexpr std::int64_t given_version = 2;
  Found given(int grid) {
    const CaseView resident = service_->view(
        std::make_shared<access::Caller>("account:9", std::vector<access::Grant>{}), "account:9", {});
    NewCase wanted;
    wanted.form = {{"kind", "lamp"},
                   {"words", "望潮路 12 号门前路灯不亮，已有三天"},
                   {"phone", "13800000000"},
                   {"grid", grid_code(grid)}};
    const Found found = must(service_->work().open("event", wanted, resident, {"account:9", std::nullopt}));
    return act(found, "dispatch", view("account:1", "desk", "980101001002"));
  }

  double per_second(int writers, double seconds) {
    std::atomic<int> number = 0, done = 0;
    const auto begin = SteadyClock::now();
    const auto end =
        begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
    std::vector<std::thread> pool;
    for (int at = 0; at < writers; ++at) {
      pool.emplace_back([&] {
        while (SteadyClock::now() < end) {
          life_cycle(number++);
          ++done;
        }
      });
    }
    for (auto& thread : pool) thread.join();
    return done / std::chrono::duration<double>(SteadyClock::now() - begin).count();
  }

  // Stored cases as a city has them: nearly all closed.
  void fill(std::int64_t count) {
    const std::vector<std::string> columns = {
        "id",         "version",    "process",    "process_version", "state",    "state_before", "stage",
        "open_mark",  "place",      "longitude",  "latitude",        "owner",    "department",   "assignee",
        "had_before", "waits_for",  "reporter",   "category",        "urgency",  "opened_at",    "entered_at",
        "changed_at", "closed_at",  "due_at",     "rung_at",         "wake_at",  "left_us",      "overdue",
        "touched",    "escalated",  "supervised", "reopened",        "not_ours", "score",        "parent",
        "photos",     "tasks_open", "content"};
    SeededRandom random(7);
    std::vector<RegionId> places;
    for (int number = 1; number <= grids; ++number) places.push_back(region(grid_code(number)));
    const CaseRows rows(*sealer_);
    must(sealer_->prepare("events"));
    constexpr std::int64_t slice_rows = 2'000;
    for (std::int64_t first = 0; first < count; first += slice_rows) {
      const std::int64_t many = std::min(slice_rows, count - first);
      const std::int64_t id = must(store_->allocate_ids(many));
      storage::BulkSlice slice{"case_file", columns, {}, {}};
      storage::BulkSlice steps{"case_step",
                               {"case_id", "sequence", "kind", "action", "actor", "at", "from_state",
                                "to_state", "owner", "department", "assignee", "late", "content"},
                               {},
                               {}};
      for (std::int64_t at = 0; at < many; ++at) {
        Case one;
        const bool open = (first + at) % std::max<std::int64_t>(1, count / open_stored) == 0;
        one.id = CaseId(id + at);
        one.version = open ? 1 : 5;
        one.process = "event";
        one.process_version = 1;
        one.open = open;
        one.state = open ? "reported" : "closed";
        one.stage = open ? Stage::report : Stage::close;
        one.place = places[random.below(places.size())];
        one.owner = region_community();
        one.department = "centre";
        one.waits_for = open ? "desk" : "";
        one.reporter = "account:" + std::to_string(100'000 + random.below(500'000));
        one.category = "lamp";
        one.opened_at = one.entered_at = one.changed_at =
            clock_.now() - std::chrono::minutes{static_cast<int>(random.below(500'000))};
        if (open)
          one.due_at = clock_.now() + std::chrono::minutes{static_cast<int>(10'000 + random.below(100'000))};
        if (!open) one.closed_at = one.changed_at;
        one.form = {
            {"kind", "lamp"}, {"words", "望潮路 12 号门前路灯不亮，已有三天"}, {"phone", "13800000000"}};
        auto cells = rows.insert(one, "events").parameters;
        std::move(cells.begin(), cells.end(), std::back_inserter(slice.cells));
        Step step;
        step.sequence = 1;
        step.kind = StepKind::open;
        step.actor = one.reporter;
        step.at = one.opened_at;
        step.to_state = "reported";
        step.owner = one.owner;
        step.department = one.department;
        cells = rows.insert(one.id, step, "events").parameters;
        std::move(cells.begin(), cells.end(), std::back_inserter(steps.cells));
      }
      must(store_->append(std::move(slice)));
      must(store_->append(std::move(steps)));
    }
  }
  RegionId region_community() const { return region("980101001002"); }

  void inbox(const std::string& storage, std::int64_t stored, double seconds) {
    const std::pair<const char*, CaseView> askers[] = {
        {"community", view("account:1", "desk", "980101001002")},
        {"city", view("account:1", "desk", "980100")}};
    for (const auto& [who, asker] : askers) {
      std::vector<double> times;
      const auto end = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                                std::chrono::duration<double>(seconds));
      std::string cursor;
      while (SteadyClock::now() < end) {
        const auto begin = SteadyClock::now();
        InboxQuery query;
        query.cursor = cursor;
        const auto page = must(service_->lists().inbox(query, asker));
        const std::string json = CaseWriter(*service_, asker, Language::zh).page(page);
        times.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
        cursor = times.size() % 20 == 0 ? std::string() : page.next;
      }
      std::sort(times.begin(), times.end());
      report("inbox_p99_" + storage + "_" + who + "_at_" + std::to_string(stored), "ms",
             times[times.size() * 99 / 100]);
    }
  }

  std::int64_t stored_cases() {
    static const storage::Statement count{"bench.count_cases", "SELECT count(*) FROM case_file",
                                          "SELECT count(*) FROM case_file"};
    return counted(count);
  }
  std::int64_t stored_steps() {
    static const storage::Statement count{"bench.count_steps", "SELECT count(*) FROM case_step",
                                          "SELECT count(*) FROM case_step"};
    return counted(count);
  }

  storage::Store& store() { return *store_; }
  CasesService& service() { return *service_; }
  const CaseRows::FormOf form_of() const { return service_->work().form_of(); }

 private:
  Found act(const Found& found, const char* action, const CaseView& who, Answers inputs = {}) {
    ActionRequest request;
    request.action = action;
    request.version = found.one.version;
    request.inputs = std::move(inputs);
    return must(service_->work().act(found.one.id, request, who, {who.actor(), std::nullopt}));
  }
  std::int64_t counted(const storage::Statement& count) {
    auto reader = must(store_->read());
    return must(storage::query_integer(*reader, count, {})).value_or(0);
  }

  SystemClock clock_;
  Zone zone_{"Asia/Shanghai"};
  storage::TemporaryFolder folder_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<crypto::Keystore> keystore_;
  std::unique_ptr<storage::Sealer> sealer_;
  std::unique_ptr<region::Regions> regions_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<ingest::IngestService> ingest_;
  std::unique_ptr<CasesService> service_;
};

}  // namespace jingwei::bench
