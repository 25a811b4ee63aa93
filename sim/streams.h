// Chance without state: every entity draws from its own stream, keyed by seed, kind and number, so nothing is
// remembered.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"

namespace jingwei::sim {

// What a stream is for. The numbers are part of the output: never change one, add new ones.
enum class Draw : std::uint64_t {
  land = 1,
  corner = 2,
  parts = 3,
  names = 4,
  quota = 5,
  household = 6,
  enterprise = 7,
  venue = 8,
  row = 9,
  repeat = 10,
  day = 11,
  service = 12,
  service_day = 13,
};

// splitmix64's finaliser (Steele, Lea, Flood 2014).
constexpr std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

constexpr std::uint64_t key_of(std::uint64_t seed, Draw draw, std::uint64_t a, std::uint64_t b = 0) {
  return mix(mix(mix(mix(seed) ^ static_cast<std::uint64_t>(draw)) ^ a) ^ b);
}

inline SeededRandom stream_of(std::uint64_t seed, Draw draw, std::uint64_t a, std::uint64_t b = 0) {
  return SeededRandom(key_of(seed, draw, a, b));
}

// Whole number from low to high, both included.
inline int between(Random& random, int low, int high) {
  return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low) + 1));
}

// Index drawn in proportion to `weights`, whose sum is positive.
template <typename Number>
std::size_t pick_weighted(Random& random, std::span<const Number> weights) {
  std::uint64_t sum = 0;
  for (const Number weight : weights) sum += static_cast<std::uint64_t>(weight);
  std::uint64_t left = random.below(sum);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (left < static_cast<std::uint64_t>(weights[i])) return i;
    left -= static_cast<std::uint64_t>(weights[i]);
  }
  return weights.size() - 1;
}

template <typename Container>
const auto& pick(Random& random, const Container& values) {
  return values[random.below(std::size(values))];
}

}  // namespace jingwei::sim
