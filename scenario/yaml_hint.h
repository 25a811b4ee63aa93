// What an author most likely meant where YAML stops: a tab, punctuation of full width, a colon inside a
// value, a bracket or quote left open, a comma left out, a line that begins too far in or out.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::scenario {

// A fault of parse_yaml. One of syntax is told with what to write instead where the text shows it: message
// "scenario.syntax_…", the place and the parser's words kept. Any other comes back as it is.
Error explained(Error fault, std::string_view text);

// The `，` or `：` behind the ASCII word that a text begins with, where its author meant a `,` or `:` that
// YAML would have taken apart ("kind，words"); empty: none. And what to write for it.
std::string_view wide_sign_behind_word(std::string_view text);
std::string narrow_of(std::string_view wide);

}  // namespace jingwei::scenario
