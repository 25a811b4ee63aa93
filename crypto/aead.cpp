#include "crypto/aead.h"

#include <botan/aead.h>
#include <botan/mac.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "crypto/blake2b.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& text, std::size_t at) {
  return reinterpret_cast<unsigned char*>(text.data() + at);
}

// Contexts with the key set are dear to make and serve one thread at a time: they are lent out.
template <typename Context>
class Pool {
 public:
  template <typename Make, typename Use>
  auto with(Make make, Use use) const {
    std::unique_ptr<Context> lent;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        lent = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!lent) lent = make();
    auto result = use(*lent);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(lent));
    return result;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Context>> free_;
};

struct CipherContexts {
  EVP_CIPHER_CTX* sealing = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* opening = EVP_CIPHER_CTX_new();
  CipherContexts() = default;
  CipherContexts(const CipherContexts&) = delete;
  CipherContexts& operator=(const CipherContexts&) = delete;
  ~CipherContexts() {
    EVP_CIPHER_CTX_free(sealing);
    EVP_CIPHER_CTX_free(opening);
  }
};

class AesGcm final : public Aead {
 public:
  explicit AesGcm(const Secret& secret) : secret_(secret) {}

  void seal(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
            std::string_view plain, std::string& out) const override {
    const std::size_t begin = out.size();
    out.resize(begin + plain.size() + tag_bytes);
    const bool done = contexts_.with(
        [this] { return make(); },
        [&](CipherContexts& contexts) {
          EVP_CIPHER_CTX* const c = contexts.sealing;
          int length = 0;
          return EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, raw(nonce)) == 1 &&
                 EVP_EncryptUpdate(c, nullptr, &length, raw(associated),
                                   static_cast<int>(associated.size())) == 1 &&
                 EVP_EncryptUpdate(c, raw(out, begin), &length, raw(plain), static_cast<int>(plain.size())) ==
                     1 &&
                 EVP_EncryptFinal_ex(c, raw(out, begin) + length, &length) == 1 &&
                 EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, tag_bytes, raw(out, begin + plain.size())) == 1;
        });
    JW_ASSERT(done);
  }

  bool open(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
            std::string_view sealed, std::string& out) const override {
    if (sealed.size() < tag_bytes) return false;
    const std::size_t begin = out.size(), size = sealed.size() - tag_bytes;
    out.resize(begin + size);
    std::string tag(sealed.substr(size));
    const bool fits = contexts_.with(
        [this] { return make(); },
        [&](CipherContexts& contexts) {
          EVP_CIPHER_CTX* const c = contexts.opening;
          int length = 0;
          return EVP_DecryptInit_ex(c, nullptr, nullptr, nullptr, raw(nonce)) == 1 &&
                 EVP_DecryptUpdate(c, nullptr, &length, raw(associated),
                                   static_cast<int>(associated.size())) == 1 &&
                 EVP_DecryptUpdate(c, raw(out, begin), &length, raw(sealed), static_cast<int>(size)) == 1 &&
                 EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
                 EVP_DecryptFinal_ex(c, raw(out, begin) + length, &length) == 1;
        });
    if (!fits) out.resize(begin);
    return fits;
  }

 private:
  std::unique_ptr<CipherContexts> make() const {
    auto contexts = std::make_unique<CipherContexts>();
    const bool ready =
        EVP_EncryptInit_ex(contexts->sealing, EVP_aes_256_gcm(), nullptr, raw(secret_.bytes()), nullptr) ==
            1 &&
        EVP_DecryptInit_ex(contexts->opening, EVP_aes_256_gcm(), nullptr, raw(secret_.bytes()), nullptr) == 1;
    JW_ASSERT(ready);
    return contexts;
  }

  Secret secret_;
  Pool<CipherContexts> contexts_;
};

struct BotanModes {
  std::unique_ptr<Botan::AEAD_Mode> sealing = Botan::AEAD_Mode::create_or_throw("SM4/GCM", Botan::ENCRYPTION);
  std::unique_ptr<Botan::AEAD_Mode> opening = Botan::AEAD_Mode::create_or_throw("SM4/GCM", Botan::DECRYPTION);
};

class Sm4Gcm final : public Aead {
 public:
  explicit Sm4Gcm(const Secret& secret) : secret_(secret) {}

  void seal(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
            std::string_view plain, std::string& out) const override {
    modes_.with([this] { return make(); },
                [&](BotanModes& modes) {
                  Botan::secure_vector<std::uint8_t> buffer(raw(plain), raw(plain) + plain.size());
                  modes.sealing->set_associated_data(raw(associated), associated.size());
                  modes.sealing->start(raw(nonce), nonce.size());
                  modes.sealing->finish(buffer);
                  out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size());
                  return true;
                });
  }

  bool open(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
            std::string_view sealed, std::string& out) const override {
    if (sealed.size() < tag_bytes) return false;
    return modes_.with([this] { return make(); },
                       [&](BotanModes& modes) {
                         Botan::secure_vector<std::uint8_t> buffer(raw(sealed), raw(sealed) + sealed.size());
                         try {
                           modes.opening->set_associated_data(raw(associated), associated.size());
                           modes.opening->start(raw(nonce), nonce.size());
                           modes.opening->finish(buffer);
                         } catch (const Botan::Exception&) {
                           modes.opening->reset();
                           return false;
                         }
                         out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size());
                         return true;
                       });
  }

 private:
  std::unique_ptr<BotanModes> make() const {
    constexpr std::size_t sm4_key_bytes = 16;
    auto modes = std::make_unique<BotanModes>();
    modes->sealing->set_key(raw(secret_.bytes()), sm4_key_bytes);
    modes->opening->set_key(raw(secret_.bytes()), sm4_key_bytes);
    return modes;
  }

  Secret secret_;
  Pool<BotanModes> modes_;
};

int value_of(char digit) {
  const std::size_t at = hex_digits.find(static_cast<char>(digit | 0x20));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string_view name_of(Suite suite) {
  return suite == Suite::national ? "sm" : "standard";
}

std::optional<Suite> suite_of(std::string_view name) {
  if (name == "standard") return Suite::standard;
  if (name == "sm") return Suite::national;
  return std::nullopt;
}

Secret::Secret(std::span<const std::byte, secret_bytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

Secret::~Secret() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Secret Secret::random() {
  SecureRandom random;
  Secret secret;
  random.fill(secret.bytes_);
  return secret;
}

std::optional<Secret> Secret::parse(std::string_view text) {
  if (text.size() != 2 * secret_bytes) return std::nullopt;
  Secret secret;
  for (std::size_t at = 0; at < secret_bytes; ++at) {
    const int high = value_of(text[2 * at]), low = value_of(text[2 * at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    secret.bytes_[at] = static_cast<std::byte>(high * 16 + low);
  }
  return secret;
}

std::string Secret::to_hex() const {
  std::string text;
  for (const std::byte byte : bytes_) {
    text += hex_digits[std::to_integer<std::size_t>(byte) >> 4];
    text += hex_digits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

bool Secret::operator==(const Secret& other) const {
  return CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
}

std::unique_ptr<Aead> make_aead(Suite suite, const Secret& secret) {
  if (suite == Suite::national) return std::make_unique<Sm4Gcm>(secret);
  return std::make_unique<AesGcm>(secret);
}

std::array<std::byte, hash_bytes> KeyedHash::of(std::string_view bytes) const {
  std::array<std::byte, hash_bytes> hash{};
  auto* const out = reinterpret_cast<unsigned char*>(hash.data());
  if (suite_ == Suite::standard) {
    crypto_generichash(out, hash.size(), raw(bytes), bytes.size(), raw(secret_.bytes()), secret_bytes);
    return hash;
  }
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SM3)");
  mac->set_key(raw(secret_.bytes()), secret_bytes);
  mac->update(raw(bytes), bytes.size());
  const auto whole = mac->final();
  std::copy_n(reinterpret_cast<const std::byte*>(whole.data()), hash.size(), hash.begin());
  return hash;
}

void KeyedHash::of_many(std::string_view prefix, std::span<const std::string_view> texts,
                        std::span<std::array<std::byte, hash_bytes>> hashes) const {
  JW_ASSERT(texts.size() == hashes.size());
  const auto fits = [&](std::string_view text) {
    const std::size_t size = prefix.size() + text.size();
    return suite_ == Suite::standard && size > 0 && size <= blake2b_most_bytes;
  };
  static const Lanes lanes = lanes_of_this_machine();
  for (std::size_t begin = 0; begin < texts.size();) {
    std::size_t end = begin;
    while (end < texts.size() && fits(texts[end])) ++end;
    blake2b_many(lanes, secret_.bytes(), prefix, texts.subspan(begin, end - begin),
                 hashes.subspan(begin, end - begin));
    if (end < texts.size()) {
      hashes[end] = of(std::string(prefix).append(texts[end]));
      ++end;
    }
    begin = end;
  }
}

}  // namespace jingwei::crypto
