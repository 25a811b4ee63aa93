// Goal: a file is read by what it is, not by what it is called; what is no table says what to do.
#include "modules/ingest/reading/file_rows.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/ingest/reading/reading_testing.h"
#include "tests/support/made_compound.h"

namespace jingwei::ingest {
namespace {

using namespace testing;
using namespace std::string_literals;

const std::string phones_csv = "姓名,电话\n张三,13900000001\n李四,13900000002\n";

TEST(FileRowsTest, gzip_gives_the_text_inside) {
  auto reader = opened(made_gzip(phones_csv));
  EXPECT_EQ(format_text(*reader), "csv+gzip");
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 张三|13900000001", "3: 李四|13900000002"}));
  EXPECT_EQ(format_text(*opened(made_gzip("{\"a\":1}\n"))), "json-lines+gzip");
}

TEST(FileRowsTest, gzip_members_and_padding_are_one_text) {
  const std::string packed = made_gzip("a,b\n1,2\n") + made_gzip("3,4\n") + std::string(512, '\0');
  EXPECT_EQ(rows_of(*opened(packed)), (Rows{"2: 1|2", "3: 3|4"}));
}

TEST(FileRowsTest, a_truncated_gzip_gives_its_whole_rows_and_then_says_so) {
  std::string text = "a,b\n";
  for (int row = 0; row < 50'000; ++row)
    text += std::to_string(row) + "," + std::to_string(row * 7919 % 100'003) + "\n";
  const std::string packed = made_gzip(text);
  for (const double share : {0.02, 0.5, 0.999}) {
    auto reader =
        opened(packed.substr(0, static_cast<std::size_t>(static_cast<double>(packed.size()) * share)));
    Rows rows;
    const Error error = read_until_error(*reader, rows);
    EXPECT_EQ(error.message, "ingest.gzip_truncated");
    ASSERT_GT(rows.size(), 100U * share);
    for (std::size_t at = 0; at < rows.size(); ++at) {
      ASSERT_EQ(rows[at], std::to_string(at + 2) + ": " + std::to_string(at) + "|" +
                              std::to_string(at * 7919 % 100'003))
          << "a row cut off is not given";
    }
  }
}

TEST(FileRowsTest, damage_inside_a_gzip_is_told) {
  std::string text = "a,b\n";
  for (int row = 0; row < 50'000; ++row)
    text += std::to_string(row) + "," + std::to_string(row * 7919) + "\n";
  std::string packed = made_gzip(text);
  for (std::size_t at = packed.size() / 2; at < packed.size() / 2 + 40; ++at) packed[at] = '\x55';
  Rows rows;
  EXPECT_EQ(read_until_error(*opened(packed), rows).message, "ingest.gzip_damaged");
}

TEST(FileRowsTest, a_file_made_to_burst_is_not_unpacked) {
  const std::string zeros(64 << 20, '0');
  EXPECT_EQ(opening_error(made_zip({{"a.csv", zeros}})).message, "ingest.unpacks_too_large");
  auto reader = open_file(in_memory(made_gzip("a\n" + zeros)));
  Rows rows;
  EXPECT_EQ((reader ? read_until_error(**reader, rows) : reader.error()).message, "ingest.unpacks_too_large");
}

// Text made as it is read: a header, a good row, a line of `bytes`, a good row.
class LongLine final : public ByteSource {
 public:
  LongLine(std::string before, std::uint64_t bytes, std::string behind)
      : before_(std::move(before)), bytes_(bytes), behind_(std::move(behind)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    std::size_t done = 0;
    for (; done < into.size(); ++done, ++at_) {
      if (at_ < before_.size()) {
        into[done] = static_cast<std::byte>(before_[at_]);
      } else if (at_ < before_.size() + bytes_) {
        into[done] = std::byte{'x'};
      } else if (at_ < before_.size() + bytes_ + behind_.size()) {
        into[done] = static_cast<std::byte>(behind_[at_ - before_.size() - bytes_]);
      } else {
        break;
      }
    }
    return done;
  }

 private:
  std::string before_;
  std::uint64_t bytes_, at_ = 0;
  std::string behind_;
};

TEST(FileRowsTest, a_line_of_a_hundred_megabytes_is_refused_and_kept_in_part) {
  for (const auto& [before, behind] :
       {std::pair("a,b\n1,2\n"s, "\n3,4\n"s), std::pair("a,b\n1,2\n\""s, "\"\n3,4\n"s),
        std::pair("{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\""s, "\"}\n{\"a\":\"3\",\"b\":\"4\"}\n"s)}) {
    auto reader = open_rows(std::make_unique<LongLine>(before, 100'000'000, behind)).value();
    Row row;
    ASSERT_TRUE(reader->next(row).value());
    EXPECT_EQ(row.cells[1].text, "2");
    ASSERT_TRUE(reader->next(row).value());
    EXPECT_EQ(row.line, before[0] == 'a' ? 3U : 2U);
    EXPECT_TRUE(row.problem == RowProblem::too_long || row.problem == RowProblem::unclosed_quote);
    EXPECT_FALSE(row.original.empty());
    EXPECT_LE(row.original.size(), limits::refused_original_bytes);
    std::size_t behind_it = 0;
    bool last_is_whole = false;
    while (reader->next(row).value()) {
      ++behind_it;
      last_is_whole = row.problem == RowProblem::none && row.cells[1].text == "4";
    }
    EXPECT_TRUE(last_is_whole) << before;
    EXPECT_LE(behind_it, 2U);
  }
}

TEST(FileRowsTest, says_what_a_file_is_instead_of_a_table) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"%PDF-1.7\n1 0 obj", "ingest.is_pdf"},
      {"\x89PNG\r\n\x1A\n0000", "ingest.is_picture"},
      {"\xFF\xD8\xFF\xE0 JFIF", "ingest.is_picture"},
      {"Rar!\x1A\x07\x01\0"s, "ingest.is_packed"},
      {"7z\xBC\xAF\x27\x1C\0\4"s, "ingest.is_packed"},
      {"SQLite format 3\0"s, "ingest.is_database"},
      {jingwei::testing::old_workbook(), "ingest.is_old_office"},
      {jingwei::testing::locked_workbook(), "ingest.workbook_encrypted"},
      {"", "ingest.empty_file"},
      {"PK\x03\x04 not really", "ingest.zip_damaged"},
      {made_gzip(made_gzip(phones_csv)), "ingest.nested_container"},
      {made_gzip(made_zip({{"a.csv", phones_csv}})), "ingest.nested_container"},
      {made_gzip("%PDF-1.7"), "ingest.is_pdf"},
      {made_zip({{"word/document.xml", "<x/>"}, {"[Content_Types].xml", "<x/>"}}), "ingest.is_word"},
      {made_zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
                 {"META-INF/manifest.xml", "<x/>"}}),
       "ingest.is_open_document"},
      {made_zip({{"xl/workbook.bin", "x"}}), "ingest.is_binary_workbook"}};
  for (const auto& [bytes, message] : files) {
    const Error error = opening_error(bytes);
    EXPECT_EQ(error.message, message);
    for (const Language language : {Language::zh, Language::en})
      EXPECT_NE(render(error, language), error.message) << "a sentence stands behind " << message;
  }
}

}  // namespace
}  // namespace jingwei::ingest
