// Read connections of the PostgreSQL storage.
#pragma once

#include "storage/postgres/link.h"
#include "storage/store.h"

namespace jingwei::storage::postgres {

// Thread-safe; connections are opened when first needed. Every Reader and Borrowed must be gone before the
// pool is.
class ReaderPool {
 public:
  ReaderPool(const std::string& uri, int readers);

  // A connection for one statement outside any transaction.
  class Borrowed {
   public:
    Borrowed(ReaderPool& pool, std::unique_ptr<Link> link) : pool_(&pool), link_(std::move(link)) {}
    Borrowed(Borrowed&&) = default;
    ~Borrowed() {
      if (link_) pool_->give_back(std::move(link_));
    }
    Link& link() { return *link_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Link> link_;
  };

  // Waits up to five seconds for a free one. Errors: unavailable.
  Result<Borrowed> borrow();
  // A repeatable-read, read-only transaction.
  Result<std::unique_ptr<Reader>> read();
  // Runs one statement by itself; a connection found broken is opened anew once.
  Result<void> query(const Statement& statement, std::span<const Value> parameters,
                     const std::function<void(const Row&)>& row);

 private:
  void give_back(std::unique_ptr<Link> link);

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Link>> free_;
};

}  // namespace jingwei::storage::postgres
