#include "modules/open311/peer/peers.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/open311/limits.h"
#include "modules/open311/peer/round.h"
#include "modules/open311/sql.gen.h"

namespace jingwei::open311 {

namespace {

constexpr std::string_view table = "open311_connection";
constexpr std::chrono::seconds idle{1};

storage::Cell cell_of(ConnectionId id) {
  return {table, id.value, "secret"};
}

storage::AuditEntry entry_of(const std::string& actor, const std::string& event, ConnectionId id,
                             std::string detail = "{}") {
  return {actor, event, "open311:" + id.to_string(), std::move(detail)};
}

Error no_connection(ConnectionId id) {
  return Error(ErrorCode::not_found, "open311.no_connection").with("id", id.to_string());
}

Error fault(const std::string& message, const std::string& word, const std::string& at) {
  return Error(ErrorCode::invalid, message).with("word", word).at(at);
}

bool may_leave(catalog::Personal personal) {
  return personal == catalog::Personal::none || personal == catalog::Personal::basic ||
         personal == catalog::Personal::address;
}

// http or https, a host, no query, no slash at its end.
bool is_address(const std::string& address) {
  const bool web = address.starts_with("https://") || address.starts_with("http://");
  return web && !address.ends_with('/') && address.find_first_of("?# \"\\@") == std::string::npos &&
         address.size() > address.find("//") + 2;
}

void gather(Error& all, const Result<void>& one) {
  if (!one) all.causes.push_back(one.error());
}

}  // namespace

std::optional<Settling> settling_named(std::string_view name) {
  if (name == "again") return Settling::again;
  if (name == "found") return Settling::found;
  if (name == "seen") return Settling::seen;
  return std::nullopt;
}

Peers::Peers(PeerParts parts)
    : parts_(std::move(parts)),
      follower_(parts_),
      runner_(parts_.store, parts_.clock, follower_, parts_.owner) {}

Peers::~Peers() {
  stop();
}

// --- what an officer says ---

Result<void> Peers::check_mapping(const Mapping& mapping, const std::string& at) const {
  Error all(ErrorCode::invalid, "open311.bad_mapping");
  const auto declared = parts_.cases.book().find(mapping.process);
  if (!declared) return fault("open311.no_process", mapping.process, at + "/process");
  const auto& process = (*declared)->process;
  const auto& form = (*declared)->form;
  if (mapping.service.empty()) return fault("open311.no_service_code", "", at + "/service");
  if (!mapping.region.empty() && !parts_.regions.tree()->scope(mapping.region))
    all.causes.push_back(fault("open311.no_region", mapping.region, at + "/region"));
  for (const auto& [name, text] : mapping.fields) {
    const std::string place = at + "/fields/" + name;
    if (form.field(name) == nullptr) all.causes.push_back(fault("open311.no_field", name, place));
    const auto names = names_in(text);
    if (!names) all.causes.push_back(Error(names.error()).at(place));
    for (const auto& word : names ? *names : std::vector<std::string>()) {
      if (!member_of({}, word)) all.causes.push_back(fault("open311.no_member", word, place));
    }
  }
  for (const auto& [action, place] : {std::pair{&mapping.when_closed, "/when_closed"},
                                      std::pair{&mapping.when_reopened, "/when_reopened"}}) {
    if (!action->empty() && process.transition(*action) == nullptr)
      all.causes.push_back(fault("open311.no_transition", *action, at + place));
  }
  if (mapping.direction != Direction::in && !process.open311)
    all.causes.push_back(fault("open311.not_offered", mapping.process, at + "/process"));
  auto texts = mapping.attributes;
  texts["description"] = mapping.description;
  for (const auto& [code, text] : texts) {
    const std::string place = at + (code == "description" ? "/description" : "/attributes/" + code);
    const auto names = names_in(text);
    if (!names) all.causes.push_back(Error(names.error()).at(place));
    for (const auto& word : names ? *names : std::vector<std::string>()) {
      const auto* field = form.field(word);
      if (word != "number" && field == nullptr) all.causes.push_back(fault("open311.no_field", word, place));
      if (field != nullptr && !may_leave(field->personal))
        all.causes.push_back(fault("open311.personal_field", word, place));
    }
  }
  if (!all.causes.empty()) return all;
  return {};
}

Result<void> Peers::check(const Terms& terms) const {
  Error all(ErrorCode::invalid, "open311.bad_connection");
  if (terms.title.empty()) all.causes.push_back(fault("open311.no_title", "", "/title"));
  if (!is_address(terms.address))
    all.causes.push_back(fault("open311.bad_address", terms.address, "/address"));
  if (!terms.their_account.empty() && !cases::CaseId::parse(terms.their_account))
    all.causes.push_back(fault("open311.bad_account", terms.their_account, "/their_account"));
  if (terms.mappings.empty() || terms.mappings.size() > limits::mappings)
    all.causes.push_back(fault("open311.no_mapping", std::to_string(limits::mappings), "/mappings"));
  std::set<std::string> in, out;
  for (std::size_t at = 0; at < terms.mappings.size(); ++at) {
    const Mapping& one = terms.mappings[at];
    const std::string place = "/mappings/" + std::to_string(at);
    const auto fits = check_mapping(one, place);
    if (!fits && fits.error().causes.empty()) gather(all, fits);
    if (!fits) all.causes.insert(all.causes.end(), fits.error().causes.begin(), fits.error().causes.end());
    if (one.direction != Direction::out && !in.insert(one.service).second)
      all.causes.push_back(fault("open311.doubled_service", one.service, place + "/service"));
    if (one.direction != Direction::in && !out.insert(one.process).second)
      all.causes.push_back(fault("open311.doubled_process", one.process, place + "/process"));
  }
  if (!all.causes.empty()) return all;
  return {};
}

Result<std::string> Peers::key_of(const Connection& connection) const {
  return parts_.sealer.open(cell_of(connection.id), connection.secret);
}

Result<Connection> Peers::read_one(storage::Reader& reader, ConnectionId id) const {
  const storage::Value key = id.value;
  std::optional<Result<Connection>> found;
  JW_TRY(reader.query(sql::connection_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = connection_of_row(row);
    return true;
  }));
  if (!found) return no_connection(id);
  return std::move(*found);
}

Result<ConnectionView> Peers::view_of(storage::Reader& reader, Connection connection) const {
  ConnectionView view;
  const storage::Value key = connection.id.value;
  JW_TRY(reader.query(sql::count_links, std::span(&key, 1), [&](const storage::Row& row) {
    if (const auto state = link_state_named(row.text(0))) view.links[*state] = row.integer(1);
    return true;
  }));
  view.reach = reach_of(connection, parts_.clock.now());
  const auto secret = key_of(connection);
  view.has_key = secret && !secret->empty();
  view.connection = std::move(connection);
  return view;
}

Result<std::vector<ConnectionView>> Peers::list() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto all, read_connections(*reader));
  std::vector<ConnectionView> views;
  for (auto& one : all) {
    JW_ASSIGN(auto view, view_of(*reader, std::move(one)));
    views.push_back(std::move(view));
  }
  return views;
}

Result<ConnectionView> Peers::find(ConnectionId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto one, read_one(*reader, id));
  return view_of(*reader, std::move(one));
}

Result<ConnectionView> Peers::add(NewConnection wanted, const std::string& actor,
                                  const std::optional<std::string>& idempotency_key) {
  wanted.terms.title = text::squeeze(wanted.terms.title);
  JW_TRY(check(wanted.terms));
  JW_TRY(parts_.sealer.prepare(table));
  const Instant now = parts_.clock.now();
  if (wanted.terms.since == Instant{}) wanted.terms.since = now;
  auto row = catalog::idempotency_of(idempotency_key, actor, "add_open311_connection",
                                     {wanted.terms.title, terms_text(wanted.terms)});
  ConnectionId id;
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const auto all, read_connections(reader));
    if (all.size() >= limits::connections)
      return Error(ErrorCode::exhausted, "open311.too_many")
          .with("most", std::to_string(limits::connections));
    JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
    id = ConnectionId(fresh);
    if (row) row->answer = id.to_string();
    storage::Change change;
    change.writes.push_back({&sql::add_connection,
                             {id.value, wanted.terms.title, terms_text(wanted.terms),
                              storage::Blob{parts_.sealer.seal(cell_of(id), wanted.key.value_or(""))}, actor,
                              to_micros(now), to_micros(wanted.terms.since), to_micros(now)},
                             1});
    change.audit.push_back(entry_of(actor, "open311.connect", id));
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decide));
  if (committed.earlier_answer) id = ConnectionId::parse(*committed.earlier_answer).value_or(ConnectionId());
  return find(id);
}

Result<ConnectionView> Peers::change(ConnectionId id, const std::string& event, const std::string& actor,
                                     const std::function<Result<void>(Connection&)>& how) {
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(Connection one, read_one(reader, id));
    std::string state(name_of(one.state));
    JW_TRY(how(one));
    if (event == "open311.disconnect") state = "removed";
    if (event == "open311.state") state = name_of(one.state);
    storage::Change change;
    change.writes.push_back(
        {&sql::change_connection,
         {id.value, one.version, one.terms.title, terms_text(one.terms), storage::Blob{one.secret}, state,
          to_micros(one.next_at), to_micros(one.seen_until)},
         1});
    change.audit.push_back(entry_of(actor, event, id));
    return change;
  };
  JW_TRY(storage::decide_and_commit(parts_.store, decide));
  if (event == "open311.disconnect") return ConnectionView{};
  return find(id);
}

Result<ConnectionView> Peers::edit(ConnectionId id, NewConnection wanted, const std::string& actor) {
  wanted.terms.title = text::squeeze(wanted.terms.title);
  JW_TRY(check(wanted.terms));
  JW_TRY(parts_.sealer.prepare(table));
  return change(id, "open311.edit", actor, [&](Connection& one) -> Result<void> {
    Terms terms = wanted.terms;
    if (terms.since == Instant{}) terms.since = one.terms.since;
    // What was passed over because it was before is looked at now.
    if (terms.since < one.terms.since) one.seen_until = terms.since;
    one.terms = std::move(terms);
    if (wanted.key) one.secret = parts_.sealer.seal(cell_of(id), *wanted.key);
    one.next_at = parts_.clock.now();
    return {};
  });
}

Result<ConnectionView> Peers::set_state(ConnectionId id, ConnectionState state, const std::string& actor) {
  return change(id, "open311.state", actor, [&](Connection& one) -> Result<void> {
    one.state = state;
    one.next_at = parts_.clock.now();
    return {};
  });
}

Result<void> Peers::remove(ConnectionId id, const std::string& actor) {
  JW_TRY(change(id, "open311.disconnect", actor, [&](Connection& one) -> Result<void> {
    one.secret.clear();
    return {};
  }));
  return {};
}

Result<ConnectionView> Peers::run_now(ConnectionId id, const std::string& actor) {
  return change(id, "open311.run", actor, [&](Connection& one) -> Result<void> {
    one.next_at = parts_.clock.now();
    return {};
  });
}

Result<std::vector<FoundService>> Peers::try_out(const NewConnection& wanted) const {
  if (!is_address(wanted.terms.address))
    return fault("open311.bad_address", wanted.terms.address, "/address");
  const PeerClient client(parts_.outgoing, wanted.terms, wanted.key.value_or(""));
  JW_ASSIGN(auto services, client.services());
  std::vector<FoundService> found;
  if (services.size() > limits::mappings) services.resize(limits::mappings);
  std::size_t asked = 0;
  for (auto& service : services) {
    FoundService one{std::move(service), {}};
    // A few are enough to see what it is like; an officer is waiting.
    if (one.service.metadata && asked < 20) {
      ++asked;
      if (auto definition = client.definition(one.service.code))
        one.attributes = std::move(definition->attributes);
    }
    found.push_back(std::move(one));
  }
  return found;
}

Result<std::vector<Link>> Peers::links(ConnectionId id, std::optional<LinkState> state, LinkId before,
                                       std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(read_one(*reader, id));
  const std::array<storage::Value, 4> parameters = {
      id.value, before ? before.value : std::numeric_limits<std::int64_t>::max(),
      state ? std::string(name_of(*state)) : std::string(), static_cast<std::int64_t>(most)};
  std::vector<Link> links;
  JW_TRY(reader->query(sql::page_of_links, parameters, [&](const storage::Row& row) {
    links.push_back(link_of_row(row));
    return true;
  }));
  return links;
}

Result<Link> Peers::settle(ConnectionId id, LinkId link_id, Settling how, const std::string& remote,
                           const std::string& actor) {
  Link settled;
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_TRY(read_one(reader, id));
    const std::array<storage::Value, 2> key = {id.value, link_id.value};
    std::optional<Link> link;
    JW_TRY(reader.query(sql::link_by_id, key, [&](const storage::Row& row) {
      link = link_of_row(row);
      return true;
    }));
    if (!link) return Error(ErrorCode::not_found, "open311.no_link").with("id", link_id.to_string());
    const bool again =
        how == Settling::again && (link->state == LinkState::refused || link->state == LinkState::unsure);
    const bool found = how == Settling::found && link->state == LinkState::unsure && !remote.empty();
    const bool seen = how == Settling::seen && link->state == LinkState::conflict;
    if (!again && !found && !seen) return Error(ErrorCode::conflict, "open311.settled");
    if (again && link->ours) link->state = LinkState::waiting;
    if (again && !link->ours) link->mark.clear();
    if (found) link->remote = remote;
    if (found || seen) link->state = LinkState::linked;
    if (!again || link->ours) link->problem.reset();
    link->changed_at = parts_.clock.now();
    link->checked_at = Instant{};
    storage::Change change;
    change.writes.push_back(change_link(*link));
    change.audit.push_back(
        entry_of(actor, "open311.settle", id, R"({"link":")" + link_id.to_string() + "\"}"));
    settled = *link;
    return change;
  };
  JW_TRY(storage::decide_and_commit(parts_.store, decide));
  return settled;
}

// --- the work ---

void Peers::start() {
  runner_.start();
  loop_.start([this] {
    const auto done = step();
    if (!done) log::warn("open311.step_failed", {{"fault", done.error().to_log()}});
    if (!done || !*done) loop_.pause(idle);
  });
}

void Peers::stop() {
  loop_.stop();
  runner_.stop();
}

Result<bool> Peers::step() {
  const std::lock_guard lock(turn_);
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto all, read_connections(*reader));
  reader.reset();
  bool any = false;
  for (const auto& one : all) {
    if (one.state != ConnectionState::active || one.next_at > parts_.clock.now() || loop_.stopping())
      continue;
    JW_ASSIGN(const bool worked, work_with(one));
    any = any || worked;
  }
  return any;
}

Result<bool> Peers::work_with(const Connection& seen) {
  const std::string lease = "open311:" + seen.id.to_string();
  const auto take = [&] {
    return parts_.store.take_lease(lease, parts_.owner, parts_.clock.now(), limits::lease);
  };
  JW_ASSIGN(const bool held, take());
  if (!held) return false;
  // As it stands under the lease: another process may just have ended its round.
  JW_ASSIGN(auto reader, parts_.store.read());
  const auto current = read_one(*reader, seen.id);
  reader.reset();
  if (!current && current.error().code == ErrorCode::not_found) return false;
  if (!current) return current.error();
  const Connection& one = *current;
  if (one.state != ConnectionState::active || one.next_at > parts_.clock.now()) return false;
  auto renewed = parts_.clock.monotonic();
  const auto alive = [&] {
    if (loop_.stopping()) return false;
    if (parts_.clock.monotonic() - renewed < limits::lease_renewal) return true;
    renewed = parts_.clock.monotonic();
    const auto still = take();
    return still && *still;
  };
  const Instant begun = parts_.clock.now();
  const auto key = key_of(one);
  Result<void> ran = key ? Result<void>() : Result<void>(key.error());
  Done done;
  if (key) {
    Round round(parts_, one, *key, alive);
    ran = round.run();
    done = round.done();
  }
  if (!ran && ran.error().code == ErrorCode::cancelled) return false;
  if (!ran)
    log::warn("open311.round_failed", {{"connection", one.id.to_string()}, {"fault", ran.error().to_log()}});
  const std::int64_t failures = ran ? 0 : one.failures + 1;
  const Instant now = parts_.clock.now();
  const Instant next = ran && done.more ? now : next_round(one.terms, failures, now);
  const auto micros = [](const std::optional<Instant>& at) {
    return at ? storage::Value(to_micros(*at)) : storage::Value(storage::Null{});
  };
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(
      {&sql::note_round,
       {one.id.value, to_micros(next), failures, ran ? std::string() : problem_text(ran.error()),
        ran ? micros(one.error_at) : micros(now), to_micros(begun),
        ran ? micros(now) : micros(one.last_ok_at)},
       1});
  if (done.told > 0)
    change.writes.push_back(
        {&sql::count_work, {one.id.value, std::int64_t{0}, std::int64_t{0}, done.told}, std::nullopt});
  JW_TRY(parts_.store.commit(std::move(change)));
  return true;
}

}  // namespace jingwei::open311
