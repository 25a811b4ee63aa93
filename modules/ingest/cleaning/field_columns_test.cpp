// Goal: a field finds its text by paths and conditions, element by element, and by header names else.
#include "modules/ingest/cleaning/field_columns.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

using Columns = std::vector<std::string>;
using Texts = std::vector<std::string>;

class FieldColumnsTest : public ::testing::Test {
 protected:
  std::string taken(const ColumnWish& wish, const Columns& columns, const Texts& texts) {
    FieldColumns fields({wish});
    map = fields.bind(columns);
    std::vector<Cell> cells;
    for (const auto& text : texts) cells.push_back({text, CellKind::text});
    return std::string(fields.text_of(0, cells, arena));
  }
  Arena arena;
  ColumnMap map;
};

TEST_F(FieldColumnsTest, the_first_source_that_gives_a_text_counts) {
  const ColumnWish wish{"f", false, {}, {{{"a.b"}, {}}, {{"c"}, {}}}};
  EXPECT_EQ(taken(wish, {"c", "a.b", "a.b[1]"}, {"3", "1", "2"}), "1");
  EXPECT_EQ(taken(wish, {"c", "a.b", "a.b[1]"}, {"3", "", "2"}), "2");
  EXPECT_EQ(taken(wish, {"c", "a.b", "a.b[1]"}, {"3", "", ""}), "3");
  EXPECT_EQ(map.shown_of_field, std::vector<int>{1});
  EXPECT_TRUE(map.unknown.empty());
}

TEST_F(FieldColumnsTest, names_of_one_field_are_known_as_it_and_marks_as_none) {
  const FieldColumns fields({{"name", true, {"姓名"}, {}}, {"phone", false, {"手机", "联系电话"}, {}}});
  EXPECT_EQ(fields.field_of("姓 名（必填）*"), 0);
  EXPECT_EQ(fields.field_of("手机"), 1);
  EXPECT_EQ(fields.field_of("联系电话"), 1);
  EXPECT_EQ(fields.field_of("备注"), -1);
  EXPECT_EQ(fields.field_of(""), -1);
  EXPECT_EQ(fields.field_of("_phone"), -1);
}

TEST_F(FieldColumnsTest, a_condition_is_asked_of_the_same_element) {
  const ColumnWish wish{"f", false, {}, {{{"id.value"}, {{"id.type.code", {"NI", "PPN"}}}}}};
  const Columns columns = {
      "id.value", "id.type.code", "id[1].value", "id[1].type.code", "id[1].type[1].code", "id[10].value",
      "x"};
  EXPECT_EQ(taken(wish, columns, {"h", "MR", "c", "?", "PPN", "z", "NI"}), "c");
  EXPECT_EQ(taken(wish, columns, {"h", "MR", "c", "?", "", "z", "NI"}), "") << "no element fits";
  EXPECT_EQ(taken(wish, columns, {"h", "NI", "c", "NI", "", "z", ""}), "h");
  EXPECT_EQ(map.unknown, Columns{"x"});
}

TEST_F(FieldColumnsTest, a_condition_on_the_value_itself_or_elsewhere_in_the_row) {
  const ColumnWish itself{"f", false, {}, {{{"code"}, {{"code", {"POS"}}}}}};
  EXPECT_EQ(taken(itself, {"code", "code[1]"}, {"H", "POS"}), "POS");
  const ColumnWish elsewhere{"f", false, {}, {{{"value"}, {{"status", {"final"}}, {"kind.code", {"a"}}}}}};
  EXPECT_EQ(taken(elsewhere, {"value", "status", "kind.code", "kind[1].code"}, {"1", "final", "b", "a"}),
            "1");
  EXPECT_EQ(taken(elsewhere, {"value", "status", "kind.code"}, {"1", "draft", "a"}), "");
  EXPECT_EQ(taken(elsewhere, {"value", "status"}, {"1", "final"}), "") << "nothing says the kind";
}

TEST_F(FieldColumnsTest, several_paths_are_joined_within_one_element) {
  const ColumnWish wish{"f", false, {}, {{{"name.family", "name.given"}, {{"name.use", {"official"}}}}}};
  const Columns columns = {"name.given[1]", "name.given",     "name.family", "name.use",
                           "name[1].given", "name[1].family", "name[1].use"};
  EXPECT_EQ(taken(wish, columns, {"c", "b", "a", "official", "e", "d", "old"}), "a b c");
  EXPECT_EQ(taken(wish, columns, {"c", "b", "a", "old", "e", "", "official"}), "e");
}

TEST_F(FieldColumnsTest, header_names_serve_where_no_source_gives_a_text) {
  const ColumnWish wish{"f", true, {"别名"}, {{{"a.b"}, {}}}};
  EXPECT_EQ(taken(wish, {"别名", "a.b"}, {"n", "s"}), "s");
  EXPECT_EQ(taken(wish, {"别名", "a.b"}, {"n", ""}), "n");
  EXPECT_EQ(taken(wish, {"别名"}, {"n"}), "n");
  EXPECT_TRUE(map.usable());
  EXPECT_EQ(taken(wish, {"a.c", "a.b.c", "[1]", "a.b[x]", "a.b[99999999999]"}, {"1", "2", "3", "4", "5"}),
            "");
  EXPECT_EQ(map.missing, Columns{"f"});
}

}  // namespace
}  // namespace jingwei::ingest
