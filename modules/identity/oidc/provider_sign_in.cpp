#include "modules/identity/oidc/provider_sign_in.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"
#include "crypto/base64url.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"
#include "storage/pseudonym.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view attempt_table = "identity_attempt";
constexpr storage::Cell cookie_cell{attempt_table, 0, "cookie"};
constexpr std::size_t random_bytes = 32;
constexpr std::size_t cookie_most = 4'000;
constexpr std::size_t next_most = 500;
constexpr std::size_t code_most = 2'000;
constexpr const char* nobody = "nobody";

std::string random_text() {
  SecureRandom random;
  std::string bytes(random_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return crypto::base64url(bytes);
}

Error attempt_over() {
  return Error(ErrorCode::unauthenticated, "identity.attempt_over");
}

// A path of this very site. "//elsewhere" and "/\elsewhere" are addresses of others.
std::string path_here(const std::string& next) {
  const bool plain = next.size() <= next_most && std::all_of(next.begin(), next.end(), [](char c) {
                       return c > ' ' && c < 0x7f && c != '\\';
                     });
  return plain && next.starts_with('/') && !next.starts_with("//") ? next : std::string();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

ProviderSignIn::ProviderSignIn(const IdentityParts& parts, Accounts& accounts, SignIn& sign_in, Web web)
    : parts_(parts),
      accounts_(accounts),
      sign_in_(sign_in),
      providers_(parts),
      talk_(std::move(web), parts.clock),
      documents_(parts) {}

std::string ProviderSignIn::sealed(const Attempt& attempt) const {
  const std::string text = attempt.step + '\n' + attempt.provider + '\n' + attempt.state + '\n' +
                           attempt.nonce + '\n' + attempt.verifier + '\n' + attempt.account.to_string() +
                           '\n' + std::to_string(to_micros(attempt.ends)) + '\n' + attempt.next;
  return crypto::base64url(parts_.sealer.seal(cookie_cell, text));
}

Result<ProviderSignIn::Attempt> ProviderSignIn::opened(const std::string& cookie,
                                                       std::string_view step) const {
  const auto bytes =
      cookie.empty() || cookie.size() > cookie_most ? std::nullopt : crypto::from_base64url(cookie);
  if (!bytes) return attempt_over();
  const auto text = parts_.sealer.open(cookie_cell, *bytes);
  if (!text) return attempt_over();
  const auto lines = lines_of(*text);
  constexpr std::size_t parts = 8;
  if (lines.size() != parts || lines[0] != step) return attempt_over();
  Attempt attempt{lines[0],
                  lines[1],
                  lines[2],
                  lines[3],
                  lines[4],
                  lines[7],
                  AccountId::parse(lines[5]).value_or(AccountId()),
                  {}};
  std::int64_t ends = 0;
  std::from_chars(lines[6].data(), lines[6].data() + lines[6].size(), ends);
  attempt.ends = from_micros(ends);
  if (parts_.clock.now() >= attempt.ends) return attempt_over();
  return attempt;
}

// Once, in whatever process.
Result<void> ProviderSignIn::spend(const Attempt& attempt, std::string_view what) {
  storage::Change change;
  change.writes.push_back(
      {&sql::spend,
       {storage::Blob{storage::sha256(std::string(what) + "\n" + attempt.state)}, to_micros(attempt.ends)},
       1});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code == ErrorCode::conflict) return attempt_over();
  return std::move(committed).error();
}

Result<Begun> ProviderSignIn::begin(const std::string& id, const std::string& next, AccountId account) {
  JW_ASSIGN(const Provider provider, providers_.get(id));
  if (!provider.enabled) return Error(ErrorCode::not_found, "identity.no_provider").with("provider", id);
  JW_ASSIGN(const auto service, talk_.metadata(provider));
  JW_TRY(parts_.sealer.prepare(attempt_table));
  const Attempt attempt{"begun",       id,
                        random_text(), random_text(),
                        random_text(), path_here(next),
                        account,       parts_.clock.now() + attempt_life};
  const std::string& endpoint = service.authorization_endpoint;
  Begun begun;
  begun.address = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                  "response_type=code&client_id=" + percent_encoded(provider.client_id) +
                  "&redirect_uri=" + percent_encoded(provider.return_address) +
                  "&scope=" + percent_encoded(provider.scopes) + "&state=" + attempt.state +
                  "&nonce=" + attempt.nonce +
                  "&code_challenge=" + crypto::base64url(storage::sha256(attempt.verifier)) +
                  "&code_challenge_method=S256";
  begun.attempt = sealed(attempt);
  return begun;
}

Result<void> ProviderSignIn::note_refusal(const Provider& provider, const Error& error) {
  std::string why = error.message;
  for (const auto& [name, value] : error.arguments) {
    if (name == "why") why = value;
  }
  JsonWriter detail;
  detail.begin_object();
  detail.member("provider", provider.id);
  detail.member("why", why);
  detail.end_object();
  storage::Change change;
  change.audit.push_back({nobody, "session.refuse", "provider:" + provider.id, detail.take()});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<CameThrough> ProviderSignIn::finish(const Returned& returned, const std::string& cookie,
                                           AccountId account, const Origin& origin) {
  JW_TRY(parts_.sealer.prepare(attempt_table));
  JW_TRY(parts_.sealer.prepare("identity_link"));
  JW_ASSIGN(const Attempt attempt, opened(cookie, "begun"));
  // Somebody else's answer, brought to this browser, or another person's browser.
  if (attempt.state != returned.state || (attempt.account && attempt.account != account))
    return attempt_over();
  JW_TRY(spend(attempt, "state"));
  JW_ASSIGN(const Provider provider, providers_.get(attempt.provider));
  const auto through = [&]() -> Result<Account> {
    if (!provider.enabled)
      return Error(ErrorCode::not_found, "identity.no_provider").with("provider", provider.id);
    JW_ASSIGN(const auto service, talk_.metadata(provider));
    if ((service.names_itself || !returned.issuer.empty()) && returned.issuer != provider.issuer)
      return id_token_refused("issuer");
    if (!returned.refusal.empty() || returned.code.empty() || returned.code.size() > code_most)
      return Error(ErrorCode::unauthenticated, "identity.service_refused");
    JW_ASSIGN(const std::string token, talk_.exchange(provider, returned.code, attempt.verifier));
    JW_ASSIGN(const Claims claims, talk_.verify(provider, token, attempt.nonce));
    return account_of(provider, claims, attempt.account);
  };
  auto found = through();
  if (!found) {
    JW_TRY(note_refusal(provider, found.error()));
    return std::move(found).error();
  }
  CameThrough came;
  came.next = attempt.next;
  if (attempt.account) return came;
  JW_ASSIGN(const bool administers, accounts_.administers(found->id));
  if (!found->second_factor.empty() && (!provider.second_factor || administers)) {
    Attempt second = attempt;
    second.step = "through";
    second.account = found->id;
    came.attempt = sealed(second);
    came.code_wanted = true;
    return came;
  }
  JW_ASSIGN(came.done,
            sign_in_.admit(std::move(*found), provider.second_factor ? Manner::vouched : Manner::provider,
                           provider.id, origin));
  return came;
}

Result<CameThrough> ProviderSignIn::confirm(const std::string& code, const std::string& cookie,
                                            const Origin& origin) {
  JW_TRY(parts_.sealer.prepare(attempt_table));
  JW_ASSIGN(const Attempt attempt, opened(cookie, "through"));
  JW_ASSIGN(Account account, accounts_.get(attempt.account));
  JW_TRY(sign_in_.check_code(account, code, origin));
  JW_TRY(spend(attempt, "code"));
  CameThrough came;
  came.next = attempt.next;
  JW_ASSIGN(came.done, sign_in_.admit(std::move(account), Manner::provider, attempt.provider, origin));
  return came;
}

std::string ProviderSignIn::subject_of(const Provider& provider, const Claims& claims) const {
  return storage::bytes_of(
      parts_.sealer.equality_hash("identity_link", "subject", provider.id + "\n" + claims.subject));
}

Result<std::optional<AccountId>> ProviderSignIn::linked(const std::string& subject) const {
  const storage::Value key = storage::Blob{subject};
  std::optional<AccountId> found;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::account_of_link, std::span(&key, 1), [&](const storage::Row& row) {
    found = AccountId(row.integer(0));
    return false;
  }));
  return found;
}

void ProviderSignIn::add_link(const Provider& provider, const Claims& claims, AccountId account,
                              storage::Change& change) const {
  change.writes.push_back({&sql::add_link,
                           {storage::Blob{subject_of(provider, claims)}, provider.id, account.value,
                            to_micros(parts_.clock.now())},
                           1});
}

// Only of services for residents, and always there.
Result<std::optional<Document>> ProviderSignIn::document_of(const Provider& provider,
                                                            const Claims& claims) const {
  if (provider.audience == Audience::staff) return std::optional<Document>();
  Document document;
  document.number = document_key(claims.text(provider.document_number_claim));
  document.name = text::squeeze(claims.text(provider.name_claim));
  document.provider = provider.id;
  document.verified_at = parts_.clock.now();
  const std::string told = claims.text(provider.document_kind_claim);
  const auto word = std::find_if(provider.document_words.begin(), provider.document_words.end(),
                                 [&](const auto& pair) { return pair.first == told; });
  document.kind = word == provider.document_words.end() ? told : word->second;
  const auto& kinds = document_kinds();
  const bool known = std::find(kinds.begin(), kinds.end(), document.kind) != kinds.end();
  if (!known || document.number.empty() || document.name.empty())
    return Error(ErrorCode::denied, "identity.document_unknown");
  return std::optional(std::move(document));
}

Result<Account> ProviderSignIn::join(const Provider& provider, AccountId account, storage::Change change) {
  change.audit.push_back(
      {actor_of(account), "account.link", actor_of(account), "{\"provider\":\"" + provider.id + "\"}"});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) {
    if (committed.error().code == ErrorCode::conflict)
      return Error(ErrorCode::conflict, "identity.paper_taken");
    return std::move(committed).error();
  }
  return accounts_.get(account);
}

Result<Account> ProviderSignIn::make(const Provider& provider, const Claims& claims,
                                     const std::optional<Document>& document) {
  NewAccount wanted;
  wanted.kind = provider.audience == Audience::staff ? AccountKind::staff : AccountKind::resident;
  wanted.with_password = false;
  wanted.name = document ? document->name : text::squeeze(claims.text(provider.name_claim));
  if (wanted.name.empty()) wanted.name = provider.zh;
  JW_ASSIGN(auto made, accounts_.create(wanted, {"provider:" + provider.id},
                                        [&](AccountId id, storage::Change& change) -> Result<void> {
                                          add_link(provider, claims, id, change);
                                          if (!document) return {};
                                          Document own = *document;
                                          own.account = id;
                                          return documents_.keep(own, change);
                                        }));
  return std::move(made.account);
}

// Who the person at the service is here: joined before, or by their paper, or by the login of a staff
// account, or new.
Result<Account> ProviderSignIn::account_of(const Provider& provider, const Claims& claims,
                                           AccountId joining) {
  JW_ASSIGN(const auto document, document_of(provider, claims));
  JW_ASSIGN(std::optional<AccountId> known, linked(subject_of(provider, claims)));
  const bool fresh = !known;
  if (!known && document) {
    JW_ASSIGN(known, documents_.find(document->number));
  }
  if (!known && !joining && provider.audience == Audience::staff && !provider.account_claim.empty()) {
    // Who controls an address there must have shown it: anybody may type another's.
    const bool shown = provider.account_claim != "email" || claims.text("email_verified") == "true";
    JW_ASSIGN(const auto named,
              accounts_.find_by_login(shown ? claims.text(provider.account_claim) : std::string()));
    if (named && named->kind == AccountKind::staff) {
      // Whoever sets services up could else have theirs name another administrator.
      JW_ASSIGN(const bool administers, accounts_.administers(named->id));
      if (!administers) known = named->id;
    }
  }
  if (known && joining && *known != joining) return Error(ErrorCode::conflict, "identity.paper_taken");
  if (!known && joining) known = joining;
  if (!known) {
    if (provider.audience == Audience::staff && provider.first_login == FirstLogin::refuse)
      return Error(ErrorCode::denied, "identity.nobody_here");
    auto made = make(provider, claims, document);
    if (made || made.error().code != ErrorCode::conflict) return made;
    // Came through twice at once: the other one has made it.
    JW_ASSIGN(known, linked(subject_of(provider, claims)));
    if (!known) return std::move(made).error();
    return accounts_.get(*known);
  }
  JW_ASSIGN(Account account, accounts_.get(*known));
  if (!account.lets_in(parts_.clock.now())) return Error(ErrorCode::denied, "identity.account_closed");
  const AccountKind wanted =
      provider.audience == Audience::staff ? AccountKind::staff : AccountKind::resident;
  if (account.kind != wanted) return Error(ErrorCode::denied, "identity.nobody_here");
  storage::Change change;
  if (fresh) add_link(provider, claims, account.id, change);
  if (document) {
    JW_ASSIGN(const auto shown, documents_.of(account.id));
    const bool stands = std::any_of(shown.begin(), shown.end(), [&](const Document& one) {
      return one.number == document->number && one.kind == document->kind && one.name == document->name;
    });
    Document own = *document;
    own.account = account.id;
    if (!stands) JW_TRY(documents_.keep(own, change));
  }
  if (change.writes.empty()) return account;
  return join(provider, account.id, std::move(change));
}

}  // namespace jingwei::identity
