// A file against its shape: everything that is wrong, each with its place and what was expected, and the
// names that the file declares and refers to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenario/shape.h"

namespace jingwei::scenario {

// Names as they stand in files, by kind ("resource", "metric", "role", …).
class Names {
 public:
  struct Use {
    std::string kind;
    const schema::YamlNode* node = nullptr;
  };

  // False when the name was declared before.
  bool declare(const std::string& kind, const std::string& name);
  void refer(const std::string& kind, const schema::YamlNode& node) { uses_.push_back({kind, &node}); }
  bool has(const std::string& kind, const std::string& name) const;
  std::vector<std::string> all(const std::string& kind) const;

  // Reports each use of a name that nobody declared ("scenario.no_such", with the name that was probably
  // meant).
  void check_uses(schema::YamlFaults& faults) const;

 private:
  std::map<std::string, std::set<std::string>> declared_;
  std::vector<Use> uses_;
};

// Reports what is wrong at `node` and below, and collects names. The tree must outlive `names`.
void check_shape(const schema::YamlNode& node, const Shape& shape, schema::YamlFaults& faults, Names& names);

// Reports a word that is none of `known`: "scenario.unknown_word", or "…_near" with the one probably meant.
void report_unknown(const schema::YamlNode& node, const std::vector<std::string>& known,
                    schema::YamlFaults& faults);

// "`a`, `b`, `c`".
std::string quoted_list(const std::vector<std::string>& words);

}  // namespace jingwei::scenario
