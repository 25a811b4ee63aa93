// Claim: durable Changes per second at 1 to 64 writers reach 0.7 of pgbench running the same SQL on the same
// server; on SQLite, of the C API doing the same transactions one by one. Beside it: how late a follower sees
// a commit, and how many events a second a counter folds. core_bench [seconds per measurement] [rounds]; JSON
// lines out; medians of interleaved rounds. The ratio is the median of the rounds' ratios: a shared disk's
// speed drifts from one round to the next, and changes both.
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "base/random.h"
#include "bench/measure.h"
#include "bench/pgbench.h"
#include "storage/feed_runner.h"
#include "storage/postgres/test_server.h"
#include "storage/store.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using namespace jingwei::storage;
using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t rows = 100'000;
const std::string update_text = "UPDATE bench_item SET version = version + 1, name = $2 WHERE id = $1";
const Statement update{"bench.update", update_text, update_text};
const std::string table_text =
    "CREATE TABLE bench_item (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL)";
const Migration table{"bench", 1, "items", table_text, table_text};

struct Settings {
  double seconds = 2;
  int rounds = 3;
};

using bench::median;
using bench::must;

void report(const std::string& metric, const char* unit, double value, const char* peer = nullptr,
            double peer_value = 0, double ratio = 0) {
  bench::print_figure("core", metric, unit, value, peer, peer_value, ratio);
}

void fill(Store& store) {
  must(store.migrate({&table, 1}));
  for (std::int64_t first = 1; first <= rows; first += 2'000) {
    BulkSlice slice{"bench_item", {"id", "version", "name"}, {}, {}};
    for (std::int64_t id = first; id < first + 2'000; ++id)
      slice.cells.insert(slice.cells.end(), {Value{id}, Value{std::int64_t{1}}, Value{"n"}});
    must(store.append(std::move(slice)));
  }
}

Change change_of(Random& random) {
  Change change;
  const auto id = static_cast<std::int64_t>(1 + random.below(rows));
  change.shard = id;
  change.writes.push_back({&update, {id, "name"}, 1});
  change.events.push_back({"bench.item", "{\"id\":1}"});
  return change;
}

// Each writer waits for its Change before it makes the next.
double changes_per_second(Store& store, int writers, double seconds) {
  std::atomic<std::int64_t> done = 0;
  const auto begin = SteadyClock::now();
  const auto end =
      begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
  std::vector<std::thread> pool;
  for (int w = 0; w < writers; ++w) {
    pool.emplace_back([&, w] {
      SeededRandom random(static_cast<std::uint64_t>(w) + 1);
      while (SteadyClock::now() < end) {
        must(store.commit(change_of(random)));
        ++done;
      }
    });
  }
  for (auto& thread : pool) thread.join();
  return static_cast<double>(done) / std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

// The same transactions by SQLite's C API, one after the other, with the same pragmas.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::string& path) {
    sqlite3_open(path.c_str(), &handle_);
    sqlite3_exec(handle_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;",
                 nullptr, nullptr, nullptr);
    sqlite3_exec(
        handle_,
        (table_text +
         "; CREATE TABLE feed (xact BIGINT NOT NULL, sequence BIGINT NOT NULL, shard BIGINT NOT NULL,"
         " committed_at BIGINT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (xact, "
         "sequence, shard))"
         " WITHOUT ROWID; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         std::to_string(rows) + ") INSERT INTO bench_item SELECT i, 1, 'n' FROM n")
            .c_str(),
        nullptr, nullptr, nullptr);
    prepare("BEGIN IMMEDIATE", begin_);
    prepare(update_text.c_str(), update_);
    prepare("INSERT INTO feed VALUES (?1, 1, ?2, ?3, 'bench.item', '{\"id\":1}')", event_);
    prepare("COMMIT", commit_);
  }
  ~PlainSqlite() {
    for (sqlite3_stmt* statement : {begin_, update_, event_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  PlainSqlite(const PlainSqlite&) = delete;
  PlainSqlite& operator=(const PlainSqlite&) = delete;

  double per_second(double seconds) {
    SeededRandom random(1);
    std::int64_t done = 0;
    const auto begin = SteadyClock::now();
    std::chrono::duration<double> taken{};
    for (; taken.count() < seconds; taken = SteadyClock::now() - begin, ++done) {
      run(begin_);
      const auto id = static_cast<std::int64_t>(1 + random.below(rows));
      sqlite3_bind_int64(update_, 1, id);
      sqlite3_bind_text(update_, 2, "name", 4, SQLITE_STATIC);
      run(update_);
      sqlite3_bind_int64(event_, 1, ++xact_);
      sqlite3_bind_int64(event_, 2, id);
      sqlite3_bind_int64(event_, 3, to_micros(SystemClock().now()));
      run(event_);
      run(commit_);
    }
    return static_cast<double>(done) / taken.count();
  }

 private:
  void prepare(const char* text, sqlite3_stmt*& statement) {
    sqlite3_prepare_v2(handle_, text, -1, &statement, nullptr);
  }
  static void run(sqlite3_stmt* statement) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
    }
    sqlite3_reset(statement);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *update_ = nullptr, *event_ = nullptr, *commit_ = nullptr;
  std::int64_t xact_ = 0;
};

void compare(Store& store, const std::string& storage, const char* peer, const Settings& settings,
             const std::function<double(int)>& peer_per_second) {
  for (const int writers : {1, 4, 16, 64}) {
    std::vector<double> ours, theirs, ratios;
    for (int round = 0; round < settings.rounds; ++round) {
      ours.push_back(changes_per_second(store, writers, settings.seconds));
      theirs.push_back(peer_per_second(writers));
      ratios.push_back(ours.back() / theirs.back());
    }
    report("changes_" + storage + "_" + std::to_string(writers) + "_writers", "changes/s", median(ours), peer,
           median(theirs), median(ratios));
  }
}

// From the acknowledgement of a commit to its arrival at a follower.
void feed_lag(Store& store, const std::string& storage, const Settings& settings) {
  std::mutex mutex;
  std::map<FeedPosition, SteadyClock::time_point> seen, acknowledged;
  auto reader = must(store.read());
  Follower follower(store, must(reader->position()), [&](std::span<const FeedEntry> entries) -> Result<void> {
    const auto now = SteadyClock::now();
    std::lock_guard lock(mutex);
    for (const auto& entry : entries) seen.emplace(entry.position, now);
    return {};
  });
  reader.reset();
  follower.start();
  const auto end = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                            std::chrono::duration<double>(settings.seconds));
  std::vector<std::thread> pool;
  FeedPosition last;
  for (int w = 0; w < 4; ++w) {
    pool.emplace_back([&, w] {
      SeededRandom random(static_cast<std::uint64_t>(w) + 1);
      while (SteadyClock::now() < end) {
        const auto committed = must(store.commit(change_of(random)));
        const auto now = SteadyClock::now();
        std::lock_guard lock(mutex);
        acknowledged.emplace(committed.position, now);
        last = std::max(last, committed.position);
      }
    });
  }
  for (auto& thread : pool) thread.join();
  follower.wait_until(last, std::chrono::seconds{10});
  follower.stop();
  std::vector<double> lags;
  for (const auto& [position, at] : acknowledged) {
    if (const auto found = seen.find(position); found != seen.end()) {
      lags.push_back(std::max(0.0, std::chrono::duration<double, std::milli>(found->second - at).count()));
    }
  }
  std::sort(lags.begin(), lags.end());
  if (lags.empty()) return;
  report("feed_lag_p50_" + storage, "ms", lags[lags.size() / 2]);
  report("feed_lag_p99_" + storage, "ms", lags[lags.size() * 99 / 100]);
}

class Counter final : public Consumer {
 public:
  std::string name() const override { return "bench-counter"; }
  Result<void> handle(std::span<const FeedEntry> entries, Change&) override {
    for (const auto& entry : entries) ++counts_[entry.kind];
    return {};
  }
  bool folds() const override { return true; }
  std::chrono::milliseconds save_every() const override { return std::chrono::milliseconds{100}; }

 private:
  std::unordered_map<std::string, std::int64_t> counts_;
};

void counters(Store& store, const std::string& storage) {
  const SystemClock clock;
  for (int c = 0; c < 100; ++c) {
    Change change;
    for (int e = 0; e < 1'000; ++e)
      change.events.push_back({"bench.counted", "{\"region\":440402,\"old\":1,\"new\":2}"});
    must(store.commit(std::move(change)));
  }
  Counter counter;
  FeedRunner runner(store, clock, counter, "bench");
  std::size_t folded = 0;
  const auto begin = SteadyClock::now();
  while (const std::size_t taken = must(runner.step())) folded += taken;
  must(runner.flush());
  report("counter_events_" + storage, "events/s",
         static_cast<double>(folded) / std::chrono::duration<double>(SteadyClock::now() - begin).count());
}

void embedded(const Settings& settings) {
  TemporaryFolder folder;
  auto store = must(open_embedded({.folder = folder.path() + "/data"}));
  fill(*store);
  PlainSqlite plain(folder.path() + "/plain.db");
  compare(*store, "embedded", "sqlite3 C API one by one", settings,
          [&](int) { return plain.per_second(settings.seconds); });
  feed_lag(*store, "embedded", settings);
  counters(*store, "embedded");
}

void postgres(const Settings& settings) {
  if (const std::string reason = TestServer::missing(); !reason.empty()) {
    std::fprintf(stderr, "core_bench: %s\n", reason.c_str());
    return;
  }
  const std::string uri = TestServer::instance().fresh_uri();
  auto store = must(open_postgres({.uri = uri}));
  fill(*store);
  TemporaryFolder folder;
  const std::string script = folder.path() + "/same.sql";
  std::ofstream(script) << "\\set id random(1, " << rows << ")\nBEGIN;\n"
                        << "UPDATE bench_item SET version = version + 1, name = 'name' WHERE id = :id;\n"
                        << "INSERT INTO feed (xact, sequence, shard, committed_at, kind, body) VALUES "
                           "(pg_current_xact_id()::text::bigint, 1, :id, 0, 'bench.item', '{\"id\":1}') "
                           "RETURNING xact;\nCOMMIT;\n";
  compare(*store, "postgres", "pgbench same SQL", settings,
          [&](int clients) { return bench::pgbench_per_second(uri, script, clients, settings.seconds); });
  feed_lag(*store, "postgres", settings);
  counters(*store, "postgres");
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  if (count > 1) settings.seconds = std::max(0.2, std::atof(arguments[1]));
  if (count > 2) settings.rounds = std::max(1, std::atoi(arguments[2]));
  embedded(settings);
  postgres(settings);
}
