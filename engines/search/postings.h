// Lists of ascending numbers that only grow, packed: which texts hold a term.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace jingwei::search {

// One list; the bytes stand in the PostingStore that appended to it.
struct PostingList {
  std::uint32_t count = 0;
  std::uint32_t last = 0;
  std::uint32_t first = 0, at = 0, end = 0;  // places in the store's bytes
  std::uint8_t level = 0;                    // of the slice that is being filled
};

// Distances as varints (seven bits a byte, low ones first) in slices that double in size up to 2 KB and are
// chained by their last four bytes: a list costs little more than its distances, and growing moves nothing.
// Up to 4 GB. Reading is thread-safe while nobody appends.
//
// Source: the in-memory segments of Twitter's index: M. Busch et al., "Earlybird: real-time search at
// Twitter", ICDE (2012).
class PostingStore {
 public:
  // `number` must be greater than all that the list holds.
  void append(PostingList& list, std::uint32_t number);

  template <typename Take>
  void each(const PostingList& list, const Take& take) const {
    if (list.count == 0) return;
    const std::uint8_t* at = byte(list.first);
    const std::uint8_t* end = at + payload(0);
    std::uint32_t number = 0;
    std::uint8_t level = 0;
    for (std::uint32_t left = list.count; left > 0; --left) {
      if (end - at < static_cast<std::ptrdiff_t>(number_bytes_most)) {
        std::uint32_t next = 0;
        std::memcpy(&next, end, sizeof next);
        at = byte(next);
        level = next_level(level);
        end = at + payload(level);
      }
      std::uint32_t distance = *at & 0x7F;
      for (int shift = 7; (*at++ & 0x80) != 0; shift += 7)
        distance |= static_cast<std::uint32_t>(*at & 0x7F) << shift;
      number += distance;
      take(number - 1);
    }
  }

  std::size_t memory() const { return pieces_.size() * piece; }

 private:
  static constexpr std::uint32_t piece = 1U << 20;
  static constexpr std::uint32_t number_bytes_most = 5;
  static constexpr std::uint8_t levels = 8;  // 16, 32 … 2,048 bytes
  static std::uint32_t slice_bytes(std::uint8_t level) { return 16U << level; }
  static std::uint32_t payload(std::uint8_t level) { return slice_bytes(level) - 4; }
  static std::uint8_t next_level(std::uint8_t level) {
    return static_cast<std::uint8_t>(level + 1 < levels ? level + 1 : level);
  }
  const std::uint8_t* byte(std::uint32_t at) const { return &pieces_[at / piece][at % piece]; }
  std::uint8_t* byte(std::uint32_t at) { return &pieces_[at / piece][at % piece]; }
  std::uint32_t new_slice(std::uint8_t level);

  std::vector<std::unique_ptr<std::uint8_t[]>> pieces_;
  std::uint32_t used_ = piece;
};

}  // namespace jingwei::search
