// Goal: patterns of fields match whole texts, exactly and in linear time.
#include "schema/pattern.h"

#include <gtest/gtest.h>

namespace jingwei::schema {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  auto compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled.ok()) << pattern;
  return compiled.ok() && compiled->matches(text);
}

TEST(Pattern, MatchesTheWholeText) {
  EXPECT_TRUE(matches("1[3-9]\\d{9}", "13800138000"));
  EXPECT_FALSE(matches("1[3-9]\\d{9}", "138001380001"));
  EXPECT_FALSE(matches("1[3-9]\\d{9}", "x13800138000"));
  EXPECT_TRUE(matches("^abc$", "abc"));
}

TEST(Pattern, KnowsRepetitionsAlternativesAndGroups) {
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("(ab|c)*d?", "abcabd"));
  EXPECT_TRUE(matches("(ab|c)*d?", ""));
  EXPECT_FALSE(matches("(ab|c)+d", "d"));
  EXPECT_TRUE(matches("(?:a|b){2,3}", "aba"));
  EXPECT_FALSE(matches("(?:a|b){2,3}", "abab"));
  EXPECT_FALSE(matches("a{2,}", "a"));
  EXPECT_TRUE(matches("a{2,}", "aaaaa"));
  EXPECT_TRUE(matches("a{0,2}b", "b"));
  EXPECT_TRUE(matches("xa{0}y", "xy"));
  EXPECT_TRUE(matches("(a?b?){3}", "bab"));
  EXPECT_TRUE(matches("(a*)*", "aaa"));
}

TEST(Pattern, WorksOnCodePoints) {
  EXPECT_TRUE(matches("\\p{Han}{2,4}", "张三丰"));
  EXPECT_FALSE(matches("\\p{Han}{2,4}", "张x"));
  EXPECT_TRUE(matches("[^a-z]", "省"));
  EXPECT_TRUE(matches("[京粤]\\w+", "粤C12345"));
  EXPECT_TRUE(matches("\\u4e2d.", "中国"));
  EXPECT_FALSE(matches(".*", "\xff"));
}

TEST(Pattern, KnowsClassesAndEscapes) {
  EXPECT_TRUE(matches("[\\d\\-x]+", "1-x"));
  EXPECT_TRUE(matches("\\D\\S\\.", "a.."));
  EXPECT_TRUE(matches("[a-]", "-"));
  EXPECT_FALSE(matches("a.c", "a\nc"));
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const char* bad :
       {"(",           ")",
        "[a",          "a**",
        "*a",          "(?=a)",
        "\\q",         "a{3,1}",
        "a{2000}",     "[z-a]",
        "a^b",         "a$b",
        "\\",          "{2}",
        "(a{99}){99}", "a{1",
        "[\\",         "\\u12",
        "\\p{L}",      "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))"}) {
    EXPECT_FALSE(Pattern::compile(bad).ok()) << bad;
  }
}

TEST(Pattern, HostileTextCostsNoMoreThanItsLength) {
  // Backtracking engines take 2^n steps here.
  EXPECT_FALSE(matches("(a|a)*b", std::string(100'000, 'a')));
  EXPECT_FALSE(matches("(a*)*b", std::string(100'000, 'a')));
}

}  // namespace
}  // namespace jingwei::schema
