// Files on their way in, beside what does less: person rows of ten columns read, cleaned and checked
// (DuckDB's plain load of the same file), stored, versioned and counted (sqlite3's bulk insert, PostgreSQL's
// COPY of the same rows into one table of texts); memory; growth, and the same rows again in another order;
// what single writes wait while a file is loaded.
//
// ingest_bench [ROWS [ROUNDS [parse|embedded|postgres|latency|alone|grow]]]. JSON lines; medians of
// interleaved rounds.
#include <postgresql/libpq-fe.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/hub.h"
#include "base/log.h"
#include "base/random.h"
#include "bench/measure.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/reading/file_rows.h"
#include "modules/ingest/row_pipeline.h"
#include "modules/ingest/row_typing.h"
#include "storage/postgres/test_server.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using bench::give_up, bench::median, bench::must, bench::Peer, bench::Reporter, bench::seconds_since;
using Steady = std::chrono::steady_clock;

constexpr std::string_view resources = R"(resources:
  - id: bench-people
    title: {zh: 测试人员, en: Bench people}
    provider: {id: police, zh: 公安, en: Police}
    sharing: conditional
    purposes: [bench]
    retention: 1y
    update: daily
    key: [citizen_id]
    region: grid
    day: registered
    fields:
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: sex, title: {zh: 性别, en: Sex}, type: choice, values: [{id: male, zh: 男, en: Male}, {id: female, zh: 女, en: Female}]}
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: phone, title: {zh: 联系电话, en: Phone}, type: phone, personal: contact}
      - {name: born, title: {zh: 出生日期, en: Born}, type: date, personal: basic}
      - {name: registered, title: {zh: 登记时间, en: Registered}, type: datetime}
      - {name: address, title: {zh: 住址, en: Address}, type: address, personal: address, max_length: 200}
      - {name: grid, title: {zh: 社区, en: Community}, type: region, required: true}
      - {name: temperature, title: {zh: 体温, en: Temperature}, type: number, personal: health}
      - {name: resident, title: {zh: 常住, en: Resident}, type: boolean}
    metrics:
      - {id: bench-people-count, title: {zh: 人数, en: People}, count: records}
      - {id: bench-men, title: {zh: 男, en: Men}, count: records, where: {sex: male}}
)";

std::string two(std::uint64_t n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

// One row in twenty is written the way people write: spaces in names, slashes in dates, +86 before phones.
// Citizen IDs differ in all rows.
void write_people(const std::string& path, std::size_t first, std::size_t rows, const region::Tree& tree) {
  std::vector<std::string> communities;
  const auto city = tree.find("440402");
  for (region::Node node = city; node < tree.size() && communities.size() < 150; ++node) {
    if (tree.level(node) == region::Level::community) communities.emplace_back(tree.code(node));
  }
  SeededRandom random(7 + first);
  const char* const surnames[] = {"张", "王", "李", "赵", "陈", "欧阳"};
  const char* const given[] = {"伟", "秀英", "建国", "子涵", "明"};
  const char* const roads[] = {"吉大路", "情侣中路", "迎宾南路", "人民东路"};
  std::ofstream file(path, std::ios::binary);
  file << "姓名,性别,身份证号,联系电话,出生日期,登记时间,住址,社区,体温,常住\n";
  for (std::size_t i = first; i < first + rows; ++i) {
    std::string text;
    const bool messy = random.below(20) == 0;
    // 28 days × 12 months × 75 years × 999: every number has a place of its own.
    const std::string year = std::to_string(1940 + i / 335'664 % 75);
    const std::string month = two(1 + i / 27'972 % 12), day = two(1 + i / 999 % 28);
    const std::string order = std::to_string(1'000 + 1 + i % 999).substr(1);
    std::string id = "440402" + year + month + day + order;
    id += ingest::citizen_id_check(id);
    text += surnames[random.below(6)];
    if (messy) text += "  ";
    text += given[random.below(5)];
    text += random.below(2) == 0 ? ",男," : ",女,";
    text += id;
    text += messy ? ",+86 139" : ",139";
    text += std::to_string(10'000'000 + random.below(90'000'000)) + ",";
    text += messy ? year + "/" + month + "/" + day : year + "-" + month + "-" + day;
    text += ",2020-02-" + two(1 + random.below(28)) + " " + two(random.below(24)) + ":" +
            two(random.below(60)) + ":00,";
    text +=
        "珠海市香洲区" + std::string(roads[random.below(4)]) + std::to_string(1 + random.below(300)) + "号,";
    text += communities[i / 50 % communities.size()] + ",36." + std::to_string(random.below(10));
    text += messy ? ",是\n" : ",true\n";
    file << text;
  }
}

const Reporter report("ingest", "rows");

// A hub of its own on a fresh store.
struct Bench {
  explicit Bench(const std::string& store, bool followed = true) {
    std::filesystem::create_directories(folder.path() + "/scenarios/bench");
    std::ofstream(folder.path() + "/scenarios/bench/resources.yaml") << resources;
    app::Settings settings;
    settings.name = "bench";
    settings.store = store;
    settings.region = "440400";
    app::Share share = app::find_share();
    share.scenarios_folder = folder.path() + "/scenarios";
    std::filesystem::create_directories(folder.path() + "/data");
    hub = must(app::Hub::create(folder.path() + "/data", settings, share, clock));
    if (followed) hub->start(0);  // figures, linking and search follow; files are loaded by the caller
  }
  ~Bench() { hub->stop(); }

  // Seconds from handing the file in until it is loaded.
  double load(const std::string& path, std::int64_t* unchanged = nullptr) {
    const auto start = Steady::now();
    const auto view = must(hub->ingest().submit("bench-people", path, "people.csv", {"bench", std::nullopt}));
    must(hub->ingest().load(view.batch.id));
    const double took = seconds_since(start);
    const auto batch = must(hub->ingest().find_batch(view.batch.id)).batch;
    if (batch.state != ingest::BatchState::done || batch.counts.refused > 0)
      give_up("the load ended as " + std::string(name_of(batch.state)) + " with " +
              std::to_string(batch.counts.refused) + " refused rows " + batch.error);
    if (unchanged != nullptr) *unchanged = batch.counts.unchanged;
    return took;
  }

  SystemClock clock;
  storage::TemporaryFolder folder;
  std::unique_ptr<app::Hub> hub;
};

// --- parse ---

// Of all threads of this process so far, which a machine shared with others does not stretch.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Parsed {
  double seconds = 0;
  double processor = 0;
};

Parsed parse(Bench& bench, const std::string& path, std::size_t rows) {
  const auto& parts = bench.hub->ingest().parts();
  const auto& entry = *must(bench.hub->catalog().find("bench-people"));
  const auto cleaners = must(ingest::cleaners_of(entry.resource));
  const ingest::RowContent content(entry.resource, catalog::RecordHash::keyed, parts.sealer, parts.zone);
  const double processor = processor_seconds();
  const auto start = Steady::now();
  ingest::RowPipeline pipeline(
      {entry.resource, cleaners, content, [&] { return make_cleaning_tools(parts, entry.resource); },
       [&](const ingest::ReadOptions& options) {
         return ingest::open_file(must(real_file_system().open(path, OpenMode::read)), options);
       },
       [] { return std::int64_t{0}; }, [] { return limits::bulk_slice_rows; }, 2});
  std::size_t taken = 0;
  while (auto portion = pipeline.pop()) {
    if (portion->failure) give_up(portion->failure->to_log());
    taken += portion->rows.rows.size();
  }
  const Parsed took{seconds_since(start), processor_seconds() - processor};
  if (taken != rows) give_up("rows went missing: " + std::to_string(taken));
  return took;
}

// Seconds of each round; nothing when Node.js or the package is not here (`./dev bench` installs it) or
// another folder is the working one.
std::vector<double> duckdb(const std::string& path, int rounds) {
  const std::string command =
      "node bench/peers/duckdb_load.mjs " + path + " " + std::to_string(rounds) + " 2>/dev/null";
  std::vector<double> seconds;
  FILE* output = popen(command.c_str(), "r");
  char line[200];
  while (output != nullptr && std::fgets(line, sizeof line, output) != nullptr) {
    if (std::strncmp(line, "rows", 4) != 0) seconds.push_back(std::atof(line));
  }
  if (output != nullptr) pclose(output);
  return seconds;
}

// --- the peers of storing ---

// Calls `cell` with each of a line's ten cells.
template <typename Cell>
void cut(std::string_view line, Cell cell) {
  for (int at = 1; at <= 10; ++at) {
    const std::size_t comma = std::min(line.find(','), line.size());
    cell(at, line.substr(0, comma));
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
}

double sqlite_bulk(const std::string& path, const std::string& folder) {
  const std::string file = folder + "/peer.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end);
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(db));
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536");
  run("CREATE TABLE people (a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT, g TEXT, h TEXT, i TEXT, j TEXT)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO people VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)", -1, &insert, nullptr);
  std::ifstream in(path, std::ios::binary);
  std::string line;
  std::getline(in, line);
  const auto start = Steady::now();
  run("BEGIN");
  while (std::getline(in, line)) {
    cut(line, [&](int at, std::string_view cell) {
      sqlite3_bind_text(insert, at, cell.data(), static_cast<int>(cell.size()), SQLITE_STATIC);
    });
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  run("COMMIT");
  const double took = seconds_since(start);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return took;
}

double copy(const std::string& path, const std::string& uri) {
  PGconn* connection = PQconnectdb(uri.c_str());
  const auto run = [&](const char* sql, ExecStatusType wanted) {
    PGresult* result = PQexec(connection, sql);
    if (PQresultStatus(result) != wanted) give_up(PQerrorMessage(connection));
    PQclear(result);
  };
  run("DROP TABLE IF EXISTS people; CREATE TABLE people (a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT, g "
      "TEXT, h "
      "TEXT, i TEXT, j TEXT)",
      PGRES_COMMAND_OK);
  std::ifstream in(path, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  const auto start = Steady::now();
  run("COPY people FROM STDIN WITH (FORMAT csv, HEADER)", PGRES_COPY_IN);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0)
    PQputCopyData(connection, buffer.data(), static_cast<int>(in.gcount()));
  PQputCopyEnd(connection, nullptr);
  while (PGresult* result = PQgetResult(connection)) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) give_up(PQerrorMessage(connection));
    PQclear(result);
  }
  const double took = seconds_since(start);
  PQfinish(connection);
  return took;
}

// --- what is measured ---

void measure_parse(std::size_t rows, int rounds) {
  Bench bench("embedded");
  const std::string path = bench.folder.path() + "/people.csv";
  write_people(path, 0, rows, *bench.hub->regions().tree());
  std::vector<double> ours, processor, peer;
  for (int round = 0; round < rounds; ++round) {
    const Parsed took = parse(bench, path, rows);
    ours.push_back(took.seconds);
    processor.push_back(took.processor);
    const auto theirs = duckdb(path, 1);
    peer.insert(peer.end(), theirs.begin(), theirs.end());
  }
  const double value = static_cast<double>(rows) / median(ours);
  report("parse_rows", value, "rows/s read, cleaned, checked, hashed", rows,
         peer.empty() ? Peer{}
                      : Peer{"DuckDB CREATE TABLE AS read_csv", static_cast<double>(rows) / median(peer)});
  report("parse_processor", median(processor) * 1e9 / static_cast<double>(rows), "ns of processor time a row",
         rows);
}

void measure_store(const char* kind, std::size_t rows, int rounds) {
  const bool postgres = std::string_view(kind) == "postgres";
  if (postgres && !storage::TestServer::missing().empty()) {
    std::fprintf(stderr, "%s\n", storage::TestServer::missing().c_str());
    return;
  }
  std::vector<double> ours, again, peer;
  for (int round = 0; round < rounds; ++round) {
    Bench bench(postgres ? storage::TestServer::instance().fresh_uri() : "embedded");
    const std::string path = bench.folder.path() + "/people.csv";
    write_people(path, 0, rows, *bench.hub->regions().tree());
    ours.push_back(bench.load(path));
    peer.push_back(postgres ? copy(path, storage::TestServer::instance().fresh_uri())
                            : sqlite_bulk(path, bench.folder.path()));
    std::ofstream(path, std::ios::app) << "\n";  // the same rows in another file
    again.push_back(bench.load(path));
  }
  const double value = static_cast<double>(rows) / median(ours);
  report(
      postgres ? "store_postgres_rows" : "store_embedded_rows", value, "rows/s stored, versioned, counted",
      rows,
      {postgres ? "COPY of the file into one table of texts" : "sqlite3 bulk insert into one table of texts",
       static_cast<double>(rows) / median(peer)});
  report(postgres ? "store_postgres_unchanged" : "store_embedded_unchanged",
         static_cast<double>(rows) / median(again), "rows/s of a file whose rows all stand already", rows);
}

// Single records beside a load, one every few milliseconds.
std::vector<double> write_singles(Bench& bench, int count, int& number, const std::string& grid) {
  std::vector<double> milliseconds;
  for (int at = 0; at < count; ++at) {
    std::string id = "440402" + std::to_string(1900 + number / 27'972 % 30) +
                     two(1 + number / 999 / 28 % 12) + two(1 + number / 999 % 28) +
                     std::to_string(1'000 + 1 + number % 999).substr(1);
    ++number;
    id += ingest::citizen_id_check(id);
    const auto start = Steady::now();
    must(bench.hub->ingest().add_record(
        "bench-people", {{"name", "张三"}, {"citizen_id", id}, {"grid", grid}}, {"bench", std::nullopt}));
    milliseconds.push_back(seconds_since(start) * 1e3);
    std::this_thread::sleep_for(std::chrono::milliseconds{3});
  }
  return milliseconds;
}

double at_share(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(static_cast<double>(values.size() - 1) * share)];
}

void measure_latency(const char* kind, std::size_t rows) {
  const bool postgres = std::string_view(kind) == "postgres";
  if (postgres && !storage::TestServer::missing().empty()) return;
  Bench bench(postgres ? storage::TestServer::instance().fresh_uri() : "embedded");
  const std::string prefix = postgres ? "store_postgres_single_ms_" : "store_single_ms_";
  const std::string path = bench.folder.path() + "/people.csv";
  const auto tree = bench.hub->regions().tree();
  write_people(path, 0, rows, *tree);
  std::string grid;
  for (region::Node node = tree->find("440402"); grid.empty(); ++node) {
    if (tree->level(node) == region::Level::community) grid = tree->code(node);
  }
  int number = 0;
  write_singles(bench, 50, number, grid);
  auto alone = write_singles(bench, 300, number, grid);
  std::atomic<bool> done{false};
  double took = 0;
  std::thread loading([&] {
    took = bench.load(path);
    done = true;
  });
  std::vector<double> beside;
  while (!done) {
    const auto some = write_singles(bench, 10, number, grid);
    beside.insert(beside.end(), some.begin(), some.end());
  }
  loading.join();
  // Before the load and behind it: a machine that others use changes its pace.
  const auto again = write_singles(bench, 300, number, grid);
  alone.insert(alone.end(), again.begin(), again.end());
  for (const auto& [name, share] : {std::pair{"p50", 0.5}, std::pair{"p90", 0.9}, std::pair{"p99", 0.99}}) {
    report(prefix + name, at_share(beside, share), "ms, while a file is loaded", beside.size(),
           {"the same on an idle hub", at_share(alone, share)});
  }
  report(postgres ? "store_postgres_beside_singles_rows" : "store_beside_singles_rows",
         static_cast<double>(rows) / took, "rows/s stored while single records are written one after another",
         rows);
}

// The same rows in another order: every portion of them meets slices all over the resource. Lines are taken
// `step` apart, round and round.
void write_reordered(const std::string& from, const std::string& to, std::size_t rows) {
  constexpr std::size_t parts = 997;
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  std::vector<std::streamoff> begins;
  std::string line;
  std::getline(in, line);
  out << line << '\n';
  for (std::size_t row = 0; row < rows; ++row) {
    if (row % ((rows + parts - 1) / parts) == 0) begins.push_back(in.tellg());
    std::getline(in, line);
  }
  // One row of each part in turn; a part is read on where it stood.
  std::vector<std::string> heads(begins.size());
  const std::size_t each = (rows + parts - 1) / parts;
  in.clear();
  for (std::size_t at = 0; at < each; at += 64) {
    for (std::size_t part = 0; part < begins.size(); ++part) {
      in.seekg(begins[part]);
      for (std::size_t row = at; row < std::min(at + 64, each) && part * each + row < rows; ++row) {
        std::getline(in, line);
        heads[part] += line + '\n';
      }
      begins[part] = in.tellg();
      in.clear();
    }
    for (bool any = true; any;) {
      any = false;
      for (auto& head : heads) {
        const std::size_t end = head.find('\n');
        if (end == std::string::npos) continue;
        out.write(head.data(), static_cast<std::streamsize>(end + 1));
        head.erase(0, end + 1);
        any = true;
      }
    }
  }
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// What a load needs by itself, without the persons that the registry's search holds in memory for each record
// it has linked meanwhile.
void measure_alone(std::size_t rows) {
  Bench bench("embedded", false);
  const std::string path = bench.folder.path() + "/people.csv";
  write_people(path, 0, rows, *bench.hub->regions().tree());
  const double took = bench.load(path);
  report("store_alone_rows", static_cast<double>(rows) / took, "rows/s stored, nothing following", rows);
  report("store_alone_memory", peak_megabytes(), "MB at most, this process", rows);
}

void measure_growth(std::size_t most) {
  for (std::size_t rows = 10'000; rows <= most; rows *= 10) {
    Bench bench("embedded");
    const std::string path = bench.folder.path() + "/people.csv";
    write_people(path, 0, rows, *bench.hub->regions().tree());
    const double took = bench.load(path);
    report("store_growth_rows", static_cast<double>(rows) / took, "rows/s stored into an empty resource",
           rows);
    report("store_growth_memory", peak_megabytes(), "MB at most, this process", rows);
    const std::string other = bench.folder.path() + "/other.csv";
    write_reordered(path, other, rows);
    std::filesystem::remove(path);
    std::int64_t unchanged = 0;
    const double again = bench.load(other, &unchanged);
    if (unchanged != static_cast<std::int64_t>(rows)) give_up("known rows were taken for others");
    report("store_growth_reordered", static_cast<double>(rows) / again,
           "rows/s of known rows in another order", rows);
    report("store_growth_reordered_memory", peak_megabytes(), "MB at most, this process", rows);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rows = count > 1 ? static_cast<std::size_t>(std::atoll(arguments[1])) : 1'000'000;
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 3;
  const std::string only = count > 3 ? arguments[3] : "";
  const auto wanted = [&](const char* name) { return only.empty() || only == name; };
  log::open("", log::Level::warn);
  if (wanted("parse")) measure_parse(rows, rounds);
  if (wanted("embedded")) measure_store("embedded", rows, rounds);
  if (wanted("postgres")) measure_store("postgres", rows, rounds);
  if (wanted("latency")) measure_latency("embedded", rows);
  if (wanted("latency")) measure_latency("postgres", rows);
  if (wanted("alone"))
    measure_alone(rows);  // first of those that tell of memory, which is the process's most
  if (wanted("grow")) measure_growth(rows);
  return 0;
}
