// Processes, rosters, calendars, conflicts and figures as JSON; lists as a workbook.
#include <algorithm>

#include "base/limits.h"
#include "base/random.h"
#include "modules/cases/calendars.h"
#include "modules/cases/cases_json.h"
#include "modules/cases/cases_json_parts.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::cases {

void CaseWriter::fields(JsonWriter& json, const std::vector<catalog::Field>& fields) {
  json.begin_array();
  for (const auto& field : fields) {
    json.begin_object();
    json.member("name", field.name);
    json.member("title", title(field.title));
    json.member("type", catalog::name_of(field.type));
    json.member("required", field.required);
    json.member("personal", catalog::name_of(field.personal));
    json.key("values");
    json.begin_array();
    for (const auto& choice : field.choices) {
      json.begin_object();
      json.member("id", choice.id);
      json.member("title", title(choice.title));
      json.end_object();
    }
    json.end_array();
    write_or_null(json, "min", field.min);
    write_or_null(json, "max", field.max);
    write_or_null(json, "max_length", field.max_length);
    json.end_object();
  }
  json.end_array();
}

// By the roles they hold anywhere: where the case will lie is not known yet.
bool CaseWriter::may_open(const Declared& declared) const {
  if (declared.unfit) return false;
  const auto& check_on = service_.parts().check_on;
  if (check_on && !check_on(declared.process.package, RegionId())) return false;
  if (view_.everything()) return true;
  return std::any_of(declared.process.report_by.begin(), declared.process.report_by.end(),
                     [&](const std::string& word) {
                       return word == word_anyone ||
                              std::any_of(view_.posts().begin(), view_.posts().end(),
                                          [&](const Post& post) { return post.grant->role->id == word; });
                     });
}

void CaseWriter::summary_of(JsonWriter& json, const Declared& declared) {
  const Process& process = declared.process;
  const auto all = service_.book().list();
  const auto head = all->heads.find(process.id);
  const bool retired = head == all->heads.end() || head->second.retired;
  std::int64_t open = 0;
  const auto seen = [&](RegionId place, const std::string& department) {
    return view_.reaches("case.read", place, department);
  };
  for (const auto& figure : service_.figures().sum(seen, process.id)) open += figure.open;
  json.begin_object();
  json.member("id", process.id);
  json.member("title", title(process.title));
  json.member("description", title(process.description));
  json.member("version", process.version);
  json.member("package", process.package);
  json.member("form", process.form);
  json.member("retired", retired);
  json.member("may_open", !retired && may_open(declared));
  json.member("open_cases", open);
  json.end_object();
}

std::string CaseWriter::process_list() {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  const auto processes = service_.book().list();
  for (const auto& id : processes->order) {
    const auto declared = service_.book().find(id);
    if (declared) summary_of(json, **declared);
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<std::string> CaseWriter::process(const std::string& id, std::optional<std::int64_t> version) {
  const auto all = service_.book().list();
  JW_ASSIGN(const auto declared, version ? service_.book().find(id, *version) : service_.book().find(id));
  const Process& process = declared->process;
  JsonWriter json(16'384);
  json.begin_object();
  json.key("process");
  summary_of(json, *declared);
  json.key("fields");
  fields(json, declared->form.fields);
  const auto texts = [&](std::string_view key, const std::vector<std::string>& list) {
    json.key(key);
    json.begin_array();
    for (const auto& text : list) json.value(text);
    json.end_array();
  };
  texts("summary", process.summary);
  json.member("category", process.category);
  json.member("urgency", process.urgency);
  json.member("photos_least", process.report_photos);
  json.member("photos_most", process.photos_most);
  const bool for_others =
      view_.everything() ||
      std::any_of(process.in_name_of.begin(), process.in_name_of.end(), [&](const auto& role) {
        return std::any_of(view_.posts().begin(), view_.posts().end(),
                           [&](const Post& post) { return post.grant->role->id == role; });
      });
  json.member("in_name_of", for_others);
  json.key("states");
  json.begin_array();
  for (const auto& state : process.states) {
    json.begin_object();
    json.member("id", state.id);
    json.member("title", title(state.title));
    json.member("stage", cases::name_of(state.stage));
    json.member("waits_for", state.waits_for);
    json.member("final", state.final);
    json.member("parent",
                state.parent < 0 ? std::string() : process.states[static_cast<std::size_t>(state.parent)].id);
    json.end_object();
  }
  json.end_array();
  json.key("transitions");
  json.begin_array();
  for (const auto& one : process.transitions) {
    json.begin_object();
    json.member("id", one.id);
    json.member("title", title(one.title));
    texts("from", one.from);
    json.member("to", one.to);
    texts("by", one.by);
    json.key("inputs");
    fields(json, one.inputs);
    json.member("photos", one.photos);
    json.member("bulk", one.bulk);
    json.member("offline", one.offline);
    json.end_object();
  }
  json.end_array();
  json.key("versions");
  json.begin_array();
  if (const auto versions = all->versions.find(id); versions != all->versions.end()) {
    for (const auto& [number, one] : versions->second) {
      if (number < process.version) json.value(number);
    }
  }
  json.end_array();
  const auto head = all->heads.find(id);
  json.member("migration", head == all->heads.end() ? std::string() : head->second.migration);
  json.key("definition");
  json.raw(process.text);
  json.end_object();
  return json.take();
}

std::string CaseWriter::points(const Points& points) {
  JsonWriter json(32'768);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : points.items) {
    json.begin_object();
    json.member("id", one.id.to_string());
    json.member("process", one.process);
    json.member("state", one.state);
    json.member("stage", cases::name_of(one.stage));
    json.member("category", one.category);
    write_or_null(json, "longitude", one.longitude);
    write_or_null(json, "latitude", one.latitude);
    json.member("overdue", one.overdue);
    json.end_object();
  }
  json.end_array();
  json.member("more", points.more);
  json.end_object();
  return json.take();
}

std::string CaseWriter::figures(const std::vector<Figure>& figures) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& figure : figures) {
    const auto declared = service_.book().find(figure.process);
    const State* state = declared ? (*declared)->process.state(figure.state) : nullptr;
    json.begin_object();
    json.member("process", figure.process);
    json.member("state", figure.state);
    json.member("stage", state == nullptr ? std::string() : std::string(cases::name_of(state->stage)));
    json.member("title", state == nullptr ? figure.state : title(state->title));
    json.member("open", figure.open);
    json.member("overdue", figure.overdue);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string CaseWriter::conflicts(const std::vector<Conflict>& conflicts) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : conflicts) {
    json.begin_object();
    json.member("id", one.id.to_string());
    json.member("device", one.device);
    json.member("sequence", one.sequence);
    json.member("kind", one.kind);
    write_or_null(json, "case", one.case_id ? std::optional(one.case_id.to_string()) : std::nullopt);
    json.key("actor");
    person(json, one.actor);
    json.member("at", to_rfc3339(one.at));
    write_or_null(json, "done_at", one.done_at);
    json.member("code", one.code);
    json.member("sentence", language_ == Language::zh ? one.zh : one.en);
    json.key("action");
    json.raw(one.action.empty() ? "{}" : one.action);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string CaseWriter::synced(const std::vector<Synced>& results) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : results) {
    json.begin_object();
    json.member("sequence", one.sequence);
    json.member("outcome", cases::name_of(one.outcome));
    write_or_null(json, "case", one.case_id ? std::optional(one.case_id.to_string()) : std::nullopt);
    write_or_null(json, "version", one.version > 0 ? std::optional(one.version) : std::nullopt);
    write_or_null(json, "conflict", one.conflict ? std::optional(one.conflict.to_string()) : std::nullopt);
    json.member("code", one.code);
    json.member("sentence", one.why ? render(told_in(*one.why, language_), language_) : std::string());
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

void CaseWriter::write(JsonWriter& json, const Duty& duty) {
  json.begin_object();
  json.member("id", duty.id.to_string());
  json.member("duty", duty.duty);
  json.key("region");
  place(json, duty.region);
  json.key("department");
  party(json, duty.department);
  json.key("person");
  person(json, duty.person);
  json.member("from", to_rfc3339(duty.from));
  write_or_null(json, "until", duty.until);
  json.member("days", duty.days);
  json.member("hours", duty.hours);
  json.member("on_duty", cases::on_duty(duty, service_.parts().clock.now(), service_.parts().zone));
  json.member("open_cases", service_.roster().loads().of(duty.person));
  json.end_object();
}

std::string CaseWriter::duties(const std::vector<Duty>& duties) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& duty : duties) write(json, duty);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string CaseWriter::calendar(const CalendarSetting& setting, std::optional<std::int64_t> year) {
  const auto calendar = service_.calendars().calendar();
  const SpecialDays& days = calendar->days();
  const WorkingHours& hours = calendar->hours();
  const bool rests = hours.rest_begin != hours.rest_end;
  JsonWriter json(16'384);
  json.begin_object();
  json.member("version", setting.version);
  json.member("begin", time_text(hours.begin));
  json.member("end", time_text(hours.end));
  json.member("rest_begin", rests ? time_text(hours.rest_begin) : std::string());
  json.member("rest_end", rests ? time_text(hours.rest_end) : std::string());
  const Day today = service_.parts().zone.day_of(service_.parts().clock.now());
  json.member("from", to_iso(days.empty() ? today : days.begin()->first));
  json.member("to", to_iso(days.empty() ? today : days.rbegin()->first));
  json.member("set_by", setting.set_by);
  json.member("set_at", to_rfc3339(setting.set_at));
  json.key("days");
  json.begin_array();
  for (const auto& [day, one] : days) {
    const std::chrono::year_month_day date{day};
    if (year && static_cast<int>(date.year()) != *year) continue;
    json.begin_object();
    json.member("day", to_iso(day));
    json.member("working", one.working);
    json.member("name", language_ == Language::zh ? one.zh : one.en);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<std::string> CaseWriter::workbook(const std::vector<Found>& items, FileSystem& files,
                                         const std::string& folder) {
  using spreadsheet::CellStyle;
  SecureRandom random;
  const std::string path = folder + "/" + random_credential(random) + ".book";
  {
    spreadsheet::WorkbookWriter book(path);
    book.sheet(render("cases.book", {}, language_));
    constexpr std::array<const char*, 11> heads = {
        "cases.head_number", "cases.head_process", "cases.head_state",      "cases.head_summary",
        "cases.head_place",  "cases.head_owner",   "cases.head_department", "cases.head_assignee",
        "cases.head_opened", "cases.head_due",     "cases.head_closed"};
    for (std::size_t at = 0; at < heads.size(); ++at)
      book.text(0, static_cast<int>(at), render(heads[at], {}, language_), CellStyle::header);
    book.freeze(1);
    const region::Tree& tree = view_.tree();
    const auto path_of = [&](RegionId region) {
      const region::Node node = tree.find(region);
      return node == region::no_node ? std::string() : tree.path_text(node);
    };
    const auto time_of = [](const std::optional<Instant>& at) {
      return at ? to_rfc3339(*at) : std::string();
    };
    int row = 0;
    for (const auto& found : items) {
      const Case& one = found.one;
      ++row;
      const std::array<std::string, heads.size()> cells = {one.number(found.declared->process),
                                                           title(found.declared->process.title),
                                                           state_title(found.declared->process, one.state),
                                                           line_of(found),
                                                           path_of(one.place),
                                                           path_of(one.owner),
                                                           department_title(one.department),
                                                           name_of(one.assignee),
                                                           to_rfc3339(one.opened_at),
                                                           time_of(one.due_at),
                                                           time_of(one.closed_at)};
      for (std::size_t at = 0; at < cells.size(); ++at) {
        if (!cells[at].empty()) book.text(row, static_cast<int>(at), cells[at]);
      }
    }
    JW_TRY(book.close());
  }
  auto bytes = read_text(files, path, limits::workbook_out_bytes);
  JW_TRY(files.remove(path));
  return bytes;
}

}  // namespace jingwei::cases
