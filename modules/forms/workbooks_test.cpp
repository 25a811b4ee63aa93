// Goal: templates, refused rows and lists go out as workbooks that say what a person needs, and never as
// programs.
#include "modules/forms/forms_testing.h"
#include "spreadsheet/package.h"
#include "spreadsheet/workbook_writer.h"
#include "storage/pseudonym.h"
#include "tests/support/callers.h"

namespace jingwei::forms {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Workbooks : public FormsWorld<Backend> {
 protected:
  // To whom everything personal is open.
  const Asker opened_{access::Caller::local_operator(), "epidemic-control"};
};
TYPED_TEST_SUITE(Workbooks, Backends, BackendNames);

std::string part(const std::string& bytes, const std::string& name) {
  return must(must(spreadsheet::Package::open(bytes)).read(name));
}

TYPED_TEST(Workbooks, ATemplateHasTitlesChecksListsAndASheetThatExplains) {
  const std::string bytes = must(this->service_->template_of("people", Language::zh));
  const auto grid = this->grid_of(bytes);
  EXPECT_EQ(grid.text(0, 0), "姓名*");
  EXPECT_EQ(grid.text(0, 1), "身份证号*");
  EXPECT_EQ(grid.text(0, 2), "手机");
  const std::string sheet = part(bytes, "xl/worksheets/sheet1.xml");
  EXPECT_NE(sheet.find("\"户籍,流动\""), std::string::npos);
  EXPECT_NE(sheet.find("OR(LEN(B2)=18,LEN(B2)=15)"), std::string::npos);
  EXPECT_NE(sheet.find("type=\"date\""), std::string::npos);
  EXPECT_NE(sheet.find("sqref=\"E2:E5001\""), std::string::npos);
  // The grids of the hub's own city, by names the reading understands.
  EXPECT_NE(sheet.find("/第1网格"), std::string::npos);
  const auto book = must(spreadsheet::WorkbookEdit::open(bytes));
  ASSERT_EQ(book->sheets().size(), 2u);
  EXPECT_EQ(book->sheets()[1].name, "填写说明");
  const auto explained = must(book->grid(1));
  EXPECT_EQ(explained.text(0, 0), "人员");
  const auto english = this->grid_of(must(this->service_->template_of("people", Language::en)));
  EXPECT_EQ(english.text(0, 1), "Citizen ID*");
  EXPECT_EQ(this->service_->template_of("nothing", Language::zh).error().code, ErrorCode::not_found);
}

TYPED_TEST(Workbooks, RefusedRowsStandInTheirColumnsWithReasonAndPlace) {
  const std::string csv = std::string(people_header) + person(1) + "李四,123,13900000000,户籍," +
                          grid_code(1) + ",2020-01-21\n" + "=cmd|' /C calc'!A0,\"x,y\",,户籍," +
                          grid_code(1) + ",2020-01-21\n王五," + citizen_id(9) + "\n\"never closed," +
                          citizen_id(10) + "\n";
  const auto batch = this->load("people", csv);
  ASSERT_EQ(batch.counts.refused, 4);
  const std::string bytes = must(this->service_->refused_rows(batch.id, Language::zh, this->opened_)).bytes;
  const auto grid = this->grid_of(bytes);
  EXPECT_EQ(grid.text(0, 1), "身份证号");
  EXPECT_EQ(grid.text(0, 6), "_原因");
  EXPECT_EQ(grid.text(0, 7), "_批次");
  EXPECT_EQ(grid.text(0, 8), "_行号");
  EXPECT_EQ(grid.text(0, 9), "_校验");
  EXPECT_EQ(grid.text(1, 0), "李四");
  EXPECT_EQ(grid.text(1, 1), "123");
  EXPECT_TRUE(grid.text(1, 6).starts_with("身份证号：")) << grid.text(1, 6);
  EXPECT_EQ(grid.text(1, 7), batch.id.to_string());
  EXPECT_EQ(grid.text(1, 8), "3");
  EXPECT_EQ(grid.text(1, 9), ingest::refused_check(batch.id, 3, "people"));
  EXPECT_EQ(grid.text(2, 0), "=cmd|' /C calc'!A0");
  EXPECT_EQ(grid.text(2, 1), "x,y");
  // A row with too few cells keeps them; one that cannot be cut stands whole.
  EXPECT_EQ(grid.text(3, 0), "王五");
  EXPECT_EQ(grid.text(3, 1), citizen_id(9));
  EXPECT_NE(grid.text(4, 0).find("never closed"), std::string_view::npos);
  const std::string sheet = part(bytes, "xl/worksheets/sheet1.xml");
  EXPECT_EQ(sheet.find("<f>"), std::string::npos);
  EXPECT_NE(part(bytes, "xl/comments1.xml").find("<comment ref=\"B2\""), std::string::npos);
  EXPECT_EQ(this->service_->refused_rows(BatchId(99), Language::zh).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->waiting_uploads(), 0u);  // nothing stays behind
}

TYPED_TEST(Workbooks, RefusedRowsMendedInTheWorkbookAndSentAgainCloseTheirFirstTry) {
  const auto row = [](const std::string& id, int number) {
    return "李四," + id + ",13900000000,户籍," + grid_code(number) + ",2020-01-21\n";
  };
  const auto first =
      this->load("people", std::string(people_header) + person(1) + row("123", 2) + row("456", 3));
  ASSERT_EQ(first.counts.refused, 2);
  auto book = must(spreadsheet::WorkbookEdit::open(
      must(this->service_->refused_rows(first.id, Language::zh, this->opened_)).bytes));
  must(book->set_text(0, 1, 1, citizen_id(2)));  // the other is left as it was
  const auto second = this->load("people", must(book->save()));
  EXPECT_EQ(second.format, "xlsx");
  EXPECT_EQ(second.counts.accepted, 1) << second.error;
  EXPECT_EQ(second.counts.refused, 1);
  EXPECT_EQ(second.repairs, first.id);
  const auto state = [&](std::int64_t line) {
    return must(this->node_.ingest->find_refused({first.id, line})).state;
  };
  EXPECT_EQ(state(3), ingest::RefusedState::mended);
  EXPECT_EQ(state(4), ingest::RefusedState::open);
  EXPECT_EQ(this->records("people").size(), 2U);
}

TYPED_TEST(Workbooks, RefusedRowsOfSeveralSheetsTellTheirsAndMeetTheirFirstTryWhenMended) {
  const std::string path = this->folder_.path() + "/two.xlsx";
  spreadsheet::WorkbookWriter sent(path);
  const auto sheet = [&](const std::string& name, const std::vector<std::vector<std::string>>& rows) {
    sent.sheet(name);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t at = 0; at < rows[row].size(); ++at)
        sent.text(static_cast<int>(row), static_cast<int>(at), rows[row][at]);
    }
  };
  sheet("一月", {{"姓名", "身份证号", "网格"}, {"李四", "123", grid_code(1)}});
  sheet("二月", {{"网格", "Phone", "身份证号", "姓名"}, {grid_code(2), "13900000000", "456", "王五"}});
  must(sent.close());
  std::ifstream file(path, std::ios::binary);
  const auto first = this->load("people", std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_EQ(first.counts.refused, 2) << first.error;
  auto book = must(spreadsheet::WorkbookEdit::open(
      must(this->service_->refused_rows(first.id, Language::zh, this->opened_)).bytes));
  const auto grid = must(book->grid(0));
  // The columns of the first sheet, what the second brings, the marks.
  EXPECT_EQ(grid.text(0, 3), "Phone");
  EXPECT_EQ(grid.text(2, 0), "王五");
  EXPECT_EQ(grid.text(2, 3), "13900000000");
  EXPECT_TRUE(grid.text(1, 4).starts_with("工作表 一月 · 2：身份证号：")) << grid.text(1, 4);
  EXPECT_TRUE(grid.text(2, 4).starts_with("工作表 二月 · 2：身份证号：")) << grid.text(2, 4);
  EXPECT_EQ(grid.text(2, 6), "4") << "counted on behind row 2 of the first sheet";
  must(book->set_text(0, 2, 1, citizen_id(2)));
  const auto second = this->load("people", must(book->save()));
  EXPECT_EQ(second.counts.accepted, 1) << second.error;
  EXPECT_EQ(second.repairs, first.id);
  const auto state = [&](std::int64_t line) {
    return must(this->node_.ingest->find_refused({first.id, line})).state;
  };
  EXPECT_EQ(state(2), ingest::RefusedState::open);
  EXPECT_EQ(state(4), ingest::RefusedState::mended);
}

TYPED_TEST(Workbooks, RefusedRowsThatHoldWhatIsNotOpenGoOutInNoWorkbook) {
  const auto row = [](const std::string& name, int number) {
    return name + ",123,13900000000,户籍," + grid_code(number) + ",2020-01-21\n";
  };
  const auto batch = this->load("people", std::string(people_header) + row("李四", 1) + row("王五", 2));
  ASSERT_EQ(batch.counts.refused, 2);
  const auto rows_for = [&](const Asker& asker) {
    return this->service_->refused_rows(batch.id, Language::zh, asker);
  };
  for (const Asker& asker : {Asker{}, Asker{access::Caller::local_operator(), ""}}) {
    const auto refused = rows_for(asker);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
    EXPECT_EQ(refused.error().message, "forms.refused_closed");
    EXPECT_NE(render(refused.error(), Language::zh).find("姓名、身份证号、手机"), std::string::npos);
  }
  EXPECT_EQ(this->waiting_uploads(), 0U) << "nothing stays behind";
  // Of two rows the one that stands in the grant's region, with all that is personal in it.
  const auto tree = this->node_.regions->tree();
  const Asker of_one{reader_of_refused(tree->id(tree->find(grid_code(1)))), "epidemic-control"};
  const auto grid = this->grid_of(must(rows_for(of_one)).bytes);
  EXPECT_EQ(grid.text(1, 0), "李四");
  EXPECT_EQ(grid.rows.size(), 2U);
}

TYPED_TEST(Workbooks, WhoReadsRefusedRowsIsKnownToHaveLookedAtThoseTheyTellOf) {
  const auto row = [](const std::string& id, const std::string& grid) {
    return "张三," + id + ",13900000000,户籍," + grid + ",2020-01-21\n";
  };
  // The grid is at fault, and once the number itself; a row that cannot be cut; one person twice.
  const auto batch =
      this->load("people", std::string(people_header) + row(citizen_id(1), "000") +
                               row(citizen_id(2).substr(0, 17) + "-", grid_code(1)) +
                               row(citizen_id(3).substr(0, 6) + citizen_id(3).substr(8, 9), "000") +
                               row(citizen_id(1), "001") + "\"never closed," + citizen_id(4) + "\n");
  ASSERT_EQ(batch.counts.refused, 5);
  const auto listed = must(this->service_->refused_rows(batch.id, Language::zh, this->opened_));
  EXPECT_EQ(listed.resource, "people");
  std::set<std::string> expected;
  for (const int number : {1, 3, 4})
    expected.insert(storage::pseudonym_of(this->sealer_, citizen_id(number)));
  EXPECT_EQ(std::set<std::string>(listed.persons.begin(), listed.persons.end()), expected);
  EXPECT_EQ(listed.persons.size(), 3U) << "each once";
  const auto notes = this->load("notes", "{\"words\":null,\"weight\":\"" + citizen_id(1) + "\"}\n");
  ASSERT_EQ(notes.counts.refused, 1);
  EXPECT_TRUE(must(this->service_->refused_rows(notes.id, Language::zh)).persons.empty())
      << "a resource that identifies nobody";
}

TYPED_TEST(Workbooks, JsonRowsAreLaidOutByKey) {
  const auto batch = this->load("notes", "{\"words\":\"fine\"}\n{\"words\":null,\"weight\":3}\n");
  ASSERT_EQ(batch.counts.refused, 1);
  const auto grid = this->grid_of(must(this->service_->refused_rows(batch.id, Language::en)).bytes);
  EXPECT_EQ(grid.text(0, 0), "words");
  EXPECT_EQ(grid.text(1, 0), "");
  EXPECT_EQ(grid.text(1, 1), "3");
}

TYPED_TEST(Workbooks, ListsAreMaskedAndSayThatTheyAreSynthetic) {
  const auto batch = this->load("people", people(0, 3));
  const auto grid =
      this->grid_of(must(this->service_->records_workbook("people", std::nullopt, Language::zh)).bytes);
  EXPECT_TRUE(grid.text(0, 0).starts_with("合成数据"));
  EXPECT_EQ(grid.text(1, 0), "姓名");
  EXPECT_EQ(grid.text(2, 0), "张*");
  EXPECT_TRUE(grid.text(2, 1).find("****") != std::string_view::npos);
  EXPECT_EQ(grid.rows.size(), 5u);
  const auto under =
      this->grid_of(must(this->service_->records_workbook("people", grid_code(1), Language::en)).bytes);
  EXPECT_EQ(under.rows.size(), 3u);
  const std::string csv = must(this->service_->records_csv("people", std::nullopt, Language::zh)).bytes;
  EXPECT_TRUE(csv.starts_with("\xEF\xBB\xBF合成数据"));
  EXPECT_NE(csv.find("姓名,身份证号,手机"), std::string::npos);
  const auto batches = this->grid_of(must(this->service_->batches_workbook("", Language::en)));
  EXPECT_EQ(batches.text(2, 0), batch.id.to_string());
  EXPECT_EQ(batches.text(2, 4), "3");
  EXPECT_EQ(this->service_->batches_workbook("nothing", Language::en).error().code, ErrorCode::not_found);
}

TYPED_TEST(Workbooks, CsvOutGuardsFormulas) {
  must(this->node_.ingest->add_record("notes", {{"words", "@SUM(A1)"}, {"weight", "-1.5"}}, {"tester", {}}));
  const std::string csv = must(this->service_->records_csv("notes", std::nullopt, Language::en)).bytes;
  EXPECT_NE(csv.find("'@SUM(A1),-1.5,"), std::string::npos) << csv;
  const std::string bytes = must(this->service_->records_workbook("notes", std::nullopt, Language::en)).bytes;
  EXPECT_EQ(part(bytes, "xl/worksheets/sheet1.xml").find("<f>"), std::string::npos);
  EXPECT_EQ(this->grid_of(bytes).text(2, 0), "@SUM(A1)");
}

}  // namespace
}  // namespace jingwei::forms
