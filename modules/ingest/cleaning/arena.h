// Short-lived text of one row: bump allocation, given back all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace jingwei::ingest {

// Views stay valid until reset(). Memory grows to the largest row met and stays. Not thread-safe.
class Arena {
 public:
  char* allocate(std::size_t size) {
    if (size > left_) grow(size);
    char* const place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }

  std::string_view copy(std::string_view text) {
    char* const place = allocate(text.size());
    text.copy(place, text.size());
    return {place, text.size()};
  }

  void reset() {
    if (blocks_.size() > 1)
      blocks_.erase(blocks_.begin(), blocks_.end() - 1);  // the last block is the largest
    next_ = blocks_.empty() ? nullptr : blocks_.back().bytes.get();
    left_ = blocks_.empty() ? 0 : blocks_.back().size;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t size) {
    std::size_t wanted = blocks_.empty() ? 4096 : blocks_.back().size * 2;
    while (wanted < size) wanted *= 2;
    blocks_.push_back({std::make_unique<char[]>(wanted), wanted});
    next_ = blocks_.back().bytes.get();
    left_ = wanted;
  }

  std::vector<Block> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace jingwei::ingest
