// Goal: a workbook is read as a person sees it and filled in place; bad workbooks are refused with a reason.
#include "spreadsheet/workbook_edit.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "spreadsheet/package.h"
#include "spreadsheet/workbook_testing.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::spreadsheet {
namespace {

using testing::package_of;
using testing::sample_parts;

const std::string sample_sheet = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:D4"/><sheetData>
<row r="1" spans="1:4"><c r="A1" s="2" t="s"><v>0</v></c></row>
<row r="2"><c r="A2" s="3" t="s"><v>1</v></c><c r="B2" s="3" t="inlineStr"><is><t>电话</t></is></c><c r="D2" t="str"><f>A2&amp;"x"</f><v>姓名x</v></c></row>
<row r="4"><c r="A4" s="7"/><c r="B4" s="7"><v>1.38E10</v></c><c r="C4" s="7"><f>B4+1</f><v>13800000001</v></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells></worksheet>)";
const std::string sample_strings =
    R"(<sst xmlns="x"><si><t>登记表</t></si><si><r><t>姓</t></r><r><t>名</t></r><rPh sb="0" eb="1"><t>xing</t></rPh></si></sst>)";

std::unique_ptr<WorkbookEdit> opened(std::string bytes) {
  auto book = WorkbookEdit::open(std::move(bytes));
  EXPECT_TRUE(book.ok()) << book.error().to_log();
  return book.ok() ? std::move(*book) : nullptr;
}

std::string message_of(std::string bytes) {
  const auto book = WorkbookEdit::open(std::move(bytes));
  return book.ok() ? "" : book.error().message;
}

TEST(WorkbookRead, CellsComeAsAPersonSeesThem) {
  const auto book = opened(package_of(sample_parts(sample_sheet, sample_strings)));
  ASSERT_TRUE(book);
  ASSERT_EQ(book->sheets().size(), 1u);
  EXPECT_EQ(book->sheets().front().name, "Sheet1");
  const auto grid = book->grid(0);
  ASSERT_TRUE(grid.ok());
  EXPECT_EQ(grid->text(0, 3), "登记表");  // inside the joined range
  EXPECT_EQ(grid->text(1, 0), "姓名");
  EXPECT_EQ(grid->text(1, 1), "电话");
  EXPECT_EQ(grid->text(3, 1), "13800000000");
  EXPECT_TRUE(grid->cell(3, 2)->formula);
  EXPECT_EQ(grid->cell(3, 0)->text, "");
  EXPECT_EQ(grid->text(2, 0), "");
}

TEST(WorkbookEdits, FilledCellsKeepTheirFormatAndNothingElseMoves) {
  auto book = opened(package_of(sample_parts(sample_sheet, sample_strings)));
  ASSERT_TRUE(book);
  ASSERT_TRUE(book->set_text(0, 3, 0, "=张三 <&").ok());
  ASSERT_TRUE(book->set_number(0, 3, 1, 42.5).ok());
  ASSERT_TRUE(book->set_text(0, 3, 2, "formula stays").ok());
  ASSERT_TRUE(book->set_text(0, 2, 1, "new row").ok());
  ASSERT_TRUE(book->set_text(0, 9, 30, "far").ok());
  ASSERT_TRUE(book->add_sheet("来源", {{"列", "来自"}, {"姓名", "=1+1"}}).ok());
  const auto bytes = book->save();
  ASSERT_TRUE(bytes.ok()) << bytes.error().to_log();
  const auto again = opened(*bytes);
  ASSERT_TRUE(again);
  const auto grid = again->grid(0);
  ASSERT_TRUE(grid.ok());
  EXPECT_EQ(grid->text(3, 0), "=张三 <&");
  EXPECT_FALSE(grid->cell(3, 0)->formula);
  EXPECT_EQ(grid->text(3, 1), "42.5");
  EXPECT_TRUE(grid->cell(3, 2)->formula);
  EXPECT_EQ(grid->text(3, 2), "13800000001");
  EXPECT_EQ(grid->text(2, 1), "new row");
  EXPECT_EQ(grid->text(9, 30), "far");
  EXPECT_EQ(grid->text(1, 0), "姓名");
  ASSERT_EQ(again->sheets().size(), 2u);
  EXPECT_EQ(again->sheets()[1].name, "来源");
  EXPECT_EQ(again->grid(1)->text(1, 1), "=1+1");

  auto package = Package::open(*bytes);
  ASSERT_TRUE(package.ok());
  const std::string sheet = *package->read("xl/worksheets/sheet1.xml");
  EXPECT_NE(sheet.find(R"(<c r="A4" s="7" t="inlineStr">)"), std::string::npos) << sheet;
  EXPECT_NE(sheet.find(R"(<mergeCell ref="A1:D1")"), std::string::npos);
  EXPECT_NE(sheet.find("<f>B4+1</f>"), std::string::npos);
  EXPECT_LT(sheet.find("r=\"A3\"") == std::string::npos ? sheet.find("r=\"B3\"") : 0, sheet.find("r=\"A4\""));
  EXPECT_EQ(*package->read("xl/styles.xml"), sample_parts("", "").at("xl/styles.xml"));
  EXPECT_EQ(*package->read("xl/sharedStrings.xml"), sample_strings);
  const std::string workbook = *package->read("xl/workbook.xml");
  EXPECT_NE(workbook.find("fullCalcOnLoad=\"1\""), std::string::npos);
}

TEST(WorkbookEdits, OurOwnWorkbooksAreReadAndFilled) {
  const std::string path = ::testing::TempDir() + "/" + std::to_string(::getpid()) + "-edit.xlsx";
  {
    WorkbookWriter book(path);
    book.sheet("数据");
    book.text(0, 0, "网格", CellStyle::header);
    ASSERT_TRUE(book.close().ok());
  }
  std::ifstream in(path, std::ios::binary);
  auto book = opened(std::string(std::istreambuf_iterator<char>(in), {}));
  std::filesystem::remove(path);
  ASSERT_TRUE(book);
  EXPECT_EQ(book->grid(0)->text(0, 0), "网格");
  ASSERT_TRUE(book->set_text(0, 1, 0, "990102").ok());
  EXPECT_EQ(opened(*book->save())->grid(0)->text(1, 0), "990102");
}

TEST(BadWorkbooks, AreRefusedWithTheReason) {
  EXPECT_EQ(message_of("%PDF-1.7 …"), "spreadsheet.not_a_workbook");
  EXPECT_EQ(message_of(""), "spreadsheet.not_a_workbook");
  std::string locked = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....";
  EXPECT_EQ(message_of(locked), "spreadsheet.old_format");
  for (const char c : std::string("EncryptedPackage")) locked += {c, '\0'};
  EXPECT_EQ(message_of(locked), "spreadsheet.encrypted");
  EXPECT_EQ(message_of(std::string("PK\x03\x04 broken")), "spreadsheet.damaged");
  auto parts = sample_parts(sample_sheet, sample_strings);
  parts["xl/vbaProject.bin"] = "x";
  EXPECT_EQ(message_of(package_of(parts)), "spreadsheet.macros");
  EXPECT_EQ(message_of(package_of({{"readme.txt", "x"}})), "spreadsheet.not_a_workbook");
  const std::string whole = package_of(sample_parts(sample_sheet, sample_strings));
  EXPECT_EQ(message_of(whole.substr(0, whole.size() / 2)), "spreadsheet.damaged");
}

TEST(BadWorkbooks, ABombIsNotUnpacked) {
  auto parts = sample_parts(sample_sheet, sample_strings);
  parts["xl/media/big.bin"] = std::string(20 << 20, '\0');
  EXPECT_EQ(message_of(package_of(parts)), "spreadsheet.unpacked_too_large");
}

TEST(BadWorkbooks, ASheetThatIsNoXmlIsDamaged) {
  auto book = opened(package_of(sample_parts("<worksheet><sheetData>", sample_strings)));
  ASSERT_TRUE(book);
  EXPECT_EQ(book->grid(0).error().message, "spreadsheet.damaged");
}

TEST(BadWorkbooks, TooManyCellsAreNotTaken) {
  std::string sheet = "<worksheet><sheetData>";
  for (std::size_t row = 1; row * 200 <= limits::form_cells + 200; ++row) {
    sheet += "<row>";
    for (int column = 0; column < 200; ++column) sheet += "<c/>";
    sheet += "</row>";
  }
  auto book = opened(package_of(sample_parts(sheet + "</sheetData></worksheet>", sample_strings)));
  ASSERT_TRUE(book);
  EXPECT_EQ(book->grid(0).error().message, "spreadsheet.too_many_cells");
}

}  // namespace
}  // namespace jingwei::spreadsheet
