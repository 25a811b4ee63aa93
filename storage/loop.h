// A thread that takes steps until told to stop; the runners own one each.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace jingwei::storage {

// start and stop from one thread; the destructor stops. `step` runs in the thread of the loop and may ask
// `stopping`.
class Loop {
 public:
  Loop() = default;
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start(std::function<void()> step);
  void stop();
  bool stopping() const;
  // Sleeps in the loop's thread; ends early on stop.
  void pause(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jingwei::storage
