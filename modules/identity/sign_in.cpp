#include "modules/identity/sign_in.h"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>

#include "base/json.h"
#include "base/text.h"
#include "crypto/one_time.h"
#include "modules/identity/password_rules.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"
#include "storage/pseudonym.h"

namespace jingwei::identity {

namespace {

constexpr int checks_at_once = 2;
constexpr std::chrono::seconds check_patience{2};
constexpr std::chrono::minutes code_life{5};
constexpr std::int64_t code_tries = 5;
constexpr std::chrono::seconds code_pause{60};  // between two codes to one phone for one asker
constexpr std::int64_t texts_an_hour = 10;      // to one phone, for all askers together
constexpr std::chrono::hours text_hour{1};
constexpr std::size_t asker_bytes = 16;
constexpr std::size_t secret_bytes = 20;  // RFC 4226 §4 R6
constexpr const char* nobody = "nobody";

// IPv6 addresses of one line share their first half.
std::string network_of(std::string_view remote) {
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address_v6(std::string(remote), bad);
  if (bad) return std::string(remote);
  const auto bytes = address.to_bytes();
  const std::string all(bytes.begin(), bytes.end());
  return storage::hex_of(address.is_v4_mapped() ? all : all.substr(0, all.size() / 2));
}

Error wrong(const char* message) {
  return Error(ErrorCode::unauthenticated, message);
}

}  // namespace

SignIn::SignIn(const IdentityParts& parts, Accounts& accounts, Tokens& tokens, TextGateway& gateway)
    : parts_(parts),
      accounts_(accounts),
      tokens_(tokens),
      gateway_(gateway),
      throttle_(parts),
      checking_(checks_at_once),
      nobody_(crypto::hash_password("nobody's password", parts.policy.password_cost)) {}

// Checking costs a tenth of a second of a core and tens of megabytes on purpose, so only so many run at a
// time.
Result<bool> SignIn::fits(const std::string& hash, const std::string& password) {
  if (!checking_.try_acquire_for(check_patience)) return Error(ErrorCode::unavailable, "identity.busy");
  const bool fitting = crypto::password_fits(hash, password);
  checking_.release();
  return fitting;
}

std::string SignIn::device_of(AccountId account) const {
  const std::int64_t until = to_micros(parts_.clock.now() + parts_.policy.device_known);
  const std::string told = account.to_string() + "." + std::to_string(until);
  return told + "." +
         storage::hex_of(storage::bytes_of(parts_.sealer.equality_hash("identity_token", "device", told)));
}

Throttle::Try SignIn::try_of(std::string_view what, AccountId account, const Origin& origin) const {
  Throttle::Try one;
  one.account = what;
  one.place = network_of(origin.remote);
  const std::size_t dot = origin.device.rfind('.');
  if (!account || dot == std::string::npos) return one;
  const std::string told = origin.device.substr(0, dot);
  const std::size_t between = told.find('.');
  if (between == std::string::npos || told.substr(0, between) != account.to_string()) return one;
  std::int64_t until = 0;
  std::from_chars(told.data() + between + 1, told.data() + told.size(), until);
  if (until <= to_micros(parts_.clock.now()) ||
      storage::hex_of(storage::bytes_of(parts_.sealer.equality_hash("identity_token", "device", told))) !=
          origin.device.substr(dot + 1))
    return one;
  one.place = origin.device;
  one.known_device = true;
  return one;
}

// Random bytes and what only this hub can compute of them: made-up ones are nobody's.
std::string SignIn::new_asker() const {
  SecureRandom random;
  std::string bytes(asker_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  const std::string told = storage::hex_of(bytes);
  return told + "." +
         storage::hex_of(storage::bytes_of(parts_.sealer.equality_hash("identity_token", "asker", told)));
}

bool SignIn::is_asker(std::string_view text) const {
  const std::size_t dot = text.find('.');
  if (dot != 2 * asker_bytes) return false;
  return text.substr(dot + 1) == storage::hex_of(storage::bytes_of(parts_.sealer.equality_hash(
                                     "identity_token", "asker", text.substr(0, dot))));
}

std::string SignIn::phone_hash(std::string_view column, std::string_view told) const {
  return storage::bytes_of(parts_.sealer.equality_hash("identity_account", column, told));
}

Result<void> SignIn::check_wait(const Throttle::Try& one) const {
  JW_ASSIGN(const auto wait, throttle_.wait(one));
  if (!wait) return {};
  return Error(ErrorCode::rate_limited, "identity.wait").with("seconds", std::to_string(wait->count()));
}

Result<void> SignIn::note_failure(const Throttle::Try& one, const std::string& subject, const char* why) {
  storage::Change change;
  throttle_.failed(one, change);
  change.audit.push_back({nobody, "session.refuse", subject, std::string("{\"why\":\"") + why + "\"}"});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<SignInDone> SignIn::by_password(const PasswordTry& given, const Origin& origin) {
  JW_TRY(parts_.sealer.prepare("identity_token"));
  const std::string login = login_key(given.login);
  JW_ASSIGN(auto found, accounts_.find_by_login(login));
  const AccountId id = found ? found->id : AccountId();
  const auto one = try_of("login:" + login, id, origin);
  JW_TRY(check_wait(one));
  const bool open = found && found->lets_in(parts_.clock.now()) && !found->password_hash.empty();
  JW_ASSIGN(const bool fitting, fits(open ? found->password_hash : nobody_, given.password));
  const std::string subject = found ? found->actor() : storage::pseudonym_of(parts_.sealer, login);
  if (!open || !fitting) {
    JW_TRY(note_failure(one, subject, "password"));
    return wrong("identity.wrong_password");
  }
  if (!found->second_factor.empty()) {
    if (given.code.empty()) return wrong("identity.code_needed").at("/code");
    const auto step =
        crypto::find_one_time_step(found->second_factor, given.code, parts_.clock.now(), found->used_step);
    if (!step) {
      JW_TRY(note_failure(one, subject, "code"));
      return wrong("identity.wrong_code").at("/code");
    }
    JW_TRY(accounts_.use_step(id, *step));
  }
  if (crypto::is_outdated(found->password_hash, parts_.policy.password_cost)) {
    const std::string hash = crypto::hash_password(given.password, parts_.policy.password_cost);
    // Somebody else changed the account meanwhile: the next sign-in does it.
    const auto renewed =
        accounts_.set_password(*found, hash, found->must_change, TokenId(), {found->actor()});
    if (!renewed && renewed.error().code != ErrorCode::conflict) return renewed.error();
    if (renewed) found->password_hash = hash;
  }
  return done(std::move(*found), one, origin);
}

Result<SignInDone> SignIn::done(Account account, const Throttle::Try& one, const Origin& origin) {
  JW_TRY(throttle_.succeeded(one));
  return open_for(std::move(account), Manner::own, origin);
}

Result<SignInDone> SignIn::open_for(Account account, Manner manner, const Origin& origin) {
  const bool staff = account.kind == AccountKind::staff;
  const Instant ends =
      parts_.clock.now() + (staff ? parts_.policy.staff_session : parts_.policy.other_session);
  SignInDone made;
  JW_ASSIGN(made.opened, tokens_.open(account, TokenKind::session, origin.label, ends, "session.open",
                                      {account.actor()}, manner));
  const bool by_use = is_person(account.kind);
  made.cookie_until =
      by_use ? made.opened.token.opened_at + parts_.policy.other_longest : made.opened.token.ends_at;
  made.device = device_of(account.id);
  made.account = std::move(account);
  return made;
}

Result<void> SignIn::check_lets_in(const Account& account) const {
  if (account.state == AccountState::closed) return Error(ErrorCode::denied, "identity.account_closed");
  if (account.is_suspended(parts_.clock.now()))
    return Error(ErrorCode::denied, "identity.account_suspended")
        .with("until", to_rfc3339(*account.suspended_until));
  return {};
}

Result<SignInDone> SignIn::admit(Account account, Manner manner, const std::string& provider,
                                 const Origin& origin) {
  JW_TRY(parts_.sealer.prepare("identity_token"));
  JW_TRY(check_lets_in(account));
  Origin from = origin;
  from.label = provider + (origin.label.empty() ? "" : ", ") + origin.label;
  return open_for(std::move(account), manner, from);
}

Result<void> SignIn::check_code(const Account& account, const std::string& code, const Origin& origin) {
  JW_TRY(check_lets_in(account));
  JW_TRY(parts_.sealer.prepare("identity_token"));
  const auto one = try_of("code:" + account.id.to_string(), account.id, origin);
  JW_TRY(check_wait(one));
  const auto step =
      crypto::find_one_time_step(account.second_factor, code, parts_.clock.now(), account.used_step);
  if (!step) {
    JW_TRY(note_failure(one, account.actor(), "code"));
    return wrong("identity.wrong_code").at("/code");
  }
  JW_TRY(accounts_.use_step(account.id, *step));
  return throttle_.succeeded(one);
}

Result<void> SignIn::check_pause(const std::vector<storage::Value>& key) const {
  const Instant now = parts_.clock.now();
  std::optional<Instant> sent;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::code_of_phone, key, [&](const storage::Row& row) {
    sent = from_micros(row.integer(1));
    return false;
  }));
  if (!sent || now >= *sent + code_pause) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(*sent + code_pause - now);
  return Error(ErrorCode::rate_limited, "identity.wait").with("seconds", std::to_string(left.count()));
}

Error SignIn::too_many_texts(const storage::Value& mark) const {
  Instant since = parts_.clock.now();
  if (auto reader = parts_.store.read()) {
    // Unread: as if the hour began now.
    static_cast<void>((*reader)->query(sql::text_count, std::span(&mark, 1), [&](const storage::Row& row) {
      since = from_micros(row.integer(0));
      return false;
    }));
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(since + text_hour - parts_.clock.now());
  return Error(ErrorCode::rate_limited, "identity.wait")
      .with("seconds", std::to_string(std::max<std::int64_t>(left.count(), 1)));
}

Result<std::string> SignIn::send_code(const std::string& phone, const Origin& origin) {
  const std::string number = text::squeeze(phone);
  if (number.size() < 5 || number.size() > 20 ||
      !std::all_of(number.begin(), number.end(), [](char c) { return (c >= '0' && c <= '9') || c == '+'; }))
    return Error(ErrorCode::invalid, "identity.bad_phone").at("/phone");
  JW_TRY(parts_.sealer.prepare("identity_account"));
  JW_TRY(parts_.sealer.prepare("identity_token"));
  JW_ASSIGN(const auto found, accounts_.find_by_phone(number));
  const bool known = try_of("phone:" + number, found ? found->id : AccountId(), origin).known_device;
  const std::string asker = known ? "" : is_asker(origin.asker) ? origin.asker : new_asker();
  // Bounded by phone, and by the request's cost at the server's door: thousands of residents share the
  // address of one mobile network, and in a rush they all come at once.
  const Instant now = parts_.clock.now();
  const std::vector<storage::Value> key = {storage::Blob{phone_hash("phone", number)},
                                           storage::Blob{phone_hash("asker", known ? origin.device : asker)}};
  JW_TRY(check_pause(key));
  const storage::Value mark =
      storage::Blob{phone_hash("texts", known ? number + "\n" + origin.device : number)};
  SecureRandom random;
  std::string code = std::to_string(random.below(1'000'000));
  code.insert(0, 6 - code.size(), '0');
  storage::Change change;
  change.writes.push_back(
      {&sql::count_text, {mark, to_micros(now), to_micros(now - text_hour), texts_an_hour}, 1});
  change.writes.push_back({&sql::put_code,
                           {key[0], key[1], storage::Blob{phone_hash("code", number + code)}, to_micros(now),
                            to_micros(now + code_life), code_tries},
                           std::nullopt});
  change.audit.push_back({nobody, "session.code", storage::pseudonym_of(parts_.sealer, number), "{}"});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed && committed.error().code == ErrorCode::conflict) return too_many_texts(mark);
  if (!committed) return std::move(committed).error();
  const std::vector<std::pair<std::string, std::string>> arguments = {{"code", code}};
  JW_TRY(gateway_.send(number, render("identity.text_code", arguments, origin.language), now + code_life));
  return asker;
}

Result<SignInDone> SignIn::by_phone(const std::string& phone, const std::string& code, const Origin& origin) {
  const std::string number = text::squeeze(phone);
  JW_TRY(parts_.sealer.prepare("identity_account"));
  JW_TRY(parts_.sealer.prepare("identity_token"));
  JW_ASSIGN(auto found, accounts_.find_by_phone(number));
  auto one = try_of("phone:" + number, found ? found->id : AccountId(), origin);
  // Whoever was sent a code is a place of their own: their tries are few, and those of others are not theirs.
  if (!one.known_device && is_asker(origin.asker)) {
    one.place = origin.asker;
    one.known_device = true;
  }
  JW_TRY(check_wait(one));
  const std::vector<storage::Value> key = {storage::Blob{phone_hash("phone", number)},
                                           storage::Blob{phone_hash("asker", one.place)}};
  const std::string subject = storage::pseudonym_of(parts_.sealer, number);
  std::string code_hash;
  Instant ends{};
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::code_of_phone, key, [&](const storage::Row& row) {
      code_hash = row.blob(0);
      ends = from_micros(row.integer(2));
      return false;
    }));
  }
  // The try is taken before the code is looked at, so that many at once have no more than their five.
  storage::Change trying;
  trying.writes.push_back({&sql::try_code, key, 1});
  auto tried = parts_.store.commit(std::move(trying));
  if (!tried && tried.error().code != ErrorCode::conflict) return std::move(tried).error();
  const bool right = tried && parts_.clock.now() < ends && code_hash == phone_hash("code", number + code);
  if (!right) {
    JW_TRY(note_failure(one, subject, "phone code"));
    return wrong("identity.wrong_code").at("/code");
  }
  storage::Change served;
  served.writes.push_back({&sql::drop_code, {key[0], key[1], storage::Blob{code_hash}}, 1});
  auto dropped = parts_.store.commit(std::move(served));
  if (!dropped && dropped.error().code == ErrorCode::conflict)
    return wrong("identity.wrong_code").at("/code");
  if (!dropped) return std::move(dropped).error();
  if (found) JW_TRY(check_lets_in(*found));
  // A phone would be a way past password and authenticator.
  if (found && !is_person(found->kind)) return Error(ErrorCode::denied, "identity.phone_for_residents");
  if (!found) {
    NewAccount resident;
    resident.kind = AccountKind::resident;
    resident.phone = number;
    resident.name = number.size() > 4 ? "···" + number.substr(number.size() - 4) : number;
    resident.with_password = false;
    auto made = accounts_.create(resident, {nobody});
    if (!made && made.error().code != ErrorCode::conflict) return std::move(made).error();
    JW_ASSIGN(found, accounts_.find_by_phone(number));
    if (!found) return wrong("identity.wrong_code").at("/code");
  }
  return done(std::move(*found), one, origin);
}

Result<Account> SignIn::confirm(const SignedIn& who, const std::string& password, const Origin& origin,
                                const char* field) {
  JW_ASSIGN(Account account, accounts_.get(who.token.account));
  const auto one = try_of("login:" + account.login, account.id, origin);
  JW_TRY(check_wait(one));
  JW_ASSIGN(const bool fitting,
            fits(account.password_hash.empty() ? nobody_ : account.password_hash, password));
  if (fitting && !account.password_hash.empty()) return account;
  JW_TRY(note_failure(one, account.actor(), "password"));
  return Error(ErrorCode::invalid, "identity.wrong_password").at(field);
}

Result<void> SignIn::change_password(const SignedIn& who, const std::string& present,
                                     const std::string& wanted, const Origin& origin) {
  JW_ASSIGN(const Account account, confirm(who, present, origin, "/present"));
  JW_TRY(check_password(wanted, account.login, account.name));
  if (wanted == present) return Error(ErrorCode::invalid, "identity.password_same").at("/password");
  const std::string hash = crypto::hash_password(wanted, parts_.policy.password_cost);
  return accounts_.set_password(account, hash, false, who.token.id, {account.actor()});
}

Result<void> SignIn::drop_second_factor(const SignedIn& who, const std::string& password,
                                        const Origin& origin) {
  JW_ASSIGN(const Account account, confirm(who, password, origin, "/password"));
  return accounts_.set_second_factor(account, "", account.used_step, {account.actor()});
}

std::string SignIn::new_secret() {
  SecureRandom random;
  std::string secret(secret_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(secret)));
  return secret;
}

Result<void> SignIn::set_second_factor(AccountId id, const std::string& secret, const std::string& code,
                                       const WriteRequest& request) {
  JW_ASSIGN(const Account account, accounts_.get(id));
  if (!account.second_factor.empty()) return Error(ErrorCode::denied, "identity.second_factor_stands");
  if (secret.size() != secret_bytes) return Error(ErrorCode::invalid, "identity.bad_secret").at("/secret");
  const auto step = crypto::find_one_time_step(secret, code, parts_.clock.now(), 0);
  if (!step) return Error(ErrorCode::invalid, "identity.wrong_code").at("/code");
  return accounts_.set_second_factor(account, secret, *step, request);
}

void SignIn::drop_old(storage::Change& change) const {
  const Instant now = parts_.clock.now();
  throttle_.drop_old(change);
  change.writes.push_back({&sql::drop_old_codes, {to_micros(now)}, std::nullopt});
  change.writes.push_back({&sql::drop_old_text_counts, {to_micros(now - text_hour)}, std::nullopt});
}

}  // namespace jingwei::identity
