// A sign-in service made for tests: it answers in memory, signs by keys of its own, and lies as it is told.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>

#include "crypto/base64url.h"
#include "modules/identity/oidc/web.h"
#include "storage/digest.h"

namespace jingwei::identity::testing {

enum class Made : std::uint8_t { rsa, p256 };

// A key pair that signs as JSON Web Algorithms say.
class MadeKey {
 public:
  MadeKey(Made kind, std::string id) : kind_(kind), id_(std::move(id)) {
    key_.reset(kind == Made::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  }

  boost::json::object public_part() const {
    boost::json::object key{{"kid", id_}, {"use", "sig"}};
    if (kind_ == Made::rsa) {
      key["kty"] = "RSA";
      key["alg"] = "RS256";
      key["n"] = crypto::base64url(number(OSSL_PKEY_PARAM_RSA_N, 0));
      key["e"] = crypto::base64url(number(OSSL_PKEY_PARAM_RSA_E, 0));
    } else {
      key["kty"] = "EC";
      key["crv"] = "P-256";
      key["x"] = crypto::base64url(number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
      key["y"] = crypto::base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    }
    return key;
  }

  std::string token(const boost::json::object& claims) const {
    const boost::json::object head{{"alg", kind_ == Made::rsa ? "RS256" : "ES256"}, {"kid", id_}};
    const std::string text = crypto::base64url(boost::json::serialize(head)) + "." +
                             crypto::base64url(boost::json::serialize(claims));
    return text + "." + crypto::base64url(sign(text));
  }

 private:
  std::string number(const char* name, int bytes) const {
    BIGNUM* held = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &held);
    std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(held)), '\0');
    BN_bn2binpad(held, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    BN_free(held);
    return text;
  }

  std::string sign(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    signature.resize(size);
    if (kind_ == Made::rsa) return signature;
    const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
        d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)), ECDSA_SIG_free);
    std::string flat(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), reinterpret_cast<unsigned char*>(flat.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), reinterpret_cast<unsigned char*>(flat.data()) + 32, 32);
    return flat;
  }

  Made kind_;
  std::string id_;
  std::shared_ptr<EVP_PKEY> key_;
};

struct MadeService {
  std::string issuer = "https://id.example";
  MadeKey key{Made::p256, "first"};
  boost::json::object claims;  // of whoever signs in next, besides what the service adds
  boost::json::object lies;    // members of the token that are not as they should be
  std::string raw;             // this very token, if there is one
  bool down = false;
  int key_fetches = 0;
  Instant now{};
  std::string nonce, challenge;  // of the attempt under way
  std::string last_authorization;

  // As the browser would: reads what the hub asks for, and comes back with a code.
  void visit(const std::string& address) {
    nonce = parameter(address, "nonce");
    challenge = parameter(address, "code_challenge");
  }
  static std::string parameter(const std::string& address, const std::string& name) {
    const std::size_t at = address.find(name + "=");
    const std::size_t begin = at + name.size() + 1;
    return at == std::string::npos ? std::string() : address.substr(begin, address.find('&', begin) - begin);
  }

  WebReply answer(const WebCall& call) {
    if (down) return {0, {}, "unreachable"};
    if (call.url == issuer + "/.well-known/openid-configuration") {
      return {200,
              boost::json::serialize(boost::json::object{{"issuer", issuer},
                                                         {"authorization_endpoint", issuer + "/auth"},
                                                         {"token_endpoint", issuer + "/token"},
                                                         {"jwks_uri", issuer + "/keys"}}),
              {}};
    }
    if (call.url == issuer + "/keys") {
      ++key_fetches;
      return {200,
              boost::json::serialize(boost::json::object{{"keys", boost::json::array{key.public_part()}}}),
              {}};
    }
    last_authorization = call.authorization;
    // PKCE: whoever brings the code must know what its challenge was made of.
    const std::string verifier = parameter(call.form, "code_verifier");
    if (crypto::base64url(storage::sha256(verifier)) != challenge ||
        parameter(call.form, "code") != "the-code")
      return {400, R"({"error":"invalid_grant"})", {}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    boost::json::object all{{"iss", issuer},  {"aud", "jingwei"}, {"sub", "someone"},
                            {"nonce", nonce}, {"iat", seconds},   {"exp", seconds + 300}};
    for (const auto& [name, value] : claims) all[name] = value;
    for (const auto& [name, value] : lies) all[name] = value;
    return {200,
            boost::json::serialize(boost::json::object{{"id_token", raw.empty() ? key.token(all) : raw}}),
            {}};
  }
};

}  // namespace jingwei::identity::testing
