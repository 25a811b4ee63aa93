// The seam to whoever holds things about a resource beside its records: cases opened with it as their form.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace jingwei::purpose {

// Thread-safe. With `before` only what ended earlier counts and goes, and what is under way stays; without it
// everything.
class HeldBeside {
 public:
  virtual ~HeldBeside() = default;

  // Things that would go. Errors: the store's.
  virtual Result<std::int64_t> count(const std::string& resource, std::optional<Instant> before) const = 0;

  // The next of them: committing the Change erases them. Nothing is left when `cases` is 0; a Change whose
  // cases moved meanwhile conflicts. Errors: the store's.
  struct Slice {
    storage::Change change;
    std::int64_t cases = 0, photos = 0;
  };
  virtual Result<Slice> next(const std::string& resource, std::optional<Instant> before) const = 0;

  // Tables under whose keys their words are sealed, each with the moment of the oldest that stands; none when
  // nothing stands. Errors: the store's.
  using Sealed = std::vector<std::pair<std::string, std::optional<Instant>>>;
  virtual Result<Sealed> sealed_since(const std::string& resource) const = 0;
};

}  // namespace jingwei::purpose
