// Acts on timers when they are due.
#pragma once

#include "storage/loop.h"
#include "storage/store.h"

namespace jingwei::storage {

// Claims due timers by lease and hands each to the handler of its kind. What the handler returns is committed
// together with the timer's end, which fails when the lease has passed to another: so each timer takes effect
// once.
class TimerRunner {
 public:
  using Handler = std::function<Result<Change>(const Timer&)>;
  TimerRunner(Store& store, const Clock& clock, std::string owner);

  // Before `start` or `step`. The handler runs in the thread that steps. When it fails, or its Change is
  // refused, the timer comes again after 2, 4, 8 … seconds, at most an hour.
  void on(const std::string& kind, Handler handler);

  // Claims and acts once; returns how many timers took effect.
  Result<std::size_t> step();
  void start();
  void stop();

 private:
  bool act(const Timer& timer);

  Store& store_;
  const Clock& clock_;
  std::string owner_;
  std::map<std::string, Handler> handlers_;
  std::vector<std::string> kinds_;
  Loop loop_;
};

}  // namespace jingwei::storage
