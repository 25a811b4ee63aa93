// What a sign-in service says and signs: its metadata, its keys, and ID tokens (OpenID Connect Core 1.0
// §3.1.3.7, RFC 7515, RFC 7517, RFC 7519). All of it comes from outside and is read with limits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/web_signature.h"

namespace jingwei::identity {

// OpenID Connect Discovery 1.0 §3, what of it is used.
struct ServiceMetadata {
  std::string issuer;
  std::string authorization_endpoint, token_endpoint, jwks_uri;
  bool names_itself = false;  // puts `iss` into its answers (RFC 9207)
  bool takes_basic = true;    // client_secret_basic, else client_secret_post
};
// `issuer` is the one that was asked for: another one's metadata are refused (§4.3). Errors: invalid
// "identity.service_answer" with what is wrong.
Result<ServiceMetadata> parse_metadata(std::string_view json, std::string_view issuer);

struct NamedKey {
  std::string id;  // empty where the set gives none
  crypto::WebKey key;
};
// Keys that sign by RS256 or ES256; others in the set are passed over. Errors: invalid
// "identity.service_answer".
Result<std::vector<NamedKey>> parse_keys(std::string_view json);

// The `id_token` of a token endpoint's answer. Errors: invalid "identity.service_answer".
Result<std::string> parse_token_answer(std::string_view json);

// A compact JWS whose signature nobody has looked at yet.
struct UncheckedToken {
  crypto::WebAlgorithm algorithm = crypto::WebAlgorithm::rs256;
  std::string key_id;
  std::string signed_part, signature, payload;
};
// Errors: unauthenticated "identity.id_token_refused" with `why` malformed or algorithm: "none" and
// everything that is neither RS256 nor ES256, whatever keys there are.
Result<UncheckedToken> parse_token(std::string_view compact);

struct Expected {
  std::string_view issuer, client, nonce;
  Instant now;
};

// Texts and numbers of the token's top level by name; true and false as words.
struct Claims {
  std::string subject;
  std::map<std::string, std::string, std::less<>> texts;
  std::string text(std::string_view name) const;
};
// Of a payload whose signature fits. Errors: unauthenticated "identity.id_token_refused" with `why` issuer,
// audience, expired, early, nonce, subject or malformed.
Result<Claims> check_claims(std::string_view payload, const Expected& expected);

// With the first key that has the token's name and algorithm (every one of the algorithm where it has no
// name). Null where none has it, so that the keys are asked for again. Errors: unauthenticated, `why`
// signature.
Result<std::optional<std::string>> check_signature(const UncheckedToken& token,
                                                   const std::vector<NamedKey>& keys);

Error id_token_refused(const char* why);

}  // namespace jingwei::identity
