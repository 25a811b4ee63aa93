// Goal: who reads refused rows sees those of their regions, and of persons only what a purpose opens to them;
// what they mend without seeing it stays as it was sent.
#include "modules/ingest/repair/refused_view.h"

#include "storage/pseudonym.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class RefusedViews : public IngestWorld<Backend> {
 protected:
  static constexpr std::string_view noted_header = "姓名,身份证号,手机,类别,网格,日期,备注\n";
  static constexpr std::int64_t of_one = 2, of_two = 3, nowhere = 4, short_row = 5;

  // Refused for their phone in grids 1 and 2, for their grid, and for being too short.
  Batch load_bad() {
    const auto row = [](int number, const std::string& phone, const std::string& grid) {
      return "张三," + citizen_id(number) + ',' + phone + ",户籍," + grid + ",2020-01-21,找王五\n";
    };
    return this->load("people", std::string(noted_header) + row(3, "12", grid_code(0)) +
                                    row(4, "12", grid_code(1)) + row(5, phone(5), "000") + "李四," +
                                    citizen_id(6) + "\n");
  }
  RegionId region(const std::string& code) {
    const auto tree = this->node_.regions->tree();
    return tree->id(tree->find(code));
  }
  access::Sight sight(const std::string& code, const std::string& purpose,
                      std::set<std::string, std::less<>> classes = {"name", "identifier", "contact"}) {
    auto role = std::make_shared<access::Role>();
    role->permissions.set(*access::find_permission("ingest.refused.read"));
    role->classes = std::move(classes);
    role->every_purpose = true;
    access::Grant grant;
    grant.role = std::move(role);
    grant.region = region(code);
    grant.whole_area = code == "980100";
    grant.department = "police";
    const access::Caller caller("account:1", {std::move(grant)});
    return must(this->node_.ingest->sight_of(&caller, must(this->node_.catalog->find("people"))->resource,
                                             purpose, "ingest.refused.read"));
  }
  RefusedView view(const Batch& batch, const access::Sight& whose) {
    return must(RefusedView::make(*this->node_.ingest, batch, whose));
  }
  RefusedRow row(const Batch& batch, std::int64_t line) {
    return must(this->node_.ingest->find_refused({batch.id, line}));
  }
  static std::map<std::string, std::string> texts(const ShownRow& shown) {
    return {shown.fields.begin(), shown.fields.end()};
  }
};
TYPED_TEST_SUITE(RefusedViews, Backends, BackendNames);

TYPED_TEST(RefusedViews, MaskPersonalCellsUntilAPurposeOpensThem) {
  const Batch batch = this->load_bad();
  ASSERT_EQ(batch.counts.refused, 4);
  auto closed = this->view(batch, this->sight("980100", ""));
  const ShownRow shown = closed.show(this->row(batch, this->of_one));
  EXPECT_TRUE(shown.masked);
  auto fields = this->texts(shown);
  EXPECT_EQ(fields["name"], "张*");
  EXPECT_EQ(fields["phone"], "**");
  EXPECT_EQ(fields["citizen_id"], catalog::masked(citizen_id(3), catalog::Personal::identifier));
  EXPECT_EQ(fields["grid"], grid_code(0));
  EXPECT_EQ(shown.row.original,
            "张*," + fields["citizen_id"] + ",**,户籍," + grid_code(0) + ",2020-01-21,***")
      << "nobody knows what stands in a column of no field";
  const ShownRow unfit = closed.show(this->row(batch, this->short_row));
  EXPECT_EQ(unfit.row.original, "***") << "any of its cells may be anything";
  EXPECT_TRUE(unfit.fields.empty());
  EXPECT_TRUE(closed.take_persons().empty()) << "nobody was looked at";

  auto half = this->view(batch, this->sight("980100", "epidemic-control", {"name"}));
  fields = this->texts(half.show(this->row(batch, this->of_one)));
  EXPECT_EQ(fields["name"], "张三");
  EXPECT_EQ(fields["phone"], "**");
  EXPECT_EQ(half.take_persons(),
            std::vector<std::string>{storage::pseudonym_of(this->sealer_, citizen_id(3))});

  auto open = this->view(batch, this->sight("980100", "epidemic-control"));
  for (const std::int64_t line : {this->of_one, this->of_two, this->nowhere, this->short_row}) {
    const RefusedRow sent = this->row(batch, line);
    const ShownRow whole = open.show(sent);
    EXPECT_FALSE(whole.masked);
    EXPECT_EQ(whole.row.original, sent.original);
  }
  EXPECT_EQ(open.take_persons().size(), 4U);
}

TYPED_TEST(RefusedViews, AreOfTheRegionsOfTheGrantAndWithoutOneOfTheWholeAreas) {
  const Batch batch = this->load_bad();
  const auto lines = [&](const std::string& region) {
    auto view = this->view(batch, this->sight(region, ""));
    std::vector<std::int64_t> seen;
    for (const auto& row : must(this->node_.ingest->list_refused(batch.id, 0, 10))) {
      if (view.covers(row)) seen.push_back(row.line);
    }
    return seen;
  };
  using Lines = std::vector<std::int64_t>;
  EXPECT_EQ(lines(grid_code(0)), Lines{this->of_one});
  EXPECT_EQ(lines("980101"), (Lines{this->of_one, this->of_two}));
  EXPECT_EQ(lines("980102"), Lines{});
  EXPECT_EQ(lines("980100"), (Lines{this->of_one, this->of_two, this->nowhere, this->short_row}));
}

TYPED_TEST(RefusedViews, OpenOnlyWhereTheirPartDoes) {
  const Batch batch = this->load_bad();
  access::Sight sight = this->sight("980100", "");
  sight.parts.push_back({.whole_area = false, .region = this->region(grid_code(0)), .classes = {"name"}});
  auto view = this->view(batch, sight);
  EXPECT_EQ(this->texts(view.show(this->row(batch, this->of_one)))["name"], "张三");
  EXPECT_EQ(this->texts(view.show(this->row(batch, this->of_two)))["name"], "张*");
  EXPECT_EQ(this->texts(view.show(this->row(batch, this->nowhere)))["name"], "张*");
}

TYPED_TEST(RefusedViews, ARowThatCanBeCutInTwoWaysIsMaskedWhole) {
  // By commas the second cell of five would be another.
  const Batch batch = this->load("people", "类别;姓名;身份证号;手机;网格\n户籍;李,四,五,六,七;" +
                                               citizen_id(1) + ";138;" + grid_code(0) + "\n");
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_FALSE(rows.front().field.empty());
  auto view = this->view(batch, this->sight("980100", ""));
  EXPECT_EQ(view.show(rows.front()).row.original, "***");
}

TYPED_TEST(RefusedViews, JsonRowsStayJson) {
  const Batch batch = this->load("people", "{\"name\":\"张三\",\"citizen_id\":\"" + citizen_id(1) +
                                               "\",\"phone\":\"12\",\"grid\":\"" + grid_code(0) +
                                               "\",\"friend\":\"王五\"}\n");
  ASSERT_EQ(batch.counts.refused, 1);
  auto view = this->view(batch, this->sight("980100", ""));
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  const std::string original = view.show(rows.front()).row.original;
  EXPECT_TRUE(original.starts_with("{\"")) << original;
  EXPECT_NE(original.find("\"phone\":\"**\""), std::string::npos) << original;
  for (const std::string& personal : {std::string("张三"), std::string("王五"), citizen_id(1)})
    EXPECT_EQ(original.find(personal), std::string::npos) << original;
}

TYPED_TEST(RefusedViews, AMaskThatComesBackStandsForWhatWasSent) {
  const Batch batch = this->load_bad();
  const std::string number = catalog::masked(citizen_id(3), catalog::Personal::identifier);
  const auto mend = [&](std::int64_t line, const std::string& within, const std::string& name) {
    WriteRequest request{"tester", std::nullopt};
    request.within.emplace().parts.push_back(
        {.whole_area = within == "980100", .region = this->region(within), .classes = {}});
    const auto mended = this->node_.ingest->mend_refused(
        {batch.id, line},
        {{"name", name}, {"citizen_id", number}, {"phone", phone(3)}, {"grid", grid_code(0)}}, request);
    return mended ? std::string("done") : mended.error().message;
  };
  EXPECT_EQ(mend(this->of_one, grid_code(1), "张*"), "ingest.refused_row_not_found") << "another grid's";
  EXPECT_EQ(mend(this->nowhere, grid_code(0), "张*"), "ingest.refused_row_not_found");
  EXPECT_EQ(mend(this->of_one, grid_code(0), "赵*"), "ingest.record_refused") << "no mask of what was sent";
  EXPECT_EQ(mend(this->of_one, grid_code(0), "张*"), "done");
  const auto records = must(this->node_.ingest->list_records("people", {}, access::Sight::whole()));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(std::get<std::string>(records.front().values[0]), "张三");
  EXPECT_EQ(std::get<std::string>(records.front().values[1]), citizen_id(3));
  EXPECT_EQ(std::get<std::string>(records.front().values[2]), phone(3));
}

TYPED_TEST(RefusedViews, WhatTellsOfNobodyIsShownAsItIs) {
  const Batch batch = this->load("notes", "words,weight\n,1\n");
  auto view = must(RefusedView::make(*this->node_.ingest, batch, access::Sight::masked()));
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(view.covers(rows.front()));
  const ShownRow shown = view.show(rows.front());
  EXPECT_FALSE(shown.masked);
  EXPECT_EQ(shown.row.original, rows.front().original);
}

}  // namespace
}  // namespace jingwei::ingest
