// Goal: phones, citizen IDs and credit codes come out canonical or refused with the reason that fits.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "modules/ingest/cleaning/citizen_places.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "tests/support/outside.h"

namespace jingwei::ingest {
namespace {

struct IdentityTest : ::testing::Test {
  Zone zone{"Asia/Shanghai"};
  CleanContext context{*parse_rfc3339("2020-03-01T00:00:00Z"), zone};

  Cleaned clean(CleanType type, std::string_view raw) {
    const FieldCleaner cleaner = FieldCleaner::make({.name = "x", .type = type}).value();
    return cleaner.clean(raw, context);
  }
  std::string text(CleanType type, std::string_view raw) {
    const Cleaned value = clean(type, raw);
    return value.status == CleanStatus::refused ? std::string(message_of(value.refusal))
                                                : std::string(value.text);
  }
};

TEST_F(IdentityTest, phones_come_out_in_one_form) {
  EXPECT_EQ(text(CleanType::phone, "13901234567"), "13901234567");
  EXPECT_EQ(clean(CleanType::phone, "13901234567").status, CleanStatus::clean);
  EXPECT_EQ(text(CleanType::phone, "+86 139-0123-4567"), "13901234567");
  EXPECT_TRUE(clean(CleanType::phone, "+86 139-0123-4567").rules.has(Rule::phone_prefix));
  EXPECT_EQ(text(CleanType::phone, "0086 13901234567"), "13901234567");
  EXPECT_EQ(text(CleanType::phone, "８６１３９０１２３４５６７"), "13901234567");
  EXPECT_EQ(text(CleanType::phone, "013901234567"), "13901234567");
  EXPECT_EQ(text(CleanType::phone, "13901234567.0"), "13901234567");
  EXPECT_EQ(text(CleanType::phone, "（0756）2123456"), "0756-2123456");
  EXPECT_EQ(text(CleanType::phone, "+86 756 2123456"), "0756-2123456");
  EXPECT_EQ(text(CleanType::phone, "01062123456"), "010-62123456");
  EXPECT_EQ(text(CleanType::phone, "400-800-1234"), "4008001234");
  EXPECT_EQ(text(CleanType::phone, "+852 9123 4567"), "+85291234567");
  EXPECT_EQ(text(CleanType::phone, "0756-2123456转801"), "0756-2123456-801");
  EXPECT_EQ(text(CleanType::phone, "0756-2123456-801"), "0756-2123456-801");
  EXPECT_EQ(text(CleanType::phone, "010-62123456 ext. 12"), "010-62123456-12");
  EXPECT_EQ(text(CleanType::phone, "4008001234转3"), "4008001234-3");
  EXPECT_EQ(text(CleanType::phone, "4008001234-3"), "4008001234-3");
  EXPECT_EQ(text(CleanType::phone, "2123456转801"), "refuse.phone.area_code");
}

TEST_F(IdentityTest, phones_that_lost_something_are_refused_with_the_reason) {
  EXPECT_EQ(text(CleanType::phone, "1.39012E+10"), "refuse.phone.scientific");
  EXPECT_EQ(text(CleanType::phone, "1.3901234567E+10"), "13901234567");
  EXPECT_EQ(text(CleanType::phone, "2123456"), "refuse.phone.area_code");
  EXPECT_EQ(text(CleanType::phone, "1390123456"), "refuse.phone.length");
  EXPECT_EQ(text(CleanType::phone, "12345678901"), "refuse.phone.form");
  EXPECT_EQ(text(CleanType::phone, "13901234567、13801234567"), "refuse.phone.several");
  EXPECT_EQ(text(CleanType::phone, "家里电话"), "refuse.phone.form");
}

TEST_F(IdentityTest, citizen_ids_give_birth_date_and_sex) {
  const Cleaned value = clean(CleanType::citizen_id, " ４４０１１３２０１４１００５００１ｘ ");
  EXPECT_EQ(value.text, "44011320141005001X");
  EXPECT_EQ(value.status, CleanStatus::cleaned);
  EXPECT_TRUE(value.rules.has(Rule::width));
  EXPECT_TRUE(value.rules.has(Rule::code_case));
  EXPECT_EQ(value.birth_date, parse_iso_day("2014-10-05"));
  EXPECT_EQ(value.sex, Sex::male);
}

TEST_F(IdentityTest, citizen_ids_of_fifteen_digits_are_upgraded) {
  EXPECT_EQ(text(CleanType::citizen_id, "610104620927690"), "610104196209276908");
  EXPECT_TRUE(clean(CleanType::citizen_id, "610104620927690").rules.has(Rule::citizen_id_upgraded));
}

TEST_F(IdentityTest, citizen_ids_mangled_by_spreadsheets_say_so) {
  EXPECT_EQ(text(CleanType::citizen_id, "4.4E+17"), "refuse.citizen_id.scientific");
  EXPECT_EQ(text(CleanType::citizen_id, "4.40402E+17"), "refuse.citizen_id.scientific");
  EXPECT_EQ(text(CleanType::citizen_id, "110101199003078000"), "refuse.citizen_id.spreadsheet");
  EXPECT_EQ(text(CleanType::citizen_id, "'110101199003078670"), "110101199003078670");
}

TEST_F(IdentityTest, citizen_ids_born_tomorrow_and_in_no_place_are_refused) {
  EXPECT_EQ(text(CleanType::citizen_id, "440402202003030013"), "refuse.citizen_id.future");
  std::string synthetic = "99010119900101001";
  synthetic += citizen_id_check(synthetic);
  EXPECT_EQ(text(CleanType::citizen_id, synthetic), "refuse.citizen_id.region");
  context.synthetic_id_prefixes = {"9901"};
  EXPECT_EQ(text(CleanType::citizen_id, synthetic), synthetic);
}

// One line of a CSV with quotes around fields holding commas.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::filesystem::path vectors(const char* name) {
  const char* folder = std::getenv("JINGWEI_EXTERN");
  const std::filesystem::path root = folder ? folder : JINGWEI_SOURCE_DIR "/../shared/extern";
  return root / "cn-ids" / name;
}

// Today's districts with their names, by code, as the outside data have them.
std::map<std::uint32_t, std::string> current_districts() {
  std::map<std::uint32_t, std::string> districts;
  const auto path = testing::outside_file("cn-address/adcodes.csv");
  std::ifstream in(path.value_or(""));
  std::string line;
  while (std::getline(in, line)) {
    const auto f = split(line);
    if (f.size() > 1 && f[0].size() == 12)
      districts[static_cast<std::uint32_t>(std::atoi(f[0].substr(0, 6).c_str()))] = f[1];
  }
  return districts;
}

TEST_F(IdentityTest, citizen_id_vectors_are_all_met) {
  std::ifstream in(vectors("id_card_vectors.csv"));
  const auto districts = current_districts();
  if (!in || districts.empty()) GTEST_SKIP() << "no outside vectors for citizen IDs";
  std::vector<std::uint32_t> codes;
  for (const auto& [code, name] : districts) codes.push_back(code);
  const CitizenPlaces places(codes);
  context.places = &places;
  std::string line;
  std::getline(in, line);
  int tried = 0;
  while (std::getline(in, line)) {
    const auto f = split(line);
    ASSERT_GE(f.size(), 4u) << line;
    const Cleaned value = clean(CleanType::citizen_id, f[2]);
    const bool accepted = value.status != CleanStatus::refused;
    const auto code = static_cast<std::uint32_t>(std::atoi(f[2].substr(0, 6).c_str()));
    const int born = f[2].size() == 18 ? std::atoi(f[2].substr(6, 4).c_str()) : 0;
    if (f[1] == "validate" || f[1] == "format") {
      EXPECT_EQ(accepted, !f[3].starts_with("error")) << line;
      if (accepted) EXPECT_EQ("'" + std::string(value.text) + "'", f[3]) << line;
    } else if (f[1] == "isValid" || f[1] == "isValid_strict=false") {
      EXPECT_EQ(accepted, f[3] == "true") << line << " " << message_of(value.refusal);
    } else if (f[1] == "isValid_strict=true") {
      // Strict asks for the place at birth; IDs issued later are good all the same.
      EXPECT_TRUE(accepted) << line;
      EXPECT_EQ(places.existed_in(code, born), std::optional(f[3] == "true")) << line;
    } else if (f[1] == "get_birth_date") {
      int y = 0, m = 0, d = 0;
      ASSERT_EQ(std::sscanf(f[3].c_str(), "datetime.date(%d, %d, %d)", &y, &m, &d), 3) << line;
      EXPECT_EQ(value.birth_date, Day{std::chrono::year{y} / m / d}) << line;
    } else if (f[1] == "get_birth_place") {
      const auto current = districts.find(code);
      const auto name =
          places.name_in(code, born, current == districts.end() ? "" : std::string_view(current->second));
      if (f[3].starts_with("error")) {
        EXPECT_FALSE(name.has_value()) << line;
      } else {
        EXPECT_TRUE(accepted) << line;
        ASSERT_TRUE(name.has_value()) << line;
        EXPECT_NE(f[3].find("'" + std::string(*name) + "'"), std::string::npos) << line << " " << *name;
      }
    } else {
      ADD_FAILURE() << "a vector nobody checks: " << line;
    }
    ++tried;
  }
  EXPECT_GE(tried, 39);
}

TEST_F(IdentityTest, the_place_of_an_id_must_have_existed_at_the_birth_or_later) {
  const std::vector<std::uint32_t> codes = {110101, 500154};
  const CitizenPlaces places(codes);
  EXPECT_TRUE(places.can_have_issued(110101, 2015));
  EXPECT_TRUE(places.can_have_issued(110103, 2009));  // 崇文区 went in 2010
  EXPECT_FALSE(places.can_have_issued(110103, 2015));
  EXPECT_TRUE(places.can_have_issued(500154, 1993));  // a district of 2016 issues IDs to people born before
  EXPECT_TRUE(places.can_have_issued(412723, 1991));  // ended before the lists begin: doubt helps the person
  EXPECT_FALSE(places.can_have_issued(412799, 2005));
  EXPECT_TRUE(places.can_have_issued(440401, 2005));  // a city's 市辖区
}

TEST_F(IdentityTest, credit_code_vectors_are_all_met) {
  std::ifstream in(vectors("uscc_vectors.csv"));
  if (!in) GTEST_SKIP() << "no outside vectors for credit codes";
  std::string line;
  std::getline(in, line);
  int tried = 0;
  while (std::getline(in, line)) {
    const auto f = split(line);
    ASSERT_GE(f.size(), 3u) << line;
    const Cleaned value = clean(CleanType::credit_code, f[1]);
    const std::string_view reason = message_of(value.refusal);
    if (f[2] == "error:InvalidLength") {
      EXPECT_EQ(reason, "refuse.credit_code.length") << line;
    } else if (f[2].starts_with("error")) {
      EXPECT_EQ(value.status, CleanStatus::refused) << line;
    } else {
      EXPECT_EQ("'" + std::string(value.text) + "'", f[2]) << line << " " << reason;
    }
    ++tried;
  }
  EXPECT_GE(tried, 207);
}

TEST_F(IdentityTest, old_business_numbers_are_told_from_credit_codes) {
  EXPECT_EQ(text(CleanType::credit_code, "440400000012345"), "refuse.credit_code.old");
  EXPECT_EQ(text(CleanType::credit_code, "91110000600037341l"), "91110000600037341L");
}

}  // namespace
}  // namespace jingwei::ingest
