// The real disk, with room for so many bytes more, or refusing every write while told to.
#pragma once

#include <atomic>

#include "base/file_system.h"

namespace jingwei::testing {

class ShortDisk final : public FileSystem {
 public:
  explicit ShortDisk(std::uint64_t room = UINT64_MAX) : room_(room) {}
  void leave(std::uint64_t room) { room_ = room; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    JW_ASSIGN(auto file, real_file_system().open(path, mode));
    return std::unique_ptr<File>(std::make_unique<ShortFile>(*this, std::move(file)));
  }
  Result<bool> exists(const std::string& path) override { return real_file_system().exists(path); }
  Result<void> remove(const std::string& path) override { return real_file_system().remove(path); }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return real_file_system().rename(from, to);
  }
  Result<void> make_folders(const std::string& path) override {
    return real_file_system().make_folders(path);
  }
  Result<std::vector<std::string>> list(const std::string& folder) override {
    return real_file_system().list(folder);
  }
  Result<void> sync_folder(const std::string& folder) override {
    return real_file_system().sync_folder(folder);
  }
  Result<std::uint64_t> free_bytes(const std::string&) override { return room_.load(); }

 private:
  class ShortFile final : public File {
   public:
    ShortFile(ShortDisk& disk, std::unique_ptr<File> file) : disk_(disk), file_(std::move(file)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
      return file_->read(offset, into);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::byte> from) override {
      JW_TRY(disk_.take(from.size()));
      return file_->write(offset, from);
    }
    Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<void> sync() override { return file_->sync(); }
    Result<std::uint64_t> size() override { return file_->size(); }

   private:
    ShortDisk& disk_;
    std::unique_ptr<File> file_;
  };

  Result<void> take(std::uint64_t bytes) {
    std::uint64_t room = room_;
    do {
      if (bytes > room) return Error(ErrorCode::exhausted, "file.disk_full");
    } while (!room_.compare_exchange_weak(room, room - bytes));
    return {};
  }

  std::atomic<std::uint64_t> room_;
};

}  // namespace jingwei::testing
