#include "modules/cases/cases_json.h"

#include <algorithm>

#include "modules/cases/cases_json_parts.h"

namespace jingwei::cases {

CaseWriter::CaseWriter(CasesService& service, const CaseView& view, Language language)
    : service_(service), view_(view), language_(language) {}

const std::string& CaseWriter::name_of(const std::string& actor) {
  const auto [name, fresh] = names_.try_emplace(actor);
  if (fresh && !actor.empty()) name->second = service_.parts().name_of(actor);
  return name->second;
}

const Departments& CaseWriter::departments() {
  if (!departments_) departments_ = known_departments(service_.parts().catalog, *service_.book().list());
  return *departments_;
}

std::string CaseWriter::department_title(const std::string& department) {
  const auto found = departments().find(department);
  return found == departments().end() ? department : title(found->second);
}

void CaseWriter::place(JsonWriter& json, RegionId region) {
  const region::Tree& tree = view_.tree();
  const region::Node node = tree.find(region);
  json.begin_object();
  json.member("code", node == region::no_node ? region.to_string() : tree.code(node));
  json.member("path", node == region::no_node ? std::string() : tree.path_text(node));
  json.end_object();
}

void CaseWriter::party(JsonWriter& json, const std::string& department) {
  json.begin_object();
  json.member("id", department);
  json.member("title", department_title(department));
  json.end_object();
}

void CaseWriter::person(JsonWriter& json, const std::string& actor) {
  json.begin_object();
  json.member("account", actor);
  json.member("name", name_of(actor));
  json.end_object();
}

void CaseWriter::person_or_null(JsonWriter& json, const std::string& actor) {
  if (actor.empty()) return json.null();
  person(json, actor);
}

std::string CaseWriter::state_title(const Process& process, const std::string& state) const {
  const State* found = process.state(state);
  return found == nullptr ? state : title(found->title);
}

std::string CaseWriter::choice_title(const Declared& declared, const std::string& field,
                                     const std::string& value) const {
  const catalog::Field* of = declared.form.field(field);
  return of == nullptr ? value : shown(*of, value);
}

std::string CaseWriter::shown(const catalog::Field& field, const std::string& text) const {
  switch (field.type) {
    case catalog::FieldType::choice:
      for (const auto& choice : field.choices) {
        if (choice.id == text) return title(choice.title);
      }
      return text;
    case catalog::FieldType::region: {
      const region::Node node = view_.tree().find(text);
      return node == region::no_node ? text : view_.tree().path_text(node);
    }
    case catalog::FieldType::boolean:
      return render(text == "true" ? "ingest.yes" : "ingest.no", {}, language_);
    default:
      return text;
  }
}

// The fields a list shows, personal ones masked whoever reads: a list has no purpose.
std::string CaseWriter::line_of(const Found& found) const {
  std::string line;
  for (const auto& name : found.declared->process.summary) {
    const catalog::Field* field = found.declared->form.field(name);
    const auto text = found.one.form.find(name);
    if (field == nullptr || text == found.one.form.end()) continue;
    const bool open = field->personal == catalog::Personal::none;
    line += (line.empty() ? "" : " · ") +
            (open ? shown(*field, text->second) : catalog::masked(text->second, field->personal));
  }
  return line;
}

void CaseWriter::write(JsonWriter& json, const Found& found) {
  const Case& one = found.one;
  const Process& process = found.declared->process;
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("number", one.number(process));
  json.member("process", one.process);
  json.member("process_title", title(process.title));
  json.member("process_version", one.process_version);
  json.member("version", one.version);
  json.member("state", one.state);
  json.member("state_title", state_title(process, one.state));
  json.member("stage", cases::name_of(one.stage));
  json.member("open", one.open);
  json.member("summary", line_of(found));
  json.member("category", one.category);
  json.member("category_title", choice_title(*found.declared, process.category, one.category));
  json.member("urgency", one.urgency);
  json.member("urgency_title", choice_title(*found.declared, process.urgency, one.urgency));
  json.key("place");
  place(json, one.place);
  write_or_null(json, "longitude", one.longitude);
  write_or_null(json, "latitude", one.latitude);
  json.key("owner");
  place(json, one.owner);
  json.key("department");
  party(json, one.department);
  json.key("assignee");
  person_or_null(json, one.assignee);
  json.member("waits_for", one.waits_for);
  json.member("opened_at", to_rfc3339(one.opened_at));
  json.member("changed_at", to_rfc3339(one.changed_at));
  write_or_null(json, "closed_at", one.closed_at);
  write_or_null(json, "due_at", one.due_at);
  const bool late = one.due_at && *one.due_at < service_.parts().clock.now();
  json.member("overdue", one.open && (one.overdue || late));
  json.member("escalated", one.escalated);
  json.member("supervised", one.supervised);
  json.member("reopened", one.reopened);
  json.member("not_ours", one.not_ours);
  write_or_null(json, "score", one.score);
  write_or_null(json, "parent", one.parent ? std::optional(one.parent.to_string()) : std::nullopt);
  json.member("photos", one.photos);
  json.member("tasks_open", one.tasks_open);
  json.end_object();
}

std::string CaseWriter::page(const CasePage& page) {
  JsonWriter json(16'384);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& found : page.items) write(json, found);
  json.end_array();
  json.key("next_cursor");
  if (page.next.empty()) {
    json.null();
  } else {
    json.value(page.next);
  }
  json.end_object();
  return json.take();
}

void CaseWriter::answers(JsonWriter& json, const Answers& answers, const std::vector<catalog::Field>& fields,
                         const Found& found) {
  json.begin_array();
  for (const auto& field : fields) {
    const auto text = answers.find(field.name);
    if (text == answers.end()) continue;
    const bool open = view_.opens(found.one, found.declared->form, field.personal);
    const bool coded = field.type == catalog::FieldType::choice || field.type == catalog::FieldType::region;
    json.begin_object();
    json.member("name", field.name);
    json.member("title", title(field.title));
    json.member("value", open ? shown(field, text->second) : catalog::masked(text->second, field.personal));
    json.member("code", open && coded ? text->second : std::string());
    json.member("masked", !open);
    json.end_object();
  }
  json.end_array();
}

void CaseWriter::step(JsonWriter& json, const Step& step, const Found& found) {
  const Process& process = found.declared->process;
  const Transition* taken = process.transition(step.action);
  json.begin_object();
  json.member("sequence", step.sequence);
  json.member("kind", cases::name_of(step.kind));
  const bool of_task = step.kind == StepKind::task;  // its action is what was done with the task
  json.member("action", of_task ? std::string() : step.action);
  const std::string kind =
      of_task && !step.action.empty() ? step.action : std::string(cases::name_of(step.kind));
  json.member("title", taken != nullptr ? title(taken->title) : render("cases.step_" + kind, {}, language_));
  json.key("actor");
  person(json, step.actor);
  json.member("at", to_rfc3339(step.at));
  json.member("from_state",
              step.kind == StepKind::open ? std::string() : state_title(process, step.from_state));
  json.member("to_state", state_title(process, step.to_state));
  json.key("owner");
  place(json, step.owner);
  json.key("department");
  party(json, step.department);
  json.key("assignee");
  person_or_null(json, step.assignee);
  const bool for_colleagues = step.kind == StepKind::task && !view_.works_on(found.one);
  json.member("words", for_colleagues ? std::string() : step.words);
  json.key("inputs");
  answers(json, step.inputs, taken == nullptr ? std::vector<catalog::Field>() : taken->inputs, found);
  json.member("late", step.late);
  json.end_object();
}

Result<std::string> CaseWriter::detail(const Found& found) {
  const Process& process = found.declared->process;
  std::vector<Step> steps;
  std::vector<Photo> photos;
  std::vector<Task> tasks;
  {
    JW_ASSIGN(auto reader, service_.parts().store.read());
    JW_ASSIGN(steps, service_.work().rows().steps(*reader, found.one.id, process.form));
    JW_ASSIGN(photos, service_.photos().list(*reader, found.one.id));
    if (view_.works_on(found.one)) {
      JW_ASSIGN(tasks, service_.tasks().list(*reader, found.one.id, process.form));
    }
  }
  CaseLists::Children children;
  if (process.duplicates) {
    JW_ASSIGN(children, service_.lists().children(found.one.id, view_));
  }
  JsonWriter json(16'384);
  json.begin_object();
  json.key("case");
  write(json, found);
  json.key("form");
  answers(json, found.one.form, found.declared->form.fields, found);
  json.key("reporter");
  person(json, found.one.reporter);
  const auto behalf = found.one.in_name_of.find("name");
  std::string name = behalf == found.one.in_name_of.end() ? std::string() : behalf->second;
  if (!view_.opens(found.one, found.declared->form, catalog::Personal::name))
    name = catalog::masked(name, catalog::Personal::name);
  json.member("in_name_of", name);
  json.key("matter");
  if (found.thing.empty()) {
    json.null();
  } else {
    json.begin_object();
    json.member("of", process.matter->of);
    json.member("id", found.thing);
    json.end_object();
  }
  json.key("actions");
  json.begin_array();
  for (const Transition* one : service_.work().actions(found, steps, view_)) {
    json.begin_object();
    json.member("id", one->id);
    json.member("title", title(one->title));
    json.member("to", one->to);
    json.key("inputs");
    fields(json, one->inputs);
    json.member("photos", one->photos);
    json.member("assignee", one->assign == Assign::input);
    json.member("offline", one->offline);
    json.end_object();
  }
  json.end_array();
  json.key("may");
  json.begin_array();
  const Doer doer = view_.doer(found.one);
  bool gives = false;  // to departments
  if (found.one.open && !found.one.parent) {
    const bool acts = view_.may("case.act", found.one);
    const bool hands_over = acts && cases::may(process.hand_over_by, found.one, doer);
    const bool gives_tasks = acts && cases::may(process.tasks_by, found.one, doer);
    gives = hands_over || gives_tasks;
    json.value("comment");
    json.value("photo");
    if (hands_over) json.value("hand_over");
    if (gives_tasks) json.value("task");
    if (acts && process.duplicates && cases::may(process.duplicates->by, found.one, doer))
      json.value("merge");
    if (view_.stands_above("case.supervise", found.one, process.supervise_by)) json.value("supervise");
  }
  json.end_array();
  json.key("steps");
  json.begin_array();
  for (const auto& one : steps) step(json, one, found);
  json.end_array();
  json.key("photos");
  json.begin_array();
  for (const auto& photo : photos) write(json, photo);
  json.end_array();
  json.key("tasks");
  json.begin_array();
  for (const auto& task : tasks) write(json, task);
  json.end_array();
  json.key("children");
  json.begin_array();
  for (const auto& child : children.seen) {
    json.begin_object();
    json.member("id", child.one.id.to_string());
    json.member("number", child.one.number(child.declared->process));
    json.member("title", line_of(child));
    json.end_object();
  }
  json.end_array();
  json.member("children_count", children.all);
  json.key("departments");
  json.begin_array();
  if (gives) {
    for (const auto& [id, unused] : departments()) party(json, id);
  }
  json.end_array();
  json.end_object();
  return json.take();
}

void CaseWriter::write(JsonWriter& json, const Task& task) {
  json.begin_object();
  json.member("id", task.id.to_string());
  json.member("case", task.case_id.to_string());
  json.member("title", task.title);
  json.key("region");
  place(json, task.region);
  json.key("department");
  party(json, task.department);
  json.key("assignee");
  person_or_null(json, task.assignee);
  json.member("role", task.for_role);
  json.member("state", cases::name_of(task.state));
  write_or_null(json, "due_at", task.due_at);
  json.member("opened_at", to_rfc3339(task.opened_at));
  write_or_null(json, "closed_at", task.closed_at);
  json.member("words", task.words);
  json.end_object();
}

std::string CaseWriter::own_tasks(const OwnTasks& own) {
  JsonWriter json(4'096);
  json.begin_object();
  for (const auto& [name, tasks] : {std::pair("mine", &own.mine), std::pair("offered", &own.offered)}) {
    json.key(name);
    json.begin_array();
    for (const auto& task : *tasks) write(json, task);
    json.end_array();
  }
  json.end_object();
  return json.take();
}

void CaseWriter::write(JsonWriter& json, const Photo& photo) {
  json.begin_object();
  json.member("id", photo.id.to_string());
  json.member("media", photo.media);
  json.member("bytes", photo.bytes);
  json.key("by");
  person(json, photo.actor);
  json.member("at", to_rfc3339(photo.at));
  json.member("stage", photo.stage);
  json.end_object();
}

}  // namespace jingwei::cases
