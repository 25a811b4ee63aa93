// Goal: people get sentences in the language they asked for, with every place filled in.
#include "base/messages.h"

#include <gtest/gtest.h>

namespace jingwei {
namespace {

constexpr Message catalogue[] = {
    {"test.plain", "没有。", "There is none."},
    {"test.places", "{name}有{count}项。", "{name} has {count} items."},
    {"test.brace", "{name}开着{", "{name} is open {"},
};

struct MessagesTest : ::testing::Test {
  static void SetUpTestSuite() { add_messages(catalogue); }
};

TEST_F(MessagesTest, fills_places_in_either_language) {
  const Error error = Error(ErrorCode::not_found, "test.places").with("name", "A").with("count", "3");
  EXPECT_EQ(render(error, Language::zh), "A有3项。");
  EXPECT_EQ(render(error, Language::en), "A has 3 items.");
  EXPECT_EQ(render("test.plain", {}, Language::en), "There is none.");
}

TEST_F(MessagesTest, a_value_is_never_taken_for_a_place) {
  const Error error = Error(ErrorCode::invalid, "test.places").with("name", "{count}").with("count", "3");
  EXPECT_EQ(render(error, Language::en), "{count} has 3 items.");
}

TEST_F(MessagesTest, missing_arguments_and_open_braces_do_no_harm) {
  EXPECT_EQ(render("test.places", {}, Language::en), "… has … items.");
  const Error error = Error(ErrorCode::invalid, "test.brace").with("name", "A");
  EXPECT_EQ(render(error, Language::en), "A is open {");
}

TEST_F(MessagesTest, an_unknown_id_shows_itself) {
  EXPECT_EQ(render("no.such", {}, Language::zh), "no.such");
}

TEST_F(MessagesTest, language_follows_the_weights_of_the_header) {
  EXPECT_EQ(preferred_language(""), Language::zh);
  EXPECT_EQ(preferred_language("fr, de;q=0.5"), Language::zh);
  EXPECT_EQ(preferred_language("en"), Language::en);
  EXPECT_EQ(preferred_language("en-GB,en;q=0.9"), Language::en);
  EXPECT_EQ(preferred_language("zh-CN,zh;q=0.9,en;q=0.8"), Language::zh);
  EXPECT_EQ(preferred_language("en;q=0.8, zh-TW;q=0.9"), Language::zh);
  EXPECT_EQ(preferred_language("zh;q=0.3 , en ; q=0.4"), Language::en);
  EXPECT_EQ(preferred_language("en;q=0, *"), Language::zh);
  EXPECT_EQ(preferred_language("fr, en;q=0.1"), Language::en);
  EXPECT_EQ(preferred_language(",,;q=,en;q=x"), Language::en);
}

TEST_F(MessagesTest, language_tags_are_compared_without_regard_to_case) {
  EXPECT_EQ(preferred_language("EN-us"), Language::en);
  EXPECT_EQ(preferred_language("ZH, en;q=0.9"), Language::zh);
}

TEST_F(MessagesTest, other_languages_that_begin_alike_are_not_ours) {
  EXPECT_EQ(preferred_language("enm"), Language::zh);
  EXPECT_EQ(preferred_language("zha, en;q=0.5"), Language::en);
}

}  // namespace
}  // namespace jingwei
