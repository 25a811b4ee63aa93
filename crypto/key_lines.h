// How keys stand as lines of text, in the keystore and in the ledger of destroyed ones.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_info.h"

namespace jingwei::crypto {

std::string hex_of(std::string_view bytes);
std::optional<std::string> bytes_of_hex(std::string_view text);
// The words between single spaces.
std::vector<std::string_view> words_of(std::string_view line);

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size();
}

// "gone ID KIND SUITE MONTH CREATED DESTROYED BY SCOPE" of a destroyed key.
std::string gone_line(const KeyInfo& info);
// "KIND SUITE MONTH CREATED" at words 2 … 5 and the scope at word 8, as both kinds of line have them; none
// when one of them is not what it should be.
std::optional<KeyInfo> info_of_line(const std::vector<std::string_view>& words);
// The same of a whole gone line.
std::optional<KeyInfo> gone_of_line(const std::vector<std::string_view>& words);

}  // namespace jingwei::crypto
