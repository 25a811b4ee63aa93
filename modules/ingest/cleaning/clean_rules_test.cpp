// Goal: no rule without a sentence in both languages and an example that holds.
#include "modules/ingest/cleaning/clean_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "modules/ingest/cleaning/citizen_places.h"
#include "modules/ingest/cleaning/clean_examples.h"
#include "modules/ingest/reading/row_reader.h"

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
struct OneAddress final : AddressResolver {
  std::int64_t region_of(std::string_view address) override {
    return address.starts_with("珠海市香洲区") ? 7 : 0;
  }
};

// One test for each rule, named for it: a rule without an example that shows it fails here.
struct RuleExampleTest : testing::TestWithParam<int> {};

TEST_P(RuleExampleTest, does_what_its_example_says) {
  const Rule rule = static_cast<Rule>(GetParam());
  const auto examples = rule_examples();
  const auto example =
      std::find_if(examples.begin(), examples.end(), [&](const auto& one) { return one.rule == rule; });
  ASSERT_NE(example, examples.end());
  const FieldCleaner field = FieldCleaner::make(example_field(example->field)).value();
  const Zone zone("Asia/Shanghai");
  CleanContext context(*parse_rfc3339("2020-03-01T00:00:00Z"), zone);
  FewRegions regions;
  OneAddress addresses;
  const std::vector<std::uint32_t> current = {110105, 610104};
  const CitizenPlaces places(current);
  context.regions = &regions;
  context.addresses = &addresses;
  context.places = &places;
  const Cleaned value = field.clean(example->sent, context);
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

std::string test_name(const testing::TestParamInfo<int>& info) {
  std::string name(message_of(static_cast<Rule>(info.param)));
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, RuleExampleTest, testing::ValuesIn(all_rules()), test_name);

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
