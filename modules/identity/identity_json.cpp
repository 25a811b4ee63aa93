#include "modules/identity/identity_json.h"

#include "crypto/base64url.h"

namespace jingwei::identity {

namespace {

void member_or_null(JsonWriter& json, std::string_view name, const std::string& value) {
  json.key(name);
  if (value.empty()) {
    json.null();
  } else {
    json.value(value);
  }
}

void instant_or_null(JsonWriter& json, std::string_view name, const std::optional<Instant>& instant) {
  member_or_null(json, name, instant ? to_rfc3339(*instant) : std::string());
}

// 138****5678
std::string masked_phone(const std::string& phone) {
  if (phone.size() < 8) return phone.empty() ? std::string() : std::string("****");
  return phone.substr(0, phone.size() - 8) + "****" + phone.substr(phone.size() - 4);
}

std::string role_title(const std::string& id, const Shown& shown) {
  const auto role = shown.roles.find(id);
  if (!role) return id;
  return shown.language == Language::zh ? role->zh : role->en;
}

template <typename Words>
void write_words(JsonWriter& json, std::string_view name, const Words& words) {
  json.key(name);
  json.begin_array();
  for (const auto& word : words) json.value(word);
  json.end_array();
}

void write_place(JsonWriter& json, RegionId region, const Shown& shown) {
  const region::Node node = shown.tree.find(region);
  json.member("region", node == region::no_node ? region.to_string() : std::string(shown.tree.code(node)));
  json.member("region_name", node == region::no_node ? std::string() : std::string(shown.tree.name(node)));
}

}  // namespace

void write_grant(JsonWriter& json, const HeldGrant& grant, const std::string& account_name,
                 const Shown& shown) {
  json.begin_object();
  json.member("id", grant.id.to_string());
  json.member("account", grant.account.to_string());
  if (!account_name.empty()) json.member("account_name", account_name);
  json.member("role", grant.role);
  json.member("role_title", role_title(grant.role, shown));
  write_place(json, grant.region, shown);
  member_or_null(json, "department", grant.department);
  json.member("from", to_rfc3339(grant.from));
  instant_or_null(json, "until", grant.until);
  json.member("kind", name_of(grant.kind));
  json.member("reason", grant.reason);
  json.member("granted_by", grant.granted_by);
  json.member("granted_at", to_rfc3339(grant.granted_at));
  instant_or_null(json, "ended_at", grant.ended_at);
  instant_or_null(json, "reviewed_at", grant.reviewed_at);
  member_or_null(json, "reviewed_by", grant.reviewed_by);
  json.end_object();
}

void write_account(JsonWriter& json, const Account& account, const std::vector<HeldGrant>* grants,
                   const Shown& shown) {
  json.begin_object();
  json.member("id", account.id.to_string());
  json.member("kind", name_of(account.kind));
  json.member("state", name_of(account.state));
  member_or_null(json, "login", account.login);
  json.member("name", account.name);
  member_or_null(json, "phone", masked_phone(account.phone));
  member_or_null(json, "department", account.department);
  json.member("must_change", account.must_change);
  instant_or_null(json, "suspended_until", account.suspended_until);
  json.member("second_factor", !account.second_factor.empty());
  json.member("created_at", to_rfc3339(account.created_at));
  json.member("created_by", account.created_by);
  if (grants != nullptr) {
    json.key("grants");
    json.begin_array();
    for (const auto& grant : *grants) write_grant(json, grant, "", shown);
    json.end_array();
  }
  json.end_object();
}

void write_order(JsonWriter& json, const AccountOrder& one, IdentityService& identity, Language language) {
  const auto tree = identity.parts().regions.tree();
  const region::Node node = one.grant.region.empty() ? region::no_node : tree->find(one.grant.region);
  const auto account = identity.accounts().get(one.grant.account);
  const bool grants = !one.grant.role.empty();
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("kind", name_of(one.kind));
  json.member("state", name_of(one.state));
  json.member("account", one.grant.account.to_string());
  member_or_null(json, "account_name", account ? account->name : std::string());
  member_or_null(json, "role", one.grant.role);
  member_or_null(json, "grant", one.of_grant ? one.of_grant.to_string() : std::string());
  member_or_null(json, "role_title",
                 grants ? role_title(one.grant.role, {identity.roles(), *tree, language}) : std::string());
  member_or_null(json, "region", one.grant.region);
  member_or_null(json, "region_name",
                 node == region::no_node ? std::string() : std::string(tree->name(node)));
  member_or_null(json, "department", one.grant.department);
  instant_or_null(json, "from", one.grant.from);
  instant_or_null(json, "until", one.grant.until);
  json.member("reason", one.grant.reason);
  json.member("asked_by", one.asked_by);
  json.member("asked_at", to_rfc3339(one.asked_at));
  json.member("ends_at", to_rfc3339(one.ends_at));
  member_or_null(json, "decided_by", one.decided_by);
  instant_or_null(json, "decided_at", one.decided_at);
  json.end_object();
}

void write_token(JsonWriter& json, const Token& token, TokenId current) {
  json.begin_object();
  json.member("id", token.id.to_string());
  json.member("kind", name_of(token.kind));
  json.member("label", token.label);
  json.member("screen", token.manner == Manner::screen);
  json.member("opened_at", to_rfc3339(token.opened_at));
  json.member("seen_at", to_rfc3339(token.seen_at));
  json.member("ends_at", to_rfc3339(token.ends_at));
  json.member("current", token.id == current);
  json.end_object();
}

void write_signer(JsonWriter& json, const Signer& one, const std::string& key_id) {
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("key_id", key_id);
  json.member("label", one.label);
  json.member("public_key", crypto::base64(one.public_key));
  json.member("made_at", to_rfc3339(one.made_at));
  json.member("ends_at", to_rfc3339(one.ends_at));
  json.end_object();
}

std::string asker_json(const std::string& asker) {
  JsonWriter json;
  json.begin_object();
  member_or_null(json, "asker", asker);
  json.end_object();
  return json.take();
}

void write_document(JsonWriter& json, const Document& document) {
  constexpr std::size_t told = 4;
  json.begin_object();
  json.member("kind", document.kind);
  json.member("number", std::string(document.number.size() - told, '*') +
                            document.number.substr(document.number.size() - told));
  json.member("name", document.name);
  json.member("provider", document.provider);
  json.member("verified_at", to_rfc3339(document.verified_at));
  json.end_object();
}

void write_provider(JsonWriter& json, const Provider& one) {
  json.begin_object();
  json.member("id", one.id);
  json.key("title");
  json.begin_object();
  json.member("zh", one.zh);
  json.member("en", one.en);
  json.end_object();
  json.member("audience", name_of(one.audience));
  json.member("issuer", one.issuer);
  json.member("client_id", one.client_id);
  json.member("has_secret", !one.client_secret.empty());
  json.member("scopes", one.scopes);
  json.member("return_address", one.return_address);
  member_or_null(json, "account_claim", one.account_claim);
  json.member("name_claim", one.name_claim);
  member_or_null(json, "document_kind_claim", one.document_kind_claim);
  member_or_null(json, "document_number_claim", one.document_number_claim);
  json.key("document_words");
  json.begin_array();
  for (const auto& [word, kind] : one.document_words) {
    json.begin_object();
    json.member("word", word);
    json.member("kind", kind);
    json.end_object();
  }
  json.end_array();
  json.member("first_login", name_of(one.first_login));
  json.member("second_factor", one.second_factor);
  json.member("enabled", one.enabled);
  json.member("version", one.row_version);
  json.member("changed_at", to_rfc3339(one.changed_at));
  json.member("changed_by", one.changed_by);
  json.end_object();
}

void write_role(JsonWriter& json, const KnownRole& known) {
  const access::Role& role = *known.role;
  json.begin_object();
  json.member("id", role.id);
  json.key("title");
  json.begin_object();
  json.member("zh", role.zh);
  json.member("en", role.en);
  json.end_object();
  json.member("built_in", role.built_in);
  json.member("duty", access::name_of(role.duty()));
  std::vector<std::string_view> permissions;
  const auto all = access::permissions();
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (role.permissions[at]) permissions.push_back(all[at].id);
  }
  write_words(json, "permissions", permissions);
  write_words(json, "classes", role.classes);
  std::vector<std::string> purposes(role.purposes.begin(), role.purposes.end());
  if (role.every_purpose) purposes.emplace_back("*");
  write_words(json, "purposes", purposes);
  json.member("version", known.row_version);
  instant_or_null(json, "changed_at", known.changed_at);
  member_or_null(json, "changed_by", known.changed_by);
  json.end_object();
}

std::string permissions_json(Language language) {
  JsonWriter json(8'192);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& permission : access::permissions()) {
    json.begin_object();
    json.member("id", permission.id);
    json.member("title", access::title_of(permission, language));
    json.member("reach", access::name_of(permission.reach));
    json.member("duty", access::name_of(permission.duty));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

void write_me(JsonWriter& json, const access::Caller& caller, const SignedIn* who, Instant now,
              const Shown& shown) {
  json.begin_object();
  member_or_null(json, "account", caller.is_local() ? std::string() : std::to_string(caller.account()));
  json.member("actor", caller.actor());
  json.member("name", caller.is_local() ? render("identity.local", {}, shown.language) : caller.name());
  json.member("kind", who == nullptr ? std::string_view("local") : name_of(who->kind));
  member_or_null(json, "department", who == nullptr ? std::string() : who->department);
  member_or_null(json, "session", who == nullptr ? std::string() : who->token.id.to_string());
  instant_or_null(json, "ends_at", who == nullptr ? std::optional<Instant>() : who->token.ends_at);
  json.member("must_change", who != nullptr && who->must_change);
  json.member("second_factor", who == nullptr              ? "none"
                               : who->second_factor        ? "set"
                               : who->second_factor_wanted ? "wanted"
                                                           : "none");
  json.key("grants");
  json.begin_array();
  if (who != nullptr) {
    for (const auto& grant : who->grants) {
      if (!grant.until || now < *grant.until) write_grant(json, grant, "", shown);
    }
  }
  json.end_array();
  write_words(json, "permissions", caller.permissions_held(now));
  json.end_object();
}

}  // namespace jingwei::identity
