// Bytes as a File that can only be read.
#pragma once

#include <cstring>
#include <memory>
#include <string>

#include "base/file_system.h"

namespace jingwei::testing {

class BytesFile final : public File {
 public:
  explicit BytesFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, size);
    return size;
  }
  Result<void> write(std::uint64_t, std::span<const std::byte>) override { return Error(); }
  Result<void> truncate(std::uint64_t) override { return Error(); }
  Result<void> sync() override { return Error(); }
  Result<std::uint64_t> size() override { return bytes_.size(); }

 private:
  std::string bytes_;
};

inline std::unique_ptr<File> in_memory(std::string bytes) {
  return std::make_unique<BytesFile>(std::move(bytes));
}

}  // namespace jingwei::testing
