#include "tools/problems.h"

#include <charconv>

#include "base/messages.h"

namespace jingwei::tools {

void Problems::add(const schema::YamlFaults& faults) {
  for (const auto& fault : faults.all()) add(fault);
}

void Problems::add(const Error& error) {
  // The place stands in `field` as file:line:column; the sentence repeats it in front.
  std::string text = render(error, Language::en);
  const auto cut = [](std::string_view place) {
    const std::size_t colon = place.rfind(':');
    return std::pair(place.substr(0, colon), colon == std::string_view::npos ? "" : place.substr(colon + 1));
  };
  const auto [line_place, column] = cut(error.field);
  const auto [file, line] = cut(line_place);
  Problem problem;
  problem.file = file;
  std::from_chars(line.data(), line.data() + line.size(), problem.line);
  if (text.starts_with(error.field + ": ")) text.erase(0, error.field.size() + 2);
  problem.text = std::move(text);
  found_.push_back(std::move(problem));
}

std::string Problems::to_text() const {
  std::string text;
  for (const auto& problem : found_) text += problem.to_line() + "\n";
  return text;
}

}  // namespace jingwei::tools
