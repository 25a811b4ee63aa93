// What residents may ask about their data (个人信息权利请求), answered by the clock: a copy, a correction, a
// deletion, an objection, the word of a guardian for who is under 14.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/catalog/resource_life.h"
#include "storage/matter.h"
#include "storage/sealer.h"
#include "storage/timer_runner.h"

namespace jingwei::purpose {

using RightsId = Id<struct RightsTag>;

enum class RightsKind : std::uint8_t { copy, correct, delete_, object, guardian };
std::string_view name_of(RightsKind kind);
std::optional<RightsKind> rights_kind_named(std::string_view name);

// open → granted, declined (with words), or withdrawn by who opened it.
enum class RightsState : std::uint8_t { open, granted, declined, withdrawn };
std::string_view name_of(RightsState state);
std::optional<RightsState> rights_state_named(std::string_view name);

// `end` ends what was granted: a guardianship, before the clock does.
enum class RightsStep : std::uint8_t { grant, decline, withdraw, end };
std::string_view name_of(RightsStep step);
std::optional<RightsStep> rights_step_named(std::string_view name);

// What requests are called where cases are about them (storage/matter.h): its facts are `request`, `kind`,
// `resource` and `due`.
inline constexpr std::string_view rights_matter = "rights";

// As staff open it for a person. `identifier` is the number of a paper; of `guardian` the child's, whose
// guardian is named.
struct NewRights {
  RightsKind kind = RightsKind::copy;
  std::string resource;  // empty: all that is known
  std::string name, identifier;
  std::string guardian_name, guardian_identifier;
  std::string words;
  std::string region = {};       // code of where it was brought: tells which offices work on it
  std::optional<Day> born = {};  // of who asks alone, where their number tells none; not kept
};

// That somebody speaks for a child; `until` the child's fourteenth birthday begins.
struct Guardianship {
  RightsId id;  // of the request
  Instant since{}, until{};
  std::optional<Instant> ended_at;
  std::string ended_by;
  std::int64_t row_version = 1;
  bool in_force(Instant now) const { return !ended_at && now < until; }
};

// A child as its guardian is told.
struct Ward {
  Guardianship guardianship;
  std::string name, identifier;
};

struct RightsRequest {
  RightsId id;
  NewRights asked;  // without its words, names and numbers in a list: they are sealed on disk
  RightsState state = RightsState::open;
  std::string opened_by;
  Instant opened_at{}, due_at{};
  bool overdue = false;  // became due without an answer
  std::string closed_by;
  std::optional<Instant> closed_at;
  std::string answer;
  std::string carried_by;  // once it was granted: who did what was asked
  std::optional<Instant> carried_at;
  std::string outcome;  // JSON, as Outcome tells it (carrying.h); empty before
  std::int64_t row_version = 1;
  std::optional<Guardianship> guardianship = {};  // of find() alone
};

struct RightsQuery {
  std::optional<RightsState> state;
  std::optional<RightsKind> kind;
  bool overdue = false;
  std::string identifier;  // of one person; then the others are not looked at
  std::string opened_by;   // of one opener; then state, kind and overdue are not looked at
  RightsId before;
  std::size_t most = 50;
};

struct OpenRights {
  std::int64_t all = 0, overdue = 0;
};

// All must outlive it.
struct RightsParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;  // birthdays begin in it
  std::chrono::days answer_time;
};

// The day of birth that a number tells: of the citizen ID and what is built like it. Nothing for other
// papers.
std::optional<Day> born_of(std::string_view identifier);
// The day on which whoever was born then is fourteen; born on 29 February, they are on 1 March.
Day fourteenth_birthday(Day born);

// Thread-safe.
class Rights {
 public:
  explicit Rights(RightsParts parts) : parts_(parts) {}

  // Newest first, without their words. Errors: the store's.
  Result<std::vector<RightsRequest>> list(const RightsQuery& query) const;
  Result<OpenRights> count_open() const;
  // Errors: not_found "purpose.no_rights"; gone when the key has been destroyed.
  Result<RightsRequest> find(RightsId id) const;

  // Errors: invalid (causes per field; "purpose.needs_guardian" for who is under 14 and asks alone,
  // "purpose.own_born_missing" where nothing tells whether they are), not_found (resource).
  Result<RightsRequest> open(const NewRights& wanted, const catalog::WriteRequest& request);
  // `words` must stand for decline. Who opened it does not answer, and nobody else withdraws. Errors:
  // not_found; conflict "purpose.rights_closed"; denied "purpose.same_person", "purpose.not_yours"; invalid.
  Result<RightsRequest> take(RightsId id, RightsStep step, const std::string& words,
                             const catalog::WriteRequest& request);

  // The same step as part of another Change, which takes it or nothing: of a case about the request. Errors:
  // as take; invalid "purpose.no_step".
  Result<void> move(const storage::MatterStep& step, const std::string& words, storage::Reader& reader,
                    storage::Change& change) const;

  // Children for whom somebody with one of these papers speaks now, each once. Errors: the store's; gone.
  Result<std::vector<Ward>> wards_of(const std::vector<std::string>& papers) const;
  // The one of them that `id` names. Errors: wards_of's; not_found "purpose.no_ward".
  Result<Ward> ward_of(const std::vector<std::string>& papers, RightsId id) const;

  // Whether the actor may carry it out now. Errors: conflict "purpose.not_granted",
  // "purpose.carried_already"; denied "purpose.same_person"; invalid (actor).
  Result<void> check_carry(const RightsRequest& one, const std::string& actor) const;
  // Writes down that it was, with what came of it (of a deletion its report in the audit log); from then on a
  // guardian speaks for the child. `born` is the child's day of birth where its number tells none. Errors:
  // check_carry's, not_found, the store's; invalid "purpose.born_missing", conflict "purpose.no_child".
  Result<RightsRequest> carried(RightsId id, const std::string& outcome, std::optional<Day> born,
                                const catalog::WriteRequest& request);

  // Marks what is due. Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  Result<NewRights> checked(const NewRights& wanted) const;
  Result<RightsRequest> read_one(storage::Reader& reader, RightsId id) const;
  storage::Write change_of(const RightsRequest& one) const;
  storage::Blob sealed(RightsId id, std::string_view column, const std::string& text) const;
  Result<void> add_step(const RightsRequest& one, const std::string& step, const std::string& actor,
                        storage::Change& change) const;
  Result<void> add_take(RightsId id, RightsStep step, const std::string& words, const std::string& actor,
                        const std::string& in_case, storage::Reader& reader, storage::Change& change) const;
  Result<void> add_end(const RightsRequest& one, const std::string& words, const std::string& actor,
                       storage::Change& change) const;
  Result<void> add_guardianship(const RightsRequest& one, std::optional<Day> born,
                                storage::Change& change) const;
  storage::Blob person_hash(const std::string& identifier) const;
  Result<void> decide(RightsRequest& one, RightsStep step, const std::string& words,
                      const std::string& actor) const;
  Result<storage::Change> timer_fell(const storage::Timer& timer);
  Result<storage::Change> birthday_came(const storage::Timer& timer);

  RightsParts parts_;
};

}  // namespace jingwei::purpose
