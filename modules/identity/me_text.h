// The answer of GET /me as it was written last: every page asks for it, and it seldom changes.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/messages.h"
#include "modules/region/region_service.h"

namespace jingwei::identity {

// Of one session, whose SignedIn is made anew whenever the account, its grants or their roles change; what
// else the answer rests on is asked for here: language, region names, and the moment. Thread-safe.
class MeText {
 public:
  // Nothing where none was kept for this language and tree that holds at `now`.
  std::optional<std::string> find(Language language, const std::shared_ptr<const region::Tree>& tree,
                                  Instant now) const {
    const std::lock_guard lock(mutex_);
    const Kept& one = kept_[static_cast<std::size_t>(language)];
    if (one.tree != tree || now < one.from || now >= one.until) return std::nullopt;
    return one.text;
  }
  // `text` holds in [from, until).
  void keep(Language language, std::shared_ptr<const region::Tree> tree, Instant from, Instant until,
            std::string text) {
    const std::lock_guard lock(mutex_);
    kept_[static_cast<std::size_t>(language)] = {std::move(tree), from, until, std::move(text)};
  }

 private:
  struct Kept {
    std::shared_ptr<const region::Tree> tree;
    Instant from{}, until{};
    std::string text;
  };
  mutable std::mutex mutex_;
  std::array<Kept, 2> kept_;  // by language
};

}  // namespace jingwei::identity
