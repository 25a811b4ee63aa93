// A disk in memory that fails as disks do: it forgets what was not synced, tears the sector being written,
// fills up, breaks.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "base/file_system.h"
#include "base/random.h"

namespace jingwei::storage {

// Thread-safe. Files opened before a power cut are dead after it: every call on them fails as `unavailable`.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(std::uint64_t seed);
  ~FaultyFileSystem() override;

  // The machine loses power: each file goes back to its synced bytes, plus a random part of the sectors (512
  // bytes) written since, one of them perhaps torn in the middle; created and renamed names whose folder was
  // not synced may be lost.
  void power_cut();
  // From the `operations`-th call from now on (1 = the next) that changes or syncs anything, all fail, until
  // `mend`.
  void break_after(std::int64_t operations);
  // One call fails; the ones after it work.
  void fail_once_after(std::int64_t operations);
  void mend();
  // Writes that would take the disk over `bytes` are refused as `exhausted`.
  void set_capacity(std::uint64_t bytes);
  std::uint64_t used_bytes() const;
  std::int64_t operations() const;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> link(const std::string& from, const std::string& to) override;
  Result<void> make_folders(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> sync_folder(const std::string& folder) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;

 private:
  friend class FaultyFile;
  struct Content {
    std::string now;
    std::string synced;
    std::set<std::uint64_t> unsynced_sectors;
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;

  Result<void> operate();
  Result<void> rename_folder(const std::string& from, const std::string& to);
  std::uint64_t used() const;
  void lose_unsynced(Content& content);

  mutable std::mutex mutex_;
  SeededRandom random_;
  Names now_;
  Names synced_;
  std::uint64_t life_ = 0;  // counts power cuts
  std::uint64_t capacity_ = UINT64_MAX;
  std::int64_t operations_ = 0;
  std::int64_t break_at_ = -1;
  bool break_once_ = false;
};

}  // namespace jingwei::storage
