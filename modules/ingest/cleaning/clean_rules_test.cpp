// Goal: no rule without a sentence in both languages.
#include "modules/ingest/cleaning/clean_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

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
  }
  for (int i = 1; i <= static_cast<int>(RowProblem::duplicate_key); ++i) {
    const std::string id(message_of(static_cast<RowProblem>(i)));
    EXPECT_NE(catalogue.find("\n" + id + ": {zh: "), std::string::npos) << id;
  }
}

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
