// Files as departments write them: buffered, in UTF-8 or GB18030, as CSV or JSON Lines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace jingwei::sim {

enum class Encoding : std::uint8_t { utf8, utf8_bom, gb18030 };

std::string_view name_of(Encoding encoding);

// UTF-8 to GB18030 (ICU). `text` must be UTF-8.
std::string to_gb18030(std::string_view text);

// One output file. Writes in pieces of 256 KiB; the first error stays and is returned by close().
class OutFile {
 public:
  // Replaces a file of that name.
  static Result<std::unique_ptr<OutFile>> create(FileSystem& files, const std::string& path,
                                                 Encoding encoding);
  // Appends whole characters of UTF-8.
  void append(std::string_view text);
  Result<void> close();
  // Bytes handed over so far; exact after close().
  std::int64_t bytes() const { return static_cast<std::int64_t>(offset_); }

 private:
  OutFile(std::unique_ptr<File> file, Encoding encoding) : file_(std::move(file)), encoding_(encoding) {}
  void flush();

  std::unique_ptr<File> file_;
  Encoding encoding_;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  Result<void> fault_;
};

// Appends one CSV field, quoted where it must be (RFC 4180).
void append_csv_field(std::string& out, std::string_view field, char delimiter);

// True for text that is a JSON number as it stands.
bool is_json_number(std::string_view text);

}  // namespace jingwei::sim
