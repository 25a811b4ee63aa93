// Objections (异议): whoever reads a record may say that one datum in it is wrong; its provider answers by
// the clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/catalog/resource_life.h"
#include "modules/ingest/ingest_service.h"
#include "storage/sealer.h"
#include "storage/timer_runner.h"

namespace jingwei::quality {

// stays sealed.
inline constexpr std::string_view objection_event_kind = "quality.objection";

using ObjectionId = Id<struct ObjectionTag>;

// open → accepted (the provider has corrected it or will), declined (with a reason), or withdrawn by the
// objector.
enum class ObjectionState : std::uint8_t { open, accepted, declined, withdrawn };
std::string_view name_of(ObjectionState state);
std::optional<ObjectionState> objection_state_named(std::string_view name);

enum class ObjectionStep : std::uint8_t { accept, decline, withdraw };
std::string_view name_of(ObjectionStep step);

// One field of one record, as the objector saw it.
struct Datum {
  std::string resource;
  RecordId record;
  std::int64_t version = 0;
  std::string field;
};

struct Objection {
  ObjectionId id;
  Datum datum;
  std::string provider;                 // the department that answers
  std::string reason;                   // why it is wrong; sealed on disk
  std::optional<std::string> proposed;  // what it should say; sealed on disk
  ObjectionState state = ObjectionState::open;
  std::string objector;
  Instant opened_at{}, due_at{};
  bool overdue = false;  // became due without an answer
  std::int64_t reminders = 0;
  std::optional<Instant> reminded_at;
  std::string closed_by;  // who answered, or the objector who withdrew
  std::optional<Instant> closed_at;
  std::string answer;  // in words; sealed on disk
  bool unmended =
      false;  // accepted, and the datum still says the same when its answer time has passed once more
  std::optional<std::string>
      said;  // what the datum said then, for comparing; sealed on disk, shown to nobody
  std::int64_t row_version = 0;
};

// Whole days that an open objection is past its due time at `now`; 0 when it is not, or closed.
std::int64_t days_overdue(const Objection& objection, Instant now);

struct ObjectionQuery {
  std::optional<ObjectionState> state;
  std::string resource, provider;  // empty: all
  bool overdue = false;            // those that became due without an answer alone
  std::string objector;            // empty: of anybody
  ObjectionId before;              // none: from the newest
  std::size_t most = 50;
};

struct OpenObjections {
  std::int64_t all = 0, overdue = 0;
};

// What objections need from around them; all must outlive them.
struct ObjectionParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  const ingest::IngestService& ingest;
  const storage::Sealer& sealer;
  const Clock& clock;
  std::chrono::days answer_time;  // from an objection to when it is due
};

// Thread-safe.
class Objections {
 public:
  explicit Objections(ObjectionParts parts) : parts_(parts) {}

  // Newest first, without their words. Errors: the store's.
  Result<std::vector<Objection>> list(const ObjectionQuery& query) const;
  Result<OpenObjections> count_open() const;
  // Errors: not_found, the store's, corrupt, gone (its key has been destroyed).
  Result<Objection> find(ObjectionId id) const;
  // The same for whoever objected; for others it is not there.
  Result<Objection> find_own(ObjectionId id, const std::string& actor) const;
  // Whose datum it is, by their name in the audit log; empty where the record tells of nobody or stands no
  // more. Errors: the store's.
  Result<std::string> person_of(const Datum& datum) const;
  // Without its words, which may be gone with their key. Errors: not_found, the store's.
  Result<Objection> glance(ObjectionId id) const;
  Result<std::vector<catalog::StepTaken>> steps(ObjectionId id) const;

  // Errors: not_found (resource, record, field); conflict "quality.record_changed" (another version stands:
  // look again), "quality.objected_already" (an objection to this datum is open); invalid (actor, reason,
  // proposed value too long).
  Result<Objection> open(const Datum& datum, const std::string& reason,
                         const std::optional<std::string>& proposed, const catalog::WriteRequest& request);
  // `words` must stand for decline. Who objected does not answer, and nobody else withdraws. Errors:
  // not_found; conflict "quality.objection_closed" (somebody was first, told who); denied
  // "quality.same_person", "quality.not_yours"; invalid (actor, words).
  Result<Objection> take(ObjectionId id, ObjectionStep step, const std::string& words,
                         const catalog::WriteRequest& request);

  // Part of a destruction: words about a resource whose data go, since they quote them.
  static storage::Write erase_words(const std::string& resource);

  // Each objection has one timer: it reminds a day before the objection is due, marks it overdue when it is,
  // and reminds again after each further answer time. An accepted one gets another: when the answer time has
  // passed and the datum says what it said, it is marked unmended, until it says something else. Before the
  // runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  Result<storage::Change> timer_fell(const storage::Timer& timer);
  Result<void> look_for_mending(const Objection& objection, storage::Change& change) const;
  Result<bool> says_the_same(const Objection& objection) const;
  Result<Objection> read_one(storage::Reader& reader, ObjectionId id) const;
  storage::Write change_of(const Objection& objection) const;
  storage::Blob sealed(ObjectionId id, std::string_view column, const std::string& text) const;
  Result<void> add_step(const Objection& objection, const std::string& step, const std::string& actor,
                        bool in_time, storage::Change& change) const;
  Result<void> decide(Objection& objection, ObjectionStep step, const std::string& words,
                      const std::string& actor) const;

  ObjectionParts parts_;
};

}  // namespace jingwei::quality
