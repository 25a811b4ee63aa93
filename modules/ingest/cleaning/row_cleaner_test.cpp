// Goal: columns find their fields however headers are written, and rows come out clean or refused at the
// first field at fault.
#include <gtest/gtest.h>

#include "modules/ingest/cleaning/cleaning.h"

namespace jingwei::ingest {
namespace {

using Names = std::vector<std::string>;

std::vector<FieldCleaner> person_fields() {
  std::vector<FieldSpec> specs{
      {.name = "name", .type = CleanType::person_name, .required = true, .columns = {"姓名", "户主姓名"}},
      {.name = "phone", .type = CleanType::phone, .columns = {"联系电话"}},
      {.name = "birth_date", .type = CleanType::date, .columns = {"出生日期"}},
  };
  std::vector<FieldCleaner> fields;
  for (auto& spec : specs) fields.push_back(FieldCleaner::make(std::move(spec)).value());
  return fields;
}

struct RowCleanerTest : ::testing::Test {
  Zone zone{"Asia/Shanghai"};
  CleanContext context{*parse_rfc3339("2020-03-01T00:00:00Z"), zone};
  std::vector<FieldCleaner> fields = person_fields();
  RowCleaner cleaner{fields};

  const ColumnMap& bind(const Names& columns) { return cleaner.bind(columns); }
};

TEST_F(RowCleanerTest, headers_are_met_by_name_or_alias_whatever_marks_stand_about_them) {
  EXPECT_EQ(bind({"姓名", "联系电话", "出生日期"}).column_of_field, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(bind({"birth_date", "phone", "name"}).column_of_field, (std::vector<int>{2, 1, 0}));
  EXPECT_EQ(bind({"姓 名（必填）*", "ＰＨＯＮＥ", "Birth Date:"}).column_of_field,
            (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(bind({"\u200B户主姓名", "联系电话(手机)", "BIRTH-DATE"}).column_of_field,
            (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(cleaner.columns().usable());
}

TEST_F(RowCleanerTest, headers_nobody_takes_are_told) {
  const ColumnMap& map = bind({"序号", "姓名", "", "备注"});
  EXPECT_EQ(map.unknown, (Names{"序号", "备注"}));
  EXPECT_EQ(map.column_of_field, (std::vector<int>{1, -1, -1}));
  EXPECT_TRUE(map.usable());
}

TEST_F(RowCleanerTest, required_fields_without_a_column_make_the_file_unusable) {
  const ColumnMap& map = bind({"联系电话"});
  EXPECT_EQ(map.missing, Names{"name"});
  EXPECT_FALSE(map.usable());
}

TEST_F(RowCleanerTest, two_columns_for_one_field_make_the_file_unusable) {
  const ColumnMap& map = bind({"姓名", "户主姓名", "phone"});
  EXPECT_EQ(map.doubled, Names{"户主姓名"});
  EXPECT_FALSE(map.usable());
}

TEST_F(RowCleanerTest, a_fields_own_name_goes_before_anothers_alias) {
  std::vector<FieldCleaner> rivals;
  rivals.push_back(FieldCleaner::make({.name = "a", .columns = {"b"}}).value());
  rivals.push_back(FieldCleaner::make({.name = "b"}).value());
  RowCleaner both(rivals);
  EXPECT_EQ(both.bind(Names{"b"}).column_of_field, (std::vector<int>{-1, 0}));
}

TEST_F(RowCleanerTest, rows_come_out_in_the_order_of_the_fields_with_their_changes) {
  auto reader =
      open_rows(source_of(std::string_view("出生日期,序号,姓名\n2020/1/5,1,张 三\n2020-01-05,2,李四\n")))
          .value();
  bind({reader->columns().begin(), reader->columns().end()});
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  const CleanRow& first = cleaner.clean(row, context);
  ASSERT_EQ(first.fields.size(), 3u);
  EXPECT_FALSE(first.refused);
  EXPECT_EQ(first.fields[0].text, "张三");
  EXPECT_EQ(first.fields[1].status, CleanStatus::empty);
  EXPECT_EQ(first.fields[2].text, "2020-01-05");
  EXPECT_TRUE(first.changes.has(Rule::name_spaces));
  EXPECT_TRUE(first.changes.has(Rule::date_form));
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_TRUE(cleaner.clean(row, context).changes.empty());
}

TEST_F(RowCleanerTest, the_first_field_at_fault_is_named_and_the_rest_still_cleaned) {
  auto reader =
      open_rows(source_of(std::string_view("姓名,联系电话,出生日期\n张3,abc,2020/1/5\n,13901234567,\n")))
          .value();
  bind({reader->columns().begin(), reader->columns().end()});
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  const CleanRow& first = cleaner.clean(row, context);
  EXPECT_TRUE(first.refused);
  EXPECT_EQ(first.refused_field, 0);
  EXPECT_EQ(first.fields[0].refusal, Rule::name_digits);
  EXPECT_EQ(first.fields[1].refusal, Rule::phone_bad_form);
  EXPECT_EQ(first.fields[2].text, "2020-01-05");
  ASSERT_TRUE(reader->next(row).value());
  const CleanRow& second = cleaner.clean(row, context);
  EXPECT_EQ(second.refused_field, 0);
  EXPECT_EQ(second.fields[0].refusal, Rule::required);
}

TEST_F(RowCleanerTest, broken_rows_are_refused_with_no_field_named_and_leave_nothing_behind) {
  auto reader = open_rows(source_of(std::string_view("姓名,联系电话\n张三,13901234567\n李四\n"))).value();
  bind({reader->columns().begin(), reader->columns().end()});
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_FALSE(cleaner.clean(row, context).refused);
  ASSERT_TRUE(reader->next(row).value());
  const CleanRow& broken = cleaner.clean(row, context);
  EXPECT_TRUE(broken.refused);
  EXPECT_EQ(broken.refused_field, -1);
  EXPECT_EQ(broken.fields[0].text, "");
}

TEST_F(RowCleanerTest, json_rows_take_columns_as_they_come) {
  auto reader = open_rows(source_of(std::string_view("{\"phone\":13901234567}\n{\"姓名\":\"张三\",\"phone\":"
                                                     "null}\n{\"name\":\"李四\",\"姓名\":\"王五\"}\n")))
                    .value();
  Row row;
  std::vector<std::string> outcomes;
  std::uint32_t version = 0;
  while (reader->next(row).value()) {
    if (version != reader->columns_version()) {
      version = reader->columns_version();
      bind({reader->columns().begin(), reader->columns().end()});
    }
    const CleanRow& clean = cleaner.clean(row, context);
    outcomes.push_back(clean.refused ? std::string(message_of(clean.fields[0].refusal))
                                     : std::string(clean.fields[0].text));
  }
  EXPECT_EQ(outcomes[0], "refuse.required");
  EXPECT_EQ(outcomes[1], "张三");
  EXPECT_EQ(cleaner.columns().doubled, Names{"name"});
}

}  // namespace
}  // namespace jingwei::ingest
