#include "modules/registry/link_runner.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/priority.h"
#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"
#include "modules/registry/typed.h"

namespace jingwei::registry {

namespace {

constexpr std::string_view consumer = "registry";
constexpr std::chrono::seconds lease_renewal{8};
constexpr std::chrono::milliseconds idle_wait{250};
constexpr std::chrono::milliseconds fault_pause{500};
constexpr std::chrono::milliseconds cursor_rhythm{1'000};

// While a file is loading, linking rests so many times as long as a step with more than a few records took.
constexpr int rests = 3;
constexpr std::int64_t few_records = 100;
constexpr std::chrono::milliseconds longest_rest{2'000};

// A page of the feed is taken in parts, so that no transaction grows with it.
constexpr std::size_t events_at_once = 512;

// Something went for good, or a version was published that may tell of others: what stands is gone through
// again.
bool goes_through_again(std::string_view event_kind) {
  return event_kind == "purpose.changed" || event_kind == catalog::life_event_kind;
}

}  // namespace

// What is to be linked, in the order in which it came.
struct LinkRunner::Batch {
  std::vector<Question> portions = {Question{}};
  std::size_t records = 0;
  std::vector<storage::Write> beside;
  bool restarts = false;  // with it a resource begins to be gone through again
  Question& open() {
    auto& last = portions.back();
    if (last.tellings.size() + last.ended.size() < limits::portion_records) return last;
    return portions.emplace_back();
  }
  bool is_empty() const {
    return beside.empty() && portions.size() == 1 && portions.back().tellings.empty() &&
           portions.back().ended.empty();
  }
  std::size_t waiting() const {
    return (portions.size() - 1) * limits::portion_records + portions.back().tellings.size();
  }
};

LinkRunner::LinkRunner(const RegistryParts& parts, Resources& resources, std::mutex& turn,
                       std::function<Matcher&()> matcher, Prepare prepare)
    : parts_(parts),
      resources_(resources),
      turn_(turn),
      matcher_(std::move(matcher)),
      prepare_(std::move(prepare)) {}

Result<bool> LinkRunner::hold_lease() {
  const auto now = parts_.clock.monotonic();
  if (holding_ && now - lease_taken_ < lease_renewal) return true;
  JW_ASSIGN(const bool held, parts_.store.take_lease("consumer:" + std::string(consumer), parts_.owner,
                                                     parts_.clock.now(), limits::runner_lease));
  // Others may have linked meanwhile.
  if (!held || now - lease_taken_ >= limits::runner_lease) loaded_ = false;
  holding_ = held;
  lease_taken_ = now;
  const std::lock_guard lock(mutex_);
  progress_.holding = held;
  return held;
}

Result<std::size_t> LinkRunner::step() {
  JW_ASSIGN(const bool held, hold_lease());
  if (const std::uint64_t revision = parts_.catalog.revision(); catalog_revision_ != revision) {
    JW_TRY(resources_.refresh());
    catalog_revision_ = revision;
  }
  JW_TRY(prepare());
  if (!held) {
    JW_TRY(follow_others(std::nullopt));
    return std::size_t{0};
  }
  if (!loaded_) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(saved_, storage::read_cursor(*reader, std::string(consumer)));
    taken_ = saved_;
    saved_at_ = parts_.clock.monotonic();
    loaded_ = true;
  }
  if (*known_ < taken_) {
    JW_TRY(follow_others(taken_));
    return std::size_t{1};
  }
  const auto failed = [&](Error error) {
    loaded_ = false;
    if (error.code == ErrorCode::conflict) holding_ = false;
    return error;
  };
  auto taken = follow_feed();
  if (!taken) return failed(std::move(taken).error());
  if (*taken > 0) return taken;
  auto settled = settle();
  if (!settled) return failed(std::move(settled).error());
  if (*settled > 0) return settled;
  auto looked = look_back();
  if (!looked) return failed(std::move(looked).error());
  const std::lock_guard lock(mutex_);
  progress_.caught_up = *looked == 0;
  progress_.position = taken_;
  return looked;
}

Result<void> LinkRunner::catch_up() {
  for (int idle = 0; idle < 3;) {
    JW_ASSIGN(const std::size_t done, step());
    if (done > 0) {
      idle = 0;
      continue;
    }
    ++idle;
    parts_.store.wait_for_feed(taken_, std::chrono::milliseconds{20});
  }
  return save_cursor();
}

Result<void> LinkRunner::save_cursor() {
  if (!loaded_ || saved_ == taken_) return {};
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(storage::move_cursor(std::string(consumer), saved_, taken_));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) {
    loaded_ = false;
    return std::move(committed).error();
  }
  saved_ = taken_;
  saved_at_ = parts_.clock.monotonic();
  return {};
}

Result<void> LinkRunner::prepare() {
  if (known_ && !stale_) return prepare_(Filling::as_needed);
  storage::FeedPosition before;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(before, reader->position());
  }
  JW_TRY(prepare_(Filling::anew));
  known_ = before;  // what came while it was made is told once more, which does no harm
  JW_ASSIGN(const std::size_t waiting, count_waiting(before));
  if (waiting > 0) {
    const std::lock_guard turn(turn_);
    matcher_().unsettle(waiting);
  }
  stale_ = false;
  return {};
}

Result<std::size_t> LinkRunner::count_waiting(storage::FeedPosition end) const {
  storage::FeedPosition at;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(at, storage::read_cursor(*reader, std::string(consumer)));
  }
  std::size_t records = 0;
  while (at < end) {
    JW_ASSIGN(const auto entries, parts_.store.read_feed(at, events_at_once));
    if (entries.empty()) break;
    at = entries.back().position;
    for (const auto& entry : entries) {
      boost::system::error_code fault;
      if (entry.kind == ingest::slice_event_kind) {
        if (const auto event = ingest::parse_slice_event(entry.body))
          records += event->records.size() + static_cast<std::size_t>(event->packed_rows);
      } else if (entry.kind == ingest::withdrawal_event_kind) {
        const auto body = boost::json::parse(entry.body, fault);
        if (fault || !body.is_object() || !body.as_object().contains("batch")) continue;
        const auto batch =
            parts_.ingest.find_batch(BatchId(body.as_object().at("batch").to_number<std::int64_t>()));
        if (batch) records += static_cast<std::size_t>(batch->batch.counts.rows_read);
      }
    }
  }
  return records;
}

Result<std::size_t> LinkRunner::settle() {
  std::size_t unsettled = 0;
  {
    const std::lock_guard turn(turn_);
    unsettled = matcher_().unsettled(1).size();
  }
  if (unsettled == 0) return std::size_t{0};
  Batch batch;
  JW_TRY(commit(batch, {}));
  return std::size_t{1};
}

Result<std::size_t> LinkRunner::follow_feed() {
  JW_ASSIGN(const auto entries, parts_.store.read_feed(taken_, events_at_once));
  const bool late = parts_.clock.monotonic() - saved_at_ >= cursor_rhythm;
  if (entries.empty()) {
    if (late) JW_TRY(save_cursor());
    return std::size_t{0};
  }
  Batch batch;
  std::size_t at = 0;
  // As many events as fill a portion; one alone may fill several.
  while (at < entries.size() && batch.waiting() < limits::portion_records)
    JW_TRY(take_event(entries[at++], batch));
  const auto reached = entries[at - 1].position;
  // Events that link nobody only move the cursor: now and then is enough, since they may come again.
  if (!batch.is_empty() || late) {
    batch.beside.push_back(storage::move_cursor(std::string(consumer), saved_, reached));
    JW_TRY(commit(batch, std::move(batch.beside)));
    saved_ = reached;
    saved_at_ = parts_.clock.monotonic();
  }
  taken_ = known_.emplace(reached);
  if (batch.restarts) catalog_revision_.reset();  // so that the next step sees it
  {
    const std::lock_guard lock(mutex_);
    progress_.records += static_cast<std::int64_t>(batch.records);
    progress_.position = taken_;
  }
  if (at < entries.size() || at == events_at_once) JW_TRY(link_ahead());
  return at;
}

Result<void> LinkRunner::link_ahead() {
  ahead_ = std::max(ahead_, taken_);
  JW_ASSIGN(const auto entries, parts_.store.read_feed(ahead_, events_at_once));
  Batch batch;
  for (const auto& entry : entries) {
    ahead_ = entry.position;
    if (entry.kind != ingest::slice_event_kind) continue;
    const auto event = ingest::parse_slice_event(entry.body);
    if (!event || event->batch) continue;
    JW_TRY(take_slice(*event, batch));
  }
  return batch.is_empty() ? Result<void>() : commit(batch, {});
}

void LinkRunner::rest(std::chrono::milliseconds time) {
  const auto end = parts_.clock.monotonic() + time;
  while (!loop_.stopping()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - parts_.clock.monotonic());
    if (left.count() <= 0) return;
    parts_.store.wait_for_feed(std::max(ahead_, taken_), std::min(left, idle_wait));
    if (const auto linked = link_ahead(); !linked) return;  // the next step finds the same and tells of it
  }
}

Result<void> LinkRunner::follow_others(std::optional<storage::FeedPosition> end) {
  JW_ASSIGN(const auto entries, parts_.store.read_feed(*known_, events_at_once));
  for (const auto& entry : entries) {
    if (end && *end < entry.position) break;
    JW_TRY(know(entry));
    known_ = entry.position;
  }
  if (end && (entries.empty() || *end < entries.back().position)) known_ = *end;
  return {};
}

Result<void> LinkRunner::know(const storage::FeedEntry& entry) {
  // Whom a batch that is undone, a purpose that ended or another version told of is known no more.
  stale_ = stale_ || entry.kind == ingest::withdrawal_event_kind || goes_through_again(entry.kind);
  if (entry.kind != ingest::slice_event_kind) return {};
  const auto event = ingest::parse_slice_event(entry.body);
  if (!event) return {};
  Batch batch;
  JW_TRY(take_slice(*event, batch));
  const std::lock_guard turn(turn_);
  for (const auto& portion : batch.portions) {
    matcher_().know(portion.tellings);
    for (const RecordId ended : portion.ended) matcher_().forget(ended);
  }
  return {};
}

Result<void> LinkRunner::take_event(const storage::FeedEntry& entry, Batch& batch) {
  if (entry.kind == ingest::slice_event_kind) {
    const auto event = ingest::parse_slice_event(entry.body);
    if (event) {
      JW_TRY(take_slice(*event, batch));
      return event->batch ? Result<void>() : take_typed(*event, batch);
    }
    log::warn("registry.event_unreadable", {{"position", entry.position.to_string()}});
    return {};
  }
  if (entry.kind == model_event_kind) return resources_.refresh();
  if (entry.kind == ingest::withdrawal_event_kind) return take_withdrawal(entry, batch);
  boost::system::error_code fault;
  if (!goes_through_again(entry.kind)) return {};
  const auto body = boost::json::parse(entry.body, fault);
  const auto* object = fault ? nullptr : body.if_object();
  const auto* named = object == nullptr ? nullptr : object->if_contains("resource");
  if (named == nullptr || !named->is_string()) return {};
  JW_TRY(resources_.refresh());
  const KnownResource resource = resources_.of(std::string(named->as_string()));
  if (resource.number == 0) return {};
  batch.beside.push_back(
      {&sql::restart_backfill_of, {resource.number, std::int64_t{INT64_MAX}}, std::nullopt});
  batch.restarts = true;
  return {};
}

std::vector<Telling> LinkRunner::take(const KnownResource& resource, const std::vector<Part>& parts,
                                      const ingest::Record& record, Batch& batch) {
  auto tellings = tellings_of(record, parts, resource.number, parts_.sealer, *parts_.regions.tree());
  ++batch.records;
  Question& question = batch.open();
  if (tellings.empty()) {
    question.ended.push_back(record.id);
    return tellings;
  }
  question.tellings.insert(question.tellings.end(), tellings.begin(), tellings.end());
  return tellings;
}

// What somebody typed that was known: counted once, with the cursor.
Result<void> LinkRunner::take_typed(const ingest::SliceEvent& event, Batch& batch) {
  const auto entry = parts_.catalog.find_readable(event.resource);
  const KnownResource resource = resources_.of(event.resource);
  if (!entry || event.records.size() != 1) return {};
  const auto record =
      parts_.ingest.find_record(event.resource, RecordId(event.records.front()), access::Sight::whole());
  if (!record) return {};
  const auto tellings = tellings_of(*record, resources_.parts_of(event.resource), resource.number,
                                    parts_.sealer, *parts_.regions.tree());
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto count,
            count_typed(*reader, parts_, resources_, (*entry)->resource, *record, tellings));
  batch.beside.push_back(add_typed(event.resource, parts_.zone.day_of(record->known_from), count));
  return {};
}

Result<void> LinkRunner::take_slice(const ingest::SliceEvent& event, Batch& batch) {
  const KnownResource resource = resources_.of(event.resource);
  if (resource.number == 0) return {};
  const auto parts = resources_.parts_of(event.resource);
  if (event.packed_rows > 0) {
    ingest::RecordQuery query;
    query.before = RecordId(event.packed_first_id + event.packed_rows);
    query.most = static_cast<std::size_t>(event.packed_rows);
    auto records = parts_.ingest.list_records(event.resource, query, access::Sight::whole());
    if (!records && records.error().code != ErrorCode::gone && records.error().code != ErrorCode::denied)
      return std::move(records).error();
    if (records) {
      for (const auto& record : *records) {
        if (record.id.value >= event.packed_first_id) take(resource, parts, record, batch);
      }
    }
  }
  std::vector<RecordId> single;
  for (const std::int64_t id : event.records) single.emplace_back(id);
  return take_records(resource, single, batch);
}

// As they stand now: what came later than the event is linked at once.
Result<void> LinkRunner::take_records(const KnownResource& resource, std::span<const RecordId> records,
                                      Batch& batch) {
  const auto parts = resources_.parts_of(resource.id);
  for (const RecordId id : records) {
    const auto record = parts_.ingest.find_record(resource.id, id, access::Sight::whole());
    if (record) {
      take(resource, parts, *record, batch);
      continue;
    }
    const ErrorCode code = record.error().code;
    if (code != ErrorCode::not_found && code != ErrorCode::gone && code != ErrorCode::denied)
      return record.error();
    ++batch.records;
    batch.open().ended.push_back(id);
  }
  return {};
}

Result<void> LinkRunner::take_withdrawal(const storage::FeedEntry& entry, Batch& batch) {
  boost::system::error_code fault;
  const auto body = boost::json::parse(entry.body, fault);
  const auto* object = fault ? nullptr : body.if_object();
  if (object == nullptr || !object->contains("batch") || !object->contains("resource")) return {};
  const BatchId withdrawn(object->at("batch").to_number<std::int64_t>());
  const KnownResource resource = resources_.of(boost::json::value_to<std::string>(object->at("resource")));
  if (resource.number == 0) return {};
  std::set<RecordId> records;
  for (RecordId after;;) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(const auto links, links_of_batch(*reader, after, withdrawn, limits::portion_records));
    for (const auto& link : links) records.insert(link.record);
    if (links.size() < limits::portion_records) break;
    after = links.back().record;
  }
  return take_records(resource, std::vector<RecordId>(records.begin(), records.end()), batch);
}

Result<std::size_t> LinkRunner::look_back() {
  for (const auto& resource : resources_.all()) {
    if (resource.done) continue;
    const auto parts = resources_.parts_of(resource.id);
    ingest::RecordQuery query;
    query.before = RecordId(resource.before);
    query.most = jingwei::limits::bulk_slice_rows;
    auto listed = parts_.ingest.list_records(resource.id, query, access::Sight::whole());
    // A resource that may not be read any more tells of nobody.
    if (!listed && listed.error().code != ErrorCode::denied && listed.error().code != ErrorCode::gone &&
        listed.error().code != ErrorCode::not_found)
      return std::move(listed).error();
    std::vector<ingest::Record> records;
    if (listed) records = std::move(*listed);
    const bool last = records.size() < query.most;
    const std::int64_t low = last ? 0 : records.back().id.value;
    Batch batch;
    std::set<RecordId> standing;
    for (const auto& record : records) {
      standing.insert(record.id);
      take(resource, parts, record, batch);
    }
    // Links of records that are not there any more.
    std::set<RecordId> ended;
    for (RecordId from(low);;) {
      JW_ASSIGN(auto reader, parts_.store.read());
      JW_ASSIGN(const auto links,
                links_of_resource_between(*reader, resource.number, from, RecordId(resource.before),
                                          limits::portion_records));
      for (const auto& link : links) {
        if (!standing.contains(link.record)) ended.insert(link.record);
      }
      if (links.size() < limits::portion_records) break;
      from = RecordId(links.back().record.value + 1);
    }
    for (const RecordId id : ended) batch.open().ended.push_back(id);
    JW_TRY(commit(batch, {{&sql::move_backfill,
                           {resource.number, resource.before, low, std::int64_t{last ? 1 : 0}},
                           std::nullopt}}));
    JW_TRY(resources_.refresh());
    const std::lock_guard lock(mutex_);
    progress_.records += static_cast<std::int64_t>(batch.records);
    return std::max<std::size_t>(1, records.size());
  }
  return std::size_t{0};
}

Result<void> LinkRunner::commit(Batch& batch, std::vector<storage::Write> beside) {
  Question rest;
  rest.settles = true;
  for (auto& portion : batch.portions) portion.settles = true;
  bool settled = true;
  for (std::size_t at = 0; at < batch.portions.size() || !settled; ++at) {
    const Question& question = at < batch.portions.size() ? batch.portions[at] : rest;
    const bool last = at + 1 >= batch.portions.size();
    for (int attempt = 1;; ++attempt) {
      auto done = commit_portion(question, last ? beside : std::vector<storage::Write>{});
      if (done) {
        settled = *done;
        break;
      }
      if (done.error().code != ErrorCode::conflict || attempt == limits::runner_attempts)
        return std::move(done).error();
    }
    JW_ASSIGN([[maybe_unused]] const bool held, hold_lease());
  }
  return {};
}

Result<bool> LinkRunner::commit_portion(const Question& question, const std::vector<storage::Write>& beside) {
  const std::lock_guard turn(turn_);
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const State state, read_state(*reader));
  Matcher& matcher = matcher_();
  // Another model has come into force: the next step brings it.
  if (state.model != matcher.model()) return Error(ErrorCode::stale, "registry.model_loading");
  Linking linking(parts_.store, parts_.sealer, parts_.clock, matcher);
  const Ground ground{"model:" + std::to_string(matcher.model()), EventId(), "", ""};
  JW_ASSIGN(Plan plan, linking.plan(*reader, question, ground));
  reader.reset();
  storage::Change change = std::move(plan.change);
  change.origin = storage::Origin::hub;
  const bool writes = plan.added + plan.ended > 0 || !change.writes.empty();
  // What else was unsettled comes before the cursor moves: who takes over knows nothing of it.
  const bool rest = matcher.unsettled(plan.settled + 1).size() > plan.settled;
  if (!writes && (rest || beside.empty())) {
    matcher.settle(plan.settled);
    return !rest;
  }
  // First of all, so that whoever decides waits here and nowhere else.
  change.writes.insert(change.writes.begin(), writes ? take_number(state.number) : hold_number(state.number));
  if (!rest) change.writes.insert(change.writes.end(), beside.begin(), beside.end());
  if (writes && !plan.subjects.empty()) change.events.push_back(linked_event(plan, question));
  const std::size_t added = plan.added;
  if (plan.cells.empty()) {
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
  } else {
    storage::BulkSlice slice{"registry_link", link_columns(), std::move(plan.cells), std::move(change)};
    auto committed = parts_.store.append(std::move(slice));
    if (!committed) return std::move(committed).error();
  }
  matcher.settle(plan.settled);
  // Nobody decided anything between the two numbers.
  if (writes && matcher.decided_at() == state.number) matcher.know_decisions_of(state.number + 1);
  const std::lock_guard lock(mutex_);
  progress_.links += static_cast<std::int64_t>(added);
  progress_.subjects += static_cast<std::int64_t>(plan.subjects.size());
  return !rest;
}

storage::Write LinkRunner::look_again() {
  return {&sql::restart_backfill, {std::int64_t{INT64_MAX}}, std::nullopt};
}

void LinkRunner::start() {
  loop_.start([this, begun = false]() mutable {
    if (!std::exchange(begun, true)) come_behind();
    const auto started = parts_.clock.monotonic();
    const std::int64_t before = progress().records;
    const auto taken = step();
    if (!taken) {
      log::warn("consumer.step_failed",
                {{"consumer", std::string(consumer)}, {"error", taken.error().to_log()}});
      loop_.pause(fault_pause);
    } else if (!holding_) {
      loop_.pause(fault_pause);
    } else if (*taken == 0) {
      parts_.store.wait_for_feed(taken_, idle_wait);
    } else if (progress().records - before > few_records && parts_.ingest.is_loading()) {
      // A server's processes have no niceness: loads go before linking by its resting.
      const auto took = parts_.clock.monotonic() - started;
      loop_.pause(
          std::min(longest_rest, std::chrono::duration_cast<std::chrono::milliseconds>(rests * took)));
    }
  });
}

void LinkRunner::stop() {
  loop_.stop();
  if (auto saved = save_cursor(); !saved)
    log::warn("consumer.flush_failed",
              {{"consumer", std::string(consumer)}, {"error", saved.error().to_log()}});
}

LinkRunner::Progress LinkRunner::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

Result<bool> LinkRunner::has_read_feed() const {
  storage::FeedPosition reached;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(reached, storage::read_cursor(*reader, std::string(consumer)));
  }
  JW_ASSIGN(const auto waiting, parts_.store.read_feed(reached, 1));
  return waiting.empty();
}

}  // namespace jingwei::registry
