// A case (案卷) and what happens to it, as values.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/cases/process/process.h"

namespace jingwei::cases {

using CaseId = Id<struct CaseTag>;
using PhotoId = Id<struct PhotoTag>;
using TaskId = Id<struct TaskTag>;
using DutyId = Id<struct DutyTag>;
using ConflictId = Id<struct ConflictTag>;

// Names of inputs and fields to the texts people see as theirs: choices by id, regions by code, days as ISO.
using Answers = std::map<std::string, std::string>;

struct Case {
  CaseId id;
  std::string process;
  std::int64_t process_version = 0;
  std::int64_t version = 0;  // grows with every step; what an action expects
  std::string state;
  std::string before;  // the state before this one; empty at first
  Stage stage = Stage::report;
  bool open = true;
  RegionId place;
  std::optional<double> longitude, latitude;
  RegionId owner;          // one region,
  std::string department;  // one department, always
  std::string assignee;    // actor; empty: nobody in particular
  std::string had_before;  // who was the assignee before
  std::string waits_for;   // role
  std::string reporter;    // actor
  std::string category, urgency;
  Instant opened_at{};
  Instant entered_at{};  // the present state, or when it was last given out
  Instant changed_at{};
  std::optional<Instant> closed_at;
  std::optional<Instant> due_at;   // of the present state
  std::optional<Instant> wake_at;  // when the hub looks again
  // What was left until it was due at entered_at, by the clock of its state, where that is not the whole: its
  // clock is or was stopped, or it was handed over. None: all of it.
  std::optional<std::chrono::microseconds> left;
  std::optional<Instant> rung_at;  // when it goes one rung up
  bool overdue = false;            // in its present state
  bool touched = false;            // somebody has acted, or it was pressed for, since it was given out
  std::int64_t escalated = 0, supervised = 0, reopened = 0, not_ours = 0;
  std::optional<std::int64_t> score;
  CaseId parent;  // merged under
  std::int64_t photos = 0, tasks_open = 0;
  Answers form;
  Answers in_name_of;  // name, phone

  std::string number(const Process& process) const { return process.prefix + "-" + id.to_string(); }
};

enum class StepKind : std::uint8_t {
  open,
  act,
  hand_over,
  escalate,
  supervise,
  ignored,
  comment,
  photo,
  merge,
  task,
  migrate,
  rehome,
  automatic
};
std::string_view name_of(StepKind kind);
std::optional<StepKind> step_kind_named(std::string_view name);

// One line of a case's history. `sequence` is the case's version after it.
struct Step {
  std::int64_t sequence = 0;
  StepKind kind = StepKind::act;
  std::string action;  // transition
  std::string actor;   // empty: the hub itself
  Instant at{};
  std::string from_state, to_state;
  RegionId owner;
  std::string department;
  std::string assignee;
  bool late = false;
  std::string words;
  Answers inputs;
};

// Who asks, as the rules of a process need it: names of the roles that count for one case, and what they are
// to it.
struct Doer {
  std::string actor;  // "account:17"; empty: the hub itself
  std::set<std::string, std::less<>> roles;
  bool all_roles = false;  // this machine's operator
  bool is(std::string_view role) const { return all_roles || roles.contains(role); }
};

// One of `by` holds for the doer.
bool may(const std::vector<std::string>& by, const Case& one, const Doer& doer);

}  // namespace jingwei::cases
