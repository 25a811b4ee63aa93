#include "storage/id_blocks.h"

#include "base/limits.h"

namespace jingwei::storage {

Result<std::int64_t> IdBlocks::take(std::int64_t count) {
  if (count < 1) return Error(ErrorCode::invalid, "storage.fault").because("asked for no ids");
  std::lock_guard lock(mutex_);
  if (end_ - next_ < count) {
    // A large wish has a run of its own, so that it does not waste the open block.
    if (count >= limits::id_block) return fetch_(count);
    JW_ASSIGN(next_, fetch_(limits::id_block));
    end_ = next_ + limits::id_block;
  }
  const std::int64_t first = next_;
  next_ += count;
  return first;
}

}  // namespace jingwei::storage
