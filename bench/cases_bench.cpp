// Claim: full life cycles of cases (open → dispatch → take → done → verify, five durable transactions by five
// people) reach 1,000 a second embedded on two cores and, on PostgreSQL, 0.7 of pgbench running the very same
// SQL, falling by less than a third with the cases that are stored (…_of_empty: a ratio above 0.67); an inbox
// page comes in under 50 ms at the 99th percentile; reports, steps and comments that workers queued offline
// take effect once; in a burst of twice as many as may wait, those beyond are told at once, and nobody waits
// for more than about a second. cases_bench [seconds per measurement] [rounds] [stored cases]
// [embedded|postgres|both]; JSON lines out.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "bench/cases_offline.h"
#include "bench/cases_rush.h"
#include "bench/cases_world.h"
#include "bench/pgbench.h"
#include "http/server.h"
#include "modules/cases/cases_routes.h"
#include "storage/postgres/test_server.h"

namespace {

using namespace jingwei;
using namespace jingwei::bench;
using namespace jingwei::cases;

// Before, in and after a burst of many connections at once against a server with the program's own limits.
void burst(World& world, const std::string& storage, double seconds) {
  http::Options options;
  options.workers = http::program_workers;
  const int many = 2 * static_cast<int>(options.limits.waiting_tasks);
  CasesRoutes routes(world.service(), real_file_system(), "/tmp");
  http::Server server(std::move(options), routes.routes());
  must(server.start());
  allow_connections(static_cast<std::size_t>(many));
  const std::int64_t before = world.stored_cases();
  const Rush calm = rush(server.port(), 16, seconds);
  const Rush flood = rush(server.port(), many, seconds);
  const Rush after = rush(server.port(), 16, seconds);
  const std::int64_t acknowledged =
      static_cast<std::int64_t>(calm.accepted + flood.accepted + after.accepted);
  report("burst_" + storage + "_sustained", "cases/s", calm.accepted / seconds);
  report("burst_" + storage + "_asked", "requests/s", (flood.accepted + flood.refused) / seconds);
  report("burst_" + storage + "_asked_of_sustained", "times",
         calm.accepted == 0 ? 0 : (flood.accepted + flood.refused) / calm.accepted);
  report("burst_" + storage + "_connections", "connections", many);
  report("burst_" + storage + "_accepted", "cases/s", flood.accepted / seconds);
  report("burst_" + storage + "_refused", "answers/s", flood.refused / seconds);
  if (!flood.accepted_ms.empty())
    report("burst_" + storage + "_accepted_p99", "ms",
           flood.accepted_ms[flood.accepted_ms.size() * 99 / 100]);
  if (!flood.refusal_ms.empty())
    report("burst_" + storage + "_refusal_p99", "ms", flood.refusal_ms[flood.refusal_ms.size() * 99 / 100]);
  report("burst_" + storage + "_refusals_without_retry_after", "answers", flood.without_retry);
  report("burst_" + storage + "_cut", "connections", flood.cut);
  report("burst_" + storage + "_recovered", "cases/s", after.accepted / seconds);
  report("burst_" + storage + "_acknowledged_and_lost", "cases",
         static_cast<double>(before + acknowledged - world.stored_cases()));
}

// A literal for pgbench, in which a letter behind a colon would name a variable.
std::string literal(const storage::Value& value) {
  if (std::holds_alternative<storage::Null>(value)) return "NULL";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  if (const auto* blob = std::get_if<storage::Blob>(&value)) {
    std::string hex;
    for (const char byte : blob->bytes) {
      constexpr const char* digits = "0123456789abcdef";
      hex += digits[static_cast<unsigned char>(byte) >> 4];
      hex += digits[static_cast<unsigned char>(byte) & 15];
    }
    return "'\\x" + hex + "'::bytea";
  }
  std::string text = "'";
  for (const char c : std::get<std::string>(value)) {
    if (c == '\'') text += '\'';
    text += c;
    if (c == ':') text += ' ';
  }
  return text + "'";
}

// A statement with its parameters in it; the recorded case's id becomes the variable `id`.
std::string filled(const std::string& sql, const std::vector<storage::Value>& parameters,
                   std::int64_t case_id) {
  std::string out;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] != '$' || at + 1 == sql.size() || !std::isdigit(static_cast<unsigned char>(sql[at + 1]))) {
      out += sql[at] == '\n' ? ' ' : sql[at];
      continue;
    }
    std::size_t number = 0;
    while (at + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[at + 1])))
      number = number * 10 + static_cast<std::size_t>(sql[++at] - '0');
    const auto& value = parameters[number - 1];
    const auto* integer = std::get_if<std::int64_t>(&value);
    out += integer != nullptr && *integer == case_id ? ":id" : literal(value);
  }
  return out;
}

// The SQL of one life cycle, as the service runs it.
class Recorder final : public storage::Store {
 public:
  explicit Recorder(storage::Store& inner) : inner_(inner) {}
  storage::Dialect dialect() const override { return inner_.dialect(); }
  Result<void> migrate(std::span<const storage::Migration> all) override { return inner_.migrate(all); }
  Result<std::unique_ptr<storage::Reader>> read() override { return inner_.read(); }
  void commit(storage::Change change, std::function<void(Result<storage::Committed>)> done) override {
    inner_.commit(std::move(change), std::move(done));
  }
  Result<storage::Committed> commit(storage::Change change) override {
    changes.push_back(change);
    return inner_.commit(std::move(change));
  }
  Result<storage::Committed> append(storage::BulkSlice slice) override {
    return inner_.append(std::move(slice));
  }
  Result<std::int64_t> allocate_ids(std::int64_t count) override { return inner_.allocate_ids(count); }
  Result<std::vector<storage::FeedEntry>> read_feed(storage::FeedPosition after, std::size_t most) override {
    return inner_.read_feed(after, most);
  }
  void wait_for_feed(storage::FeedPosition after, std::chrono::milliseconds patience) override {
    inner_.wait_for_feed(after, patience);
  }
  Result<std::vector<storage::Timer>> claim_timers(std::span<const std::string> kinds,
                                                   const std::string& owner, Instant now,
                                                   std::chrono::seconds lease, std::size_t most) override {
    return inner_.claim_timers(kinds, owner, now, lease, most);
  }
  Result<bool> take_lease(const std::string& name, const std::string& owner, Instant now,
                          std::chrono::seconds duration) override {
    return inner_.take_lease(name, owner, now, duration);
  }
  std::vector<storage::Change> changes;

 private:
  storage::Store& inner_;
};

void write_script(const std::vector<storage::Change>& changes, const std::string& path) {
  std::ofstream out(path);
  out << "\\set id random(1000000000000, 9000000000000000000)\n";
  for (const auto& change : changes) {
    if (change.shard == 0) continue;
    out << "BEGIN;\n";
    if (change.writes.front().statement != &sql::put_case) {
      out << filled(sql::case_by_id.postgres, {storage::Value{change.shard}}, change.shard) << ";\n";
    }
    // Who verifies is compared with who took it.
    if (&change == &changes.back())
      out << filled(sql::steps_of_case.postgres, {storage::Value{change.shard}}, change.shard) << ";\n";
    for (const auto& write : change.writes)
      out << filled(write.statement->postgres, write.parameters, change.shard) << ";\n";
    int sequence = 0;
    for (const auto& event : change.events)
      out << filled(
                 "INSERT INTO feed (xact, sequence, shard, committed_at, kind, body) VALUES "
                 "(pg_current_xact_id()::text::bigint, $1, $2, $3, $4, $5)",
                 {std::int64_t{++sequence}, change.shard, std::int64_t{1}, event.kind, event.body},
                 change.shard)
          << ";\n";
    for (const auto& entry : change.audit)
      out << filled(
                 "INSERT INTO audit_entry (xact, sequence, shard, committed_at, actor, event, subject, "
                 "detail) VALUES (pg_current_xact_id()::text::bigint, $1, $2, $3, $4, $5, $6, $7)",
                 {std::int64_t{++sequence}, change.shard, std::int64_t{1}, entry.actor, entry.event,
                  entry.subject, entry.detail},
                 change.shard)
          << ";\n";
    out << "COMMIT;\n";
  }
}

// How much of the pace with nothing stored is left, by writers.
class Falling {
 public:
  void note(const std::string& metric, int writers, std::int64_t stored, double per_second) {
    if (stored == 0) {
      empty_[writers] = per_second;
    } else if (const double empty = empty_[writers]; empty > 0) {
      report(metric + "_of_empty", "cases/s", per_second, "nothing stored", empty, per_second / empty);
    }
  }

 private:
  std::map<int, double> empty_;
};

void embedded(const Settings& settings) {
  storage::TemporaryFolder folder;
  World world(must(storage::open_embedded({.folder = folder.path() + "/data"})));
  Falling falling;
  for (const std::int64_t stored : {std::int64_t{0}, settings.stored}) {
    if (stored > 0) world.fill(stored);
    for (const int writers : {1, 16}) {
      std::vector<double> ours;
      for (int round = 0; round < settings.rounds; ++round)
        ours.push_back(world.per_second(writers, settings.seconds));
      const std::string metric =
          "life_cycles_embedded_" + std::to_string(writers) + "_writers_at_" + std::to_string(stored);
      report(metric, "cases/s", median(ours));
      falling.note(metric, writers, stored, median(ours));
    }
    if (stored > 0) world.inbox("embedded", stored, settings.seconds);
  }
  offline(world, "embedded");
  burst(world, "embedded", settings.seconds);
}

void postgres(const Settings& settings) {
  if (const std::string reason = storage::TestServer::missing(); !reason.empty()) {
    std::fprintf(stderr, "cases_bench: %s\n", reason.c_str());
    return;
  }
  const std::string uri = storage::TestServer::instance().fresh_uri();
  storage::TemporaryFolder folder;
  const std::string script = folder.path() + "/same.sql";
  {
    auto inner = must(storage::open_postgres({.uri = uri}));
    auto recorder = std::make_unique<Recorder>(*inner);
    Recorder* kept = recorder.get();
    World recording(std::move(recorder));
    recording.service().stop();  // nothing else commits meanwhile
    kept->changes.clear();
    recording.life_cycle(1);
    write_script(kept->changes, script);
  }
  World world(must(storage::open_postgres({.uri = uri})));
  Falling falling;
  for (const std::int64_t stored : {std::int64_t{0}, settings.stored}) {
    if (stored > 0) world.fill(stored);
    for (const int writers : {1, 16}) {
      std::vector<double> ours, theirs, ratios;
      for (int round = 0; round < settings.rounds; ++round) {
        ours.push_back(world.per_second(writers, settings.seconds));
        theirs.push_back(bench::pgbench_per_second(uri, script, writers, settings.seconds));
        ratios.push_back(ours.back() / theirs.back());
      }
      const std::string metric =
          "life_cycles_postgres_" + std::to_string(writers) + "_writers_at_" + std::to_string(stored);
      report(metric, "cases/s", median(ours), "pgbench same SQL", median(theirs), median(ratios));
      falling.note(metric, writers, stored, median(ours));
    }
    if (stored > 0) world.inbox("postgres", stored, settings.seconds);
  }
  offline(world, "postgres");
  burst(world, "postgres", settings.seconds);
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  if (count > 1) settings.seconds = std::max(0.2, std::atof(arguments[1]));
  if (count > 2) settings.rounds = std::max(1, std::atoi(arguments[2]));
  if (count > 3) settings.stored = std::max<std::int64_t>(1, std::atoll(arguments[3]));
  if (count > 4) settings.storages = arguments[4];
  if (settings.storages != "postgres") embedded(settings);
  if (settings.storages != "embedded") postgres(settings);
}
