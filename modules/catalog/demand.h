// The demand list (需求清单): what departments ask for that they do not have, and what becomes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/catalog/responsibility.h"

namespace jingwei::catalog {

using DemandId = Id<struct DemandTag>;

// asked → answered → delivered → closed; one that was refused is closed without delivery.
enum class DemandState : std::uint8_t { asked, answered, delivered, closed };
enum class DemandAnswer : std::uint8_t { none, matched, promised, refused };
std::string_view name_of(DemandState state);
std::string_view name_of(DemandAnswer answer);

struct Demand {
  DemandId id;
  Department department;            // who asks
  std::string title;                // in a line
  std::string words;                // what is asked for, in words
  std::string resource;             // chosen from the catalogue, or empty
  std::vector<std::string> fields;  // of that resource
  std::string purpose;              // what for
  std::string legal_basis;          // by which law or document
  Day wanted_by{};
  DemandState state = DemandState::asked;
  DemandAnswer answer = DemandAnswer::none;
  std::string answer_resource;  // of a match or promise
  std::string answer_reason;    // of a refusal; a word more to the others
  std::optional<Day> promised_for;
  std::string asked_by, answered_by, delivered_by, closed_by;
  Instant asked_at{}, answer_due{};
  std::optional<Instant> answered_at, delivered_at, closed_at;
  Origin origin = Origin::desk;
  std::int64_t row_version = 0;
};

// How a demand stands by the clock: days past what is due next (its answer, then its delivery), 0 when in
// time.
struct DemandClock {
  std::optional<Day> due;
  std::int64_t days_overdue = 0;
};
DemandClock clock_of(const Demand& demand, Day today);

std::string thing_of(DemandId id);
// Errors: not_found, the reader's.
Result<Demand> read_demand(storage::Reader& reader, DemandId id);
// Those under way that no timer looks after yet, at most `most`. Errors: the reader's.
Result<std::vector<Demand>> read_unwatched_demands(storage::Reader& reader, std::int64_t most);

// A resource that may hold what a demand asks for.
struct Suggestion {
  const Resource* resource = nullptr;
  std::vector<const Field*> fields;  // that mean what was asked
  double score = 0;
};

enum class DemandStep : std::uint8_t { match, promise, refuse, deliver, close };
std::string_view name_of(DemandStep step);

struct DemandMove {
  DemandId id;
  DemandStep step = DemandStep::match;
  std::string resource;             // of match; of promise when there is one already
  std::optional<Day> promised_for;  // of promise
  std::string reason;               // of refuse
};

// Thread-safe; everything outlives it.
class Demands {
 public:
  Demands(const Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone)
      : catalog_(catalog), store_(store), clock_(clock), zone_(zone) {}

  // Newest first; at most limits::catalog_list.
  Result<std::vector<Demand>> list() const;
  Result<Demand> find(DemandId id) const;
  Result<std::vector<StepTaken>> steps(DemandId id) const;

  // Errors: invalid (what, purpose or legal basis missing, a day that has passed), not_found (resource,
  // field).
  Result<Demand> ask(Demand demand, const WriteRequest& request);
  // Who asked does not answer; who delivered does not close. Errors: not_found, conflict
  // "catalog.demand_not_now", denied "catalog.demand_same_person", invalid (resource, day or reason missing).
  Result<Demand> move(const DemandMove& move, const WriteRequest& request);

  // Resources that could answer it, best first, at most five. Views into the catalogue's entries.
  std::vector<Suggestion> suggestions(const Demand& demand) const;

  Day today() const { return zone_.day_of(clock_.now()); }

 private:
  Result<void> decide(Demand& demand, const DemandMove& move, const std::string& actor) const;
  Result<void> check(const Demand& demand) const;
  Result<void> name_department(Department& department) const;

  const Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  const Zone& zone_;
};

}  // namespace jingwei::catalog
