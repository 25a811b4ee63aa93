#include "modules/registry/models.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "engines/linkage/linkage.h"
#include "engines/linkage/rescoring.h"
#include "modules/registry/limits.h"
#include "modules/registry/link_runner.h"
#include "modules/registry/repeating.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Value;

constexpr std::array<std::string_view, 5> state_names = {"learning", "ready", "comparing", "compared",
                                                         "failed"};

// Marks a person that stays as it stands, beside those that are named by a record.
constexpr std::uint64_t stands_still = std::uint64_t{1} << 63;

storage::Cell body_cell(std::int64_t version) {
  return {"registry_model", version, "body"};
}

// Whether a record is among those that a model is learned from, when it is a share of all.
bool is_drawn(RecordId record, double share) {
  const std::uint64_t hash = linkage::mix(static_cast<std::uint64_t>(record.value));
  return static_cast<double>(hash >> 11) * 0x1.0p-53 < share;
}

// The last word about two records.
using Said = std::map<std::pair<linkage::RecordId, linkage::RecordId>, bool>;

// Whole persons become one where people say so, but those of whom two were held apart, as links do
// (near.cpp).
void join_as_said(const Said& said, std::unordered_map<linkage::RecordId, std::uint64_t>& person_of) {
  std::unordered_map<std::uint64_t, std::uint64_t> same_as;
  const auto now = [&](std::uint64_t person) {
    for (auto next = same_as.find(person); next != same_as.end(); next = same_as.find(person))
      person = next->second;
    return person;
  };
  const auto persons_of = [&](const std::pair<linkage::RecordId, linkage::RecordId>& records) {
    return std::minmax<std::uint64_t>({now(person_of.at(records.first)), now(person_of.at(records.second))});
  };
  std::vector<std::pair<linkage::RecordId, linkage::RecordId>> alike, apart;
  for (const auto& [records, same] : said) {
    if (person_of.contains(records.first) && person_of.contains(records.second))
      (same ? alike : apart).push_back(records);
  }
  for (const auto& records : alike) {
    const auto joined = persons_of(records);
    if (joined.first == joined.second) continue;
    const bool refused = std::any_of(apart.begin(), apart.end(),
                                     [&](const auto& other) { return persons_of(other) == joined; });
    if (!refused) same_as[joined.second] = joined.first;
  }
  if (same_as.empty()) return;
  for (auto& [record, person] : person_of) person = now(person);
}

std::string changes_text(const ModelChanges& changes) {
  JsonWriter json;
  json.begin_array();
  for (const std::int64_t count :
       {changes.records, changes.persons_before, changes.persons_after, changes.unchanged, changes.merged,
        changes.split, changes.rearranged, changes.pairs_gained, changes.pairs_lost})
    json.value(count);
  json.end_array();
  return json.take();
}

std::optional<ModelChanges> parse_changes(std::string_view text) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), fault);
  if (fault || !value.is_array() || value.as_array().size() != 9) return std::nullopt;
  std::array<std::int64_t, 9> counts{};
  for (std::size_t at = 0; at < counts.size(); ++at) {
    if (!value.as_array()[at].is_number()) return std::nullopt;
    counts[at] = value.as_array()[at].to_number<std::int64_t>();
  }
  return ModelChanges{counts[0], counts[1], counts[2], counts[3], counts[4],
                      counts[5], counts[6], counts[7], counts[8]};
}

// Without the values they are about, which may be somebody's.
std::string warnings_text(const std::vector<linkage::Warning>& warnings) {
  JsonWriter json;
  json.begin_array();
  for (const auto& one : warnings) {
    json.begin_array();
    json.value(linkage::name_of(one.kind));
    json.value(one.field);
    json.value(static_cast<std::int64_t>(one.count));
    json.end_array();
  }
  json.end_array();
  return json.take();
}

std::vector<ModelWarning> parse_warnings(std::string_view text) {
  std::vector<ModelWarning> warnings;
  boost::system::error_code fault;
  const auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), fault);
  if (fault || !value.is_array()) return warnings;
  for (const auto& one : value.as_array()) {
    const auto* parts = one.if_array();
    if (parts == nullptr || parts->size() != 3 || !(*parts)[0].is_string() || !(*parts)[1].is_string() ||
        !(*parts)[2].is_number())
      continue;
    warnings.push_back({boost::json::value_to<std::string>((*parts)[0]),
                        boost::json::value_to<std::string>((*parts)[1]),
                        (*parts)[2].to_number<std::int64_t>()});
  }
  return warnings;
}

ModelVersion version_of(const storage::Row& row) {
  ModelVersion one;
  one.version = row.integer(0);
  for (std::size_t at = 0; at < state_names.size(); ++at) {
    if (state_names[at] == row.text(1)) one.state = static_cast<ModelState>(at);
  }
  one.name = row.text(2);
  one.actor = row.text(3);
  one.made_at = from_micros(row.integer(4));
  one.records = row.integer(5);
  one.seconds = row.real(6);
  one.bounds = {row.real(7), row.real(8), row.real(9)};
  one.changes = parse_changes(row.text(10));
  if (!row.is_null(11)) one.activated_at = from_micros(row.integer(11));
  one.fault = row.text(12);
  one.warnings = parse_warnings(row.text(13));
  return one;
}

Error no_model(std::int64_t version) {
  return Error(ErrorCode::not_found, "registry.model_not_found").with("version", std::to_string(version));
}

}  // namespace

std::string_view name_of(ModelState state) {
  return state_names[static_cast<std::size_t>(state)];
}

Result<std::vector<ModelVersion>> Models::list() const {
  std::vector<ModelVersion> all;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::all_models, {}, [&](const storage::Row& row) {
    ModelVersion& one = all.emplace_back(version_of(row));
    const bool worked_on = running_ && one.version == working_on_;
    if (worked_on) one.progress = progress_;
    // What is written down is done when its work has ended: another can be begun only then.
    if (worked_on && one.state != ModelState::failed) one.state = doing_;
    // Whoever compared it stopped on the way: it can be compared again.
    if (one.state == ModelState::comparing && !worked_on) one.state = ModelState::ready;
    return true;
  }));
  return all;
}

Result<ModelVersion> Models::find(std::int64_t version) const {
  JW_ASSIGN(auto all, list());
  for (auto& one : all) {
    if (one.version == version) return std::move(one);
  }
  return no_model(version);
}

Result<std::shared_ptr<const linkage::Model>> Models::load(std::int64_t version) const {
  const Value key = version;
  std::string sealed;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::model_body, std::span(&key, 1), [&](const storage::Row& row) {
    sealed = row.blob(0);
    return false;
  }));
  if (sealed.empty()) return no_model(version);
  JW_ASSIGN(const std::string bytes, parts_.sealer.open(body_cell(version), sealed));
  return linkage::Model::parse(bytes);
}

// Persons of all resources that tell of any, as they stand. Errors: the store's, cancelled.
Result<void> Models::each_telling(const std::function<void(const Telling&)>& take) {
  const auto tree = parts_.regions.tree();
  const auto all = resources_.all();
  for (const auto& resource : all) {
    const auto of_resource = resources_.parts_of(resource.id);
    ingest::RecordQuery query;
    query.most = jingwei::limits::bulk_slice_rows;
    for (;;) {
      if (stopping_) return Error(ErrorCode::cancelled, "registry.loading_stopped");
      const auto records = parts_.ingest.list_records(resource.id, query, access::Sight::whole());
      if (!records) {
        const ErrorCode code = records.error().code;
        if (code != ErrorCode::denied && code != ErrorCode::gone && code != ErrorCode::not_found)
          return records.error();
        break;
      }
      for (const auto& record : *records) {
        for (const auto& telling : tellings_of(record, of_resource, resource.number, parts_.sealer, *tree)) {
          if (kind_of(telling.role) == Kind::person) take(telling);
        }
      }
      if (records->size() < query.most) break;
      query.before = records->back().id;
    }
  }
  return {};
}

Result<double> Models::count_persons() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto count, storage::query_integer(*reader, sql::count_person_links, {}));
  return static_cast<double>(count.value_or(0));
}

Result<void> Models::begin(std::function<Result<void>()> work, std::int64_t version, ModelState doing) {
  if (running_.exchange(true)) return Error(ErrorCode::conflict, "registry.job_running");
  if (thread_.joinable()) thread_.join();
  working_on_ = version;
  doing_ = doing;
  progress_ = 0;
  thread_ = std::thread([this, version, work = std::move(work)] {
    if (const auto done = work(); !done) {
      log::error("registry.job_failed", {{"version", version}, {"fault", done.error().to_log()}});
      fail(version, done.error());
    }
    running_ = false;
  });
  return {};
}

void Models::fail(std::int64_t version, const Error& error) {
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::fail_model, {version, error.message}, std::nullopt});
  if (const auto told = parts_.store.commit(std::move(change)); !told)
    log::error("registry.job_failed", {{"version", version}, {"fault", told.error().to_log()}});
}

Result<ModelVersion> Models::learn(const ingest::WriteRequest& request) {
  const std::lock_guard lock(mutex_);
  if (running_) return Error(ErrorCode::conflict, "registry.job_running");
  std::int64_t version = 0;
  JW_ASSIGN([[maybe_unused]] const auto committed,
            commit_repeatedly(
                parts_.store, "learn_model", {}, request, [&](storage::Reader& reader) -> Result<Repeatable> {
                  JW_ASSIGN(const auto last, storage::query_integer(reader, sql::last_model, {}));
                  version = last.value_or(0) + 1;
                  Repeatable made;
                  made.change.writes.push_back(
                      {&sql::add_model, {version, request.actor, to_micros(parts_.clock.now())}, 1});
                  made.change.audit.push_back(
                      {request.actor, "model.learn", "model:" + std::to_string(version), "{}"});
                  made.answer = std::to_string(version);
                  return made;
                }));
  if (committed.earlier_answer) return find(std::stoll(*committed.earlier_answer));
  JW_TRY(begin([this, version] { return run_learning(version); }, version, ModelState::learning));
  return find(version);
}

Result<void> Models::run_learning(std::int64_t version) {
  const auto began = parts_.clock.monotonic();
  linkage::Records records(model_fields());
  const auto most = static_cast<double>(parts_.learned_most);
  JW_ASSIGN(const double all, count_persons());
  // As many as memory is set aside for, drawn from all departments alike and the same each time. Drawn
  // records keep the share of pairs that are one person; a block of theirs holds that share of the rows it
  // stands for.
  const double share = std::min(1.0, most / std::max(1.0, all));
  std::int64_t taken = 0;
  JW_TRY(each_telling([&](const Telling& telling) {
    if (!is_drawn(telling.record, share) || static_cast<double>(taken) >= 1.05 * most + 1'000) return;
    records.add(linkage::Side::left, telling.record.to_string(), values_of(telling));
    ++taken;
    progress_ = std::min(0.3, 0.3 * static_cast<double>(taken) / std::max(1.0, share * all));
  }));
  if (taken < limits::learned_least)
    return Error(ErrorCode::invalid, "registry.too_few_records")
        .with("least", std::to_string(limits::learned_least));
  progress_ = 0.3;
  records.prepare(1);
  progress_ = 0.5;
  linkage::LinkOptions options;
  options.threads = 1;
  options.blocking.block_rows =
      std::max(limits::learned_block_least,
               static_cast<std::size_t>(share * static_cast<double>(options.blocking.block_rows)));
  options.blocking.pairs_per_row = std::max(1.0, share * options.blocking.pairs_per_row);
  const auto learned = linkage::link(records, options);
  const auto& model = learned.model;
  progress_ = 0.9;
  const double seconds = std::chrono::duration<double>(parts_.clock.monotonic() - began).count();
  const std::string bytes = model->serialise();
  const auto& thresholds = model->thresholds();
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(
      {&sql::put_model,
       {version, model->version(), taken, seconds, thresholds.certain, thresholds.probable,
        thresholds.possible, storage::Blob{parts_.sealer.seal(body_cell(version), bytes)},
        warnings_text(learned.report.warnings)},
       1});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  progress_ = 1;
  return {};
}

Result<ModelVersion> Models::compare(std::int64_t version, const ingest::WriteRequest& request) {
  const std::lock_guard lock(mutex_);
  if (running_) return Error(ErrorCode::conflict, "registry.job_running");
  JW_ASSIGN(const ModelVersion one, find(version));
  if (one.state != ModelState::ready && one.state != ModelState::compared)
    return Error(ErrorCode::conflict, "registry.model_not_ready");
  storage::Change change;
  change.writes.push_back({&sql::begin_comparing, {version}, 1});
  change.audit.push_back({request.actor, "model.compare", "model:" + std::to_string(version), "{}"});
  JW_ASSIGN([[maybe_unused]] const auto committed, parts_.store.commit(std::move(change)));
  JW_TRY(begin([this, version] { return run_comparing(version); }, version, ModelState::comparing));
  return find(version);
}

Result<void> Models::run_comparing(std::int64_t version) {
  JW_ASSIGN(auto model, load(version));
  linkage::OnlineIndex index(std::move(model));
  std::vector<linkage::RecordId> records;
  JW_TRY(each_telling([&](const Telling& telling) {
    index.add(static_cast<linkage::RecordId>(telling.record.value), values_of(telling));
    records.push_back(static_cast<linkage::RecordId>(telling.record.value));
  }));
  Said said;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::standing_constraints, {}, [&](const storage::Row& row) {
      const auto a = static_cast<linkage::RecordId>(row.integer(0)),
                 b = static_cast<linkage::RecordId>(row.integer(1));
      said[{a, b}] = row.integer(2) != 0;
      return true;
    }));
  }
  using Decision = linkage::OnlineIndex::Decision;
  for (const auto& [pair, same] : said)
    index.decide(pair.first, pair.second, same ? Decision::none : Decision::different);
  progress_ = 0.4;
  std::vector<linkage::Assignment> before, after;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::person_links, {}, [&](const storage::Row& row) {
    before.push_back(
        {static_cast<linkage::RecordId>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))});
    return true;
  }));
  reader.reset();
  std::unordered_map<linkage::RecordId, std::uint64_t> standing;
  for (const auto& one : before) standing.emplace(one.record, one.person);
  std::unordered_map<linkage::RecordId, std::uint64_t> person_of;
  for (std::size_t at = 0; at < records.size(); ++at) {
    if (stopping_) return Error(ErrorCode::cancelled, "registry.loading_stopped");
    if (person_of.contains(records[at])) continue;
    const auto around = index.component(records[at]);
    for (const auto& person : around.persons) {
      const auto put = [&](linkage::RecordId record) {
        const auto now = standing.find(record);
        const std::uint64_t stays = now == standing.end() ? record : now->second | stands_still;
        person_of.emplace(record, around.complete ? person.members.front().record : stays);
      };
      for (const auto& member : person.members) {
        put(member.record);
        if (person.untold == 0) continue;
        for (const auto copy : index.copies(member.record, std::nullopt, limits::component_links)) put(copy);
      }
    }
    progress_ = 0.4 + 0.6 * static_cast<double>(at) / static_cast<double>(records.size());
  }
  join_as_said(said, person_of);
  for (const auto& [record, person] : person_of) after.push_back({record, person});
  const auto told = linkage::compare_links(before, after);
  const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  const ModelChanges changes{number(told.records),    number(told.persons_before), number(told.persons_after),
                             number(told.unchanged),  number(told.merged),         number(told.split),
                             number(told.rearranged), number(told.pairs_gained),   number(told.pairs_lost)};
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::put_model_changes, {version, changes_text(changes)}, 1});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  progress_ = 1;
  return {};
}

Result<ModelVersion> Models::activate(std::int64_t version, const ingest::WriteRequest& request) {
  JW_ASSIGN([[maybe_unused]] const auto committed,
            commit_repeatedly(
                parts_.store, "activate_model", {std::to_string(version)}, request,
                [&](storage::Reader& reader) -> Result<Repeatable> {
                  JW_ASSIGN(const State state, read_state(reader));
                  if (state.model == version) return Error(ErrorCode::conflict, "registry.model_in_force");
                  Repeatable made;
                  if (version != 0) {
                    JW_ASSIGN(const ModelVersion one, find(version));
                    const bool known = one.state == ModelState::compared || one.state == ModelState::ready;
                    if (!known) return Error(ErrorCode::conflict, "registry.model_not_ready");
                    // The first model of all has nothing to be compared with but identifiers.
                    if (one.state == ModelState::ready && state.model != 0)
                      return Error(ErrorCode::conflict, "registry.model_not_compared");
                    made.change.writes.push_back(
                        {&sql::activate_model, {version, to_micros(parts_.clock.now())}, 1});
                  }
                  made.change.writes.push_back({&sql::set_model, {state.number, version}, 1});
                  made.change.writes.push_back(LinkRunner::look_again());
                  made.change.events.push_back(
                      {std::string(model_event_kind), "{\"version\":" + std::to_string(version) + "}"});
                  made.change.audit.push_back(
                      {request.actor, "model.activate", "model:" + std::to_string(version), "{}"});
                  made.answer = std::to_string(version);
                  return made;
                }));
  if (version != 0) return find(version);
  ModelVersion none;
  none.state = ModelState::compared;
  none.activated_at = parts_.clock.now();
  return none;
}

void Models::wait() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) thread_.join();
}

void Models::stop() {
  stopping_ = true;
  wait();
  stopping_ = false;
}

}  // namespace jingwei::registry
