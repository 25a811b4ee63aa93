// An Office file (ECMA-376 part 2): named parts in a zip, read with limits, written back with some replaced.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jingwei::spreadsheet {

// Not thread-safe.
class Package {
 public:
  // Errors: unsupported "spreadsheet.encrypted" (opened by a password only), "spreadsheet.old_format" (.xls),
  // "spreadsheet.macros" (holds a program), "spreadsheet.not_a_workbook" (anything else, such as a renamed
  // PDF); too_large "spreadsheet.unpacked_too_large" (a zip bomb, or more than limits::form_unpacked_bytes).
  static Result<Package> open(std::string bytes);

  bool has(const std::string& part) const;
  // Errors: corrupt "spreadsheet.damaged" (absent or its check sum is wrong), too_large.
  Result<std::string> read(const std::string& part);
  // Replaces or adds a part; the bytes of all others stay as they are.
  void put(const std::string& part, std::string bytes);
  // Errors: internal.
  Result<std::string> save() const;

 private:
  std::string bytes_;
  std::map<std::string, std::uint64_t> parts_;  // name → place in the zip
  std::map<std::string, std::string> replaced_;
  std::size_t unpacked_ = 0;
};

// corrupt "spreadsheet.damaged", of the part named.
Error damaged(const std::string& part);

}  // namespace jingwei::spreadsheet
