// What people and the hub do with cases: every step decided on the case as it stands, and committed with its
// history, its audit entry and its event.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "modules/cases/calendars.h"
#include "modules/cases/case_rows.h"
#include "modules/cases/case_view.h"
#include "modules/cases/machine.h"
#include "modules/cases/process_book.h"
#include "modules/cases/roster.h"
#include "modules/cases/writing.h"

namespace jingwei::cases {

struct NewCase {
  Answers form;
  std::optional<double> longitude, latitude;
  std::string region;  // code; where the form tells none
  Answers in_name_of;  // name, phone
  std::vector<PhotoId> photos;
  Opener by = Opener::person;
};

struct ActionRequest {
  std::string action;
  std::int64_t version = 0;  // that was seen
  Answers inputs;
  std::string words;
  std::string assignee;
  std::vector<PhotoId> photos;
  bool chained =
      false;  // queued behind others of the same person: their own steps since then overtake nobody
};

// A case with the version of its process.
struct Found {
  Case one;
  std::shared_ptr<const Declared> declared;
  bool repeated = false;   // the request had been answered before
  std::string thing = {};  // id of what the case is about, where its process has a matter
};

// Further writes that stand or fall with a step, for whoever keeps something of their own beside a case;
// called each time the step is decided, with the case as it will stand. May be empty.
using Along = std::function<void(const Case&, storage::Change&)>;

// Thread-safe; everything outlives it.
class CaseWork {
 public:
  CaseWork(const CasesParts& parts, ProcessBook& book, Calendars& calendars, Roster& roster)
      : parts_(parts), book_(book), calendars_(calendars), roster_(roster), rows_(parts.sealer) {}

  // Errors: not_found "cases.not_found", also for a case that may not be seen.
  Result<Found> find(CaseId id, const CaseView& view) const;
  Result<std::vector<Step>> steps(const Found& found) const;
  // Transitions the caller may take now.
  std::vector<const Transition*> actions(const Found& found, const std::vector<Step>& steps,
                                         const CaseView& view) const;

  // Errors: not_found, gone (process), invalid (form, place, pictures), denied, CasesParts::take_from_cap's,
  // the store's.
  Result<Found> open(const std::string& process, const NewCase& wanted, const CaseView& view,
                     const WriteRequest& request, const Along& along = {});
  // Errors: find's; conflict "cases.overtaken" (who did what in between), Machine::check's,
  // CasesParts::take_from_cap's.
  Result<Found> act(CaseId id, const ActionRequest& wanted, const CaseView& view,
                    const WriteRequest& request);
  // Errors: find's, denied "cases.may_not_hand_over", conflict "cases.overtaken", "cases.is_closed", invalid
  // "cases.same_owner", check_department's; not_found "region.not_found".
  Result<Found> hand_over(CaseId id, std::int64_t version, const std::string& region,
                          const std::string& department, const std::string& reason, const CaseView& view,
                          const WriteRequest& request);
  Result<Found> comment(CaseId id, const std::string& words, const CaseView& view,
                        const WriteRequest& request, const Along& along = {});
  // From a level above the owner's. Errors: find's, denied "cases.may_not_supervise",
  // "cases.supervise_from_above", conflict "cases.is_closed".
  Result<Found> supervise(CaseId id, const std::string& words, const CaseView& view,
                          const WriteRequest& request);
  // Under a case of a smaller number, with those that had been merged under it; its reporter is told by a
  // notice. Errors: find's, denied "cases.may_not_merge", conflict "cases.is_closed", invalid
  // "cases.no_parent", "cases.parent_later".
  Result<Found> merge(CaseId id, std::int64_t version, CaseId parent, const CaseView& view,
                      const WriteRequest& request);

  // What the hub does at its time; true when something was done. Errors: the store's.
  Result<bool> wake(CaseId id);
  // Its deadline by the calendar as it stands now. Errors: the store's.
  Result<bool> reschedule(CaseId id);
  // To the region that stands now for an owner that has ended. Errors: the store's.
  Result<bool> rehome(CaseId id);
  // The transition that stands for a step of what the case is about, after it was taken elsewhere. Errors:
  // the store's.
  Result<bool> follow(CaseId id, const std::string& step, const std::string& actor);
  // To the newest version of its process. Errors: the store's.
  Result<bool> migrate(CaseId id);

  // Errors: departments.h's.
  Result<void> check_department(const std::string& id) const;
  // The version of a process that new cases get; 0: it takes none.
  std::int64_t newest_version(const std::string& process) const;

  const CaseRows& rows() const { return rows_; }
  CaseRows::FormOf form_of() const;
  const CasesParts& parts() const { return parts_; }

  // Adds to a Change what a step is: the row of the case, its steps, event and audit entry. Used by tasks and
  // pictures.
  void add(const Case& before, Outcome& outcome, const Declared& declared, const std::string& audit,
           storage::Change& change) const;
  // A step without a transition.
  Outcome noted(const Case& one, StepKind kind, const std::string& actor, const std::string& words) const;
  // Errors: find's.
  Result<Found> find(storage::Reader& reader, CaseId id, const CaseView* view) const;

 private:
  using Decide = std::function<Result<Outcome>(storage::Reader&, const Found&, storage::Change&)>;
  // The version somebody saw (0: any), and whose steps since then do not count.
  struct Seen {
    std::int64_t version = 0;
    std::string but_of = {};
  };
  // Reads, checks what was seen, decides and commits.
  Result<Found> change(CaseId id, Seen seen, const CaseView* view, const char* audit,
                       std::optional<storage::Idempotency> row, const Decide& decide);
  Result<void> check_seen(storage::Reader& reader, const Found& found, std::int64_t seen,
                          const std::string& but_of) const;
  Result<void> move_matter(storage::Reader& reader, const Found& found, const Transition& transition,
                           const Bringing& bringing, const CaseView& view, storage::Change& change) const;
  Result<void> take_from_cap(const Outcome& outcome, storage::Reader& reader, storage::Change& change) const;
  Result<Case> draft(const Declared& declared, const NewCase& wanted, const CaseView& view) const;
  Result<void> claim(storage::Reader& reader, const std::vector<PhotoId>& photos, const Case& one,
                     const Process& process, const std::string& actor, storage::Change& change) const;
  Result<Answers> clean_inputs(const Declared& declared, const Transition& transition,
                               const Answers& inputs) const;

  const CasesParts& parts_;
  ProcessBook& book_;
  Calendars& calendars_;
  Roster& roster_;
  CaseRows rows_;
};

}  // namespace jingwei::cases
