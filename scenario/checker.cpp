#include "scenario/checker.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "modules/cases/cases_service.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/identity/builtin_roles.h"
#include "scenario/cross_checks.h"
#include "scenario/features.gen.h"
#include "scenario/rule_book.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlNode;

namespace {

// The words of process.yaml that stand for people besides roles.
constexpr std::array<std::string_view, 3> people = {"reporter", "assignee", "anyone"};

// Faults by file, line and column.
void sort_by_place(std::vector<Error>& faults) {
  const auto key = [](const Error& fault) {
    std::string_view place = fault.field;
    std::int64_t column = 0, line = 0;
    const auto cut = [&place](std::int64_t& number) {
      const std::size_t colon = place.rfind(':');
      if (colon == std::string_view::npos) return;
      std::from_chars(place.data() + colon + 1, place.data() + place.size(), number);
      place = place.substr(0, colon);
    };
    cut(column);
    cut(line);
    return std::tuple(place, line, column);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Error& a, const Error& b) { return key(a) < key(b); });
}

// What packages declare for each other, and what the hub brings.
void declare_outside(Names& names, const std::vector<std::string>& roles) {
  const auto role = [&](const std::string& id) {
    names.declare("role", id);
    names.declare("actor", id);
  };
  for (const auto& one : identity::builtin_roles()) role(one->id);
  for (const auto& id : roles) role(id);
  for (const auto word : people) names.declare("actor", std::string(word));
  for (const auto& feature : feature_list()) names.declare("feature", feature.id);
}

void check_scenario_file(const ParsedPackage& package, YamlFaults& faults) {
  const YamlNode* root = package.root("scenario.yaml");
  if (root == nullptr) return;
  const YamlNode* id = root->find("id");
  if (id != nullptr && id->scalar != package.id)
    faults.add(*id, "scenario.id_is_folder", {{"id", id->scalar}, {"folder", package.id}});
}

// What its module's own reader finds where the shape is right: the last word on what the file means.
void check_by_module(const Package& source, const ParsedPackage& package, YamlFaults& faults) {
  const auto take = [&](const Error& error) {
    for (const auto& cause : error.causes) faults.add(cause);
    if (error.causes.empty()) faults.add(error);
  };
  const auto text_at = [&](const std::string& file) -> const std::string* {
    const auto text = source.files.find(file);
    return text == source.files.end() || package.root(file) == nullptr ? nullptr : &text->second;
  };
  if (const std::string* text = text_at("resources.yaml")) {
    const auto read = catalog::parse_resources(*text, package.place + "/resources.yaml", package.id);
    if (!read) take(read.error());
  }
  if (const std::string* text = text_at("process.yaml")) {
    const std::string* rules = text_at("rules.yaml");
    const auto read = cases::parse_processes(*text, package.place + "/process.yaml", package.id,
                                             rules == nullptr ? std::string_view() : *rules);
    if (!read) take(read.error());
  }
}

}  // namespace

const std::vector<Feature>& feature_list() {
  static const std::vector<Feature> features = [] {
    std::vector<Feature> list;
    const auto root = schema::parse_yaml(feature_sources[0].second, "features.yaml");
    JW_ASSERT(root.ok());
    for (const auto& item : root->find("features")->items)
      list.push_back({item.find("id")->scalar, item.find("zh")->scalar, item.find("en")->scalar});
    return list;
  }();
  return features;
}

Shelf::Shelf(std::vector<Package> packages) : packages_(std::move(packages)) {
  for (const auto& package : packages_) {
    YamlFaults faults;
    parsed_.push_back(parse(package, faults));
    syntax_.push_back(std::move(faults));
  }
}

const ParsedPackage* Shelf::find(const std::string& id) const {
  const auto found =
      std::find_if(parsed_.begin(), parsed_.end(), [&](const ParsedPackage& one) { return one.id == id; });
  return found == parsed_.end() ? nullptr : &*found;
}

const Package& Shelf::source_of(const std::string& id) const {
  const ParsedPackage* package = find(id);
  JW_ASSERT(package != nullptr);
  return packages_[static_cast<std::size_t>(package - parsed_.data())];
}

const YamlNode* Shelf::entry(std::string_view file, std::string_view key, std::string_view id) const {
  for (const auto& package : parsed_) {
    for (const auto& item : package.list(file, key)) {
      const YamlNode* named = item.find("id");
      if (named != nullptr && named->scalar == id) return &item;
    }
  }
  return nullptr;
}

std::vector<Error> Shelf::check(const std::string& id, const std::vector<std::string>& roles,
                                const std::vector<std::string>& departments) const {
  const Shapes& shapes = Shapes::built_in();
  Names names;
  declare_outside(names, roles);
  for (const auto& department : departments) names.declare("department", department);
  for (const auto& other : parsed_) {
    names.declare("package", other.id);
    for (const YamlNode* department : departments_of(other))
      names.declare("department", text_of(*department, "id"));
  }
  for (const auto& other : parsed_) {
    if (other.id == id) continue;
    YamlFaults ignored;
    Names theirs;
    for (const auto& [file, root] : other.roots) {
      if (const Shape* shape = shapes.of_file(file)) check_shape(root, *shape, ignored, theirs);
    }
    for (const std::string kind : {"resource", "metric", "process", "rule"}) {
      for (const auto& name : theirs.all(kind)) names.declare(kind, name);
    }
  }
  const ParsedPackage* package = find(id);
  JW_ASSERT(package != nullptr);
  const std::size_t at = static_cast<std::size_t>(package - parsed_.data());
  const Package& source = packages_[at];
  YamlFaults faults = syntax_[at];
  for (const auto& [file, root] : package->roots) check_shape(root, *shapes.of_file(file), faults, names);
  if (package->root("scenario.yaml") == nullptr && !source.files.contains("scenario.yaml")) {
    YamlNode nowhere;
    nowhere.file = std::make_shared<const std::string>(package->place + "/scenario.yaml");
    faults.add(nowhere, "scenario.no_scenario_file");
  }
  check_scenario_file(*package, faults);
  // What follows reads shapes as they should be: it would only repeat what is wrong already.
  if (faults.empty()) {
    names.check_uses(faults);
    const CrossCheck check{*this, *package, names, faults};
    check_departments(check);
    check_resources(check);
    check_processes(check);
    check_figures(check);
    check_pages(check);
    check_tests(check);
    check_rules(*this, *package, faults);
  }
  if (faults.empty()) check_by_module(source, *package, faults);
  std::vector<Error> all = faults.all();
  sort_by_place(all);
  return all;
}

}  // namespace jingwei::scenario
