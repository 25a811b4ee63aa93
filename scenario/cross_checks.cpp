#include "scenario/cross_checks.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "modules/cases/cases_service.h"
#include "scenario/package_names.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlNode;

void check_pictures(const CrossCheck& check, const YamlNode& node, std::string_view key) {
  const auto& files = check.shelf.source_of(check.package.id).files;
  std::vector<std::string> known;
  for (const auto& [name, unused] : files) {
    if (is_picture_file(name)) known.push_back(name);
  }
  for (const YamlNode* picture : scalars_of(node.find(key))) {
    const auto found = files.find(picture->scalar);
    if (found == files.end() && known.empty()) {
      check.faults.add(*picture, "scenario.no_pictures",
                       {{"name", picture->scalar}, {"of", check.package.id}});
    } else if (found == files.end()) {
      report_missing(check.faults, *picture, "scenario.no_picture", check.package.id, known);
    } else if (!cases::kind_of(found->second) || !cases::without_metadata(found->second)) {
      check.faults.add(*picture, "scenario.bad_picture", {{"name", picture->scalar}});
    }
  }
}

std::string text_of(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value == nullptr ? std::string() : value->scalar;
}

std::vector<std::string> ids_of(const YamlNode& node, std::string_view key, std::string_view id) {
  std::vector<std::string> ids;
  if (const YamlNode* list = node.find(key)) {
    for (const auto& item : list->items) ids.push_back(text_of(item, id));
  }
  return ids;
}

std::vector<const YamlNode*> scalars_of(const YamlNode* node) {
  if (node == nullptr) return {};
  if (node->kind == YamlKind::scalar) return {node};
  std::vector<const YamlNode*> all;
  for (const auto& item : node->items) all.push_back(&item);
  return all;
}

std::vector<const YamlNode*> states_of(const YamlNode& process) {
  std::vector<const YamlNode*> all;
  if (const YamlNode* states = process.find("states")) {
    for (const auto& state : states->items) {
      all.push_back(&state);
      for (const YamlNode* inner : states_of(state)) all.push_back(inner);
    }
  }
  return all;
}

const YamlNode* entry_of(const YamlNode& node, std::string_view key, std::string_view id,
                         std::string_view by) {
  const YamlNode* list = node.find(key);
  if (list == nullptr) return nullptr;
  for (const auto& item : list->items) {
    const YamlNode* named = item.find(by);
    if (named != nullptr && named->scalar == id) return &item;
  }
  return nullptr;
}

void report_missing(YamlFaults& faults, const YamlNode& node, const std::string& message,
                    const std::string& of, const std::vector<std::string>& known) {
  const auto near = schema::nearest(node.scalar, known);
  faults.add(node, message + (near.empty() ? "" : "_near"),
             {{"name", node.scalar},
              {"of", of},
              {near.empty() ? "expected" : "near", near.empty() ? quoted_list(known) : std::string(near)}});
}

std::int64_t minutes_of(std::string_view span, bool working) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(span.data(), span.data() + span.size(), number);
  if (fault != std::errc{} || end + 1 != span.data() + span.size()) return 0;
  if (*end == 'm') return number;
  if (*end == 'h') return number * 60;
  return *end == 'd' ? number * (working ? 8 : 24) * 60 : 0;
}

namespace {

// Fields that a list of names must be among, of one resource.
void check_field_names(const CrossCheck& check, const YamlNode& resource, std::string_view key,
                       const std::set<std::string>& types = {}) {
  const auto names = ids_of(resource, "fields", "name");
  for (const YamlNode* name : scalars_of(resource.find(key))) {
    const YamlNode* field = entry_of(resource, "fields", name->scalar, "name");
    if (field == nullptr) {
      report_missing(check.faults, *name, "scenario.no_field", text_of(resource, "id"), names);
    } else if (!types.empty() && !types.contains(text_of(*field, "type"))) {
      check.faults.add(*name, "scenario.field_type",
                       {{"name", name->scalar},
                        {"type", text_of(*field, "type")},
                        {"expected", quoted_list({types.begin(), types.end()})}});
    }
  }
}

void check_metric(const CrossCheck& check, const YamlNode& resource, const YamlNode& metric) {
  const auto names = ids_of(resource, "fields", "name");
  if (const YamlNode* last = metric.find("last")) {
    if (entry_of(resource, "fields", last->scalar, "name") == nullptr)
      report_missing(check.faults, *last, "scenario.no_field", text_of(resource, "id"), names);
  }
  const YamlNode* where = metric.find("where");
  if (where == nullptr) return;
  for (const auto& pair : where->pairs) {
    const YamlNode* field = entry_of(resource, "fields", pair.key.scalar, "name");
    if (field == nullptr) {
      report_missing(check.faults, pair.key, "scenario.no_field", text_of(resource, "id"), names);
    } else if (entry_of(*field, "values", pair.value.scalar) == nullptr) {
      report_missing(check.faults, pair.value, "scenario.no_value", pair.key.scalar,
                     ids_of(*field, "values"));
    }
  }
}

// A purpose ends by a day, with an emergency, or unless it is renewed.
void check_ends(const CrossCheck& check) {
  for (const auto& purpose : check.package.list("purposes.yaml", "purposes")) {
    const bool ends = purpose.find("end") != nullptr || purpose.find("review_within") != nullptr ||
                      text_of(purpose, "emergency_only") == "true";
    if (!ends) check.faults.add(purpose, "scenario.no_end", {{"name", text_of(purpose, "id")}});
  }
}

}  // namespace

void check_resources(const CrossCheck& check) {
  check_ends(check);
  std::set<std::string> purposes;
  for (const auto& package : check.shelf.packages()) {
    for (const auto& id : package.root("scenario.yaml") == nullptr
                              ? std::vector<std::string>{}
                              : ids_of(*package.root("scenario.yaml"), "purposes"))
      purposes.insert(id);
    for (const auto& purpose : package.list("purposes.yaml", "purposes"))
      purposes.insert(text_of(purpose, "id"));
  }
  for (const auto& resource : check.package.list("resources.yaml", "resources")) {
    check_field_names(check, resource, "key");
    check_field_names(check, resource, "region", {"region", "address"});
    check_field_names(check, resource, "day", {"date", "datetime"});
    for (const YamlNode* purpose : scalars_of(resource.find("purposes"))) {
      if (!purposes.contains(purpose->scalar))
        report_missing(check.faults, *purpose, "scenario.no_purpose", check.package.id,
                       {purposes.begin(), purposes.end()});
    }
    if (const YamlNode* metrics = resource.find("metrics")) {
      for (const auto& metric : metrics->items) check_metric(check, resource, metric);
    }
    if (check.shelf.entry("resources.yaml", "resources", text_of(resource, "id")) != &resource)
      check.faults.add(*resource.find("id"), "scenario.declared_elsewhere",
                       {{"name", text_of(resource, "id")}});
  }
}

}  // namespace jingwei::scenario
