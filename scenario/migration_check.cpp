#include "scenario/migration_check.h"

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

std::vector<Error> migration_objections(const Shelf& next, const std::string& changed,
                                        const cases::ProcessBook& book) {
  schema::YamlFaults faults;
  const ParsedPackage* package = next.find(changed);
  const auto text = next.source_of(changed).files.find("process.yaml");
  if (package == nullptr || text == next.source_of(changed).files.end()) return {};
  const auto declared = cases::parse_processes(text->second, package->place + "/process.yaml", changed);
  if (!declared) return {declared.error()};
  for (const auto& process : *declared) {
    if (!process.migrate) continue;
    const auto missing = book.unmapped(process);
    if (!missing) return {missing.error()};
    const auto forms = book.other_forms(process);
    if (!forms) return {forms.error()};
    for (const auto& node : package->list("process.yaml", "processes")) {
      if (text_of(node, "id") != process.id) continue;
      const auto& key = *node.find("migrate");
      if (!missing->empty())
        faults.add(key, "scenario.migrate_lacks", {{"process", process.id}, {"states", *missing}});
      if (!forms->empty())
        faults.add(key, "scenario.migrate_form",
                   {{"process", process.id}, {"form", process.form}, {"forms", *forms}});
    }
  }
  return faults.all();
}

}  // namespace jingwei::scenario
