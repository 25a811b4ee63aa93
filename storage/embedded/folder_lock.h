// One process owns a data folder (docs/decisions/003): a lock on <folder>/lock that the kernel drops when the
// process dies.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace jingwei::storage::embedded {

class FolderLock {
 public:
  // Creates the folder when absent. Errors: conflict "storage.locked" naming the holder's pid; denied;
  // unavailable.
  static Result<std::unique_ptr<FolderLock>> take(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int handle) : handle_(handle) {}
  int handle_;
};

}  // namespace jingwei::storage::embedded
