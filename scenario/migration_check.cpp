#include "scenario/migration_check.h"

#include <algorithm>
#include <array>

#include "modules/catalog/resource_yaml.h"
#include "scenario/cross_checks.h"

namespace jingwei::scenario {

namespace {

using schema::YamlNode;

// What bind_form refuses, told of a version that stands. Each names {process}, {version}, {form}, {name}.
constexpr std::array<std::pair<std::string_view, const char*>, 4> told_of_versions = {
    {{"cases.no_field", "cases.version_needs_field"},
     {"cases.no_choice", "cases.version_needs_choice"},
     {"cases.no_moment", "cases.version_needs_moment"},
     {"cases.no_category", "cases.version_needs_category"}}};

// Where a package says which form a process has; where it does not declare the process, the form itself.
const YamlNode* place_of_form(const ParsedPackage& package, const cases::Unfit& unfit) {
  for (const auto& node : package.list("process.yaml", "processes")) {
    if (text_of(node, "id") == unfit.process) return node.find("form");
  }
  for (const auto& node : package.list("resources.yaml", "resources")) {
    if (text_of(node, "id") == unfit.form) return node.find("id");
  }
  return nullptr;
}

void add_unfit(const ParsedPackage& package, const cases::Unfit& unfit, schema::YamlFaults& faults) {
  const YamlNode* place = place_of_form(package, unfit);
  const auto told = std::find_if(told_of_versions.begin(), told_of_versions.end(),
                                 [&](const auto& one) { return one.first == unfit.why.message; });
  if (place == nullptr || told == told_of_versions.end()) return faults.add(unfit.why);
  const auto& arguments = unfit.why.arguments;
  const auto name = std::find_if(arguments.begin(), arguments.end(),
                                 [](const auto& argument) { return argument.first == "name"; });
  faults.add(*place, told->second,
             {{"process", unfit.process},
              {"version", std::to_string(unfit.version)},
              {"form", unfit.form},
              {"name", name == arguments.end() ? std::string() : name->second}});
}

// States and forms that `migrate:` has to take along, where it stands.
Result<void> check_migrations(const std::vector<cases::Process>& declared, const ParsedPackage& package,
                              const cases::ProcessBook& book, schema::YamlFaults& faults) {
  for (const auto& process : declared) {
    if (!process.migrate) continue;
    JW_ASSIGN(const auto missing, book.unmapped(process));
    JW_ASSIGN(const auto forms, book.other_forms(process));
    for (const auto& node : package.list("process.yaml", "processes")) {
      if (text_of(node, "id") != process.id) continue;
      const auto& key = *node.find("migrate");
      if (!missing.empty())
        faults.add(key, "scenario.migrate_lacks", {{"process", process.id}, {"states", missing}});
      if (!forms.empty())
        faults.add(key, "scenario.migrate_form",
                   {{"process", process.id}, {"form", process.form}, {"forms", forms}});
    }
  }
  return {};
}

// Versions that stay in use and name what the package's new forms lack.
Result<void> check_forms(const Package& source, const std::vector<cases::Process>& declared,
                         const ParsedPackage& package, const cases::ProcessBook& book,
                         schema::YamlFaults& faults) {
  const auto text = source.files.find("resources.yaml");
  if (text == source.files.end()) return {};
  JW_ASSIGN(const auto forms,
            catalog::parse_resources(text->second, package.place + "/resources.yaml", package.id));
  JW_ASSIGN(const auto unfit, book.unfit(forms, package.id));
  for (const auto& one : unfit) {
    const bool moves = std::any_of(declared.begin(), declared.end(), [&](const cases::Process& process) {
      return process.id == one.process && process.migrate && process.form == one.form;
    });
    if (!moves) add_unfit(package, one, faults);
  }
  return {};
}

Result<void> find_objections(const Package& source, const ParsedPackage& package,
                             const cases::ProcessBook& book, schema::YamlFaults& faults) {
  std::vector<cases::Process> declared;
  if (const auto text = source.files.find("process.yaml"); text != source.files.end()) {
    const auto rules = source.files.find("rules.yaml");
    JW_ASSIGN(declared,
              cases::parse_processes(text->second, package.place + "/process.yaml", package.id,
                                     rules == source.files.end() ? std::string_view() : rules->second));
  }
  JW_TRY(check_migrations(declared, package, book, faults));
  return check_forms(source, declared, package, book, faults);
}

}  // namespace

std::vector<Error> migration_objections(const Shelf& next, const std::string& changed,
                                        const cases::ProcessBook& book) {
  const ParsedPackage* package = next.find(changed);
  if (package == nullptr) return {};
  schema::YamlFaults faults;
  if (auto found = find_objections(next.source_of(changed), *package, book, faults); !found)
    return {std::move(found).error()};
  return faults.all();
}

}  // namespace jingwei::scenario
