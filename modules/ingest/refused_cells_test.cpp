// Goal: refused rows of any delimiter and of JSON come back in the columns of their file.
#include "modules/ingest/refused_cells.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

using Cells = std::vector<std::string>;
const Cells three = {"name", "phone", "note"};

TEST(RefusedCells, ADelimitedRowIsCutAtTheDelimiterThatFitsItsHeader) {
  EXPECT_EQ(cells_of("张三,138,\"a,b\"\r\n", three), (Cells{"张三", "138", "a,b"}));
  EXPECT_EQ(cells_of("张三;1,38;x", three), (Cells{"张三", "1,38", "x"}));
  EXPECT_EQ(cells_of("张三\t138\t\"say \"\"hello\"\"\"", three), (Cells{"张三", "138", "say \"hello\""}));
  EXPECT_EQ(cells_of("张三|138|", three), (Cells{"张三", "138", ""}));
  EXPECT_EQ(cells_of("张三^13,8^x", three), (Cells{"张三", "13,8", "x"}));
  EXPECT_EQ(cells_of("张三~138~\"a~b\"", three), (Cells{"张三", "138", "a~b"}));
  EXPECT_EQ(cells_of("张三\x01"
                     "138\x01"
                     "x",
                     three),
            (Cells{"张三", "138", "x"}));
}

TEST(RefusedCells, QuotesAreThoseOfTheFile) {
  EXPECT_EQ(cells_of("'张三','138','a,b'", three), (Cells{"张三", "138", "a,b"}));
  EXPECT_EQ(cells_of("\"张三\" ,138,\"x\"", three), (Cells{"张三", "138", "x"}));
  EXPECT_EQ(cells_of("张三,'138,x", three), (Cells{"张三", "'138", "x"}))
      << "the apostrophe that Excel puts before text";
  EXPECT_EQ(cells_of(R"("张三","138","say \"hello\", \\ thrice, \"x\"")", three),
            (Cells{"张三", "138", R"(say "hello", \ thrice, "x")"}));
}

TEST(RefusedCells, ARowTooShortKeepsItsCells) {
  EXPECT_EQ(cells_of("张三,138", three), (Cells{"张三", "138"}));
}

TEST(RefusedCells, AJsonRowIsLaidOutByKey) {
  EXPECT_EQ(cells_of(R"({"note":null,"phone":138,"name":"张三"})", three), (Cells{"张三", "138", ""}));
  EXPECT_FALSE(cells_of(R"({"other":1})", three));
  EXPECT_FALSE(cells_of(R"({"name":)", three));
}

TEST(RefusedCells, WhatCannotBeCutIsNotGuessed) {
  EXPECT_FALSE(cells_of("张三,\"138,x", three));
  EXPECT_FALSE(cells_of("a,b,c,d", three));
  EXPECT_FALSE(cells_of("words only", three));
  EXPECT_FALSE(cells_of("a,b,c", {}));
}

TEST(RefusedCells, HeadersAndCheckValuesAreStable) {
  EXPECT_EQ(columns_from_text(columns_to_text(three)), three);
  EXPECT_EQ(columns_from_text(columns_to_text(Cells{"", "x", ""})), (Cells{"", "x", ""}));
  // printf '7:12:people' | sha256sum
  EXPECT_EQ(refused_check(BatchId(7), 12, "people"), "13956d12");
  EXPECT_NE(refused_check(BatchId(7), 12, "people"), refused_check(BatchId(7), 13, "people"));
}

}  // namespace
}  // namespace jingwei::ingest
