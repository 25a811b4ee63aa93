// The disk comes in from outside. storage/faulty gives one that loses unsynced writes, tears pages and fills
// up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace jingwei {

enum class OpenMode : std::uint8_t {
  read,    // must exist
  update,  // read and write, created if absent
  create,  // read and write, must not exist
};

// An open file. Offsets are explicit, so one File may serve several readers; writers synchronise themselves.
// Errors: exhausted (disk full), corrupt (short file), unavailable (I/O fault); detail carries errno's text.
class File {
 public:
  virtual ~File() = default;
  // Reads up to `into.size()` bytes at `offset`; returns how many (0 at the end).
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) = 0;
  // Writes all of `from` at `offset`, growing the file.
  virtual Result<void> write(std::uint64_t offset, std::span<const std::byte> from) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // After this returns the bytes survive a power cut.
  virtual Result<void> sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  // A file, or a folder that is empty.
  virtual Result<void> remove(const std::string& path) = 0;
  // Atomic; the caller syncs the folder for durability.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // A second name for the same bytes, which must not change any more. Errors: unsupported where the disk has
  // no such names or they would cross disks.
  virtual Result<void> link(const std::string& from, const std::string& to) {
    static_cast<void>(to);
    return Error(ErrorCode::unsupported, "file.fault").with("path", from);
  }
  virtual Result<void> make_folders(const std::string& path) = 0;
  // The same, the last one for its owner alone. One that stands already keeps its mode.
  virtual Result<void> make_private_folder(const std::string& path) { return make_folders(path); }
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  // Makes creations, renames and removals in `folder` durable.
  virtual Result<void> sync_folder(const std::string& folder) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

// The real disk (POSIX).
FileSystem& real_file_system();

// The whole file as text. Errors: not_found, too_large (over `limit` bytes), unavailable.
Result<std::string> read_text(FileSystem& files, const std::string& path, std::uint64_t limit);
// Replaces `path` so that after a crash either the old or the new text stands: temporary file, sync, rename,
// sync.
Result<void> write_text_durably(FileSystem& files, const std::string& path, std::string_view text);

}  // namespace jingwei
