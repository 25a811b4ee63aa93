// A source (来源): one way in which data of a resource come by themselves, its terms and what it has done.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "modules/source/terms.h"
#include "storage/store.h"

namespace jingwei::source {

using SourceId = Id<struct SourceTag>;
using RunId = Id<struct RunTag>;

// question: gives no copies and answers single questions (asking/). program: a program that pushes with a key
// of its own; the source holds its terms (SourceService::check_supply).
enum class Kind : std::uint8_t { folder, mqtt, postgres, sqlite, odbc, question, program };
enum class State : std::uint8_t { active, paused, removed };
// loading: handed over as a batch that is not yet through.
enum class Outcome : std::uint8_t { loading, taken, repeated, nothing, failed };

std::string_view name_of(Kind kind);
std::string_view name_of(State state);
std::string_view name_of(Outcome outcome);
std::optional<Kind> kind_named(std::string_view name);
State state_named(std::string_view name);
Outcome outcome_named(std::string_view name);
// Kinds that run at a time rather than all the time.
bool is_pull(Kind kind);
// Kinds that the hub looks at; the others are asked, or push by themselves.
bool is_looked_at(Kind kind);

// Names and values as an operator gives them; each kind says which it knows (kinds/settings.h).
using Settings = std::map<std::string, std::string>;

struct Source {
  SourceId id;
  Kind kind = Kind::folder;
  std::string title;
  std::string resource;    // empty for questions, which bring no rows
  std::string department;  // provider id, of a source without a resource; else the resource says it
  Settings settings;
  std::string sealed;  // the secrets as they stand on disk
  std::string schedule;
  Terms terms;
  State state = State::active;
  std::int64_t version = 0;
  std::string watermark;
  std::string last_content;
  Instant created_at{};
  std::optional<Instant> wanted_at, next_due_at, last_run_at, last_ok_at, last_error_at;
  std::optional<Error> last_error;
  std::int64_t taken = 0, refused = 0, repeated = 0;
};

struct Run {
  RunId id;
  SourceId source;
  Instant started_at{};
  std::optional<Instant> finished_at;
  Outcome outcome = Outcome::nothing;
  std::string detail;  // the file's name, or what was read
  BatchId batch;
  std::int64_t items = 0;  // rows or messages handed over
  std::int64_t taken = 0, refused = 0, repeated = 0;
  std::optional<Error> error;
};

// Flat JSON objects of texts, for columns and bodies. Errors: invalid "source.settings_not_texts".
std::string to_json(const Settings& settings);
Result<Settings> settings_from_json(std::string_view json);
// An error as it is kept in a row (without its detail, which is for logs), and back; "" for none.
std::string error_to_json(const Error& error);
std::optional<Error> error_from_json(std::string_view json);

// Reading; the statements select the columns of sql/sources.sql.
Result<std::vector<Source>> read_sources(storage::Reader& reader, const storage::Statement& statement,
                                         std::span<const storage::Value> parameters);
Result<std::vector<Run>> read_runs(storage::Reader& reader, const storage::Statement& statement,
                                   std::span<const storage::Value> parameters);
storage::Write add_run(const Run& run);

}  // namespace jingwei::source
