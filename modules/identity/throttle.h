// Slows down guessing without giving anybody the means to lock somebody else out.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "modules/identity/parts.h"

namespace jingwei::identity {

// Failed tries are counted per account and place they come from. A place is a device that has signed in to
// this account before (it carries a cookie that says so), or else the network address. From the fifth failure
// on each waits twice as long as the last, up to a quarter of an hour. Tries of one account from all unknown
// places together are counted too, with a higher bound; a known device does not feel that, so that whoever
// guesses cannot lock the owner out. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
// Counted in the store, by all processes on it together; a restart forgets nothing. Thread-safe.
class Throttle {
 public:
  explicit Throttle(const IdentityParts& parts) : parts_(parts) {}

  struct Try {
    std::string account;  // what was typed; stored is a keyed hash of it and the place
    std::string place;
    bool known_device = false;  // or who was sent a code: guesses of others do not slow them
  };

  // How long to wait before trying; nothing: now. Before the others of one try. Errors: the sealer's, the
  // store's.
  Result<std::optional<std::chrono::seconds>> wait(const Try& one) const;
  // Adds the writes that count the failure.
  void failed(const Try& one, storage::Change& change) const;
  // Errors: the store's.
  Result<void> succeeded(const Try& one) const;
  // Adds the write that drops what nobody tried for a day.
  void drop_old(storage::Change& change) const;

 private:
  const IdentityParts& parts_;
};

}  // namespace jingwei::identity
