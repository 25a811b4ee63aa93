// What a file is, told from its first bytes whatever its name says.
#pragma once

#include <cstdint>
#include <string_view>

namespace jingwei::ingest {

enum class FileKind : std::uint8_t {
  text,  // nothing else was recognised
  empty,
  gzip,
  zip,         // also Excel, Word and OpenDocument
  old_office,  // OLE compound file: .xls, .doc, WPS .et, and Office files with a password
  pdf,
  picture,
  packed,    // rar, 7z, bzip2, xz, zstd, tar: not unpacked here
  database,  // SQLite, Access
};

// `begin` are the first bytes, file_kind_bytes of them or all there are.
FileKind file_kind(std::string_view begin);
inline constexpr std::size_t file_kind_bytes = 512;

// Message id that tells a sender what to do with such a file ("ingest.is_pdf"); empty for text, gzip and zip.
std::string_view refusal_of(FileKind kind);

}  // namespace jingwei::ingest
