#include "scenario/yaml_hint.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jingwei::scenario {

namespace {

constexpr std::string_view wide_comma = "，", wide_colon = "：";
constexpr std::size_t not_there = std::string_view::npos;
constexpr std::size_t elsewhere = not_there - 1;  // there, but not on this line

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Where the character of that column, from 1, begins.
std::size_t bytes_of(std::string_view line, std::size_t column) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if ((static_cast<unsigned char>(line[at]) & 0xC0) != 0x80 && --column == 0) return at;
  }
  return line.size();
}

std::string_view line_at(std::string_view text, std::size_t start) {
  std::string_view line = text.substr(start, text.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool says_nothing(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == not_there || line[first] == '#';
}

// A bracket or quote, and where it stands.
struct Opened {
  char sign = 0;
  std::size_t line = 0;
  std::string_view before;  // on its line
};

// What stands on one line that YAML reads otherwise than its author.
struct Seen {
  bool comma = false, colon = false;  // of full width, where one of YAML's should stand
  std::string value;                  // a plain value with a colon inside
};

// Walks over a text as YAML would, roughly: quotes, comments, brackets, plain values, block scalars. Knows of
// each line what it saw, and at the place of the fault what was open.
class Walk {
 public:
  Walk(std::string_view text, std::size_t line, std::size_t column)
      : fault_line_(line), fault_column_(column) {
    for (std::size_t start = 0; start <= text.size() && !ended_;) {
      ++line_;
      const std::string_view line = line_at(text, start);
      if (line_ == fault_line_) fault_at_ = bytes_of(line, fault_column_);
      walk_line(line);
      const std::size_t end = text.find('\n', start);
      if (end == not_there) break;
      start = end + 1;
    }
    if (!at_fault_) at_fault_ = open_;  // at the very end
  }

  const Seen& seen(std::size_t line) const {
    static const Seen nothing;
    const auto found = seen_.find(line);
    return found == seen_.end() ? nothing : found->second;
  }
  // The last line before the fault's that says something; 0: none.
  std::size_t line_before() const { return line_before_; }
  // The bracket or quote that is open at the fault and never closed; nothing: what is open there is closed.
  std::optional<Opened> left_open() const {
    if (at_fault_->empty() || closed_) return std::nullopt;
    return at_fault_->back();
  }
  bool inside() const { return !at_fault_->empty(); }
  bool begins_inside() const { return begins_inside_; }
  // Columns, from 0, in which lines before the fault's began that are not at their end.
  const std::vector<std::size_t>& columns() const { return columns_; }

 private:
  void walk_line(std::string_view line) {
    const std::size_t indent = indent_of(line);
    if (quote() == 0 && block_ != not_there) {
      if (says_nothing(line) || indent > block_) return;
      block_ = not_there;
    }
    if (line_ == fault_line_) begins_inside_ = !open_.empty();
    if (quote() == 0 && says_nothing(line)) return;
    if (line_ < fault_line_) {
      line_before_ = line_;
      if (open_.empty()) note_columns(line, indent);
    }
    value_ = open_.empty() || value_ == not_there ? not_there : elsewhere;
    token_ = true;
    for (std::size_t at = 0; at < line.size() && !ended_;) at = step(line, at);
    if (line_ == fault_line_ && !at_fault_) at_fault_ = open_;
  }

  void note_columns(std::string_view line, std::size_t column) {
    const bool entry = line.substr(column).starts_with("- ");
    if (!entry && line.find(':') == not_there) return;  // goes on with the text above
    const auto note = [&](std::size_t at) {
      while (!columns_.empty() && columns_.back() > at) columns_.pop_back();
      if (columns_.empty() || columns_.back() < at) columns_.push_back(at);
    };
    note(column);
    while (line.substr(column).starts_with("- ")) {
      column = std::min(line.find_first_not_of(' ', column + 1), line.size());
      note(column);
    }
  }

  char quote() const {
    return !open_.empty() && (open_.back().sign == '"' || open_.back().sign == '\'') ? open_.back().sign
                                                                                     : '\0';
  }

  // Takes what stands at `at`; gives where to go on.
  std::size_t step(std::string_view line, std::size_t at) {
    const char c = line[at];
    if (line_ == fault_line_ && !at_fault_ && at >= fault_at_) at_fault_ = open_;
    if (const char sign = quote(); sign != 0) {
      if (sign == '"' && c == '\\') return at + 2;
      if (c != sign) return at + 1;
      if (sign == '\'' && line.substr(at).starts_with("''")) return at + 2;
      close();
      return at + 1;
    }
    if (c == '#' && (at == 0 || line[at - 1] == ' ')) return line.size();
    if (c == ' ' || c == '\t') return at + 1;
    if (token_ && (c == '"' || c == '\'')) {
      open(line, at);
      token_ = false;
      return at + 1;
    }
    if ((c == '[' || c == '{') && (token_ || !open_.empty())) {
      open(line, at);
      values_.push_back(value_);
      value_ = not_there;
      token_ = true;
      return at + 1;
    }
    if ((c == ']' || c == '}') && !open_.empty()) {
      if ((c == ']') != (open_.back().sign == '[')) {
        ended_ = at_fault_.has_value();
        return at + 1;
      }
      value_ = values_.back() == not_there ? not_there : elsewhere;
      values_.pop_back();
      close();
      token_ = false;
      return at + 1;
    }
    if (c == ',' && !open_.empty()) {
      value_ = not_there;
      token_ = true;
      return at + 1;
    }
    const bool last = at + 1 >= line.size() || line[at + 1] == ' ';
    if (c == ':' && last) return colon(line, at);
    if (c == '-' && last && token_ && open_.empty()) return at + 1;
    if (token_ && (c == '|' || c == '>') && open_.empty())
      block_ = value_ == not_there || columns_.empty() ? indent_of(line) : columns_.back();
    if (line.substr(at).starts_with(wide_colon)) return wide(line, at, wide_colon);
    if (line.substr(at).starts_with(wide_comma)) return wide(line, at, wide_comma);
    token_ = false;
    return at + 1;
  }

  // Ends a key; in a value that has one already it is what the author did not mean.
  std::size_t colon(std::string_view line, std::size_t at) {
    if (value_ == not_there) {
      value_ = line.find_first_not_of(' ', at + 1);
      if (value_ == not_there) value_ = line.size();
      token_ = true;
      return at + 1;
    }
    const bool plain = value_ < at && std::string_view("[{\"'|>&*!").find(line[value_]) == not_there;
    if (plain && !token_ && seen(line_).value.empty()) {
      std::size_t end = open_.empty() ? line.find(" #", at) : line.find_first_of(",]}", at);
      end = std::min(end, line.size());
      std::string_view value = line.substr(value_, end - value_);
      while (value.ends_with(' ')) value.remove_suffix(1);
      seen_[line_].value = value;
    }
    token_ = true;
    return at + 1;
  }

  // Punctuation of full width stands for YAML's where a key ends before it or begins behind it.
  std::size_t wide(std::string_view line, std::size_t at, std::string_view sign) {
    const std::size_t behind = at + sign.size();
    if (sign == wide_colon) {
      std::size_t from = at;
      while (from > 0 && is_word(line[from - 1])) --from;
      std::string_view before = line.substr(0, from);
      if (from < at) before = before.substr(0, before.find_last_not_of(' ') + 1);
      const bool starts = before.empty() || before.ends_with('{') || before.ends_with(',') ||
                          before.ends_with('-') || before.ends_with(wide_comma);
      if (from < at && starts) seen_[line_].colon = true;
    } else if (!open_.empty()) {
      const std::size_t from = std::min(line.find_first_not_of(' ', behind), line.size());
      std::size_t end = from;
      while (end < line.size() && is_word(line[end])) ++end;
      const std::string_view rest = line.substr(end);
      if (end > from && (rest.starts_with(":") || rest.starts_with(wide_colon))) seen_[line_].comma = true;
    }
    token_ = false;
    return behind;
  }

  void open(std::string_view line, std::size_t at) { open_.push_back({line[at], line_, line.substr(0, at)}); }

  void close() {
    if (at_fault_ && !at_fault_->empty() && open_.size() <= at_fault_->size()) {
      closed_ = true;
      ended_ = true;
    }
    open_.pop_back();
  }

  std::size_t fault_line_ = 0, fault_column_ = 0;
  std::size_t fault_at_ = not_there;  // byte of the fault's line
  std::size_t line_ = 0, line_before_ = 0;
  std::vector<Opened> open_;
  std::vector<std::size_t> values_;  // value_ of each bracket around
  std::size_t value_ = not_there;    // where the value of the present entry begins on its line
  std::size_t block_ = not_there;    // indentation of the line whose block scalar goes on
  bool token_ = true;                // something may begin here
  bool begins_inside_ = false, closed_ = false, ended_ = false;
  std::optional<std::vector<Opened>> at_fault_;
  std::vector<std::size_t> columns_;
  std::map<std::size_t, Seen> seen_;
};

struct Spot {
  std::size_t line = 0, column = 0;
};

// Of "file:line:column".
std::optional<Spot> spot_of(std::string_view place) {
  Spot spot;
  for (std::size_t* number : {&spot.column, &spot.line}) {
    const std::size_t sign = place.rfind(':');
    if (sign == not_there) return std::nullopt;
    std::from_chars(place.data() + sign + 1, place.data() + place.size(), *number);
    place = place.substr(0, sign);
  }
  return spot;
}

std::string_view nth_line(std::string_view text, std::size_t line) {
  std::size_t start = 0;
  for (std::size_t at = 1; at < line; ++at) {
    const std::size_t end = text.find('\n', start);
    if (end == not_there) return {};
    start = end + 1;
  }
  return line_at(text, start);
}

// The columns nearest to where the line begins, from 1: "5", "5, 7"; empty when it begins where others do.
std::string columns_beside(const Walk& walk, std::size_t indent) {
  std::optional<std::size_t> below, above;
  for (const std::size_t column : walk.columns()) {
    if (column == indent) return {};
    if (column < indent) below = column;
    if (column > indent && !above) above = column;
  }
  std::string told = below ? std::to_string(*below + 1) : std::string();
  if (above) told += (told.empty() ? "" : ", ") + std::to_string(*above + 1);
  return told;
}

}  // namespace

std::string_view wide_sign_behind_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  if (end == 0) return {};
  for (const std::string_view sign : {wide_comma, wide_colon}) {
    if (text.substr(end).starts_with(sign)) return sign;
  }
  return {};
}

std::string narrow_of(std::string_view wide) {
  return wide == wide_comma ? "," : ":";
}

Error explained(Error fault, std::string_view text) {
  const auto spot = fault.message == "yaml.syntax" ? spot_of(fault.field) : std::nullopt;
  if (!spot || spot->line == 0) return fault;
  const std::string problem = fault.arguments.empty() ? std::string() : fault.arguments.front().second;
  const auto told = [&](const char* sentence) {
    fault.message = sentence;
    return std::move(fault);
  };
  const std::string_view line = nth_line(text, spot->line);
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != not_there)
    return told("scenario.syntax_tab");
  const Walk walk(text, spot->line, spot->column);
  for (const std::size_t at : {spot->line, walk.line_before()}) {
    const Seen& seen = walk.seen(at);
    if (!seen.comma && !seen.colon) continue;
    const std::string_view wide = seen.comma ? wide_comma : wide_colon;
    fault.arguments.emplace_back("wide", wide);
    fault.arguments.emplace_back("narrow", narrow_of(wide));
    fault.arguments.emplace_back("line", std::to_string(at));
    return told("scenario.syntax_wide");
  }
  if (const std::string& value = walk.seen(spot->line).value; !value.empty()) {
    fault.arguments.emplace_back("value", value);
    return told("scenario.syntax_colon");
  }
  if (const auto open = walk.left_open()) {
    const char sign = open->sign == '[' ? ']' : open->sign == '{' ? '}' : open->sign;
    fault.arguments.emplace_back("open", std::string(1, open->sign));
    fault.arguments.emplace_back("close", std::string(1, sign));
    fault.arguments.emplace_back("line", std::to_string(open->line));
    fault.arguments.emplace_back("column", std::to_string(characters(open->before) + 1));
    return told("scenario.syntax_open");
  }
  if (walk.inside() && problem.find("flow") != std::string::npos) return told("scenario.syntax_comma");
  const std::string beside = walk.begins_inside() ? std::string() : columns_beside(walk, indent_of(line));
  if (beside.empty()) return fault;
  fault.arguments.emplace_back("column", std::to_string(indent_of(line) + 1));
  fault.arguments.emplace_back("expected", beside);
  return told("scenario.syntax_indent");
}

}  // namespace jingwei::scenario
