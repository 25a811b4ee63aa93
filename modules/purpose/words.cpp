#include "modules/purpose/words.h"

#include "base/text.h"

namespace jingwei::purpose {

Result<std::string> words_of(const std::string& given, std::size_t most, const std::string& field) {
  std::string words = text::squeeze(given);
  if (text::code_points(words).size() > most)
    return Error(ErrorCode::invalid, "purpose.words_too_long").with("most", std::to_string(most)).at(field);
  return words;
}

Result<std::string> order_of(const std::string& given) {
  JW_ASSIGN(std::string order, words_of(given, order_length, "/order_number"));
  if (order.empty()) return Error(ErrorCode::invalid, "purpose.order_missing").at("/order_number");
  return order;
}

Error changed_forecast(const Forecast& now) {
  return Error(ErrorCode::conflict, "purpose.forecast_changed")
      .with("records", std::to_string(now.records()));
}

}  // namespace jingwei::purpose
