// Sentences for people, in Chinese and English, from modules/*/messages.yaml (compiled in by tools/compile).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei {

enum class Language : std::uint8_t { zh, en };

// The best of zh and en for an Accept-Language header (RFC 9110 §12.5.4); zh when it names neither or is
// empty.
Language preferred_language(std::string_view accept_language);

struct Message {
  std::string_view id;
  std::string_view zh;
  std::string_view en;
};

// Adds a catalogue; `messages` must live as long as the process. Call at start, before any thread renders.
void add_messages(std::span<const Message> messages);

// The sentence with {name} replaced by arguments (… where none is given, as in a heading over many rows); the
// id itself when no catalogue has it.
std::string render(std::string_view id, std::span<const std::pair<std::string, std::string>> arguments,
                   Language language);
inline std::string render(const Error& error, Language language) {
  return render(error.message, error.arguments, language);
}

}  // namespace jingwei
