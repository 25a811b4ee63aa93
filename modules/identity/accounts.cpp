#include "modules/identity/accounts.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "modules/identity/password_rules.h"
#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view account_table = "identity_account";
constexpr std::size_t name_most = 100;
constexpr std::size_t login_most = 64;
constexpr std::size_t suspension_reason_most = 500;
constexpr std::chrono::hours suspension{72};
constexpr std::chrono::days suspension_apart{7};  // from the end of one to the next
constexpr std::string_view ends_of_all = "every session and key ended";

storage::Value blob_or_null(const std::string& bytes) {
  if (bytes.empty()) return storage::Null{};
  return storage::Blob{bytes};
}

bool is_login(std::string_view login) {
  return login.size() >= 2 && login.size() <= login_most &&
         std::all_of(login.begin(), login.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
                  c == '@';
         });
}

bool is_phone(std::string_view phone) {
  return phone.size() >= 5 && phone.size() <= 20 &&
         std::all_of(phone.begin() + (phone.front() == '+' ? 1 : 0), phone.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

AccountKind kind_of(std::string_view name) {
  return account_kind_named(name).value_or(AccountKind::staff);
}

std::string detail_of(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : members) {
    if (!value.empty()) json.member(name, value);
  }
  json.end_object();
  return json.take();
}

void tell(storage::Change& change, const Account& account, const char* event, const WriteRequest& request,
          std::string detail) {
  change.events.push_back(event_of(account_event, "account", account.id.to_string()));
  change.audit.push_back({request.actor, event, account.actor(), std::move(detail)});
}

Error changed(const Account& account) {
  return Error(ErrorCode::conflict, "identity.account_changed").with("account", account.id.to_string());
}

}  // namespace

std::string login_key(std::string_view typed) {
  return text::lower_ascii(text::squeeze(typed));
}

std::string make_password(Random& random) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string password;
  for (int at = 0; at < 20; ++at) {
    if (at > 0 && at % 5 == 0) password += '-';
    password += letters[random.below(letters.size())];
  }
  return password;
}

Result<void> Accounts::commit(storage::Change change, const Account& account) {
  auto committed = parts_.store.commit(std::move(change));
  if (committed) {
    changed_(account.id);
    return {};
  }
  if (committed.error().code == ErrorCode::conflict) return changed(account);
  return std::move(committed).error();
}

std::string Accounts::hash_of(std::string_view column, std::string_view value) const {
  return storage::bytes_of(parts_.sealer.equality_hash(account_table, column, value));
}

std::string Accounts::sealed(AccountId id, std::string_view column, std::string_view value) const {
  if (value.empty()) return {};
  return parts_.sealer.seal({account_table, id.value, column}, value);
}

Result<Account> Accounts::account_of(const storage::Row& row) const {
  Account account;
  account.id = AccountId(row.integer(0));
  account.kind = kind_of(row.text(1));
  account.state = row.text(2) == name_of(AccountState::open) ? AccountState::open : AccountState::closed;
  const auto open = [&](std::string_view column, int at) -> Result<std::string> {
    if (row.is_null(at)) return std::string();
    return parts_.sealer.open({account_table, account.id.value, column}, row.blob(at));
  };
  JW_ASSIGN(account.login, open("login", 3));
  JW_ASSIGN(account.name, open("name", 4));
  JW_ASSIGN(account.phone, open("phone", 5));
  account.department = row.text(6);
  account.password_hash = row.text(7);
  account.must_change = row.integer(8) != 0;
  JW_ASSIGN(account.second_factor, open("second_factor", 9));
  account.used_step = row.integer(10);
  account.created_at = from_micros(row.integer(11));
  account.created_by = row.text(12);
  account.row_version = row.integer(13);
  if (!row.is_null(14)) account.suspended_until = from_micros(row.integer(14));
  return account;
}

Result<std::optional<Account>> Accounts::find(const storage::Statement& statement,
                                              const storage::Value& key) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  std::optional<Account> found;
  std::optional<Error> fault;
  JW_TRY(reader->query(statement, std::span(&key, 1), [&](const storage::Row& row) {
    auto account = account_of(row);
    if (account) {
      found = std::move(*account);
    } else {
      fault = std::move(account).error();
    }
    return false;
  }));
  if (fault) return *fault;
  return found;
}

Result<Account> Accounts::get(AccountId id) const {
  JW_ASSIGN(auto found, find(sql::account_by_id, id.value));
  if (!found) return Error(ErrorCode::not_found, "identity.no_account").with("account", id.to_string());
  return std::move(*found);
}

Result<std::optional<Account>> Accounts::find_by_login(std::string_view login) const {
  const std::string key = login_key(login);
  if (key.empty() || key.size() > login_most) return std::optional<Account>();
  return find(sql::account_by_login, storage::Blob{hash_of("login", key)});
}

Result<std::optional<Account>> Accounts::find_by_phone(std::string_view phone) const {
  if (phone.empty() || !is_phone(phone)) return std::optional<Account>();
  return find(sql::account_by_phone, storage::Blob{hash_of("phone", phone)});
}

Result<std::vector<Account>> Accounts::list(const AccountQuery& query) const {
  const std::array<storage::Value, 4> parameters = {
      query.before ? query.before.value : INT64_MAX, static_cast<std::int64_t>(query.most),
      query.kind ? std::string(name_of(*query.kind)) : std::string(),
      query.state ? std::string(name_of(*query.state)) : std::string()};
  JW_ASSIGN(auto reader, parts_.store.read());
  std::vector<Account> all;
  std::optional<Error> fault;
  JW_TRY(reader->query(sql::page_of_accounts, parameters, [&](const storage::Row& row) {
    auto account = account_of(row);
    if (!account) {
      fault = std::move(account).error();
      return false;
    }
    all.push_back(std::move(*account));
    return true;
  }));
  if (fault) return *fault;
  return all;
}

Result<CreatedAccount> Accounts::create(const NewAccount& wanted, const WriteRequest& request,
                                        const With& with) {
  CreatedAccount made;
  Account& account = made.account;
  account.kind = wanted.kind;
  account.login = login_key(wanted.login);
  account.name = text::squeeze(wanted.name);
  account.phone = wanted.phone;
  account.department = wanted.department;
  account.created_at = parts_.clock.now();
  account.created_by = request.actor;
  account.row_version = 1;
  if (!account.login.empty() && !is_login(account.login))
    return Error(ErrorCode::invalid, "identity.bad_login").at("/login");
  if (account.login.empty() && wanted.with_password)
    return Error(ErrorCode::invalid, "identity.login_missing").at("/login");
  if (account.name.empty() || text::code_points(account.name).size() > name_most)
    return Error(ErrorCode::invalid, "identity.bad_name").with("most", std::to_string(name_most)).at("/name");
  if (!account.phone.empty() && !is_phone(account.phone))
    return Error(ErrorCode::invalid, "identity.bad_phone").at("/phone");
  if (!wanted.password.empty()) {
    JW_TRY(check_password(wanted.password, account.login, account.name));
    account.password_hash = crypto::hash_password(wanted.password, parts_.policy.password_cost);
  } else if (wanted.with_password) {
    SecureRandom random;
    made.password = make_password(random);
    account.password_hash = crypto::hash_password(made.password, parts_.policy.password_cost);
    account.must_change = true;
  }
  JW_TRY(parts_.sealer.prepare(account_table));
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  account.id = AccountId(id);

  storage::Change change;
  change.writes.push_back(
      {&sql::add_account,
       {id, std::string(name_of(account.kind)),
        blob_or_null(account.login.empty() ? std::string() : hash_of("login", account.login)),
        blob_or_null(sealed(account.id, "login", account.login)),
        storage::Blob{sealed(account.id, "name", account.name)},
        blob_or_null(account.phone.empty() ? std::string() : hash_of("phone", account.phone)),
        blob_or_null(sealed(account.id, "phone", account.phone)), account.department, account.password_hash,
        std::int64_t{account.must_change ? 1 : 0}, to_micros(account.created_at), request.actor},
       1});
  tell(change, account, "account.create", request,
       detail_of({{"kind", name_of(account.kind)}, {"department", account.department}}));
  change.idempotency = repeatable(
      request, "create_account",
      {std::string(name_of(account.kind)), account.login, account.name, account.phone, account.department},
      account.id.to_string());
  if (with) JW_TRY(with(account.id, change));
  auto committed = parts_.store.commit(std::move(change));
  if (committed && committed->earlier_answer) {
    // Sent again: the account stands, and its password has been shown.
    CreatedAccount earlier;
    JW_ASSIGN(earlier.account, get(AccountId::parse(*committed->earlier_answer).value_or(AccountId())));
    return earlier;
  }
  if (committed) return made;
  if (committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::conflict, "identity.login_taken").at("/login");
  return std::move(committed).error();
}

Result<Account> Accounts::edit(AccountId id, const AccountEdit& edit, const WriteRequest& request,
                               const Also& also) {
  JW_ASSIGN(Account account, get(id));
  const std::int64_t version = account.row_version;
  if (account.actor() == request.actor) return Error(ErrorCode::denied, "identity.own_account");
  if (edit.name) account.name = text::squeeze(*edit.name);
  if (account.name.empty() || text::code_points(account.name).size() > name_most)
    return Error(ErrorCode::invalid, "identity.bad_name").with("most", std::to_string(name_most)).at("/name");
  if (edit.department) account.department = *edit.department;
  const bool closes = edit.state == AccountState::closed && account.state == AccountState::open;
  if (closes && acts_alone(request)) {
    // Whoever is given an administration meanwhile has another row version.
    JW_ASSIGN(const bool administrator, administers(id));
    if (administrator) return Error(ErrorCode::denied, "identity.second_person").at("/state");
  }
  if (edit.state) account.state = *edit.state;
  storage::Change change;
  change.writes.push_back({&sql::change_account,
                           {id.value, version, std::string(name_of(account.state)),
                            storage::Blob{sealed(id, "name", account.name)}, account.department},
                           1});
  if (closes) {
    change.writes.push_back({&sql::end_tokens_of_account,
                             {id.value, to_micros(parts_.clock.now()), std::int64_t{0}},
                             std::nullopt});
  }
  tell(change, account, closes ? "account.close" : "account.edit", request,
       detail_of({{"state", name_of(account.state)},
                  {"department", account.department},
                  {"confirmed_by", request.confirmed_by}}));
  if (also) also(change);
  JW_TRY(commit(std::move(change), account));
  return get(id);
}

Result<Account> Accounts::suspend(AccountId id, const std::string& reason, const WriteRequest& request) {
  JW_ASSIGN(const Account account, get(id));
  const Instant now = parts_.clock.now();
  if (account.actor() == request.actor) return Error(ErrorCode::denied, "identity.own_account");
  if (account.state == AccountState::closed)
    return Error(ErrorCode::gone, "identity.account_closed").with("account", id.to_string());
  if (reason.empty() || reason.size() > suspension_reason_most)
    return Error(ErrorCode::invalid, "identity.reason_missing").at("/reason");
  // One after another they would close it, which nobody does to an administrator alone.
  if (account.suspended_until && now < *account.suspended_until + suspension_apart)
    return Error(ErrorCode::conflict, "identity.suspended_lately").at("/suspended");
  const Instant until = now + suspension;
  storage::Change change;
  change.writes.push_back({&sql::suspend_account, {id.value, account.row_version, to_micros(until)}, 1});
  tell(change, account, "account.suspend", request,
       detail_of({{"until", to_rfc3339(until)}, {"reason", reason}}));
  JW_TRY(commit(std::move(change), account));
  return get(id);
}

Result<Account> Accounts::let_in_again(AccountId id, const WriteRequest& request) {
  JW_ASSIGN(const Account account, get(id));
  const Instant now = parts_.clock.now();
  if (account.actor() == request.actor) return Error(ErrorCode::denied, "identity.own_account");
  if (!account.is_suspended(now)) return account;
  storage::Change change;
  change.writes.push_back({&sql::suspend_account, {id.value, account.row_version, to_micros(now)}, 1});
  tell(change, account, "account.unsuspend", request, "{}");
  JW_TRY(commit(std::move(change), account));
  return get(id);
}

Result<CreatedAccount> Accounts::reset(AccountId id, const WriteRequest& request, const Also& also) {
  CreatedAccount made;
  JW_ASSIGN(made.account, get(id));
  Account& account = made.account;
  if (account.actor() == request.actor) return Error(ErrorCode::denied, "identity.own_account");
  if (account.login.empty()) return Error(ErrorCode::invalid, "identity.login_missing");
  // Whoever is given an administration meanwhile has another row version.
  JW_ASSIGN(const bool administrator, administers(id));
  if (administrator && acts_alone(request))
    return Error(ErrorCode::denied, "identity.second_person").at("/account");
  SecureRandom random;
  made.password = make_password(random);
  const std::string hash = crypto::hash_password(made.password, parts_.policy.password_cost);
  storage::Change change;
  change.writes.push_back(
      {&sql::change_second_factor, {id.value, account.row_version, storage::Null{}, account.used_step}, 1});
  change.writes.push_back(
      {&sql::change_password, {id.value, account.row_version + 1, hash, std::int64_t{1}}, 1});
  change.writes.push_back({&sql::end_tokens_of_account,
                           {id.value, to_micros(parts_.clock.now()), std::int64_t{0}},
                           std::nullopt});
  tell(change, account, "account.reset", request,
       detail_of({{"sessions", ends_of_all}, {"confirmed_by", request.confirmed_by}}));
  if (also) also(change);
  JW_TRY(commit(std::move(change), account));
  JW_ASSIGN(made.account, get(id));
  return made;
}

Result<void> Accounts::check_keys(const Account& account, const WriteRequest& request) const {
  JW_ASSIGN(const bool administrator, administers(account.id));
  if (!administrator || !acts_alone(request)) return {};
  return Error(ErrorCode::denied, "identity.no_keys_for_administrators");
}

Result<void> Accounts::set_password(const Account& account, const std::string& hash, bool must_change,
                                    TokenId but_token, const WriteRequest& request) {
  storage::Change change;
  change.writes.push_back({&sql::change_password,
                           {account.id.value, account.row_version, hash, std::int64_t{must_change ? 1 : 0}},
                           1});
  change.writes.push_back({&sql::end_tokens_of_account,
                           {account.id.value, to_micros(parts_.clock.now()), but_token.value},
                           std::nullopt});
  tell(change, account, "account.password", request, detail_of({{"sessions", "all others ended"}}));
  return commit(std::move(change), account);
}

Result<void> Accounts::set_second_factor(const Account& account, const std::string& secret,
                                         std::int64_t used_step, const WriteRequest& request) {
  JW_TRY(parts_.sealer.prepare(account_table));
  storage::Change change;
  change.writes.push_back({&sql::change_second_factor,
                           {account.id.value, account.row_version,
                            blob_or_null(sealed(account.id, "second_factor", secret)), used_step},
                           1});
  tell(change, account, secret.empty() ? "account.second_factor.drop" : "account.second_factor", request,
       "{}");
  return commit(std::move(change), account);
}

Result<void> Accounts::use_step(AccountId id, std::int64_t step) {
  storage::Change change;
  change.writes.push_back({&sql::use_step, {id.value, step}, 1});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code == ErrorCode::conflict) return Error(ErrorCode::denied, "identity.code_used");
  return std::move(committed).error();
}

}  // namespace jingwei::identity
