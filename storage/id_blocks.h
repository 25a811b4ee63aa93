// Ids of this process, taken from the database in blocks of limits::id_block.
#pragma once

#include <functional>
#include <mutex>

#include "base/result.h"

namespace jingwei::storage {

// Thread-safe. Ids of a block not used up when the process ends are never given out again.
class IdBlocks {
 public:
  // `fetch` reserves `count` consecutive ids in the database and returns the first.
  explicit IdBlocks(std::function<Result<std::int64_t>(std::int64_t count)> fetch)
      : fetch_(std::move(fetch)) {}
  // First of `count` consecutive ids. Errors: invalid for a count below one, else as `fetch`.
  Result<std::int64_t> take(std::int64_t count);

 private:
  std::function<Result<std::int64_t>(std::int64_t)> fetch_;
  std::mutex mutex_;
  std::int64_t next_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace jingwei::storage
