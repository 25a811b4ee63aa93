#include "modules/open311/peer/round.h"

#include <algorithm>

#include "base/text.h"
#include "modules/open311/limits.h"
#include "modules/open311/places.h"
#include "modules/open311/sql.gen.h"

namespace jingwei::open311 {

namespace {

// What a case is told by in another server's description, so that its request is known again: "[ref
// 990100/GE-12]".
constexpr std::string_view reference_begin = "[ref ";

bool is_closed(const ServiceRequest& request) {
  return text::lower_ascii(request.status) == "closed";
}

// As much of what they say as a comment holds.
std::string shortened(const std::string& words) {
  auto points = text::code_points(words);
  if (points.size() > limits::comment_length) points.resize(limits::comment_length);
  return text::from_code_points(points);
}

bool is_refusal(const Error& error) {
  return error.code == ErrorCode::invalid || error.code == ErrorCode::not_found ||
         error.code == ErrorCode::gone || error.code == ErrorCode::denied;
}

// How a case stands after a step; with what was said and filled in where that may leave the hub.
std::string words_of(const cases::Step& step, const cases::Process& process, bool notes) {
  const auto* state = process.state(step.to_state);
  std::string words = state == nullptr ? step.to_state : state->title.in(Language::zh);
  if (!notes) return words;
  if (!step.words.empty()) words += "：" + step.words;
  const auto* transition = process.transition(step.action);
  if (transition == nullptr) return words;
  for (const auto& field : transition->inputs) {
    const auto value = step.inputs.find(field.name);
    if (value == step.inputs.end() || field.personal != catalog::Personal::none) continue;
    words += "；" + field.title.in(Language::zh) + "：" + value->second;
  }
  return words;
}

}  // namespace

bool counts_as_closed(const cases::Process& process, const std::string& state, bool open) {
  if (!open) return true;
  if (!process.open311) return false;
  const auto& closed = process.open311->closed;
  return std::find(closed.begin(), closed.end(), state) != closed.end();
}

Round::Round(const PeerParts& parts, const Connection& connection, std::string key,
             std::function<bool()> alive)
    : parts_(parts),
      connection_(connection),
      terms_(connection.terms),
      client_(parts.outgoing, connection.terms, std::move(key)),
      alive_(std::move(alive)) {}

Result<void> Round::run() {
  JW_TRY(take_new());
  JW_TRY(check_known());
  JW_TRY(send_waiting());
  return tell_steps();
}

const Mapping* Round::mapping_in(const std::string& service) const {
  for (const auto& one : terms_.mappings) {
    if (one.service == service && one.direction != Direction::out) return &one;
  }
  return nullptr;
}

const Mapping* Round::mapping_out(const std::string& process) const {
  for (const auto& one : terms_.mappings) {
    if (one.process == process && one.direction != Direction::in) return &one;
  }
  return nullptr;
}

std::vector<std::string> Round::services_in() const {
  std::vector<std::string> codes;
  for (const auto& one : terms_.mappings) {
    if (one.direction != Direction::out) codes.push_back(one.service);
  }
  return codes;
}

cases::CaseView Round::view() const {
  return parts_.cases.view(nullptr, connection_.actor(), "");
}

Result<std::vector<Link>> Round::links_of(const storage::Statement& statement,
                                          std::vector<storage::Value> parameters) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  std::vector<Link> links;
  JW_TRY(reader->query(statement, parameters, [&](const storage::Row& row) {
    links.push_back(link_of_row(row));
    return true;
  }));
  return links;
}

Result<std::optional<Link>> Round::link_of(const storage::Statement& statement,
                                           std::vector<storage::Value> key) const {
  JW_ASSIGN(auto links, links_of(statement, std::move(key)));
  if (links.empty()) return std::optional<Link>();
  return std::optional<Link>(std::move(links.front()));
}

Result<void> Round::commit(std::vector<storage::Write> writes) {
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes = std::move(writes);
  JW_TRY(parts_.store.commit(std::move(change)));
  return {};
}

Result<void> Round::keep(const Link& link) {
  return commit({change_link(link)});
}

// --- what was opened there ---

Result<void> Round::take_new() {
  const auto services = services_in();
  if (services.empty()) return {};
  const Instant now = parts_.clock.now();
  Instant from = std::max(terms_.since, connection_.seen_until - limits::window_overlap);
  for (int windows = 0; from < now; ++windows) {
    if (windows == limits::windows_of_round) {
      done_.more = true;
      return {};
    }
    const Instant to = std::min<Instant>(from + limits::window_most, now);
    JW_TRY(take_window(from, to, services));
    JW_TRY(commit({{&sql::note_seen, {connection_.id.value, to_micros(to)}, std::nullopt}}));
    from = to;
  }
  return {};
}

// A server that gives as many as it may has more: the window is halved until it has not.
Result<void> Round::take_window(Instant from, Instant to, const std::vector<std::string>& services) {
  if (!alive_()) return Error(ErrorCode::cancelled, "open311.round_over");
  // Their clock's seconds are whole: the end is taken in.
  JW_ASSIGN(auto requests, client_.opened(services, from, to + std::chrono::seconds{1}));
  if (requests.size() >= limits::requests && to - from > limits::window_least) {
    const Instant middle = from + (to - from) / 2;
    JW_TRY(take_window(from, middle, services));
    return take_window(middle, to, services);
  }
  // The oldest first, as they were opened.
  std::stable_sort(requests.begin(), requests.end(),
                   [](const auto& a, const auto& b) { return a.requested_at < b.requested_at; });
  for (const auto& request : requests) JW_TRY(take(request));
  return {};
}

Result<void> Round::take(const Request& request) {
  const Mapping* mapping = mapping_in(request.service_code);
  if (mapping == nullptr || request.id.empty()) return {};
  // Their times are whole seconds.
  const Instant since = std::chrono::floor<std::chrono::seconds>(terms_.since);
  if (request.requested_at && *request.requested_at < since) return {};
  JW_ASSIGN(auto link, link_of(sql::link_by_remote, {connection_.id.value, request.id}));
  if (link && link->mark == mark_of(request)) return {};
  if (link && link->state != LinkState::refused) return take_change(std::move(*link), request);
  if (is_closed(request)) return {};
  JW_ASSIGN(const bool ours, is_ours(request));
  if (ours) return {};
  return open_case(*mapping, request, std::move(link));
}

// One that this hub opened and got no answer for.
Result<bool> Round::is_ours(const Request& request) {
  const std::string begin = std::string(reference_begin) + parts_.hub + "/";
  const std::size_t at = request.description.rfind(begin);
  const std::size_t end = request.description.find(']', at == std::string::npos ? 0 : at);
  if (at == std::string::npos || end == std::string::npos) return false;
  const std::string number = request.description.substr(at + begin.size(), end - at - begin.size());
  const auto id = cases::CaseId::parse(number.substr(number.rfind('-') + 1));
  if (!id) return false;
  JW_ASSIGN(auto link, link_of(sql::link_by_case, {connection_.id.value, id->value}));
  if (!link || !link->ours || (!link->remote.empty() && link->remote != request.id)) return false;
  if (link->remote.empty()) {
    link->remote = request.id;
    link->state = LinkState::linked;
    link->status = is_closed(request) ? "closed" : "open";
    link->mark = mark_of(request);
    link->problem.reset();
    link->changed_at = parts_.clock.now();
    JW_TRY(keep(*link));
  }
  return true;
}

Result<void> Round::open_case(const Mapping& mapping, const Request& request, std::optional<Link> link) {
  const Instant now = parts_.clock.now();
  cases::NewCase fresh;
  for (const auto& [field, text] : mapping.fields) {
    const std::string value =
        filled(text, [&](std::string_view name) { return member_of(request, name).value_or(std::string()); });
    if (!value.empty()) fresh.form[field] = value;
  }
  fresh.longitude = request.longitude;
  fresh.latitude = request.latitude;
  const auto tree = parts_.regions.tree();
  const bool known = !request.address_id.empty() && tree->find(request.address_id) != region::no_node;
  fresh.region = known ? request.address_id : mapping.region;
  if (const auto declared = parts_.cases.book().find(mapping.process))
    fill_regions((*declared)->form, *tree, fresh);
  Link one = link.value_or(Link{});
  one.connection = connection_.id;
  one.service = request.service_code;
  one.remote = request.id;
  one.status = "open";
  one.mark = mark_of(request);
  one.checked_at = one.changed_at = now;
  if (!link) {
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    one.id = LinkId(id);
  }
  const auto written = [&](const Link& as) { return link ? change_link(as) : add_link(as); };
  const auto opened = parts_.cases.work().open(
      mapping.process, fresh, view(), {connection_.actor(), std::nullopt},
      [&](const cases::Case& opened_case, storage::Change& change) {
        one.case_id = opened_case.id;
        one.case_version = one.told = opened_case.version;
        one.state = LinkState::linked;
        one.problem.reset();
        change.writes.push_back(written(one));
        change.writes.push_back({&sql::count_work,
                                 {connection_.id.value, std::int64_t{1}, std::int64_t{0}, std::int64_t{0}},
                                 std::nullopt});
      });
  if (opened) {
    ++done_.taken;
    return {};
  }
  // Another round was faster: its case stands.
  JW_ASSIGN(const auto standing, link_of(sql::link_by_remote, {connection_.id.value, request.id}));
  if (standing && standing->case_id) return {};
  if (!is_refusal(opened.error())) return opened.error();
  one.case_id = cases::CaseId();
  one.state = LinkState::refused;
  one.problem = opened.error();
  return commit({written(one)});
}

// --- what changed there ---

Result<void> Round::check_known() {
  const Instant now = parts_.clock.now();
  JW_ASSIGN(auto links, links_of(sql::links_to_check, {connection_.id.value, to_micros(now),
                                                       to_micros(now - limits::closed_watched),
                                                       static_cast<std::int64_t>(limits::links_of_round)}));
  JW_TRY(ask_tokens(links));
  for (std::size_t first = 0; first < links.size(); first += limits::ids_of_question) {
    if (!alive_()) return Error(ErrorCode::cancelled, "open311.round_over");
    const std::size_t end = std::min(first + limits::ids_of_question, links.size());
    std::vector<std::string> ids;
    for (std::size_t at = first; at < end; ++at) ids.push_back(links[at].remote);
    auto found = client_.of_ids(ids);
    // Some servers answer 404 when they know none of them.
    if (!found && found.error().code == ErrorCode::not_found) found = std::vector<Request>();
    if (!found) return found.error();
    for (std::size_t at = first; at < end; ++at) {
      const auto request = std::find_if(found->begin(), found->end(),
                                        [&](const Request& one) { return one.id == links[at].remote; });
      const bool refused = links[at].state == LinkState::refused;
      if (request != found->end() && !refused) {
        JW_TRY(take_change(links[at], *request));
      } else if (request != found->end() && links[at].mark != mark_of(*request) && !is_closed(*request)) {
        JW_TRY(take(*request));
      } else {
        links[at].checked_at = now;
        JW_TRY(keep(links[at]));
      }
    }
  }
  return {};
}

// Leaves those that have an id.
Result<void> Round::ask_tokens(std::vector<Link>& links) {
  for (auto& link : links) {
    if (!link.remote.empty()) continue;
    if (!alive_()) return Error(ErrorCode::cancelled, "open311.round_over");
    const auto id = client_.id_of(link.token);
    if (!id && is_trouble(id.error())) return id.error();
    link.checked_at = parts_.clock.now();
    if (id) link.remote = *id;
    JW_TRY(keep(link));
    ++link.version;
  }
  std::erase_if(links, [](const Link& link) { return link.remote.empty(); });
  return {};
}

Result<void> Round::take_change(Link link, const Request& request) {
  const Instant now = parts_.clock.now();
  const std::string mark = mark_of(request);
  const bool changed = link.mark != mark && link.case_id;
  const bool first = link.mark.empty();  // it was sent from here, and is looked at for the first time
  const bool closed = is_closed(request);
  const std::string before = link.status;
  link.mark = mark;
  link.status = closed ? "closed" : "open";
  link.checked_at = now;
  if (!changed || (first && !closed && request.status_notes.empty())) return keep(link);
  link.changed_at = now;
  const auto found = parts_.cases.work().find(link.case_id, view());
  if (!found && !is_refusal(found.error())) return found.error();
  if (!found) return keep(link);
  const auto& process = found->declared->process;
  const Mapping* mapping = link.ours ? mapping_out(process.id) : mapping_in(link.service);
  if (mapping != nullptr && link.status != before) settle_status(link, *mapping, *found, closed);
  const std::string words =
      shortened(request.status_notes.empty() ? request.status : request.status + ": " + request.status_notes);
  const auto noted = parts_.cases.work().comment(
      link.case_id, words, view(), {connection_.actor(), std::nullopt},
      [&](const cases::Case&, storage::Change& change) { change.writes.push_back(change_link(link)); });
  return noted ? Result<void>() : Result<void>(noted.error());
}

// Whoever handles a case decides how it stands: they for what was sent to them, this hub for what came from
// them.
void Round::settle_status(Link& link, const Mapping& mapping, const cases::Found& found, bool closed) {
  const auto& process = found.declared->process;
  const bool closed_here = counts_as_closed(process, found.one.state, found.one.open);
  if (closed_here == closed) {
    if (link.state == LinkState::conflict) link.state = LinkState::linked;
    link.problem.reset();
    return;
  }
  const auto conflict = [&](Error why) {
    link.state = LinkState::conflict;
    link.problem = std::move(why);
  };
  if (!link.ours && link.case_version > link.told) {
    // It moved on here meanwhile, and that will be told.
    return conflict(Error(ErrorCode::conflict, "open311.both_moved"));
  }
  const std::string& action = closed ? mapping.when_closed : mapping.when_reopened;
  if (action.empty())
    return conflict(Error(ErrorCode::conflict, closed ? "open311.they_closed" : "open311.they_reopened"));
  cases::ActionRequest step;
  step.action = action;
  step.version = found.one.version;
  const auto done = parts_.cases.work().act(link.case_id, step, view(), {connection_.actor(), std::nullopt});
  if (!done) return conflict(done.error());
  link.state = LinkState::linked;
  link.problem.reset();
}

// --- what waits here ---

std::string Round::reference_of(const cases::Found& found) const {
  return std::string(reference_begin) + parts_.hub + "/" + found.one.number(found.declared->process) + "]";
}

NewRequest Round::request_of(const Mapping& mapping, const cases::Found& found) const {
  const auto& one = found.one;
  const auto value = [&](std::string_view name) -> std::string {
    if (name == "number") return one.number(found.declared->process);
    const auto field = one.form.find(std::string(name));
    return field == one.form.end() ? std::string() : field->second;
  };
  NewRequest wanted;
  wanted.service_code = mapping.service;
  const std::string words = filled(mapping.description, value);
  wanted.description = (words.empty() ? "" : words + " ") + reference_of(found);
  for (const auto& [code, text] : mapping.attributes) {
    if (std::string said = filled(text, value); !said.empty())
      wanted.attributes.emplace_back(code, std::move(said));
  }
  wanted.longitude = one.longitude;
  wanted.latitude = one.latitude;
  const auto tree = parts_.regions.tree();
  const region::Node place = tree->find(one.place);
  if (place != region::no_node) {
    wanted.address_id = tree->code(place);
    wanted.address_string = tree->path_text(place);
  }
  return wanted;
}

Result<void> Round::send_waiting() {
  JW_ASSIGN(auto links, links_of(sql::links_to_send,
                                 {connection_.id.value, static_cast<std::int64_t>(limits::links_of_round)}));
  for (auto& link : links) {
    if (!alive_()) return Error(ErrorCode::cancelled, "open311.round_over");
    JW_TRY(send(std::move(link)));
  }
  return {};
}

Result<void> Round::send(Link link) {
  const auto found = parts_.cases.work().find(link.case_id, view());
  if (!found && !is_refusal(found.error())) return found.error();
  const Mapping* mapping = found ? mapping_out(found->one.process) : nullptr;
  const Instant now = parts_.clock.now();
  link.changed_at = link.checked_at = now;
  if (mapping == nullptr) {
    link.state = LinkState::refused;
    link.problem = found ? Error(ErrorCode::gone, "open311.not_mapped") : found.error();
    return keep(link);
  }
  if (link.state == LinkState::unsure && !terms_.repeats) {
    JW_ASSIGN(const bool there, find_sent(link, *found));
    if (!there && link.problem) return {};  // as it was: a person says what is to be done
    if (!there) link.problem = Error(ErrorCode::conflict, "open311.unsure");
    return keep(link);
  }
  link.state = LinkState::unsure;
  link.service = mapping->service;
  ++link.attempts;
  JW_TRY(keep(link));
  ++link.version;
  const auto opened =
      client_.open(request_of(*mapping, *found), "open311-" + parts_.hub + "-" + link.case_id.to_string());
  if (opened) {
    link.state = LinkState::linked;
    link.remote = opened->id;
    link.token = opened->token;
    link.status = "open";
    link.told = found->one.version;
    link.problem.reset();
    ++done_.sent;
    return commit({change_link(link),
                   {&sql::count_work,
                    {connection_.id.value, std::int64_t{0}, std::int64_t{1}, std::int64_t{0}},
                    std::nullopt}});
  }
  const Error& why = opened.error();
  // With no answer nobody knows; with any other trouble it never arrived; what is refused stays so.
  if (why.code == ErrorCode::timeout) return why;
  link.state = is_trouble(why) ? LinkState::waiting : LinkState::refused;
  link.problem = why;
  JW_TRY(keep(link));
  return is_trouble(why) ? Result<void>(why) : Result<void>();
}

// Looks for a case that got no answer among their requests of the time.
Result<bool> Round::find_sent(Link& link, const cases::Found& found) {
  const std::string reference = reference_of(found);
  const Instant now = parts_.clock.now();
  const Instant from =
      std::max<Instant>(found.one.opened_at - limits::window_overlap, now - limits::window_most);
  JW_ASSIGN(const auto requests, client_.opened({link.service}, from, now + limits::window_overlap));
  for (const auto& one : requests) {
    if (one.id.empty() || one.description.find(reference) == std::string::npos) continue;
    link.remote = one.id;
    link.state = LinkState::linked;
    link.status = is_closed(one) ? "closed" : "open";
    link.mark = mark_of(one);
    link.problem.reset();
    return true;
  }
  return false;
}

// --- what happened here ---

Result<void> Round::tell_steps() {
  JW_ASSIGN(auto links, links_of(sql::links_to_tell,
                                 {connection_.id.value, static_cast<std::int64_t>(limits::links_of_round)}));
  for (auto& link : links) {
    if (!alive_()) return Error(ErrorCode::cancelled, "open311.round_over");
    JW_TRY(tell(std::move(link)));
  }
  return {};
}

Result<void> Round::tell(Link link) {
  const auto found = parts_.cases.work().find(link.case_id, view());
  if (!found && !is_refusal(found.error())) return found.error();
  if (!found || !terms_.tell) {
    link.told = link.case_version;
    return keep(link);
  }
  const auto& process = found->declared->process;
  JW_ASSIGN(const auto steps, parts_.cases.work().steps(*found));
  for (const auto& step : steps) {
    if (step.sequence <= link.told) continue;
    const bool moved = step.kind != cases::StepKind::open && step.from_state != step.to_state;
    const bool said = step.kind == cases::StepKind::comment && terms_.notes && !step.words.empty();
    if (step.actor != connection_.actor() && (moved || said)) {
      const auto* state = process.state(step.to_state);
      const bool closed = counts_as_closed(process, step.to_state, state == nullptr || !state->final);
      Update update;
      update.id = parts_.hub + "-" + link.case_id.to_string() + "-" + std::to_string(step.sequence);
      update.request = link.remote;
      update.status = closed ? "CLOSED" : "OPEN";
      update.at = step.at;
      update.words = said ? step.words : words_of(step, process, terms_.notes);
      const auto told = client_.tell(update);
      if (!told && is_trouble(told.error())) return told.error();
      if (!told) {
        // They do not take the status; what was said arrives all the same.
        update.id += "-words";
        update.status.clear();
        const auto words = client_.tell(update);
        if (!words && is_trouble(words.error())) return words.error();
      }
      if (told) {
        ++done_.told;
        if (moved) {
          link.status = closed ? "closed" : "open";
          if (link.state == LinkState::conflict) link.state = LinkState::linked;
          link.problem.reset();
        }
      } else {
        link.state = LinkState::conflict;
        link.problem = told.error();
      }
    }
    link.told = step.sequence;
    link.changed_at = parts_.clock.now();
    JW_TRY(keep(link));
    ++link.version;
  }
  return {};
}

}  // namespace jingwei::open311
