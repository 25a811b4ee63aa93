// What people decide about subjects: merging two, taking a merge back, and pairs they look at. Every decision
// is kept as a constraint between two records, which all later grouping honours.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "modules/registry/link_runner.h"
#include "modules/registry/linking.h"

namespace jingwei::registry {

// A merge (or, by a model that sees it otherwise now, a split).
struct Event {
  EventId id;
  std::string kind;  // "merge", "split"
  SubjectId kept, gone;
  std::string actor;
  std::int64_t model = 0;
  std::string weights;  // {"name":8.1,…}: bits by trait
  std::string reason;
  Instant at{};
  std::optional<Instant> undone_at;
  std::string undone_by;
};

enum class ReviewState : std::uint8_t { open, same, different, unsure };
std::string_view name_of(ReviewState state);
std::optional<ReviewState> review_state_named(std::string_view name);

// Two records that may be one person.
struct Review {
  ReviewId id;
  RecordId a, b;
  Role role = Role::person;
  std::int64_t resource_a = 0, resource_b = 0;
  RegionId region_a, region_b;
  double probability = 0;
  std::string weights;
  ReviewState state = ReviewState::open;
  std::string lease_owner;
  Instant lease_until{};
  std::string decided_by;
  std::optional<Instant> decided_at;
  EventId event;
};

// Thread-safe. Decisions of many people at once lose nothing: each takes the registry's number, and who comes
// second decides anew on what the first one left.
class Decisions {
 public:
  Decisions(const RegistryParts& parts, std::mutex& turn, std::function<Matcher&()> matcher)
      : parts_(parts), turn_(turn), matcher_(std::move(matcher)) {}

  // The younger of the two becomes the older. Errors: not_found "registry.subject_not_found"; invalid
  // "registry.unlike_kinds", "registry.reason_missing"; conflict "registry.already_one",
  // "registry.held_apart" (somebody decided that records of theirs are different people); the store's.
  Result<Event> merge(SubjectId one, SubjectId other, const std::string& reason,
                      const ingest::WriteRequest& request);
  // Takes a merge back: the subject that was gone is itself again, with its records and those that came since
  // and are its own. Errors: not_found; conflict "registry.undone_already"; invalid "registry.not_a_merge".
  Result<Event> undo(EventId event, const ingest::WriteRequest& request);
  Result<Event> find_event(EventId event) const;
  // Newest first; of one subject, or of all. Errors: the store's.
  Result<std::vector<Event>> events(SubjectId subject, EventId before, std::size_t most) const;

  Result<Review> find_review(ReviewId review) const;
  // The pair whose decision this is; none where there was no pair. Errors: the store's.
  Result<std::optional<Review>> review_decided_as(EventId event) const;
  Result<std::vector<Review>> reviews(std::optional<ReviewState> state, ReviewId before,
                                      std::size_t most) const;
  Result<std::int64_t> count(ReviewState state) const;
  // The open pair that is likeliest one, which `may_see` lets through and nobody else looks at, leased to the
  // actor. Nothing when there is none. `told`, asked behind may_see, is what the audit log keeps of whom the
  // pair shows. Errors: the store's, those of may_see.
  Result<std::optional<Review>> next_review(
      const std::string& actor, const std::function<Result<bool>(const Review&)>& may_see,
      const std::function<std::string()>& told = [] { return std::string("{}"); });
  // Also of a pair that somebody was unsure of, by a verdict that is not that again. Errors: not_found;
  // conflict "registry.decided_already", "registry.held_apart" (the two cannot become one
  // while another decision stands), "registry.leased" (another looks at it).
  Result<Review> decide(ReviewId review, ReviewState verdict, const ingest::WriteRequest& request);
  // Opens a decided pair again, and takes back what followed from it. Errors: as decide; conflict
  // "registry.not_decided".
  Result<Review> reopen(ReviewId review, const ingest::WriteRequest& request);

 private:
  struct Step;
  using Tried = std::vector<Constraint>;
  using Decide = std::function<Result<Step>(storage::Reader&, const State&, Tried&)>;
  Result<Plan> plan(storage::Reader& reader, const Question& question, const Ground& ground, Tried& tried);
  Result<storage::Committed> commit(const std::string& operation, const std::vector<std::string>& told,
                                    const ingest::WriteRequest& request, const Decide& decide);
  // Tells the matcher what stands of what it was told on the way.
  Result<void> settle(storage::Reader& reader, const Tried& tried);
  struct TakenBack;
  Result<Step> take_back(storage::Reader& reader, const TakenBack& taken, const ingest::WriteRequest& request,
                         Tried& tried);
  // Of the open pairs that nobody else looks at, the likeliest that may be seen.
  Result<std::optional<Review>> likeliest(const std::string& actor, Instant now,
                                          const std::function<Result<bool>(const Review&)>& may_see) const;
  Result<Event> event_by_id(storage::Reader& reader, EventId event) const;
  Result<std::vector<Event>> read_events(storage::Reader& reader, const storage::Statement& statement,
                                         const std::vector<storage::Value>& parameters) const;
  Result<Review> read_review(storage::Reader& reader, ReviewId review) const;

  const RegistryParts& parts_;
  std::mutex& turn_;
  std::function<Matcher&()> matcher_;
};

}  // namespace jingwei::registry
