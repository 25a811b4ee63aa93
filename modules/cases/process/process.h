// A process (流程) as process.yaml declares it: docs/formats/processes.md. Values only.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "modules/cases/process/guard.h"
#include "modules/catalog/catalog_service.h"
#include "modules/region/region_service.h"

namespace jingwei::cases {

// Stages of GB/T 30428: 上报, 受理, 立案, 派遣, 处置, 反馈, 核查, 结案, 评价.
enum class Stage : std::uint8_t {
  report,
  accept,
  file,
  dispatch,
  handle,
  feed_back,
  verify,
  close,
  evaluate
};
inline constexpr std::size_t stage_count = 9;
std::string_view name_of(Stage stage);
std::optional<Stage> stage_named(std::string_view name);

// Whether time counts by the working calendar or by the clock on the wall.
enum class ClockKind : std::uint8_t { working, always };

// So many minutes, hours or days; a day of working time is what the calendar says a working day has.
struct Span {
  enum class Unit : std::uint8_t { minute, hour, day };
  std::int64_t count = 0;
  Unit unit = Unit::hour;
  ClockKind clock = ClockKind::working;
};

// Words of `by:` that are no roles.
inline constexpr std::string_view word_reporter = "reporter";
inline constexpr std::string_view word_assignee = "assignee";
inline constexpr std::string_view word_anyone = "anyone";

struct Deadline {
  struct Other {
    std::shared_ptr<const Guard> when;
    Span within;
  };
  Span within;
  std::vector<Other> unless;  // the first whose guard holds counts
  std::string until;          // a datetime of the form that is the deadline itself; then nothing else counts
};

// Who owns a case from entering a state on; what is absent stays.
struct OwnerRule {
  std::optional<region::Level> level;
  std::string department;
};

// People of the registry by what stands about them in one resource, under a purpose it serves.
struct ToldSubjects {
  std::string resource, purpose;
  std::optional<std::int64_t> age_from, age_to;  // full years, both included
  std::string field, value;                      // of a choice, or a truth; empty: whichever
  std::string relation;                          // empty: those people; else who stands so to them
};

// Words that people are told: those of a text field of the form, or ones that the process has.
struct ToldWords {
  std::string field;
  catalog::Title words;  // where no field is named
};

// What people are told who need have nothing to do with a case, when it enters a state. At least one of
// kinds, roles and subjects stands.
struct Telling {
  std::shared_ptr<const Guard> when;   // none: always
  std::optional<region::Level> level;  // of the region above the case's place; none: the place itself
  std::vector<std::string> kinds;      // of account
  std::vector<std::string> roles;
  std::vector<ToldSubjects> subjects;
  ToldWords title, text;
  std::vector<std::string> channels;  // besides the page
};

// Communities are asked for so many orders, and so many forms, in a month.
enum class Cap : std::uint8_t { none, order, form };
std::string_view name_of(Cap cap);

// That a case or a step counts as one more of them.
struct CapRule {
  Cap cap = Cap::none;
  std::shared_ptr<const Guard> when;  // none: always
};

struct State {
  std::string id;
  catalog::Title title;
  Stage stage = Stage::report;
  std::string waits_for;  // role
  OwnerRule owner;
  std::string duty;
  std::optional<Deadline> deadline;
  std::optional<Span> ignored_after;
  bool stopped = false;  // its clock
  bool final = false;
  int parent = -1;      // position in Process::states
  std::string initial;  // of a state made of states: the one entered first; empty: a leaf
  std::vector<Telling> tell;
  bool is_leaf() const { return initial.empty(); }
};

// Something told to others when a transition has happened. `text` is one JSON object: the effect's other
// keys.
struct Effect {
  std::string hook;
  std::string text;
};

enum class Assign : std::uint8_t { keep, actor, dispatch, input, none, previous };
enum class Act : std::uint8_t { plain, not_ours, reopen, evaluate };

inline constexpr std::string_view word_back = "back";

struct Transition {
  std::string id;
  catalog::Title title;
  std::vector<std::string> from;
  std::string to;  // a state, or "back"
  std::vector<std::string> by;
  bool automatic = false;
  std::optional<Span> after;
  std::shared_ptr<const Guard> guard;
  catalog::Title reason;
  std::vector<catalog::Field> inputs;
  std::int64_t photos = 0;
  std::vector<std::string> not_by;
  bool tasks_done = false;
  Assign assign = Assign::keep;
  Act act = Act::plain;
  std::optional<Span> within;        // of reopen
  std::optional<std::int64_t> most;  // of reopen
  std::vector<Effect> effects;
  std::string
      matter_step;  // of the thing the case is about: whoever takes one of the two has taken the other
  std::string matter_words;    // the input that holds its words
  std::vector<CapRule> takes;  // the first that holds counts
  bool bulk = false;
  bool offline = false;
  // Taken by the hub alone, when the step was taken where the thing is kept.
  bool followed() const { return by.empty() && !automatic && !after; }
  bool by_people() const { return !automatic && !after && !followed(); }
};

// What the cases are about, where it is a thing of another module (storage/matter.h): each new one opens a
// case.
struct Matter {
  std::string of;                           // what kind of thing
  std::map<std::string, std::string> form;  // field of the form to fact of the thing
};

struct DispatchRule {
  std::vector<std::string> category;  // values of the category field; empty: any
  std::shared_ptr<const Guard> when;
  std::optional<region::Level> level;
  std::string department;
  std::string duty;
};

struct Rung {
  region::Level level = region::Level::community;
  std::string role;
};

struct Duplicates {
  std::vector<std::string> same;
  std::int64_t within_m = 100;
  Span within{7, Span::Unit::day, ClockKind::always};
  std::string to;
  std::vector<std::string> by;
};

struct Open311 {
  std::string service_code, group, description;
  std::vector<std::string> keywords, attributes, closed;
};

struct Process {
  std::string id, package;
  std::int64_t version = 0;  // given by the hub
  std::string text;          // canonical JSON of the whole
  catalog::Title title, description;
  std::string form;
  std::vector<std::string> summary;
  std::string category, urgency;
  std::string prefix;
  std::string department;
  std::map<std::string, catalog::Title, std::less<>> departments;  // names of those that provide no resource
  std::vector<std::string> report_by, in_name_of;
  std::int64_t report_photos = 0;
  std::string initial;
  std::vector<State> states;
  std::vector<Transition> transitions;
  std::vector<DispatchRule> dispatch;
  std::vector<Rung> ladder;
  std::optional<Span> again;
  std::int64_t not_ours_after = 0;  // 0: never
  std::string not_ours_to;
  std::vector<std::string> supervise_by, tasks_by, hand_over_by;
  std::optional<Duplicates> duplicates;
  std::int64_t photos_most = 9;
  std::optional<std::map<std::string, std::string>> migrate;
  std::optional<Open311> open311;
  std::optional<Matter> matter;
  std::vector<CapRule> takes;  // of opening a case: the first that holds counts
  // Fields of the form and inputs whose texts guards read as numbers or truths.
  std::set<std::string, std::less<>> numbers;

  const State* state(std::string_view id) const;
  const Transition* transition(std::string_view id) const;
  // The leaf that entering a state ends in.
  const State& leaf_of(const State& state) const;
  // The state itself or one of those it is part of.
  bool is_within(const State& state, std::string_view outer) const;
};

// Those that lead out of a state, inner states' before outer ones', each in the file's order.
std::vector<const Transition*> transitions_from(const Process& process, const State& state);

}  // namespace jingwei::cases
