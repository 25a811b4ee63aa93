#include "modules/ingest/withdrawal/withdrawal.h"

#include "base/json.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/sql.gen.h"
#include "modules/ingest/withdrawal/undoing.h"

namespace jingwei::ingest {

namespace {

using storage::Value;

constexpr std::size_t rows_a_step = 500;
// A plan of more records than this tells no figures: its rows would have to be opened one by one.
constexpr std::int64_t foretold_records = 200'000;
constexpr std::size_t reason_points = 500;

Withdrawal withdrawal_of(const storage::Row& row) {
  Withdrawal found;
  found.batch = BatchId(row.integer(0));
  found.resource = row.text(1);
  found.reason = row.text(2);
  found.actor = row.text(3);
  found.state = row.text(4) == "done" ? WithdrawalState::done : WithdrawalState::running;
  found.expected = row.integer(5);
  found.ended = row.integer(6);
  found.restored = row.integer(7);
  found.reopened = row.integer(8);
  found.asked_at = from_micros(row.integer(9));
  if (!row.is_null(10)) found.finished_at = from_micros(row.integer(10));
  return found;
}

Result<std::vector<Withdrawal>> read_withdrawals(storage::Reader& reader, const storage::Statement& statement,
                                                 std::span<const Value> parameters) {
  std::vector<Withdrawal> found;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    found.push_back(withdrawal_of(row));
    return true;
  }));
  return found;
}

Result<std::vector<BatchId>> read_ids(storage::Reader& reader, const storage::Statement& statement,
                                      std::span<const Value> parameters) {
  std::vector<BatchId> ids;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    ids.emplace_back(row.integer(0));
    return true;
  }));
  return ids;
}

Result<std::set<BatchId>> withdrawn_of(storage::Reader& reader, const std::string& resource) {
  const Value key = resource;
  JW_ASSIGN(const auto ids, read_ids(reader, sql::withdrawn_batches, std::span(&key, 1)));
  return std::set<BatchId>(ids.begin(), ids.end());
}

// One withdrawal of a resource at a time.
std::string lease_of_withdrawals(const std::string& resource) {
  return "withdrawal:" + resource;
}

storage::FeedEvent withdrawal_event(const Withdrawal& done, const BatchCounts& counts) {
  WithdrawalEvent event{done.resource,    done.batch,      done.ended,
                        done.restored,    counts.accepted, counts.cleaned,
                        counts.unchanged, counts.refused,  {}};
  for (const auto& [reason, rows] : counts.reasons) event.reasons[reason.first] += rows;
  return to_feed_event(event);
}

// Carries one withdrawal out.
class Runner {
 public:
  Runner(const IngestParts& parts, Records& records, Withdrawal withdrawal)
      : parts_(parts), records_(records), withdrawal_(std::move(withdrawal)) {}

  // True when it is finished. Errors: conflict when somebody wrote meanwhile (try again), the store's.
  Result<bool> step() {
    JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(withdrawal_.resource));
    const auto turn = records_.turn(*entry);
    const Instant now = parts_.clock.now();
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, withdrawal_.resource));
    const Undoing undoing(*entry, records_, parts_.sealer, withdrawal_.batch);
    UndoStep step;
    JW_ASSIGN(const auto heads,
              catalog::slices_of_batch(*reader, withdrawal_.resource, withdrawal_.batch, 1));
    auto cursor = cursor_;
    if (!heads.empty()) {
      JW_ASSIGN(step, undoing.end_slice(*reader, heads.front(), number, now));
    } else {
      JW_ASSIGN(const auto withdrawn, withdrawn_of(*reader, withdrawal_.resource));
      JW_ASSIGN(step, undoing.end_rows(*reader, withdrawn, cursor, rows_a_step, number, now));
    }
    reader.reset();

    storage::Change change;
    change.origin = storage::Origin::hub;
    // Whoever adds, loads or withdraws meanwhile holds or takes this number.
    change.writes.push_back(
        catalog::take_slice_number(withdrawal_.resource, number, entry->table->shape().table_version));
    // A walk that began elsewhere than at the start may have passed what came since: it goes once more.
    const bool complete = step.writes.empty() && cursor_.key.empty();
    Withdrawal next = withdrawal_;
    if (complete) {
      JW_TRY(add_finish(next, now, change));
    } else {
      add_step(next, std::move(step), change);
    }
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    withdrawal_ = std::move(next);
    cursor_ = cursor.at_end ? Undoing::Cursor{} : std::move(cursor);
    return complete;
  }

 private:
  void add_step(Withdrawal& next, UndoStep step, storage::Change& change) const {
    next.ended += step.ended;
    next.restored += step.restored;
    change.writes.insert(change.writes.end(), std::make_move_iterator(step.writes.begin()),
                         std::make_move_iterator(step.writes.end()));
    change.writes.push_back(
        {&sql::move_withdrawal,
         {withdrawal_.batch.value, withdrawal_.ended, withdrawal_.restored, next.ended, next.restored},
         1});
    SliceEvent event;
    event.resource = withdrawal_.resource;
    event.batch = withdrawal_.batch;
    event.counts = std::move(step.counts);
    change.events.push_back(to_feed_event(event));
  }

  Result<void> add_finish(Withdrawal& next, Instant now, storage::Change& change) const {
    const std::int64_t batch = withdrawal_.batch.value;
    const std::string& resource = withdrawal_.resource;
    JW_ASSIGN(auto reader, parts_.store.read());
    const Value key = batch;
    JW_ASSIGN(const auto reopened, storage::query_integer(*reader, sql::count_mended_by, std::span(&key, 1)));
    JW_ASSIGN(const auto batches, read_batches(*reader, sql::find_batch, std::span(&key, 1)));
    if (batches.empty())
      return Error(ErrorCode::corrupt, "storage.damaged").because("a withdrawn batch is gone");
    next.state = WithdrawalState::done;
    next.reopened = reopened.value_or(0);
    next.finished_at = now;
    if (next.reopened > 0) {
      change.writes.push_back({&sql::reopen_mended_by, {batch}, next.reopened});
      change.writes.push_back({&sql::recount_mended_of_resource, {resource}, std::nullopt});
    }
    change.writes.push_back(
        {&sql::free_contents, {resource, batch, to_micros(batches.front().started_at)}, std::nullopt});
    change.writes.push_back({&sql::mark_withdrawn, {batch}, 1});
    change.writes.push_back({&sql::finish_withdrawal, {batch, next.reopened, to_micros(now)}, 1});
    change.events.push_back(withdrawal_event(next, batches.front().counts));
    JsonWriter detail;
    detail.begin_object();
    detail.member("ended", next.ended);
    detail.member("restored", next.restored);
    detail.member("reopened", next.reopened);
    detail.end_object();
    change.audit.push_back({next.actor, "batch.withdrawn", "batch:" + next.batch.to_string(), detail.take()});
    return {};
  }

  const IngestParts& parts_;
  Records& records_;
  Withdrawal withdrawal_;
  Undoing::Cursor cursor_;
};

}  // namespace

Result<Batch> Withdrawals::withdrawable(BatchId id) const {
  JW_ASSIGN(const BatchView view, service_.find_batch(id));
  const Batch& batch = view.batch;
  if (batch.state == BatchState::queued || batch.state == BatchState::running)
    return Error(ErrorCode::conflict, "ingest.batch_not_finished").with("batch", id.to_string());
  if (batch.withdrawal != BatchWithdrawal::none)
    return Error(ErrorCode::conflict, "ingest.batch_withdrawn").with("batch", id.to_string());
  return batch;
}

Result<WithdrawalPlan> Withdrawals::plan(BatchId id) const {
  JW_ASSIGN(const Batch batch, withdrawable(id));
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find(batch.resource));
  const Undoing undoing(*entry, records_, parts.sealer, id);
  const Instant now = parts.clock.now();
  WithdrawalPlan plan;
  std::map<std::string, double> figures;
  bool foretold = batch.counts.accepted <= foretold_records;
  const auto add = [&](const UndoStep& step) {
    plan.ends += step.ended;
    plan.restores += step.restored;
    plan.overtaken += step.overtaken;
    for (const auto& change : step.counts) figures[change.metric] += change.delta;
  };

  JW_ASSIGN(auto reader, parts.store.read());
  JW_ASSIGN(auto withdrawn, withdrawn_of(*reader, batch.resource));
  withdrawn.insert(id);  // an earlier version of its own does not stand again either
  JW_ASSIGN(const auto heads, catalog::slices_of_batch(*reader, batch.resource, id, SIZE_MAX >> 1));
  const std::array<Value, 3> since = {batch.resource, id.value, to_micros(batch.started_at)};
  JW_ASSIGN(plan.repeated_by, read_ids(*reader, sql::batches_repeating, since));
  const Value key = id.value;
  JW_ASSIGN(plan.repaired_by, read_ids(*reader, sql::batches_repairing, std::span(&key, 1)));
  JW_ASSIGN(const auto reopened, storage::query_integer(*reader, sql::count_mended_by, std::span(&key, 1)));
  plan.reopens = reopened.value_or(0);
  // Short readers: a plan of a large batch outlives what one may take.
  for (const auto& head : heads) {
    JW_ASSIGN(reader, parts.store.read());
    JW_ASSIGN(const UndoStep step, undoing.end_slice(*reader, head, 0, now, foretold));
    add(step);
  }
  for (Undoing::Cursor cursor; !cursor.at_end;) {
    JW_ASSIGN(reader, parts.store.read());
    JW_ASSIGN(const UndoStep step,
              undoing.end_rows(*reader, withdrawn, cursor, rows_a_step, 0, now, foretold));
    add(step);
  }
  if (foretold) {
    std::erase_if(figures, [](const auto& figure) { return figure.second == 0; });
    plan.figures = std::move(figures);
  }
  return plan;
}

Result<std::vector<WithdrawnRecord>> Withdrawals::records(BatchId id, RecordId before, std::size_t most,
                                                          const access::Sight& sight) const {
  JW_ASSIGN(const Batch batch, withdrawable(id));
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find(batch.resource));
  JW_ASSIGN(const auto view, RecordView::make(sight, entry->resource, parts.regions.tree()));
  JW_ASSIGN(auto reader, parts.store.read());
  JW_ASSIGN(auto withdrawn, withdrawn_of(*reader, batch.resource));
  reader.reset();
  withdrawn.insert(id);  // an earlier version of its own does not stand again either
  return records_.list_withdrawn(*entry, view, id, withdrawn, before, most);
}

Result<Withdrawal> Withdrawals::ask(BatchId id, const std::string& reason_sent, std::int64_t expected,
                                    const WriteRequest& request) {
  const IngestParts& parts = service_.parts();
  const std::string reason = text::squeeze(reason_sent);
  if (reason.empty()) return Error(ErrorCode::invalid, "ingest.withdrawal_reason").at("/reason");
  if (text::code_points(reason).size() > reason_points)
    return Error(ErrorCode::invalid, "ingest.withdrawal_reason_long")
        .with("most", std::to_string(reason_points))
        .at("/reason");
  auto idempotency =
      catalog::idempotency_of(request.idempotency_key, request.actor, "withdraw_batch",
                              {id.to_string(), reason, std::to_string(expected)}, id.to_string());
  const auto decide = [&](storage::Reader&) -> Result<storage::Change> {
    JW_ASSIGN(const Batch batch, withdrawable(id));
    JW_ASSIGN(const WithdrawalPlan now, plan(id));
    if (now.records() != expected)
      return Error(ErrorCode::conflict, "ingest.withdrawal_changed")
          .with("batch", id.to_string())
          .with("records", std::to_string(now.records()));
    JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find(batch.resource));
    // Whoever decided something on these records before decides again, knowing that they are about to end.
    JW_ASSIGN(auto reader, parts.store.read());
    JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, batch.resource));
    reader.reset();
    storage::Change change;
    change.writes.push_back(
        catalog::take_slice_number(batch.resource, number, entry->table->shape().table_version));
    change.writes.push_back({&sql::mark_withdrawing, {id.value}, 1});
    change.writes.push_back(
        {&sql::add_withdrawal,
         {id.value, batch.resource, reason, request.actor, expected, to_micros(parts.clock.now())},
         1});
    JsonWriter detail;
    detail.begin_object();
    detail.member("records", expected);
    detail.end_object();
    change.audit.push_back({request.actor, "batch.withdraw", "batch:" + id.to_string(), detail.take()});
    return change;
  };
  JW_TRY(catalog::commit_once(parts.store, idempotency, decide));
  service_.wake();
  JW_ASSIGN(auto withdrawal, find(id));
  if (!withdrawal) return Error(ErrorCode::corrupt, "storage.damaged").because("a withdrawal is gone");
  return std::move(*withdrawal);
}

Result<std::optional<Withdrawal>> Withdrawals::find(BatchId batch) const {
  JW_ASSIGN(auto reader, service_.parts().store.read());
  const Value key = batch.value;
  JW_ASSIGN(auto found, read_withdrawals(*reader, sql::find_withdrawal, std::span(&key, 1)));
  if (found.empty()) return std::optional<Withdrawal>();
  return std::optional<Withdrawal>(std::move(found.front()));
}

Result<std::optional<BatchId>> Withdrawals::next() {
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(auto reader, parts.store.read());
  JW_ASSIGN(const auto waiting, read_withdrawals(*reader, sql::unfinished_withdrawals, {}));
  reader.reset();
  for (const auto& withdrawal : waiting) {
    JW_ASSIGN(const bool held, parts.store.take_lease(lease_of_withdrawals(withdrawal.resource), parts.owner,
                                                      parts.clock.now(), batch_lease));
    if (held) return std::optional<BatchId>(withdrawal.batch);
  }
  return std::optional<BatchId>();
}

Result<void> Withdrawals::run(BatchId id, const std::atomic<bool>& stopping) {
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(auto withdrawal, find(id));
  if (!withdrawal) return Error(ErrorCode::not_found, "ingest.batch_not_found").with("batch", id.to_string());
  if (withdrawal->state == WithdrawalState::done) return {};
  const std::string lease = lease_of_withdrawals(withdrawal->resource);
  Runner runner(parts, records_, std::move(*withdrawal));
  std::optional<std::chrono::nanoseconds> leased;
  for (int overtaken = 0;;) {
    if (stopping) return Error(ErrorCode::cancelled, "ingest.stopped");
    const auto now = parts.clock.monotonic();
    if (!leased || now - *leased >= batch_lease / 3) {
      JW_ASSIGN(const bool held, parts.store.take_lease(lease, parts.owner, parts.clock.now(), batch_lease));
      if (!held) return Error(ErrorCode::conflict, "ingest.withdrawn_elsewhere");
      leased = now;
    }
    const auto finished = runner.step();
    if (!finished) {
      if (finished.error().code != ErrorCode::conflict || ++overtaken == overtaken_attempts)
        return finished.error();
      continue;
    }
    overtaken = 0;
    if (*finished) return {};
  }
}

}  // namespace jingwei::ingest
