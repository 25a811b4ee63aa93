// Authenticated encryption of short values: AES-256-GCM, or SM4-GCM where national algorithms are required.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jingwei::crypto {

// Which algorithms a key is for. The number stands in the first byte of what is sealed.
enum class Suite : std::uint8_t {
  standard = 1,  // AES-256-GCM (NIST SP 800-38D), BLAKE2b (RFC 7693)
  national = 2,  // SM4-GCM (GB/T 32907, GB/T 36624), HMAC-SM3 (GB/T 32905)
};
// "standard", "sm".
std::string_view name_of(Suite suite);
std::optional<Suite> suite_of(std::string_view name);

inline constexpr std::size_t secret_bytes = 32;
inline constexpr std::size_t nonce_bytes = 12;
inline constexpr std::size_t tag_bytes = 16;
inline constexpr std::size_t hash_bytes = 16;

// 32 secret bytes, wiped from memory at the end of their life.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::byte, secret_bytes> bytes);
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  // From the system's generator.
  static Secret random();
  // 64 hexadecimal digits; nothing when `text` is anything else.
  static std::optional<Secret> parse(std::string_view text);
  std::string to_hex() const;
  std::span<const std::byte, secret_bytes> bytes() const { return bytes_; }
  bool operator==(const Secret& other) const;

 private:
  std::array<std::byte, secret_bytes> bytes_{};
};

// One key ready for use. Thread-safe.
class Aead {
 public:
  virtual ~Aead() = default;
  // Appends ciphertext and tag to `out`. A nonce must never be used twice with one key.
  virtual void seal(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
                    std::string_view plain, std::string& out) const = 0;
  // Appends the plain text to `out`; false, and `out` as it was, when the tag does not fit.
  [[nodiscard]] virtual bool open(std::span<const std::byte, nonce_bytes> nonce, std::string_view associated,
                                  std::string_view sealed, std::string& out) const = 0;
};

// AES takes all 32 bytes, SM4 the first 16.
std::unique_ptr<Aead> make_aead(Suite suite, const Secret& secret);

// 16 bytes that only a holder of the key can compute of `bytes`: for equality of values whose text must not
// stand on disk. Thread-safe.
class KeyedHash {
 public:
  KeyedHash(Suite suite, const Secret& secret) : suite_(suite), secret_(secret) {}
  std::array<std::byte, hash_bytes> of(std::string_view bytes) const;
  // hashes[i] = of(prefix + texts[i]): many at once take a fraction of the time (blake2b.h).
  void of_many(std::string_view prefix, std::span<const std::string_view> texts,
               std::span<std::array<std::byte, hash_bytes>> hashes) const;

 private:
  Suite suite_;
  Secret secret_;
};

}  // namespace jingwei::crypto
