#include "tools/problems.h"

#include <charconv>

#include "base/messages.h"

namespace jingwei::tools {

void Problems::add(const schema::YamlFaults& faults) {
  for (const auto& fault : faults.all()) add(fault);
}

void Problems::add(const Error& error) {
  // The place stands in `field` as file:line; the sentence repeats it in front.
  std::string text = render(error, Language::en);
  const std::size_t colon = error.field.rfind(':');
  Problem problem;
  problem.file = error.field.substr(0, colon);
  if (colon != std::string::npos)
    std::from_chars(error.field.data() + colon + 1, error.field.data() + error.field.size(), problem.line);
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
