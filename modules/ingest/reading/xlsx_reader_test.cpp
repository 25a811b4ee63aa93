// Goal: a workbook as people make them is read as they see it: sheets, titles, merged cells, dates, formulas.
#include "modules/ingest/reading/xlsx_reader.h"

#include <gtest/gtest.h>
#include <xlsxwriter.h>

#include "base/limits.h"
#include "modules/ingest/reading/reading_testing.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

void put(lxw_worksheet* sheet, int row, const std::vector<const char*>& texts) {
  for (std::size_t at = 0; at < texts.size(); ++at) {
    if (texts[at][0] != '\0')
      worksheet_write_string(sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(at), texts[at],
                             nullptr);
  }
}

lxw_format* looks(lxw_workbook* workbook, const char* code) {
  lxw_format* const format = workbook_add_format(workbook);
  format_set_num_format(format, code);
  return format;
}

const HeaderFit people_fit = knows({"姓名", "电话", "出生日期", "住址"});

TEST(XlsxReaderTest, values_of_every_kind) {
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), "人员");
  put(sheet, 0, {"姓名", "电话", "出生日期", "时间", "在册", "合计", "编号", "备注"});
  put(sheet, 1, {"张三"});
  worksheet_write_number(sheet, 1, 1, 13900000001, nullptr);
  lxw_datetime day = {1980, 5, 17, 0, 0, 0}, moment = {2020, 1, 5, 8, 30, 0};
  worksheet_write_datetime(sheet, 1, 2, &day, looks(maker.get(), "yyyy\"年\"m\"月\"d\"日\""));
  worksheet_write_datetime(sheet, 1, 3, &moment, looks(maker.get(), "yyyy-mm-dd hh:mm"));
  worksheet_write_boolean(sheet, 1, 4, 1, nullptr);
  worksheet_write_formula_num(sheet, 1, 5, "=1+2", nullptr, 3);
  worksheet_write_number(sheet, 1, 6, 756, looks(maker.get(), "0000"));
  put(sheet, 2, {" 李 四 ", "138 0000 0002", "", "", "", "", "", "a,\"b\"\nc"});
  worksheet_write_formula_str(sheet, 2, 5, "=CONCATENATE(1,2)", nullptr, "十二");
  auto reader = opened(maker.bytes());
  EXPECT_EQ(reader->format(), RowFormat::xlsx);
  EXPECT_EQ(format_text(*reader), "xlsx");
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(shown(row), "2: 张三|13900000001|1980-05-17|2020-01-05 08:30:00|true|3|0756|");
  EXPECT_EQ(row.cells[1].kind, CellKind::number);
  EXPECT_EQ(row.cells[2].kind, CellKind::text);
  EXPECT_EQ(row.cells[4].kind, CellKind::boolean);
  EXPECT_EQ(row.cells[7].kind, CellKind::absent);
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(shown(row), "3:  李 四 |138 0000 0002||||十二||a,\"b\"\nc");
  EXPECT_EQ(row.original, " 李 四 ,138 0000 0002,,,,十二,,\"a,\"\"b\"\"\nc\"");
  EXPECT_FALSE(reader->next(row).value());
  EXPECT_TRUE(reader->notes().empty());
}

TEST(XlsxReaderTest, the_header_stands_below_titles_and_may_take_two_lines) {
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  worksheet_merge_range(sheet, 0, 0, 0, 4, "某街道人员登记表", nullptr);
  put(sheet, 1, {"填报单位：某街道", "", "", "2020年1月5日"});
  worksheet_merge_range(sheet, 3, 0, 4, 0, "姓名", nullptr);
  worksheet_merge_range(sheet, 3, 1, 3, 2, "联系方式", nullptr);
  worksheet_merge_range(sheet, 3, 3, 4, 3, "出生日期", nullptr);
  put(sheet, 4, {"", "电话", "住址"});
  put(sheet, 6, {"张三", "139", "香洲", "1980-01-02"});
  auto reader = opened(maker.bytes(), {.fit = people_fit});
  EXPECT_EQ(std::vector<std::string>(reader->columns().begin(), reader->columns().end()),
            (std::vector<std::string>{"姓名", "电话", "住址", "出生日期"}));
  EXPECT_EQ(rows_of(*reader), (Rows{"7: 张三|139|香洲|1980-01-02"}));
}

TEST(XlsxReaderTest, names_below_a_group_may_need_the_group) {
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  worksheet_merge_range(sheet, 0, 0, 0, 1, "父亲", nullptr);
  worksheet_merge_range(sheet, 0, 2, 0, 3, "母亲", nullptr);
  put(sheet, 1, {"姓名", "电话", "姓名", "电话"});
  put(sheet, 2, {"甲", "1", "乙", "2"});
  auto reader = opened(maker.bytes(), {.fit = knows({"父亲姓名", "父亲电话", "母亲姓名", "母亲电话"})});
  EXPECT_EQ(reader->columns()[3], "母亲电话");
  EXPECT_EQ(rows_of(*reader), (Rows{"3: 甲|1|乙|2"}));
}

TEST(XlsxReaderTest, a_merged_value_stands_in_each_of_its_cells) {
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  put(sheet, 0, {"户号", "姓名", "住址", "电话"});
  worksheet_merge_range(sheet, 1, 0, 3, 0, "0001", nullptr);
  put(sheet, 1, {"", "甲"});
  worksheet_merge_range(sheet, 1, 2, 2, 3, "吉大路1号", nullptr);
  put(sheet, 2, {"", "乙"});
  put(sheet, 3, {"", "丙", "别处", "3"});
  put(sheet, 4, {"0002", "丁", "", "4"});
  const std::string bytes = maker.bytes();
  EXPECT_EQ(rows_of(*opened(bytes)), (Rows{"2: 0001|甲|吉大路1号|吉大路1号", "3: 0001|乙|吉大路1号|吉大路1号",
                                           "4: 0001|丙|别处|3", "5: 0002|丁||4"}));
  expect_same_rows_from_everywhere(bytes);
}

TEST(XlsxReaderTest, the_sheet_that_fits_is_read_and_the_others_are_told) {
  WorkbookMaker maker;
  put(workbook_add_worksheet(maker.get(), "填写说明"), 0, {"请按要求填写", "说明"});
  lxw_worksheet* const hidden = workbook_add_worksheet(maker.get(), "字典");
  put(hidden, 0, {"姓名", "电话", "出生日期", "住址"});
  worksheet_hide(hidden);
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), "名单");
  put(sheet, 0, {"姓名", "电话"});
  put(sheet, 1, {"张三", "139"});
  put(workbook_add_worksheet(maker.get(), "二月"), 0, {"姓名", "电话"});
  workbook_add_worksheet(maker.get(), "Sheet5");
  auto reader = opened(maker.bytes(), {.fit = people_fit});
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 张三|139"}));
  ASSERT_EQ(reader->notes().size(), 3U);
  register_messages();
  EXPECT_EQ(render(reader->notes()[0].message, reader->notes()[0].arguments, Language::en),
            "The sheet “名单” was read. These sheets have fitting columns too but were not read; send them "
            "as files "
            "of their own if they are wanted: 二月.");
  EXPECT_EQ(render(reader->notes()[1].message, reader->notes()[1].arguments, Language::en),
            "The sheet “名单” was read; passed over: 填写说明.");
  EXPECT_EQ(render(reader->notes()[2].message, reader->notes()[2].arguments, Language::en),
            "Hidden sheets were passed over: 字典.");
}

RawWorkbook one_sheet(const std::string& rows) {
  return {.sheets = {{"S", "<sheetData>" + rows + "</sheetData>"}}};
}

std::string cell(const std::string& reference, const std::string& text) {
  return "<c r=\"" + reference + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

TEST(XlsxReaderTest, texts_as_programs_write_them) {
  RawWorkbook raw = one_sheet(
      "<row>" + cell("A1", "a") + cell("B1", "b") +
      "</row>"
      R"(<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>)"
      R"(<row r="3"><c t="str"><f>X()</f><v>x_x000D_y_x005F_x</v></c><c t="e"><v>#N/A</v></c></row>)"
      R"(<row r="4"><c r="A4" t="d"><v>2020-01-05T00:00:00</v></c><c r="B4" t="s"><v>99</v></c></row>)"
      R"(<row r="5"/><row r="6"><c r="A6" s="1"/><c r="B6"/></row>)"
      R"(<row r="9"><c r="B9" t="inlineStr"><is><t xml:space="preserve"> </t></is></c></row>)");
  raw.strings =
      R"(<si><r><rPr><b/></rPr><t>珠</t></r><r><t>海</t></r><rPh sb="0" eb="1"><t>zhu</t></rPh></si><si><t>&lt;&amp;&#x4E00;</t></si><si/>)";
  EXPECT_EQ(rows_of(*opened(made_workbook(raw))),
            (Rows{"2: 珠海|<&一", "3: x\ry_x|#N/A", "4: 2020-01-05|#REF!", "9: | "}));
}

TEST(XlsxReaderTest, prefixes_and_the_day_system_of_old_macs) {
  RawWorkbook raw;
  raw.prefix = "x:";
  raw.sheets = {{"S", R"(<x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>day</x:v></x:c></x:row>)"
                      R"(<x:row r="2"><x:c r="A2" s="1"><x:v>42373</x:v></x:c></x:row></x:sheetData>)"}};
  raw.styles = R"(<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>)";
  raw.workbook_properties = R"(date1904="1")";
  EXPECT_EQ(rows_of(*opened(made_workbook(raw))), (Rows{"2: 2020-01-05"}));
  raw.workbook_properties = "";
  EXPECT_EQ(rows_of(*opened(made_workbook(raw))), (Rows{"2: 2016-01-04"}));
}

TEST(XlsxReaderTest, what_was_not_read_is_told) {
  RawWorkbook raw =
      one_sheet("<row>" + cell("A1", "姓名") + cell("B1", "电话") +
                "</row>"
                R"(<row r="2">)" +
                cell("A2", "甲") +
                R"(<c r="B2"><f>C2</f></c><c r="D2"><v>7</v></c></row>)"
                R"(<row r="3">)" +
                cell("A3", "乙") + R"(<c r="B3"><f>C3</f><v></v></c><c r="F3"><v>7</v></c></row>)");
  raw.further = {{"xl/vbaProject.bin", "macros"}};
  auto reader = opened(made_workbook(raw));
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 甲|", "3: 乙|"}));
  EXPECT_EQ(note_ids(*reader), (std::vector<std::string>{"ingest.note.macros", "ingest.note.cells_outside",
                                                         "ingest.note.formulas_without_value"}));
  EXPECT_EQ(reader->notes()[1].arguments[0].second, "2") << "two rows have something beside the table";
}

TEST(XlsxReaderTest, hidden_rows_are_rows_and_are_told) {
  const std::string bytes = made_workbook(
      one_sheet("<row r=\"1\">" + cell("A1", "a") + "</row><row r=\"2\" hidden=\"1\">" + cell("A2", "x") +
                "</row><row r=\"3\">" + cell("A3", "y") + "</row><row r=\"4\" hidden=\"true\">" +
                cell("A4", "z") + "</row><row r=\"5\" hidden=\"1\"/>"));
  auto reader = opened(bytes);
  EXPECT_EQ(rows_of(*reader), (Rows{"2: x", "3: y", "4: z"}));
  const std::vector<Note> told = {{"ingest.note.rows_hidden", {{"rows", "2"}, {"row", "2"}}}};
  EXPECT_EQ(std::vector<Note>(reader->notes().begin(), reader->notes().end()), told);
}

TEST(XlsxReaderTest, damage_is_told_and_nothing_is_made_up) {
  const std::string good = "<row>" + cell("A1", "a") + cell("B1", "b") + "</row>";
  for (const std::string& rows :
       {good + "<row r=\"2\"><c r=\"A2\"><v>1</c></row>",
        good + "<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"A2\"><v>1</v></c></row>",
        good + "<row r=\"99999999\"><c><v>1</v></c></row>"}) {
    RawWorkbook raw = one_sheet(rows);
    EXPECT_EQ(opening_error(made_workbook(raw)).message, "ingest.workbook_damaged") << rows;
  }
  RawWorkbook cut = {.sheets = {{"S", "<sheetData>" + good}}};
  EXPECT_EQ(opening_error(made_workbook(cut)).message, "ingest.workbook_damaged");
  EXPECT_EQ(opening_error(made_workbook({.sheets = {{"S", ""}}})).message, "ingest.workbook_empty");
  EXPECT_EQ(
      opening_error(made_workbook({.sheets = {{"S hidden", "<sheetData>" + good + "</sheetData>"}}})).message,
      "ingest.workbook_empty");
  EXPECT_EQ(opening_error(made_workbook({})).message, "ingest.workbook_empty");
  // Bytes of a sheet turned over in the archive: told before a row is given, by its XML or its CRC.
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  for (int row = 0; row < 2'000; ++row)
    worksheet_write_number(sheet, static_cast<lxw_row_t>(row), 0, row * 7919 % 9973, nullptr);
  std::string bytes = maker.bytes();
  const std::size_t at = bytes.find("xl/worksheets/sheet1.xml") + 8'000;
  for (std::size_t byte = at; byte < at + 16; ++byte) bytes[byte] = static_cast<char>(~bytes[byte]);
  const std::string told = opening_error(bytes).message;
  EXPECT_TRUE(told == "ingest.zip_damaged" || told == "ingest.workbook_damaged") << told;
  EXPECT_EQ(opening_error(bytes.substr(0, bytes.size() / 2)).message, "ingest.zip_damaged");
}

TEST(XlsxReaderTest, a_text_that_is_not_utf8_refuses_its_row) {
  RawWorkbook raw = one_sheet("<row>" + cell("A1", "a") + "</row><row>" + cell("A2", "\xD5\xC5") +
                              "</row><row>" + cell("A3", "c") + "</row>");
  EXPECT_EQ(rows_of(*opened(made_workbook(raw))), (Rows{"2: refuse.row.bad_encoding", "3: c"}));
}

TEST(XlsxReaderTest, entities_are_not_expanded) {
  RawWorkbook raw =
      one_sheet("<row>" + cell("A1", "a") + "</row><row>" + cell("A2", "&lol;&amp;") + "</row>");
  EXPECT_EQ(rows_of(*opened(made_workbook(raw))), (Rows{"2: &lol;&"}));
}

TEST(XlsxReaderTest, many_rows_from_anywhere) {
  WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  put(sheet, 0, {"号", "名"});
  for (int row = 1; row <= 5'000; ++row) {
    worksheet_write_number(sheet, static_cast<lxw_row_t>(row), 0, row, nullptr);
    put(sheet, row, {"", row % 2 == 0 ? "双" : "单"});
  }
  const std::string bytes = maker.bytes();
  auto reader = opened(bytes);
  const Rows rows = rows_of(*reader);
  ASSERT_EQ(rows.size(), 5'000U);
  EXPECT_EQ(rows.back(), "5001: 5000|双");
  auto later = opened(bytes, {.resume = {4'000, 4'001}});
  EXPECT_EQ(later->position().offset, 4'000U);
  EXPECT_EQ(rows_of(*later), Rows(rows.begin() + 3'999, rows.end()));
}

}  // namespace
}  // namespace jingwei::ingest
