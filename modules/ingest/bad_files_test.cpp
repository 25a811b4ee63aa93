// Goal: whatever a department sends, good rows are taken once, bad rows are kept with their reason, and a
// file that cannot be read says what to do, in both languages.
#include <iconv.h>

#include "base/limits.h"
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/ingest_json.h"
#include "tests/support/ingest_world.h"
#include "tests/support/made_compound.h"
#include "tests/support/made_files.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;
using namespace std::string_literals;

template <typename Backend>
class BadFiles : public IngestWorld<Backend> {
 protected:
  // "done 3/2/1": state, rows read, accepted, refused.
  static std::string outcome(const Batch& batch) {
    const auto& counts = batch.counts;
    return std::string(name_of(batch.state)) + ' ' + std::to_string(counts.rows_read) + '/' +
           std::to_string(counts.accepted) + '/' + std::to_string(counts.refused);
  }
  // The id of why the batch failed; its sentences stand in both languages with nothing left to fill in.
  static std::string fault(const Batch& batch) {
    if (batch.error.empty()) return "";
    const Error error = error_from_text(batch.error);
    for (const Language language : {Language::zh, Language::en}) {
      const std::string sentence = render(error, language);
      EXPECT_NE(sentence, error.message);
      EXPECT_EQ(sentence.find('{'), std::string::npos) << sentence;
    }
    return error.message;
  }
  std::vector<std::string> reasons(BatchId batch) {
    std::vector<std::string> all;
    for (const auto& row : must(this->node_.ingest->list_refused(batch, 0, 1'000))) {
      all.push_back(std::to_string(row.line) + ' ' + row.reason);
      EXPECT_FALSE(row.original.empty()) << "a refused row is kept";
    }
    return all;
  }
  static std::string in_gb18030(const std::string& text) {
    const iconv_t converter = iconv_open("GB18030", "UTF-8");
    std::string from = text, out(text.size() * 2, '\0');
    char *at = from.data(), *into = out.data();
    std::size_t left = from.size(), room = out.size();
    EXPECT_EQ(iconv(converter, &at, &left, &into, &room), 0U);
    iconv_close(converter);
    out.resize(out.size() - room);
    return out;
  }
  static std::string in_utf16(std::string_view text, bool big) {
    std::string out = big ? "\xFE\xFF"s : "\xFF\xFE"s;
    for (std::size_t at = 0; at < text.size();) {
      const auto first = static_cast<unsigned char>(text[at]);
      const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
      unsigned code = length == 1 ? first : first & (length == 2 ? 0x1FU : 0x0FU);
      for (std::size_t next = 1; next < length; ++next)
        code = code << 6U | (static_cast<unsigned char>(text[at + next]) & 0x3FU);
      const char high = static_cast<char>(code >> 8U), low = static_cast<char>(code & 0xFFU);
      out += big ? high : low;
      out += big ? low : high;
      at += length;
    }
    return out;
  }
  // The CSV as a workbook with the header in row `at`.
  static std::string workbook_of(const std::string& csv, int at = 1) {
    std::string rows;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line); ++at) {
      rows += "<row r=\"" + std::to_string(at) + "\">";
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, ',');)
        rows += "<c t=\"inlineStr\"><is><t>" + cell + "</t></is></c>";
      rows += "</row>";
    }
    return made_workbook({.sheets = {{"名单", "<sheetData>" + rows + "</sheetData>"}}});
  }
};

TYPED_TEST_SUITE(BadFiles, Backends, BackendNames);

TYPED_TEST(BadFiles, OneTableInEveryFormIsTheSameRecords) {
  const std::string csv = people(0, 6);
  std::string semicolons = csv, tabs = csv;
  std::ranges::replace(semicolons, ',', ';');
  std::ranges::replace(tabs, ',', '\t');
  std::string json = "[";
  for (int number = 0; number < 6; ++number)
    json += (number > 0 ? ",\n" : "") + R"({"姓名":"张三","身份证号":")"s + citizen_id(number) +
            R"(","手机":")" + phone(number) + R"(","类别":")" + (number % 4 == 0 ? "流动" : "户籍") +
            R"(","网格":")" + grid_code(number) + R"(","日期":"2020-01-21"})";
  int version = 0;
  for (const auto& [bytes, format] :
       {std::pair(this->workbook_of(csv, 4), "xlsx"s), std::pair("\xEF\xBB\xBF" + csv, "csv"s),
        std::pair(semicolons, "csv"s), std::pair(tabs, "csv"s), std::pair(json + "]", "json"s),
        std::pair(this->in_utf16(csv, false), "csv"s), std::pair(this->in_utf16(csv, true), "csv"s),
        std::pair(this->in_gb18030(csv), "csv"s), std::pair(made_gzip(csv), "csv+gzip"s),
        std::pair(made_zip({{"a.csv", csv}}), "csv+zip"s)}) {
    const Batch batch = this->load("people", bytes);
    EXPECT_EQ(this->outcome(batch), "done 6/6/0") << format << ' ' << batch.error;
    EXPECT_EQ(batch.format, format);
    EXPECT_EQ(batch.counts.unchanged, version++ == 0 ? 0 : 6) << format << ' ' << version;
  }
  EXPECT_EQ(this->versions("people"), 6) << "nothing counts twice";
}

TYPED_TEST(BadFiles, AWorkbookNamesItsRowsAsExcelShowsThem) {
  const std::string csv = std::string(people_header) + person(1) + "李四,440101,138,户籍," + grid_code(2) +
                          ",2020-01-21\n" + person(3);
  const Batch batch = this->load("people", this->workbook_of(csv, 4));
  EXPECT_EQ(this->outcome(batch), "done 3/2/1") << batch.error;
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().line, 6) << "the third row of a table whose header stands in row 4";
  EXPECT_NE(rows.front().original.find("440101"), std::string::npos);
}

TYPED_TEST(BadFiles, WhatIsNoTableSaysSoAndTakesNothing) {
  const std::string zeros(32 << 20, '0');
  std::string noise;
  for (int at = 0; at < 4'000; ++at) noise += static_cast<char>(at * at * 31 + at * 7 + (at >> 3));
  for (const auto& [bytes, message] :
       {std::pair(noise, "ingest.encoding_unknown"s), std::pair("%PDF-1.7\n1 0 obj"s, "ingest.is_pdf"s),
        std::pair(locked_workbook(), "ingest.workbook_encrypted"s),
        std::pair(old_workbook(), "ingest.is_old_office"s),
        std::pair(made_zip({{"a.csv", zeros}}), "ingest.unpacks_too_large"s),
        std::pair(made_zip({{"a.csv", "a\n1\n"}}, "secret"), "ingest.zip_encrypted"s),
        std::pair(made_gzip(made_gzip("a\n1\n")), "ingest.nested_container"s),
        std::pair(this->workbook_of(people(0, 90)).substr(0, 900), "ingest.zip_damaged"s),
        std::pair(""s, "ingest.empty_file"s)}) {
    const auto view = this->submit(this->node_, "people", bytes, "名单.xlsx");
    must(this->node_.ingest->load(view.batch.id));
    const Batch batch = must(this->node_.ingest->find_batch(view.batch.id)).batch;
    EXPECT_EQ(this->outcome(batch), "failed 0/0/0") << message;
    EXPECT_EQ(this->fault(batch), message);
  }
  EXPECT_EQ(this->versions("people"), 0);
}

TYPED_TEST(BadFiles, AFileCutOffGivesItsWholeRowsAndTheWholeFileAddsTheRest) {
  const std::string csv = people(0, 900);
  const std::string packed = made_gzip(csv);
  const Batch cut = this->load("people", packed.substr(0, packed.size() * 2 / 3));
  EXPECT_EQ(cut.state, BatchState::failed);
  EXPECT_EQ(this->fault(cut), "ingest.gzip_truncated");
  EXPECT_GT(cut.counts.accepted, 100);
  EXPECT_LT(cut.counts.accepted, 900);
  EXPECT_EQ(cut.counts.refused, 0) << "half a row is no refused row";
  EXPECT_EQ(this->versions("people"), cut.counts.accepted);
  const Batch whole = this->load("people", packed);
  EXPECT_EQ(this->outcome(whole), "done 900/900/0") << whole.error;
  EXPECT_EQ(whole.counts.unchanged, cut.counts.accepted);
  EXPECT_EQ(this->versions("people"), 900);
}

TYPED_TEST(BadFiles, RowsInAnotherOrderAreAnotherFileThatChangesNothing) {
  std::string forth(people_header), back(people_header);
  for (int number = 0; number < 20; ++number) forth += person(number), back += person(19 - number);
  const Batch first = this->load("people", forth);
  const Batch second = this->load("people", back);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(this->outcome(second), "done 20/20/0");
  EXPECT_EQ(second.counts.unchanged, 20);
  EXPECT_EQ(this->versions("people"), 20);
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) counted += value;
  EXPECT_EQ(counted, 20);
}

TYPED_TEST(BadFiles, BrokenRowsAreKeptAndTheOthersTaken) {
  // A row with a byte that is no UTF-8, one too short, one too long, mixed line ends, a quote never closed.
  const std::string text = std::string(people_header) + person(1) + "\xC0\xC0" + person(2) + "张三,1\r\n" +
                           person(3).substr(0, person(3).size() - 1) + ",x,y\r" + person(4) + '"' + person(5);
  const Batch batch = this->load("people", text);
  EXPECT_EQ(this->outcome(batch), "done 6/2/4") << batch.error;
  EXPECT_EQ(this->reasons(batch.id),
            (std::vector<std::string>{"3 refuse.row.bad_encoding", "4 refuse.row.few_fields",
                                      "5 refuse.row.many_fields", "7 refuse.row.unclosed_quote"}));
  EXPECT_EQ(this->versions("people"), 2);
}

TYPED_TEST(BadFiles, ALineOfAHundredMegabytesIsRefusedAndTheRowsAroundItTaken) {
  const std::string path = this->folder_.path() + "/long.csv";
  {
    std::ofstream file(path, std::ios::binary);
    file << people_header << person(1) << "李四,";
    const std::string part(1'000'000, '7');
    for (int megabytes = 0; megabytes < 100; ++megabytes) file << part;
    file << "\n" << person(2);
  }
  const auto view = must(this->node_.ingest->submit("people", path, "long.csv", {"tester", std::nullopt}));
  must(this->node_.ingest->load(view.batch.id));
  const Batch batch = must(this->node_.ingest->find_batch(view.batch.id)).batch;
  EXPECT_EQ(this->outcome(batch), "done 3/2/1") << batch.error;
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().line, 3);
  EXPECT_EQ(rows.front().reason, "refuse.row.too_long");
  EXPECT_TRUE(rows.front().original.starts_with("李四,777")) << rows.front().original.substr(0, 80);
  EXPECT_LE(rows.front().original.size(), limits::refused_original_bytes);
  for (const Language language : {Language::zh, Language::en})
    EXPECT_NE(render(rows.front().reason, rows.front().arguments, language), rows.front().reason);
}

TYPED_TEST(BadFiles, TheSameFileTwiceIsOneBatchAndAnEmptiedHeaderSaysWhichColumnsAreMissing) {
  const Batch first = this->load("people", people(0, 4));
  const auto again = this->submit("people", people(0, 4));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.batch.id, first.id);
  EXPECT_EQ(this->versions("people"), 4);
  std::string header(people_header);
  const std::string name = "身份证号,";
  header.erase(header.find(name), name.size());
  const Batch missing =
      this->load("people", header + "张三," + phone(1) + ",户籍," + grid_code(1) + ",2020-01-21\n");
  EXPECT_EQ(this->outcome(missing), "failed 0/0/0");
  EXPECT_EQ(this->fault(missing), "ingest.columns_missing");
}

TYPED_TEST(BadFiles, AFileThatGoesOnGrowingIsNotLoadedHalf) {
  const std::string path = this->folder_.path() + "/growing.csv";
  this->write(path, people(0, 5));
  const auto view = must(this->node_.ingest->submit("people", path, "growing.csv", {"tester", std::nullopt}));
  std::ofstream(path, std::ios::app | std::ios::binary) << person(7);
  must(this->node_.ingest->load(view.batch.id));
  const Batch batch = must(this->node_.ingest->find_batch(view.batch.id)).batch;
  EXPECT_EQ(this->outcome(batch), "failed 0/0/0");
  EXPECT_EQ(this->fault(batch), "ingest.file_changed");
  // Sent again when it is finished.
  const auto again =
      must(this->node_.ingest->submit("people", path, "growing.csv", {"tester", std::nullopt}));
  must(this->node_.ingest->load(again.batch.id));
  EXPECT_EQ(this->outcome(must(this->node_.ingest->find_batch(again.batch.id)).batch), "done 6/6/0");
}

TYPED_TEST(BadFiles, ColumnsTooManyAreToldAndColumnsTwiceRefused) {
  const auto with = [](const std::string& column, const std::string& value) {
    std::string header(people_header), row = person(1);
    header.insert(header.size() - 1, "," + column);
    row.insert(row.size() - 1, "," + value);
    return header + row;
  };
  const Batch extra = this->load("people", with("血型", "A"));
  EXPECT_EQ(this->outcome(extra), "done 1/1/0") << extra.error;
  const std::vector<Note> told = {{"ingest.note.columns_unknown", {{"columns", "血型"}}}};
  EXPECT_EQ(extra.notes, told);
  const Batch doubled = this->load("people", with("手机", "13800000000"));
  EXPECT_EQ(this->outcome(doubled), "failed 0/0/0");
  EXPECT_EQ(this->fault(doubled), "ingest.columns_doubled");
}

TYPED_TEST(BadFiles, MacrosAreNotRunAndThatIsTold) {
  RawWorkbook raw;
  raw.sheets = {
      {"名单",
       R"(<sheetData><row><c t="str"><v>内容</v></c></row><row><c t="str"><f>CMD()</f><v>好</v></c></row></sheetData>)"}};
  raw.further = {{"xl/vbaProject.bin", "macros"}};
  const Batch batch = this->load("notes", made_workbook(raw));
  EXPECT_EQ(this->outcome(batch), "done 1/1/0") << batch.error;
  const std::vector<Note> told = {{"ingest.note.macros", {}}};
  EXPECT_EQ(batch.notes, told);
}

}  // namespace
}  // namespace jingwei::ingest
