// Slows down guessing without giving anybody the means to lock somebody else out.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace jingwei::identity {

// Failed tries are counted per account and place they come from. A place is a device that has signed in to this account
// before (it carries a cookie that says so), or else the network address. From the fifth failure on each waits twice as
// long as the last, up to a quarter of an hour. Tries of one account from all unknown places together are counted too,
// with a higher bound; a known device does not feel that, so that whoever guesses cannot lock the owner out.
// Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
// In memory, of this process. Thread-safe.
class Throttle {
 public:
  using Moment = std::chrono::nanoseconds;  // of Clock::monotonic

  struct Try {
    std::string account;  // a hash of what was typed
    std::string place;
    bool known_device = false;
  };

  // How long to wait before trying; nothing: now.
  std::optional<std::chrono::seconds> wait(const Try& one, Moment now) const;
  void failed(const Try& one, Moment now);
  void succeeded(const Try& one);

 private:
  struct Count {
    int failures = 0;
    Moment last{};
  };
  static std::optional<std::chrono::seconds> wait_of(const Count& count, int free, Moment now);
  void count(const std::string& key, Moment now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace jingwei::identity
