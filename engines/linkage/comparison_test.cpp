// Goal: each type sees what people get wrong in it, and no comparison depends on which side comes first.
#include "engines/linkage/comparison.h"

#include <gtest/gtest.h>

#include "engines/linkage/chinese.h"
#include "engines/linkage/normal_form.h"
#include "tests/support/made_people.h"

namespace jingwei::linkage {
namespace {

Level compare(FieldType type, std::string_view a, std::string_view b) {
  const std::string first = normal_form(type, a), second = normal_form(type, b);
  return compare_values(type, first, second, is_name(type) ? sound_of(first) : "",
                        is_name(type) ? sound_of(second) : "");
}

TEST(Comparison, NamesBySpellingSoundAndShape) {
  EXPECT_EQ(compare(FieldType::surname, "Smith", "SMITH "), Level::exact);
  EXPECT_EQ(compare(FieldType::surname, "O'Brien", "Obrien"), Level::exact);
  EXPECT_EQ(compare(FieldType::surname, "Smith", "Smyth"), Level::near);
  EXPECT_EQ(compare(FieldType::given_name, "Rob", "Robert"), Level::close);
  EXPECT_EQ(compare(FieldType::given_name, "Maria", "Peter"), Level::different);
  EXPECT_EQ(compare(FieldType::full_name, "張偉", "张伟"), Level::exact) << "traditional characters";
  EXPECT_EQ(compare(FieldType::full_name, "王建国", "王建帼"), Level::near) << "one sound";
  EXPECT_EQ(compare(FieldType::full_name, "陈未来", "陈末来"), Level::near) << "one look";
  EXPECT_EQ(compare(FieldType::full_name, "张伟", "zhang wei"), Level::near) << "pinyin";
  EXPECT_EQ(compare(FieldType::full_name, "张伟", "张丽"), Level::loose) << "a shared surname says little";
  EXPECT_EQ(compare(FieldType::full_name, "王小明", "王明小"), Level::crossed);
  EXPECT_EQ(compare(FieldType::full_name, "热合曼·阿卜杜拉", "热合曼阿卜杜拉"), Level::exact);
  EXPECT_EQ(compare(FieldType::full_name, "John Smith", "Smith, John"), Level::crossed);
  EXPECT_EQ(compare(FieldType::full_name, "李", "王"), Level::different);
}

TEST(Comparison, DatesInAnyFormAndWithPartsExchanged) {
  EXPECT_EQ(compare(FieldType::date, "1990-02-03", "1990年2月3日"), Level::exact);
  EXPECT_EQ(compare(FieldType::date, "19900203", "1990/2/3"), Level::exact);
  EXPECT_EQ(compare(FieldType::date, "43835", "2020-01-05"), Level::exact) << "a spreadsheet's day number";
  EXPECT_EQ(compare(FieldType::date, "1990-02-03", "1990-02-13"), Level::near);
  EXPECT_EQ(compare(FieldType::date, "1990-02-11", "1990-11-02"), Level::crossed);
  EXPECT_EQ(compare(FieldType::date, "1990-02-03", "1990-02-28"), Level::close);
  EXPECT_EQ(compare(FieldType::date, "1990-02-03", "1955-11-28"), Level::different);
}

TEST(Comparison, NumbersOfPeopleAndPhonesWithTranspositions) {
  EXPECT_EQ(compare(FieldType::identifier, "990101199002183931", "9901011990 0218 3931"), Level::exact);
  EXPECT_EQ(compare(FieldType::identifier, "990101199002183931", "990101199002183913"), Level::near);
  EXPECT_EQ(compare(FieldType::identifier, "990101900218393", "990101199002183931"), Level::exact)
      << "15 and 18 digits";
  EXPECT_EQ(compare(FieldType::identifier, "990101199002183931", "990101199002184512"), Level::different)
      << "one place, one day, two persons";
  EXPECT_EQ(compare(FieldType::phone, "+86 139-1234-5678", "13912345678"), Level::exact);
  EXPECT_EQ(compare(FieldType::phone, "13912345678", "13912354678"), Level::near);
  EXPECT_EQ(compare(FieldType::phone, "0756-2221234", "2221234"), Level::near);
  EXPECT_EQ(normal_form(FieldType::phone, "1.54E+10"), "") << "cut by a spreadsheet";
}

TEST(Comparison, AddressesByComponent) {
  const std::string_view whole = "云汐市望汐区听湾镇翡翠花园3栋2单元501室";
  EXPECT_EQ(compare(FieldType::address, whole, "翡翠花园3栋-2-501"), Level::near) << "the beginning left out";
  EXPECT_EQ(compare(FieldType::address, whole, "云汐市望汐区听湾镇翡翠花园3栋2单元502室"), Level::loose)
      << "next door";
  EXPECT_EQ(compare(FieldType::address, whole, "云汐市鹭屿区晓湾镇海桂社区安舍路2号"), Level::different);
  EXPECT_EQ(compare(FieldType::street, "tullaroop street", "tullarop street"), Level::near);
}

TEST(Comparison, OtherTypes) {
  EXPECT_EQ(compare(FieldType::email, "a.b@x.org", "A.B@X.ORG"), Level::exact);
  EXPECT_EQ(compare(FieldType::email, "robert255@smith.net", "robert255@smiht.net"), Level::near);
  EXPECT_EQ(compare(FieldType::email, "robert255@smith.net", "robert255@gmail.com"), Level::close);
  EXPECT_EQ(compare(FieldType::number, "007", "7"), Level::exact);
  EXPECT_EQ(compare(FieldType::number, "7", "8"), Level::different);
  EXPECT_EQ(compare(FieldType::category, "男性", "M"), Level::exact);
  EXPECT_EQ(compare(FieldType::postcode, "2222", "2222"), Level::exact);
}

TEST(Comparison, SaysNothingWhereNothingIsSaid) {
  for (const std::string_view empty : {"", "  ", "null", "N/A", "无", "不详", "-"}) {
    for (std::size_t type = 0; type < field_type_names().size(); ++type)
      EXPECT_EQ(normal_form(static_cast<FieldType>(type), empty), "") << empty;
  }
}

// Any two values of any type, from a pool of likely and unlikely ones.
TEST(Comparison, IsSymmetricForEveryType) {
  const std::vector<std::string> pool = {"张伟",
                                         "张玮",
                                         "欧阳娜娜",
                                         "王",
                                         "smith",
                                         "smyth",
                                         "john smith",
                                         "smith john",
                                         "1990-02-11",
                                         "1990-11-02",
                                         "19900211",
                                         "1990",
                                         "990101199002183931",
                                         "990101199002183913",
                                         "13912345678",
                                         "3912345678",
                                         "a@b.c",
                                         "a@b.d",
                                         "香洲区3栋501",
                                         "3栋501",
                                         "12",
                                         "21",
                                         "4011",
                                         "\xFF\xFE",
                                         "\xE4\xBD",
                                         "🙂🙂",
                                         std::string(500, 'x'),
                                         std::string(500, 'y'),
                                         "号号号",
                                         "0000"};
  for (std::size_t type = 0; type < field_type_names().size(); ++type) {
    for (const auto& a : pool) {
      for (const auto& b : pool) {
        const auto kind = static_cast<FieldType>(type);
        if (normal_form(kind, a).empty() || normal_form(kind, b).empty()) continue;
        EXPECT_EQ(compare(kind, a, b), compare(kind, b, a)) << name_of(kind) << ": " << a << " " << b;
        EXPECT_NE(compare(kind, a, b), Level::missing);
        EXPECT_EQ(compare(kind, a, a), Level::exact);
        EXPECT_EQ(normal_form(kind, normal_form(kind, a)), normal_form(kind, a))
            << name_of(kind) << ": " << a;
      }
    }
  }
}

TEST(Comparer, SeesNamesThatChangedPlacesAndIsSymmetric) {
  Records records({{"given", FieldType::given_name}, {"surname", FieldType::surname}});
  using Values = std::array<std::string_view, 2>;
  records.add(Side::left, "1", Values{"george", "davies"});
  records.add(Side::left, "2", Values{"davies", "george"});
  records.add(Side::left, "3", Values{"davis", ""});
  records.add(Side::left, "4", Values{"emma", "stone"});
  records.prepare(1);
  Comparer comparer(records);
  const auto pattern = [&](std::uint32_t a, std::uint32_t b) {
    return comparer.compare(records.row_of(a), records.row_of(b));
  };
  EXPECT_EQ(level_at(pattern(0, 1), 0), Level::crossed);
  EXPECT_EQ(level_at(pattern(0, 1), 1), Level::exact);
  EXPECT_EQ(level_at(pattern(0, 2), 0), Level::crossed) << "half of an exchange";
  EXPECT_EQ(level_at(pattern(0, 3), 0), Level::different);
  for (std::uint32_t a = 0; a < 4; ++a) {
    for (std::uint32_t b = 0; b < 4; ++b) EXPECT_EQ(pattern(a, b), pattern(b, a));
  }
}

TEST(Comparer, RowsOfMadePeopleCompareTheSameBothWays) {
  testing::MadePeople people(3);
  testing::MadeRecords made;
  made.add_people(people, 60);
  made.records().prepare(2);
  Comparer one(made.records()), other(made.records());
  for (std::uint32_t a = 0; a < made.records().rows(); ++a) {
    for (std::uint32_t b = 0; b < made.records().rows(); ++b)
      EXPECT_EQ(one.compare(a, b), other.compare(b, a));
  }
}

TEST(Chinese, SoundsAndLooks) {
  EXPECT_EQ(sound_likeness(U'伟', U'维'), SoundLikeness::same);
  EXPECT_EQ(sound_likeness(U'林', U'凌'), SoundLikeness::near) << "n and ng";
  EXPECT_EQ(sound_likeness(U'王', U'李'), SoundLikeness::none);
  EXPECT_TRUE(look_alike(U'未', U'末'));
  EXPECT_TRUE(look_alike(U'己', U'已'));
  EXPECT_FALSE(look_alike(U'王', U'海'));
  EXPECT_TRUE(is_valid_citizen_number("11010519491231002X"));
  EXPECT_FALSE(is_valid_citizen_number("110105194912310021"));
}

}  // namespace
}  // namespace jingwei::linkage
