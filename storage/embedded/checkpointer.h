// Moves the write-ahead log into the database file behind the writer's back.
#pragma once

#include "storage/embedded/connection.h"

namespace jingwei::storage::embedded {

// A thread with its own connection runs passive checkpoints once the log has grown; those hold no lock the
// writer needs. Only when the log is far longer (readers held it, or the writer outran the thread) the writer
// runs one itself between two groups: most pages are in the file by then, and a log wholly moved is begun
// anew by the next write.
class Checkpointer {
 public:
  explicit Checkpointer(std::unique_ptr<Connection> connection);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Counts the log's pages after each commit of this connection.
  void watch(Connection& writer);
  // Called by the writer's thread between groups.
  void after_commit(Connection& writer);

 private:
  void run();

  std::unique_ptr<Connection> connection_;
  std::atomic<int> log_pages_{0};
  int pages_after_own_ = 0;  // of the writer's thread: length when it last checkpointed itself
  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace jingwei::storage::embedded
