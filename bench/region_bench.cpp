// The national region tree: load time, memory, look-ups by code, paths and searches, beside SQLite with an
// index doing the same.
//
// region_bench REGIONS.jwrt  (or JINGWEI_REGION_FILE). JSON lines on stdout; the peer runs interleaved,
// medians of the rounds.
#include <sqlite3.h>
#include <filesystem>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/json.h"
#include "base/random.h"
#include "modules/region/region_json.h"
#include "modules/region/region_service.h"

namespace {

using namespace jingwei;
using region::Node;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 5;
constexpr std::size_t samples = 100'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

void report(const char* what, double ours, double peer, const char* unit) {
  JsonWriter out;
  out.begin_object();
  out.member("bench", "region");
  out.member("metric", what);
  out.member("value", ours);
  out.member("unit", unit);
  if (peer > 0) {
    out.member("peer", "sqlite in memory, prepared");
    out.member("peer_value", peer);
    out.member("ratio", ours / peer);
  }
  out.end_object();
  std::printf("%s\n", out.text().c_str());
}

// The same tree as one indexed table.
class Peer {
 public:
  explicit Peer(const region::Tree& tree) {
    sqlite3_open(":memory:", &db_);
    run("CREATE TABLE region (code TEXT PRIMARY KEY, node INTEGER, parent TEXT, name TEXT, level INTEGER) "
        "WITHOUT ROWID; BEGIN");
    sqlite3_stmt* insert = prepare("INSERT INTO region VALUES (?1, ?2, ?3, ?4, ?5)");
    for (Node n = 0; n < tree.size(); ++n) {
      bind(insert, 1, tree.code(n));
      sqlite3_bind_int64(insert, 2, n);
      bind(insert, 3, tree.parent(n) == region::no_node ? "" : tree.code(tree.parent(n)));
      bind(insert, 4, std::string(tree.name(n)));
      sqlite3_bind_int64(insert, 5, static_cast<int>(tree.level(n)));
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    run("COMMIT");
    lookup_ = prepare("SELECT node, name, level FROM region WHERE code = ?1");
    path_ = prepare(
        "WITH RECURSIVE up(code, parent, name) AS (SELECT code, parent, name FROM region WHERE code = ?1 "
        "UNION ALL "
        "SELECT r.code, r.parent, r.name FROM region r JOIN up ON r.code = up.parent) SELECT name FROM up");
    part_ =
        prepare("SELECT node FROM region WHERE instr(name, ?1) > 0 ORDER BY level, length(name) LIMIT 200");
  }
  ~Peer() {
    for (sqlite3_stmt* statement : {lookup_, path_, part_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::int64_t lookup(const std::string& code) { return rows(lookup_, code); }
  std::int64_t path(const std::string& code) { return rows(path_, code); }
  std::int64_t part(const std::string& name) { return rows(part_, name); }

 private:
  void run(const char* sql) { sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr);
    JW_ASSERT(statement != nullptr);
    return statement;
  }
  static void bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  static std::int64_t rows(sqlite3_stmt* statement, const std::string& key) {
    bind(statement, 1, key);
    std::int64_t sum = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) sum += sqlite3_column_bytes(statement, 0) + 1;
    sqlite3_reset(statement);
    return sum;
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* lookup_ = nullptr;
  sqlite3_stmt* path_ = nullptr;
  sqlite3_stmt* part_ = nullptr;
};

std::int64_t keep = 0;  // results flow here, so that no work is optimised away

template <typename Work>
double per_second(const std::vector<std::string>& keys, std::size_t count, Work work) {
  const auto start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) keep += work(keys[i % keys.size()]);
  return static_cast<double>(count) / seconds_since(start);
}

template <typename Ours, typename Theirs>
void compare(const char* what, const std::vector<std::string>& keys, std::size_t count, Ours ours,
             Theirs theirs) {
  std::vector<double> our_rates;
  std::vector<double> their_rates;
  for (int round = 0; round < rounds; ++round) {
    our_rates.push_back(per_second(keys, count, ours));
    their_rates.push_back(per_second(keys, std::max<std::size_t>(count / 10, 5), theirs));
  }
  report(what, median(our_rates), median(their_rates), "per second");
}

int run(const std::string& path) {
  const std::int64_t before = resident_bytes();
  std::vector<double> loads;
  std::shared_ptr<const region::Tree> tree;
  for (int round = 0; round < rounds; ++round) {
    tree.reset();
    const auto start = Clock::now();
    auto file = region::TreeFile::open(real_file_system(), path);
    if (!file.ok()) {
      std::fprintf(stderr, "%s\n", file.error().to_log().c_str());
      return 1;
    }
    tree = region::Tree::from_file(std::move(file).value());
    loads.push_back(seconds_since(start) * 1e3);
  }
  report("load", median(loads), 0, "ms");
  report("nodes", tree->size(), 0, "nodes");
  report("tree memory", static_cast<double>(tree->memory_bytes()), 0, "bytes");
  report("resident growth", static_cast<double>(resident_bytes() - before), 0, "bytes");

  SeededRandom random(11);
  std::vector<std::string> codes;
  std::vector<std::string> beginnings;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto node = static_cast<Node>(random.below(tree->size()));
    codes.push_back(tree->code(node));
    if (i < 2'000) beginnings.emplace_back(tree->name(node).substr(0, 6));  // two characters
  }
  Peer peer(*tree);
  compare(
      "look-up by code", codes, 1'000'000,
      [&](const std::string& code) { return std::int64_t{tree->find(code)}; },
      [&](const std::string& code) { return peer.lookup(code); });
  compare(
      "path to the root", codes, 500'000,
      [&](const std::string& code) { return static_cast<std::int64_t>(tree->path(tree->find(code)).size()); },
      [&](const std::string& code) { return peer.path(code); });
  compare(
      "search by part of the name", beginnings, 50,
      [&](const std::string& text) {
        return static_cast<std::int64_t>(tree->search({.text = text, .under = {}, .level = {}}).size());
      },
      [&](const std::string& text) { return peer.part(text); });
  const std::vector<std::string> pinyin{"xiangzhou", "chongqing", "heping", "xzq", "renminlu"};
  report("search by pinyin",
         per_second(pinyin, 500,
                    [&](const std::string& text) {
                      return static_cast<std::int64_t>(
                          tree->search({.text = text, .under = {}, .level = {}}).size());
                    }),
         0, "per second");
  const auto zhuhai = tree->scope("440400");
  if (zhuhai) {
    report("search by pinyin under a city",
           per_second(pinyin, 5'000,
                      [&](const std::string& text) {
                        return static_cast<std::int64_t>(
                            tree->search({.text = text, .under = zhuhai, .level = {}}).size());
                      }),
           0, "per second");
  }
  report("answer of GET /regions/{code}",
         per_second(codes, 300'000,
                    [&](const std::string& code) {
                      return static_cast<std::int64_t>(
                          region::region_json(*tree, tree->resolve(code), Language::zh).size());
                    }),
         0, "per second");
  std::fprintf(stderr, "checksum %lld\n", static_cast<long long>(keep));
  return 0;
}

}  // namespace

// The build puts the country's tree beside its programs.
std::string beside_program() {
  std::error_code fault;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", fault);
  return (program.parent_path().parent_path() / "share" / "regions.jwrt").string();
}

int main(int count, char** values) {
  const char* named = std::getenv("JINGWEI_REGION_FILE");
  const std::string path = count > 1 ? values[1] : named != nullptr ? named : beside_program();
  return run(path);
}
