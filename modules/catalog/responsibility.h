// The responsibility list (责任清单): who must collect which resource how often, whether it came, and who
// answers for it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "modules/catalog/resource_life.h"

namespace jingwei::catalog {

using ResponsibilityId = Id<struct ResponsibilityTag>;

struct Department {
  std::string id;
  Title title;
};

// The one person a department names for its data (数据专员). A name and an office, known to whoever uses the
// data.
struct Steward {
  Department department;
  std::string name;
  std::string title;  // office held
  std::string appointed_by;
  Instant appointed_at{};
};

struct Responsibility {
  ResponsibilityId id;
  Department department;
  std::string resource;
  std::vector<std::string> fields;  // of the resource; empty: all of it
  Update rhythm = Update::daily;
  std::string basis;  // the rule or document that lays it on the department
  Origin origin = Origin::desk;
  Instant since{};  // from when it is owed
  std::int64_t reminders = 0;
  std::optional<Instant> reminded_at;
  std::int64_t row_version = 0;
};

// A responsibility with what came. All of it follows from the rhythm, the last receipt and the clock.
struct Collection {
  Responsibility responsibility;
  std::optional<Instant> last_received;
  std::optional<Instant> due;     // nothing when a single collection has come
  std::int64_t days_overdue = 0;  // whole days since due; 0 when it is not, or by less than a day
  bool overdue = false;
  std::int64_t rounds_missed = 0;      // rhythms that passed since due, at least 1 when overdue
  const Resource* resource = nullptr;  // as the catalogue has it; null when it does not
  std::optional<Steward> steward;
};

struct DepartmentSummary {
  Department department;
  std::optional<Steward> steward;
  std::int64_t responsibilities = 0;
  std::int64_t overdue = 0;
  std::int64_t most_days_overdue = 0;
};

// The time from one receipt to when the next is due: realtime and daily a day, weekly 7, monthly 31.
std::chrono::hours period_of(Update rhythm);

// The whole computation, pure. `last_received`: of the resource, by batch or single record.
void compute_due(Collection& collection, Instant now);

std::string thing_of(ResponsibilityId id);
// Errors: not_found, the reader's.
Result<Responsibility> read_responsibility(storage::Reader& reader, ResponsibilityId id);
// Adds what a reminder is: the count, the step, the notice, the event, the audit entry. `actor` empty: by the
// timer, which tells each round once.
Result<void> add_reminder(storage::Store& store, Responsibility& one, const Collection& collection,
                          const std::string& actor, Instant now, storage::Change& change);
// Adds the timer that looks whether it came by `due`.
Result<void> watch(storage::Store& store, ResponsibilityId id, Instant due, storage::Change& change);

// Stewards by department. Errors: the reader's.
Result<std::map<std::string, Steward>> read_stewards(storage::Reader& reader);

// Thread-safe; everything outlives it.
class Responsibilities {
 public:
  // When each resource last received something, by id: by a file or a single record that was not withdrawn,
  // whether or not it changed anything. Given by whoever knows deliveries.
  using Received = std::function<Result<std::map<std::string, Instant>>()>;

  Responsibilities(const Catalog& catalog, storage::Store& store, const Clock& clock, Received received)
      : catalog_(catalog), store_(store), clock_(clock), received_(std::move(received)) {}

  // By department, resource and fields; at most limits::catalog_list.
  Result<std::vector<Collection>> list() const;
  Result<std::vector<DepartmentSummary>> departments() const;

  // Lays a resource, or some of its fields, on a department. Errors: not_found (resource, field), invalid
  // (basis), conflict "catalog.responsibility_taken": each datum is one department's.
  Result<Responsibility> add(Responsibility responsibility, const WriteRequest& request);
  Result<void> drop(ResponsibilityId id, const WriteRequest& request);
  // Counts a reminder to the department. Errors: not_found, conflict "catalog.not_overdue".
  Result<Responsibility> remind(ResponsibilityId id, const WriteRequest& request);

  // Names a department's steward. `replaces` is the name of the present one. Errors: conflict
  // "catalog.steward_taken" (there is one, told who), invalid (no name).
  Result<Steward> appoint(Steward steward, const std::string& replaces, const WriteRequest& request);
  Result<std::map<std::string, Steward>> stewards() const;

  // The list as CSV with a byte order mark, so that Excel opens it, and no cell that Excel would run as a
  // formula.
  Result<std::string> as_csv(Language language) const;

 private:
  Result<Department> department_of(Department named) const;
  Result<void> check_fields(const Responsibility& one) const;
  Result<Responsibility> find(const std::string& id) const;

  const Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  Received received_;
};

}  // namespace jingwei::catalog
