// A zip archive read from a File: its entries and their bytes, unpacked as they are asked for.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

// Not thread-safe. Sources it opens keep it alive.
class ZipArchive : public std::enable_shared_from_this<ZipArchive> {
 public:
  struct Entry {
    std::string name;  // UTF-8, also where the archive has it in GB18030
    std::uint64_t bytes = 0;
    std::uint64_t packed_bytes = 0;
    bool folder = false;
    bool encrypted = false;
  };

  // Takes `file` over. Errors: invalid ("ingest.zip_damaged"), too_large ("ingest.zip_entries",
  // "ingest.unpacks_too_large": by the sizes the archive itself names), those of the file.
  static Result<std::shared_ptr<ZipArchive>> open(std::unique_ptr<File> file);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  std::span<const Entry> entries() const { return entries_; }
  // By name, letter case aside, as Office looks parts up.
  std::optional<std::size_t> find(std::string_view name) const;

  // Errors: invalid ("ingest.zip_encrypted"), unsupported ("ingest.zip_method"), those of open(). Damage
  // inside (CRC-32) and bursting (unpack_limit.h) are told while reading.
  Result<std::unique_ptr<ByteSource>> open_entry(std::size_t index);
  // Errors: also too_large ("ingest.workbook_part_too_large") over `limit` bytes.
  Result<std::string> read_entry(std::size_t index, std::size_t limit);

 private:
  struct Handle;
  class EntrySource;
  explicit ZipArchive(std::unique_ptr<Handle> handle);
  Error error_of(int zip_error) const;

  std::unique_ptr<Handle> handle_;
  std::vector<Entry> entries_;
};

}  // namespace jingwei::ingest
