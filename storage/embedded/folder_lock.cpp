#include "storage/embedded/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_system.h"

namespace jingwei::storage::embedded {

namespace {

Error refused(int fault, const std::string& path) {
  const bool denied = fault == EACCES || fault == EPERM || fault == EROFS;
  const bool full = fault == ENOSPC || fault == EDQUOT;
  return Error(denied ? ErrorCode::denied
               : full ? ErrorCode::exhausted
                      : ErrorCode::unavailable,
               denied ? "storage.denied"
               : full ? "storage.disk_full"
                      : "storage.unavailable")
      .because(path + ": " + std::generic_category().message(fault));
}

std::string read_pid(int handle) {
  char text[32] = {};
  const ssize_t length = ::pread(handle, text, sizeof text - 1, 0);
  std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  pid.erase(pid.find_last_not_of(" \n") + 1);
  return pid;
}

}  // namespace

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& folder) {
  JW_TRY(real_file_system().make_private_folder(folder));
  const std::string path = folder + "/lock";
  const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (handle < 0) return refused(errno, path);
  std::unique_ptr<FolderLock> lock(new FolderLock(handle));
  if (::flock(handle, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refused(errno, path);
    return Error(ErrorCode::conflict, "storage.locked").with("folder", folder).with("pid", read_pid(handle));
  }
  const std::string pid = std::to_string(::getpid()) + '\n';
  if (::ftruncate(handle, 0) != 0 || ::pwrite(handle, pid.data(), pid.size(), 0) < 0)
    return refused(errno, path);
  return lock;
}

FolderLock::~FolderLock() {
  ::close(handle_);
}

}  // namespace jingwei::storage::embedded
