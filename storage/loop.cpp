#include "storage/loop.h"

namespace jingwei::storage {

void Loop::start(std::function<void()> step) {
  stop();
  stopping_ = false;
  thread_ = std::thread([this, step = std::move(step)] {
    while (!stopping()) step();
  });
}

void Loop::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Loop::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Loop::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace jingwei::storage
