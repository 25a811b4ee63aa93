// Packages as files of a folder that stands in memory, so that modules read installed packages as they read
// the program's own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/file_system.h"
#include "scenario/package.h"

namespace jingwei::scenario {

// The name under which modules find the folder.
inline constexpr std::string_view packages_folder = "scenarios";

// Read-only; thread-safe: whoever reads while the packages change sees all of the old or all of the new.
class PackageFiles final : public FileSystem {
 public:
  using Packages = std::map<std::string, Package>;

  void set(Packages packages);
  std::shared_ptr<const Packages> packages() const;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  // Nothing can be changed: Errors: unsupported.
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> make_folders(const std::string& path) override;
  Result<void> sync_folder(const std::string& folder) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Packages> packages_ = std::make_shared<const Packages>();
};

}  // namespace jingwei::scenario
