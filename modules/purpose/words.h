// Words that people give with a decision, as they are kept.
#pragma once

#include <string>

#include "modules/purpose/destruction.h"

namespace jingwei::purpose {

inline constexpr std::size_t title_length = 200;
inline constexpr std::size_t words_length = 4'000;
inline constexpr std::size_t order_length = 100;

// Squeezed. Errors: invalid "purpose.words_too_long".
Result<std::string> words_of(const std::string& given, std::size_t most, const std::string& field);
// The number of a legal order. Errors: invalid "purpose.order_missing", "purpose.words_too_long".
Result<std::string> order_of(const std::string& given);
// conflict "purpose.forecast_changed".
Error changed_forecast(const Forecast& now);

}  // namespace jingwei::purpose
