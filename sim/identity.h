// Numbers that pass every check and belong to nobody: region part 9901xx–9902xx was never issued, prefix 154
// never assigned.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace jingwei::sim {

// The check character of the first 17 digits of a citizen ID number (GB 11643-1999, ISO 7064 MOD 11-2).
char citizen_check(std::string_view first_17);

// Hands out citizen ID numbers, each once. Not thread-safe.
class CitizenNumbers {
 public:
  // `origins` region codes may be named by index in issue().
  explicit CitizenNumbers(std::vector<std::string> origins);
  // 18 characters; odd sequence numbers are male. When a day's 500 numbers are used up, `born` moves to the
  // next day.
  std::string issue(std::size_t origin, Day& born, bool male);

 private:
  std::vector<std::string> origins_;
  std::vector<std::uint16_t> used_;
};

// A unified social credit code (GB 32100-2015) with a valid organisation code (GB 11714) inside: 91, region
// 990100, body.
std::string credit_code(std::int64_t number);

// 154 and eight digits, different for different numbers below 10^8.
std::string phone_number(std::int64_t number);

}  // namespace jingwei::sim
