#include "modules/identity/tokens.h"

#include <algorithm>
#include <mutex>

#include "base/log.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view prefix = "jw_";
constexpr std::size_t random_bytes = 24;
constexpr std::size_t mark_bytes = 8;
constexpr std::size_t text_letters = 43;  // of 32 bytes in base64url
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::chrono::days kept_after_end{30};
constexpr std::chrono::minutes seen_step{1};  // how exactly the last use of a session is kept

// RFC 4648 §5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += letters[(held >> (bits - 6)) & 63];
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += letters[(held << (6 - bits)) & 63];
  return text;
}

// Empty for anything else than what base64url makes of 32 bytes.
std::string bytes_of(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) return {};
    held = (held << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bytes += static_cast<char>((held >> (bits - 8)) & 255);
      bits -= 8;
    }
    held &= (1U << bits) - 1;
  }
  if (held != 0) return {};
  return bytes;
}

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
  return token;
}

std::chrono::microseconds idle_of(const Policy& policy, AccountKind kind, TokenKind token) {
  if (token == TokenKind::key || kind != AccountKind::staff) return std::chrono::microseconds::max();
  return policy.staff_idle;
}

}  // namespace

Tokens::Tokens(const IdentityParts& parts, const Accounts& accounts, const Roles& roles)
    : parts_(parts), accounts_(accounts), roles_(roles) {}

std::string Tokens::mark_of(std::string_view random) const {
  return storage::bytes_of(parts_.sealer.equality_hash("identity_token", "mark", random)).substr(0, mark_bytes);
}

Result<OpenedToken> Tokens::open(const Account& account, TokenKind kind, const std::string& label, Instant ends_at,
                                 const char* event, const WriteRequest& request) {
  JW_TRY(parts_.sealer.prepare("identity_token"));
  SecureRandom random;
  std::string bytes(random_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  bytes += mark_of(bytes);
  OpenedToken opened;
  opened.text = std::string(prefix) + base64url(bytes);
  const Instant now = parts_.clock.now();
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  opened.token = {TokenId(id), kind, account.id, label, now, now, ends_at, std::nullopt};
  storage::Change change;
  change.writes.push_back({&sql::add_token,
                           {id, std::string(name_of(kind)), storage::Blob{storage::sha256(opened.text)},
                            account.id.value, label, to_micros(now), to_micros(ends_at)},
                           1});
  change.audit.push_back({request.actor, event, account.actor(), "{\"token\":\"" + std::to_string(id) + "\"}"});
  change.idempotency = repeatable(request, event, {account.id.to_string(), label}, opened.token.id.to_string());
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  if (committed->earlier_answer) return Error(ErrorCode::conflict, "identity.key_shown").with("key", *committed->earlier_answer);
  return opened;
}

bool Tokens::is_over(const Known& known, Instant now) const {
  if (now >= known.who.token.ends_at) return true;
  return known.idle != std::chrono::microseconds::max() && now - from_micros(known.seen_at) > known.idle;
}

bool Tokens::is_of_this_hub(std::string_view text) const {
  if (text.size() != prefix.size() + text_letters || !text.starts_with(prefix)) return false;
  const std::string bytes = bytes_of(text.substr(prefix.size()));
  return bytes.size() == random_bytes + mark_bytes &&
         bytes.substr(random_bytes) == mark_of(std::string_view(bytes).substr(0, random_bytes));
}

std::shared_ptr<const SignedIn> Tokens::find(std::string_view text) {
  if (text.size() != prefix.size() + text_letters || !text.starts_with(prefix)) return nullptr;
  const std::string hash = storage::sha256(text);
  const Instant now = parts_.clock.now();
  std::shared_ptr<Known> known;
  std::uint64_t forgotten = 0;
  {
    const std::shared_lock lock(mutex_);
    const auto place = known_.find(hash);
    if (place != known_.end()) known = place->second;
    forgotten = forgotten_;
  }
  if (!known) {
    if (!is_of_this_hub(text)) return nullptr;
    auto loaded = load(hash);
    if (!loaded) {
      log::warn("identity.token_unread", {{"error", loaded.error().to_log()}});
      return nullptr;
    }
    known = std::move(*loaded);
    if (!known) return nullptr;
    const std::unique_lock lock(mutex_);
    if (forgotten == forgotten_) known_.emplace(hash, known);
  }
  if (is_over(*known, now)) {
    const std::unique_lock lock(mutex_);
    known_.erase(hash);
    return nullptr;
  }
  if (known->seen_at < to_micros(now)) known->seen_at = to_micros(now);
  return {known, &known->who};
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
  JW_ASSIGN(const Account account, accounts_.get(token->account));
  if (account.state == AccountState::closed) return std::shared_ptr<Known>();
  auto known = std::make_shared<Known>();
  SignedIn& who = known->who;
  who.token = *token;
  who.kind = account.kind;
  who.department = account.department;
  who.must_change = account.must_change;
  who.second_factor = !account.second_factor.empty();
  who.second_factor_wanted = token->kind == TokenKind::session && account.kind == AccountKind::staff &&
                             parts_.policy.second_factor == SecondFactor::staff && !who.second_factor;
  std::vector<access::Grant> grants;
  const RegionId hub_region = parts_.hub_region();
  for (auto& one : held) {
    auto role = roles_.find(one.role);
    if (one.ended_at || !role || who.must_change || who.second_factor_wanted) continue;
    access::Grant grant;
    grant.id = one.id.value;
    grant.role = std::move(role);
    grant.region = one.region;
    grant.whole_area = hub_region && one.region == hub_region;
    grant.department = one.department;
    grant.from = one.from;
    grant.until = one.until;
    grants.push_back(std::move(grant));
    who.grants.push_back(std::move(one));
  }
  auto caller = std::make_shared<access::Caller>(account.actor(), std::move(grants));
  caller->set_account(account.id.value, token->id.value);
  caller->set_name(account.name);
  who.caller = std::move(caller);
  known->idle = idle_of(parts_.policy, account.kind, token->kind);
  known->seen_at = known->saved_at = to_micros(token->seen_at);
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
  const bool own = std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.id == id; });
  if (!own) return Error(ErrorCode::not_found, "identity.no_session").with("session", id.to_string());
  storage::Change change;
  change.writes.push_back({&sql::end_token, {id.value, to_micros(parts_.clock.now())}, std::nullopt});
  change.events.push_back(event_of(token_event, "token", id.to_string()));
  change.audit.push_back(
      {request.actor, event, "account:" + account.to_string(), "{\"token\":\"" + id.to_string() + "\"}"});
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

Result<void> Tokens::drop_old() {
  const std::int64_t before = to_micros(parts_.clock.now() - kept_after_end);
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back({&sql::drop_old_tokens, {before}, std::nullopt});
  change.writes.push_back({&sql::drop_old_codes, {before}, std::nullopt});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

std::size_t Tokens::size() const {
  const std::shared_lock lock(mutex_);
  return known_.size();
}

Result<void> Tokens::save_seen() {
  std::vector<std::shared_ptr<Known>> used;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [unused, known] : known_) {
      if (known->seen_at - known->saved_at >= std::chrono::microseconds(seen_step).count()) used.push_back(known);
    }
  }
  constexpr std::size_t at_once = 500;
  for (std::size_t first = 0; first < used.size(); first += at_once) {
    storage::Change change;
    change.origin = storage::Origin::hub;
    const std::size_t last = std::min(used.size(), first + at_once);
    std::vector<std::int64_t> seen;
    for (std::size_t at = first; at < last; ++at) {
      seen.push_back(used[at]->seen_at);
      change.writes.push_back({&sql::see_token, {used[at]->who.token.id.value, seen.back()}, std::nullopt});
    }
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    for (std::size_t at = first; at < last; ++at) used[at]->saved_at = seen[at - first];
  }
  return {};
}

}  // namespace jingwei::identity
