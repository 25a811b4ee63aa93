// The embedded storage: one SQLite file in WAL mode, one writer, many readers, one owner of the folder.
#include <future>

#include "base/limits.h"
#include "storage/bulk.h"
#include "storage/embedded/checkpointer.h"
#include "storage/embedded/folder_lock.h"
#include "storage/embedded/reader_pool.h"
#include "storage/embedded/writer.h"
#include "storage/id_blocks.h"
#include "storage/migrations.h"
#include "storage/sql.gen.h"
#include "storage/store.h"

namespace jingwei::storage::embedded {

namespace {

constexpr int writer_cache_kib = 32 * 1024;
constexpr int reader_cache_kib = 4 * 1024;
constexpr int checkpointer_cache_kib = 256;

const Clock& or_system(const Clock* clock) {
  static const SystemClock system;
  return clock != nullptr ? *clock : system;
}

// Runs a statement inside a writer's task and calls back for each row.
Result<void> each_row(Connection& connection, const Statement& statement, std::span<const Value> parameters,
                      const std::function<void(const Row&)>& row) {
  JW_ASSIGN(Prepared * prepared, connection.prepare(statement));
  auto outcome = [&]() -> Result<void> {
    JW_TRY(prepared->bind(parameters));
    const PreparedRow current(*prepared);
    while (true) {
      JW_ASSIGN(const bool found, prepared->step());
      if (!found) return {};
      row(current);
    }
  }();
  prepared->reset();
  return outcome;
}

Result<Landed> read_landed(Connection& connection, const std::string& module) {
  Landed landed;
  const std::array<Value, 1> parameters = {module};
  JW_TRY(each_row(connection, sql::find_landed, parameters,
                  [&](const Row& row) { landed.emplace(row.integer(0), row.text(1)); }));
  return landed;
}

Result<void> land(Connection& connection, const Migration& migration, Instant now) {
  JW_TRY(connection.execute(migration.sqlite));
  JW_ASSIGN(Prepared * put, connection.prepare(sql::put_landed));
  const std::array<Value, 5> parameters = {migration.module, std::int64_t{migration.number}, migration.title,
                                           digest_of(migration), to_micros(now)};
  JW_ASSIGN([[maybe_unused]] const auto rows, put->run(parameters));
  return {};
}

Result<void> put_rows(Connection& connection, const BulkSlice& slice) {
  if (slice.cells.empty()) return {};
  JW_ASSIGN(Prepared * insert, connection.prepare(insert_text(slice)));
  const std::span<const Value> cells(slice.cells);
  for (std::size_t at = 0; at < cells.size(); at += slice.columns.size()) {
    JW_ASSIGN([[maybe_unused]] const auto rows, insert->run(cells.subspan(at, slice.columns.size())));
  }
  return {};
}

class EmbeddedStore final : public Store {
 public:
  explicit EmbeddedStore(const EmbeddedOptions& options)
      : options_(options),
        clock_(or_system(options.clock)),
        ids_([this](std::int64_t count) { return take_ids(count); }) {}

  Result<void> open() {
    // An in-memory disk (tests) belongs to one process anyway, and has no kernel to lock it.
    if (options_.vfs.empty()) {
      JW_ASSIGN(lock_, FolderLock::take(options_.folder));
    }
    JW_ASSIGN(auto writing, connect(writer_cache_kib));
    JW_TRY(writing->execute(sql::create_landed.sqlite));
    JW_TRY(migrate_on(*writing, sql::migrations()));
    FeedPosition head;
    std::int64_t last_xact = 0;
    JW_TRY(each_row(*writing, sql::feed_head, {}, [&](const Row& row) {
      head = {row.integer(0), row.integer(1)};
    }));
    JW_TRY(each_row(*writing, sql::last_xact, {}, [&](const Row& row) { last_xact = row.integer(0); }));
    std::vector<std::unique_ptr<Connection>> readers;
    for (int i = 0; i < std::max(options_.readers, 1); ++i) {
      JW_ASSIGN(auto reading, connect(reader_cache_kib));
      JW_TRY(reading->execute("PRAGMA query_only=1"));
      readers.push_back(std::move(reading));
    }
    JW_ASSIGN(auto checkpointing, connect(checkpointer_cache_kib));
    readers_ = std::make_unique<ReaderPool>(std::move(readers));
    checkpointer_ = std::make_unique<Checkpointer>(std::move(checkpointing));
    checkpointer_->watch(*writing);
    writer_ = std::make_unique<Writer>(std::move(writing), clock_, head, last_xact, *checkpointer_);
    return {};
  }

  Dialect dialect() const override { return Dialect::sqlite; }

  Result<void> migrate(std::span<const Migration> migrations) override {
    for (const std::string& module : modules_of(migrations)) {
      JW_TRY(writer_->run_now([&](Connection& connection) -> Result<void> {
        JW_ASSIGN(const Landed landed, read_landed(connection, module));
        return check_not_newer(migrations, module, landed);
      }));
    }
    for (const Migration& migration : migrations) {
      JW_TRY(writer_->run_alone([&](Connection& connection) -> Result<void> {
        JW_ASSIGN(const Landed landed, read_landed(connection, migration.module));
        JW_ASSIGN(const bool wanted, must_run(migration, landed));
        return wanted ? land(connection, migration, clock_.now()) : Result<void>();
      }));
    }
    return {};
  }

  Result<std::unique_ptr<Reader>> read() override { return readers_->take(); }

  void commit(Change change, std::function<void(Result<Committed>)> done) override {
    pace_.note(change);
    writer_->submit(Job{std::move(change), nullptr, std::move(done)});
  }
  Result<Committed> commit(Change change) override {
    pace_.note(change);
    const auto patience = change.origin == Origin::hub ? pace_.until_company() : std::chrono::nanoseconds{0};
    Job job{std::move(change), nullptr, nullptr};
    return patience.count() > 0 ? writer_->run_riding(std::move(job), patience)
                                : writer_->run_now(std::move(job));
  }

  Result<Committed> append(BulkSlice slice) override {
    JW_TRY(check_slice(slice));
    auto promise = std::make_shared<std::promise<Result<Committed>>>();
    auto future = promise->get_future();
    Change change = std::move(slice.change);
    const std::size_t rows = slice.decided;
    writer_->submit_bulk(Job{std::move(change),
                             [&slice](Connection& connection) { return put_rows(connection, slice); },
                             [promise](Result<Committed> result) { promise->set_value(std::move(result)); },
                             pace_.stream() && BulkPace::is_small(rows),
                             [this, rows](std::chrono::nanoseconds took) { pace_.note_slice(rows, took); }});
    return future.get();
  }

  std::size_t rows_at_once(std::size_t most) override { return pace_.rows_at_once(most); }

  Result<std::int64_t> allocate_ids(std::int64_t count) override { return ids_.take(count); }

  Result<std::vector<FeedEntry>> read_feed(FeedPosition after, std::size_t most) override {
    std::vector<FeedEntry> entries;
    JW_ASSIGN(auto reader, readers_->take());
    const std::array<Value, 3> parameters = {after.transaction, after.sequence,
                                             static_cast<std::int64_t>(most)};
    JW_TRY(reader->query(sql::feed_after, parameters, [&](const Row& row) {
      entries.push_back(entry_of(row));
      return true;
    }));
    return entries;
  }

  void wait_for_feed(FeedPosition after, std::chrono::milliseconds patience) override {
    writer_->wait_for_head(after, patience);
  }

  Result<std::vector<Timer>> claim_timers(std::span<const std::string> kinds, const std::string& owner,
                                          Instant now, std::chrono::seconds lease,
                                          std::size_t most) override {
    std::vector<Timer> timers;
    JW_TRY(writer_->run_now([&](Connection& connection) -> Result<void> {
      for (const std::string& kind : kinds) {
        if (timers.size() >= most) break;
        const std::array<Value, 5> parameters = {owner, to_micros(now + lease), kind, to_micros(now),
                                                 static_cast<std::int64_t>(most - timers.size())};
        JW_TRY(each_row(connection, sql::claim_timers, parameters,
                        [&](const Row& row) { timers.push_back(timer_of(row, owner)); }));
      }
      return {};
    }));
    sort_by_due(timers);
    return timers;
  }

  Result<bool> take_lease(const std::string& name, const std::string& owner, Instant now,
                          std::chrono::seconds duration) override {
    bool held = false;
    JW_TRY(writer_->run_now([&](Connection& connection) {
      const std::array<Value, 4> parameters = {name, owner, to_micros(now + duration), to_micros(now)};
      return each_row(connection, sql::take_lease, parameters, [&](const Row&) { held = true; });
    }));
    return held;
  }

 private:
  Result<std::unique_ptr<Connection>> connect(int cache_kib) {
    return Connection::open(options_.folder + "/jingwei.db", options_.vfs, cache_kib);
  }

  // Before the writer's thread starts.
  Result<void> migrate_on(Connection& connection, std::span<const Migration> migrations) {
    JW_ASSIGN(const Landed landed, read_landed(connection, "storage"));
    JW_TRY(check_not_newer(migrations, "storage", landed));
    for (const Migration& migration : migrations) {
      JW_ASSIGN(const bool wanted, must_run(migration, landed));
      if (!wanted) continue;
      JW_TRY(connection.execute("BEGIN IMMEDIATE"));
      auto outcome = land(connection, migration, clock_.now());
      if (outcome) outcome = connection.execute("COMMIT");
      if (!outcome) {
        if (connection.in_transaction()) (void)connection.execute("ROLLBACK");
        return outcome;
      }
    }
    return {};
  }

  Result<std::int64_t> take_ids(std::int64_t count) {
    std::int64_t next = 0;
    JW_TRY(writer_->run_now([&](Connection& connection) {
      const std::array<Value, 1> parameters = {count};
      return each_row(connection, sql::take_ids, parameters, [&](const Row& row) { next = row.integer(0); });
    }));
    return next - count;
  }

  EmbeddedOptions options_;
  const Clock& clock_;
  BulkPace pace_{clock_};
  IdBlocks ids_;
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::unique_ptr<Writer> writer_;  // last, so that it ends first and finishes its queue
};

}  // namespace

}  // namespace jingwei::storage::embedded

namespace jingwei::storage {

Result<std::unique_ptr<Store>> open_embedded(const EmbeddedOptions& options) {
  auto store = std::make_unique<embedded::EmbeddedStore>(options);
  JW_TRY(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace jingwei::storage
