#include "storage/embedded/checkpointer.h"

#include <sqlite3.h>

namespace jingwei::storage::embedded {

namespace {

constexpr int begin_pages = 1'000;  // 4 MB: the thread starts
constexpr int long_pages = 8'000;   // 32 MB: the writer helps

int checkpoint(Connection& connection) {
  return sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

int note_pages(void* into, sqlite3*, const char*, int pages) {
  static_cast<std::atomic<int>*>(into)->store(pages);
  return SQLITE_OK;
}

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Checkpointer::watch(Connection& writer) {
  sqlite3_wal_hook(writer.handle(), &note_pages, &log_pages_);
}

void Checkpointer::after_commit(Connection& writer) {
  const int pages = log_pages_.load();
  if (pages < begin_pages) {
    pages_after_own_ = 0;
    return;
  }
  if (pages >= std::max(long_pages, 2 * pages_after_own_)) {
    (void)checkpoint(writer);
    pages_after_own_ = pages;
    return;
  }
  {
    std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

void Checkpointer::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || wanted_; });
      if (closing_) return;
      wanted_ = false;
    }
    // A fault here costs nothing: the log stays, and the next commit asks again.
    (void)checkpoint(*connection_);
  }
}

}  // namespace jingwei::storage::embedded
