#include "modules/ingest/reading/file_kind.h"

namespace jingwei::ingest {

namespace {

using namespace std::string_view_literals;

struct Mark {
  FileKind kind;
  std::string_view bytes;
  std::size_t at = 0;
};

constexpr std::array<Mark, 24> marks = {{
    {FileKind::gzip, "\x1F\x8B"sv},
    {FileKind::zip, "PK\x03\x04"sv},
    {FileKind::zip, "PK\x05\x06"sv},
    {FileKind::old_office, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv},
    {FileKind::pdf, "%PDF-"sv},
    {FileKind::picture, "\x89PNG"sv},
    {FileKind::picture, "\xFF\xD8\xFF"sv},
    {FileKind::picture, "GIF8"sv},
    {FileKind::picture, "BM"sv},
    {FileKind::picture, "II*\0"sv},
    {FileKind::picture, "MM\0*"sv},
    {FileKind::picture, "WEBP"sv, 8},
    {FileKind::picture, "ftypheic"sv, 4},
    {FileKind::packed, "Rar!\x1A\x07"sv},
    {FileKind::packed, "7z\xBC\xAF\x27\x1C"sv},
    {FileKind::packed, "BZh91AY"sv},
    {FileKind::packed,
     "\xFD"
     "7zXZ\0"sv},
    {FileKind::packed, "\x28\xB5\x2F\xFD"sv},
    {FileKind::packed, "ustar"sv, 257},
    {FileKind::packed, "PK\x07\x08"sv},  // one part of a zip in several
    {FileKind::database, "SQLite format 3\0"sv},
    {FileKind::database, "\0\x01\0\0Standard Jet DB"sv},
    {FileKind::database, "\0\x01\0\0Standard ACE DB"sv},
    {FileKind::pdf, "%!PS-Adobe"sv},
}};

}  // namespace

FileKind file_kind(std::string_view begin) {
  if (begin.empty()) return FileKind::empty;
  for (const Mark& mark : marks) {
    if (begin.size() < mark.at + mark.bytes.size() || begin.substr(mark.at, mark.bytes.size()) != mark.bytes)
      continue;
    // Two letters may begin a line of text; the header of a bitmap holds zeros.
    if (mark.bytes == "BM"sv && begin.substr(0, 26).find('\0') == std::string_view::npos) continue;
    return mark.kind;
  }
  return FileKind::text;
}

std::string_view refusal_of(FileKind kind) {
  switch (kind) {
    case FileKind::empty:
      return "ingest.empty_file";
    case FileKind::old_office:
      return "ingest.is_old_office";
    case FileKind::pdf:
      return "ingest.is_pdf";
    case FileKind::picture:
      return "ingest.is_picture";
    case FileKind::packed:
      return "ingest.is_packed";
    case FileKind::database:
      return "ingest.is_database";
    case FileKind::text:
    case FileKind::gzip:
    case FileKind::zip:
      break;
  }
  return {};
}

}  // namespace jingwei::ingest
