// What a withdrawal (撤回) would do to subjects, told before anybody confirms it: the registry is asked with
// the batch's records left out, and nothing of it is written.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "modules/registry/linking.h"
#include "modules/registry/resources.h"

namespace jingwei::registry {

// What becomes of a subject, the gravest first: it comes apart into several, it becomes one with another, no
// record tells of it any more, or it goes on with fewer.
enum class Fate : std::uint8_t { parts, joins, vanishes, loses };
inline constexpr std::size_t fates = 4;
std::string_view name_of(Fate fate);

struct ForetoldSubject {
  SubjectId id;
  Kind kind = Kind::person;
  Fate fate = Fate::loses;
  std::int64_t records = 0;  // that tell of it now; at most limits::file_records are counted
  std::int64_t loses = 0;    // of these, how many tell of it no more
};

struct Foretold {
  std::int64_t records = 0;               // of the batch that were looked at, the newest
  bool complete = true;                   // it has no others
  std::array<std::int64_t, fates> by{};   // subjects by fate
  std::vector<ForetoldSubject> subjects;  // by fate, then id
};

// Thread-safe; linking waits meanwhile.
class Foretelling {
 public:
  // `matcher` gives none as long as it does not know everybody; `turn` is held while it is used.
  Foretelling(const RegistryParts& parts, const Resources& resources, std::mutex& turn,
              std::function<Matcher*()> matcher)
      : parts_(parts), resources_(resources), turn_(turn), matcher_(std::move(matcher)) {}

  // Looks at no more than limits::foretold_records records, since all are left out at once. Errors: those of
  // ingest::Withdrawals::plan; unavailable "registry.model_loading"; the store's.
  Result<Foretold> of_withdrawal(BatchId batch) const;

 private:
  struct Left;
  Result<Left> left_by(BatchId batch) const;
  Result<Plan> plan_without(storage::Reader& reader, Matcher& matcher, const Left& left) const;

  const RegistryParts& parts_;
  const Resources& resources_;
  std::mutex& turn_;
  std::function<Matcher*()> matcher_;
};

}  // namespace jingwei::registry
