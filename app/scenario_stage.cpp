#include "app/scenario_stage.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "app/hub.h"
#include "base/random.h"
#include "modules/identity/builtin_roles.h"

namespace jingwei::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view zone_name = "Asia/Shanghai";
constexpr std::chrono::minutes hop{15};  // of the clock, between looks at what is due
constexpr int settling_rounds = 1'000;

// Made per test and removed with it.
class HubStage final : public scenario::Stage {
 public:
  HubStage(std::string folder, Instant start) : folder_(std::move(folder)), clock_(start) {}
  ~HubStage() override {
    hub_.reset();
    std::error_code fault;
    fs::remove_all(folder_, fault);
  }

  Result<void> open(const Share& share, const std::string& store, const scenario::Package& package) {
    Settings settings;
    settings.name = "云汐市";
    settings.store = store;
    settings.zone = zone_name;
    settings.region = scenario::stage_city;
    settings.synthetic = true;
    settings.synthetic_id_prefixes = {"9901", "9902"};
    std::error_code fault;
    fs::create_directories(folder_, fault);
    const std::string regions = folder_ + "/regions.jsonl";
    JW_TRY(write_text_durably(real_file_system(), regions, scenario::stage_regions()));
    JW_ASSIGN(hub_, Hub::create(folder_ + "/data", settings, share, clock_));
    JW_TRY(hub_->load_regions(regions));
    const auto kept = hub_->scenarios().get(package.id);
    if (!kept || kept->digest != package.digest()) {
      scenario::Package copy = package;
      auto installed =
          hub_->scenarios().install(std::move(copy), {"tester", "test", {}, scenario::Older::taken});
      if (!installed) return std::move(installed).error();
    }
    return settle();
  }

  const Zone& zone() const override { return hub_->zone(); }
  Instant now() const override { return clock_.now(); }

  Result<void> add_person(const scenario::StagePerson& person) override {
    const auto tree = hub_->regions().tree();
    const region::Node node =
        tree->find(person.region.empty() ? scenario::stage_city : std::string_view(person.region));
    if (node == region::no_node)
      return Error(ErrorCode::not_found, "region.not_found").with("code", person.region);
    std::vector<access::Grant> grants;
    access::Grant grant;
    grant.id = ++last_id_;
    grant.region = tree->id(node);
    grant.whole_area = tree->code(node) == scenario::stage_city;
    grant.department = person.department;
    const std::string role =
        person.role.empty() && person.kind == "resident" ? std::string("resident") : person.role;
    for (const auto& one : identity::builtin_roles()) {
      if (one->id == role) grant.role = one;
    }
    if (grant.role) grants.push_back(std::move(grant));
    const std::string actor = "account:" + std::to_string(++last_id_);
    auto caller = std::make_shared<access::Caller>(actor, std::move(grants));
    caller->set_account(last_id_, last_id_);
    caller->set_name(person.name);
    people_[person.name] = std::move(caller);
    names_[actor] = person.name;
    regions_[person.name] = tree->code(node);
    if (person.duty.empty()) return {};
    cases::Duty duty;
    duty.duty = person.duty;
    duty.region = tree->id(node);
    duty.department = person.department;
    duty.person = actor;
    duty.from = clock_.now() - std::chrono::hours{1};
    auto added = hub_->cases().roster().add(std::move(duty), {"tester", {}, Language::zh});
    if (!added) return std::move(added).error();
    return settle();
  }

  Result<std::string> open_case(const std::string& process, const std::string& person,
                                const scenario::StageValues& form, const std::string& region,
                                const scenario::StagePictures& pictures) override {
    cases::NewCase wanted;
    JW_ASSIGN(wanted.photos, sent(pictures, person));
    wanted.form = form;
    wanted.region = region;
    JW_ASSIGN(const auto found, hub_->cases().work().open(process, wanted, view(person), request(person)));
    JW_TRY(settle());
    return found.one.id.to_string();
  }

  Result<std::string> bring(const std::string& matter, const std::string& person,
                            const scenario::StageValues& values) override {
    if (matter != purpose::rights_matter)
      return Error(ErrorCode::not_found, "app.no_matter").with("matter", matter);
    const auto value = [&](const std::string& name) {
      const auto found = values.find(name);
      return found == values.end() ? std::string() : found->second;
    };
    purpose::NewRights wanted;
    wanted.kind = purpose::rights_kind_named(value("kind")).value_or(purpose::RightsKind::copy);
    wanted.resource = value("resource");
    wanted.name = value("name");
    wanted.identifier = value("identifier");
    wanted.guardian_name = value("guardian_name");
    wanted.guardian_identifier = value("guardian_identifier");
    wanted.words = value("words");
    wanted.region = regions_[person];
    JW_ASSIGN(const auto made, hub_->purposes().rights().open(wanted, request(person)));
    JW_TRY(settle());
    JW_ASSIGN(const auto cases, hub_->cases().matters().cases_of(matter, made.id.to_string()));
    if (cases.empty()) return Error(ErrorCode::not_found, "cases.not_found").with("id", made.id.to_string());
    things_[cases.begin()->second.to_string()] = made.id;
    return cases.begin()->second.to_string();
  }

  Result<void> take(const std::string& one, const std::string& step, const std::string& person,
                    const scenario::StageValues& values) override {
    auto& rights = hub_->purposes().rights();
    const auto words = values.find("words");
    const auto named = purpose::rights_step_named(step);
    if (named) {
      JW_TRY(rights.take(things_[one], *named, words == values.end() ? std::string() : words->second,
                         request(person)));
    } else if (step == "carry") {
      JW_TRY(rights.carried(things_[one], "{}", std::nullopt, request(person)));
    } else {
      return Error(ErrorCode::invalid, "purpose.no_step").with("step", step);
    }
    return settle();
  }

  Result<void> act(const std::string& one, const std::string& action, const std::string& person,
                   const scenario::StageValues& inputs, const std::string& assignee,
                   const scenario::StagePictures& pictures) override {
    const auto who = view(person);
    JW_ASSIGN(const auto found, hub_->cases().work().find(id_of(one), who));
    cases::ActionRequest wanted;
    wanted.action = action;
    wanted.version = found.one.version;
    wanted.inputs = inputs;
    JW_ASSIGN(wanted.photos, sent(pictures, person));
    if (!assignee.empty()) wanted.assignee = actor_of(assignee);
    auto done = hub_->cases().work().act(found.one.id, wanted, who, request(person));
    if (!done) return std::move(done).error();
    return settle();
  }

  Result<void> comment(const std::string& one, const std::string& person, const std::string& words) override {
    auto done = hub_->cases().work().comment(id_of(one), words, view(person), request(person));
    if (!done) return std::move(done).error();
    return settle();
  }

  Result<void> record(const std::string& resource, const scenario::StageValues& values) override {
    const std::string path = folder_ + "/" + resource + "-" + std::to_string(++last_id_) + ".csv";
    std::string head, line;
    for (const auto& [name, value] : values) {
      head += (head.empty() ? "" : ",") + name;
      std::string quoted = value;
      for (std::size_t at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2))
        quoted.insert(at, "\"");
      line += (line.empty() ? "\"" : ",\"") + quoted + "\"";
    }
    JW_TRY(write_text_durably(real_file_system(), path, head + "\n" + line + "\n"));
    JW_ASSIGN(auto batch, hub_->ingest().submit(resource, path, "record.csv", {"tester", {}}));
    JW_TRY(hub_->ingest().load(batch.batch.id));
    JW_ASSIGN(batch, hub_->ingest().find_batch(batch.batch.id));
    if (batch.batch.counts.accepted != 1)
      return Error(ErrorCode::invalid, "app.stage_record_refused").with("resource", resource);
    return settle();
  }

  Result<void> advance(std::chrono::minutes by) override {
    while (by.count() > 0) {
      const auto step = std::min(by, hop);
      clock_.advance(step);
      by -= step;
      JW_TRY(wake());
    }
    return settle();
  }

  Result<scenario::StageCase> look(const std::string& one) override {
    JW_ASSIGN(const auto found, hub_->cases().work().find(id_of(one), everything()));
    const auto tree = hub_->regions().tree();
    const auto& it = found.one;
    scenario::StageCase looked;
    looked.state = it.state;
    looked.stage = cases::name_of(it.stage);
    const auto named = names_.find(it.assignee);
    looked.assignee = named == names_.end() ? it.assignee : named->second;
    const region::Node owner = tree->find(it.owner);
    if (owner != region::no_node) {
      looked.owner_region = tree->code(owner);
      looked.owner_level = level_names[static_cast<std::size_t>(tree->level(owner))];
    }
    looked.department = it.department;
    looked.due_at = it.due_at;
    looked.overdue = it.overdue;
    looked.open = it.open;
    looked.photos = it.photos;
    return looked;
  }

  Result<std::vector<std::string>> actions(const std::string& one, const std::string& person) override {
    std::vector<std::string> ids;
    const auto who = view(person);
    const auto found = hub_->cases().work().find(id_of(one), who);
    // Who may not see it may do nothing.
    if (!found && found.error().code == ErrorCode::not_found) return ids;
    if (!found) return found.error();
    JW_ASSIGN(const auto steps, hub_->cases().work().steps(*found));
    for (const auto* transition : hub_->cases().work().actions(*found, steps, who))
      ids.push_back(transition->id);
    return ids;
  }

  Result<std::int64_t> inbox(const std::string& person) override {
    cases::InboxQuery query;
    query.most = 500;
    JW_ASSIGN(const auto page, hub_->cases().lists().inbox(query, view(person)));
    return static_cast<std::int64_t>(page.items.size());
  }

  Result<double> metric(const std::string& metric) override {
    JW_ASSIGN(const auto index, hub_->metrics().find(metric));
    const auto tree = hub_->regions().tree();
    for (const auto& figure : hub_->metrics().figures(tree->id(tree->find(scenario::stage_city))).figures) {
      if (figure.metric == index) return figure.total;
    }
    return 0.0;
  }

  Result<std::int64_t> records(const std::string& resource) override {
    ingest::RecordQuery query;
    JW_ASSIGN(const auto page, hub_->ingest().list_records(resource, query, access::Sight::whole()));
    return static_cast<std::int64_t>(page.size());
  }

  Result<std::int64_t> notices() override { return notices_; }

 private:
  static constexpr std::array<const char*, 7> level_names = {"nation", "province",  "city", "district",
                                                             "street", "community", "grid"};

  static cases::CaseId id_of(const std::string& text) {
    std::int64_t id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return cases::CaseId(id);
  }
  std::string actor_of(const std::string& person) const {
    const auto found = people_.find(person);
    return found == people_.end() ? person : found->second->actor();
  }
  cases::CaseView view(const std::string& person) const {
    const auto found = people_.find(person);
    return hub_->cases().view(found == people_.end() ? nullptr : found->second, actor_of(person),
                              "grid-services");
  }
  cases::CaseView everything() const { return hub_->cases().view(nullptr, "tester", ""); }
  cases::WriteRequest request(const std::string& person) const {
    return {actor_of(person), {}, Language::zh};
  }

  // As a phone does it: first the pictures, then what names them.
  Result<std::vector<cases::PhotoId>> sent(const scenario::StagePictures& pictures,
                                           const std::string& person) {
    std::vector<cases::PhotoId> ids;
    for (const auto& bytes : pictures) {
      JW_ASSIGN(const auto photo, hub_->cases().photos().send(bytes, {}, view(person), request(person)));
      ids.push_back(photo.id);
    }
    return ids;
  }

  Result<void> wake() {
    for (int round = 0; round < settling_rounds; ++round) {
      JW_ASSIGN(const std::size_t done, hub_->cases().step());
      if (done == 0) return {};
    }
    return {};
  }

  // Until everything that follows the feed has seen what was done.
  Result<void> settle() {
    JW_TRY(wake());
    JW_TRY(hub_->follow_now());
    for (int empty = 0; empty < 2;) {
      JW_ASSIGN(const bool folded, hub_->metrics().step(metrics::MetricsService::Saving::no));
      empty = folded ? 0 : empty + 1;
    }
    return count_notices();
  }

  Result<void> count_notices() {
    for (;;) {
      JW_ASSIGN(const auto entries, hub_->store().read_feed(read_, 1'000));
      for (const auto& entry : entries) {
        read_ = entry.position;
        if (entry.kind == cases::effect_event_kind &&
            entry.body.find(R"("hook":"notice")") != std::string::npos)
          ++notices_;
      }
      if (entries.empty()) return {};
    }
  }

  std::string folder_;
  ManualClock clock_;
  std::unique_ptr<Hub> hub_;
  std::map<std::string, std::shared_ptr<const access::Caller>> people_;
  std::map<std::string, std::string> names_;         // by actor
  std::map<std::string, std::string> regions_;       // codes by person
  std::map<std::string, purpose::RightsId> things_;  // what a case is about
  std::int64_t last_id_ = 0;
  std::int64_t notices_ = 0;
  storage::FeedPosition read_;
};

}  // namespace

scenario::StageMaker stage_maker(const Share& share, const scenario::Package& package, StagePlace place) {
  return [&share, &package, place](const std::string& now) -> Result<std::unique_ptr<scenario::Stage>> {
    static std::atomic<int> made{0};
    const Zone zone{std::string(zone_name)};
    const auto start = scenario::local_instant(now, zone);
    if (!start) return Error(ErrorCode::invalid, "scenario.test_past").with("moment", now);
    JW_ASSIGN(const std::string store, place.store());
    auto stage = std::make_unique<HubStage>(place.folder + "/stage-" + std::to_string(++made), *start);
    JW_TRY(stage->open(share, store, package));
    return std::unique_ptr<scenario::Stage>(std::move(stage));
  };
}

}  // namespace jingwei::app
