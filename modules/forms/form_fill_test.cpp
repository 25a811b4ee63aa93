// Goal: a form that somebody sent comes back with what the hub knows, says from where, and nothing is
// guessed.
#include "modules/forms/forms_testing.h"
#include "spreadsheet/workbook_testing.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::forms {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class FormFill : public FormsWorld<Backend> {
 protected:
  // A workbook of one sheet; "" is no cell, "=…" a formula with the last result 7.
  std::string form(const std::vector<std::vector<std::string>>& rows, const std::string& merged = "") {
    std::string sheet =
        R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)";
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::string number = std::to_string(row + 1);
      sheet += "<row r=\"" + number + "\">";
      for (std::size_t column = 0; column < rows[row].size(); ++column) {
        const std::string& text = rows[row][column];
        const std::string place = static_cast<char>('A' + column) + number;
        if (text.empty()) {
          sheet += "<c r=\"" + place + "\" s=\"1\"/>";
        } else if (text.front() == '=') {
          sheet += "<c r=\"" + place + "\"><f>" + text.substr(1) + "</f><v>7</v></c>";
        } else {
          sheet += "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
        }
      }
      sheet += "</row>";
    }
    sheet += "</sheetData>" + merged + "</worksheet>";
    return spreadsheet::testing::package_of(spreadsheet::testing::sample_parts(
        sheet, R"(<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>)"));
  }

  Result<FilledForm> fill(const std::string& bytes, const FillOptions& options = {},
                          Language language = Language::zh) {
    const std::string path = this->uploads() + "/form.xlsx";
    this->write(path, bytes);
    auto filled = this->service_->fill(path, options, language);
    std::filesystem::remove(path);
    return filled;
  }

  static bool tells(const FilledForm& form, const std::string& part) {
    return std::any_of(form.notes.begin(), form.notes.end(), [&](const FormNote& note) {
      return note.text.find(part) != std::string::npos || note.source.find(part) != std::string::npos;
    });
  }
};
TYPED_TEST_SUITE(FormFill, Backends, BackendNames);

TYPED_TEST(FormFill, RegionsGetTheirCodesNamesAndFiguresAndTheRestStays) {
  this->load("people", people(0, 8));
  this->fold();
  const std::string bytes = this->form({{"某某街道人口情况表"},
                                        {"网格", "区域编码", "流动人口", "备注", "合计"},
                                        {"第1网格", "", "", "别动", "=C3*2"},
                                        {"", grid_code(1), "99", "", ""},
                                        {"没有这个网格", "", "", "", ""}});
  const auto filled = must(this->fill(bytes));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(2, 1), "980101001002001");
  EXPECT_NE(grid.text(2, 2), "");
  EXPECT_EQ(grid.text(2, 3), "别动");
  EXPECT_TRUE(grid.cell(2, 4)->formula);
  EXPECT_EQ(grid.text(3, 0), "第2网格");
  EXPECT_EQ(grid.text(3, 2), "99");  // what stands is not written over
  EXPECT_EQ(grid.text(4, 1), "");
  EXPECT_TRUE(this->tells(filled, "没有这个区域：没有这个网格"));
  EXPECT_TRUE(this->tells(filled, "不认识这一列"));
  EXPECT_TRUE(this->tells(filled, "指标“流动人口”，截至 "));
  EXPECT_EQ(filled.cells, 3u);
  const auto notes = this->grid_of(filled.bytes, 1);
  EXPECT_TRUE(notes.text(0, 0).starts_with("合成数据"));
}

TYPED_TEST(FormFill, HeadersInTwoRowsWithJoinedCellsAreRead) {
  const std::string bytes = this->form(
      {{"No.", "Place", "", "Above"}, {"", "Grid", "Region code", "Parent"}, {"1", "第3网格", "", ""}},
      R"(<mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>)");
  const auto filled = must(this->fill(bytes, {}, Language::en));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(2, 2), "980101001002003");
  EXPECT_EQ(grid.text(2, 3), "香洲社区居委会");
}

TYPED_TEST(FormFill, RecordsAreMetByTheirKeyAndPersonalValuesStayOut) {
  this->load("people", people(0, 3));
  this->load("daily", "日期,地区,确诊\n2020-01-21," + grid_code(1) + ",12\n");
  const auto people_form = must(this->fill(this->form(
      {{"身份证号", "姓名", "手机", "类别"}, {citizen_id(1), "", "", ""}, {citizen_id(9), "", "", ""}})));
  const auto grid = this->grid_of(people_form.bytes);
  EXPECT_EQ(grid.text(1, 3), "户籍");
  EXPECT_EQ(grid.text(1, 1), "");
  EXPECT_EQ(grid.text(1, 2), "");
  EXPECT_EQ(grid.text(2, 3), "");
  EXPECT_TRUE(this->tells(people_form, "个人信息不往表里填"));
  EXPECT_TRUE(this->tells(people_form, "没有这一条记录"));
  EXPECT_TRUE(this->tells(people_form, "资源“人员”（公安）"));
  // A key of two fields, its date as people write it.
  const auto daily =
      must(this->fill(this->form({{"日期", "地区", "确诊"}, {"2020年1月21日", "第2网格", ""}})));
  EXPECT_EQ(this->grid_of(daily.bytes).text(1, 2), "12");
}

TYPED_TEST(FormFill, WhatTheHubKnowsOfAPersonFillsTheirRowAndSaysFromWhere) {
  this->load("people", people(0, 3));
  FormsParts parts = this->service_->parts();
  std::vector<std::string> asked;
  parts.known = [&](const std::string& document, const std::string& resource,
                    const std::shared_ptr<const access::Caller>&, const std::string& purpose,
                    Language) -> Result<KnownPerson> {
    asked.push_back(document + ' ' + resource + ' ' + purpose);
    KnownPerson known;
    if (document != citizen_id(1)) return known;
    known.pseudonym = "person:1";
    known.values["name"] = {"张三", "居民登记"};
    known.values["phone"] = {"13800000001", "发热门诊就诊"};
    return known;
  };
  this->service_ = std::make_unique<FormsService>(parts);
  const auto filled = must(this->fill(this->form({{"身份证号", "姓名", "手机", "类别"},
                                                  {citizen_id(1), "", "139", ""},
                                                  {citizen_id(2), "", "", ""},
                                                  {"", "", "", ""}})));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 1), "张三");
  EXPECT_EQ(grid.text(1, 2), "139") << "what stands is not written over";
  EXPECT_EQ(grid.text(1, 3), "户籍") << "the resource's own record as well";
  EXPECT_EQ(grid.text(2, 1), "");
  EXPECT_EQ(asked, (std::vector<std::string>{citizen_id(1) + " people ", citizen_id(2) + " people "}));
  EXPECT_EQ(filled.persons, (std::vector<std::string>{"person:1"}))
      << "who was shown is on record, and nobody else";
  EXPECT_TRUE(this->tells(filled, "居民登记"));
  EXPECT_FALSE(this->tells(filled, "发热门诊就诊")) << "nothing was filled from there";
}

TYPED_TEST(FormFill, AnEmptyFormGetsTheRegionsBelow) {
  const std::string bytes = this->form({{"区域名称", "区域编码"}, {"", ""}, {"", ""}, {"合计", "=1"}});
  const auto filled = must(this->fill(bytes, {"", "980101001002"}));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 0), "第1网格");
  EXPECT_EQ(grid.text(2, 1), "980101001002002");
  EXPECT_EQ(grid.text(3, 0), "合计");
  EXPECT_TRUE(this->tells(filled, "还有 1 个下级区域"));
  EXPECT_EQ(this->fill(bytes, {"", "123"}).error().message, "forms.under_unknown");
}

TYPED_TEST(FormFill, WhatCannotBeReadOrMeansTwoThingsIsRefusedOrLeftAlone) {
  EXPECT_EQ(this->fill(this->form({{"甲", "乙"}, {"1", "2"}})).error().message, "forms.not_recognised");
  EXPECT_EQ(this->fill("%PDF-1.4").error().message, "spreadsheet.not_a_workbook");
  EXPECT_EQ(this->fill(this->form({{"网格", "区域编码"}}), {"nothing", {}}).error().code,
            ErrorCode::not_found);
  const auto doubled =
      must(this->fill(this->form({{"网格", "上级", "编码", "编码"}, {"第1网格", "", "", ""}})));
  EXPECT_EQ(this->grid_of(doubled.bytes).text(1, 2), "");
  EXPECT_TRUE(this->tells(doubled, "可有多种理解"));
}

}  // namespace
}  // namespace jingwei::forms
