// Limits of notices, by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jingwei::notice::limits {

inline constexpr std::size_t title_length = 120;      // code points
inline constexpr std::size_t body_length = 5'000;     // code points
inline constexpr std::size_t audience_items = 200;    // regions, roles, … of one audience
inline constexpr std::size_t recipients = 40'000;     // of one notice
inline constexpr std::size_t subject_people = 5'000;  // people without an account of one notice
inline constexpr std::size_t questions = 30;          // of one order or form
inline constexpr std::size_t question_values = 30;    // of one choice
inline constexpr std::size_t answer_length = 2'000;   // code points of one answer
inline constexpr std::int64_t reminders = 10;         // of one notice, by itself
inline constexpr std::size_t delivery_step =
    200;  // messages handed to gateways before the next look at the store
inline constexpr std::int64_t delivery_attempts = 5;
inline constexpr std::int64_t webhook_attempts = 12;  // about half a day
inline constexpr std::chrono::minutes delivery_rest{
    1};  // after a first failure; twice as long after each further one,
inline constexpr std::chrono::minutes delivery_rest_most{60};
inline constexpr std::chrono::milliseconds webhook_patience{5'000};
inline constexpr std::chrono::seconds delivery_look{20};  // what was handed over is noted at the latest then
inline constexpr std::size_t webhook_step = 50;           // messages sent before the next look at the store
inline constexpr std::size_t refused_communities = 20;    // named when a cap is reached
inline constexpr std::size_t text_message_length = 300;   // code points of a text message
inline constexpr std::size_t rumour_sources = 20;
inline constexpr std::size_t public_items = 200;  // rumours or alerts of a public list
inline constexpr std::int64_t cap_default = 20;   // orders, and forms, a community gets in a month
inline constexpr std::chrono::hours alert_longest{24 * 31};

}  // namespace jingwei::notice::limits
