// Erasure (销毁): what a resource has left in the store and in the uploads folder goes for good, versions and
// history too. Figures stay: they count no persons. Whoever erases gives the order, keeps count and destroys
// the keys.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "modules/catalog/catalog_service.h"

namespace jingwei::ingest {

struct IngestParts;
class Records;

// What there is of a resource, or what a step takes.
struct Remains {
  std::int64_t records = 0;   // that stand
  std::int64_t versions = 0;  // rows of tables and slices, standing or not
  std::int64_t refused = 0;   // refused rows
  std::int64_t batches = 0;   // whose file's name and hash are known
  std::int64_t files = 0;     // that wait: uploads, files of batches
  bool any() const { return versions + refused + batches + files > 0; }
  void add(const Remains& more);
};

// Thread-safe. Goes in steps, each one Change; who stops between two goes on with the next. With `before`,
// only what was received earlier goes, and batches that still wait stay.
class Erasing {
 public:
  Erasing(const IngestParts& parts, Records& records) : parts_(parts), records_(records) {}

  // Errors: not_found (resource), the store's.
  Result<Remains> count(const std::string& resource, std::optional<Instant> before) const;
  // When the oldest of what stands was received; nothing when nothing stands. Errors: count's.
  Result<std::optional<Instant>> oldest(const std::string& resource) const;
  // Whether values of this resource may stand under keys older than their rows: a withdrawal wrote them
  // again.
  Result<bool> has_restored(const std::string& resource) const;

  // Commits the step together with what the caller adds for it. At the last call nothing was left
  // (`complete`), which the Change expects to be so still. Errors: whatever it likes; they end the step.
  enum class Left : std::uint8_t { more, nothing };
  using Commit = std::function<Result<void>(storage::Change change, const Remains& taken, Left left)>;
  // Takes one step. Errors: conflict when somebody wrote meanwhile (try again), `commit`'s, the store's, the
  // disk's.
  Result<Left> step(const std::string& resource, std::optional<Instant> before, const Commit& commit);

  // Every generation of a resource's table, newest first. Good as long as this object.
  using Tables = std::vector<const catalog::ErasingTable*>;
  Tables tables_of(const catalog::Entry& entry) const;

 private:
  struct Step;
  Result<void> take_batches(storage::Reader& reader, Step& step) const;
  Result<void> take_uploads(storage::Reader& reader, Step& step) const;
  Result<void> take_slices(storage::Reader& reader, Step& step) const;
  Result<void> take_rows(storage::Reader& reader, Step& step) const;
  Result<void> take_refused(storage::Reader& reader, Step& step) const;
  Result<bool> present(const std::string& path) const;
  Result<void> remove_orphans() const;

  const IngestParts& parts_;
  Records& records_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<catalog::ErasingTable>> tables_;  // by name
};

}  // namespace jingwei::ingest
