// Another GeoReport v2 server that the hub works with, as an officer describes it, and what is a case of what
// there. Values only.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "modules/cases/cases_service.h"
#include "modules/open311/geo_report.h"
#include "storage/store.h"

namespace jingwei::open311 {

using ConnectionId = Id<struct ConnectionTag>;
using LinkId = Id<struct LinkTag>;

enum class Direction : std::uint8_t { in, out, both };
std::string_view name_of(Direction direction);
std::optional<Direction> direction_named(std::string_view name);

// One of their services and the process it is here. Texts hold {names}: of members of their request (in), of
// fields of our form (out).
struct Mapping {
  std::string service;
  std::string process;
  Direction direction = Direction::in;
  std::map<std::string, std::string> fields;  // in: our field → text
  std::string region;                         // code; in: where their request tells no place that is known,
                                              // out: only cases in it and below; empty: everywhere
  std::string when_closed, when_reopened;     // transitions taken when they close or open it again; empty: a
                                              // comment alone
  std::map<std::string, std::string> attributes;  // out: their attribute → text
  std::string description;                        // out: text
};

struct Terms {
  std::string title;
  std::string address;  // "https://city.example/open311/v2"
  std::string jurisdiction;
  Format format = Format::xml;
  std::vector<Mapping> mappings;
  std::chrono::minutes every{5};
  Instant since{};            // requests and cases from before are left alone
  bool tell = false;          // they take servicerequestupdates: steps of our cases are told
  bool notes = false;         // comments are told too
  bool repeats = false;       // they know an Idempotency-Key: what got no answer is sent again
  std::string their_account;  // account id under which they open requests here: those are not sent back
};

// As kept in the row. Errors: corrupt.
std::string terms_text(const Terms& terms);
Result<Terms> terms_of_text(std::string_view text);

enum class ConnectionState : std::uint8_t { active, paused };
std::string_view name_of(ConnectionState state);

struct Connection {
  ConnectionId id;
  Terms terms;
  std::string secret;  // as it stands in the row
  ConnectionState state = ConnectionState::active;
  std::int64_t version = 0;
  std::string created_by;
  Instant created_at{}, seen_until{}, next_at{};
  std::int64_t failures = 0;  // rounds in a row that could not be ended
  std::optional<Error> error;
  std::optional<Instant> error_at, last_run_at, last_ok_at;
  std::int64_t taken = 0, sent = 0, told = 0;

  // Under which name the hub acts on its cases for them.
  std::string actor() const { return "open311:" + id.to_string(); }
};

// The breaker: after limits::failures_to_open failed rounds in a row they are left alone, longer each time.
enum class Reach : std::uint8_t { closed, open, half_open };
std::string_view name_of(Reach reach);
Reach reach_of(const Connection& connection, Instant now);
// When the next round may begin after `failures` of them went wrong.
Instant next_round(const Terms& terms, std::int64_t failures, Instant now);

enum class LinkState : std::uint8_t { waiting, unsure, linked, refused, conflict };
std::string_view name_of(LinkState state);
std::optional<LinkState> link_state_named(std::string_view name);

struct Link {
  LinkId id;
  ConnectionId connection;
  std::string service, remote, token;
  cases::CaseId case_id;
  bool ours = false;
  LinkState state = LinkState::linked;
  std::string status, mark;
  std::int64_t case_version = 0, told = 0, attempts = 0;
  std::optional<Error> problem;
  Instant checked_at{}, changed_at{};
  std::int64_t version = 0;
};

Result<Connection> connection_of_row(const storage::Row& row);
Link link_of_row(const storage::Row& row);
storage::Write add_link(const Link& link);
// Expects the version that was read; the case's newest version is not touched.
storage::Write change_link(const Link& link);
std::string problem_text(const std::optional<Error>& problem);

// The text with every {name} replaced by what `value` gives; names it does not know become empty.
std::string filled(std::string_view text, const std::function<std::string(std::string_view)>& value);
// The names in a text. Errors: invalid "open311.bad_template" (an open brace).
Result<std::vector<std::string>> names_in(std::string_view text);
// What a name stands for in one of their requests; nothing for names that are none.
std::optional<std::string> member_of(const ServiceRequest& request, std::string_view name);

// How a request stands there, in a few letters, so that a change is known.
std::string mark_of(const ServiceRequest& request);

}  // namespace jingwei::open311
