#include "tools/emit.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jingwei::tools {

namespace {

constexpr std::array<std::string_view, 63> keywords = {
    "alignas", "alignof", "and",      "asm",     "auto",     "bitand",    "bitor",    "bool",     "break",
    "case",    "catch",   "char",     "class",   "const",    "constexpr", "continue", "default",  "delete",
    "do",      "double",  "else",     "enum",    "explicit", "export",    "extern",   "false",    "float",
    "for",     "friend",  "goto",     "if",      "inline",   "int",       "long",     "mutable",  "namespace",
    "new",     "not",     "operator", "or",      "private",  "protected", "public",   "register", "requires",
    "return",  "short",   "signed",   "sizeof",  "static",   "struct",    "switch",   "template", "this",
    "throw",   "true",    "try",      "typedef", "union",    "unsigned",  "using",    "void",     "while"};

}  // namespace

std::string cpp_literal(std::string_view text) {
  constexpr char digits[] = "01234567";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      // Three octal digits: unlike \x they cannot swallow what follows.
      out += '\\';
      out += digits[byte >> 6];
      out += digits[(byte >> 3) & 7];
      out += digits[byte & 7];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string cpp_raw_literal(std::string_view text) {
  JW_ASSERT(text.find(")sql\"") == std::string_view::npos);
  return "R\"sql(" + std::string(text) + ")sql\"";
}

bool is_identifier(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return plain && std::find(keywords.begin(), keywords.end(), name) == keywords.end();
}

std::string pascal_case(std::string_view name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

std::string generated_note(std::string_view source) {
  return "// Generated from " + std::string(source) + " by jingwei-compile; do not edit.\n";
}

Result<std::string> read_source(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(ErrorCode::not_found, "tools.cannot_read").at(path);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Result<void> write_if_changed(const std::string& path, std::string_view content) {
  if (auto old = read_source(path); old.ok() && *old == content) return {};
  std::error_code fault;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), fault);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return Error(ErrorCode::unavailable, "tools.cannot_write").at(path);
  return {};
}

}  // namespace jingwei::tools
