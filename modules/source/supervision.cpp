// Looking at the sources: which is due, by whom, and what became of it.
#include "base/log.h"
#include "modules/source/handover.h"
#include "modules/source/kinds/folder_intake.h"
#include "modules/source/kinds/mqtt_intake.h"
#include "modules/source/kinds/pull_intake.h"
#include "modules/source/source_service.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::chrono::milliseconds idle_wait{500};
constexpr std::chrono::seconds refresh_rhythm{2};
constexpr std::chrono::seconds lease_time{60};
constexpr std::chrono::seconds lease_renewal{20};
// A source in trouble is looked at less often.
constexpr std::chrono::seconds rest_after_fault{15};
constexpr std::chrono::seconds sweep_rhythm{5};

std::unique_ptr<Intake> intake_of(const SourceParts& parts, const Source& source) {
  switch (source.kind) {
    case Kind::folder:
      return watch_folder(parts, source);
    case Kind::mqtt:
      return listen_to_broker(parts, source);
    default:
      return pull_rows(parts);
  }
}

}  // namespace

void SourceService::start(int threads) {
  stopping_ = false;
  for (int at = 0; at < threads; ++at) threads_.emplace_back([this] { run(); });
}

void SourceService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  // Intakes with a connection of their own end it here.
  const std::lock_guard lock(mutex_);
  live_.clear();
  stale_ = true;
}

void SourceService::wake_all() {
  {
    const std::lock_guard lock(mutex_);
    stale_ = true;
  }
  wake_.notify_all();
}

void SourceService::run() {
  while (!stopping_) {
    refresh();
    sweep();
    bool hinted = false;
    if (const auto live = next_live(hinted)) {
      look_at(*live);
      continue;
    }
    std::unique_lock lock(mutex_);
    if (!stopping_) wake_.wait_for(lock, idle_wait);
  }
}

bool SourceService::step() {
  {
    const std::lock_guard lock(mutex_);
    stale_ = true;
  }
  refresh();
  sweep();
  bool took = false;
  bool hinted = false;
  while (const auto live = next_live(hinted)) took = look_at(*live) || took;
  return took;
}

// Answers that were kept for a while are gone when it is over.
void SourceService::sweep() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = parts_.clock.monotonic();
    if (swept_.count() > 0 && now - swept_ < sweep_rhythm) return;
    swept_ = now;
  }
  if (const auto erased = questions_.erase_lapsed(); !erased)
    log::warn("source.sweep_failed", {{"fault", erased.error().message}});
}

// Brings what is looked at up to the rows as they stand; other processes and timers change them too.
bool SourceService::refresh() {
  const auto now = parts_.clock.monotonic();
  {
    const std::lock_guard lock(mutex_);
    if (!stale_ && now - refreshed_ < refresh_rhythm) return false;
    stale_ = false;
    refreshed_ = now;
  }
  auto reader = parts_.store.read();
  if (!reader) return false;
  auto sources = read_sources(**reader, sql::all_sources, {});
  reader->reset();
  if (!sources) return false;
  std::vector<std::shared_ptr<Live>> ended;
  const std::lock_guard lock(mutex_);
  std::map<SourceId, std::shared_ptr<Live>> next;
  for (auto& source : *sources) {
    if (!is_looked_at(source.kind)) continue;
    auto& slot = next[source.id];
    if (const auto found = live_.find(source.id); found != live_.end()) slot = found->second;
    if (!slot) slot = std::make_shared<Live>();
    if (source.wanted_at && source.wanted_at != slot->source.wanted_at) slot->next_look = {};
    if (source.version != slot->source.version) slot->next_look = {};
    if (!slot->busy) slot->source = std::move(source);
  }
  for (auto& [id, live] : live_) {
    if (!next.contains(id)) ended.push_back(live);
  }
  live_ = std::move(next);
  return true;
}

std::shared_ptr<SourceService::Live> SourceService::next_live(bool& hinted) {
  const auto now = parts_.clock.monotonic();
  const std::lock_guard lock(mutex_);
  if (stopping_) return nullptr;
  for (auto& [id, live] : live_) {
    if (live->busy) continue;
    hinted = live->intake != nullptr && live->intake->hinted();
    if (!hinted && now < live->next_look) continue;
    live->busy = true;
    return live;
  }
  return nullptr;
}

bool SourceService::look_at(Live& live) {
  auto looked = look_once(live);
  const auto now = parts_.clock.monotonic();
  std::chrono::nanoseconds rest = idle_wait;
  if (live.intake) rest = live.intake->rhythm();
  if (!looked && looked.error().code != ErrorCode::cancelled) {
    tell(live.source, looked.error());
    rest = rest_after_fault;
  } else if (looked && live.source.last_error && !is_pull(live.source.kind)) {
    // It can be reached again. A failed pull stays told of until one succeeds.
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back(
        {&sql::source_well, {live.source.id.value, to_micros(parts_.clock.now())}, std::nullopt});
    static_cast<void>(parts_.store.commit(std::move(change)));
  }
  const std::lock_guard lock(mutex_);
  live.next_look = now + std::max<std::chrono::nanoseconds>(rest, std::chrono::milliseconds{1});
  live.busy = false;
  stale_ = true;
  return looked.ok() && *looked;
}

Result<bool> SourceService::look_once(Live& live) {
  const Source& source = live.source;
  const bool wanted = source.state == State::active;
  const auto standing = source.terms.check(parts_.zone.day_of(parts_.clock.now()));
  const auto alive = [&]() -> bool {
    const auto now = parts_.clock.monotonic();
    if (live.leased.count() > 0 && now - live.leased < lease_renewal) return !stopping_;
    const auto held = parts_.store.take_lease("source:" + source.id.to_string(), parts_.owner,
                                              parts_.clock.now(), lease_time);
    live.leased = now + std::chrono::nanoseconds{1};
    return held.ok() && *held && !stopping_;
  };
  if (!wanted || !standing) {
    // A connection is closed, not left idle: nothing more is taken.
    live.intake.reset();
    live.made_of = 0;
  }
  if (!alive()) {
    live.intake.reset();
    live.made_of = 0;
    live.leased = {};
    return false;
  }
  if (wanted && standing.ok() && (!live.intake || live.made_of != source.version)) {
    live.intake.reset();
    live.intake = intake_of(parts_, source);
    live.made_of = source.version;
  }
  JW_TRY(settle(parts_, source.id, [&](const Run& run, const Error& why) {
    if (live.intake) live.intake->batch_failed(run, why);
  }));
  if (!live.intake) return false;
  return live.intake->look(source, alive);
}

// Kept only when it is news, so that a source in trouble does not write with every look.
void SourceService::tell(const Source& source, const Error& why) {
  log::warn("source.look_failed", {{"source", source.id.value}, {"fault", why.message}});
  if (source.last_error && error_to_json(*source.last_error) == error_to_json(why)) return;
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::source_failed,
                           {source.id.value, to_micros(parts_.clock.now()), error_to_json(why)},
                           std::nullopt});
  static_cast<void>(parts_.store.commit(std::move(change)));
}

}  // namespace jingwei::source
