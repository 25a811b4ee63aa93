// Files of the pages, kept in memory with their gzip and checked against the disk at most once a second.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "http/server.h"

namespace jingwei::http {

// Thread-safe. Paths are decoded and free of "." and ".." (split_path); what else could leave the folder is
// refused here.
class StaticFiles {
 public:
  StaticFiles(std::vector<StaticRoot> roots, const Clock& clock);

  bool covers(std::string_view path) const { return root_of(path) != nullptr || lacks_slash(path); }
  // The answer when memory has it fresh; touches no disk.
  std::optional<Response> cached(std::string_view path, bool gzip) const;
  // The answer, reading the disk where needed: the file, the page of its root, a redirect to the root, or
  // nothing.
  std::optional<Response> load(std::string_view path, bool gzip);

 private:
  struct Entry {
    std::filesystem::path file;
    std::filesystem::file_time_type written;
    std::string plain, packed;  // packed is empty for media that do not shrink
    std::string_view type;
    std::string etag;  // with quotes
    bool lasting = false;
    mutable std::atomic<std::int64_t> checked_ns{0};
  };

  const StaticRoot* root_of(std::string_view path) const;
  bool lacks_slash(std::string_view path) const;
  std::optional<std::filesystem::path> resolve(const StaticRoot& root, std::string_view path) const;
  std::shared_ptr<const Entry> read(const std::filesystem::path& file, bool lasting) const;
  static Response answer(const Entry& entry, bool gzip);

  std::vector<StaticRoot> roots_;  // longest prefix first; prefixes end in '/'
  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Entry>> entries_;  // by URL path
  std::uint64_t held_bytes_ = 0;
};

}  // namespace jingwei::http
