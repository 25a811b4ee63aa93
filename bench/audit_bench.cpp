// Claims: a million audit entries are taken into the log, proved and verified in bounded memory; taking them
// costs little beside writing the same rows by plain SQL; reads are recorded, synced, faster than a rush
// needs. audit_bench [entries, 1000000] [rounds, 3] [embedded]; JSON lines out; medians. The peer on each
// storage is one INSERT … SELECT of the very rows the sequencer wrote, in the same database and run: no
// hashing, no salts, no pages.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "base/json.h"
#include "modules/audit/audit_routes.h"
#include "modules/audit/audit_service.h"
#include "modules/audit/sql.gen.h"
#include "storage/digest.h"
#include "storage/postgres/test_server.h"
#include "storage/sql.gen.h"
#include "storage/store.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t entries_in_a_change = 1'000;
constexpr int proofs = 1'000;
constexpr int readers = 64;
constexpr int reads_of_each = 300;

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "audit_bench: %s\n", result.error().to_log().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void report(const std::string& metric, const char* unit, double value, double peer = 0) {
  JsonWriter json;
  json.begin_object();
  json.member("bench", "audit");
  json.member("metric", metric);
  json.member("value", value);
  json.member("unit", unit);
  if (peer > 0) {
    json.member("peer", "INSERT SELECT of the same rows");
    json.member("peer_value", peer);
    json.member("ratio", value / peer);
  }
  json.end_object();
  std::printf("%s\n", json.text().c_str());
  std::fflush(stdout);
}

const std::string peer_table =
    "CREATE TABLE peer_leaf (position BIGINT NOT NULL PRIMARY KEY, xact BIGINT NOT NULL, sequence BIGINT NOT "
    "NULL, "
    "shard BIGINT NOT NULL, salt BYTEA NOT NULL, commitment BYTEA NOT NULL); "
    "CREATE INDEX peer_leaf_entry ON peer_leaf (xact, sequence)";
const storage::Migration peer_step{"bench", 1, "peer", peer_table, peer_table};
const std::string peer_text =
    "INSERT INTO peer_leaf SELECT position, xact, sequence, shard, salt, commitment FROM audit_leaf "
    "WHERE position >= $1";
const storage::Statement peer_insert{"bench.peer", peer_text, peer_text};

// One of a hundred thousand people, in no order.
std::string person(std::int64_t entry) {
  constexpr std::int64_t people = 100'003;
  return "person:" + storage::sha256_hex(std::to_string(entry * 7'919 % people)).substr(0, 32);
}

void record(storage::Store& store, std::int64_t entries) {
  for (std::int64_t done = 0; done < entries;) {
    storage::Change change;
    for (std::size_t i = 0; i < entries_in_a_change && done < entries; ++i, ++done) {
      change.audit.push_back(
          {"officer " + std::to_string(done % 97), "record.read", person(done),
           R"({"region":"990102001001001","resource":"resident-register","outcome":"answered"})"});
    }
    must(store.commit(std::move(change)));
  }
}

// Reads through the one place that records them: `readers` of them wait for their answer at any time.
double recorded_reads_per_second(storage::Store& store) {
  std::vector<http::Route> routes(1);
  routes[0].path = "/api/v1/resources/{resource}/records/{record}";
  routes[0].permission = routes[0].audit = "record.read";
  routes[0].handle = [](const http::Request&, const http::PathValues&, http::Responder respond) {
    respond(http::Response::json("{}"));
  };
  audit::audit_reads(routes, store);
  std::atomic<int> left = readers;
  std::function<void(int)> ask = [&](int more) {
    http::Request request;
    request.path = "/api/v1/resources/resident-register/records/9";
    routes[0].handle(request, {"resident-register", "9"}, http::Responder([&, more](http::Response) {
                       if (more > 1) return ask(more - 1);
                       --left;
                       left.notify_all();
                     }));
  };
  const double seconds = seconds_of([&] {
    for (int reader = 0; reader < readers; ++reader) ask(reads_of_each);
    for (int now = left; now > 0; now = left) left.wait(now);
  });
  return readers * reads_of_each / seconds;
}

void measure(const std::string& name, storage::Store& store, std::int64_t entries, int rounds) {
  std::vector<storage::Migration> steps;
  for (const auto migrations : {storage::sql::migrations(), audit::sql::migrations()})
    steps.insert(steps.end(), migrations.begin(), migrations.end());
  steps.push_back(peer_step);
  must(store.migrate(steps));
  const SystemClock clock;
  const crypto::SigningKey key(*crypto::Secret::parse(std::string(64, '7')));
  audit::AuditService service(store, clock, key, "bench");

  std::vector<double> appends, peers;
  for (int round = 0; round < rounds; ++round) {
    const std::int64_t before = static_cast<std::int64_t>(must(service.size()));
    const std::int64_t share = entries / rounds;
    record(store, share);
    appends.push_back(static_cast<double>(share) / seconds_of([&] { must(service.settle()); }));
    peers.push_back(static_cast<double>(share) / seconds_of([&] {
                      storage::Change change;
                      change.writes.push_back({&peer_insert, {before}, std::nullopt});
                      must(store.commit(std::move(change)));
                    }));
  }
  report(name + ".appends_per_second", "entries/s", median(appends), median(peers));

  std::vector<double> verified;
  const double resident_before = resident_mb();
  double resident_most = resident_before;
  for (int round = 0; round < rounds; ++round) {
    audit::Verification result;
    const double seconds = seconds_of([&] {
      result = must(service.verify(key.public_key(), [&](std::uint64_t) {
        resident_most = std::max(resident_most, resident_mb());
        return true;
      }));
    });
    if (!result.whole()) std::exit(1);
    verified.push_back(static_cast<double>(result.leaves) / seconds);
  }
  report(name + ".verified_per_second", "entries/s", median(verified));
  report(name + ".verify_memory_growth", "MB", resident_most - resident_before);

  const std::uint64_t size = must(service.last_head())->size;
  const double proving = seconds_of([&] {
    for (int i = 0; i < proofs; ++i) must(service.prove((static_cast<std::uint64_t>(i) * 7'919) % size));
  });
  report(name + ".proof_time", "us", proving / proofs * 1e6);
  report(name + ".recorded_reads_per_second", "reads/s", recorded_reads_per_second(store));
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t entries = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const SystemClock clock;
  {
    const storage::TemporaryFolder folder;
    const auto store =
        must(storage::open_embedded({.folder = folder.path() + "/data", .clock = &clock, .vfs = {}}));
    measure("embedded", *store, entries, rounds);
  }
  if (argc > 3) return 0;
  if (const auto missing = storage::TestServer::missing(); !missing.empty()) {
    std::fprintf(stderr, "audit_bench: %s\n", missing.c_str());
    return 0;
  }
  const auto store = must(storage::open_postgres(
      {.uri = storage::TestServer::instance().fresh_uri(), .clock = &clock, .writers = 4, .readers = 8}));
  measure("postgres", *store, entries, rounds);
  return 0;
}
