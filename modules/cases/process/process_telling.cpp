// Whom entering a state tells what, and what counts against the caps of communities.
#include <algorithm>
#include <array>

#include "modules/cases/process/process_reader.h"

namespace jingwei::cases::reading {

namespace {

constexpr std::size_t tellings_most = 10;  // of one state
constexpr std::size_t caps_most = 20;
constexpr std::array<std::string_view, 3> told_kinds = {"resident", "staff", "enterprise"};
constexpr std::array<std::string_view, 4> told_channels = {"text", "voice", "webhook", "print"};

template <std::size_t Count>
std::vector<std::string> read_words(YamlMapping& mapping, std::string_view key,
                                    const std::array<std::string_view, Count>& known, YamlFaults& faults) {
  auto words = mapping.texts(key);
  std::string expected;
  for (const auto word : known) expected += (expected.empty() ? "" : ", ") + std::string(word);
  for (const auto& word : words) {
    if (std::find(known.begin(), known.end(), word) == known.end())
      faults.add(*mapping.get(key), "cases.unknown_word", {{"word", word}, {"expected", expected}});
  }
  return words;
}

ToldSubjects read_subjects(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  ToldSubjects subjects;
  subjects.resource = mapping.require_text("resource");
  subjects.purpose = mapping.require_text("purpose");
  subjects.age_from = mapping.integer("age_from");
  subjects.age_to = mapping.integer("age_to");
  subjects.field = mapping.text("field").value_or("");
  subjects.value = mapping.text("value").value_or("");
  subjects.relation = mapping.text("relation").value_or("");
  mapping.finish();
  return subjects;
}

void read_audience(const YamlNode* node, Telling& telling, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  telling.level = read_level(mapping.get("level"), faults);
  telling.kinds = read_words(mapping, "kinds", told_kinds, faults);
  telling.roles = mapping.texts("roles");
  if (const YamlNode* list = mapping.get("subjects")) {
    if (list->kind != schema::YamlKind::sequence) faults.add(*list, "yaml.not_list", {{"key", "subjects"}});
    for (const auto& item : list->items) telling.subjects.push_back(read_subjects(item, faults));
  }
  mapping.finish();
  if (telling.kinds.empty() && telling.roles.empty() && telling.subjects.empty())
    faults.add(*node, "cases.tells_nobody");
}

// The name of a field, or {zh, en}.
ToldWords read_told(const YamlNode* node, YamlFaults& faults) {
  ToldWords told;
  if (node == nullptr) return told;
  if (node->kind == schema::YamlKind::mapping) {
    told.words = read_title(node, faults);
  } else if (node->kind == schema::YamlKind::scalar && !node->scalar.empty()) {
    told.field = node->scalar;
  } else {
    faults.add(*node, "cases.told_words");
  }
  return told;
}

}  // namespace

std::vector<Telling> read_tell(const YamlNode& list, YamlFaults& faults) {
  std::vector<Telling> all;
  if (list.kind != schema::YamlKind::sequence) {
    faults.add(list, "yaml.not_list", {{"key", "tell"}});
    return all;
  }
  if (list.items.size() > tellings_most)
    faults.add(list, "cases.too_many", {{"what", "tell"}, {"most", std::to_string(tellings_most)}});
  for (const auto& item : list.items) {
    YamlMapping mapping(item, faults);
    Telling telling;
    telling.when = read_guard(mapping.get("when"), faults);
    read_audience(mapping.require("to"), telling, faults);
    telling.title = read_told(mapping.require("title"), faults);
    telling.text = read_told(mapping.require("text"), faults);
    telling.channels = read_words(mapping, "channels", told_channels, faults);
    mapping.finish();
    all.push_back(std::move(telling));
  }
  return all;
}

std::vector<CapRule> read_takes(const YamlNode& list, YamlFaults& faults) {
  std::vector<CapRule> rules;
  if (list.kind != schema::YamlKind::sequence) {
    faults.add(list, "yaml.not_list", {{"key", "takes"}});
    return rules;
  }
  if (list.items.size() > caps_most)
    faults.add(list, "cases.too_many", {{"what", "takes"}, {"most", std::to_string(caps_most)}});
  for (const auto& item : list.items) {
    YamlMapping mapping(item, faults);
    CapRule rule;
    if (const YamlNode* cap = mapping.require("cap")) {
      for (const Cap one : {Cap::order, Cap::form}) {
        if (cap->scalar == name_of(one)) rule.cap = one;
      }
      if (rule.cap == Cap::none)
        faults.add(*cap, "cases.unknown_word", {{"word", cap->scalar}, {"expected", "order, form"}});
    }
    rule.when = read_guard(mapping.get("when"), faults);
    mapping.finish();
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace jingwei::cases::reading
