// Goal: a file that the version before had loaded half, its records packed in slices, is loaded to its end by
// this one: from the last accepted row on, nothing twice, nothing lost.
#include "modules/ingest/batch_loader.h"
#include "storage/snapshot.h"
#include "tests/support/ingest_world.h"
#include "tests/support/old_slices.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

// The steps that landed after slices came; undone, the tables are those of the first version with slices,
// each sealed as one. A later step is added here with what undoes it.
constexpr std::string_view undo_later_steps = R"(DROP TABLE batch_withdrawal;
ALTER TABLE batch DROP COLUMN withdrawal;
DROP INDEX refused_row_shared;
ALTER TABLE refused_row DROP COLUMN sealed_as;
DROP TABLE metric_recount;
DELETE FROM landed_migration WHERE module = 'ingest' AND number >= 7;
DROP TABLE record_slice_block;
ALTER TABLE record_slice DROP COLUMN block_rows;
ALTER TABLE demand DROP COLUMN watched;
DELETE FROM landed_migration WHERE module = 'catalog' AND number >= 6;
)";
constexpr int ingest_before = 6, catalog_before = 5;

template <typename Backend>
class HalfLoaded : public IngestWorld<Backend> {
 protected:
  static constexpr int rows = 9'000;

  static std::string file() {
    std::string csv = people(0, rows);
    csv += "坏行," + citizen_id(9) + "x,,,,\n";
    return csv + person(7, "流动", "2020-02-03");
  }

  std::vector<storage::Migration> migrations_before() const {
    auto steps = this->migrations();
    std::erase_if(steps, [](const auto& step) {
      return (step.module == "ingest" && step.number > ingest_before) ||
             (step.module == "catalog" && step.number > catalog_before);
    });
    return steps;
  }

  std::vector<storage::TableDescription> tables(Backend& backend) const {
    auto snapshot = must(
        Backend::shared ? storage::open_postgres_snapshot(backend.settings_store(), std::chrono::seconds{1})
                        : storage::open_embedded_snapshot(backend.folder()));
    auto all = must(snapshot->tables());
    std::erase_if(all, [](const auto& table) { return table.name.starts_with("rec_"); });
    return all;
  }

  static std::string text_of(const std::vector<storage::TableDescription>& tables, storage::Dialect dialect) {
    std::string text;
    for (const auto& table : tables) text += storage::create_table_text(table, dialect) + "\n";
    return text;
  }

  // The database as the version before left it when it was stopped.
  void go_back() {
    must(this->node_.store->commit(old_slices(*must(this->node_.store->read()), "people", this->sealer_)));
    const storage::Migration undo{"undo", 1, "undo", std::string(undo_later_steps),
                                  std::string(undo_later_steps)};
    must(this->node_.store->migrate(std::span(&undo, 1)));
    this->node_ = {};
    Backend before;
    storage::Dialect dialect{};
    {
      const auto store = must(before.open(this->clock_));
      dialect = store->dialect();
      must(store->migrate(migrations_before()));
    }
    ASSERT_EQ(text_of(tables(*this->backend_), dialect), text_of(tables(before), dialect));
  }

  std::string state() {
    std::map<std::string, std::string> lines;
    for (const auto& record : this->records("people")) {
      lines[std::get<std::string>(record.values[1])] = std::to_string(record.version) + ' ' +
                                                       std::get<std::string>(record.values[2]) + ' ' +
                                                       to_iso(record.day);
    }
    std::string text = std::to_string(this->versions("people")) + " versions\n";
    for (const auto& [key, line] : lines) text += key + ' ' + line + '\n';
    for (const auto& view : must(this->node_.ingest->list_batches("", BatchId(), 10))) {
      const auto& counts = view.batch.counts;
      text += std::string(name_of(view.batch.state)) + ' ' + std::to_string(counts.rows_read) + ' ' +
              std::to_string(counts.accepted) + ' ' + std::to_string(counts.unchanged) + ' ' +
              std::to_string(counts.updated) + ' ' + std::to_string(counts.refused) + '\n';
      for (const auto& row : must(this->node_.ingest->list_refused(view.batch.id, 0, 100)))
        text += std::to_string(row.line) + ' ' + row.reason + ' ' + row.original + '\n';
    }
    for (const auto& metric : {"people", "guests"}) {
      for (const auto& [key, value] : this->figures(metric))
        text += std::string(metric) + ' ' + key.first + ' ' + key.second + ' ' + std::to_string(value) + '\n';
    }
    return text;
  }

  // A new, empty database in place of the world's.
  void begin_anew() {
    this->node_ = {};
    this->backend_ = std::make_unique<Backend>();
    this->node_ = this->start_node("before");
    for (auto& change : must(this->node_.regions->load(sample_grids(), *parse_iso_day("2020-01-01"))))
      must(this->node_.store->commit(std::move(change)));
    must(this->node_.regions->reload());
  }
};

using Packing = ::testing::Types<Packed<EmbeddedBackend>, Packed<PostgresBackend>>;
TYPED_TEST_SUITE(HalfLoaded, Packing, BackendNames);

TYPED_TEST(HalfLoaded, TheLoadOfTheVersionBeforeGoesOnFromItsLastAcceptedRow) {
  this->load("people", this->file());
  const std::string expected = this->state();
  for (const bool definition_grows : {false, true}) {
    for (const auto when : {FailingStore::When::before, FailingStore::When::after}) {
      SCOPED_TRACE(std::string(definition_grows ? "with a new field, " : "") +
                   (when == FailingStore::When::before ? "write lost" : "write untold"));
      this->begin_anew();
      const BatchId batch = this->submit("people", this->file()).batch.id;
      this->node_.writes->fail_write(4, when);
      ASSERT_FALSE(this->node_.ingest->load(batch).ok());
      const std::int64_t read = must(this->node_.ingest->find_batch(batch)).batch.counts.rows_read;
      ASSERT_GT(read, 0);
      ASSERT_LT(read, this->rows);
      ASSERT_EQ(this->packed("people"), read) << "they stand in slices";
      ASSERT_NO_FATAL_FAILURE(this->go_back());
      if (definition_grows) {
        std::string yaml(sample_resources);
        const std::string last = "      - {name: seen_on, title: {zh: 日期, en: Day}, type: date}\n";
        yaml.insert(yaml.find(last) + last.size(),
                    "      - {name: note, title: {zh: 备注, en: Note}, type: text}\n");
        this->write(this->folder_.path() + "/scenarios/sample/resources.yaml", yaml);
      }
      this->restart("after");
      EXPECT_EQ(must(this->node_.ingest->find_batch(batch)).batch.counts.rows_read, read);
      EXPECT_EQ(this->packed("people"), read);
      must(this->node_.ingest->load(batch));
      EXPECT_EQ(this->state(), expected);
      this->write(this->folder_.path() + "/scenarios/sample/resources.yaml", sample_resources);
    }
  }
}

}  // namespace
}  // namespace jingwei::ingest
