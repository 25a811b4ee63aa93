// tests.yaml: each test names people, regions, cases, transitions, states and fields that there are.
#include <algorithm>
#include <map>
#include <set>

#include "scenario/cross_checks.h"
#include "scenario/test_stage.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

// A case that a step made, by the name the test gives it.
using Cases = std::map<std::string, const YamlNode*>;

// A region in a form may be written by its name; what has so many digits is a code.
constexpr std::size_t code_digits_least = 6;

bool is_code(std::string_view text) {
  return text.size() >= code_digits_least &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The codes of the city that every test plays in, from the lines of its file.
const std::set<std::string, std::less<>>& stage_codes() {
  static const std::set<std::string, std::less<>> codes = [] {
    std::set<std::string, std::less<>> all;
    constexpr std::string_view key = "\"code\":\"";
    const std::string_view lines = stage_regions();
    for (std::size_t at = lines.find(key); at != std::string_view::npos; at = lines.find(key, at)) {
      at += key.size();
      all.emplace(lines.substr(at, lines.find('"', at) - at));
    }
    return all;
  }();
  return codes;
}

class TestCheck {
 public:
  TestCheck(const CrossCheck& check, const YamlNode& test) : check_(check), test_(test) {
    const YamlNode* people = test.find("given")->find("people");
    if (people != nullptr) {
      for (const auto& pair : people->pairs) people_.push_back(pair.key.scalar);
    }
  }

  void run() {
    if (const YamlNode* people = test_.find("given")->find("people")) {
      for (const auto& pair : people->pairs) region(pair.value.find("region"), pair.key.scalar + ".region");
    }
    if (const YamlNode* records = test_.find("given")->find("records")) {
      for (const auto& record : records->items) values(record.find("values"), resource(record));
    }
    for (const auto& step : test_.find("steps")->items) {
      const YamlNode& when = *step.find("when");
      // A step that must be refused may name what there is not.
      const YamlNode* told = step.find("then");
      must_go_ = told == nullptr || told->find("refused") == nullptr;
      check_when(when);
      if (const YamlNode* then = step.find("then")) check_then(*then, when);
    }
  }

 private:
  const YamlNode* resource(const YamlNode& node) const {
    const YamlNode* named = node.find("resource");
    if (named == nullptr) named = node.find("record");
    return named == nullptr ? nullptr : check_.shelf.entry("resources.yaml", "resources", named->scalar);
  }

  void known(const YamlNode* node, const std::string& message, const std::string& of,
             const std::vector<std::string>& words) {
    if (node != nullptr && std::find(words.begin(), words.end(), node->scalar) == words.end())
      report_missing(check_.faults, *node, message, of, words);
  }

  void person(const YamlNode* node) { known(node, "scenario.no_person", "given", people_); }

  // A code that the city of the tests lacks; `field` says what it was to be.
  void region(const YamlNode* code, const std::string& field) {
    if (code != nullptr && !stage_codes().contains(code->scalar))
      check_.faults.add(*code, "scenario.no_region", {{"name", code->scalar}, {"field", field}});
  }

  void region_of_field(const YamlNode* field, const schema::YamlPair& given) {
    if (must_go_ && field != nullptr && text_of(*field, "type") == "region" && is_code(given.value.scalar))
      region(&given.value, given.key.scalar);
  }

  void values(const YamlNode* with, const YamlNode* of_resource) {
    if (with == nullptr || of_resource == nullptr) return;
    const auto names = ids_of(*of_resource, "fields", "name");
    for (const auto& pair : with->pairs) {
      known(&pair.key, "scenario.no_field", text_of(*of_resource, "id"), names);
      region_of_field(entry_of(*of_resource, "fields", pair.key.scalar, "name"), pair);
    }
  }

  // The process of the case that a step speaks of: the one it names, or the last that was made.
  const YamlNode* process_of(const YamlNode& when) {
    if (const YamlNode* named = when.find("case")) {
      const auto found = cases_.find(named->scalar);
      if (found != cases_.end()) return found->second;
      std::vector<std::string> names;
      for (const auto& [name, unused] : cases_) names.push_back(name);
      report_missing(check_.faults, *named, "scenario.no_case", "test", names);
      return nullptr;
    }
    return last_;
  }

  // The package's process whose cases are about such things.
  const YamlNode* process_about(const YamlNode& matter) {
    std::vector<std::string> known;
    for (const auto& process : check_.package.list("process.yaml", "processes")) {
      const YamlNode* of = process.find("matter");
      if (of == nullptr) continue;
      known.push_back(text_of(*of, "of"));
      if (known.back() == matter.scalar) return &process;
    }
    report_missing(check_.faults, matter, "scenario.no_matter_kind", check_.package.id, known);
    return nullptr;
  }

  void check_when(const YamlNode& when) {
    person(when.find("as"));
    person(when.find("to"));
    check_pictures(check_, when, "photos");
    if (must_go_) region(when.find("at"), "at");
    if (const YamlNode* create = when.find("create")) {
      last_ = check_.shelf.entry("process.yaml", "processes", create->scalar);
      if (const YamlNode* name = when.find("case")) cases_[name->scalar] = last_;
      if (last_ != nullptr)
        values(when.find("with"), check_.shelf.entry("resources.yaml", "resources", text_of(*last_, "form")));
      return;
    }
    if (const YamlNode* matter = when.find("bring")) {
      last_ = process_about(*matter);
      if (const YamlNode* name = when.find("case")) cases_[name->scalar] = last_;
      return;
    }
    if (const YamlNode* step = when.find("take")) {
      if (process_of(when) == nullptr && when.find("case") == nullptr)
        check_.faults.add(*step, "scenario.no_case_yet");
      return;
    }
    if (when.find("record") != nullptr) return values(when.find("with"), resource(when));
    const YamlNode* doing = when.find("do");
    if (doing == nullptr) return;
    const YamlNode* process = process_of(when);
    if (process == nullptr) {
      if (when.find("case") == nullptr) check_.faults.add(*doing, "scenario.no_case_yet");
      return;
    }
    known(doing, "scenario.no_transition", text_of(*process, "id"), ids_of(*process, "transitions"));
    const YamlNode* transition = entry_of(*process, "transitions", doing->scalar);
    const YamlNode* with = when.find("with");
    if (transition == nullptr || with == nullptr) return;
    for (const auto& pair : with->pairs) {
      known(&pair.key, "scenario.no_input", doing->scalar, ids_of(*transition, "inputs", "name"));
      region_of_field(entry_of(*transition, "inputs", pair.key.scalar, "name"), pair);
    }
  }

  void check_then(const YamlNode& then, const YamlNode& when) {
    const YamlNode* process = when.find("case") == nullptr ? last_ : process_of(when);
    for (const std::string_view key : {"may", "may_not", "inbox"}) {
      const YamlNode* map = then.find(key);
      if (map == nullptr) continue;
      for (const auto& pair : map->pairs) {
        person(&pair.key);
        if (key == "inbox" || process == nullptr) continue;
        for (const auto& item : pair.value.items)
          known(&item, "scenario.no_transition", text_of(*process, "id"), ids_of(*process, "transitions"));
      }
    }
    if (const YamlNode* owner = then.find("owner")) region(owner->find("region"), "owner.region");
    const YamlNode* assignee = then.find("assignee");
    if (assignee != nullptr && assignee->scalar != "none") person(assignee);
    const YamlNode* state = then.find("state");
    if (state == nullptr) return;
    if (process == nullptr) return check_.faults.add(*state, "scenario.no_case_yet");
    std::vector<std::string> states;
    for (const YamlNode* one : states_of(*process)) states.push_back(text_of(*one, "id"));
    known(state, "scenario.no_state", text_of(*process, "id"), states);
  }

  const CrossCheck& check_;
  const YamlNode& test_;
  std::vector<std::string> people_;
  Cases cases_;
  const YamlNode* last_ = nullptr;
  bool must_go_ = true;  // the present step is one that must not be refused
};

}  // namespace

void check_tests(const CrossCheck& check) {
  for (const auto& test : check.package.list("tests.yaml", "tests")) TestCheck(check, test).run();
}

}  // namespace jingwei::scenario
