#include "modules/cases/evidence/picture.h"

#include <array>
#include <cstdint>

namespace jingwei::cases {

namespace {

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view exif_name{"Exif\0\0", 6};
constexpr std::string_view icc_name{"ICC_PROFILE\0", 12};
constexpr std::uint16_t orientation_tag = 0x0112;

Error broken() {
  return Error(ErrorCode::invalid, "cases.picture_broken");
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | byte_at(bytes, at + static_cast<std::size_t>(i));
  return number;
}

// A segment that tells the way up and nothing else.
std::string orientation_segment(int orientation) {
  std::string segment("\xFF\xE1\x00\x22", 4);
  segment += exif_name;
  segment += std::string("MM\x00\x2A\x00\x00\x00\x08\x00\x01", 10);  // one entry
  segment += std::string("\x01\x12\x00\x03\x00\x00\x00\x01", 8);     // the tag, one short
  segment += std::string({'\0', static_cast<char>(orientation), '\0', '\0'});
  segment += std::string(4, '\0');  // no further directory
  return segment;
}

bool has_no_length(std::uint8_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

bool is_kept(std::uint8_t marker, std::string_view content) {
  if (marker == 0xFE) return false;                        // COM
  if (marker < 0xE0 || marker > 0xEF) return true;         // tables, frames, scans
  if (marker == 0xE0 || marker == 0xEE) return true;       // JFIF, Adobe
  return marker == 0xE2 && content.starts_with(icc_name);  // a colour profile
}

// Where the scan's data end: at the next marker that is neither a restart nor a stuffed byte.
std::size_t end_of_scan(std::string_view bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    if (byte_at(bytes, at) == 0xFF) {
      const std::uint8_t next = byte_at(bytes, at + 1);
      if (next != 0x00 && next != 0xFF && !has_no_length(next)) return at;
    }
    ++at;
  }
  return bytes.size();
}

Result<std::string> strip_jpeg(std::string_view bytes) {
  std::string head("\xFF\xD8", 2), rest;
  rest.reserve(bytes.size());
  int orientation = 1;
  bool drawn = false;
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (byte_at(bytes, at) != 0xFF) return broken();
    const std::uint8_t marker = byte_at(bytes, at + 1);
    if (marker == 0xFF) {  // a filler
      ++at;
      continue;
    }
    if (marker == 0xD9) {
      if (!drawn) return broken();
      if (orientation != 1) head += orientation_segment(orientation);
      rest.append("\xFF\xD9", 2);
      return head + rest;
    }
    if (has_no_length(marker)) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.size()) return broken();
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || at + 2 + length > bytes.size()) return broken();
    const std::string_view content = bytes.substr(at + 4, length - 2);
    if (marker == 0xE1 && content.starts_with(exif_name))
      orientation = orientation_of(content.substr(exif_name.size()));
    if (is_kept(marker, content)) rest.append(bytes.substr(at, 2 + length));
    at += 2 + length;
    if (marker != 0xDA) continue;
    drawn = true;
    const std::size_t end = end_of_scan(bytes, at);
    rest.append(bytes.substr(at, end - at));
    at = end;
  }
  return broken();  // no end
}

Result<std::string> strip_png(std::string_view bytes) {
  constexpr std::array<std::string_view, 9> kept = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS",
                                                    "gAMA", "cHRM", "sRGB", "iCCP"};
  std::string out(png_signature);
  out.reserve(bytes.size());
  std::size_t at = png_signature.size();
  bool first = true;
  while (bytes.size() - at >= 12) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12) return broken();
    const std::string_view name = bytes.substr(at + 4, 4);
    if (first && name != "IHDR") return broken();
    first = false;
    for (const auto word : kept) {
      if (name == word) out.append(bytes.substr(at, length + 12));
    }
    if (name == "IEND") return out;
    at += length + 12;
  }
  return broken();
}

}  // namespace

std::string_view media_of(PictureKind kind) {
  return kind == PictureKind::jpeg ? "image/jpeg" : "image/png";
}

Result<PictureKind> kind_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return PictureKind::jpeg;
  if (bytes.starts_with(png_signature)) return PictureKind::png;
  return Error(ErrorCode::unsupported, "cases.no_picture");
}

Result<std::string> without_metadata(std::string_view bytes) {
  JW_ASSIGN(const PictureKind kind, kind_of(bytes));
  return kind == PictureKind::jpeg ? strip_jpeg(bytes) : strip_png(bytes);
}

int orientation_of(std::string_view tiff) {
  if (tiff.size() < 8) return 1;
  const bool big = tiff.starts_with("MM");
  if (!big && !tiff.starts_with("II")) return 1;
  const auto number = [&](std::size_t at, int count) {
    if (big) return big_endian(tiff, at, count);
    std::uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i) value = value << 8 | byte_at(tiff, at + static_cast<std::size_t>(i));
    return value;
  };
  const std::size_t directory = number(4, 4);
  if (directory > tiff.size() || tiff.size() - directory < 2) return 1;
  const std::size_t entries = number(directory, 2);
  for (std::size_t entry = 0; entry < entries; ++entry) {
    const std::size_t at = directory + 2 + entry * 12;
    if (tiff.size() < 12 || at > tiff.size() - 12) return 1;
    if (number(at, 2) != orientation_tag || number(at + 2, 2) != 3) continue;
    const auto value = static_cast<int>(number(at + 8, 2));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

}  // namespace jingwei::cases
