// What a sign-in service may send: metadata, keys, answers, tokens and their claims.
#include <cstddef>
#include <cstdint>

#include "modules/identity/oidc/id_token.h"
#include "modules/identity/oidc/web.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(identity::parse_metadata(text, "https://id.example"));
  static_cast<void>(identity::is_web_address(text));
  static_cast<void>(identity::parse_token_answer(text));
  const auto keys = identity::parse_keys(text);
  if (const auto token = identity::parse_token(text); token && keys)
    static_cast<void>(identity::check_signature(*token, *keys));
  static_cast<void>(identity::check_claims(text, {"https://id.example", "client", "n", Instant{}}));
  return 0;
}
