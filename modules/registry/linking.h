// Decides which subjects records tell of, and what must be written for it.
#pragma once

#include <vector>

#include "base/clock.h"
#include "modules/registry/links.h"
#include "modules/registry/matching.h"
#include "modules/registry/telling.h"
#include "storage/sealer.h"

namespace jingwei::registry {

// On whose word a plan is made: what it writes into events.
struct Ground {
  std::string actor;    // "model:3", "account:17"
  EventId event;        // of the decision; none: each merge gets its own
  std::string weights;  // of the decision; none: those of the match that joined
  std::string reason;
  bool undoing = false;  // the event stands: it is being taken back
};

// What there is to decide on.
struct Question {
  std::vector<Telling> tellings;   // records as they stand now
  std::vector<RecordId> ended;     // records that tell of nobody any more
  std::vector<RecordId> touched;   // records whose groups are decided anew
  std::vector<Constraint> added;   // decisions that come with it
  std::vector<Constraint> lifted;  // decisions that hold no more
  SubjectId freed;                 // of which one is taken back: it is to be itself again
  ReviewId looked_at;              // the pair that is decided on; it is closed, or not, by who decides
  bool settles = false;            // with some of what the matcher finds unsettled
};

struct Plan {
  std::vector<storage::Value> cells;  // new versions of links, as append_cells gives them
  std::size_t added = 0, ended = 0;   // versions
  storage::Change change;             // everything else, without the number
  bool regroups = false;              // links that stood change their subject
  std::vector<SubjectId> subjects;    // all whose links or aliases change
  std::vector<std::pair<RecordId, Role>> unlinked;
  std::size_t settled = 0;  // of what the matcher finds unsettled, the first so many
};

// Called by one thread at a time, as its matcher.
class Linking {
 public:
  Linking(storage::Store& store, const storage::Sealer& sealer, const Clock& clock, Matcher& matcher)
      : store_(store), sealer_(sealer), clock_(clock), matcher_(matcher) {}

  // Reads what is near, decides, and writes nothing. What comes of it, if anything does, is to be written
  // with take_number: whoever decided on what stood before then decides anew. The matcher knows afterwards
  // what people decided until now and what the question says, its decisions too (settle() where they do not
  // come to stand). Errors: the store's.
  Result<Plan> plan(storage::Reader& reader, const Question& question, const Ground& ground);

  // Tells the matcher what stands of decisions on these pairs of records. Errors: the store's.
  Result<void> settle(storage::Reader& reader, const std::vector<Constraint>& pairs);

 private:
  Result<void> follow_decisions(storage::Reader& reader);

  storage::Store& store_;
  const storage::Sealer& sealer_;
  const Clock& clock_;
  Matcher& matcher_;
};

}  // namespace jingwei::registry
