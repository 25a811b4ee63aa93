#include "scenario/emergency.h"

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

std::optional<std::vector<std::string>> emergency_purposes(const Shelf& shelf, const std::string& package) {
  const ParsedPackage* found = shelf.find(package);
  const schema::YamlNode* root = found == nullptr ? nullptr : found->root("scenario.yaml");
  if (root == nullptr || text_of(*root, "emergency_only") != "true") return std::nullopt;
  std::vector<std::string> purposes;
  for (const auto& purpose : found->list("scenario.yaml", "purposes"))
    purposes.push_back(text_of(purpose, "id"));
  return purposes;
}

}  // namespace jingwei::scenario
