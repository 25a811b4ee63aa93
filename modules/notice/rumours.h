// Rumours (谣言) refuted: the claim, the verdict, and where it can be checked. One writes, another publishes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/notice/notices.h"

namespace jingwei::notice {

using RumourId = Id<struct RumourTag>;

enum class RumourState : std::uint8_t { draft, published, withdrawn };
std::string_view name_of(RumourState state);

enum class Verdict : std::uint8_t { is_false, misleading, unproven, is_true };
std::string_view name_of(Verdict verdict);
std::optional<Verdict> verdict_named(std::string_view name);

struct RumourSource {
  std::string title;
  std::string url;  // http or https; may be empty for what is not on the net
};

struct Rumour {
  RumourId id;
  RumourState state = RumourState::draft;
  std::string claim;    // as it goes round
  std::string seen_at;  // URL or in words; may be empty
  std::optional<Day> claimed_on;
  Verdict verdict = Verdict::is_false;
  std::string explanation;
  std::vector<RumourSource> sources;
  std::string written_by;
  Instant written_at{};
  std::string decided_by;
  std::optional<Instant> published_at, withdrawn_at;
  std::int64_t row_version = 0;
};

enum class RumourStep : std::uint8_t { publish, withdraw };

// Thread-safe; both must outlive it.
class Rumours {
 public:
  Rumours(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Errors: invalid (claim, explanation or sources missing or too long, a source's address), the store's.
  Result<Rumour> add(Rumour wanted, const Asker& asker);
  // publish (draft → published, by somebody else than wrote it), withdraw (published → withdrawn). Errors:
  // not_found, denied "notice.same_person", conflict "notice.rumour_step".
  Result<Rumour> step(RumourId id, RumourStep step, const Asker& asker);
  Result<Rumour> find(RumourId id) const;
  // Newest first; all states where none is named.
  Result<std::vector<Rumour>> list(std::optional<RumourState> state, RumourId before, std::size_t most) const;

 private:
  Result<Rumour> read_one(storage::Reader& reader, RumourId id) const;
  storage::Store& store_;
  const Clock& clock_;
};

// schema.org ClaimReview as JSON-LD. `publisher` is the hub's name, `address` where the rumour stands.
// Source: schema.org/ClaimReview, developers' guidance on ratings 1 (false) to 5 (true).
std::string claim_review(const Rumour& rumour, const std::string& publisher, const std::string& address,
                         Language language);

}  // namespace jingwei::notice
