// Memory that is given back all at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace jingwei::rules {

// Hands out memory that stays where it is until `reset` or the end. Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  template <typename T>
  std::span<T> take(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* const first = static_cast<T*>(bytes(count * sizeof(T), alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T();
    return {first, count};
  }

  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* const copy = static_cast<char*>(bytes(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  // Everything handed out is void; the first block is kept.
  void reset() {
    if (blocks_.size() > 1) blocks_.resize(1);
    used_ = 0;
  }

 private:
  static constexpr std::size_t block_bytes = 16 * 1024;
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };

  void* bytes(std::size_t size, std::size_t alignment) {
    used_ = (used_ + alignment - 1) / alignment * alignment;
    if (blocks_.empty() || used_ + size > blocks_.back().size) {
      const std::size_t wanted = std::max(block_bytes, size);
      blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted});
      used_ = 0;
    }
    void* const at = blocks_.back().bytes.get() + used_;
    used_ += size;
    return at;
  }

  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace jingwei::rules
