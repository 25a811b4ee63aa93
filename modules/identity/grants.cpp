// What accounts hold: given by an administrator, lent by a colleague, taken in an emergency.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "modules/identity/accounts.h"
#include "modules/identity/sql.gen.h"
#include "storage/bare_words.h"

namespace jingwei::identity {

namespace {

constexpr std::chrono::days longest_loan{31};
constexpr std::chrono::minutes broken_glass{60};
constexpr std::size_t reason_most = 500;
constexpr const char* emergency_role = "emergency-reader";

constexpr std::string_view grant_table = "identity_grant";

Result<HeldGrant> grant_of(const storage::Row& row, const storage::Sealer& sealer) {
  HeldGrant grant;
  grant.id = GrantId(row.integer(0));
  grant.account = AccountId(row.integer(1));
  grant.role = row.text(2);
  grant.region = RegionId(row.integer(3));
  grant.department = row.text(4);
  grant.from = from_micros(row.integer(5));
  if (!row.is_null(6)) grant.until = from_micros(row.integer(6));
  grant.kind = grant_kind_named(row.text(7)).value_or(GrantKind::given);
  if (!row.is_null(8)) grant.of_grant = GrantId(row.integer(8));
  JW_ASSIGN(grant.reason, storage::words_of(sealer, {grant_table, grant.id.value, "reason"}, row, 9, 16));
  grant.granted_by = row.text(10);
  grant.granted_at = from_micros(row.integer(11));
  if (!row.is_null(12)) grant.ended_at = from_micros(row.integer(12));
  grant.ended_by = row.text(13);
  if (!row.is_null(14)) grant.reviewed_at = from_micros(row.integer(14));
  grant.reviewed_by = row.text(15);
  return grant;
}

Result<std::vector<HeldGrant>> query_grants(storage::Reader& reader, const storage::Statement& statement,
                                            std::span<const storage::Value> parameters,
                                            const storage::Sealer& sealer) {
  std::vector<HeldGrant> grants;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    auto grant = grant_of(row, sealer);
    if (!grant) {
      fault = std::move(grant).error();
      return false;
    }
    grants.push_back(std::move(*grant));
    return true;
  }));
  if (fault) return std::move(*fault);
  return grants;
}

std::string detail_of(const HeldGrant& grant, const std::string& confirmed_by = {}) {
  JsonWriter json;
  json.begin_object();
  json.member("grant", grant.id.to_string());
  json.member("role", grant.role);
  json.member("kind", name_of(grant.kind));
  json.member("region_id", grant.region.to_string());
  if (!grant.department.empty()) json.member("department", grant.department);
  if (grant.until) json.member("until", to_rfc3339(*grant.until));
  if (!confirmed_by.empty()) json.member("confirmed_by", confirmed_by);
  json.end_object();
  return json.take();
}

Result<void> check_reason(const std::string& reason) {
  if (reason.empty() || reason.size() > reason_most)
    return Error(ErrorCode::invalid, "identity.reason_missing").at("/reason");
  return {};
}

Error no_grant(GrantId id) {
  return Error(ErrorCode::not_found, "identity.no_grant").with("grant", id.to_string());
}

}  // namespace

Result<RegionId> Accounts::region_of(const std::string& code) const {
  const auto tree = parts_.regions.tree();
  const region::Node node = tree->find(code);
  if (node == region::no_node)
    return Error(ErrorCode::not_found, "region.not_found").with("code", code).at("/region");
  return tree->id(node);
}

Result<std::vector<HeldGrant>> Accounts::grants_of(AccountId account) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return grants_of(*reader, account);
}

Result<std::vector<HeldGrant>> Accounts::grants_of(storage::Reader& reader, AccountId account) const {
  const storage::Value key = account.value;
  return query_grants(reader, sql::grants_of_account, std::span(&key, 1), parts_.sealer);
}

Result<bool> Accounts::administers(AccountId account) const {
  JW_ASSIGN(const auto held, grants_of(account));
  return std::any_of(held.begin(), held.end(), [&](const HeldGrant& one) {
    const auto role = one.ended_at ? nullptr : roles_.find(one.role);
    return role && role->duty() != access::Duty::work;
  });
}

Result<std::string> Accounts::office_of(const Account& account) const {
  if (!account.department.empty()) return account.department;
  JW_ASSIGN(const auto grants, grants_of(account.id));
  for (const auto& grant : grants) {
    if (!grant.ended_at && !grant.department.empty()) return grant.department;
  }
  return std::string();
}

Result<std::vector<HeldGrant>> Accounts::list_grants(const GrantQuery& query) const {
  const std::array<storage::Value, 4> parameters = {
      query.before ? query.before.value : INT64_MAX, static_cast<std::int64_t>(query.most),
      query.kind ? std::string(name_of(*query.kind)) : std::string(), std::int64_t{query.unreviewed ? 1 : 0}};
  JW_ASSIGN(auto reader, parts_.store.read());
  return query_grants(*reader, sql::page_of_grants, parameters, parts_.sealer);
}

Result<HeldGrant> Accounts::get_grant(GrantId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = id.value;
  JW_ASSIGN(auto found, query_grants(*reader, sql::grant_by_id, std::span(&key, 1), parts_.sealer));
  if (found.empty()) return no_grant(id);
  return std::move(found.front());
}

// The three administrators cannot do each other's work, so nobody holds roles of two of them, not even at
// other times.
Result<void> Accounts::check_duties(AccountId account, const access::Role& wanted) const {
  if (wanted.duty() == access::Duty::work) return {};
  JW_ASSIGN(const auto held, grants_of(account));
  for (const auto& grant : held) {
    if (grant.ended_at || (grant.until && *grant.until <= parts_.clock.now())) continue;
    const auto role = roles_.find(grant.role);
    if (role && role->duty() != access::Duty::work && role->duty() != wanted.duty()) {
      return Error(ErrorCode::denied, "identity.two_administrations").with("role", role->id).at("/role");
    }
  }
  return {};
}

// `guard` holds what was decided upon; `moved` is answered when it has changed.
Result<HeldGrant> Accounts::add(HeldGrant grant, const char* event, const WriteRequest& request,
                                std::optional<storage::Write> guard, const Error& moved, const Also& also) {
  JW_TRY(parts_.sealer.prepare(grant_table));
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  grant.id = GrantId(id);
  grant.granted_by = request.actor;
  grant.granted_at = parts_.clock.now();
  storage::Change change;
  if (guard) change.writes.push_back(std::move(*guard));
  change.writes.push_back(
      {&sql::add_grant,
       {id, grant.account.value, grant.role, grant.region.value, grant.department, to_micros(grant.from),
        storage::instant_or_null(grant.until), std::string(name_of(grant.kind)),
        grant.of_grant ? storage::Value(grant.of_grant.value) : storage::Value(storage::Null{}),
        storage::sealed_words(parts_.sealer, {grant_table, id, "reason"}, grant.reason), request.actor,
        to_micros(grant.granted_at)},
       1});
  change.events.push_back(event_of(account_event, "account", grant.account.to_string()));
  change.audit.push_back(
      {request.actor, event, actor_of(grant.account), detail_of(grant, request.confirmed_by)});
  change.idempotency =
      repeatable(request, event,
                 {grant.account.to_string(), grant.role, grant.region.to_string(), grant.department,
                  grant.until ? to_rfc3339(*grant.until) : "", grant.of_grant.to_string(), grant.reason},
                 grant.id.to_string());
  // An hour of emergency reading ends at another moment each time it is asked for.
  if (change.idempotency && grant.kind == GrantKind::break_glass)
    change.idempotency =
        repeatable(request, event, {grant.region.to_string(), grant.reason}, grant.id.to_string());
  if (also) also(change);
  auto committed = parts_.store.commit(std::move(change));
  if (!committed && committed.error().code == ErrorCode::conflict &&
      committed.error().message == "storage.changed_meanwhile")
    return moved;
  if (!committed) return std::move(committed).error();
  if (committed->earlier_answer)
    return get_grant(GrantId::parse(*committed->earlier_answer).value_or(GrantId()));
  changed_(grant.account);
  return grant;
}

Result<HeldGrant> Accounts::plan(const NewGrant& wanted, const Account& account,
                                 const std::string& actor) const {
  if (account.actor() == actor) return Error(ErrorCode::denied, "identity.grant_to_oneself");
  if (account.state == AccountState::closed)
    return Error(ErrorCode::gone, "identity.account_closed").with("account", account.id.to_string());
  const auto role = roles_.find(wanted.role);
  if (!role) return Error(ErrorCode::not_found, "identity.no_role").with("role", wanted.role).at("/role");
  JW_TRY(check_duties(account.id, *role));
  HeldGrant grant;
  grant.account = account.id;
  grant.role = role->id;
  JW_ASSIGN(grant.region, region_of(wanted.region));
  grant.department = wanted.department;
  grant.from = wanted.from.value_or(parts_.clock.now());
  grant.until = wanted.until;
  grant.reason = wanted.reason;
  if (grant.until && *grant.until <= std::max(grant.from, parts_.clock.now()))
    return Error(ErrorCode::invalid, "identity.until_past").at("/until");
  if (grant.reason.size() > reason_most)
    return Error(ErrorCode::invalid, "identity.reason_missing").at("/reason");
  return grant;
}

Result<HeldGrant> Accounts::grant(const NewGrant& wanted, const WriteRequest& request, const Also& also) {
  JW_ASSIGN(const Account account, get(wanted.account));
  JW_ASSIGN(HeldGrant grant, plan(wanted, account, request.actor));
  const auto role = roles_.find(grant.role);
  if (role && role->duty() != access::Duty::work && acts_alone(request))
    return Error(ErrorCode::denied, "identity.second_person").at("/role");
  // Two administrations given at once to one account, or a grant to one that is being closed.
  return add(std::move(grant), "grant.give", request,
             storage::Write{&sql::touch_account, {account.id.value, account.row_version}, 1},
             Error(ErrorCode::conflict, "identity.account_changed").with("account", account.id.to_string()),
             also);
}

Result<std::vector<std::pair<GrantId, AccountId>>> Accounts::lent_of(GrantId id) const {
  std::vector<std::pair<GrantId, AccountId>> lent;
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = id.value;
  JW_TRY(reader->query(sql::lent_of_grant, std::span(&key, 1), [&](const storage::Row& row) {
    lent.emplace_back(GrantId(row.integer(0)), AccountId(row.integer(1)));
    return true;
  }));
  return lent;
}

// Of loans that somebody ends at the same moment nothing is left to do; `asked` must stand.
Result<void> Accounts::end_grants(const std::vector<std::pair<GrantId, AccountId>>& grants, GrantId asked,
                                  const std::string& role, const WriteRequest& request, const Also& also) {
  const std::int64_t now = to_micros(parts_.clock.now());
  storage::Change change;
  for (const auto& [one, account] : grants) {
    change.writes.push_back({&sql::end_grant,
                             {one.value, now, request.actor},
                             one == asked ? std::optional<std::int64_t>(1) : std::nullopt});
    change.events.push_back(event_of(account_event, "account", account.to_string()));
    JsonWriter detail;
    detail.begin_object();
    detail.member("grant", one.to_string());
    detail.member("role", role);
    if (!request.confirmed_by.empty()) detail.member("confirmed_by", request.confirmed_by);
    detail.end_object();
    change.audit.push_back({request.actor, "grant.end", actor_of(account), detail.take()});
  }
  if (also) also(change);
  auto committed = parts_.store.commit(std::move(change));
  if (committed) {
    for (const auto& [unused, account] : grants) changed_(account);
    return {};
  }
  if (committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::gone, "identity.grant_ended").with("grant", asked.to_string());
  return std::move(committed).error();
}

Result<void> Accounts::end_grant(GrantId id, const WriteRequest& request, const Also& also) {
  JW_ASSIGN(const HeldGrant grant, get_grant(id));
  const auto held = grant.ended_at ? nullptr : roles_.find(grant.role);
  const bool anothers = actor_of(grant.account) != request.actor;
  if (held && held->duty() != access::Duty::work && anothers && acts_alone(request))
    return Error(ErrorCode::denied, "identity.second_person").at("/grant");
  JW_ASSIGN(auto ended, lent_of(id));
  ended.insert(ended.begin(), {id, grant.account});
  JW_TRY(end_grants(ended, id, grant.role, request, also));
  // Lent at that very moment; from now on it cannot be lent any more.
  JW_ASSIGN(const auto late, lent_of(id));
  if (late.empty()) return {};
  return end_grants(late, GrantId(), grant.role, request);
}

Result<HeldGrant> Accounts::lend(const Account& lender, const Lending& wanted, const WriteRequest& request) {
  JW_ASSIGN(const HeldGrant own, get_grant(wanted.grant));
  const Instant now = parts_.clock.now();
  if (own.account != lender.id) return no_grant(wanted.grant);
  const auto role = roles_.find(own.role);
  const bool stands = !own.ended_at && (!own.until || now < *own.until);
  if (own.kind != GrantKind::given || !stands || !role || role->duty() != access::Duty::work)
    return Error(ErrorCode::denied, "identity.not_lendable").at("/grant");
  JW_TRY(check_reason(wanted.reason));
  JW_ASSIGN(const Account to, get(wanted.to));
  if (to.id == lender.id || to.kind != AccountKind::staff || to.state == AccountState::closed)
    return Error(ErrorCode::invalid, "identity.lend_to_staff").at("/to");
  HeldGrant grant;
  grant.account = to.id;
  grant.role = own.role;
  grant.region = own.region;
  grant.department = own.department;
  grant.from = std::max(wanted.from.value_or(now), own.from);
  grant.until = own.until ? std::min(*own.until, wanted.until) : wanted.until;
  grant.kind = GrantKind::lent;
  grant.of_grant = own.id;
  grant.reason = wanted.reason;
  if (*grant.until <= std::max(grant.from, now))
    return Error(ErrorCode::invalid, "identity.until_past").at("/until");
  if (*grant.until - grant.from > longest_loan)
    return Error(ErrorCode::invalid, "identity.loan_too_long")
        .with("days", std::to_string(longest_loan.count()))
        .at("/until");
  return add(std::move(grant), "grant.lend", request, storage::Write{&sql::hold_grant, {own.id.value}, 1},
             Error(ErrorCode::denied, "identity.not_lendable").at("/grant"));
}

Result<HeldGrant> Accounts::break_glass(const Account& account, const std::string& region,
                                        const std::string& reason, const WriteRequest& request) {
  JW_TRY(check_reason(reason));
  HeldGrant grant;
  grant.account = account.id;
  grant.role = emergency_role;
  JW_ASSIGN(grant.region, region_of(region));
  grant.from = parts_.clock.now();
  grant.until = grant.from + broken_glass;
  grant.kind = GrantKind::break_glass;
  grant.reason = reason;
  return add(std::move(grant), "grant.break_glass", request, std::nullopt,
             Error(ErrorCode::conflict, "storage.changed_meanwhile"));
}

Result<HeldGrant> Accounts::review(GrantId id, const WriteRequest& request) {
  JW_ASSIGN(const HeldGrant grant, get_grant(id));
  if (actor_of(grant.account) == request.actor) return Error(ErrorCode::denied, "identity.review_own");
  storage::Change change;
  change.writes.push_back({&sql::review_grant, {id.value, to_micros(parts_.clock.now()), request.actor}, 1});
  change.audit.push_back({request.actor, "grant.review", actor_of(grant.account), detail_of(grant)});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  return get_grant(id);
}

}  // namespace jingwei::identity
