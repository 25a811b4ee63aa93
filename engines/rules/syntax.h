// A rule as its author wrote it: JSON with the place of every part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engines/rules/limits.h"

namespace jingwei::rules {

struct SyntaxMember;

// One JSON value and where it stands. Rules that come as YAML are brought into this form by whoever reads
// YAML.
struct Syntax {
  enum class Kind : std::uint8_t { null, boolean, integer, number, text, list, object };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<Syntax> items;          // of a list
  std::vector<SyntaxMember> members;  // of an object, in the order of the text
  int line = 0;                       // from 1; 0: unknown
  int column = 0;                     // from 1, in code points

  const Syntax* find(std::string_view name) const;
};

struct SyntaxMember {
  std::string name;
  Syntax value;
};

// Reads one JSON text (UTF-8). `file` is the name errors tell, and may be empty.
//
// Errors: invalid rules.bad_json (arguments place, expected), rules.duplicate_key, rules.too_deep; too_large
// rules.too_large, rules.too_many_nodes.
Result<Syntax> parse_syntax(std::string_view json, std::string_view file = {});

// "file:line:column", or as much of it as is known.
std::string place_of(const Syntax& at, std::string_view file);

}  // namespace jingwei::rules
