// Goal: every sheet of a workbook that fits is read, one after another, each by its own header, and what is
// left aside or broken is named.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/ingest/reading/reading_testing.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

int person_field(std::string_view column) {
  if (column == "姓名") return 0;
  if (column == "电话" || column == "手机号") return 1;
  return column == "住址" ? 2 : -1;
}

// A table of persons must have names and numbers.
ReadOptions person_options() {
  ReadOptions options;
  options.fit = knows({"姓名", "电话", "手机号", "住址"});
  options.whole = [](std::span<const std::string> columns) {
    std::array<int, 3> met{};
    for (const auto& column : columns) {
      if (const int field = person_field(column); field >= 0) ++met.at(static_cast<std::size_t>(field));
    }
    return met[0] == 1 && met[1] == 1 && met[2] < 2;
  };
  options.field_of = person_field;
  return options;
}

std::string sheet_row(int number, const std::vector<std::string>& cells, const std::string& attributes = "") {
  std::string xml = "<row r=\"" + std::to_string(number) + "\"" + attributes + ">";
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (!cells[at].empty())
      xml += "<c r=\"" + std::string(1, static_cast<char>('A' + at)) + std::to_string(number) +
             "\" t=\"inlineStr\"><is><t>" + cells[at] + "</t></is></c>";
  }
  return xml + "</row>";
}

std::string sheet_data(const std::string& rows) {
  return "<sheetData>" + rows + "</sheetData>";
}

const std::string cover = sheet_data(sheet_row(1, {"某街道人员名册"}) + sheet_row(3, {"填报人", "王某"}));
const std::string january = sheet_data(sheet_row(1, {"一月名单"}) + sheet_row(3, {"姓名", "电话", "备注"}) +
                                       sheet_row(4, {"张三", "139", "好"}) + sheet_row(6, {"李四", "138"}));
const std::string february =
    sheet_data(sheet_row(1, {"住址", "手机号", "", "姓名"}) + sheet_row(2, {"香洲", "137", "", "王五"}) +
               sheet_row(3, {"", "136", "", "赵六"}));
const std::string legend =
    sheet_data(sheet_row(1, {"姓名", "填写说明"}) + sheet_row(2, {"必填", "与证件一致"}));

// "二月 · 2 (8): …": the place, the line counted through, the cells.
Rows placed_rows(RowReader& reader) {
  Rows rows;
  Row row;
  for (;;) {
    auto more = reader.next(row);
    if (!more) ADD_FAILURE() << more.error().to_log();
    if (!more || !*more) return rows;
    rows.push_back(std::string(row.sheet) + " · " + std::to_string(row.sheet_line) + " (" +
                   shown(row).replace(shown(row).find(": "), 2, "): "));
  }
}

std::string told_by(const RowReader& reader) {
  register_messages();
  std::string text;
  for (const Note& note : reader.notes()) text += render(note.message, note.arguments, Language::en) + "\n";
  return text;
}

TEST(XlsxSheetsTest, sheets_that_fit_follow_one_another_whatever_their_headers) {
  const std::string bytes = made_workbook({.sheets = {{"封面", cover},
                                                      {"一月", january},
                                                      {"字典 hidden", february},
                                                      {"图例", legend},
                                                      {"二月", february},
                                                      {"空", "<sheetData/>"}}});
  auto reader = opened(bytes, person_options());
  const std::vector<std::string> columns(reader->columns().begin(), reader->columns().end());
  EXPECT_EQ(columns, (std::vector<std::string>{"姓名", "电话", "备注", "住址"}));
  EXPECT_EQ(placed_rows(*reader), (Rows{"一月 · 4 (4): 张三|139|好|", "一月 · 6 (6): 李四|138||",
                                        "二月 · 2 (8): 王五|137||香洲", "二月 · 3 (9): 赵六|136||"}));
  EXPECT_EQ(reader->columns_version(), 1U) << "the columns are known from the beginning";
  EXPECT_EQ(told_by(*reader),
            "These sheets were read, one after another: 一月, 二月.\n"
            "These sheets were passed over, as their columns do not fit: 封面, 图例.\n"
            "Hidden sheets were passed over: 字典.\n");
  expect_same_rows_from_everywhere(bytes, person_options());
}

TEST(XlsxSheetsTest, one_sheet_that_fits_counts_as_it_always_did) {
  auto reader = opened(made_workbook({.sheets = {{"封面", cover}, {"一月", january}}}), person_options());
  EXPECT_EQ(placed_rows(*reader), (Rows{" · 0 (4): 张三|139|好", " · 0 (6): 李四|138|"}));
  EXPECT_EQ(told_by(*reader), "The sheet “一月” was read; passed over: 封面.\n");
}

TEST(XlsxSheetsTest, a_sheet_of_few_known_columns_beside_a_large_one_is_no_table) {
  ReadOptions options;
  options.fit = knows({"a", "b", "c", "d", "e"});
  options.whole = [](std::span<const std::string> columns) {
    return std::ranges::find(columns, "a") != columns.end();
  };
  const auto titled = [](const std::vector<std::string>& names) {
    return sheet_data(sheet_row(1, names) + sheet_row(2, {"1", "2", "3", "4", "5"}));
  };
  auto reader = opened(made_workbook({.sheets = {{"A", titled({"a", "b", "c", "d", "e"})},
                                                 {"B", titled({"a", "b", "x"})},
                                                 {"C", titled({"c", "b", "a"})}}}),
                       options);
  EXPECT_EQ(placed_rows(*reader), (Rows{"A · 2 (2): 1|2|3|4|5", "C · 2 (4): 3|2|1||"}));
}

TEST(XlsxSheetsTest, a_load_that_began_with_one_sheet_ends_with_it) {
  // The version before read the sheet that fits best and stored the row in it.
  const std::string bytes = made_workbook({.sheets = {{"一月", january}, {"二月", february}}});
  ReadOptions options = person_options();
  options.resume = {2, 3};
  auto reader = opened(bytes, options);
  EXPECT_EQ(rows_of(*reader), (Rows{"3: |136||赵六"}));
  EXPECT_EQ(reader->position().offset, 3U);
  EXPECT_EQ(reader->position().line, 4U);
  EXPECT_EQ(note_ids(*reader), (std::vector<std::string>{"ingest.note.sheets_passed"}));
}

TEST(XlsxSheetsTest, notes_on_rows_name_their_sheet) {
  const std::string hidden =
      sheet_data(sheet_row(1, {"姓名", "电话"}) + sheet_row(2, {"甲", "1"}, " hidden=\"1\""));
  auto reader = opened(made_workbook({.sheets = {{"一月", hidden}, {"二月", hidden}}}), person_options());
  EXPECT_EQ(rows_of(*reader).size(), 2U);
  ASSERT_EQ(reader->notes().size(), 3U);
  EXPECT_EQ(reader->notes()[1].arguments[1].second, "一月 · 2");
  EXPECT_EQ(reader->notes()[2].arguments[1].second, "二月 · 2");
}

TEST(XlsxSheetsTest, notes_of_many_sheets_have_a_limit) {
  RawWorkbook raw;
  const std::string hidden =
      sheet_data(sheet_row(1, {"姓名", "电话"}) + sheet_row(2, {"甲", "1"}, " hidden=\"1\""));
  for (std::size_t number = 0; number < limits::batch_notes + 5; ++number)
    raw.sheets.emplace_back(std::to_string(number), hidden);
  auto reader = opened(made_workbook(raw), person_options());
  EXPECT_EQ(rows_of(*reader).size(), limits::batch_notes + 5);
  EXPECT_EQ(reader->notes().size(), limits::batch_notes);
}

TEST(XlsxSheetsTest, columns_of_all_sheets_together_have_a_limit) {
  RawWorkbook raw;
  for (int number = 0; number < 120; ++number) {
    std::vector<std::string> names = {"姓名", "电话"};
    for (int at = 0; at < 20; ++at) names.push_back("备注" + std::to_string(number * 20 + at));
    raw.sheets.emplace_back(std::to_string(number),
                            sheet_data(sheet_row(1, names) + sheet_row(2, {"甲", "1", "x"})));
  }
  auto reader = opened(made_workbook(raw), person_options());
  EXPECT_EQ(reader->columns().size(), limits::row_fields);
  EXPECT_EQ(rows_of(*reader).size(), 120U);
}

TEST(XlsxSheetsTest, a_broken_sheet_is_named_when_its_turn_comes) {
  std::string rows = sheet_row(1, {"姓名", "电话"});
  for (int number = 2; number <= 60; ++number) rows += sheet_row(number, {"甲", std::to_string(number)});
  for (const auto& [content, message, given] :
       {std::tuple("<sheetData>" + sheet_row(1, {"姓名", "电话"}) + "<row r=\"2\"><c",
                   "The sheet “二月” is damaged and cannot be read.", 2U),
        std::tuple("<sheetData>" + rows, "The sheet “二月” is damaged behind row 60.", 61U)}) {
    auto reader =
        opened(made_workbook({.sheets = {{"一月", january}, {"二月", content}, {"三月", february}}}),
               person_options());
    Rows read;
    const Error error = read_until_error(*reader, read);
    EXPECT_TRUE(render(error, Language::en).starts_with(message)) << render(error, Language::en);
    EXPECT_EQ(error.code, ErrorCode::invalid);
    EXPECT_EQ(read.size(), given);
    EXPECT_EQ(reader->position().line, given == 2U ? 7U : 6U + 60U + 1U);
  }
}

TEST(XlsxSheetsTest, a_broken_first_sheet_takes_nothing) {
  const std::string broken = "<sheetData>" + sheet_row(1, {"姓名", "电话"}) + "<row r=\"2\"><c";
  EXPECT_EQ(opening_error(made_workbook({.sheets = {{"一月", broken}, {"二月", february}}}), person_options())
                .message,
            "ingest.sheet_damaged");
  EXPECT_EQ(opening_error(made_workbook({.sheets = {{"一月", broken}}}), person_options()).message,
            "ingest.workbook_damaged");
}

TEST(XlsxSheetsTest, workbooks_in_a_zip_tell_file_and_sheet) {
  const std::string book = made_workbook({.sheets = {{"一月", january}, {"二月", february}}});
  const std::string bytes = made_zip({{"东.xlsx", book}, {"西.xlsx", book}});
  auto reader = opened(bytes, person_options());
  const Rows rows = placed_rows(*reader);
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[3], "东.xlsx · 二月 · 3 (9): 赵六|136||");
  EXPECT_EQ(rows[4], "西.xlsx · 一月 · 4 (13): 张三|139|好|");
  EXPECT_EQ(rows[7], "西.xlsx · 二月 · 3 (18): 赵六|136||");
  expect_same_rows_from_everywhere(bytes, person_options());
}

}  // namespace
}  // namespace jingwei::ingest
