#include "crypto/key_lines.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view data_word = "data", equality_word = "equality";
constexpr std::size_t line_words = 9;

}  // namespace

std::string_view name_of(KeyKind kind) {
  return kind == KeyKind::data ? data_word : equality_word;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(text.data() + at, text.data() + at + 2, value, 16);
    if (fault != std::errc{} || end != text.data() + at + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  return words;
}

std::string gone_line(const KeyInfo& info) {
  return "gone " + std::to_string(info.id) + ' ' + std::string(name_of(info.kind)) + ' ' +
         std::string(name_of(info.suite)) + ' ' + info.month + ' ' + std::to_string(to_micros(info.created)) +
         ' ' + std::to_string(to_micros(info.destroyed.value_or(Instant{}))) + ' ' +
         hex_of(info.destroyed_by) + ' ' + info.scope;
}

std::optional<KeyInfo> info_of_line(const std::vector<std::string_view>& words) {
  if (words.size() != line_words) return std::nullopt;
  KeyInfo info;
  std::int64_t created = 0;
  const auto suite = suite_of(words[3]);
  const bool known_kind = words[2] == data_word || words[2] == equality_word;
  if (!read_number(words[1], info.id) || !known_kind || !suite || !read_number(words[5], created))
    return std::nullopt;
  info.kind = words[2] == data_word ? KeyKind::data : KeyKind::equality;
  info.suite = *suite;
  info.month = words[4];
  info.created = from_micros(created);
  info.scope = words[8];
  return info;
}

std::optional<KeyInfo> gone_of_line(const std::vector<std::string_view>& words) {
  auto info = info_of_line(words);
  if (!info || words[0] != "gone") return std::nullopt;
  std::int64_t destroyed = 0;
  const auto by = bytes_of_hex(words[7]);
  if (!read_number(words[6], destroyed) || !by) return std::nullopt;
  info->destroyed = from_micros(destroyed);
  info->destroyed_by = *by;
  return info;
}

}  // namespace jingwei::crypto
