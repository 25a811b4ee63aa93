#include "base/messages.h"

#include <charconv>
#include <map>

#include "base/text.h"

namespace jingwei {

namespace {

std::map<std::string_view, const Message*>& catalogue() {
  static std::map<std::string_view, const Message*> messages;
  return messages;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Language preferred_language(std::string_view accept_language) {
  double best_zh = 0, best_en = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = std::min(accept_language.find(','), accept_language.size());
    std::string_view range = accept_language.substr(0, comma);
    accept_language.remove_prefix(std::min(comma + 1, accept_language.size()));
    double quality = 1;
    if (const std::size_t semicolon = range.find(';'); semicolon != std::string_view::npos) {
      const std::string_view weight = trimmed(range.substr(semicolon + 1));
      if (weight.starts_with("q="))
        std::from_chars(weight.data() + 2, weight.data() + weight.size(), quality);
      range = range.substr(0, semicolon);
    }
    const std::string language = text::lower_ascii(trimmed(range.substr(0, range.find('-'))));
    if (language == "zh" || language == "*") best_zh = std::max(best_zh, quality);
    if (language == "en") best_en = std::max(best_en, quality);
  }
  return best_en > best_zh ? Language::en : Language::zh;
}

void add_messages(std::span<const Message> messages) {
  for (const auto& message : messages) catalogue()[message.id] = &message;
}

std::string render(std::string_view id, std::span<const std::pair<std::string, std::string>> arguments,
                   Language language) {
  const auto found = catalogue().find(id);
  if (found == catalogue().end()) return std::string(id);
  const std::string_view pattern = language == Language::zh ? found->second->zh : found->second->en;
  std::string sentence;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) {
      sentence += pattern.substr(at);
      break;
    }
    sentence += pattern.substr(at, open - at);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    const auto given = std::find_if(arguments.begin(), arguments.end(),
                                    [&](const auto& argument) { return argument.first == name; });
    sentence += given == arguments.end() ? "…" : given->second;
    at = close + 1;
  }
  return sentence;
}

}  // namespace jingwei
