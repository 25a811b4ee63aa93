// Goal: what a snapshot gives, written to row files and filled into an empty database of either storage, is
// the same row for row; and the feed goes on behind it.
#include "storage/faulty/faulty_file_system.h"
#include "storage/row_file.h"
#include "storage/sql.gen.h"
#include "storage/store_suite_fixture.h"
#include "tests/support/backends.h"

namespace jingwei::storage {

namespace {

using jingwei::testing::EmbeddedBackend;
using jingwei::testing::must;
using jingwei::testing::PostgresBackend;

std::unique_ptr<Snapshot> snapshot_of(const EmbeddedBackend& place) {
  return must(open_embedded_snapshot(place.folder()));
}
std::unique_ptr<Snapshot> snapshot_of(const PostgresBackend& place) {
  return must(open_postgres_snapshot(place.uri, std::chrono::seconds{10}));
}
std::unique_ptr<Filler> filler_of(const EmbeddedBackend& place) {
  return must(open_embedded_filler(place.folder()));
}
std::unique_ptr<Filler> filler_of(const PostgresBackend& place) {
  return must(open_postgres_filler(place.uri));
}

// A table no step of this program makes, as a resource's.
const Migration& package_table() {
  static const std::string text =
      "CREATE TABLE package (record_key BYTEA NOT NULL, version BIGINT NOT NULL, f_place TEXT, f_share "
      "DOUBLE PRECISION, "
      "withdrawn BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (record_key, version));"
      "CREATE INDEX package_place ON package (f_place, version);"
      "CREATE UNIQUE INDEX package_open ON package (version) WHERE f_place IS NULL";
  static const Migration step{"record.package", 1, "1", text, text};
  return step;
}

struct Dumped {
  TableDescription table;
  std::string path;
  std::string digest;
  std::int64_t rows = 0;
};

template <typename Pair>
class SnapshotSuite : public ::testing::Test {
 protected:
  using Source = typename Pair::first_type;
  using Target = typename Pair::second_type;

  void SetUp() override {
    for (const std::string& reason : {Source::missing(), Target::missing()}) {
      if (!reason.empty()) GTEST_SKIP() << reason;
    }
    source_ = std::make_unique<Source>();
    target_ = std::make_unique<Target>();
  }

  template <typename Place>
  std::unique_ptr<Store> open(Place& place) {
    auto store = must(place.open(clock_));
    must(store->migrate(suite::tables()));
    must(store->migrate(std::span(&package_table(), 1)));
    return store;
  }

  void fill_source(Store& store) {
    for (std::int64_t at = 0; at < 50; ++at)
      must(store.commit(suite::told(at, "{\"n\":" + std::to_string(at) + "}")));
    Change change;
    const std::string bytes("\0\x01\xff binary", 10);
    change.writes.push_back(
        {&suite::put_cell, {std::int64_t{1}, INT64_MIN, -0.1, "珠海 ' \\ \n", Blob{bytes}}, 1});
    change.writes.push_back({&suite::put_cell, {std::int64_t{2}, INT64_MAX, 1e300, "", Blob{""}}, 1});
    change.writes.push_back({&suite::put_cell, {std::int64_t{3}, Null{}, Null{}, Null{}, Null{}}, 1});
    change.writes.push_back({&suite::put_cell, {std::int64_t{4}, std::int64_t{0}, 3.0, "x", Blob{"y"}}, 1});
    change.audit.push_back({"tester", "cell.put", "cell:1", "{}"});
    change.idempotency = Idempotency{"tester", "put", "key-1", "hash", "answer"};
    must(store.commit(std::move(change)));
    static const Statement put_package =
        suite::same("suite.put_package",
                    "INSERT INTO package (record_key, version, f_place, f_share) VALUES ($1, $2, $3, $4)");
    Change package;
    package.writes.push_back({&put_package, {Blob{"k"}, std::int64_t{1}, "here", 0.5}, 1});
    package.writes.push_back({&put_package, {Blob{"k"}, std::int64_t{2}, Null{}, Null{}}, 1});
    must(store.commit(std::move(package)));
  }

  std::vector<Dumped> dump(Snapshot& snapshot) {
    std::vector<Dumped> all;
    for (auto& table : must(snapshot.tables())) {
      Dumped dumped{table, folder_.path() + "/" + table.name + ".rows", {}, 0};
      auto writer = must(RowFileWriter::create(real_file_system(), dumped.path, table));
      must(snapshot.each_row(table, [&](const Row& row) { return writer->add(row); }));
      must(writer->finish());
      dumped.digest = writer->digest().hex();
      dumped.rows = writer->digest().rows();
      EXPECT_EQ(dumped.rows, must(snapshot.count_rows(table))) << table.name;
      all.push_back(std::move(dumped));
    }
    return all;
  }

  void fill_target(const std::vector<Dumped>& dumped) {
    auto filler = filler_of(*target_);
    std::vector<Migration> steps(sql::migrations().begin(), sql::migrations().end());
    for (const auto& step : suite::tables()) steps.push_back(step);
    must(filler->run_steps(steps));
    const auto standing = must(filler->tables());
    for (const auto& one : dumped) {
      const bool stands = std::any_of(standing.begin(), standing.end(),
                                      [&](const auto& t) { return t.name == one.table.name; });
      EXPECT_EQ(stands, one.table.name != "package");
      if (!stands) must(filler->create(one.table));
      auto reader = must(RowFileReader::open(real_file_system(), one.path, one.table.columns));
      must(filler->fill(one.table, [&](std::vector<Value>& cells) { return reader->next(cells); }));
      if (!stands) must(filler->create_indexes(one.table));
      EXPECT_EQ(reader->digest().hex(), one.digest) << one.table.name;
      RowsDigest digest;
      must(filler->each_row(one.table, [&](const Row& row) -> Result<void> {
        std::string bytes;
        append_row(bytes, one.table.columns, row);
        digest.add(bytes);
        return {};
      }));
      EXPECT_EQ(digest.hex(), one.digest) << one.table.name;
      EXPECT_EQ(digest.rows(), one.rows) << one.table.name;
    }
    must(filler->finish());
  }

  static std::vector<FeedEntry> feed(Store& store, FeedPosition after = {}) {
    std::vector<FeedEntry> all;
    for (int empty = 0; empty < 3;) {
      auto page = must(store.read_feed(after, 7));
      if (page.empty()) {
        store.wait_for_feed(after, std::chrono::milliseconds{20});
        ++empty;
        continue;
      }
      after = page.back().position;
      all.insert(all.end(), page.begin(), page.end());
    }
    return all;
  }

  SystemClock clock_;
  TemporaryFolder folder_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Target> target_;
};

using Pairs =
    ::testing::Types<std::pair<EmbeddedBackend, EmbeddedBackend>, std::pair<EmbeddedBackend, PostgresBackend>,
                     std::pair<PostgresBackend, EmbeddedBackend>,
                     std::pair<PostgresBackend, PostgresBackend>>;
TYPED_TEST_SUITE(SnapshotSuite, Pairs);

TYPED_TEST(SnapshotSuite, EveryRowComesBackTheSameAndTheFeedGoesOn) {
  FeedPosition position;
  std::vector<Dumped> dumped;
  {
    auto store = this->open(*this->source_);
    this->fill_source(*store);
    auto snapshot = snapshot_of(*this->source_);
    EXPECT_TRUE(snapshot->settled());
    position = snapshot->position();
    must(store->commit(suite::told(900, "{\"late\":1}")));  // after the moment: not in it
    dumped = this->dump(*snapshot);
    EXPECT_EQ(snapshot->position(), position);
  }
  this->fill_target(dumped);
  auto store = this->open(*this->target_);
  const auto entries = this->feed(*store);
  ASSERT_EQ(entries.size(), 50U);
  EXPECT_EQ(entries.back().position, position) << "nothing after the snapshot's position";
  EXPECT_EQ(entries.front().body, "{\"n\":0}");
  const auto committed = must(store->commit(suite::told(901, "{\"new\":1}")));
  EXPECT_GT(committed.position, position);
  const auto more = this->feed(*store, position);
  ASSERT_EQ(more.size(), 1U);
  EXPECT_EQ(more.front().body, "{\"new\":1}");
  // A repeated request is known still.
  Change again;
  again.idempotency = Idempotency{"tester", "put", "key-1", "hash", "other"};
  EXPECT_EQ(must(store->commit(std::move(again))).earlier_answer, "answer");
  // The unique partial index came along.
  static const Statement put_package =
      suite::same("suite.put_package_again", "INSERT INTO package (record_key, version) VALUES ($1, 2)");
  Change doubled;
  doubled.writes.push_back({&put_package, {Blob{"other"}}, 1});
  EXPECT_EQ(store->commit(std::move(doubled)).error().code, ErrorCode::conflict);
}

// As after moving to a fresh server: numbers of the feed are far beyond the server's own.
TYPED_TEST(SnapshotSuite, NumbersBeyondTheServersOwnAreNoHindrance) {
  constexpr std::int64_t far = std::int64_t{1} << 50;
  static const Statement lift = suite::same("suite.lift", "UPDATE feed SET xact = xact + $1");
  static const Statement lift_audit =
      suite::same("suite.lift_audit", "UPDATE audit_entry SET xact = xact + $1");
  static const Statement lift_cursor =
      suite::same("suite.lift_cursor", "UPDATE consumer_cursor SET xact = xact + $1");
  std::vector<Dumped> dumped;
  FeedPosition cursor;
  {
    auto store = this->open(*this->source_);
    this->fill_source(*store);
    const auto entries = this->feed(*store);
    cursor = entries.at(20).position;
    Change moved;
    moved.writes.push_back(move_cursor("counting", {}, cursor));
    must(store->commit(std::move(moved)));
    Change lifted;
    for (const auto* statement : {&lift, &lift_audit, &lift_cursor})
      lifted.writes.push_back({statement, {far}, {}});
    must(store->commit(std::move(lifted)));
    auto snapshot = snapshot_of(*this->source_);
    dumped = this->dump(*snapshot);
  }
  this->fill_target(dumped);
  for (int start = 0; start < 3; ++start) {
    auto store = this->open(*this->target_);
    auto reader = must(store->read());
    const auto stands = must(read_cursor(*reader, "counting"));
    EXPECT_EQ(stands.transaction, cursor.transaction + far);
    EXPECT_GE(must(reader->position()).transaction, stands.transaction);
    reader.reset();
    must(store->commit(suite::told(1'000 + start, "{\"start\":" + std::to_string(start) + "}")));
    // The consumer goes on from its cursor and misses none, old or new, in their order.
    const auto rest = this->feed(*store, stands);
    ASSERT_EQ(rest.size(), 29U + static_cast<std::size_t>(start) + 1);
    EXPECT_EQ(rest.front().body, "{\"n\":21}");
    EXPECT_EQ(rest.back().body, "{\"start\":" + std::to_string(start) + "}");
  }
}

TYPED_TEST(SnapshotSuite, OnlyAnEmptyPlaceIsFilled) {
  this->open(*this->target_);
  if constexpr (std::is_same_v<typename TestFixture::Target, EmbeddedBackend>) {
    EXPECT_EQ(open_embedded_filler(this->target_->folder()).error().message, "storage.not_empty");
  } else {
    EXPECT_EQ(open_postgres_filler(this->target_->uri).error().message, "storage.not_empty");
  }
}

TYPED_TEST(SnapshotSuite, AFillingThatIsGivenUpLeavesNothing) {
  {
    auto filler = filler_of(*this->target_);
    must(filler->run_steps(sql::migrations()));
  }
  auto again = filler_of(*this->target_);
  must(again->run_steps(sql::migrations()));
}

TEST(RowFile, AFlippedByteAnywhereIsNoticed) {
  TemporaryFolder folder;
  EmbeddedBackend place;
  SystemClock clock;
  auto store = must(place.open(clock));
  must(store->migrate(suite::tables()));
  for (std::int64_t at = 0; at < 20; ++at) must(store->commit(suite::put(at, "name " + std::to_string(at))));
  auto snapshot = snapshot_of(place);
  TableDescription items;
  for (auto& table : must(snapshot->tables())) {
    if (table.name == "item") items = table;
  }
  const std::string path = folder.path() + "/item.rows";
  auto writer = must(RowFileWriter::create(real_file_system(), path, items));
  must(snapshot->each_row(items, [&](const Row& row) { return writer->add(row); }));
  const auto facts = must(writer->finish());
  const std::string whole = must(read_text(real_file_system(), path, 1 << 20));
  EXPECT_EQ(facts.bytes, static_cast<std::int64_t>(whole.size()));
  EXPECT_EQ(facts.sha256, sha256_hex(whole));
  const auto read = [&](const std::string& bytes) -> Result<FileFacts> {
    FaultyFileSystem files(1);
    must(must(files.open("/x.rows", OpenMode::create))->write(0, std::as_bytes(std::span(bytes))));
    JW_ASSIGN(auto reader, RowFileReader::open(files, "/x.rows", items.columns));
    std::vector<Value> cells;
    for (;;) {
      JW_ASSIGN(const bool more, reader->next(cells));
      if (!more) return reader->facts();
    }
  };
  EXPECT_EQ(must(read(whole)).sha256, facts.sha256);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const auto found = read(flipped);
    EXPECT_TRUE(!found.ok() || found->sha256 != facts.sha256) << at;
    if (!found.ok()) EXPECT_EQ(found.error().message, "storage.rows_damaged") << found.error().to_log();
  }
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read(whole.substr(0, length)).ok()) << length;
  EXPECT_FALSE(read(whole + "x").ok());
}

TEST(RowsDigest, OrderDoesNotMatterAndCountsDo) {
  RowsDigest one, two, three;
  for (const char* row : {"a", "b", "c"}) one.add(row);
  for (const char* row : {"c", "a", "b"}) two.add(row);
  for (const char* row : {"a", "b", "b"}) three.add(row);
  EXPECT_EQ(one.hex(), two.hex());
  EXPECT_NE(one.hex(), three.hex());
  EXPECT_EQ(one.hex().size(), 64U);
}

}  // namespace

}  // namespace jingwei::storage
