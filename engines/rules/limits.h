// Limits of rules, by name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace jingwei::rules::limits {

inline constexpr std::size_t rule_bytes = 256 * 1024;  // of one rule's text
inline constexpr std::size_t rule_nodes = 10'000;      // of one rule
inline constexpr int rule_depth = 64;                  // of one rule's nesting
inline constexpr std::size_t issues = 50;              // faults of one rule that are told
inline constexpr std::size_t data_bytes = 16 << 20;    // of one text of data
inline constexpr int data_depth = 64;
inline constexpr std::int64_t fuel = 1'000'000;  // steps of one evaluation, unless the caller says otherwise
inline constexpr std::size_t text_bytes = 64 * 1024;  // of a text that a rule puts together
inline constexpr std::size_t trace_steps = 5'000;     // kept of one trace
inline constexpr int calendar_days = 20'000;          // that a count of working time walks over

}  // namespace jingwei::rules::limits
