#include "modules/identity/oidc/provider.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "modules/identity/oidc/web.h"
#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view provider_table = "identity_provider";
constexpr std::size_t id_most = 40, title_most = 60, client_most = 300, claim_most = 100, scopes_most = 300;
constexpr std::size_t words_most = 40, word_most = 60, providers_most = 50;
constexpr std::string_view return_path = "/desk/return";

bool made_of(std::string_view text, std::size_t most, std::string_view more) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos;
  });
}

constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_claim(std::string_view text) {
  return made_of(text, claim_most, std::string(capitals) + "_-.:/");
}

bool is_plain(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// RFC 6749, appendix A.2.
bool is_secret(std::string_view text) {
  return text.size() <= client_most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

bool lists_openid(const std::string& scopes) {
  return (" " + scopes + " ").find(" openid ") != std::string::npos;
}

bool returns_here(const std::string& address) {
  if (!is_web_address(address) || !address.ends_with(return_path)) return false;
  const std::size_t begin = address.find("//") + 2;
  return address.find('/', begin) == address.size() - return_path.size();
}

Result<void> check(const Provider& one) {
  Error faults(ErrorCode::invalid, "identity.provider_refused");
  const auto fault = [&](bool wrong, const char* message, const char* field) {
    if (wrong) faults.causes.push_back(Error(ErrorCode::invalid, message).at(field));
  };
  const auto title = [](const std::string& text) {
    return text.empty() || text::code_points(text).size() > title_most;
  };
  fault(title(one.zh) || title(one.en), "identity.provider_title", "/title");
  fault(!is_web_address(one.issuer) || one.issuer.find('?') != std::string::npos, "identity.provider_address",
        "/issuer");
  fault(!is_plain(one.client_id, client_most), "identity.provider_client", "/client_id");
  fault(!is_secret(one.client_secret), "identity.provider_client", "/client_secret");
  fault(!made_of(one.scopes, scopes_most, std::string(capitals) + " _-.:/") || !lists_openid(one.scopes),
        "identity.provider_scopes", "/scopes");
  fault(!returns_here(one.return_address), "identity.provider_return", "/return_address");
  fault(!one.account_claim.empty() && !is_claim(one.account_claim), "identity.provider_claim",
        "/account_claim");
  fault(!is_claim(one.name_claim), "identity.provider_claim", "/name_claim");
  if (one.audience == Audience::resident) {
    fault(!is_claim(one.document_kind_claim), "identity.provider_claim", "/document_kind_claim");
    fault(!is_claim(one.document_number_claim), "identity.provider_claim", "/document_number_claim");
  }
  const auto& kinds = document_kinds();
  const bool words = one.document_words.size() <= words_most &&
                     std::all_of(one.document_words.begin(), one.document_words.end(), [&](const auto& pair) {
                       return is_plain(pair.first, word_most) &&
                              pair.first.find_first_of("=,") == std::string::npos &&
                              std::find(kinds.begin(), kinds.end(), pair.second) != kinds.end();
                     });
  fault(!words, "identity.provider_words", "/document_words");
  if (!faults.causes.empty()) return faults;
  return {};
}

// "516=home_return_permit,111=citizen_id"
std::string text_of(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string text;
  for (const auto& [theirs, ours] : words) text += (text.empty() ? "" : ",") + theirs + "=" + ours;
  return text;
}

std::vector<std::pair<std::string, std::string>> words_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> words;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    const std::size_t equal = pair.find('=');
    if (equal != std::string_view::npos) words.emplace_back(pair.substr(0, equal), pair.substr(equal + 1));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
  }
  return words;
}

// Another provider's sealed secret does not open in this row.
storage::Cell secret_cell(const std::string& column) {
  return {provider_table, 0, column};
}

std::string secret_column(const std::string& id) {
  return "client_secret:" + id;
}

Error no_provider(const std::string& id) {
  return Error(ErrorCode::not_found, "identity.no_provider").with("provider", id);
}

Error provider_changed(const std::string& id) {
  return Error(ErrorCode::conflict, "identity.provider_changed").with("provider", id);
}

}  // namespace

std::string_view name_of(Audience audience) {
  return audience == Audience::staff ? "staff" : "resident";
}

std::string_view name_of(FirstLogin first) {
  return first == FirstLogin::refuse ? "refuse" : "create";
}

const std::vector<std::string_view>& document_kinds() {
  static const std::vector<std::string_view> kinds = {
      "citizen_id",         "residence_permit",       "permanent_residence", "passport_china",
      "passport_hong_kong", "passport_macao",         "passport_foreign",    "home_return_permit",
      "taiwan_compatriot",  "travel_hong_kong_macao", "travel_taiwan",       "military"};
  return kinds;
}

Result<Provider> Providers::provider_of(const storage::Row& row) const {
  Provider one;
  one.id = row.text(0);
  one.zh = row.text(1);
  one.en = row.text(2);
  one.audience = row.text(3) == name_of(Audience::resident) ? Audience::resident : Audience::staff;
  one.issuer = row.text(4);
  one.client_id = row.text(5);
  if (!row.is_null(6)) {
    const std::string column = secret_column(one.id);
    JW_ASSIGN(one.client_secret, parts_.sealer.open(secret_cell(column), row.blob(6)));
  }
  one.scopes = row.text(7);
  one.return_address = row.text(8);
  one.account_claim = row.text(9);
  one.name_claim = row.text(10);
  one.document_kind_claim = row.text(11);
  one.document_number_claim = row.text(12);
  one.document_words = words_of(row.text(13));
  one.first_login = row.text(14) == name_of(FirstLogin::create) ? FirstLogin::create : FirstLogin::refuse;
  one.second_factor = row.integer(15) != 0;
  one.enabled = row.integer(16) != 0;
  one.changed_at = from_micros(row.integer(17));
  one.changed_by = row.text(18);
  one.row_version = row.integer(19);
  return one;
}

Result<std::vector<Provider>> Providers::all() const {
  std::vector<Provider> found;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::all_providers, {}, [&](const storage::Row& row) {
    auto one = provider_of(row);
    if (!one) {
      fault = std::move(one).error();
      return false;
    }
    found.push_back(std::move(*one));
    return true;
  }));
  if (fault) return *fault;
  return found;
}

Result<Provider> Providers::get(const std::string& id) const {
  JW_ASSIGN(auto found, all());
  for (auto& one : found) {
    if (one.id == id) return std::move(one);
  }
  return no_provider(id);
}

Result<Provider> Providers::put(const ProviderDraft& draft, const WriteRequest& request) {
  Provider one = draft.provider;
  if (!made_of(one.id, id_most, "-"))
    return Error(ErrorCode::invalid, "identity.provider_id").at("/provider");
  JW_ASSIGN(const auto standing, all());
  const auto place = std::find_if(standing.begin(), standing.end(),
                                  [&](const Provider& other) { return other.id == one.id; });
  const bool fresh = place == standing.end();
  if (fresh ? draft.version != 0 : draft.version != place->row_version) return provider_changed(one.id);
  if (fresh && standing.size() >= providers_most)
    return Error(ErrorCode::exhausted, "identity.too_many_providers");
  one.client_secret = draft.secret ? *draft.secret : fresh ? std::string() : place->client_secret;
  JW_TRY(check(one));
  // Whom a service's subjects stand for was decided under its issuer.
  if (!fresh && (place->issuer != one.issuer || place->audience != one.audience))
    return Error(ErrorCode::conflict, "identity.provider_fixed").with("provider", one.id).at("/issuer");
  JW_TRY(parts_.sealer.prepare(provider_table));
  storage::Value secret = storage::Null{};
  const std::string column = secret_column(one.id);
  if (!one.client_secret.empty())
    secret = storage::Blob{parts_.sealer.seal(secret_cell(column), one.client_secret)};
  one.changed_at = parts_.clock.now();
  one.changed_by = request.actor;
  one.row_version = draft.version + 1;
  storage::Change change;
  change.writes.push_back({fresh ? &sql::add_provider : &sql::change_provider,
                           {one.id,
                            draft.version,
                            one.zh,
                            one.en,
                            std::string(name_of(one.audience)),
                            one.issuer,
                            one.client_id,
                            std::move(secret),
                            one.scopes,
                            one.return_address,
                            one.account_claim,
                            one.name_claim,
                            one.document_kind_claim,
                            one.document_number_claim,
                            text_of(one.document_words),
                            std::string(name_of(one.first_login)),
                            std::int64_t{one.second_factor ? 1 : 0},
                            std::int64_t{one.enabled ? 1 : 0},
                            to_micros(one.changed_at),
                            one.changed_by},
                           1});
  JsonWriter detail;
  detail.begin_object();
  detail.member("issuer", one.issuer);
  detail.member("audience", name_of(one.audience));
  detail.member("first_login", name_of(one.first_login));
  detail.member("second_factor", one.second_factor);
  detail.member("enabled", one.enabled);
  detail.member("new_secret", draft.secret.has_value());
  detail.end_object();
  change.audit.push_back({request.actor, "provider.put", "provider:" + one.id, detail.take()});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return one;
  if (committed.error().code == ErrorCode::conflict) return provider_changed(one.id);
  return std::move(committed).error();
}

Result<void> Providers::drop(const std::string& id, const WriteRequest& request) {
  JW_ASSIGN(const Provider one, get(id));
  storage::Change change;
  change.writes.push_back({&sql::drop_provider, {id, one.row_version}, 1});
  change.writes.push_back({&sql::drop_links_of_provider, {id}, std::nullopt});
  change.audit.push_back({request.actor, "provider.drop", "provider:" + id, "{}"});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code == ErrorCode::conflict) return provider_changed(id);
  return std::move(committed).error();
}

}  // namespace jingwei::identity
