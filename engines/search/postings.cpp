#include "engines/search/postings.h"

#include "base/result.h"

namespace jingwei::search {

std::uint32_t PostingStore::new_slice(std::uint8_t level) {
  const std::uint32_t size = slice_bytes(level);
  if (used_ + size > piece) {
    JW_ASSERT(pieces_.size() < 4'096);
    pieces_.push_back(std::make_unique<std::uint8_t[]>(piece));
    used_ = 0;
  }
  const auto at = static_cast<std::uint32_t>((pieces_.size() - 1) * piece + used_);
  used_ += size;
  return at;
}

void PostingStore::append(PostingList& list, std::uint32_t number) {
  // Numbers are kept one higher, so that the first distance is never 0.
  JW_ASSERT(list.count == 0 || number + 1 > list.last);
  if (list.count == 0) {
    list.first = list.at = new_slice(0);
    list.end = list.at + payload(0);
  } else if (list.end - list.at < number_bytes_most) {
    list.level = next_level(list.level);
    const std::uint32_t slice = new_slice(list.level);
    std::memcpy(byte(list.end), &slice, sizeof slice);
    list.at = slice;
    list.end = slice + payload(list.level);
  }
  std::uint32_t distance = number + 1 - list.last;
  list.last = number + 1;
  ++list.count;
  std::uint8_t* to = byte(list.at);
  for (; distance >= 0x80; distance >>= 7, ++list.at) *to++ = static_cast<std::uint8_t>(distance | 0x80);
  *to = static_cast<std::uint8_t>(distance);
  ++list.at;
}

}  // namespace jingwei::search
