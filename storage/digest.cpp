#include "storage/digest.h"

#include <openssl/evp.h>

#include <cstring>

#include "base/result.h"

namespace jingwei::storage {

namespace {

constexpr std::size_t digest_bytes = 32;

// Fetched once: looking the algorithm up costs more than hashing a row.
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  JW_ASSERT(fetched != nullptr);
  return fetched;
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  void begin() { JW_ASSERT(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->begin();
}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  JW_ASSERT(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::string digest(digest_bytes, '\0');
  JW_ASSERT(EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                               nullptr) == 1);
  state_->begin();
  return digest;
}

std::string sha256(std::string_view bytes) {
  Sha256 hasher;
  hasher.add(bytes);
  return hasher.finish();
}

std::string hex_of(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  return hex_of(sha256(bytes));
}

RowsDigest::RowsDigest() : hasher_(std::make_unique<Sha256>()) {}
RowsDigest::~RowsDigest() = default;

void RowsDigest::add(std::string_view row) {
  hasher_->add(row);
  const std::string digest = hasher_->finish();
  std::uint64_t carry = 0;
  for (std::size_t word = 0; word < sum_.size(); ++word) {
    std::uint64_t part = 0;
    std::memcpy(&part, digest.data() + word * sizeof part, sizeof part);
    const std::uint64_t with_carry = sum_[word] + carry;
    carry = with_carry < carry ? 1 : 0;
    sum_[word] = with_carry + part;
    carry += sum_[word] < part ? 1 : 0;
  }
  ++rows_;
}

std::string RowsDigest::hex() const {
  std::string text;
  for (std::size_t word = sum_.size(); word-- > 0;) {
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum_[word] >> shift & 15];
  }
  return text;
}

}  // namespace jingwei::storage
