#include "sim/identity.h"

#include <array>

#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr Day first_birthday = std::chrono::sys_days{std::chrono::year{1905} / 1 / 1};
constexpr std::size_t birthdays = 42'500;  // until 2021
constexpr std::uint16_t numbers_a_day = 500;

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

}  // namespace

char citizen_check(std::string_view first_17) {
  constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (first_17[i] - '0') * weights[i];
  return "10X98765432"[sum % 11];
}

CitizenNumbers::CitizenNumbers(std::vector<std::string> origins)
    : origins_(std::move(origins)), used_(origins_.size() * birthdays * 2) {}

std::string CitizenNumbers::issue(std::size_t origin, Day& born, bool male) {
  for (;; born += std::chrono::days{1}) {
    const auto day = static_cast<std::size_t>((born - first_birthday).count());
    std::uint16_t& used = used_[(origin * birthdays + day) * 2 + (male ? 1 : 0)];
    if (used >= numbers_a_day) continue;
    // 500 and 167 share no factor: the walk meets every number once, from a start that differs by day.
    const std::uint64_t start = mix(origin * birthdays + day) % numbers_a_day;
    const auto sequence = static_cast<int>((start + used * 167ULL) % numbers_a_day);
    ++used;
    const std::chrono::year_month_day date{born};
    std::string number = origins_[origin] + padded(static_cast<int>(date.year()), 4) +
                         padded(static_cast<unsigned>(date.month()), 2) +
                         padded(static_cast<unsigned>(date.day()), 2) +
                         padded(sequence * 2 + (male ? 1 : 0), 3);
    number += citizen_check(number);
    return number;
  }
}

std::string credit_code(std::int64_t number) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";  // GB 32100: no I, O, S, V, Z
  constexpr std::int64_t bodies = 887'503'681;                              // 31^6
  constexpr std::array<int, 8> organisation_weights = {3, 7, 9, 10, 5, 8, 4, 2};
  std::string organisation = "MA";
  std::int64_t rest = (number * 48'271 + 7'919) % bodies;
  for (int i = 0; i < 6; ++i, rest /= 31) organisation += alphabet[static_cast<std::size_t>(rest % 31)];
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const char c = organisation[i];
    sum += (c <= '9' ? c - '0' : c - 'A' + 10) * organisation_weights[i];
  }
  const int check = 11 - sum % 11;
  organisation += check == 10 ? 'X' : check == 11 ? '0' : static_cast<char>('0' + check);

  std::string code = "91990100" + organisation;
  int weight = 1;
  int total = 0;
  for (const char c : code) {
    total += static_cast<int>(alphabet.find(c)) * weight;
    weight = weight * 3 % 31;
  }
  code += alphabet[static_cast<std::size_t>((31 - total % 31) % 31)];
  return code;
}

std::string phone_number(std::int64_t number) {
  return "154" + padded((number * 61'803'399 + 20'200'110) % 100'000'000, 8);
}

}  // namespace jingwei::sim
