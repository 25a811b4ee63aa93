// Goal: the public copy of a picture draws the same and tells nothing of where, when and by what it was
// taken.
#include "modules/cases/evidence/picture.h"

#include <gtest/gtest.h>

namespace jingwei::cases {
namespace {

std::string segment(char marker, const std::string& content) {
  const std::size_t length = content.size() + 2;
  return std::string("\xFF") + marker + static_cast<char>(length >> 8) + static_cast<char>(length & 0xFF) +
         content;
}

// Little-endian EXIF with a way up and, behind it, words that must not get out.
std::string exif(char orientation) {
  std::string tiff("II\x2A\x00\x08\x00\x00\x00\x02\x00", 10);
  tiff += std::string("\x12\x01\x03\x00\x01\x00\x00\x00", 8) + orientation + std::string(3, '\0');
  tiff += std::string("\x25\x88\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00", 12) + std::string(4, '\0');
  return std::string("Exif\0\0", 6) + tiff + "GPS 22.27N 113.58E";
}

const std::string scan =
    std::string("\xFF\xDA\x00\x04\x01\x00", 6) + std::string("\x12\xFF\x00\x34\xFF\xD0\x56", 7);
const std::string tables = segment('\xDB', "quantisation");

TEST(Picture, JpegLosesPlaceTimeAndComments) {
  const std::string jpeg = "\xFF\xD8" + segment('\xE0', "JFIF") + segment('\xE1', exif(1)) +
                           segment('\xE1', "http://ns.adobe.com/xap GPSLatitude") +
                           segment('\xED', "Photoshop caption") + segment('\xFE', "taken by") + tables +
                           scan + "\xFF\xD9" + "trailing video";
  const auto copy = without_metadata(jpeg);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(*copy, "\xFF\xD8" + segment('\xE0', "JFIF") + tables + scan + "\xFF\xD9");
}

TEST(Picture, JpegKeepsTheWayUpAlone) {
  const std::string jpeg = "\xFF\xD8" + segment('\xE1', exif(6)) + tables + scan + "\xFF\xD9";
  const auto copy = without_metadata(jpeg);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy->find("GPS"), std::string::npos);
  const auto at = copy->find("Exif");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(orientation_of(std::string_view(*copy).substr(at + 6)), 6);
  EXPECT_EQ(without_metadata(*copy).value(), *copy);
}

TEST(Picture, JpegKeepsColourProfiles) {
  const std::string profile = segment('\xE2', std::string("ICC_PROFILE\0\1\1", 14) + "colours");
  const std::string jpeg =
      "\xFF\xD8" + profile + segment('\xE2', "MPF other pictures") + tables + scan + "\xFF\xD9";
  EXPECT_EQ(without_metadata(jpeg).value(), "\xFF\xD8" + profile + tables + scan + "\xFF\xD9");
}

TEST(Picture, ProgressiveJpegKeepsEveryScan) {
  const std::string jpeg = "\xFF\xD8" + tables + scan + segment('\xC4', "huffman") + scan + "\xFF\xD9";
  EXPECT_EQ(without_metadata(jpeg).value(), jpeg);
}

std::string chunk(const std::string& name, const std::string& content) {
  std::string length(4, '\0');
  length[3] = static_cast<char>(content.size());
  return length + name + content + "CRC!";
}

TEST(Picture, PngLosesTextTimeAndExif) {
  const std::string head = std::string("\x89PNG\r\n\x1a\n") + chunk("IHDR", "13 bytes here");
  const std::string png = head + chunk("tEXt", "Author") + chunk("eXIf", "GPS") + chunk("tIME", "now") +
                          chunk("IDAT", "pixels") + chunk("IEND", "") + "more";
  EXPECT_EQ(without_metadata(png).value(), head + chunk("IDAT", "pixels") + chunk("IEND", ""));
}

TEST(Picture, CutAndForeignFilesAreRefusedWithAReason) {
  const std::string jpeg = "\xFF\xD8" + tables + scan + "\xFF\xD9";
  for (std::size_t length = 3; length + 2 <= jpeg.size(); ++length)
    EXPECT_FALSE(without_metadata(jpeg.substr(0, length)).ok()) << length;
  EXPECT_EQ(without_metadata("GIF89a").error().message, "cases.no_picture");
  EXPECT_EQ(without_metadata(std::string("\x89PNG\r\n\x1a\n") + "short").error().message,
            "cases.picture_broken");
}

}  // namespace
}  // namespace jingwei::cases
