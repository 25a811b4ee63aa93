// Goal: no rule without a sentence in both languages and an example that holds.
#include "modules/ingest/cleaning/clean_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "modules/ingest/address/address_resolver.h"
#include "modules/ingest/cleaning/citizen_places.h"
#include "modules/ingest/cleaning/clean_examples.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/region/region_testing.h"

namespace jingwei::ingest {
namespace {

TEST(CleanRulesTest, every_rule_and_row_problem_has_its_sentences) {
  std::ifstream in(JINGWEI_SOURCE_DIR "/modules/ingest/messages.yaml");
  std::stringstream all;
  all << in.rdbuf();
  const std::string catalogue = "\n" + all.str();
  for (int i = 1; i < static_cast<int>(Rule::count); ++i) {
    const std::string id(message_of(static_cast<Rule>(i)));
    if (id.empty()) continue;
    EXPECT_NE(catalogue.find("\n" + id + ": {zh: "), std::string::npos) << id;
    EXPECT_EQ(rule_named(id), static_cast<Rule>(i));
  }
  for (int i = 1; i <= static_cast<int>(RowProblem::duplicate_key); ++i) {
    const std::string id(message_of(static_cast<RowProblem>(i)));
    EXPECT_NE(catalogue.find("\n" + id + ": {zh: "), std::string::npos) << id;
  }
}

TEST(CleanRulesTest, ids_are_given_once) {
  std::set<std::string_view> seen;
  for (int i = 1; i < static_cast<int>(Rule::count); ++i) {
    const auto id = message_of(static_cast<Rule>(i));
    EXPECT_TRUE(id.empty() || seen.insert(id).second) << id;
  }
}

struct FewRegions final : RegionResolver {
  RegionMatch resolve(std::string_view text) override {
    if (text == "朝阳") return {RegionMatch::Outcome::ambiguous, 0, true};
    if (text == "香洲区") return {RegionMatch::Outcome::found, 7, true};
    return {};
  }
};
// Reads by a tree of the country's own shape, of the few places that the examples name.
std::shared_ptr<const region::Tree> few_places() {
  using region::testing::as_file;
  std::vector<region::SourceRegion> regions = {
      {100'000, 0, 0, "中国"},         {110'000, 100'000, 1, "北京市"}, {110'100, 110'000, 2, "市辖区"},
      {110'118, 110'100, 3, "密云区"}, {130'000, 100'000, 1, "河北省"}, {130'100, 130'000, 2, "石家庄市"},
      {130'105, 130'100, 3, "新华区"}, {130'900, 130'000, 2, "沧州市"}, {130'902, 130'900, 3, "新华区"},
      {320'000, 100'000, 1, "江苏省"}, {320'100, 320'000, 2, "南京市"}, {320'106, 320'100, 3, "鼓楼区"},
      {320'300, 320'000, 2, "徐州市"}, {320'302, 320'300, 3, "鼓楼区"}, {440'000, 100'000, 1, "广东省"},
      {440'400, 440'000, 2, "珠海市"}, {440'402, 440'400, 3, "香洲区"}};
  return region::Tree::from_file(
      as_file(write_tree(region::testing::compile_sample(std::move(regions)).content)));
}

// One test for each rule, named for it: a rule without an example that shows it fails here.
struct RuleExampleTest : ::testing::TestWithParam<int> {};

TEST_P(RuleExampleTest, does_what_its_example_says) {
  const Rule rule = static_cast<Rule>(GetParam());
  const auto examples = rule_examples();
  const auto example =
      std::find_if(examples.begin(), examples.end(), [&](const auto& one) { return one.rule == rule; });
  ASSERT_NE(example, examples.end());
  FieldSpec spec = example_field(example->field);
  const bool is_part = !spec.part_of.empty();
  std::vector<FieldCleaner> fields;
  if (is_part) fields.push_back(FieldCleaner::make(example_field(spec.part_of)).value());
  fields.push_back(FieldCleaner::make(std::move(spec)).value());
  const Zone zone("Asia/Shanghai");
  CleanContext context(*parse_rfc3339("2020-03-01T00:00:00Z"), zone);
  FewRegions regions;
  const auto tree = few_places();
  TreeAddressResolver addresses(std::make_shared<const AddressIndex>(tree), tree->id(tree->find("130100")));
  const std::vector<std::uint32_t> current = {110105, 610104};
  const CitizenPlaces places(current);
  context.regions = &regions;
  context.addresses = &addresses;
  context.places = &places;
  RowCleaner cleaner(fields);
  const std::vector<std::string> columns = {fields.front().spec().name};
  cleaner.bind(columns);
  const std::vector<Cell> cells = {{example->sent, CellKind::text}};
  Row row;
  row.cells = cells;
  const Cleaned value = cleaner.clean(row, context).fields.back();
  if (is_change(rule)) {
    EXPECT_TRUE(value.rules.has(rule));
    EXPECT_NE(value.status, CleanStatus::refused) << message_of(value.refusal);
    EXPECT_EQ(value.text, example->becomes);
  } else {
    EXPECT_EQ(value.status, CleanStatus::refused);
    EXPECT_EQ(message_of(value.refusal), message_of(rule));
  }
}

std::vector<int> all_rules() {
  std::vector<int> rules;
  for (int i = 1; i < static_cast<int>(Rule::count); ++i) {
    if (i != static_cast<int>(Rule::changes_end)) rules.push_back(i);
  }
  return rules;
}

std::string test_name(const ::testing::TestParamInfo<int>& info) {
  std::string name(message_of(static_cast<Rule>(info.param)));
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, RuleExampleTest, ::testing::ValuesIn(all_rules()), test_name);

TEST(CleanRulesTest, sets_visit_their_rules_in_order) {
  RuleSet set;
  set.add(Rule::phone_form);
  set.add(Rule::width);
  std::vector<Rule> seen;
  set.visit([&](Rule rule) { seen.push_back(rule); });
  EXPECT_EQ(seen, (std::vector{Rule::width, Rule::phone_form}));
}

}  // namespace
}  // namespace jingwei::ingest
