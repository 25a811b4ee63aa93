// Goal: a file's encoding is told from its bytes, and what cannot be decoded spoils its row alone.
#include "modules/ingest/reading/encoding.h"

#include <gtest/gtest.h>

#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// Hands over `step` bytes at a time, so that every sequence is cut somewhere.
class SlowSource final : public ByteSource {
 public:
  SlowSource(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t size = std::min({into.size(), step_, bytes_.size() - at_});
    std::memcpy(into.data(), bytes_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

// The decoded text, read in small pieces.
std::string all_of(ByteSource& source, std::size_t piece = 7) {
  std::string text;
  std::vector<std::byte> buffer(piece);
  for (;;) {
    const std::size_t got = source.read(buffer).value();
    if (got == 0) return text;
    text.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
}

std::string decoded(std::string bytes, std::size_t step = 1 << 20) {
  auto result = decode_detected(std::make_unique<SlowSource>(std::move(bytes), step));
  if (!result.ok()) return result.error().message;
  return std::string(name_of(result->encoding)) + ":" + all_of(*result->source);
}

std::string utf16(std::u16string_view text, bool big) {
  std::string out;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    out += big ? high : low;
    out += big ? low : high;
  }
  return out;
}

// 姓名,地址\n张三,珠海\n and 𠮷 (four bytes) in GB18030.
const std::string gb_rows = "\xD0\xD5\xC3\xFB,\xB5\xD8\xD6\xB7\n\xD5\xC5\xC8\xFD,\xD6\xE9\xBA\xA3\n";
const std::string gb_four_bytes = "\x95\x34\xB2\x35";

// 姓名,地址\n陳大文,香港九龍\n林美玲,臺北市信義區\n功課,許可\n in Big5, whose second bytes may be a
// backslash.
const std::string big5_rows =
    "\xA9m\xA6W,\xA6"
    "a\xA7}\n\xB3\xAF\xA4j\xA4\xE5,\xAD\xBB\xB4\xE4\xA4"
    "E\xC0s\n\xAAL\xAC\xFC\xAC\xC2,\xBBO\xA5_\xA5\xAB\xABH\xB8q\xB0\xCF\n\xA5\\\xBD\xD2,\xB3\\\xA5i\n";
const std::string big5_text = "姓名,地址\n陳大文,香港九龍\n林美玲,臺北市信義區\n功課,許可\n";

TEST(EncodingTest, tells_big5_from_gb18030_and_decodes_it) {
  EXPECT_EQ(decoded(big5_rows), "Big5:" + big5_text);
  for (const std::size_t step : {1u, 2u, 3u, 5u})
    EXPECT_EQ(decoded(big5_rows, step), "Big5:" + big5_text) << step;
  std::string long_big5, long_utf8;
  for (int i = 0; i < 4'000; ++i) {
    long_big5 += big5_rows;
    long_utf8 += big5_text;
  }
  EXPECT_EQ(decoded("x" + long_big5, 4'093), "Big5:x" + long_utf8);
  auto reader = open_rows(source_of(std::string_view(big5_rows))).value();
  EXPECT_EQ(reader->encoding(), Encoding::big5);
  EXPECT_EQ(reader->columns()[1], "地址");
  Row row;
  std::vector<std::string> names;
  while (reader->next(row).value()) names.emplace_back(row.cells[0].text);
  EXPECT_EQ(names, (std::vector<std::string>{"陳大文", "林美玲", "功課"}));
}

TEST(EncodingTest, one_undecodable_character_of_big5_refuses_one_row) {
  std::string text = big5_rows;
  for (int i = 0; i < 20; ++i) text += "\xB3\xAF\xA4j,\xAD\xBB\xB4\xE4\n";
  text += "\xB3\xFF,\xAD\xBB\n\xB3\xAF,\xB4\xE4\n";
  auto reader = open_rows(source_of(std::string_view(text))).value();
  ASSERT_EQ(reader->encoding(), Encoding::big5);
  Row row;
  std::vector<std::uint64_t> refused;
  int read = 0;
  for (; reader->next(row).value(); ++read) {
    if (row.problem == RowProblem::bad_encoding) refused.push_back(row.line);
  }
  EXPECT_EQ(read, 25);
  EXPECT_EQ(refused, std::vector<std::uint64_t>{25});
}

TEST(EncodingTest, tells_and_decodes_each_encoding) {
  EXPECT_EQ(decoded("姓名,地址\n"), "UTF-8:姓名,地址\n");
  EXPECT_EQ(decoded("\xEF\xBB\xBF姓名\n"), "UTF-8:姓名\n");
  EXPECT_EQ(decoded("plain,ascii\n"), "UTF-8:plain,ascii\n");
  EXPECT_EQ(decoded(gb_rows), "GB18030:姓名,地址\n张三,珠海\n");
  EXPECT_EQ(decoded(gb_rows + gb_four_bytes), "GB18030:姓名,地址\n张三,珠海\n𠮷");
  for (const bool big : {false, true}) {
    const std::string name = big ? "UTF-16BE:" : "UTF-16LE:", mark = utf16(u"\uFEFF", big);
    EXPECT_EQ(decoded(mark + utf16(u"姓名,𠮷\n", big)), name + "姓名,𠮷\n");
    EXPECT_EQ(decoded(utf16(u"name,code\nabc,1\n", big)), name + "name,code\nabc,1\n");
  }
}

TEST(EncodingTest, sequences_cut_between_reads_are_put_together) {
  for (const std::size_t step : {1u, 2u, 3u, 5u}) {
    EXPECT_EQ(decoded(gb_rows + gb_four_bytes, step), "GB18030:姓名,地址\n张三,珠海\n𠮷") << step;
    EXPECT_EQ(decoded("\xFF\xFE" + utf16(u"姓名𠮷\n", false), step), "UTF-16LE:姓名𠮷\n") << step;
  }
  // Text longer than one chunk of the converter.
  std::string long_gb, long_utf8;
  for (int i = 0; i < 40'000; ++i) {
    long_gb += i % 3 == 0 ? gb_four_bytes : "\xD5\xC5";
    long_utf8 += i % 3 == 0 ? "𠮷" : "张";
  }
  EXPECT_EQ(decoded("x" + long_gb, 4'093), "GB18030:x" + long_utf8);
}

TEST(EncodingTest, a_mark_is_dropped_though_the_encoding_is_given_and_bytes_come_one_by_one) {
  for (const auto& [encoding, bytes] :
       {std::pair{Encoding::utf8,
                  "\xEF\xBB\xBF"s
                  "a\n1\n"},
        std::pair{Encoding::utf16_le, "\xFF\xFE"s + utf16(u"a\n1\n", false)},
        std::pair{Encoding::utf16_be, "\xFE\xFF"s + utf16(u"a\n1\n", true)}}) {
    auto reader = open_rows(std::make_unique<SlowSource>(bytes, 1), {.encoding = encoding}).value();
    EXPECT_EQ(reader->columns()[0], "a") << name_of(encoding);
  }
}

TEST(EncodingTest, what_cannot_be_decoded_comes_out_as_a_byte_no_text_holds) {
  const auto decode_all = [](std::string_view bytes, Encoding encoding) {
    return all_of(*decode(source_of(bytes), encoding, {}));
  };
  EXPECT_EQ(decode_all("a\xD5\xC5\xFF"
                       "b"sv,
                       Encoding::gb18030),
            "a张\xFF"
            "b");
  EXPECT_EQ(decode_all("a\xD5"sv, Encoding::gb18030), "a\xFF");
  EXPECT_EQ(decode_all("a\0\x00\xD8"
                       "b\0"sv,
                       Encoding::utf16_le),
            "a\xFF"
            "b");                                                // half a pair
  EXPECT_EQ(decode_all("a\0b"sv, Encoding::utf16_le), "a\xFF");  // half a unit at the end
  EXPECT_EQ(decode_all("a\xFF"sv, Encoding::utf8), "a\xFF");
}

TEST(EncodingTest, one_undecodable_character_refuses_one_row) {
  auto reader = open_rows(source_of(std::string_view(gb_rows))).value();
  EXPECT_EQ(reader->encoding(), Encoding::gb18030);
  std::string text = gb_rows;
  for (int i = 0; i < 50; ++i) text += "\xD5\xC5\xC8\xFD,\xD6\xE9\xBA\xA3\n";
  text += "\xD5\xC5\xFF,\xD6\xE9\xBA\xA3\n\xD5\xC5,\xD6\xE9\n";
  reader = open_rows(source_of(std::string_view(text))).value();
  Row row;
  std::vector<std::uint64_t> refused;
  int read = 0;
  for (; reader->next(row).value(); ++read) {
    if (row.problem == RowProblem::bad_encoding) refused.push_back(row.line);
  }
  EXPECT_EQ(read, 53);
  EXPECT_EQ(refused, std::vector<std::uint64_t>{53});
  EXPECT_EQ(row.problem, RowProblem::none);
}

TEST(EncodingTest, a_break_far_behind_the_sample_refuses_only_its_row) {
  std::string text = "姓名,地址\n";
  std::uint64_t line = 1;
  for (; text.size() < encoding_sample_bytes + 3'000'000; ++line) text += "张三,珠海市香洲区吉大路\n";
  text += "李四,珠海\xD6\xE9\n王五,中山\n";
  auto reader = open_rows(source_of(std::string_view(text))).value();
  EXPECT_EQ(reader->encoding(), Encoding::utf8);
  Row row;
  std::vector<std::uint64_t> refused;
  std::uint64_t read = 0;
  for (; reader->next(row).value(); ++read) {
    if (row.problem != RowProblem::none) refused.push_back(row.line);
  }
  EXPECT_EQ(read, line + 1);
  EXPECT_EQ(refused, std::vector<std::uint64_t>{line + 1});
}

TEST(EncodingTest, a_sample_that_ends_inside_a_character_is_still_utf8) {
  for (std::size_t cut = 0; cut < 4; ++cut) {
    const std::string text = std::string(cut, 'x') + "张三珠海";
    for (std::size_t size = text.size() - 5; size < text.size(); ++size) {
      EXPECT_EQ(detect_encoding(text.substr(0, size), false).value(), Encoding::utf8) << cut << " " << size;
    }
  }
}

TEST(EncodingTest, a_few_zero_bytes_do_not_make_utf16) {
  EXPECT_EQ(detect_encoding("a,b\n\0,1\n\0\0\0,2\n"sv, true).value(), Encoding::utf8);
  EXPECT_EQ(detect_encoding(utf16(u"姓名,电话\n张三,139\n", false), true).value(), Encoding::utf16_le);
}

TEST(EncodingTest, says_what_is_no_text) {
  for (const std::string_view bytes :
       {"%PDF-1.7\n"sv, "PK\x03\x04\x14\0"sv, "\x1F\x8B\x08"sv, "\x89PNG\r\n"sv,
        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "SQLite format 3\0"sv}) {
    EXPECT_EQ(decoded(std::string(bytes)), "ingest.not_text");
  }
  std::string noise;
  for (int i = 0; i < 4'000; ++i) noise += static_cast<char>(i * i * 31 + i * 7 + (i >> 3));
  EXPECT_EQ(decoded(noise), "ingest.encoding_unknown");
  EXPECT_EQ(decoded(""), "UTF-8:");
}

}  // namespace
}  // namespace jingwei::ingest
