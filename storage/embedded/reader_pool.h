// Read connections; each Reader borrows one and holds a snapshot transaction on it.
#pragma once

#include "storage/embedded/connection.h"
#include "storage/store.h"

namespace jingwei::storage::embedded {

// Thread-safe. Every Reader must be gone before the pool is.
class ReaderPool {
 public:
  explicit ReaderPool(std::vector<std::unique_ptr<Connection>> connections);

  // Waits up to five seconds for a free connection. Errors: unavailable.
  Result<std::unique_ptr<Reader>> take();
  void give_back(std::unique_ptr<Connection> connection);

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace jingwei::storage::embedded
