#include "crypto/web_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace jingwei::crypto {

namespace {

constexpr std::size_t coordinate_bytes = 32;

struct Freed {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Held = std::unique_ptr<T, Freed>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Held<BIGNUM> number_of(std::string_view text) {
  return Held<BIGNUM>(BN_bin2bn(bytes(text), static_cast<int>(text.size()), nullptr));
}

Error bad_key() {
  return Error(ErrorCode::invalid, "crypto.bad_web_key");
}

Held<EVP_PKEY> key_from(const char* kind, OSSL_PARAM_BLD* builder) {
  const Held<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  Held<EVP_PKEY> key(made);
  const Held<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

// R and S as OpenSSL takes them: DER.
std::string der_of(std::string_view signature) {
  const Held<ECDSA_SIG> pair(ECDSA_SIG_new());
  Held<BIGNUM> r = number_of(signature.substr(0, coordinate_bytes));
  Held<BIGNUM> s = number_of(signature.substr(coordinate_bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

struct WebKey::Key {
  Held<EVP_PKEY> held;
};

Result<WebKey> WebKey::rsa(std::string_view modulus, std::string_view exponent) {
  constexpr std::size_t exponent_most = 8;
  if (modulus.empty() || modulus.size() > most_rsa_bits / 8 || exponent.empty() ||
      exponent.size() > exponent_most)
    return bad_key();
  const auto n = number_of(modulus), e = number_of(exponent);
  if (!n || !e || BN_num_bits(n.get()) < least_rsa_bits || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1)
    return bad_key();
  const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return bad_key();
  auto key = key_from("RSA", builder.get());
  if (!key) return bad_key();
  return WebKey(WebAlgorithm::rs256, std::make_shared<const Key>(Key{std::move(key)}));
}

Result<WebKey> WebKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return bad_key();
  const std::string point = std::string("\x04").append(x).append(y);
  const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return bad_key();
  auto key = key_from("EC", builder.get());
  if (!key) return bad_key();
  return WebKey(WebAlgorithm::es256, std::make_shared<const Key>(Key{std::move(key)}));
}

bool WebKey::fits(std::string_view message, std::string_view signature) const {
  std::string der;
  if (algorithm_ == WebAlgorithm::es256) {
    if (signature.size() != 2 * coordinate_bytes) return false;
    der = der_of(signature);
    signature = der;
  }
  const Held<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return context && !signature.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->held.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

}  // namespace jingwei::crypto
