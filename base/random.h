// Chance comes in from outside: a failing run is a seed that anyone replays.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace jingwei {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, bound); bound > 0. Lemire's method without bias.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1) with 53 bits.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }
  void fill(std::span<std::byte> bytes);
};

// xoshiro256** seeded through splitmix64 (Blackman & Vigna 2018): the same numbers for the same seed on any
// machine. Not for secrets. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 4> state_{};
};

// The system's generator (getrandom), for credentials and keys. Thread-safe.
class SecureRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// 128 random bits as 32 hexadecimal digits: what stands in a URL or a QR.
std::string random_credential(Random& random);

}  // namespace jingwei
