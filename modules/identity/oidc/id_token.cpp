#include "modules/identity/oidc/id_token.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_members.h"
#include "crypto/base64url.h"
#include "modules/identity/oidc/web.h"

namespace jingwei::identity {

namespace {

namespace json = boost::json;

constexpr std::size_t token_bytes = 16 * 1024;
constexpr std::size_t document_bytes = 64 * 1024;
constexpr std::size_t depth_most = 12;
constexpr std::size_t keys_most = 50;
constexpr std::size_t text_bytes = 500;
constexpr std::size_t subject_bytes = 255;  // OpenID Connect Core §2
constexpr std::size_t claims_most = 100;
constexpr std::chrono::seconds skew{60};
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

Error service_answer(const char* what) {
  return Error(ErrorCode::invalid, "identity.service_answer").with("what", what);
}

std::optional<json::object> object_of(std::string_view text, std::size_t most) {
  if (text.size() > most) return std::nullopt;
  json::parse_options options;
  options.max_depth = depth_most;
  json::error_code fault;
  json::value value = json::parse(text, fault, {}, options);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

// Whether a list of texts holds the word.
bool lists(const json::object& object, std::string_view name, std::string_view word) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return false;
  const auto& all = value->as_array();
  return std::any_of(all.begin(), all.end(),
                     [&](const json::value& one) { return one.is_string() && one.as_string() == word; });
}

// Seconds since 1970, which JSON may write with a fraction.
std::optional<std::int64_t> seconds_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->as_int64();
  if (value->is_double() && value->as_double() >= 0 && value->as_double() <= static_cast<double>(last_second))
    return static_cast<std::int64_t>(value->as_double());
  return std::nullopt;
}

std::optional<crypto::WebKey> key_of(const json::object& object) {
  const auto number = [&](std::string_view name) {
    return crypto::from_base64url(member_text(object, name)).value_or(std::string());
  };
  const std::string use = member_text(object, "use"), algorithm = member_text(object, "alg"),
                    kind = member_text(object, "kty");
  if (!use.empty() && use != "sig") return std::nullopt;
  if (kind == "RSA" && (algorithm.empty() || algorithm == "RS256")) {
    if (auto key = crypto::WebKey::rsa(number("n"), number("e"))) return std::move(*key);
  } else if (kind == "EC" && member_text(object, "crv") == "P-256" &&
             (algorithm.empty() || algorithm == "ES256")) {
    if (auto key = crypto::WebKey::p256(number("x"), number("y"))) return std::move(*key);
  }
  return std::nullopt;
}

bool is_for(const json::object& claims, std::string_view client) {
  const auto* audience = claims.if_contains("aud");
  if (audience == nullptr) return false;
  const std::string party = member_text(claims, "azp");
  if (claims.contains("azp") && party != client) return false;
  if (audience->is_string()) return audience->as_string() == client;
  if (!lists(claims, "aud", client)) return false;
  // Made for others besides: then it must say that this client asked for it.
  return audience->as_array().size() == 1 || party == client;
}

}  // namespace

Error id_token_refused(const char* why) {
  return Error(ErrorCode::unauthenticated, "identity.id_token_refused").with("why", why);
}

std::string Claims::text(std::string_view name) const {
  const auto place = texts.find(name);
  return place == texts.end() ? std::string() : place->second;
}

Result<ServiceMetadata> parse_metadata(std::string_view text, std::string_view issuer) {
  const auto object = object_of(text, document_bytes);
  if (!object) return service_answer("metadata");
  ServiceMetadata metadata;
  metadata.issuer = member_text(*object, "issuer");
  if (metadata.issuer != issuer) return service_answer("issuer");
  metadata.authorization_endpoint = member_text(*object, "authorization_endpoint");
  metadata.token_endpoint = member_text(*object, "token_endpoint");
  metadata.jwks_uri = member_text(*object, "jwks_uri");
  // One that is reached over TLS sends nobody anywhere without.
  const bool plain = issuer.starts_with("http://");
  for (const auto& endpoint : {metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri}) {
    if (!is_web_address(endpoint) || (!plain && !endpoint.starts_with("https://")))
      return service_answer("endpoint");
  }
  const auto* names = object->if_contains("authorization_response_iss_parameter_supported");
  metadata.names_itself = names != nullptr && names->is_bool() && names->as_bool();
  metadata.takes_basic = !object->contains("token_endpoint_auth_methods_supported") ||
                         lists(*object, "token_endpoint_auth_methods_supported", "client_secret_basic");
  return metadata;
}

Result<std::vector<NamedKey>> parse_keys(std::string_view text) {
  const auto object = object_of(text, document_bytes);
  const auto* list = object ? object->if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array() || list->as_array().size() > keys_most)
    return service_answer("keys");
  std::vector<NamedKey> keys;
  for (const auto& one : list->as_array()) {
    if (!one.is_object()) return service_answer("keys");
    const std::string id = member_text(one.as_object(), "kid");
    if (auto key = key_of(one.as_object()); key && id.size() <= text_bytes)
      keys.push_back({id, std::move(*key)});
  }
  return keys;
}

Result<std::string> parse_token_answer(std::string_view text) {
  const auto object = object_of(text, document_bytes);
  std::string token = object ? member_text(*object, "id_token") : std::string();
  if (token.empty()) return service_answer("id_token");
  return token;
}

Result<UncheckedToken> parse_token(std::string_view compact) {
  const auto malformed = [] { return id_token_refused("malformed"); };
  if (compact.size() > token_bytes) return malformed();
  const std::size_t first = compact.find('.');
  const std::size_t second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
    return malformed();
  const auto head = crypto::from_base64url(compact.substr(0, first));
  auto payload = crypto::from_base64url(compact.substr(first + 1, second - first - 1));
  auto signature = crypto::from_base64url(compact.substr(second + 1));
  if (!head || !payload || !signature) return malformed();
  const auto header = object_of(*head, token_bytes);
  // Nothing that we do not understand may be critical (RFC 7515 §4.1.11).
  if (!header || header->contains("crit")) return malformed();
  UncheckedToken token;
  const std::string algorithm = member_text(*header, "alg");
  if (algorithm == "RS256") {
    token.algorithm = crypto::WebAlgorithm::rs256;
  } else if (algorithm == "ES256") {
    token.algorithm = crypto::WebAlgorithm::es256;
  } else {
    return id_token_refused("algorithm");
  }
  token.key_id = member_text(*header, "kid");
  token.signed_part = compact.substr(0, second);
  token.signature = std::move(*signature);
  token.payload = std::move(*payload);
  return token;
}

Result<std::optional<std::string>> check_signature(const UncheckedToken& token,
                                                   const std::vector<NamedKey>& keys) {
  bool known = false;
  for (const auto& [id, key] : keys) {
    if (key.algorithm() != token.algorithm || (!token.key_id.empty() && id != token.key_id)) continue;
    known = true;
    if (key.fits(token.signed_part, token.signature)) return std::optional(token.payload);
  }
  if (!known) return std::optional<std::string>();
  return id_token_refused("signature");
}

Result<Claims> check_claims(std::string_view payload, const Expected& expected) {
  const auto object = object_of(payload, token_bytes);
  if (!object || object->size() > claims_most) return id_token_refused("malformed");
  if (member_text(*object, "iss") != expected.issuer) return id_token_refused("issuer");
  if (!is_for(*object, expected.client)) return id_token_refused("audience");
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(expected.now.time_since_epoch()).count();
  const auto ends = seconds_of(*object, "exp"), made = seconds_of(*object, "iat"),
             from = seconds_of(*object, "nbf");
  if (!ends || *ends > last_second || !made || *made > last_second) return id_token_refused("malformed");
  if (now >= *ends + skew.count()) return id_token_refused("expired");
  if (*made > now + skew.count() || (from && *from > now + skew.count())) return id_token_refused("early");
  if (expected.nonce.empty() || member_text(*object, "nonce") != expected.nonce)
    return id_token_refused("nonce");
  Claims claims;
  claims.subject = member_text(*object, "sub");
  if (claims.subject.empty() || claims.subject.size() > subject_bytes) return id_token_refused("subject");
  for (const auto& [name, value] : *object) {
    if (value.is_string() && value.as_string().size() <= text_bytes) {
      claims.texts.emplace(std::string(name), std::string(value.as_string()));
    } else if (value.is_bool()) {
      claims.texts.emplace(std::string(name), value.as_bool() ? "true" : "false");
    } else if (value.is_int64()) {
      claims.texts.emplace(std::string(name), std::to_string(value.as_int64()));
    }
  }
  return claims;
}

}  // namespace jingwei::identity
