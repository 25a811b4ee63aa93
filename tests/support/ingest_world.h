// A small city with a catalogue of three resources on one database, for tests of ingest and metrics.
#pragma once

#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include "base/random.h"
#include "modules/catalog/catalog_service.h"
#include "modules/catalog/sql.gen.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/sql.gen.h"
#include "modules/region/region_testing.h"
#include "modules/region/sql.gen.h"
#include "storage/sql.gen.h"
#include "tests/support/backends.h"
#include "tests/support/failing_store.h"

namespace jingwei::testing {

inline constexpr std::string_view sample_resources = R"(resources:
  - id: people
    title: {zh: 人员, en: People}
    provider: {id: police, zh: 公安, en: Police}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    key: [citizen_id]
    region: grid
    day: seen_on
    fields:
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: phone, title: {zh: 手机, en: Phone}, type: phone, personal: contact}
      - {name: kind, title: {zh: 类别, en: Kind}, type: choice, values: [{id: local, zh: 户籍, en: Local}, {id: guest, zh: 流动, en: Guest}]}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
      - {name: seen_on, title: {zh: 日期, en: Day}, type: date}
    metrics:
      - {id: people, title: {zh: 人数, en: People}, count: records}
      - {id: guests, title: {zh: 流动人口, en: Guests}, count: records, where: {kind: guest}}
  - id: daily
    title: {zh: 日报, en: Daily figures}
    provider: {id: health, zh: 卫健, en: Health}
    sharing: open
    retention: forever
    update: daily
    key: [day, place]
    region: place
    day: day
    fields:
      - {name: day, title: {zh: 日期, en: Day}, type: date, required: true}
      - {name: place, title: {zh: 地区, en: Place}, type: region, required: true}
      - {name: confirmed, title: {zh: 确诊, en: Confirmed}, type: integer, min: 0}
    metrics:
      - {id: confirmed, title: {zh: 确诊, en: Confirmed}, last: confirmed}
  - id: notes
    title: {zh: 便条, en: Notes}
    provider: {id: bureau, zh: 数据局, en: Data bureau}
    sharing: open
    retention: 90d
    update: realtime
    fields:
      - {name: words, title: {zh: 内容, en: Words}, type: text, required: true, max_length: 40}
      - {name: weight, title: {zh: 重量, en: Weight}, type: number}
)";

// Three grids below 香洲社区居委会 (980101001002) of the sample country.
inline std::string sample_grids() {
  std::string lines;
  for (const char* digit : {"1", "2", "3"}) {
    lines += std::string(R"({"code":"98010100100200)") + digit + R"(","parent":"980101001002","name":"第)" +
             digit + R"(网格","level":6,"boundary":null,"synthetic":true})" + "\n";
  }
  return lines;
}

// A citizen ID with a right check digit (GB 11643) in the sample country's district 980101.
inline std::string citizen_id(int number) {
  std::string digits = "98010119800101";
  digits += std::string(1, static_cast<char>('0' + number / 100 % 10)) +
            static_cast<char>('0' + number / 10 % 10) + static_cast<char>('0' + number % 10);
  if (number >= 1'000) digits.replace(12, 2, std::to_string(10 + number / 1'000));
  constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t at = 0; at < 17; ++at) sum += (digits[at] - '0') * weights[at];
  return digits + "10X98765432"[sum % 11];
}
inline std::string phone(int number) {
  return "138" + std::to_string(10'000'000 + number);
}
inline std::string grid_code(int number) {
  return "98010100100200" + std::to_string(1 + number % 3);
}

inline constexpr std::string_view people_header = "姓名,身份证号,手机,类别,网格,日期\n";
inline std::string person(int number, const std::string& kind = "户籍",
                          const std::string& day = "2020-01-21") {
  return "张三," + citizen_id(number) + ',' + phone(number) + ',' + kind + ',' + grid_code(number) + ',' +
         day + '\n';
}
inline std::string people(int first, int count) {
  std::string csv(people_header);
  for (int number = first; number < first + count; ++number)
    csv += person(number, number % 4 == 0 ? "流动" : "户籍");
  return csv;
}

// What one process holds. Several on one database where the backend is shared.
struct Node {
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<FailingStore> writes;
  std::unique_ptr<region::Regions> regions;
  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<ingest::IngestService> ingest;
};

template <typename Backend>
class IngestWorld : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ingest::register_messages(); }

  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    std::filesystem::create_directories(folder_.path() + "/scenarios/sample");
    std::filesystem::create_directories(uploads());
    write(folder_.path() + "/scenarios/sample/resources.yaml", sample_resources);
    node_ = start_node("first");
    for (auto& change : must(node_.regions->load(sample_grids(), *parse_iso_day("2020-01-01")))) {
      must(node_.store->commit(std::move(change)));
    }
    must(node_.regions->reload());
    let_writers_rest();
  }

  void TearDown() override { node_ = {}; }

  virtual std::vector<storage::Migration> migrations() const {
    std::vector<storage::Migration> all;
    for (const auto part : {storage::sql::migrations(), region::sql::migrations(), catalog::sql::migrations(),
                            ingest::sql::migrations()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  Node start_node(const std::string& owner) {
    Node node;
    node.store = must(backend_->open(clock_));
    must(node.store->migrate(migrations()));
    node.writes = std::make_unique<FailingStore>(*node.store);
    node.regions = std::make_unique<region::Regions>(region::testing::sample_file(), node.store.get());
    must(node.regions->reload());
    node.catalog =
        must(catalog::Catalog::open(real_file_system(), folder_.path() + "/scenarios", *node.store, clock_));
    const auto tree = node.regions->tree();
    ingest::IngestParts parts{*node.writes, *node.catalog,      *node.regions,
                              sealer_,      real_file_system(), clock_,
                              zone_,        uploads(),          tree->id(tree->find("980100")),
                              {"9801"},     std::nullopt,       owner};
    parts.slice_rows = 2'000;
    if constexpr (requires { Backend::packed_rows_least; })
      parts.packed_rows_least = Backend::packed_rows_least;
    node.ingest = std::make_unique<ingest::IngestService>(std::move(parts));
    return node;
  }

  // As after a crash or a stop: everything in memory gone, the database as it was.
  void restart(const std::string& owner = "second") {
    node_ = {};
    clock_.advance(std::chrono::seconds{60});  // leases of the process that is gone lapse
    node_ = start_node(owner);
  }

  // What was written until now is no stream that loads would make way for.
  void let_writers_rest() { clock_.advance(std::chrono::seconds{1}); }

  std::string uploads() const { return folder_.path() + "/uploads"; }
  static void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  // Puts the text in the uploads folder and submits it.
  ingest::BatchView submit(Node& node, const std::string& resource, std::string_view text,
                           const std::string& name = "file.csv") {
    static std::atomic<int> count = 0;
    const std::string path = uploads() + "/" + std::to_string(count++) + ".incoming";
    write(path, text);
    return must(node.ingest->submit(resource, path, name, {"tester", std::nullopt}));
  }
  ingest::BatchView submit(const std::string& resource, std::string_view text) {
    return submit(node_, resource, text);
  }

  ingest::Batch load(const std::string& resource, std::string_view text) {
    const auto view = submit(resource, text);
    must(node_.ingest->load(view.batch.id));
    return must(node_.ingest->find_batch(view.batch.id)).batch;
  }

  std::vector<ingest::Record> records(const std::string& resource) {
    return must(node_.ingest->list_records(resource, {.most = 100'000}, access::Sight::whole()));
  }
  // Versions stored in all, current or not; in the table and packed in slices.
  std::int64_t versions(const std::string& resource) { return tabled(resource) + packed(resource); }
  std::int64_t packed(const std::string& resource) {
    auto reader = must(node_.store->read());
    return must(catalog::packed_records(*reader, resource));
  }
  std::int64_t tabled(const std::string& resource) {
    static std::deque<storage::Statement> kept;
    const std::string sql = "SELECT count(*) FROM " + must(node_.catalog->find(resource))->table->name();
    kept.push_back({"count", sql, sql});
    auto reader = must(node_.store->read());
    return must(storage::query_integer(*reader, kept.back(), {})).value_or(-1);
  }

  std::vector<storage::FeedEntry> feed() {
    std::vector<storage::FeedEntry> all;
    storage::FeedPosition after;
    for (int empty = 0; empty < 3;) {
      auto page = must(node_.store->read_feed(after, 1'000));
      if (page.empty()) {
        node_.store->wait_for_feed(after, std::chrono::milliseconds{20});
        ++empty;
        continue;
      }
      after = page.back().position;
      all.insert(all.end(), page.begin(), page.end());
    }
    return all;
  }

  // Sums of a metric over the feed, by region code and day.
  std::map<std::pair<std::string, std::string>, double> figures(const std::string& metric) {
    std::map<std::pair<std::string, std::string>, double> sums;
    const auto tree = node_.regions->tree();
    for (const auto& entry : feed()) {
      if (entry.kind != ingest::slice_event_kind) continue;
      for (const auto& change : must(ingest::parse_slice_event(entry.body)).counts) {
        if (change.metric == metric)
          sums[{std::string(tree->code(tree->find(change.region))), to_iso(change.day)}] += change.delta;
      }
    }
    std::erase_if(sums, [](const auto& item) { return item.second == 0; });
    return sums;
  }

  std::size_t waiting_uploads() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(uploads()), {}));
  }

  ManualClock clock_{*parse_rfc3339("2020-03-10T08:00:00Z")};
  Zone zone_{"Asia/Shanghai"};
  HidingSealer sealer_;
  storage::TemporaryFolder folder_;
  std::unique_ptr<Backend> backend_;
  Node node_;
};

}  // namespace jingwei::testing
