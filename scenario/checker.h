// Everything that can be said about packages before they run: each file against its shape, names across files
// and packages, and whether a process can be gone through.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenario/package.h"
#include "scenario/shape_check.h"

namespace jingwei::scenario {

// A row of the feature list (scenario/features.yaml).
struct Feature {
  std::string id, zh, en;
};
const std::vector<Feature>& feature_list();

// The packages that stand together: what one of them names may be declared by another. Checks keep places
// inside the packages, which must not move; so a Shelf is not copied.
class Shelf {
 public:
  // Parses all; a package that does not parse takes part with those of its files that do.
  explicit Shelf(std::vector<Package> packages);
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  const std::vector<ParsedPackage>& packages() const { return parsed_; }
  const ParsedPackage* find(const std::string& id) const;
  // Its files; the package must be there.
  const Package& source_of(const std::string& id) const;

  // What is wrong with one package as it stands among the others, by file and line; empty when nothing is.
  // Roles that hubs have beside the built-in ones are named in `roles`, departments that no package declares
  // in `departments`.
  std::vector<Error> check(const std::string& id, const std::vector<std::string>& roles = {},
                           const std::vector<std::string>& departments = {}) const;

  // The entry of a list anywhere on the shelf whose `id` is this, or null: ("resources.yaml", "resources",
  // "venues").
  const schema::YamlNode* entry(std::string_view file, std::string_view key, std::string_view id) const;

 private:
  std::vector<Package> packages_;
  std::vector<schema::YamlFaults> syntax_;  // of each package
  std::vector<ParsedPackage> parsed_;
};

}  // namespace jingwei::scenario
