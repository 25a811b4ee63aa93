#include "modules/source/handover.h"

#include "base/log.h"
#include "base/random.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::chrono::days runs_kept{90};

storage::Write took(SourceId source, Instant at, std::int64_t taken, std::int64_t refused,
                    std::int64_t repeated) {
  return {&sql::source_took, {source.value, to_micros(at), taken, refused, repeated}, 1};
}

}  // namespace

std::string fresh_upload(const SourceParts& parts, const std::string& resource) {
  SecureRandom random;
  return parts.ingest.parts().uploads_folder + "/" +
         ingest::file_name(random_credential(random), resource, ".incoming");
}

Result<RunId> fresh_run(const SourceParts& parts) {
  JW_ASSIGN(const std::int64_t id, parts.store.allocate_ids());
  return RunId(id);
}

Result<Run> hand_over(const SourceParts& parts, Load load) {
  Run run;
  run.id = load.run;
  run.source = load.source;
  run.started_at = parts.clock.now();
  run.outcome = Outcome::loading;
  run.detail = load.detail;
  run.items = load.items;
  run.repeated = load.repeated;
  ingest::WriteRequest request;
  request.actor = "source:" + load.source.to_string();
  request.identity = load.identity;
  request.also = [&](BatchId batch, storage::Change& change) {
    run.batch = batch;
    change.writes.push_back(add_run(run));
    change.writes.insert(change.writes.end(), load.writes.begin(), load.writes.end());
  };
  JW_ASSIGN(const auto view, parts.ingest.submit(load.resource, load.path, load.filename, request));
  if (!view.repeated) return run;

  run.batch = view.batch.id;
  std::vector<Run> begun;
  {
    const std::array<storage::Value, 2> of_batch = {load.source.value, view.batch.id.value};
    JW_ASSIGN(auto reader, parts.store.read());
    JW_ASSIGN(begun, read_runs(*reader, sql::run_of_file, of_batch));
  }
  if (!begun.empty() && load.identity.empty()) return std::move(begun.front());
  run.outcome = Outcome::repeated;
  run.finished_at = run.started_at;
  run.repeated += load.items > 0 ? load.items : 1;
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(add_run(run));
  change.writes.push_back(took(run.source, run.started_at, 0, 0, run.repeated));
  change.writes.insert(change.writes.end(), load.writes.begin(), load.writes.end());
  auto committed = parts.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return run;
}

Result<void> settle(const SourceParts& parts, SourceId source,
                    const std::function<void(const Run&, const Error&)>& failed) {
  std::vector<Run> loading;
  {
    const std::array<storage::Value, 1> key = {source.value};
    JW_ASSIGN(auto reader, parts.store.read());
    JW_ASSIGN(loading, read_runs(*reader, sql::loading_runs, key));
  }
  for (const Run& run : loading) {
    JW_ASSIGN(const auto view, parts.ingest.find_batch(run.batch));
    const auto& batch = view.batch;
    if (!batch.finished_at) continue;
    const bool done = batch.state == ingest::BatchState::done;
    const Instant at = *batch.finished_at;
    storage::Change change;
    change.origin = storage::Origin::hub;
    std::optional<Error> why;
    if (!done) {
      why = ingest::error_of(batch);
      failed(run, *why);
      change.writes.push_back({&sql::source_failed, {source.value, to_micros(at), error_to_json(*why)}, 1});
    } else {
      change.writes.push_back(took(source, at, batch.counts.accepted, batch.counts.refused, run.repeated));
    }
    change.writes.push_back(
        {&sql::end_run,
         {run.id.value, to_micros(at), std::string(done ? "taken" : "failed"), batch.counts.accepted,
          batch.counts.refused, why ? error_to_json(*why) : std::string()},
         1});
    change.writes.push_back(
        {&sql::forget_runs, {source.value, to_micros(parts.clock.now() - runs_kept)}, std::nullopt});
    auto committed = parts.store.commit(std::move(change));
    // Another process was first: it has told of the run as we would.
    if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  }
  return {};
}

}  // namespace jingwei::source
