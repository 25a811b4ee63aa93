// The seed of tests that kill at random moments: always the same, but for long runs that try others.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace jingwei::testing {

// JINGWEI_SEED added to the usual one.
inline std::uint64_t seed_with(std::uint64_t usual) {
  const char* named = std::getenv("JINGWEI_SEED");  // NOLINT(concurrency-mt-unsafe)
  return usual + (named == nullptr ? 0 : std::strtoull(named, nullptr, 10));
}

}  // namespace jingwei::testing
