#include "modules/cases/process/process_yaml.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "modules/cases/process/process_reader.h"

namespace jingwei::cases {

namespace {

using reading::YamlFaults;
using reading::YamlMapping;
using reading::YamlNode;

bool is_prefix(std::string_view text) {
  return text.size() >= 2 && text.size() <= 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Process read_process(const YamlNode& node, const std::string& package, YamlFaults& all) {
  YamlFaults faults;  // of this process: one that is broken says nothing of the next
  YamlMapping mapping(node, faults);
  Process process;
  process.package = package;
  process.id = mapping.require_text("id");
  if (!reading::is_name(process.id)) faults.add(node, "cases.bad_name", {{"name", process.id}});
  process.title = reading::read_title(mapping.require("title"), faults);
  if (const YamlNode* description = mapping.get("description"))
    process.description = reading::read_title(description, faults);
  process.form = mapping.require_text("form");
  process.summary = mapping.texts("summary");
  process.category = mapping.text("category").value_or("");
  process.urgency = mapping.text("urgency").value_or("");
  process.prefix = mapping.require_text("prefix");
  if (!is_prefix(process.prefix)) faults.add(node, "cases.bad_prefix", {{"prefix", process.prefix}});
  process.department = mapping.require_text("department");
  process.initial = mapping.require_text("initial");
  if (const YamlNode* list = mapping.require("states")) reading::read_states(*list, -1, process, faults);
  if (const YamlNode* list = mapping.require("transitions"))
    reading::read_transitions(*list, process, faults);
  if (const YamlNode* list = mapping.get("dispatch")) reading::read_dispatch(*list, process, faults);
  reading::read_extras(mapping, process, faults);
  mapping.finish();
  reading::check_references(process, node, faults);
  process.text = reading::json_of(node);
  for (const auto& fault : faults.all()) all.add(fault);
  return process;
}

Error of_form(const Process& process, const char* message, const std::string& name) {
  return Error(ErrorCode::invalid, message)
      .with("process", process.id)
      .with("form", process.form)
      .with("name", name);
}

}  // namespace

Result<std::vector<Process>> parse_processes(std::string_view yaml, const std::string& file,
                                             const std::string& package, std::string_view rules) {
  JW_ASSIGN(const YamlNode root, schema::parse_yaml(yaml, file));
  const std::string rules_file = file.substr(0, file.rfind('/') + 1) + "rules.yaml";
  JW_ASSIGN(const YamlNode rules_root, schema::parse_yaml(rules, rules_file));
  YamlFaults faults;
  YamlMapping mapping(root, faults);
  std::vector<Process> processes;
  std::set<std::string> seen;
  if (const YamlNode* list = mapping.require("processes")) {
    if (list->kind != schema::YamlKind::sequence) faults.add(*list, "yaml.not_list", {{"key", "processes"}});
    for (const auto& item : list->items) {
      YamlNode whole = item;
      const bool called = reading::put_rules(whole, &rules_root, faults);
      processes.push_back(read_process(whole, package, faults));
      // What rules bring must not make it more than can be read back.
      if (called && !schema::parse_yaml(processes.back().text, file))
        faults.add(item, "cases.rules_too_large");
      if (!seen.insert(processes.back().id).second)
        faults.add(item, "cases.doubled", {{"name", processes.back().id}});
    }
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return processes;
}

Result<Process> parse_process_text(std::string_view text, const std::string& package) {
  JW_ASSIGN(const YamlNode root, schema::parse_yaml(text, "process"));
  YamlFaults faults;
  Process process = read_process(root, package, faults);
  if (!faults.empty()) return faults.to_error();
  return process;
}

Result<void> bind_form(Process& process, const catalog::Resource& form) {
  // First, so that guards read their numbers also where the rest does not fit.
  const auto note = [&](const std::vector<catalog::Field>& fields) {
    for (const auto& field : fields) {
      using catalog::FieldType;
      const bool number = field.type == FieldType::integer || field.type == FieldType::number ||
                          field.type == FieldType::boolean;
      if (number) process.numbers.insert(field.name);
    }
  };
  note(form.fields);
  for (const auto& transition : process.transitions) note(transition.inputs);
  const auto choice_of = [&](const std::string& name) -> Result<const catalog::Field*> {
    const catalog::Field* field = form.field(name);
    if (field == nullptr || field->type != catalog::FieldType::choice)
      return of_form(process, "cases.no_choice", name);
    return field;
  };
  const catalog::Field* category = nullptr;
  if (!process.category.empty()) {
    JW_ASSIGN(category, choice_of(process.category));
  }
  if (!process.urgency.empty()) {
    JW_ASSIGN(const catalog::Field* urgency, choice_of(process.urgency));
    static_cast<void>(urgency);
  }
  std::vector<std::string> named = process.summary;
  if (process.duplicates)
    named.insert(named.end(), process.duplicates->same.begin(), process.duplicates->same.end());
  if (process.open311) {
    const auto& attributes = process.open311->attributes;
    named.insert(named.end(), attributes.begin(), attributes.end());
    if (!process.open311->description.empty()) named.push_back(process.open311->description);
  }
  if (process.matter) {
    for (const auto& [field, fact] : process.matter->form) named.push_back(field);
  }
  for (const auto& name : named) {
    if (form.field(name) == nullptr) return of_form(process, "cases.no_field", name);
  }
  for (const auto& state : process.states) {
    if (!state.deadline || state.deadline->until.empty()) continue;
    const catalog::Field* field = form.field(state.deadline->until);
    if (field == nullptr || field->type != catalog::FieldType::datetime)
      return of_form(process, "cases.no_moment", state.deadline->until);
  }
  // What everybody is told is nobody's own.
  for (const auto& state : process.states) {
    for (const auto& telling : state.tell) {
      for (const ToldWords* words : {&telling.title, &telling.text}) {
        const catalog::Field* field = words->field.empty() ? nullptr : form.field(words->field);
        const bool fits = field != nullptr && field->type == catalog::FieldType::text &&
                          field->personal == catalog::Personal::none;
        if (!words->field.empty() && !fits) return of_form(process, "cases.no_told_text", words->field);
      }
    }
  }
  for (const auto& rule : process.dispatch) {
    for (const auto& value : rule.category) {
      const bool listed =
          category != nullptr && std::any_of(category->choices.begin(), category->choices.end(),
                                             [&](const auto& choice) { return choice.id == value; });
      if (!listed) return of_form(process, "cases.no_category", value);
    }
  }
  return {};
}

}  // namespace jingwei::cases
