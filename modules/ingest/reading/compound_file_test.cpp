// Goal: an Office file under a password is told from one of old wherever its directory stands, and no bytes
// make the reading of a directory go on for ever.
#include "modules/ingest/reading/compound_file.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/ingest/reading/reading_testing.h"
#include "tests/support/made_compound.h"

namespace jingwei::ingest {
namespace {

using namespace testing;
using jingwei::testing::CompoundLayout;
using jingwei::testing::locked_workbook;
using jingwei::testing::made_compound;
using jingwei::testing::old_workbook;

// Past the 109 parts of the table of chains that the header names.
constexpr std::size_t far_apart = 5 << 20;

std::vector<std::string> names_in(std::string bytes) {
  auto names = compound_names(*in_memory(std::move(bytes)));
  EXPECT_TRUE(names.ok());
  return names ? *names : std::vector<std::string>();
}

TEST(CompoundFileTest, names_are_found_wherever_the_directory_stands) {
  const std::vector<std::string> expected = {"Root Entry", "Workbook", "\5SummaryInformation",
                                             "\5DocumentSummaryInformation", "\1CompObj"};
  for (const std::size_t apart : {std::size_t{0}, std::size_t{512}, std::size_t{100'000}, far_apart})
    EXPECT_EQ(names_in(old_workbook({.apart = apart})), expected) << apart;
}

TEST(CompoundFileTest, a_locked_workbook_is_told_from_an_old_one) {
  for (const std::size_t apart : {std::size_t{0}, far_apart}) {
    EXPECT_EQ(opening_error(locked_workbook({.apart = apart})).message, "ingest.workbook_encrypted") << apart;
    // Text that says EncryptedPackage is no stream of that name.
    EXPECT_EQ(opening_error(old_workbook({.apart = apart})).message, "ingest.is_old_office") << apart;
  }
}

TEST(CompoundFileTest, a_file_cut_anywhere_is_refused_and_never_more_than_it_shows) {
  const std::string locked = locked_workbook();
  for (std::size_t size = 8; size < locked.size(); size += 251) {
    const std::string message = opening_error(locked.substr(0, size)).message;
    EXPECT_TRUE(message == "ingest.workbook_encrypted" || message == "ingest.is_old_office") << size;
  }
  EXPECT_EQ(opening_error(locked.substr(0, 511)).message, "ingest.is_old_office");
}

TEST(CompoundFileTest, a_directory_that_runs_in_a_circle_ends) {
  std::string bytes = made_compound({{"a", ""}});
  // The one sector of the directory (behind the eight of the stream) names itself as the next.
  const std::size_t table = bytes.size() - 512;
  ASSERT_EQ(bytes.substr(table + 8 * 4, 4), "\xFE\xFF\xFF\xFF");
  bytes.replace(table + 8 * 4, 4, std::string("\x08\0\0\0", 4));
  const auto names = names_in(bytes);
  EXPECT_GT(names.size(), 2U);
  EXPECT_LE(names.size(), limits::compound_names);
}

}  // namespace
}  // namespace jingwei::ingest
