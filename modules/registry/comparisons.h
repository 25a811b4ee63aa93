// Comparisons (碰撞比对): who stands in both of two lists, under a purpose, approved by another person, for a
// time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "modules/registry/links.h"
#include "modules/registry/parts.h"
#include "modules/registry/resources.h"
#include "storage/timer_runner.h"

namespace jingwei::registry {

using ComparisonId = Id<struct ComparisonTag>;

// What the answer tells: who was met, how many in each region, or of an uploaded list which lines were met.
enum class ComparisonMode : std::uint8_t { list, regions, flags };
std::string_view name_of(ComparisonMode mode);
std::optional<ComparisonMode> comparison_mode_named(std::string_view name);

enum class ComparisonState : std::uint8_t { asked, approved, declined, done, failed, expired };
std::string_view name_of(ComparisonState state);

struct Comparison {
  ComparisonId id;
  std::string title, purpose;
  std::string left, right;  // resources; an empty left is the list
  // Codes; empty: wherever the asker sees. `region` bounds both sides, the others one each.
  std::string region, left_region, right_region;
  ComparisonMode mode = ComparisonMode::regions;
  std::int64_t keep_days = 7;
  std::string areas;
  std::string reason;
  ComparisonState state = ComparisonState::asked;
  std::string asked_by;
  Instant asked_at{};
  std::string decided_by;
  std::optional<Instant> decided_at;
  std::string answer;
  std::int64_t left_count = 0, right_count = 0, matched = 0;
  std::optional<std::int64_t> certain;  // of those matched; none where it was not counted
  std::optional<Instant> finished_at, expires_at;
  std::optional<Error> failure;  // why it failed
  std::int64_t row_version = 0;
};

struct NewComparison {
  std::string title, purpose, left, right, reason;
  std::string region, left_region, right_region;  // a list has no regions
  ComparisonMode mode = ComparisonMode::regions;
  std::int64_t keep_days = 7;
  std::vector<std::string> list;  // documents' numbers; with an empty left
};

struct ComparisonMatch {
  std::int64_t number = 0;
  SubjectId subject;
  RecordId left_record, right_record;
  std::int64_t left_line = 0;
  RegionId region;
  Certainty certainty = Certainty::certain;
};

// Thread-safe.
class Comparisons {
 public:
  Comparisons(const RegistryParts& parts, const Resources& resources)
      : parts_(parts), resources_(resources) {}

  // The asker must see both resources under the purpose; what they see of regions then bounds the answer.
  // Errors: those of ingest's sight_of, not_found (resource, region), invalid "registry.comparison_unfit"
  // (resources that tell of no persons), "registry.list_empty", "registry.flags_need_list",
  // "registry.list_has_no_region"; the store's.
  Result<Comparison> ask(const NewComparison& wanted, const access::Caller* caller,
                         const ingest::WriteRequest& request);
  // Errors: not_found; denied "registry.own_comparison"; conflict "registry.comparison_decided".
  enum class Word : std::uint8_t { approve, decline };
  Result<Comparison> decide(ComparisonId id, Word word, const std::string& answer,
                            const ingest::WriteRequest& request);
  Result<Comparison> find(ComparisonId id) const;
  // Newest first; of one asker, or of all.
  Result<std::vector<Comparison>> list(const std::string& asked_by, ComparisonId before,
                                       std::size_t most) const;
  // None before it is done. Errors: gone "registry.comparison_expired".
  Result<std::vector<ComparisonMatch>> matches(ComparisonId id, std::int64_t after, std::size_t most) const;
  Result<std::vector<std::pair<RegionId, std::int64_t>>> by_region(ComparisonId id) const;

  // Approved ones run and done ones expire by timer. Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  struct Side;
  Result<Comparison> read_one(storage::Reader& reader, ComparisonId id) const;
  Result<std::string> areas_of(const NewComparison& wanted, const access::Caller* caller) const;
  // `below`: its own region.
  Result<Side> read_resource(const Comparison& one, const std::string& resource,
                             const std::string& below) const;
  Result<Side> read_list(const Comparison& one) const;
  Result<storage::Change> run(const storage::Timer& timer);
  Result<void> take(Comparison& one) const;
  Result<storage::Change> write_matches(const Comparison& one, const Side& left, const Side& right) const;
  Result<storage::Change> expire(const storage::Timer& timer);

  const RegistryParts& parts_;
  const Resources& resources_;
};

}  // namespace jingwei::registry
