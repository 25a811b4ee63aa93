#include "base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace jingwei {

namespace {

Error from_errno(int fault, const std::string& path) {
  const ErrorCode code = fault == ENOENT                      ? ErrorCode::not_found
                         : fault == ENOSPC || fault == EDQUOT ? ErrorCode::exhausted
                         : fault == EEXIST                    ? ErrorCode::conflict
                         : fault == EACCES || fault == EPERM  ? ErrorCode::denied
                                                              : ErrorCode::unavailable;
  const char* id = code == ErrorCode::not_found   ? "file.not_found"
                   : code == ErrorCode::exhausted ? "file.disk_full"
                   : code == ErrorCode::conflict  ? "file.exists"
                   : code == ErrorCode::denied    ? "file.denied"
                                                  : "file.fault";
  return Error(code, id).with("path", path).because(std::string(::strerror(fault)) + " (" + path + ")");
}

class PosixFile final : public File {
 public:
  PosixFile(int handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  ~PosixFile() override { ::close(handle_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t n =
          ::pread(handle_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return from_errno(errno, path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, std::span<const std::byte> from) override {
    std::size_t done = 0;
    while (done < from.size()) {
      const ssize_t n =
          ::pwrite(handle_, from.data() + done, from.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return from_errno(errno, path_);
      done += static_cast<std::size_t>(n);
    }
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(handle_, static_cast<off_t>(size)) != 0) return from_errno(errno, path_);
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(handle_) != 0) return from_errno(errno, path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat info {};
    if (::fstat(handle_, &info) != 0) return from_errno(errno, path_);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  int handle_;
  std::string path_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const int flags = mode == OpenMode::read     ? O_RDONLY
                      : mode == OpenMode::update ? O_RDWR | O_CREAT
                                                 : O_RDWR | O_CREAT | O_EXCL;
    const int handle = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (handle < 0) return from_errno(errno, path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(handle, path));
  }

  Result<bool> exists(const std::string& path) override {
    if (::access(path.c_str(), F_OK) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return from_errno(errno, path);
  }

  Result<void> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return from_errno(errno, path);
    return {};
  }

  Result<void> link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    const bool impossible = errno == EXDEV || errno == EPERM || errno == EMLINK || errno == ENOTSUP;
    if (impossible)
      return Error(ErrorCode::unsupported, "file.fault").with("path", from).because(::strerror(errno));
    return from_errno(errno, errno == EEXIST ? to : from);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return from_errno(errno, from);
    return {};
  }

  Result<void> make_folders(const std::string& path) override {
    std::error_code fault;
    std::filesystem::create_directories(path, fault);
    if (fault) return from_errno(fault.value(), path);
    return {};
  }

  Result<void> make_private_folder(const std::string& path) override {
    auto folder = std::filesystem::path(path).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "data/"
    if (folder.has_parent_path()) JW_TRY(make_folders(folder.parent_path().string()));
    if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return from_errno(errno, path);
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    std::error_code fault;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator it(folder, fault), end; !fault && it != end;
         it.increment(fault)) {
      names.push_back(it->path().filename().string());
    }
    if (fault) return from_errno(fault.value(), folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<void> sync_folder(const std::string& folder) override {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return from_errno(errno, folder);
    const int fault = ::fsync(handle) == 0 ? 0 : errno;
    ::close(handle);
    if (fault != 0) return from_errno(fault, folder);
    return {};
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return from_errno(errno, path);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }
};

}  // namespace

FileSystem& real_file_system() {
  static PosixFileSystem files;
  return files;
}

Result<std::string> read_text(FileSystem& files, const std::string& path, std::uint64_t limit) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, file->size());
  if (size > limit)
    return Error(ErrorCode::too_large, "file.too_large")
        .with("path", path)
        .with("limit", std::to_string(limit));
  std::string text(size, '\0');
  JW_ASSIGN(const std::size_t got, file->read(0, std::as_writable_bytes(std::span(text))));
  text.resize(got);
  return text;
}

Result<void> write_text_durably(FileSystem& files, const std::string& path, std::string_view text) {
  const std::string temporary = path + ".new";
  {
    JW_ASSIGN(auto file, files.open(temporary, OpenMode::update));
    JW_TRY(file->truncate(0));
    JW_TRY(file->write(0, std::as_bytes(std::span(text))));
    JW_TRY(file->sync());
  }
  JW_TRY(files.rename(temporary, path));
  const auto slash = path.find_last_of('/');
  return files.sync_folder(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace jingwei
