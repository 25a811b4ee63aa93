// Departments that a package names. A department is known when somebody gives its names: the provider of a
// resource, the owner of a package or a metric, an entry of `departments` of a process; those of the packages
// beside it count, and in a hub its own. What none of them names is refused and not only warned of: its cases
// would go to nobody, since no grant is of a department that is spelt so, and people would read its id for
// its name. One that is new needs but a line under `departments`.
#include <compare>
#include <map>

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

void add_department(std::vector<const YamlNode*>& all, const YamlNode* department) {
  if (department != nullptr && department->find("id") != nullptr) all.push_back(department);
}

}  // namespace

std::vector<const YamlNode*> departments_of(const ParsedPackage& package) {
  std::vector<const YamlNode*> all;
  if (const YamlNode* root = package.root("scenario.yaml")) add_department(all, root->find("owner"));
  for (const auto& metric : package.list("metrics.yaml", "metrics"))
    add_department(all, metric.find("owner"));
  for (const auto& process : package.list("process.yaml", "processes")) {
    if (const YamlNode* departments = process.find("departments")) {
      for (const auto& department : departments->items) add_department(all, &department);
    }
  }
  for (const auto& resource : package.list("resources.yaml", "resources"))
    add_department(all, resource.find("provider"));
  return all;
}

// A slip in the id of a declaration makes a department of its own, of the same names as the one that was
// meant. It is told where the id stands that fewer use, those of other packages going before.
void check_departments(const CrossCheck& check) {
  struct Uses {
    std::size_t by_others = 0, here = 0, last = 0;  // last: where among those of this package
    auto operator<=>(const Uses&) const = default;
  };
  std::size_t at = 0;
  const auto names_of = [](const YamlNode& one) { return text_of(one, "zh") + "\n" + text_of(one, "en"); };
  std::map<std::string, std::map<std::string, Uses>> by_names;  // ids under the same names
  for (const auto& package : check.shelf.packages()) {
    for (const YamlNode* one : departments_of(package)) {
      Uses& uses = by_names[names_of(*one)][text_of(*one, "id")];
      if (&package != &check.package) {
        ++uses.by_others;
        continue;
      }
      ++uses.here;
      uses.last = ++at;
    }
  }
  for (const YamlNode* one : departments_of(check.package)) {
    const YamlNode& id = *one->find("id");
    const auto& ids = by_names.at(names_of(*one));
    for (const auto& [other, uses] : ids) {
      if (uses <= ids.at(id.scalar)) continue;
      check.faults.add(
          id, "scenario.department_twice",
          {{"name", id.scalar}, {"other", other}, {"zh", text_of(*one, "zh")}, {"en", text_of(*one, "en")}});
    }
  }
}

}  // namespace jingwei::scenario
