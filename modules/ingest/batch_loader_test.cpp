// Goal: a file becomes records exactly once, whatever its form, whatever breaks on the way.
#include "modules/ingest/batch_loader.h"

#include "base/text.h"
#include "modules/ingest/ingest_json.h"
#include "storage/upgrade_suite.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Loading : public IngestWorld<Backend> {
 protected:
  using Figures = std::map<std::pair<std::string, std::string>, double>;

  static std::string fault_of(const Batch& batch) {
    return render(error_from_text(batch.error), Language::en);
  }
  std::vector<RefusedRow> refused(BatchId batch) {
    return must(this->node_.ingest->list_refused(batch, 0, 1'000));
  }

  // What stands after a load, to compare runs: records by key with their versions, refused rows, figures.
  std::string state() {
    std::map<std::string, std::string> lines;
    for (const auto& record : this->records("people")) {
      lines[std::get<std::string>(record.values[1])] = std::to_string(record.version) + ' ' +
                                                       std::get<std::string>(record.values[2]) + ' ' +
                                                       to_iso(record.day);
    }
    std::string text = std::to_string(this->versions("people")) + " versions\n";
    for (const auto& [key, line] : lines) text += key + ' ' + line + '\n';
    for (const auto& view : must(this->node_.ingest->list_batches("", BatchId(), 100))) {
      const auto& counts = view.batch.counts;
      text += std::string(name_of(view.batch.state)) + ' ' + std::to_string(counts.rows_read) + ' ' +
              std::to_string(counts.accepted) + ' ' + std::to_string(counts.unchanged) + ' ' +
              std::to_string(counts.updated) + ' ' + std::to_string(counts.refused) + '\n';
      for (const auto& row : refused(view.batch.id))
        text += std::to_string(row.line) + ' ' + row.reason + ' ' + row.original + '\n';
    }
    for (const auto& metric : {"people", "guests"}) {
      for (const auto& [key, value] : this->figures(metric)) {
        text += std::string(metric) + ' ' + key.first + ' ' + key.second + ' ' + std::to_string(value) + '\n';
      }
    }
    return text;
  }
};

TYPED_TEST_SUITE(Loading, PackingBackends, BackendNames);

TYPED_TEST(Loading, AUtf8CsvBecomesRecordsAndFigures) {
  const Batch batch = this->load("people", people(0, 8));
  EXPECT_EQ(batch.state, BatchState::done) << batch.error;
  EXPECT_EQ(batch.format, "csv");
  EXPECT_EQ(batch.encoding, "UTF-8");
  EXPECT_EQ(batch.counts.rows_read, 8);
  EXPECT_EQ(batch.counts.accepted, 8);
  EXPECT_EQ(batch.counts.refused, 0);
  EXPECT_EQ(batch.bytes_done, batch.bytes_total);
  EXPECT_TRUE(batch.finished_at);
  const auto records = this->records("people");
  ASSERT_EQ(records.size(), 8U);
  EXPECT_EQ(std::get<std::string>(records.back().values[0]), "张三");
  EXPECT_EQ(std::get<std::string>(records.back().values[3]), "guest");
  EXPECT_EQ(to_iso(records.back().day), "2020-01-21");
  const auto figures = this->figures("people");
  EXPECT_EQ(figures.at({"980101001002001", "2020-01-21"}), 3);
  EXPECT_EQ(this->figures("guests").at({"980101001002001", "2020-01-21"}), 1);
  EXPECT_EQ(this->waiting_uploads(), 0U) << "the upload is removed once it is done";
}

TYPED_TEST(Loading, AGb18030CsvSaysTheSame) {
  // 姓名,身份证号,手机,类别,网格,日期 and 张三, 户籍 in GB18030.
  std::string csv =
      "\xD0\xD5\xC3\xFB,\xC9\xED\xB7\xDD\xD6\xA4\xBA\xC5,\xCA\xD6\xBB\xFA,\xC0\xE0\xB1\xF0,\xCD\xF8\xB8\xF1,"
      "\xC8\xD5\xC6\xDA\r\n";
  for (int number = 0; number < 3; ++number) {
    csv += "\xD5\xC5\xC8\xFD," + citizen_id(number) + ',' + phone(number) + ",\xBB\xA7\xBC\xAE," +
           grid_code(number) + ",2020.1.21\r\n";
  }
  const Batch batch = this->load("people", csv);
  EXPECT_EQ(batch.state, BatchState::done) << batch.error;
  EXPECT_EQ(batch.encoding, "GB18030");
  EXPECT_EQ(batch.counts.accepted, 3);
  const auto records = this->records("people");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(std::get<std::string>(records[0].values[0]), "张三");
  EXPECT_EQ(to_iso(records[0].day), "2020-01-21");
}

TYPED_TEST(Loading, JsonLinesSayTheSame) {
  std::string lines;
  for (int number = 0; number < 3; ++number) {
    lines += R"({"name":"张三","citizen_id":")" + citizen_id(number) + R"(","kind":"流动","grid":")" +
             grid_code(number) + "\"}\n";
  }
  const Batch batch = this->load("people", lines);
  EXPECT_EQ(batch.state, BatchState::done) << batch.error;
  EXPECT_EQ(batch.format, "json-lines");
  EXPECT_EQ(batch.counts.accepted, 3);
  const auto records = this->records("people");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(to_iso(records[0].day), "2020-03-10")
      << "without a day of its own it counts under the day it came";
  EXPECT_TRUE(std::holds_alternative<storage::Null>(records[0].values[2]));
}

TYPED_TEST(Loading, RefusedRowsAreKeptWithLineReasonAndOriginal) {
  std::string csv(people_header);
  csv += person(1);
  csv += "张三,98010119800101001Z," + phone(2) + ",户籍," + grid_code(2) + ",2020-01-21\n";
  csv += "李四," + citizen_id(3) + ",12345,户籍," + grid_code(3) + ",2020-01-21\n";
  csv += "王五," + citizen_id(4) + "," + phone(4) + ",户籍,000000000000,2020-01-21\n";
  csv += "只有两列," + citizen_id(5) + "\n";
  csv += person(6);
  const Batch batch = this->load("people", csv);
  EXPECT_EQ(batch.state, BatchState::done);
  EXPECT_EQ(batch.counts.rows_read, 6);
  EXPECT_EQ(batch.counts.accepted, 2);
  EXPECT_EQ(batch.counts.refused, 4);
  const auto rows = this->refused(batch.id);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].line, 3);
  EXPECT_EQ(rows[0].field, "citizen_id");
  EXPECT_EQ(rows[1].line, 4);
  EXPECT_EQ(rows[1].field, "phone");
  EXPECT_NE(rows[1].original.find("李四"), std::string::npos);
  EXPECT_EQ(rows[2].reason, "refuse.region.unknown");
  EXPECT_EQ(rows[3].reason, "refuse.row.few_fields");
  EXPECT_NE(render(rows[3].reason, rows[3].arguments, Language::en).find("2 fields where 6"),
            std::string::npos);
  std::int64_t told = 0;
  for (const auto& [reason, count] : batch.counts.reasons) told += count;
  EXPECT_EQ(told, 4);
  // Page by page, nothing twice and nothing lost.
  const auto first = must(this->node_.ingest->list_refused(batch.id, 0, 3));
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(must(this->node_.ingest->list_refused(batch.id, first.back().line, 3)).size(), 1U);
}

TYPED_TEST(Loading, TheSameFileAgainIsTheEarlierBatch) {
  const Batch first = this->load("people", people(0, 5));
  const auto again = this->submit("people", people(0, 5));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.batch.id, first.id);
  EXPECT_EQ(again.batch.state, BatchState::done);
  EXPECT_EQ(this->versions("people"), 5);
  EXPECT_EQ(this->waiting_uploads(), 0U);
  // For another resource the same bytes are another file.
  EXPECT_NE(this->submit("notes", people(0, 5)).batch.id, first.id);
}

TYPED_TEST(Loading, TheSameRowsInAnotherFileAreUnchanged) {
  this->load("people", people(0, 5));
  const Batch second = this->load("people", people(0, 7));
  EXPECT_EQ(second.counts.accepted, 7);
  EXPECT_EQ(second.counts.unchanged, 5);
  EXPECT_EQ(second.counts.updated, 0);
  EXPECT_EQ(this->versions("people"), 7);
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) counted += value;
  EXPECT_EQ(counted, 7);
}

TYPED_TEST(Loading, ACorrectedRowIsTheNextVersionAndItsFiguresMove) {
  this->load("people", std::string(people_header) + person(3, "流动"));
  const RecordId record = this->records("people").front().id;
  this->clock_.advance(std::chrono::hours{1});
  const Batch second = this->load("people", std::string(people_header) + person(3, "户籍", "2020-02-02"));
  EXPECT_EQ(second.counts.updated, 1);
  const auto current = this->records("people");
  ASSERT_EQ(current.size(), 1U);
  EXPECT_EQ(current[0].id, record);
  EXPECT_EQ(current[0].version, 2);
  EXPECT_EQ(this->versions("people"), 2) << "the old version stays, closed";
  const typename TestFixture::Figures people = {{{grid_code(3), "2020-02-02"}, 1}};
  EXPECT_EQ(this->figures("people"), people);
  EXPECT_TRUE(this->figures("guests").empty());
}

TYPED_TEST(Loading, RowsOfOneKeyInOneSliceAreVersionsInTheirOrder) {
  const Batch batch =
      this->load("people", std::string(people_header) + person(1, "流动") + person(1, "流动") + person(2) +
                               person(1, "户籍") + person(1, "流动"));
  EXPECT_EQ(batch.counts.accepted, 5);
  EXPECT_EQ(batch.counts.unchanged, 1);
  EXPECT_EQ(batch.counts.updated, 2);
  EXPECT_EQ(this->versions("people"), 4);
  for (const auto& record : this->records("people")) {
    if (std::get<std::string>(record.values[1]) == citizen_id(1)) {
      EXPECT_EQ(record.version, 3);
    }
  }
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) counted += value;
  EXPECT_EQ(counted, 2);
  EXPECT_EQ(this->figures("guests").size(), 1U);
}

TYPED_TEST(Loading, MissingColumnsFailTheBatchWithASentence) {
  const Batch batch = this->load("people", "姓名,手机\n张三,13800000000\n");
  EXPECT_EQ(batch.state, BatchState::failed);
  EXPECT_EQ(batch.counts.rows_read, 0);
  const std::string sentence = this->fault_of(batch);
  EXPECT_NE(sentence.find("citizen_id"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("grid"), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find('{'), std::string::npos) << sentence;
  // Mended files are other files; the same one may be sent again and fails again, under its id.
  const auto again = this->submit("people", "姓名,手机\n张三,13800000000\n");
  EXPECT_FALSE(again.repeated);
  EXPECT_EQ(again.batch.id, batch.id);
  EXPECT_EQ(again.batch.state, BatchState::queued);
  must(this->node_.ingest->load(batch.id));
  EXPECT_EQ(must(this->node_.ingest->find_batch(batch.id)).batch.state, BatchState::failed);
}

TYPED_TEST(Loading, FilesThatAreNoTableFailWithASentence) {
  for (const std::string& text :
       {std::string(), std::string("PK\x03\x04\x14\x00\x00\x00", 8) + std::string(100, '\0'),
        std::string("身份证号,姓名,身份证号,网格\n1,2,3,4\n")}) {
    const Batch batch = this->load("people", text);
    EXPECT_EQ(batch.state, BatchState::failed) << text;
    EXPECT_GT(this->fault_of(batch).size(), 15U) << batch.error;
  }
  const Batch only_header = this->load("people", people_header);
  EXPECT_EQ(only_header.state, BatchState::done);
  EXPECT_EQ(only_header.counts.rows_read, 0);
  EXPECT_EQ(only_header.format, "csv");
}

TYPED_TEST(Loading, RegionsAreFoundByCodeNameAndPath) {
  const std::string header = "地区,日期,确诊\n";
  const Batch batch = this->load(
      "daily", header +
                   "980101,2020-01-21,4\n香洲区,2020-01-22,5\n长安区/重庆路街道/和平村委会,2020-01-23,6\n" +
                   "和平村委会,2020-01-24,7\n无此地,2020-01-25,8\n");
  EXPECT_EQ(batch.counts.accepted, 3);
  EXPECT_EQ(batch.counts.cleaned, 2) << "a name in place of a code is a change worth telling";
  const auto rows = this->refused(batch.id);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].reason, "refuse.region.ambiguous");
  EXPECT_EQ(rows[1].reason, "refuse.region.unknown");
  const auto figures = this->figures("confirmed");
  EXPECT_EQ(figures.at({"980101", "2020-01-21"}), 4);
  EXPECT_EQ(figures.at({"980101", "2020-01-22"}), 5);
  EXPECT_EQ(figures.at({"980102001001", "2020-01-23"}), 6);
}

TYPED_TEST(Loading, RecordsWithoutAKeyAreToldApartByTheirContent) {
  this->load("notes", "words,weight\n一,1\n二,2\n一,1\n");
  EXPECT_EQ(this->versions("notes"), 2);
  // A field that the definition gains does not make old rows new ones.
  std::string yaml(sample_resources);
  yaml += "      - {name: about, title: {zh: 备注, en: About}, type: text}\n";
  IngestWorld<TypeParam>::write(this->folder_.path() + "/scenarios/sample/resources.yaml", yaml);
  this->restart();
  const Batch again = this->load("notes", "words,weight\n一,1\n二,2\n三,3\n");
  EXPECT_EQ(again.counts.unchanged, 2);
  EXPECT_EQ(this->versions("notes"), 3);
}

TYPED_TEST(Loading, SealedValuesOutliveAChangedDefinition) {
  this->load("people", people(0, 4));
  std::string yaml(sample_resources);
  yaml.replace(yaml.find("name: kind, title: {zh: 类别, en: Kind}, type: choice, values: [{id: local, zh: "
                         "户籍, en: Local}, {id: guest, zh: 流动, en: Guest}]"),
               std::string("name: kind, title: {zh: 类别, en: Kind}, type: choice, values: [{id: local, zh: "
                           "户籍, en: Local}, {id: guest, zh: 流动, en: Guest}]")
                   .size(),
               "name: kind, title: {zh: 类别, en: Kind}, personal: basic, type: choice, values: [{id: local, "
               "zh: 户籍, en: Local}, {id: guest, zh: 流动, en: Guest}]");
  IngestWorld<TypeParam>::write(this->folder_.path() + "/scenarios/sample/resources.yaml", yaml);
  this->restart();
  const auto records = this->records("people");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(std::get<std::string>(records[0].values[0]), "张三");
  EXPECT_TRUE(std::get<std::string>(records[0].values[1]).starts_with("9801011980"));
}

TYPED_TEST(Loading, ATableFromBeforeKeepsItsEqualityColumnsAndNothingIsWrittenThere) {
  this->load("people", people(0, 4));
  const std::string table = must(this->node_.catalog->find("people"))->table->name();
  const std::string before =
      "ALTER TABLE " + table +
      " ADD COLUMN f_phone_eq BYTEA;\nUPDATE resource_table SET shape = "
      "replace(shape, 'f_phone:sealed', 'f_phone:sealed:eq') WHERE resource = 'people';\n";
  const storage::Migration old{"before", 1, "equality columns", before, before};
  must(this->node_.store->migrate(std::span(&old, 1)));
  this->restart();
  EXPECT_EQ(must(this->node_.catalog->find("people"))->table->name(), table);
  const Batch batch =
      this->load("people", std::string(people_header) + person(1, "流动", "2020-02-02") + person(9));
  EXPECT_EQ(batch.state, BatchState::done) << batch.error;
  EXPECT_EQ(batch.counts.updated, 1);
  EXPECT_EQ(this->records("people").size(), 5U);
  static std::deque<storage::Statement> kept;
  const std::string sql = "SELECT count(f_phone_eq) FROM " + table;
  kept.push_back({"equal", sql, sql});
  auto reader = must(this->node_.store->read());
  EXPECT_EQ(must(storage::query_integer(*reader, kept.back(), {})), 0);
}

TYPED_TEST(Loading, RecordsWhoseKeyWasDestroyedAreListedEmptyAndTheOthersBesideThem) {
  this->load("people", people(0, 6));
  this->load("people", std::string(people_header) + person(2, "流动", "2020-02-02"));
  const auto before = this->records("people");
  this->sealer_.destroyed = true;
  const auto after = this->records("people");
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t at = 0; at < after.size(); ++at) {
    EXPECT_EQ(after[at].id, before[at].id);
    EXPECT_EQ(after[at].version, before[at].version);
    EXPECT_EQ(after[at].region, before[at].region);
    EXPECT_EQ(after[at].day, before[at].day);
    EXPECT_EQ(after[at].values.size(), before[at].values.size());
    for (const auto& value : after[at].values) EXPECT_TRUE(std::holds_alternative<storage::Null>(value));
    EXPECT_EQ(this->node_.ingest->find_record("people", after[at].id, access::Sight::whole()).error().code,
              ErrorCode::gone);
  }
  const auto page = must(
      this->node_.ingest->list_records("people", {"980101001002", RecordId(), 4}, access::Sight::whole()));
  EXPECT_EQ(page.size(), 4U);
}

// A machine that fails at each write in turn: the load goes on from there and ends as if nothing had been.
TYPED_TEST(Loading, AfterAnyFailedWriteTheLoadEndsAsIfUndisturbed) {
  std::string csv = people(0, 4'500);
  csv += "坏行," + citizen_id(9) + "x,,,,\n" + person(7, "流动", "2020-02-03");
  this->load("people", csv);
  const std::string expected = this->state();
  const std::int64_t writes = this->node_.writes->writes();
  ASSERT_GE(writes, 4);
  for (const auto when : {FailingStore::When::before, FailingStore::When::after}) {
    for (std::int64_t at = 1; at < writes; ++at) {
      SCOPED_TRACE("write " + std::to_string(at) +
                   (when == FailingStore::When::before ? " before" : " after"));
      this->node_ = {};
      this->backend_ = std::make_unique<TypeParam>();
      this->node_ = this->start_node("a");
      for (auto& change : must(this->node_.regions->load(sample_grids(), *parse_iso_day("2020-01-01")))) {
        must(this->node_.store->commit(std::move(change)));
      }
      must(this->node_.regions->reload());
      this->let_writers_rest();
      const auto view = this->submit("people", csv);
      this->node_.writes->fail_write(at, when);
      const auto broken = this->node_.ingest->load(view.batch.id);
      ASSERT_FALSE(broken.ok());
      if (at % 2 == 0) this->restart();
      must(this->node_.ingest->load(view.batch.id));
      EXPECT_EQ(this->state(), expected);
    }
  }
}

TYPED_TEST(Loading, StoppingInTheMiddleAndStartingAgainLosesNothing) {
  const std::string csv = people(0, 6'000);
  this->load("people", csv);
  const std::string expected = this->state();
  this->node_ = {};
  this->backend_ = std::make_unique<TypeParam>();
  this->node_ = this->start_node("a");
  for (auto& change : must(this->node_.regions->load(sample_grids(), *parse_iso_day("2020-01-01")))) {
    must(this->node_.store->commit(std::move(change)));
  }
  must(this->node_.regions->reload());
  this->let_writers_rest();
  const BatchId batch = this->submit("people", csv).batch.id;
  std::mutex mutex;
  std::condition_variable moved;
  int slices = 0;
  bool finished = false;
  this->node_.ingest->on_progress([&](const BatchView& view) {
    const std::lock_guard lock(mutex);
    ++slices;
    finished = view.batch.finished_at.has_value();
    moved.notify_all();
  });
  this->node_.ingest->start(1);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(moved.wait_for(lock, std::chrono::seconds{60}, [&] { return slices >= 1; }));
  }
  this->node_.ingest->stop();
  this->node_.ingest->start(2);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(moved.wait_for(lock, std::chrono::seconds{60}, [&] { return finished; }));
  }
  this->node_.ingest->stop();
  EXPECT_EQ(must(this->node_.ingest->find_batch(batch)).batch.state, BatchState::done);
  EXPECT_EQ(this->state(), expected);
}

TYPED_TEST(Loading, PersonalValuesStandSealedOnDiskAndMaskedOnPages) {
  const Batch batch =
      this->load("people", people(0, 3) + "赵六," + citizen_id(4) + ",1234,户籍," + grid_code(1) + ",\n");
  EXPECT_EQ(batch.counts.refused, 1);
  std::vector<std::string> secrets = {"张三", "赵六"};
  for (int number = 0; number < 5; ++number) {
    secrets.push_back(citizen_id(number));
    secrets.push_back(phone(number));
  }
  const auto expect_free = [&](std::string_view bytes, const std::string& where) {
    for (const auto& secret : secrets)
      EXPECT_EQ(bytes.find(secret), std::string_view::npos) << secret << " stands in " << where;
  };
  {
    const auto& table = *must(this->node_.catalog->find("people"))->table;
    auto reader = must(this->node_.store->read());
    const std::array<storage::Value, 2> parameters = {INT64_MAX, std::int64_t{100}};
    int rows = 0;
    must(reader->query(table.page(), parameters, [&](const storage::Row& row) {
      ++rows;
      for (int at = 0; at < row.columns(); ++at) {
        const std::string& column = table.columns()[static_cast<std::size_t>(at)];
        expect_free(column == "content" || column == "record_key" ? row.blob(at) : row.text(at), column);
      }
      return true;
    }));
    for (const auto& head : must(catalog::slices_before(*reader, "people", INT64_MAX, 100))) {
      rows += static_cast<int>(head.live);
      expect_free(must(catalog::slice_places(*reader, "people", head.first_id)), "places");
      for (std::int64_t block = 0; block * head.block_rows < head.rows; ++block)
        expect_free(must(catalog::slice_block(*reader, "people", head.first_id, block)), "a block");
      expect_free(must(catalog::slice_keys(*reader, "people", head.first_id)), "row_keys");
    }
    EXPECT_EQ(rows, 3);
  }
  for (const auto& entry : this->feed()) expect_free(entry.body, "the feed");
  for (const Record& record : must(this->node_.ingest->list_records("people", {}, access::Sight::masked()))) {
    JsonWriter json;
    write_record(json, record, must(this->node_.catalog->find("people"))->resource,
                 *this->node_.regions->tree(), Language::zh);
    expect_free(json.text(), "JSON");
    EXPECT_NE(json.text().find(R"("name":"张*")"), std::string::npos) << json.text();
    EXPECT_NE(json.text().find("138****"), std::string::npos) << json.text();
  }
  if constexpr (!TypeParam::shared) {
    this->node_ = {};
    for (const auto& file : std::filesystem::recursive_directory_iterator(this->backend_->folder())) {
      if (!file.is_regular_file()) continue;
      std::ifstream stream(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
      expect_free(bytes, file.path().filename());
    }
  }
}

// Every module's tables come up from every earlier step; the sample rows of a step go here when it lands.
TYPED_TEST(Loading, BatchTablesUpgradeFromEveryStep) {
  storage::UpgradeCase upgrade;
  for (const auto part : {storage::sql::migrations()}) upgrade.before.assign(part.begin(), part.end());
  upgrade.steps.assign(sql::migrations().begin(), sql::migrations().end());
  upgrade.sample = [](int) -> std::vector<std::string> {
    return {
        "INSERT INTO batch (id, resource, content, filename, path, state, format, encoding, started_at) "
        "VALUES (1, 'people', CAST('ab' AS %BYTES%), 'f', 'p', 'done', 'csv', 'UTF-8', 5)"};
  };
  const std::string bytes = TypeParam::shared ? "BYTEA" : "BLOB";
  const auto sample = upgrade.sample;
  upgrade.sample = [sample, bytes](int number) {
    auto inserts = sample(number);
    for (auto& insert : inserts) insert.replace(insert.find("%BYTES%"), 7, bytes);
    return inserts;
  };
  upgrade.dumps = {"SELECT id, resource, filename, state, started_at FROM batch ORDER BY id"};
  std::deque<TypeParam> places;
  const auto checked =
      storage::check_upgrades(upgrade, [&]() { return places.emplace_back().open(this->clock_); });
  EXPECT_TRUE(checked.ok()) << checked.error().to_log();
}

// Two processes on one database, each with its loaders: no row is stored twice, no batch is loaded twice.
TYPED_TEST(Loading, TwoProcessesOnOneDatabaseLoadEveryBatchOnce) {
  if (!TypeParam::shared) GTEST_SKIP() << "one process owns an embedded store";
  Node second = this->start_node("other");
  // Both at once on one batch: one loads it, the other is told.
  const BatchId contested = this->submit("people", people(7'000, 3'000)).batch.id;
  const auto load = [&](Node& node) { return node.ingest->load(contested); };
  auto other = std::async(std::launch::async, [&] { return load(second); });
  const auto mine = load(this->node_);
  const auto theirs = other.get();
  EXPECT_TRUE(mine.ok() || mine.error().code == ErrorCode::conflict) << mine.error().to_log();
  EXPECT_TRUE(theirs.ok() || theirs.error().code == ErrorCode::conflict) << theirs.error().to_log();
  EXPECT_TRUE(mine.ok() || theirs.ok());
  EXPECT_EQ(this->versions("people"), 3'000);
  std::vector<BatchId> batches;
  for (int file = 0; file < 6; ++file) {
    batches.push_back(
        this->submit(file % 2 == 0 ? this->node_ : second, "people", people(file * 1'000, 900)).batch.id);
  }
  std::mutex mutex;
  std::condition_variable moved;
  std::multiset<BatchId> done;
  const auto count = [&](const BatchView& view) {
    if (!view.batch.finished_at) return;
    const std::lock_guard lock(mutex);
    done.insert(view.batch.id);
    moved.notify_all();
  };
  this->node_.ingest->on_progress(count);
  second.ingest->on_progress(count);
  this->node_.ingest->start(2);
  second.ingest->start(2);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(
        moved.wait_for(lock, std::chrono::seconds{60}, [&] { return done.size() >= batches.size(); }));
  }
  this->node_.ingest->stop();
  second.ingest->stop();
  EXPECT_EQ(done, std::multiset<BatchId>(batches.begin(), batches.end()));
  EXPECT_EQ(this->versions("people"), 3'000 + 5'400);
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) counted += value;
  EXPECT_EQ(counted, 3'000 + 5'400);
}

// The server ends every connection of ours again and again while rows are stored.
TYPED_TEST(Loading, LostDatabaseConnectionsCostNoRowAndDoubleNone) {
  if constexpr (!TypeParam::shared) {
    GTEST_SKIP() << "a file in a folder has no connections";
  } else {
    const std::string csv = people(0, 6'000) + "坏行," + citizen_id(9) + "x,,,,\n";
    static const std::string sql =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> pg_backend_pid()";
    static const storage::Statement hang_up{"hang_up", sql, sql};
    Node other = this->start_node("other");
    const BatchId batch = this->submit("people", csv).batch.id;
    std::atomic<bool> done{false};
    int hung_up = 0;
    std::thread cutting([&] {
      while (!done) {
        storage::Change change;
        change.writes.push_back({&hang_up, {}, std::nullopt});
        hung_up += other.store->commit(std::move(change)).ok() ? 1 : 0;
        std::this_thread::yield();
      }
    });
    // Whoever loads tries again what a lost connection ended.
    for (int attempt = 0; attempt < 10'000; ++attempt) {
      if (attempt == 200) done = true;  // by then it has been tried
      if (this->node_.ingest->load(batch).ok()) break;
    }
    done = true;
    cutting.join();
    const Batch loaded = must(this->node_.ingest->find_batch(batch)).batch;
    EXPECT_EQ(loaded.state, BatchState::done);
    EXPECT_EQ(loaded.counts.accepted, 6'000);
    EXPECT_EQ(loaded.counts.refused, 1);
    EXPECT_EQ(this->versions("people"), 6'000);
    EXPECT_GT(hung_up, 0);
    double counted = 0;
    for (const auto& [place, value] : this->figures("people")) counted += value;
    EXPECT_EQ(counted, 6'000);
  }
}

TYPED_TEST(Loading, WithoutAKeyToSealWithALoadWaitsAndLosesNothing) {
  const auto batch = this->submit("people", people(0, 300)).batch.id;
  this->sealer_.keyless = true;
  EXPECT_EQ(this->node_.ingest->load(batch).error().code, ErrorCode::exhausted);
  EXPECT_EQ(
      this->node_.ingest
          ->add_record("people", {{"name", "张三"}, {"citizen_id", citizen_id(7)}, {"grid", grid_code(7)}},
                       {"tester", std::nullopt})
          .error()
          .code,
      ErrorCode::exhausted);
  EXPECT_EQ(must(this->node_.ingest->find_batch(batch)).batch.state, BatchState::queued);
  this->sealer_.keyless = false;
  must(this->node_.ingest->load(batch));
  EXPECT_EQ(this->records("people").size(), 300U);
}

}  // namespace
}  // namespace jingwei::ingest
