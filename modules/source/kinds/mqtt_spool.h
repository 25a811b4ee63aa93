// Messages on disk between the broker and their batch: what is acknowledged is synced here first
// (docs/formats/mqtt-spool.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace jingwei::source {

struct SpooledMessage {
  std::string topic;
  std::string payload;
};

// A folder with the segment that is being written and closed ones that wait. Not thread-safe.
class MqttSpool {
 public:
  // Makes the folder. What a crash left torn at the end of the open segment had not been acknowledged and is
  // cut off. Errors: the disk's.
  static Result<std::unique_ptr<MqttSpool>> open(FileSystem& files, std::string folder);

  // In memory until sync().
  void append(std::string_view topic, std::string_view payload);
  bool unsynced() const { return !waiting_.empty(); }
  // Forgets what was appended and not synced.
  void drop_unsynced() {
    waiting_.clear();
    waiting_messages_ = 0;
  }
  // After it returns, all that was appended survives a power cut. When it fails nothing of it counts.
  Result<void> sync();

  std::size_t messages() const { return messages_; }  // of the open segment
  std::uint64_t bytes() const { return at_; }
  // Closes the open segment under a name that sorts behind all earlier ones.
  Result<void> close_segment(std::int64_t sequence);
  // Paths of closed segments, oldest first.
  Result<std::vector<std::string>> segments() const;
  Result<void> remove_segment(const std::string& path);
  static Result<std::vector<SpooledMessage>> read_segment(FileSystem& files, const std::string& path);

 private:
  MqttSpool(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}
  Result<void> open_file();

  FileSystem& files_;
  std::string folder_;
  std::unique_ptr<File> file_;
  std::string waiting_;
  std::size_t waiting_messages_ = 0;
  std::size_t messages_ = 0;
  std::uint64_t at_ = 0;
};

// Messages of a segment's bytes, up to where it is torn; `good` gets the length of what was whole.
std::vector<SpooledMessage> parse_segment(std::string_view bytes, std::size_t& good);

}  // namespace jingwei::source
