// Goal: of a workbook every sheet that fits is taken in one batch, once, whatever happens on the way, and a
// refused row is found by its sheet and line.
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/ingest_json.h"
#include "tests/support/ingest_world.h"
#include "tests/support/made_files.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Sheets : public IngestWorld<Backend> {
 protected:
  using Texts = std::vector<std::string>;
  static constexpr int rows_each = 3'000;

  static std::string row_xml(int number, const Texts& cells) {
    std::string xml = "<row r=\"" + std::to_string(number) + "\">";
    for (const auto& cell : cells) xml += "<c t=\"inlineStr\"><is><t>" + cell + "</t></is></c>";
    return xml + "</row>";
  }
  static Texts cut(const std::string& csv_line) {
    Texts cells;
    std::istringstream line(csv_line.substr(0, csv_line.find('\n')));
    for (std::string cell; std::getline(line, cell, ',');) cells.push_back(cell);
    return cells;
  }
  // Below a title, in the order of people_header; its rows begin in row 4.
  static std::string plain_sheet(int first, int count) {
    std::string xml = row_xml(1, {"人员名单"}) + row_xml(3, cut(std::string(people_header)));
    for (int at = 0; at < count; ++at) xml += row_xml(4 + at, cut(person(first + at)));
    return xml;
  }
  // Other names and another order: the row's day, phone, grid, kind, citizen ID and name.
  static Texts turned(const std::string& csv_line) {
    const Texts cells = cut(csv_line);
    return {cells[5], cells[2], cells[4], cells[3], cells[1], cells[0]};
  }
  static std::string turned_header() {
    return row_xml(1, {"Day", "手机", "网格", "Kind", "身份证号", "Name"});
  }
  static std::string turned_sheet(int first, int count) {
    std::string xml = turned_header();
    for (int at = 0; at < count; ++at) xml += row_xml(2 + at, turned(person(first + at)));
    return xml;
  }
  static std::string whole(const std::string& rows) { return "<sheetData>" + rows + "</sheetData>"; }
  static std::string cover() { return whole(row_xml(1, {"某街道"}) + row_xml(2, {"填报人", "王某"})); }

  static std::string outcome(const Batch& batch) {
    const auto& counts = batch.counts;
    return std::string(name_of(batch.state)) + ' ' + std::to_string(counts.rows_read) + '/' +
           std::to_string(counts.accepted) + '/' + std::to_string(counts.refused);
  }
  std::string told(const Batch& batch) {
    std::string text;
    for (const Note& note : batch.notes) text += render(note.message, note.arguments, Language::en) + "\n";
    return text;
  }
  std::vector<RefusedRow> refused(BatchId batch) {
    return must(this->node_.ingest->list_refused(batch, 0, 100));
  }
  // Two long sheets, the last row of each at fault.
  static std::string long_workbook() {
    const int behind_plain = 4 + rows_each, behind_turned = 2 + rows_each;
    return made_workbook(
        {.sheets = {{"封面", cover()},
                    {"一月", whole(plain_sheet(0, rows_each) + row_xml(behind_plain, cut(bad_person(1))))},
                    {"二月", whole(turned_sheet(rows_each, rows_each) +
                                   row_xml(behind_turned, turned(bad_person(2))))}}});
  }
  static std::string bad_person(int number) {
    return "坏行," + citizen_id(number) + ",12,户籍," + grid_code(number) + ",2020-01-21\n";
  }
  std::string state() {
    std::map<std::string, std::int64_t> versions_of;
    for (const auto& record : this->records("people"))
      versions_of[std::get<std::string>(record.values[1])] = record.version;
    std::string text = std::to_string(this->versions("people")) + " versions\n";
    for (const auto& [key, version] : versions_of) text += key + ' ' + std::to_string(version) + '\n';
    for (const auto& view : must(this->node_.ingest->list_batches("", BatchId(), 100))) {
      text += outcome(view.batch) + '\n' + told(view.batch);
      for (const auto& row : refused(view.batch.id))
        text +=
            std::to_string(row.line) + ' ' + place_text(row) + ' ' + row.reason + ' ' + row.original + '\n';
    }
    for (const auto& [key, value] : this->figures("people"))
      text += key.first + ' ' + key.second + ' ' + std::to_string(value) + '\n';
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
    this->let_writers_rest();
  }
};
TYPED_TEST_SUITE(Sheets, PackingBackends, BackendNames);

TYPED_TEST(Sheets, SheetsOfDifferentHeadersAreOneBatch) {
  const std::string book = made_workbook(
      {.sheets = {{"封面", this->cover()},
                  {"一月", this->whole(this->plain_sheet(1, 2))},
                  {"二月", this->whole(this->turned_header() + this->row_xml(2, this->turned(person(3))) +
                                       this->row_xml(3, this->turned(this->bad_person(4))) +
                                       this->row_xml(4, this->turned(person(5))))}}});
  const Batch batch = this->load("people", book);
  EXPECT_EQ(this->outcome(batch), "done 5/4/1") << batch.error;
  EXPECT_EQ(batch.format, "xlsx");
  EXPECT_EQ(this->told(batch),
            "These sheets were read, one after another: 一月, 二月.\n"
            "These sheets were passed over, as their columns do not fit: 封面.\n");
  std::map<std::string, std::string> phones;
  for (const auto& record : this->records("people"))
    phones[std::get<std::string>(record.values[1])] = std::get<std::string>(record.values[2]);
  ASSERT_EQ(phones.size(), 4U);
  for (const int number : {1, 2, 3, 5}) EXPECT_TRUE(phones.at(citizen_id(number)).ends_with(phone(number)));

  const auto rows = this->refused(batch.id);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].line, 8) << "counted on behind row 5 of the first sheet";
  EXPECT_EQ(rows[0].sheet, "二月");
  EXPECT_EQ(rows[0].sheet_line, 3);
  EXPECT_EQ(place_text(rows[0]), "二月 · 3");
  EXPECT_EQ(rows[0].field, "phone");
  const auto fields = must(this->node_.ingest->refused_cutter(batch)).fields_of(rows[0].original);
  const std::map<std::string, std::string> cells(fields.begin(), fields.end());
  EXPECT_EQ(cells.at("name"), "坏行") << "cells stand in the columns of the batch, not of their sheet";
  EXPECT_EQ(cells.at("phone"), "12");
  EXPECT_EQ(cells.at("seen_on"), "2020-01-21");
  JsonWriter json(256);
  write_refused_row(json, rows[0], fields, Language::en);
  EXPECT_NE(json.take().find(R"("sheet":"二月","sheet_line")"), std::string::npos);

  const auto again = this->submit("people", book);
  EXPECT_TRUE(again.repeated) << "the same file is known by its content";
}

TYPED_TEST(Sheets, OneTableNamesNoSheet) {
  const Batch batch = this->load(
      "people",
      made_workbook({.sheets = {{"封面", this->cover()},
                                {"一月", this->whole(this->plain_sheet(1, 1) +
                                                     this->row_xml(7, this->cut(this->bad_person(4))))}}}));
  const auto rows = this->refused(batch.id);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].line, 7);
  EXPECT_EQ(rows[0].sheet, "");
  EXPECT_EQ(place_text(rows[0]), "7");
  JsonWriter json(256);
  write_refused_row(json, rows[0], {}, Language::en);
  EXPECT_NE(json.take().find(R"("sheet":null,"sheet_line":null)"), std::string::npos);
}

TYPED_TEST(Sheets, ABrokenSecondSheetKeepsTheRowsBeforeItOnce) {
  const auto book = [&](const std::string& second) {
    return made_workbook({.sheets = {{"一月", this->whole(this->plain_sheet(0, 40))}, {"二月", second}}});
  };
  const std::string cut_off = book("<sheetData>" + this->turned_sheet(40, 40) + "<row r=\"42\"><c");
  for (int time = 0; time < 2; ++time) {
    const Batch batch = this->load("people", cut_off);
    EXPECT_EQ(this->outcome(batch), "failed 80/80/0") << batch.error;
    const Error error = error_from_text(batch.error);
    EXPECT_EQ(error.message, "ingest.sheet_broken_off");
    EXPECT_NE(render(error, Language::zh).find("“二月”在第 41 行之后"), std::string::npos);
    EXPECT_NE(render(error, Language::en).find("“二月” is damaged behind row 41"), std::string::npos);
    EXPECT_EQ(this->versions("people"), 80);
  }
  const Batch unreadable =
      this->load("people", book("<sheetData>" + this->turned_header() + "<row r=\"2\"><c"));
  EXPECT_EQ(this->outcome(unreadable), "failed 40/40/0");
  EXPECT_EQ(error_from_text(unreadable.error).message, "ingest.sheet_damaged");
  const Batch mended = this->load("people", book(this->whole(this->turned_sheet(40, 50))));
  EXPECT_EQ(this->outcome(mended), "done 90/90/0") << mended.error;
  EXPECT_EQ(mended.counts.unchanged, 80);
  EXPECT_EQ(this->versions("people"), 90) << "nothing counts twice";
}

// A machine that fails at each write in turn, in the first sheet and in the second.
TYPED_TEST(Sheets, AfterAnyFailedWriteTheLoadGoesOnInTheSheetWhereItStood) {
  const std::string book = this->long_workbook();
  this->load("people", book);
  const std::string expected = this->state();
  const std::int64_t writes = this->node_.writes->writes();
  int in_second = 0;
  for (const auto when : {FailingStore::When::before, FailingStore::When::after}) {
    for (std::int64_t at = 1; at < writes; ++at) {
      SCOPED_TRACE("write " + std::to_string(at));
      this->begin_anew();
      const BatchId batch = this->submit("people", book).batch.id;
      this->node_.writes->fail_write(at, when);
      ASSERT_FALSE(this->node_.ingest->load(batch).ok());
      const Batch half = must(this->node_.ingest->find_batch(batch)).batch;
      if (half.counts.rows_read > this->rows_each + 1 && half.counts.rows_read < 2 * this->rows_each)
        ++in_second;
      this->restart();
      must(this->node_.ingest->load(batch));
      EXPECT_EQ(this->state(), expected);
    }
  }
  EXPECT_GT(in_second, 0) << "the load stopped within the second sheet";
}

TYPED_TEST(Sheets, ALoadThatBeganWithOneSheetGoesOnFromItsLastAcceptedRow) {
  const std::string book = made_workbook(
      {.sheets = {{"封面", this->cover()}, {"一月", this->whole(this->plain_sheet(0, this->rows_each))}}});
  this->load("people", book);
  const std::string expected = this->state();
  BatchId batch;
  Batch half;
  for (std::int64_t at = 1; half.counts.rows_read == 0; ++at) {
    this->begin_anew();
    batch = this->submit("people", book).batch.id;
    this->node_.writes->fail_write(at, FailingStore::When::before);
    ASSERT_FALSE(this->node_.ingest->load(batch).ok()) << "all went in at once";
    half = must(this->node_.ingest->find_batch(batch)).batch;
  }
  ASSERT_LT(half.counts.rows_read, this->rows_each);
  // The version before stored the row of its one sheet, which is what stands in the line.
  static const storage::Statement as_before{"as_before", "UPDATE batch SET resume_offset = resume_line - 1",
                                            "UPDATE batch SET resume_offset = resume_line - 1"};
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&as_before, {}, 1});
  auto committed = this->node_.store->commit(std::move(change));
  ASSERT_TRUE(committed.ok()) << committed.error().to_log();
  this->restart();
  must(this->node_.ingest->load(batch));
  EXPECT_EQ(this->state(), expected);
}

}  // namespace
}  // namespace jingwei::ingest
