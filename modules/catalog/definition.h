// One version of a resource's definition and where it stands in its life.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "modules/catalog/resource.h"
#include "storage/change.h"
#include "storage/store.h"

namespace jingwei::catalog {

// draft → submitted → reviewed → published → replaced or retired; refused goes back to its author.
enum class LifeState : std::uint8_t { draft, submitted, reviewed, published, replaced, retired, refused };
std::string_view name_of(LifeState state);
std::optional<LifeState> life_state_named(std::string_view name);
// Not yet published, and still to be.
bool is_open(LifeState state);

enum class Origin : std::uint8_t { package, desk };
std::string_view name_of(Origin origin);

// Immutable once published. The names are those of the round under way: a refusal or a change clears them.
struct Definition {
  Resource resource;
  std::int64_t version = 0;
  std::int64_t row_version = 0;
  LifeState state = LifeState::draft;
  Origin origin = Origin::desk;
  std::string text;  // definition_text(resource)
  std::string author;
  std::string submitted_by, reviewed_by, published_by;
  std::string reason;    // of the refusal or the retirement
  std::string breaking;  // why it breaks what stands; empty: it was said to break nothing
  Instant created_at{}, changed_at{};
  std::optional<Instant> published_at;
};

// Something done to a version, a demand or a responsibility.
struct StepTaken {
  std::string step;
  std::string actor;
  std::string reason;
  Instant at{};
};

// "resource:notes:2", under which a version's steps are kept.
std::string thing_of(const std::string& resource, std::int64_t version);

// Rows of a statement that selects a definition's columns (sql/resource_life.sql). Errors: corrupt when a
// kept definition does not read any more, the reader's.
Result<std::vector<Definition>> read_definitions(storage::Reader& reader, const storage::Statement& statement,
                                                 std::span<const storage::Value> parameters);
// All versions of a resource, also those that came to nothing. Errors: as read_definitions.
Result<std::vector<Definition>> read_versions(storage::Reader& reader, const std::string& resource);
Result<std::vector<StepTaken>> read_steps(storage::Reader& reader, const std::string& thing);
// Highest version there is of each resource.
Result<std::map<std::string, std::int64_t>> read_last_versions(storage::Reader& reader);

// The write of a new version in `definition.state`; another of the same number is a conflict.
storage::Write add_definition(const Definition& definition);
// The write of what `definition` says now, expecting the row version it was read with.
storage::Write change_definition(const Definition& definition);
// Whether the same actor's request under the same key has been committed: then the caller decides nothing and
// commits the idempotency row alone, which gives the earlier answer or tells that the bodies differ.
Result<bool> is_repeated(storage::Reader& reader, const storage::Idempotency& request);
storage::Write add_step(std::int64_t id, const std::string& thing, const StepTaken& step);

}  // namespace jingwei::catalog
