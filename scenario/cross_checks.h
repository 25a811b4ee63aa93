// What the shape of a file cannot say: names inside one process or resource, and whether they fit together.
#pragma once

#include "scenario/checker.h"

namespace jingwei::scenario {

// What the checks of a package share.
struct CrossCheck {
  const Shelf& shelf;
  const ParsedPackage& package;
  const Names& names;  // of the package, of those beside it and of the hub
  schema::YamlFaults& faults;
};

void check_resources(const CrossCheck& check);
void check_departments(const CrossCheck& check);
void check_processes(const CrossCheck& check);
void check_figures(const CrossCheck& check);  // metrics.yaml, cockpit.yaml
void check_pages(const CrossCheck& check);    // pages.yaml, city.yaml
void check_tests(const CrossCheck& check);    // tests.yaml

// What a package declares as departments, each {id, zh, en}: owners of packages and metrics, `departments` of
// processes, providers of resources.
std::vector<const schema::YamlNode*> departments_of(const ParsedPackage& package);

// Reports each picture of the list under `key` that the package's folder lacks ("scenario.no_picture") or
// that is none ("scenario.bad_picture").
void check_pictures(const CrossCheck& check, const schema::YamlNode& node, std::string_view key);

// The text under `key`, or nothing.
std::string text_of(const schema::YamlNode& node, std::string_view key);
// The ids of the entries of a list under `key`.
std::vector<std::string> ids_of(const schema::YamlNode& node, std::string_view key,
                                std::string_view id = "id");
// A scalar, or the scalars of a list, with their places.
std::vector<const schema::YamlNode*> scalars_of(const schema::YamlNode* node);
// The states of a process, inner ones after the one that holds them.
std::vector<const schema::YamlNode*> states_of(const schema::YamlNode& process);
// The entry of the list under `key` whose `id` (or other key) is `id`; null when there is none.
const schema::YamlNode* entry_of(const schema::YamlNode& node, std::string_view key, std::string_view id,
                                 std::string_view by = "id");

// Reports a word that is none of `known` by the sentence `message` ({name}, {of}, {expected}) or, when one is
// near, by `message`_near ({near}).
void report_missing(schema::YamlFaults& faults, const schema::YamlNode& node, const std::string& message,
                    const std::string& of, const std::vector<std::string>& known);

// Minutes of "30m", "4h", "2d"; a day is 8 working hours when `working`, 24 hours else. 0 for what is no
// span.
std::int64_t minutes_of(std::string_view span, bool working);

}  // namespace jingwei::scenario
