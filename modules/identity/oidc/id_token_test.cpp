// Goal: what a sign-in service vouches for is believed only when the right key signed it for this hub, this
// attempt and this moment; whatever else comes is refused with its reason.
#include "modules/identity/oidc/id_token.h"

#include <gtest/gtest.h>

#include "modules/identity/oidc/made_service.h"

namespace jingwei::identity {
namespace {

using testing::Made;
using testing::MadeKey;
namespace json = boost::json;

// RFC 7515, A.3.
constexpr const char* published_keys =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
constexpr const char* published_token =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

constexpr std::int64_t seconds = 1'700'000'000;
const Instant now = from_micros(seconds * 1'000'000);

json::object good() {
  return {{"iss", "https://id.example"}, {"aud", "jingwei"},    {"sub", "s-1"}, {"nonce", "n-1"},
          {"iat", seconds - 5},          {"exp", seconds + 300}};
}

std::string why(const Error& error) {
  for (const auto& [name, value] : error.arguments) {
    if (name == "why" || name == "what") return value;
  }
  return error.message;
}

std::string outcome(const json::object& claims) {
  const auto checked = check_claims(json::serialize(claims), {"https://id.example", "jingwei", "n-1", now});
  return checked ? "taken" : why(checked.error());
}

std::string changed(const char* name, json::value value) {
  json::object claims = good();
  claims[name] = std::move(value);
  return outcome(claims);
}

std::string without(const char* name) {
  json::object claims = good();
  claims.erase(name);
  return outcome(claims);
}

std::vector<NamedKey> keys_of(const MadeKey& key) {
  return parse_keys(json::serialize(json::object{{"keys", json::array{key.public_part()}}})).value();
}

TEST(IdToken, ThePublishedTokenFitsThePublishedKeyAndNoChangeOfIt) {
  const auto keys = parse_keys(published_keys);
  ASSERT_TRUE(keys.ok());
  const auto token = parse_token(published_token);
  ASSERT_TRUE(token.ok());
  const auto payload = check_signature(*token, *keys);
  ASSERT_TRUE(payload.ok());
  EXPECT_TRUE((*payload)->starts_with("{\"iss\":\"joe\""));
  std::string text = published_token;
  for (const std::size_t at : {text.find('.') + 3, text.rfind('.') + 3}) {
    std::string other = text;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    const auto parsed = parse_token(other);
    ASSERT_TRUE(parsed.ok());
    EXPECT_FALSE(check_signature(*parsed, *keys).ok());
  }
}

TEST(IdToken, BothAlgorithmsAreCheckedByTheirOwnKeysAlone) {
  const MadeKey rsa(Made::rsa, "a"), curve(Made::p256, "b"), other(Made::rsa, "a");
  for (const auto* key : {&rsa, &curve}) {
    const auto token = parse_token(key->token(good()));
    ASSERT_TRUE(token.ok());
    const auto fits = check_signature(*token, keys_of(*key));
    ASSERT_TRUE(fits.ok());
    EXPECT_TRUE(fits->has_value());
  }
  const auto token = parse_token(rsa.token(good()));
  EXPECT_EQ(why(check_signature(*token, keys_of(other)).error()), "signature")
      << "another key under the same name";
  const auto unknown = check_signature(*token, keys_of(curve));
  ASSERT_TRUE(unknown.ok());
  EXPECT_FALSE(unknown->has_value()) << "no such key here: it may be new";
}

TEST(IdToken, OnlyTheTwoAlgorithmsAreRead) {
  const std::string claims = crypto::base64url(json::serialize(good()));
  const auto outcome_of = [&](const char* head, const std::string& signature) {
    const auto token = parse_token(crypto::base64url(head) + "." + claims + "." + signature);
    return token ? std::string("read") : why(token.error());
  };
  EXPECT_EQ(outcome_of(R"({"alg":"none"})", ""), "algorithm");
  EXPECT_EQ(outcome_of(R"({"alg":"None"})", ""), "algorithm");
  EXPECT_EQ(outcome_of(R"({"alg":"HS256"})", "AAAA"), "algorithm");
  EXPECT_EQ(outcome_of(R"({})", "AAAA"), "algorithm");
  EXPECT_EQ(outcome_of(R"({"alg":"RS256","crit":["exp"]})", "AAAA"), "malformed");
  EXPECT_EQ(outcome_of(R"([1])", "AAAA"), "malformed");
  EXPECT_EQ(why(parse_token("a.b").error()), "malformed");
  EXPECT_EQ(why(parse_token("a.b.c.d").error()), "malformed");
  EXPECT_EQ(why(parse_token("").error()), "malformed");
  EXPECT_EQ(why(parse_token(std::string(20'000, 'A')).error()), "malformed");
}

TEST(IdToken, EveryClaimHasToFit) {
  EXPECT_EQ(outcome(good()), "taken");
  EXPECT_EQ(changed("iss", "https://other.example"), "issuer");
  EXPECT_EQ(changed("aud", "another-client"), "audience");
  EXPECT_EQ(changed("aud", json::array{"jingwei"}), "taken");
  EXPECT_EQ(changed("aud", json::array{"jingwei", "another-client"}), "audience")
      << "without azp nobody knows whose it is";
  EXPECT_EQ(changed("azp", "another-client"), "audience");
  EXPECT_EQ(changed("nonce", "n-2"), "nonce");
  EXPECT_EQ(changed("exp", seconds - 61), "expired");
  EXPECT_EQ(changed("exp", seconds - 30), "taken") << "clocks differ a little";
  EXPECT_EQ(changed("exp", "tomorrow"), "malformed");
  EXPECT_EQ(changed("exp", 9.0e18), "malformed");
  EXPECT_EQ(changed("iat", seconds + 120), "early");
  EXPECT_EQ(changed("nbf", seconds + 120), "early");
  EXPECT_EQ(changed("sub", ""), "subject");
  EXPECT_EQ(changed("sub", json::value(json::string(256, 's'))), "subject");
  for (const char* name : {"iss", "aud", "exp", "iat", "nonce", "sub"})
    EXPECT_NE(without(name), "taken") << name;
}

TEST(IdToken, SmallKeysAndThoseOffTheCurveAreNotTaken) {
  EXPECT_FALSE(crypto::WebKey::rsa(std::string(128, '\xff'), std::string("\x01\x00\x01", 3)).ok())
      << "1024 bits";
  EXPECT_FALSE(crypto::WebKey::rsa(std::string(256, '\xff'), std::string("\x01", 1)).ok())
      << "the exponent 1 signs anything";
  EXPECT_FALSE(crypto::WebKey::p256(std::string(32, '\x01'), std::string(32, '\x02')).ok());
  EXPECT_FALSE(crypto::WebKey::p256("short", std::string(32, '\x02')).ok());
  const auto keys = parse_keys(
      R"({"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-384"}]})");
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->empty());
}

TEST(IdToken, MetadataOfAnotherIssuerOrWithOpenEndpointsAreRefused) {
  const auto outcome_of = [](std::string text, const char* issuer) {
    const auto read = parse_metadata(text, issuer);
    return read ? std::string("taken") : why(read.error());
  };
  const std::string text =
      R"({"issuer":"https://id.example","authorization_endpoint":"https://id.example/a","token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/k"})";
  EXPECT_EQ(outcome_of(text, "https://id.example"), "taken");
  EXPECT_EQ(outcome_of(text, "https://id.example/"), "issuer");
  std::string plain = text;
  plain.replace(plain.find("https://id.example/t"), 20, "http://127.0.0.1/tok");
  EXPECT_EQ(outcome_of(plain, "https://id.example"), "endpoint");
  EXPECT_EQ(outcome_of("[]", "https://id.example"), "metadata");
  EXPECT_EQ(outcome_of(std::string(100, '['), "https://id.example"), "metadata");
}

TEST(IdToken, AddressesAreHttpsOrThisMachine) {
  for (const char* good_one : {"https://id.example", "https://id.example:8443/realms/a",
                               "http://127.0.0.1:4000/x", "http://localhost/x", "http://[::1]:9/x"})
    EXPECT_TRUE(is_web_address(good_one)) << good_one;
  for (const char* bad_one :
       {"", "http://id.example", "ftp://id.example", "https://", "https://user@id.example/",
        "https://id.example/#x", "https://id.example/\nx", "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/", "https://id.example:port/", "javascript:alert(1)"})
    EXPECT_FALSE(is_web_address(bad_one)) << bad_one;
}

}  // namespace
}  // namespace jingwei::identity
