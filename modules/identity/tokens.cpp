#include "modules/identity/tokens.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/log.h"
#include "crypto/base64url.h"
#include "modules/identity/signers.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view prefix = "jw_";
constexpr std::size_t random_bytes = 24;
constexpr std::size_t mark_bytes = 8;
constexpr std::size_t text_letters = 43;  // of 32 bytes in base64url
constexpr std::chrono::days kept_after_end{30};
constexpr std::chrono::minutes seen_step{1};   // how exactly the last use of a session is kept
constexpr std::chrono::days extended_each{1};  // how often the end of one that lasts by being used is moved

Token token_of(const storage::Row& row) {
  Token token;
  token.id = TokenId(row.integer(0));
  token.kind = row.text(1) == name_of(TokenKind::key) ? TokenKind::key : TokenKind::session;
  token.account = AccountId(row.integer(3));
  token.label = row.text(4);
  token.opened_at = from_micros(row.integer(5));
  token.seen_at = from_micros(row.integer(6));
  token.ends_at = from_micros(row.integer(7));
  if (!row.is_null(8)) token.ended_at = from_micros(row.integer(8));
  token.manner = manner_named(row.text(9)).value_or(Manner::own);
  return token;
}

std::chrono::microseconds idle_of(const Policy& policy, AccountKind kind, const Token& token) {
  if (token.kind == TokenKind::key) return std::chrono::microseconds::max();
  if (token.manner == Manner::screen) return policy.screen_idle;
  if (kind != AccountKind::staff) return std::chrono::microseconds::max();
  return policy.staff_idle;
}

// Whether a session lasts as long as it is used, by its end.
bool lasts_by_use(AccountKind kind, const Token& token) {
  return is_person(kind) && token.kind == TokenKind::session && token.manner != Manner::screen;
}

// Of a wall screen's session: what its owner may do, but for everything that is not figures.
std::shared_ptr<const access::Role> screen_role(const access::Role& role) {
  static const auto allowed = [] {
    access::PermissionSet set;
    for (const char* id : {"metrics.read", "region.read", "catalog.read"})
      set.set(*access::find_permission(id));
    return set;
  }();
  auto cut = std::make_shared<access::Role>();
  cut->id = role.id;
  cut->zh = role.zh;
  cut->en = role.en;
  cut->built_in = role.built_in;
  cut->permissions = role.permissions & allowed;
  return cut;
}

}  // namespace

Tokens::Tokens(const IdentityParts& parts, const Accounts& accounts, const Roles& roles)
    : parts_(parts), accounts_(accounts), roles_(roles) {}

std::string Tokens::mark_of(std::string_view random) const {
  return storage::bytes_of(parts_.sealer.equality_hash("identity_token", "mark", random))
      .substr(0, mark_bytes);
}

Result<OpenedToken> Tokens::open(const Account& account, TokenKind kind, const std::string& label,
                                 Instant ends_at, const char* event, const WriteRequest& request,
                                 Manner manner) {
  JW_TRY(parts_.sealer.prepare("identity_token"));
  SecureRandom random;
  std::string bytes(random_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  bytes += mark_of(bytes);
  OpenedToken opened;
  opened.text = std::string(prefix) + crypto::base64url(bytes);
  const Instant now = parts_.clock.now();
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  opened.token = {TokenId(id), kind, manner, account.id, label, now, now, ends_at, std::nullopt};
  storage::Change change;
  // A password that was changed, or an account that was closed, while this one was being checked opens
  // nothing.
  if (kind == TokenKind::session)
    change.writes.push_back({&sql::hold_account, {account.id.value, account.password_hash}, 1});
  change.writes.push_back(
      {&sql::add_token,
       {id, std::string(name_of(kind)), storage::Blob{storage::sha256(opened.text)}, account.id.value, label,
        to_micros(now), to_micros(ends_at), std::string(name_of(manner))},
       1});
  change.audit.push_back(
      {request.actor, event, account.actor(), "{\"token\":\"" + std::to_string(id) + "\"}"});
  change.idempotency =
      repeatable(request, event, {account.id.to_string(), label}, opened.token.id.to_string());
  auto committed = parts_.store.commit(std::move(change));
  if (!committed && kind == TokenKind::session && committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::unauthenticated, "identity.wrong_password");
  if (!committed) return std::move(committed).error();
  if (committed->earlier_answer)
    return Error(ErrorCode::conflict, "identity.key_shown").with("key", *committed->earlier_answer);
  return opened;
}

bool Tokens::is_over(const Known& known, Instant now) const {
  if (now >= known.who.token.ends_at) return true;
  return known.idle != std::chrono::microseconds::max() && now - from_micros(known.seen_at) > known.idle;
}

bool Tokens::is_of_this_hub(std::string_view text) const {
  if (text.size() != prefix.size() + text_letters || !text.starts_with(prefix)) return false;
  const std::string bytes = crypto::from_base64url(text.substr(prefix.size())).value_or(std::string());
  return bytes.size() == random_bytes + mark_bytes &&
         bytes.substr(random_bytes) == mark_of(std::string_view(bytes).substr(0, random_bytes));
}

std::shared_ptr<Tokens::Known> Tokens::kept(const std::string& key,
                                            const std::function<Result<std::shared_ptr<Known>>()>& load) {
  std::uint64_t forgotten = 0;
  {
    const std::shared_lock lock(mutex_);
    const auto place = known_.find(key);
    if (place != known_.end()) return place->second;
    forgotten = forgotten_;
  }
  auto loaded = load();
  if (!loaded) {
    log::warn("identity.token_unread", {{"error", loaded.error().to_log()}});
    return nullptr;
  }
  if (!*loaded) return nullptr;
  const std::unique_lock lock(mutex_);
  if (forgotten == forgotten_) known_.emplace(key, *loaded);
  return std::move(*loaded);
}

// Null for what is unknown, has ended or has been idle too long.
std::shared_ptr<Tokens::Known> Tokens::known_by(std::string_view text) {
  if (text.size() != prefix.size() + text_letters || !text.starts_with(prefix)) return nullptr;
  const std::string hash = storage::sha256(text);
  auto known = kept(hash, [&]() -> Result<std::shared_ptr<Known>> {
    if (!is_of_this_hub(text)) return std::shared_ptr<Known>();
    return load(hash);
  });
  if (!known || !is_over(*known, parts_.clock.now())) return known;
  {
    const std::unique_lock lock(mutex_);
    known_.erase(hash);
  }
  // Another process may have seen it used.
  known = kept(hash, [&] { return load(hash); });
  return known && !is_over(*known, parts_.clock.now()) ? known : nullptr;
}

std::shared_ptr<const SignedIn> Tokens::find(std::string_view text) {
  const auto known = known_by(text);
  if (!known) return nullptr;
  const std::int64_t now = to_micros(parts_.clock.now());
  if (known->seen_at < now) known->seen_at = now;
  return {known, &known->who};
}

std::shared_ptr<const SignedIn> Tokens::look(std::string_view text) {
  const auto known = known_by(text);
  if (!known) return nullptr;
  // A wall screen does nothing but look.
  const std::int64_t now = to_micros(parts_.clock.now());
  if (known->who.token.manner == Manner::screen && known->seen_at < now) known->seen_at = now;
  return {known, &known->who};
}

std::string Tokens::key_id_of(TokenId id) const {
  return id.to_string() + "." + storage::hex_of(mark_of("signer:" + id.to_string()));
}

std::shared_ptr<const SignedIn> Tokens::find_signer(std::string_view key_id) {
  const auto id = TokenId::parse(key_id.substr(0, key_id.find('.')));
  if (!id || key_id != key_id_of(*id)) return nullptr;
  const auto known = kept("signer:" + id->to_string(), [&] { return load_signer(*id); });
  if (!known || is_over(*known, parts_.clock.now())) return nullptr;
  return {known, &known->who};
}

Result<std::shared_ptr<Tokens::Known>> Tokens::load_signer(TokenId id) const {
  std::optional<Signer> signer;
  std::vector<HeldGrant> held;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    const storage::Value key = id.value;
    JW_TRY(reader->query(sql::signer_by_id, std::span(&key, 1), [&](const storage::Row& row) {
      signer = signer_of(row);
      return false;
    }));
    if (!signer || signer->ended_at) return std::shared_ptr<Known>();
    JW_ASSIGN(held, accounts_.grants_of(*reader, signer->account));
  }
  Token token;
  token.id = signer->id;
  token.kind = TokenKind::key;
  token.account = signer->account;
  token.label = signer->label;
  token.opened_at = token.seen_at = signer->made_at;
  token.ends_at = signer->ends_at;
  JW_ASSIGN(auto known, known_of(token, std::move(held)));
  if (known) {
    known->who.public_key = signer->public_key;
    known->saved_at = INT64_MAX;  // its last use is not written down
  }
  return known;
}

// Null for a token that is not on the books or has ended.
Result<std::shared_ptr<Tokens::Known>> Tokens::load(const std::string& hash) const {
  std::optional<Token> token;
  std::vector<HeldGrant> held;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    const storage::Value key = storage::Blob{hash};
    JW_TRY(reader->query(sql::token_by_hash, std::span(&key, 1), [&](const storage::Row& row) {
      token = token_of(row);
      return false;
    }));
    if (!token || token->ended_at) return std::shared_ptr<Known>();
    JW_ASSIGN(held, accounts_.grants_of(*reader, token->account));
  }
  return known_of(*token, std::move(held));
}

bool Tokens::wants_second_factor(const std::vector<HeldGrant>& held) const {
  if (parts_.policy.second_factor != SecondFactor::administrators)
    return parts_.policy.second_factor == SecondFactor::staff;
  const Instant now = parts_.clock.now();
  return std::any_of(held.begin(), held.end(), [&](const HeldGrant& one) {
    const auto role = roles_.find(one.role);
    return !one.ended_at && (!one.until || now < *one.until) && role && role->duty() != access::Duty::work;
  });
}

// Null where the account is closed or suspended.
Result<std::shared_ptr<Tokens::Known>> Tokens::known_of(const Token& token,
                                                        std::vector<HeldGrant> held) const {
  JW_ASSIGN(const Account account, accounts_.get(token.account));
  if (!account.lets_in(parts_.clock.now())) return std::shared_ptr<Known>();
  auto known = std::make_shared<Known>();
  SignedIn& who = known->who;
  who.token = token;
  who.kind = account.kind;
  who.department = account.department;
  who.must_change = account.must_change;
  who.second_factor = !account.second_factor.empty();
  who.second_factor_wanted = token.kind == TokenKind::session && account.kind == AccountKind::staff &&
                             wants_second_factor(held) && !who.second_factor &&
                             token.manner != Manner::vouched && token.manner != Manner::screen;
  std::vector<access::Grant> grants;
  const RegionId hub_region = parts_.hub_region();
  for (auto& one : held) {
    auto role = roles_.find(one.role);
    if (one.ended_at || !role || who.must_change || who.second_factor_wanted) continue;
    access::Grant grant;
    grant.id = one.id.value;
    grant.role = token.manner == Manner::screen ? screen_role(*role) : std::move(role);
    grant.region = one.region;
    grant.whole_area = hub_region && one.region == hub_region;
    grant.department = one.department;
    grant.from = one.from;
    grant.until = one.until;
    grants.push_back(std::move(grant));
    who.grants.push_back(std::move(one));
  }
  auto caller = std::make_shared<access::Caller>(account.actor(), std::move(grants));
  caller->set_account(account.id.value, token.id.value);
  caller->set_name(account.name);
  who.caller = std::move(caller);
  known->idle = idle_of(parts_.policy, account.kind, token);
  known->seen_at = known->saved_at = to_micros(token.seen_at);
  return known;
}

Result<bool> Tokens::was_ended(std::string_view text) const {
  if (!is_of_this_hub(text)) return false;
  std::optional<Token> token;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    const storage::Value key = storage::Blob{storage::sha256(text)};
    JW_TRY(reader->query(sql::token_by_hash, std::span(&key, 1), [&](const storage::Row& row) {
      token = token_of(row);
      return false;
    }));
  }
  if (!token || token->ended_at) return token.has_value();
  JW_ASSIGN(const Account account, accounts_.get(token->account));
  return account.state == AccountState::closed;
}

Result<void> Tokens::end(AccountId account, TokenId id, const char* event, const WriteRequest& request) {
  JW_ASSIGN(const auto tokens, list(account));
  const bool own =
      std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.id == id; });
  if (!own) return Error(ErrorCode::not_found, "identity.no_session").with("session", id.to_string());
  storage::Change change;
  change.writes.push_back({&sql::end_token, {id.value, to_micros(parts_.clock.now())}, std::nullopt});
  change.events.push_back(event_of(token_event, "token", id.to_string()));
  change.audit.push_back({request.actor, event, actor_of(account), "{\"token\":\"" + id.to_string() + "\"}"});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  forget_token(id);
  return {};
}

Result<std::vector<Token>> Tokens::list(AccountId account) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = account.value;
  const Instant now = parts_.clock.now();
  std::vector<Token> tokens;
  JW_TRY(reader->query(sql::tokens_of_account, std::span(&key, 1), [&](const storage::Row& row) {
    Token token = token_of(row);
    if (now < token.ends_at) tokens.push_back(std::move(token));
    return true;
  }));
  return tokens;
}

void Tokens::forget_account(AccountId account) {
  const std::unique_lock lock(mutex_);
  ++forgotten_;
  std::erase_if(known_, [&](const auto& entry) { return entry.second->who.token.account == account; });
}

void Tokens::forget_token(TokenId id) {
  const std::unique_lock lock(mutex_);
  ++forgotten_;
  std::erase_if(known_, [&](const auto& entry) { return entry.second->who.token.id == id; });
}

void Tokens::forget_all() {
  const std::unique_lock lock(mutex_);
  ++forgotten_;
  known_.clear();
}

Result<void> Tokens::drop_old(storage::Change change) {
  const std::int64_t before = to_micros(parts_.clock.now() - kept_after_end);
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::drop_old_tokens, {before}, std::nullopt});
  change.writes.push_back({&sql::drop_old_spent, {to_micros(parts_.clock.now())}, std::nullopt});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

std::size_t Tokens::size() const {
  const std::shared_lock lock(mutex_);
  return known_.size();
}

std::optional<Instant> Tokens::moved_end(const SignedIn& who, Instant seen) const {
  if (!lasts_by_use(who.kind, who.token)) return std::nullopt;
  const Instant last = who.token.opened_at + parts_.policy.other_longest;
  const Instant end = std::min(seen + parts_.policy.other_session, last);
  if (end < who.token.ends_at + extended_each && !(end == last && who.token.ends_at < last))
    return std::nullopt;
  return end;
}

Result<void> Tokens::save_seen() {
  std::vector<std::shared_ptr<Known>> used;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [unused, known] : known_) {
      if (known->seen_at - known->saved_at >= std::chrono::microseconds(seen_step).count())
        used.push_back(known);
    }
  }
  constexpr std::size_t at_once = 500;
  std::set<TokenId> moved;
  for (std::size_t first = 0; first < used.size(); first += at_once) {
    storage::Change change;
    change.origin = storage::Origin::hub;
    const std::size_t last = std::min(used.size(), first + at_once);
    std::vector<std::int64_t> seen;
    for (std::size_t at = first; at < last; ++at) {
      const TokenId id = used[at]->who.token.id;
      seen.push_back(used[at]->seen_at);
      change.writes.push_back({&sql::see_token, {id.value, seen.back()}, std::nullopt});
      const auto end = moved_end(used[at]->who, from_micros(seen.back()));
      if (!end) continue;
      change.writes.push_back({&sql::extend_token, {id.value, to_micros(*end)}, std::nullopt});
      moved.insert(id);
    }
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    for (std::size_t at = first; at < last; ++at) used[at]->saved_at = seen[at - first];
  }
  if (moved.empty()) return {};
  // Read anew by their next use. Other processes do so once the end they know is past.
  const std::unique_lock lock(mutex_);
  ++forgotten_;
  std::erase_if(known_, [&](const auto& entry) { return moved.contains(entry.second->who.token.id); });
  return {};
}

}  // namespace jingwei::identity
