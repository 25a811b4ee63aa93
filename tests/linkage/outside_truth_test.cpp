// Goal: published person records with known duplicates are linked as well as the project promises, by one way
// of writing link.yaml and without their truth: FEBRL 1, FEBRL 2, Splink's fake_1000.
#include <gtest/gtest.h>

#include "app/cli/link_files.h"
#include "app/modules.h"
#include "tests/support/made_people.h"
#include "tests/support/outside.h"

namespace jingwei::app::cli {
namespace {

constexpr std::string_view febrl = R"(id: rec_id
fields: { given_name: given_name, surname: surname, street_number: number, address_1: street, suburb: locality, postcode: postcode, date_of_birth: date, soc_sec_id: identifier }
)";
constexpr std::string_view fake_1000 = R"(id: unique_id
fields: { first_name: given_name, surname: surname, dob: date, city: locality, email: email }
)";

// "rec-223-dup-0" is a record of person "rec-223".
std::string febrl_person(std::string_view id) {
  return std::string(id.substr(0, id.find('-', id.find('-') + 1)));
}

class OutsideTruth : public ::testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }

  // Links with all pairs compared where there are few, or by blocking keys alone.
  linkage::Linkage link(const std::string& path, std::string_view yaml) {
    const auto config = parse_link_config(yaml, "link.yaml");
    EXPECT_TRUE(config) << config.error().to_log();
    auto input = read_link_input(real_file_system(), *config, path, "");
    EXPECT_TRUE(input) << input.error().to_log();
    input_ = std::move(*input);
    input_.records->prepare(2);
    linkage::LinkOptions options;
    if (GetParam()) options.blocking.every_pair_below = 0;
    return linkage::link(*input_.records, options);
  }
  const linkage::Records& records() const { return *input_.records; }

  LinkInput input_;
};

TEST_P(OutsideTruth, Febrl1) {
  const auto path = testing::outside_file("febrl/dataset1.csv");
  if (!path) GTEST_SKIP() << "febrl is not here: set JINGWEI_EXTERN";
  const auto answer = link(*path, febrl);
  ASSERT_EQ(records().size(), 1'000U);
  const auto found = testing::agreement(answer, records().size(), [&](std::size_t at) {
    return febrl_person(records().id(static_cast<std::uint32_t>(at)));
  });
  EXPECT_GE(found.f1(), 0.995) << found.precision << " " << found.recall;
  EXPECT_TRUE(answer.report.warnings.empty());
}

TEST_P(OutsideTruth, Febrl2) {
  const auto path = testing::outside_file("febrl/dataset2.csv");
  if (!path) GTEST_SKIP() << "febrl is not here: set JINGWEI_EXTERN";
  const auto answer = link(*path, febrl);
  ASSERT_EQ(records().size(), 5'000U);
  const auto found = testing::agreement(answer, records().size(), [&](std::size_t at) {
    return febrl_person(records().id(static_cast<std::uint32_t>(at)));
  });
  EXPECT_GE(found.f1(), 0.990) << found.precision << " " << found.recall;
}

TEST_P(OutsideTruth, Fake1000) {
  const auto path = testing::outside_file("splink-fake1000/fake_1000.csv");
  if (!path) GTEST_SKIP() << "splink-fake1000 is not here: set JINGWEI_EXTERN";
  const auto answer = link(*path, fake_1000);
  // The truth is a column of the file that link.yaml does not name.
  const auto truth = parse_link_config("id: unique_id\nfields: {cluster: text}\n", "truth.yaml");
  const auto clusters = read_link_input(real_file_system(), *truth, *path, "");
  ASSERT_TRUE(clusters) << clusters.error().to_log();
  const auto found = testing::agreement(answer, records().size(), [&](std::size_t at) {
    return std::string(clusters->records->raw(static_cast<std::uint32_t>(at), 0));
  });
  EXPECT_GE(found.f1(), 0.95) << found.precision << " " << found.recall;
}

INSTANTIATE_TEST_SUITE_P(Ways, OutsideTruth, ::testing::Bool(),
                         [](const auto& way) { return way.param ? "ByBlockingKeys" : "AsTheCommandDoes"; });

}  // namespace
}  // namespace jingwei::app::cli
