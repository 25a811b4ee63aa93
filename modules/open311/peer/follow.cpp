#include "modules/open311/peer/follow.h"

#include <algorithm>
#include <boost/json.hpp>

#include "modules/open311/sql.gen.h"

namespace jingwei::open311 {

namespace {

struct Stepped {
  cases::CaseId id;
  std::string process;
  std::int64_t sequence = 0;
  bool opened = false;
};

std::optional<Stepped> stepped(const storage::FeedEntry& entry) {
  namespace json = boost::json;
  if (entry.kind != cases::case_event_kind) return std::nullopt;
  json::error_code fault;
  const json::value value = json::parse(entry.body, fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto& object = value.as_object();
  const auto text = [&](std::string_view name) {
    const auto* found = object.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const auto id = cases::CaseId::parse(text("case"));
  const auto* sequence = object.if_contains("sequence");
  if (!id || sequence == nullptr || !sequence->is_int64()) return std::nullopt;
  return Stepped{*id, text("process"), sequence->as_int64(),
                 text("kind") == cases::name_of(cases::StepKind::open)};
}

bool sends(const Connection& connection, const std::string& process) {
  const auto& mappings = connection.terms.mappings;
  return connection.state == ConnectionState::active &&
         std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& one) {
           return one.process == process && one.direction != Direction::in;
         });
}

}  // namespace

Result<std::vector<Connection>> read_connections(storage::Reader& reader) {
  std::vector<Connection> all;
  std::optional<Error> fault;
  JW_TRY(reader.query(sql::all_connections, {}, [&](const storage::Row& row) {
    auto one = connection_of_row(row);
    if (one) all.push_back(std::move(*one));
    if (!one) fault = one.error();
    return !fault;
  }));
  if (fault) return *fault;
  return all;
}

Result<void> CaseFollower::handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) {
  std::vector<Stepped> steps;
  for (const auto& entry : entries) {
    if (auto step = stepped(entry)) steps.push_back(std::move(*step));
  }
  if (steps.empty()) return {};
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto connections, read_connections(*reader));
  reader.reset();
  if (connections.empty()) return {};
  for (const auto& step : steps) {
    if (step.opened) {
      for (const auto& connection : connections) {
        if (sends(connection, step.process)) JW_TRY(send_out(connection, step.id, effect));
      }
    }
    effect.writes.push_back({&sql::mark_case, {step.id.value, step.sequence}, std::nullopt});
  }
  return {};
}

Result<void> CaseFollower::send_out(const Connection& connection, cases::CaseId id,
                                    storage::Change& effect) const {
  const auto view = parts_.cases.view(nullptr, connection.actor(), "");
  const auto found = parts_.cases.work().find(id, view);
  if (!found && found.error().code == ErrorCode::not_found) return {};
  if (!found) return found.error();
  const auto& one = found->one;
  const bool theirs =
      one.reporter == connection.actor() || (!connection.terms.their_account.empty() &&
                                             one.reporter == "account:" + connection.terms.their_account);
  if (theirs || one.opened_at < connection.terms.since) return {};
  const auto mapping = std::find_if(
      connection.terms.mappings.begin(), connection.terms.mappings.end(),
      [&](const Mapping& each) { return each.process == one.process && each.direction != Direction::in; });
  if (!mapping->region.empty()) {
    const auto scope = view.tree().scope(mapping->region);
    const region::Node place = view.tree().find(one.place);
    if (!scope || place == region::no_node || !scope->contains(place)) return {};
  }
  Link link;
  JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
  link.id = LinkId(fresh);
  link.connection = connection.id;
  link.service = mapping->service;
  link.case_id = id;
  link.ours = true;
  link.state = LinkState::waiting;
  link.case_version = one.version;
  link.checked_at = link.changed_at = parts_.clock.now();
  effect.writes.push_back(add_link(link));
  return {};
}

}  // namespace jingwei::open311
