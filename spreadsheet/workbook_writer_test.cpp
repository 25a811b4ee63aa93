// Goal: what goes out is read back from the bytes: text as text whatever it begins with, checks, lists,
// remarks.
#include "spreadsheet/workbook_writer.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <pugixml.hpp>

#include "base/limits.h"

namespace jingwei::spreadsheet {
namespace {

class WorkbookOut : public ::testing::Test {
 protected:
  ~WorkbookOut() override { std::filesystem::remove(path_); }

  std::string part(const std::string& name) {
    int fault = 0;
    zip_t* archive = zip_open(path_.c_str(), ZIP_RDONLY, &fault);
    if (archive == nullptr) return {};
    zip_stat_t stat{};
    std::string text;
    if (zip_stat(archive, name.c_str(), 0, &stat) == 0) {
      text.resize(stat.size);
      zip_file_t* file = zip_fopen(archive, name.c_str(), 0);
      EXPECT_EQ(zip_fread(file, text.data(), stat.size), static_cast<zip_int64_t>(stat.size));
      zip_fclose(file);
    }
    zip_close(archive);
    return text;
  }

  pugi::xml_node cell(const std::string& reference) {
    sheet_.load_string(part("xl/worksheets/sheet1.xml").c_str(), pugi::parse_default | pugi::parse_ws_pcdata);
    return sheet_.select_node(("//c[@r='" + reference + "']").c_str()).node();
  }

  std::string path_ = ::testing::TempDir() + "/" + std::to_string(::getpid()) + "-out.xlsx";
  pugi::xml_document sheet_;
};

TEST_F(WorkbookOut, TextThatLooksLikeAFormulaStaysText) {
  const std::vector<std::string> hostile = {"=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1"};
  {
    WorkbookWriter book(path_);
    book.sheet("数据");
    for (std::size_t at = 0; at < hostile.size(); ++at) book.text(static_cast<int>(at), 0, hostile[at]);
    ASSERT_TRUE(book.close().ok());
  }
  const std::string xml = part("xl/worksheets/sheet1.xml");
  EXPECT_EQ(xml.find("<f>"), std::string::npos);
  for (std::size_t at = 0; at < 4; ++at) {
    const auto node = cell("A" + std::to_string(at + 1));
    EXPECT_STREQ(node.attribute("t").value(), "inlineStr");
    EXPECT_EQ(node.child("is").child("t").text().get(), hostile[at]);
  }
  // Its style is text ("@", format 49), so that it stays text when somebody edits the cell.
  pugi::xml_document styles;
  styles.load_string(part("xl/styles.xml").c_str());
  const int style = cell("A1").attribute("s").as_int();
  int index = 0;
  for (const auto& format : styles.child("styleSheet").child("cellXfs").children("xf"))
    if (index++ == style) EXPECT_EQ(format.attribute("numFmtId").as_int(), 49);
}

TEST_F(WorkbookOut, BadBytesAndLongTextDoNotBreakTheWorkbook) {
  {
    WorkbookWriter book(path_);
    book.sheet("a/b:c[d]*?");
    book.text(0, 0, std::string("bad \xFF\xC3 bytes"));
    book.text(1, 0,
              std::string("\x01\x02"
                          "x"));
    book.text(2, 0, std::string(40'000, 'y'));
    book.text(3, 0, "\xEF\xBF\xBF");
    ASSERT_TRUE(book.close().ok());
  }
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(part("xl/worksheets/sheet1.xml").c_str()));
  EXPECT_EQ(std::string(cell("A3").child("is").child("t").text().get()).size(),
            limits::workbook_cell_characters);
  EXPECT_STREQ(cell("A4").child("is").child("t").text().get(), "\xEF\xBF\xBD");
}

TEST_F(WorkbookOut, ChecksListsRemarksAndFrozenHeadersAreThere) {
  {
    WorkbookWriter book(path_);
    book.sheet("表");
    book.text(0, 0, "类别", CellStyle::required_header);
    book.comment(0, 0, "从列表中选一项。");
    book.freeze(1);
    book.filter(0, 9, 1);
    CellRule list{};
    list.kind = CellRule::Kind::list_of;
    list.choices = {"户籍", "流动"};
    list.sentence = "从列表中选。";
    book.rule(1, 9, 0, list);
    CellRule long_list{};
    long_list.kind = CellRule::Kind::list_range;
    long_list.formula = "=Choices_1";
    book.rule(1, 9, 1, long_list);
    book.column(2, 10, CellStyle::text, ColumnShow::hidden);
    book.sheet("_lists");
    book.text(0, 0, "滨海区");
    book.name_range("Choices_1", "_lists", 0, 1);
    book.hide_sheet();
    ASSERT_TRUE(book.close().ok());
  }
  const std::string xml = part("xl/worksheets/sheet1.xml");
  EXPECT_NE(xml.find("\"户籍,流动\""), std::string::npos);
  EXPECT_NE(xml.find("<formula1>Choices_1</formula1>"), std::string::npos);
  EXPECT_NE(xml.find("state=\"frozen\""), std::string::npos);
  EXPECT_NE(xml.find("<autoFilter"), std::string::npos);
  EXPECT_NE(xml.find("hidden=\"1\""), std::string::npos);
  EXPECT_NE(part("xl/comments1.xml").find("从列表中选一项。"), std::string::npos);
  const std::string book = part("xl/workbook.xml");
  EXPECT_NE(book.find("'_lists'!$A$1:$A$1"), std::string::npos) << book;
  EXPECT_NE(book.find("state=\"hidden\""), std::string::npos);
}

TEST_F(WorkbookOut, AWorkbookThatWasNotClosedLeavesNoFile) {
  {
    WorkbookWriter book(path_);
    book.sheet("x");
    book.text(0, 0, "y");
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST(WorkbookColumns, LettersAndWidths) {
  EXPECT_EQ(column_letters(0), "A");
  EXPECT_EQ(column_letters(25), "Z");
  EXPECT_EQ(column_letters(26), "AA");
  EXPECT_EQ(column_letters(701), "ZZ");
  EXPECT_EQ(column_letters(702), "AAA");
  EXPECT_EQ(shown_width("身份证ID"), 8);
}

}  // namespace
}  // namespace jingwei::spreadsheet
