// The server storage: PostgreSQL through libpq. Several processes may share one database.
#include "base/limits.h"
#include "storage/bulk.h"
#include "storage/id_blocks.h"
#include "storage/postgres/copy.h"
#include "storage/postgres/feed_watch.h"
#include "storage/postgres/landing.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writer_pool.h"
#include "storage/sql.gen.h"
#include "storage/store.h"

namespace jingwei::storage::postgres {

namespace {

const Clock& or_system(const Clock* clock) {
  static const SystemClock system;
  return clock != nullptr ? *clock : system;
}

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(const PostgresOptions& options)
      : clock_(or_system(options.clock)),
        uri_(options.uri),
        readers_(options.uri, options.readers),
        service_(options.uri, 2),
        bulk_(options.uri),
        ids_([this](std::int64_t count) { return take_ids(count); }),
        writer_count_(options.writers) {}

  Result<void> open() {
    JW_TRY(migrate(sql::migrations()));
    JW_TRY(settle_offset());
    writers_ = std::make_unique<WriterPool>(uri_, writer_count_, clock_, watch_);
    return {};
  }

  Dialect dialect() const override { return Dialect::postgres; }

  Result<void> migrate(std::span<const Migration> migrations) override {
    JW_ASSIGN(auto connection, Connection::open(uri_));
    return land_all(*connection, migrations, to_micros(clock_.now()));
  }

  Result<std::unique_ptr<Reader>> read() override { return readers_.read(); }

  void commit(Change change, std::function<void(Result<Committed>)> done) override {
    pace_.note(change);
    writers_->submit(Job{std::move(change), std::move(done)});
  }
  Result<Committed> commit(Change change) override {
    pace_.note(change);
    return writers_->commit(std::move(change));
  }

  Result<Committed> append(BulkSlice slice) override {
    auto committed = append_now(std::move(slice));
    std::this_thread::sleep_for(pace_.rest());
    return committed;
  }

  std::size_t rows_at_once(std::size_t most) override { return pace_.rows_at_once(most); }

  Result<std::int64_t> allocate_ids(std::int64_t count) override { return ids_.take(count); }

  Result<std::vector<FeedEntry>> read_feed(FeedPosition after, std::size_t most) override {
    return pages_.after(after, most);
  }

  void wait_for_feed(FeedPosition after, std::chrono::milliseconds patience) override {
    watch_.wait(after, patience);
  }

  Result<std::vector<Timer>> claim_timers(std::span<const std::string> kinds, const std::string& owner,
                                          Instant now, std::chrono::seconds lease,
                                          std::size_t most) override {
    std::vector<Timer> timers;
    for (const std::string& kind : kinds) {
      if (timers.size() >= most) break;
      const std::array<Value, 5> parameters = {owner, to_micros(now + lease), kind, to_micros(now),
                                               static_cast<std::int64_t>(most - timers.size())};
      JW_TRY(service_.query(sql::claim_timers, parameters,
                            [&](const Row& row) { timers.push_back(timer_of(row, owner)); }));
    }
    sort_by_due(timers);
    return timers;
  }

  Result<bool> take_lease(const std::string& name, const std::string& owner, Instant now,
                          std::chrono::seconds duration) override {
    bool held = false;
    const std::array<Value, 4> parameters = {name, owner, to_micros(now + duration), to_micros(now)};
    JW_TRY(service_.query(sql::take_lease, parameters, [&](const Row&) { held = true; }));
    return held;
  }

 private:
  // One slice at a time, on a connection of its own: interactive writers never wait in the same queue.
  Result<Committed> append_now(BulkSlice slice) {
    JW_TRY(check_slice(slice));
    std::lock_guard lock(bulk_mutex_);
    Error last;
    for (int attempt = 0; attempt < limits::decide_attempts; ++attempt) {
      JW_ASSIGN(Connection * connection, bulk_.get(limits::transaction_open));
      Change* change = &slice.change;
      GroupOutcome outcome = commit_group(*connection, std::span(&change, 1), clock_.now(),
                                          [&] { return copy_rows(*connection, slice); });
      if (outcome.fate == Fate::committed) {
        Committed committed{outcome.positions.front(), std::nullopt};
        if (committed.position == FeedPosition{}) committed.position = watch_.head();
        watch_.note(committed.position);
        return committed;
      }
      if (outcome.repeated) return find_earlier(*connection, *slice.change.idempotency);
      if (outcome.fate == Fate::refused) return std::move(outcome.error);
      bulk_.drop();
      if (outcome.fate == Fate::in_doubt) {
        // With an idempotency row the next attempt finds out whether the slice stands.
        last = Error(ErrorCode::unavailable, "storage.in_doubt");
        if (!slice.change.idempotency) return last;
      } else {
        last = std::move(outcome.error);
      }
    }
    return last;
  }

  // Numbers of the feed go on where they stood, also after the rows came from a server whose xids were
  // higher.
  Result<void> settle_offset() {
    JW_ASSIGN(auto connection, Connection::open(uri_));
    JW_ASSIGN([[maybe_unused]] const auto settled, connection->run(sql::settle_offset, {}));
    return {};
  }

  Result<std::vector<FeedEntry>> ask_for_entries(FeedPosition after, std::size_t most) {
    std::vector<FeedEntry> entries;
    const std::array<Value, 3> parameters = {after.transaction, after.sequence,
                                             static_cast<std::int64_t>(most)};
    JW_TRY(readers_.query(sql::feed_after, parameters,
                          [&](const Row& row) { entries.push_back(entry_of(row)); }));
    return entries;
  }

  Result<FeedPosition> ask_for_newest() {
    FeedPosition newest;
    JW_TRY(readers_.query(sql::newest_readable, {}, [&](const Row& row) {
      newest = {row.integer(0), row.integer(1)};
    }));
    return newest;
  }

  Result<std::int64_t> take_ids(std::int64_t count) {
    std::int64_t next = 0;
    const std::array<Value, 1> parameters = {count};
    JW_TRY(service_.query(sql::take_ids, parameters, [&](const Row& row) { next = row.integer(0); }));
    return next - count;
  }

  const Clock& clock_;
  BulkPace pace_{clock_};
  std::string uri_;
  ReaderPool readers_;
  ReaderPool service_;  // small statements of the core itself, apart from what callers hold open
  std::mutex bulk_mutex_;
  Link bulk_;
  IdBlocks ids_;
  FeedWatch watch_{[this] { return ask_for_newest(); }};
  FeedPages pages_{[this](FeedPosition after, std::size_t most) { return ask_for_entries(after, most); }};
  int writer_count_;
  std::unique_ptr<WriterPool> writers_;
};

}  // namespace

}  // namespace jingwei::storage::postgres

namespace jingwei::storage {

Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options) {
  auto store = std::make_unique<postgres::PostgresStore>(options);
  JW_TRY(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace jingwei::storage
