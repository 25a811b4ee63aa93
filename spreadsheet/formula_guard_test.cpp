// Goal: text that a spreadsheet would run goes out as text, in CSV as in workbooks.
#include "spreadsheet/formula_guard.h"

#include <gtest/gtest.h>

namespace jingwei::spreadsheet {
namespace {

TEST(FormulaGuard, BeginningsThatSpreadsheetsRunAreKnown) {
  for (const char* text :
       {"=1+1", "=cmd|' /C calc'!A0", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-"})
    EXPECT_TRUE(looks_like_formula(text)) << text;
  for (const char* text : {"", "a=1", "张三", "-12.5", "+8613800000000", "-.5", "1-2", " =1"})
    EXPECT_FALSE(looks_like_formula(text)) << text;
}

TEST(FormulaGuard, CsvCellsGetAnApostropheAndQuotesWhereNeeded) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("@SUM(A1,B1)"), "\"'@SUM(A1,B1)\"");
  EXPECT_EQ(csv_cell("\t=1"), "\"'\t=1\"");
  EXPECT_EQ(csv_cell("say \"yes\""), "\"say \"\"yes\"\"\"");
  EXPECT_EQ(csv_cell(" led by a space"), "\" led by a space\"");
  EXPECT_EQ(csv_cell("-12.5"), "-12.5");
  EXPECT_EQ(csv_cell(""), "");
}

}  // namespace
}  // namespace jingwei::spreadsheet
