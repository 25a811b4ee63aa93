// Goal: a resource's table follows its definition, and what stands in it survives every change.
#include "modules/catalog/record_table.h"

#include <gtest/gtest.h>

namespace jingwei::catalog {
namespace {

Field field(std::string name, FieldType type, Personal personal = Personal::none) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  made.personal = personal;
  return made;
}

Resource sample() {
  Resource resource;
  resource.id = "home-visits";
  resource.key = {"visit_no"};
  resource.fields = {field("visit_no", FieldType::text, Personal::basic),
                     field("phone", FieldType::phone, Personal::contact),
                     field("age", FieldType::integer),
                     field("heat", FieldType::number),
                     field("grid", FieldType::region),
                     field("word", FieldType::text)};
  return resource;
}

TEST(TableShape, SaysHowEveryFieldIsKept) {
  const TableShape shape = shape_of(sample(), 1);
  EXPECT_EQ(to_text(shape),
            "1,epochs,keyed;f_visit_no:sealed;f_phone:sealed;f_age:integer;f_heat:real;f_grid:integer;"
            "f_word:text");
  EXPECT_EQ(table_name(sample(), 3), "rec_home_visits_v3");
}

TEST(TableShape, ComesBackFromItsText) {
  for (int version : {1, 2, 17}) {
    const TableShape shape = shape_of(sample(), version);
    const auto parsed = parse_shape(to_text(shape));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, shape);
  }
  EXPECT_EQ(parse_shape("4")->columns.size(), 0U);
}

TEST(NextShape, OfATableFromBeforeGainsColumnsAndKeepsItsHashes) {
  const auto landed = parse_shape(
      "1;f_visit_no:sealed:eq;f_phone:sealed:eq;f_age:integer;f_heat:real;f_grid:integer;"
      "f_word:text");
  ASSERT_TRUE(landed.ok());
  EXPECT_FALSE(landed->has_epochs);
  EXPECT_EQ(landed->hash, RecordHash::plain);
  const ShapeStep step = next_shape(sample(), &*landed);
  EXPECT_EQ(step.shape.table_version, 1);
  EXPECT_EQ(step.shape.hash, RecordHash::plain);
  EXPECT_TRUE(step.shape.has_epochs);
  for (const char* part : {"ADD COLUMN epoch", "ADD COLUMN cleaning", "_epoch ON rec_home_visits_v1"})
    EXPECT_NE(step.sqlite.find(part), std::string::npos) << step.sqlite;
  EXPECT_TRUE(next_shape(sample(), &step.shape).sqlite.empty());
}

TEST(TableShape, RefusesTextThatIsNone) {
  for (const char* text : {"", "x", ";", "1;f_a", "1;f_a:colour", "1;:", "v1;f_a:text"}) {
    const auto parsed = parse_shape(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::corrupt);
  }
}

TEST(NextShape, OfANewResourceMakesItsTable) {
  const ShapeStep step = next_shape(sample(), nullptr);
  EXPECT_EQ(step.shape, shape_of(sample(), 1));
  EXPECT_NE(step.sqlite.find("CREATE TABLE rec_home_visits_v1"), std::string::npos);
  EXPECT_NE(step.sqlite.find("-- distributed by: record_key"), std::string::npos);
}

TEST(NextShape, OfTheSameDefinitionIsNothing) {
  const TableShape landed = shape_of(sample(), 4);
  EXPECT_TRUE(next_shape(sample(), &landed).sqlite.empty());
  Resource turned = sample();
  std::reverse(turned.fields.begin(), turned.fields.end());
  const ShapeStep step = next_shape(turned, &landed);
  EXPECT_TRUE(step.sqlite.empty()) << "the order of fields is no matter of the table";
  EXPECT_EQ(step.shape.table_version, 4);
}

TEST(NextShape, OfAnAddedFieldAddsItsColumns) {
  const TableShape landed = shape_of(sample(), 2);
  Resource grown = sample();
  grown.fields.push_back(field("id_no", FieldType::citizen_id, Personal::identifier));
  const ShapeStep step = next_shape(grown, &landed);
  EXPECT_EQ(step.shape.table_version, 2);
  EXPECT_EQ(step.sqlite, "ALTER TABLE rec_home_visits_v2 ADD COLUMN f_id_no BYTEA;\n");
}

TEST(NextShape, OfAChangedOrDroppedFieldIsTheNextTableFilledFromTheOld) {
  const TableShape landed = shape_of(sample(), 1);
  Resource changed = sample();
  changed.fields[2].type = FieldType::text;
  ShapeStep step = next_shape(changed, &landed);
  EXPECT_EQ(step.shape.table_version, 2);
  EXPECT_NE(step.sqlite.find("CREATE TABLE rec_home_visits_v2"), std::string::npos);
  const std::string filling = step.sqlite.substr(step.sqlite.find("INSERT INTO"));
  EXPECT_EQ(filling.find("f_age"), std::string::npos) << "a changed column is not carried over";
  EXPECT_NE(filling.find("f_phone"), std::string::npos);

  Resource dropped = sample();
  dropped.fields.erase(dropped.fields.begin() + 1);
  step = next_shape(dropped, &landed);
  EXPECT_EQ(step.shape.table_version, 2);
  EXPECT_EQ(step.sqlite.find("f_phone"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::catalog
