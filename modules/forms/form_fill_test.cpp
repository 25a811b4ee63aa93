// Goal: a form that somebody sent comes back with what the hub knows, says from where, and nothing is
// guessed.
#include "modules/forms/forms_testing.h"
#include "tests/support/callers.h"

namespace jingwei::forms {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class FormFill : public FormsWorld<Backend> {};
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

TYPED_TEST(FormFill, ARecordIsFoundHoweverManyCameAfterIt) {
  this->load("people", people(0, 2));
  this->load("people", people(2, 20'001));
  const auto filled =
      must(this->fill(this->form({{"身份证号", "类别"}, {citizen_id(1), ""}, {citizen_id(0), ""}})));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 1), "户籍");
  EXPECT_EQ(grid.text(2, 1), "流动");
  EXPECT_FALSE(this->tells(filled, "没有这一条记录"));
}

TYPED_TEST(FormFill, RowsBeyondTheBoundStayEmptyAndTheFormSaysSo) {
  this->load("people", people(0, 1));
  std::vector<std::vector<std::string>> rows = {{"身份证号", "类别"}};
  rows.resize(1 + limits::form_rows, {"9", ""});
  rows.back() = {citizen_id(0), ""};
  rows.push_back({citizen_id(0), ""});
  const auto filled = must(this->fill(this->form(rows)));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(static_cast<int>(limits::form_rows), 1), "流动") << "the last that is looked at";
  EXPECT_EQ(grid.text(static_cast<int>(limits::form_rows) + 1, 1), "");
  EXPECT_TRUE(this->tells(filled, "请把后面的行另存成一张表再填"));
}

TYPED_TEST(FormFill, WhatStandsWhereTheReaderMayNotLookStaysBlankWithANote) {
  this->load("people", people(0, 3));
  auto role = std::make_shared<access::Role>();
  role->permissions.set(*access::find_permission("record.read"));
  access::Grant grant;
  grant.role = std::move(role);
  const auto tree = this->node_.regions->tree();
  grant.region = tree->id(tree->find(grid_code(1)));
  const Asker near{std::make_shared<access::Caller>("account:7", std::vector<access::Grant>{grant})};
  const auto filled = must(
      this->fill(this->form({{"身份证号", "手机", "类别"}, {citizen_id(1), "", ""}, {citizen_id(2), "", ""}}),
                 {}, Language::zh, near));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 2), "户籍");
  EXPECT_EQ(grid.text(1, 1), "") << "personal";
  EXPECT_EQ(grid.text(2, 2), "") << "it stands in another grid";
  EXPECT_TRUE(this->tells(filled, "没有这一条记录，或者它不在您能看到的范围里"));
  EXPECT_TRUE(this->tells(filled, "个人信息不往表里填"));
}

TYPED_TEST(FormFill, WhatTheHubKnowsOfWhomARowNamesFillsItAndSaysFromWhere) {
  this->load("people", people(0, 3));
  FormsParts parts = this->service_->parts();
  std::vector<std::string> asked;
  parts.known.named_by = [](const catalog::Resource& form) {
    return form.id == "people" ? std::vector<std::vector<std::string>>{{"citizen_id"}}
                               : std::vector<std::vector<std::string>>{};
  };
  parts.known.of = [&](const KnownQuery& query, Language) -> Result<std::vector<KnownValues>> {
    std::vector<KnownValues> all;
    for (const auto& row : query.rows) {
      asked.push_back(row.at("citizen_id") + ' ' + query.form.id + ' ' + query.purpose);
      auto& known = all.emplace_back();
      if (row.at("citizen_id") != citizen_id(1)) continue;
      known["name"] = {"张三", "居民登记", "person:1"};
      known["phone"] = {"13800000001", "发热门诊就诊", "person:1"};
    }
    return all;
  };
  this->service_ = std::make_unique<FormsService>(parts);
  std::string small = citizen_id(1);
  for (char& c : small) c = c == 'X' ? 'x' : c;
  const auto filled = must(this->fill(this->form({{"身份证号", "姓名", "手机", "类别"},
                                                  {" " + small, "", "139", ""},
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
