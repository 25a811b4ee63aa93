#include "base/random.h"

#include <sys/random.h>

#include <bit>
#include <cstring>

#include "base/result.h"

namespace jingwei {

std::uint64_t Random::below(std::uint64_t bound) {
  JW_ASSERT(bound > 0);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t floor = -bound % bound;
    while (static_cast<std::uint64_t>(product) < floor) product = static_cast<Wide>(next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

void Random::fill(std::span<std::byte> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::uint64_t word = next();
    std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, bytes.size() - at));
  }
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (auto& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t SecureRandom::next() {
  std::uint64_t word = 0;
  JW_ASSERT(getrandom(&word, sizeof word, 0) == static_cast<ssize_t>(sizeof word));
  return word;
}

std::string random_credential(Random& random) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t word = random.next();
    for (std::size_t i = 0; i < 16; ++i, word >>= 4) text[half * 16 + i] = digits[word & 15];
  }
  return text;
}

}  // namespace jingwei
