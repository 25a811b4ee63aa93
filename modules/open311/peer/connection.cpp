#include "modules/open311/peer/connection.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/json_members.h"
#include "modules/open311/limits.h"
#include "modules/open311/sql.gen.h"

namespace jingwei::open311 {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> directions = {"in", "out", "both"};
constexpr std::array<std::string_view, 2> states = {"active", "paused"};
constexpr std::array<std::string_view, 3> reaches = {"closed", "open", "half_open"};
constexpr std::array<std::string_view, 5> link_states = {"waiting", "unsure", "linked", "refused",
                                                         "conflict"};

template <typename Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

void write_texts(JsonWriter& out, const char* name, const std::map<std::string, std::string>& texts) {
  out.key(name);
  out.begin_object();
  for (const auto& [key, text] : texts) out.member(key, text);
  out.end_object();
}

bool truth_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_bool() && found->as_bool();
}

std::map<std::string, std::string> texts_of(const json::object& object, std::string_view name) {
  std::map<std::string, std::string> texts;
  const auto* found = object.if_contains(name);
  if (found == nullptr || !found->is_object()) return texts;
  for (const auto& [key, text] : found->as_object()) {
    if (text.is_string()) texts[std::string(key)] = std::string(text.as_string());
  }
  return texts;
}

Mapping mapping_of(const json::object& object) {
  Mapping one;
  one.service = member_text(object, "service");
  one.process = member_text(object, "process");
  one.direction = direction_named(member_text(object, "direction")).value_or(Direction::in);
  one.fields = texts_of(object, "fields");
  one.region = member_text(object, "region");
  one.when_closed = member_text(object, "when_closed");
  one.when_reopened = member_text(object, "when_reopened");
  one.attributes = texts_of(object, "attributes");
  one.description = member_text(object, "description");
  return one;
}

std::optional<Error> problem_of_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  json::error_code fault;
  const json::value parsed = json::parse(text, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  Error error(ErrorCode::invalid, member_text(parsed.as_object(), "message"));
  for (const auto& [name, value] : texts_of(parsed.as_object(), "arguments"))
    error.arguments.emplace_back(name, value);
  return error;
}

std::optional<Instant> instant_of(const storage::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_micros(row.integer(column));
}

}  // namespace

std::string_view name_of(Direction direction) {
  return directions[static_cast<std::size_t>(direction)];
}
std::optional<Direction> direction_named(std::string_view name) {
  return named<Direction>(directions, name);
}
std::string_view name_of(ConnectionState state) {
  return states[static_cast<std::size_t>(state)];
}
std::string_view name_of(Reach reach) {
  return reaches[static_cast<std::size_t>(reach)];
}
std::string_view name_of(LinkState state) {
  return link_states[static_cast<std::size_t>(state)];
}
std::optional<LinkState> link_state_named(std::string_view name) {
  return named<LinkState>(link_states, name);
}

std::string terms_text(const Terms& terms) {
  JsonWriter out(1'024);
  out.begin_object();
  out.member("address", terms.address);
  out.member("jurisdiction", terms.jurisdiction);
  out.member("format", terms.format == Format::xml ? "xml" : "json");
  out.member("every_minutes", static_cast<std::int64_t>(terms.every.count()));
  out.member("since", to_micros(terms.since));
  out.member("tell", terms.tell);
  out.member("notes", terms.notes);
  out.member("repeats", terms.repeats);
  out.member("their_account", terms.their_account);
  out.key("mappings");
  out.begin_array();
  for (const auto& one : terms.mappings) {
    out.begin_object();
    out.member("service", one.service);
    out.member("process", one.process);
    out.member("direction", name_of(one.direction));
    write_texts(out, "fields", one.fields);
    out.member("region", one.region);
    out.member("when_closed", one.when_closed);
    out.member("when_reopened", one.when_reopened);
    write_texts(out, "attributes", one.attributes);
    out.member("description", one.description);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

Result<Terms> terms_of_text(std::string_view text) {
  json::error_code fault;
  const json::value parsed = json::parse(text, fault);
  if (fault || !parsed.is_object()) return Error(ErrorCode::corrupt, "open311.bad_terms");
  const json::object& object = parsed.as_object();
  Terms terms;
  terms.address = member_text(object, "address");
  terms.jurisdiction = member_text(object, "jurisdiction");
  terms.format = member_text(object, "format") == "json" ? Format::json : Format::xml;
  const auto number = [&](std::string_view name) {
    const auto* found = object.if_contains(name);
    return found != nullptr && found->is_int64() ? found->as_int64() : std::int64_t{0};
  };
  terms.every = std::chrono::minutes{std::max<std::int64_t>(number("every_minutes"), 1)};
  terms.since = from_micros(number("since"));
  terms.tell = truth_of(object, "tell");
  terms.notes = truth_of(object, "notes");
  terms.repeats = truth_of(object, "repeats");
  terms.their_account = member_text(object, "their_account");
  if (const auto* list = object.if_contains("mappings"); list != nullptr && list->is_array()) {
    for (const auto& one : list->as_array()) {
      if (one.is_object()) terms.mappings.push_back(mapping_of(one.as_object()));
    }
  }
  return terms;
}

Reach reach_of(const Connection& connection, Instant now) {
  if (connection.failures < limits::failures_to_open) return Reach::closed;
  return connection.next_at > now ? Reach::open : Reach::half_open;
}

Instant next_round(const Terms& terms, std::int64_t failures, Instant now) {
  std::chrono::minutes rest = terms.every;
  for (std::int64_t at = limits::failures_to_open; at <= failures && rest < limits::rest_most; ++at)
    rest *= 2;
  return now + (failures < limits::failures_to_open
                    ? terms.every
                    : std::min<std::chrono::minutes>(rest, limits::rest_most));
}

Result<Connection> connection_of_row(const storage::Row& row) {
  Connection one;
  one.id = ConnectionId(row.integer(0));
  JW_ASSIGN(one.terms, terms_of_text(row.text(2)));
  one.terms.title = row.text(1);
  one.secret = row.blob(3);
  one.state = row.text(4) == "paused" ? ConnectionState::paused : ConnectionState::active;
  one.version = row.integer(5);
  one.created_by = row.text(6);
  one.created_at = from_micros(row.integer(7));
  one.seen_until = from_micros(row.integer(8));
  one.next_at = from_micros(row.integer(9));
  one.failures = row.integer(10);
  one.error = problem_of_text(row.text(11));
  one.error_at = instant_of(row, 12);
  one.last_run_at = instant_of(row, 13);
  one.last_ok_at = instant_of(row, 14);
  one.taken = row.integer(15);
  one.sent = row.integer(16);
  one.told = row.integer(17);
  return one;
}

Link link_of_row(const storage::Row& row) {
  Link one;
  one.id = LinkId(row.integer(0));
  one.connection = ConnectionId(row.integer(1));
  one.service = row.text(2);
  one.remote = row.text(3);
  one.token = row.text(4);
  one.case_id = cases::CaseId(row.integer(5));
  one.ours = row.integer(6) == 1;
  one.state = link_state_named(row.text(7)).value_or(LinkState::linked);
  one.status = row.text(8);
  one.mark = row.text(9);
  one.case_version = row.integer(10);
  one.told = row.integer(11);
  one.attempts = row.integer(12);
  one.problem = problem_of_text(row.text(13));
  one.checked_at = from_micros(row.integer(14));
  one.changed_at = from_micros(row.integer(15));
  one.version = row.integer(16);
  return one;
}

// Only what a sentence needs: no causes, whose arguments may be what somebody wrote.
std::string problem_text(const std::optional<Error>& problem) {
  if (!problem) return {};
  const Error& told = problem->causes.empty() ? *problem : problem->causes.front();
  JsonWriter out;
  out.begin_object();
  out.member("message", told.message);
  out.key("arguments");
  out.begin_object();
  for (const auto& [name, value] : told.arguments) {
    if (name != "value" && name != "text") out.member(name, value);
  }
  out.end_object();
  out.end_object();
  return out.take();
}

storage::Write add_link(const Link& link) {
  return {&sql::add_link,
          {link.id.value, link.connection.value, link.service, link.remote, link.token, link.case_id.value,
           std::int64_t{link.ours}, std::string(name_of(link.state)), link.status, link.mark,
           link.case_version, link.told, link.attempts, problem_text(link.problem),
           to_micros(link.checked_at), to_micros(link.changed_at)},
          1};
}

storage::Write change_link(const Link& link) {
  return {&sql::change_link,
          {link.id.value, link.version, link.remote, link.token, link.case_id.value,
           std::string(name_of(link.state)), link.status, link.mark, link.told, link.attempts,
           problem_text(link.problem), to_micros(link.checked_at), to_micros(link.changed_at)},
          1};
}

std::string filled(std::string_view text, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    if (text.empty() || close == std::string_view::npos) break;
    out += value(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  }
  return out;
}

Result<std::vector<std::string>> names_in(std::string_view text) {
  std::vector<std::string> names;
  const std::string_view whole = text;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{')) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos || close == open + 1)
      return Error(ErrorCode::invalid, "open311.bad_template").with("given", std::string(whole));
    names.emplace_back(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
  return names;
}

std::optional<std::string> member_of(const ServiceRequest& request, std::string_view name) {
  if (name == "service_request_id") return request.id;
  if (name == "description") return request.description;
  if (name == "status_notes") return request.status_notes;
  if (name == "service_name") return request.service_name;
  if (name == "service_code") return request.service_code;
  if (name == "agency_responsible") return request.agency_responsible;
  if (name == "address") return request.address;
  if (name == "address_id") return request.address_id;
  if (name == "zipcode") return request.zipcode;
  if (name == "media_url") return request.media_url;
  if (name == "requested_datetime")
    return request.requested_at ? to_rfc3339(*request.requested_at) : std::string();
  return std::nullopt;
}

std::string mark_of(const ServiceRequest& request) {
  // FNV-1a: a change is to be seen, nobody is kept out by it.
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const std::string* part :
       {&request.status, &request.status_notes, &request.description, &request.service_notice}) {
    for (const char c : *part) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
    hash = (hash ^ 0xFFU) * 1'099'511'628'211ULL;
  }
  return std::to_string(hash);
}

}  // namespace jingwei::open311
