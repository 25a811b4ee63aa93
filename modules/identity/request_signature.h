// Signed requests: HTTP Message Signatures (RFC 9421) with Ed25519, the subset that programs of departments
// need.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::identity {

// One signature as the headers Signature-Input and Signature bring it.
struct RequestSignature {
  std::vector<std::string> components;  // "@method", "content-digest", in their order
  std::string parameters;               // as they stand behind the label: what "@signature-params" says
  std::string key_id;
  std::string nonce;
  std::int64_t created = 0;  // seconds since 1970
  std::optional<std::int64_t> expires;
  std::string signature;  // 64 bytes
};

// What is signed about a request: names as sent.
struct SignedParts {
  std::string_view method, target, authority;
  std::function<std::string(std::string_view name)> header;  // empty: not sent
  bool has_body = false;
};

// How far clocks may differ, and how long a nonce is remembered on either side.
inline constexpr std::chrono::seconds signature_window{60};

// Reads one signature. Taken are: one label; components by quoted name without parameters; created, expires,
// keyid, nonce and alg ("ed25519") as parameters, of which created, keyid and nonce must stand. Errors:
// unauthenticated "identity.signature_refused" with `why` form or algorithm.
Result<RequestSignature> parse_signature(std::string_view input, std::string_view signature);

// The text under the signature (§2.5). Must be covered: @method; @request-target, or @path and @query;
// content-digest where there is a body; jingwei-purpose and idempotency-key where they are sent. Errors:
// unauthenticated, `why` uncovered or component.
Result<std::string> signature_base(const RequestSignature& signature, const SignedParts& request);

// Errors: unauthenticated, `why` time.
Result<void> check_time(const RequestSignature& signature, Instant now);

// Whether a Content-Digest header (RFC 9530) holds the SHA-256 of these bytes. `sha256` has 32 bytes.
bool digest_fits(std::string_view header, std::string_view sha256);

Error signature_refused(const char* why);

}  // namespace jingwei::identity
