// Worker threads for handlers that wait for storage.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace jingwei::http {

// Tasks run in order of arrival on any worker; they must not throw.
class Pool {
 public:
  Pool(int workers, std::size_t most_waiting);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False when `most_waiting` tasks wait already or the pool has stopped; `task` is left untouched then.
  bool post(std::function<void()>&& task);
  // Runs what waits, then ends the workers. Called twice, does nothing.
  void stop();
  std::size_t waiting() const;

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::size_t most_waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jingwei::http
