// Goal: every kind of paper is recognised by its form, written one way, and refused when it can be none.
#include "modules/ingest/cleaning/clean_document.h"

#include <gtest/gtest.h>

#include "modules/ingest/cleaning/cleaning.h"

namespace jingwei::ingest {
namespace {

struct IdentityDocumentTest : ::testing::Test {
  Zone zone{"Asia/Shanghai"};
  CleanContext context{*parse_rfc3339("2020-03-01T00:00:00Z"), zone};
  FieldCleaner cleaner = FieldCleaner::make({.name = "x", .type = CleanType::identity_document}).value();

  // "passport_china E12345678", or the reason it is refused for.
  std::string read(std::string_view raw) {
    const Cleaned value = cleaner.clean(raw, context);
    if (value.status == CleanStatus::refused) return std::string(message_of(value.refusal));
    std::string out;
    const DocumentKinds kinds(value.integer);
    for (int kind = 0; kind < static_cast<int>(DocumentKind::count); ++kind) {
      if (kinds.has(static_cast<DocumentKind>(kind)))
        out += std::string(name_of(static_cast<DocumentKind>(kind))) + " ";
    }
    return out + std::string(value.text);
  }
};

TEST_F(IdentityDocumentTest, chinese_passports_of_every_kind) {
  EXPECT_EQ(read("E12345678"), "passport_china E12345678");
  EXPECT_EQ(read("EA1234567"), "passport_china EA1234567");
  EXPECT_EQ(read("g12345678"), "passport_china G12345678");
  EXPECT_EQ(read("141234567"), "passport_china passport_foreign 141234567");
  EXPECT_EQ(read("DE1234567"), "passport_china DE1234567");
  EXPECT_EQ(read("SE1234567"), "passport_china SE1234567");
  EXPECT_EQ(read("PE 1234567"), "passport_china PE1234567");
  EXPECT_EQ(read("P1234567"), "passport_china P1234567");
  EXPECT_EQ(read("K12345678"), "passport_hong_kong K12345678");
  EXPECT_EQ(read("KJ1234567"), "passport_hong_kong KJ1234567");
  EXPECT_EQ(read("MA1234567"), "passport_macao MA1234567");
}

TEST_F(IdentityDocumentTest, passports_of_abroad_follow_the_common_form) {
  EXPECT_EQ(read("C01X00T47"), "passport_foreign C01X00T47");
  EXPECT_EQ(read("护照:12AB34567"), "passport_foreign 12AB34567");
  EXPECT_EQ(read("外国护照E12345678"), "passport_foreign E12345678");
  EXPECT_EQ(read("AB"), "refuse.document.form");
  EXPECT_EQ(read("ABCDEFGHI"), "refuse.document.form");
}

TEST_F(IdentityDocumentTest, permits_to_come_and_to_go) {
  EXPECT_EQ(read("H12345678"), "home_return_permit H12345678");
  EXPECT_EQ(read("M1234567801"), "home_return_permit M1234567801");
  EXPECT_EQ(read("台胞证12345678"), "taiwan_compatriot 12345678");
  EXPECT_EQ(read("12345678"), "passport_foreign taiwan_compatriot 12345678");
  EXPECT_EQ(read("0012345601（B）"), "taiwan_compatriot 0012345601B");
  EXPECT_EQ(read("C12345678"), "travel_hong_kong_macao C12345678");
  EXPECT_EQ(read("CA1234567"), "travel_hong_kong_macao CA1234567");
  EXPECT_EQ(read("W12345678"), "travel_hong_kong_macao W12345678");
  EXPECT_EQ(read("L12345678"), "travel_taiwan L12345678");
  EXPECT_EQ(read("T12345678"), "travel_taiwan T12345678");
}

TEST_F(IdentityDocumentTest, citizen_ids_and_residence_permits_are_checked_as_such) {
  EXPECT_EQ(read("11010519491231002x"), "citizen_id 11010519491231002X");
  EXPECT_EQ(read("110105194912310021"), "refuse.citizen_id.checksum");
  EXPECT_EQ(read("810000199408230021"), "residence_permit 810000199408230021");
  EXPECT_EQ(read("830000199201300022"), "residence_permit 830000199201300022");
  EXPECT_EQ(read("USA110082112345"), "permanent_residence USA110082112345");
}

TEST_F(IdentityDocumentTest, officers_papers_have_their_word) {
  EXPECT_EQ(read("军字第2001988号"), "military 军字第2001988号");
  EXPECT_EQ(read("军官证：南字第01234567"), "military 南字第01234567号");
}

TEST_F(IdentityDocumentTest, a_word_that_says_another_kind_is_refused) {
  EXPECT_EQ(read("台胞证E12345678"), "refuse.document.kind");
  EXPECT_EQ(read("回乡证 H12345678"), "home_return_permit H12345678");
}

}  // namespace
}  // namespace jingwei::ingest
