#include "modules/identity/password_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/text.h"

namespace jingwei::identity {

namespace {

// Roots of what is tried first; digits and signs around them do not help.
constexpr auto common = std::to_array<std::string_view>(
    {"password",   "passw0rd", "admin",     "administrator", "root",     "welcome", "letmein", "qwerty",
     "qwertyuiop", "asdfgh",   "asdfghjkl", "zxcvbn",        "zxcvbnm",  "abc",     "abcd",    "abcdef",
     "iloveyou",   "woaini",   "jingwei",   "changeme",      "secret",   "test",    "guest",   "default",
     "login",      "monkey",   "dragon",    "sunshine",      "football", "master",  "aini",    "nihao",
     "zhongguo",   "china",    "beijing",   "mima"});

constexpr std::array<std::string_view, 5> rows = {"01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
                                                  "abcdefghijklmnopqrstuvwxyz"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// Runs along a row of the keyboard or the alphabet, forwards or backwards, or repeats itself.
bool is_a_run(const std::string& text) {
  for (std::size_t period = 1; period <= text.size() / 3; ++period) {
    if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(period), text.end(), text.begin())) return true;
  }
  std::size_t steps = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    for (const auto row : rows) {
      const std::size_t place = row.find(text[at - 1]);
      if (place == std::string_view::npos) continue;
      const bool next = place + 1 < row.size() && row[place + 1] == text[at];
      const bool before = place > 0 && row[place - 1] == text[at];
      if (next || before) {
        ++steps;
        break;
      }
    }
  }
  return steps + 2 >= text.size();
}

Error refused(const char* message) {
  return Error(ErrorCode::invalid, message).at("/password");
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view login, std::string_view name) {
  if (password.size() > password_most_bytes || !text::is_utf8(password))
    return refused("identity.password_too_long");
  const auto points = text::code_points(password);
  if (points.size() < password_least) {
    return std::move(refused("identity.password_too_short")).with("least", std::to_string(password_least));
  }
  const std::string small = text::lower_ascii(password);
  if (std::set<char32_t>(points.begin(), points.end()).size() < 4 || is_a_run(small))
    return refused("identity.password_a_run");
  std::string letters;
  for (const char c : small) {
    if (is_letter(c)) letters += c;
  }
  if (std::find(common.begin(), common.end(), letters) != common.end())
    return refused("identity.password_common");
  const auto holds = [&](const std::string& part) {
    return part.size() >= 3 && small.find(part) != std::string::npos;
  };
  if (holds(text::lower_ascii(login)) || (!name.empty() && holds(text::lower_ascii(name))))
    return refused("identity.password_of_name");
  return {};
}

}  // namespace jingwei::identity
