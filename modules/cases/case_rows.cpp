#include "modules/cases/case_rows.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

namespace json = boost::json;

storage::Value or_null(const std::optional<Instant>& instant) {
  if (instant) return to_micros(*instant);
  return storage::Null{};
}
storage::Value or_null(const std::optional<std::int64_t>& number) {
  if (number) return *number;
  return storage::Null{};
}
storage::Value or_null(const std::optional<double>& number) {
  if (number) return *number;
  return storage::Null{};
}
storage::Value left_of(const Case& one) {
  if (one.left) return one.left->count();
  return storage::Null{};
}
std::int64_t due_micros(const Case& one) {
  return one.due_at ? to_micros(*one.due_at) : no_deadline;
}
std::int64_t truth(bool value) {
  return value ? 1 : 0;
}

void write(JsonWriter& writer, const Answers& answers) {
  writer.begin_object();
  for (const auto& [name, text] : answers) writer.member(name, text);
  writer.end_object();
}

Answers read_answers(const json::value* value) {
  Answers answers;
  if (value == nullptr || !value->is_object()) return answers;
  for (const auto& [name, text] : value->as_object()) {
    if (text.is_string()) answers[std::string(name)] = std::string(text.as_string());
  }
  return answers;
}

std::optional<json::object> read_object(std::string_view text) {
  json::error_code fault;
  json::value value = json::parse(text, fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string step_column(std::int64_t sequence) {
  return "step" + std::to_string(sequence);
}

}  // namespace

std::string json_of(const Answers& answers) {
  JsonWriter writer;
  write(writer, answers);
  return writer.take();
}

std::optional<Answers> answers_of(std::string_view text) {
  json::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault || !value.is_object()) return std::nullopt;
  Answers answers;
  for (const auto& [name, one] : value.as_object()) {
    if (one.is_string()) {
      answers[std::string(name)] = std::string(one.as_string());
    } else if (one.is_bool()) {
      answers[std::string(name)] = one.as_bool() ? "true" : "false";
    } else if (one.is_int64()) {
      answers[std::string(name)] = std::to_string(one.as_int64());
    } else if (one.is_double()) {
      JsonWriter number;
      number.value(one.as_double());
      answers[std::string(name)] = number.take();
    } else if (!one.is_null()) {
      return std::nullopt;
    }
  }
  return answers;
}

storage::Write CaseRows::insert(const Case& one, const std::string& form) const {
  JsonWriter content;
  content.begin_object();
  content.key("form");
  write(content, one.form);
  if (!one.in_name_of.empty()) {
    content.key("in_name_of");
    write(content, one.in_name_of);
  }
  content.end_object();
  return {&sql::put_case,
          {one.id.value,
           one.version,
           one.process,
           one.process_version,
           one.state,
           one.before,
           static_cast<std::int64_t>(one.stage),
           truth(one.open),
           one.place.value,
           or_null(one.longitude),
           or_null(one.latitude),
           one.owner.value,
           one.department,
           one.assignee,
           one.had_before,
           one.waits_for,
           one.reporter,
           one.category,
           one.urgency,
           to_micros(one.opened_at),
           to_micros(one.entered_at),
           to_micros(one.changed_at),
           or_null(one.closed_at),
           due_micros(one),
           or_null(one.rung_at),
           or_null(one.wake_at),
           left_of(one),
           truth(one.overdue),
           truth(one.touched),
           one.escalated,
           one.supervised,
           one.reopened,
           one.not_ours,
           or_null(one.score),
           one.parent.value,
           one.photos,
           one.tasks_open,
           storage::Blob{seal(form, one.id.value, "case", content.text())}},
          1};
}

storage::Write CaseRows::change(const Case& one, const Case& before) const {
  return {&sql::change_case,
          {one.id.value,
           before.version,
           one.version,
           one.process_version,
           one.state,
           one.before,
           static_cast<std::int64_t>(one.stage),
           truth(one.open),
           one.owner.value,
           one.department,
           one.assignee,
           one.had_before,
           one.waits_for,
           to_micros(one.entered_at),
           to_micros(one.changed_at),
           or_null(one.closed_at),
           due_micros(one),
           or_null(one.rung_at),
           or_null(one.wake_at),
           left_of(one),
           truth(one.overdue),
           truth(one.touched),
           one.escalated,
           one.supervised,
           one.reopened,
           one.not_ours,
           or_null(one.score),
           one.photos,
           one.tasks_open,
           due_micros(before)},
          1};
}

storage::Write CaseRows::insert(CaseId id, const Step& step, const std::string& form) const {
  storage::Value content = storage::Null{};
  if (!step.words.empty() || !step.inputs.empty()) {
    JsonWriter json;
    json.begin_object();
    json.member("words", step.words);
    json.key("inputs");
    write(json, step.inputs);
    json.end_object();
    content = storage::Blob{seal(form, id.value, step_column(step.sequence), json.text())};
  }
  return {&sql::put_step,
          {id.value, step.sequence, static_cast<std::int64_t>(step.kind), step.action, step.actor,
           to_micros(step.at), step.from_state, step.to_state, step.owner.value, step.department,
           step.assignee, truth(step.late), std::move(content)},
          1};
}

Case CaseRows::read(const storage::Row& row) {
  const auto instant = [&](int at) -> std::optional<Instant> {
    if (row.is_null(at)) return std::nullopt;
    return from_micros(row.integer(at));
  };
  Case one;
  one.id = CaseId(row.integer(0));
  one.version = row.integer(1);
  one.process = row.text(2);
  one.process_version = row.integer(3);
  one.state = row.text(4);
  one.before = row.text(5);
  one.stage = static_cast<Stage>(row.integer(6));
  one.open = row.integer(7) != 0;
  one.place = RegionId(row.integer(8));
  if (!row.is_null(9)) one.longitude = row.real(9);
  if (!row.is_null(10)) one.latitude = row.real(10);
  one.owner = RegionId(row.integer(11));
  one.department = row.text(12);
  one.assignee = row.text(13);
  one.had_before = row.text(14);
  one.waits_for = row.text(15);
  one.reporter = row.text(16);
  one.category = row.text(17);
  one.urgency = row.text(18);
  one.opened_at = from_micros(row.integer(19));
  one.entered_at = from_micros(row.integer(20));
  one.changed_at = from_micros(row.integer(21));
  one.closed_at = instant(22);
  if (row.integer(23) != no_deadline) one.due_at = from_micros(row.integer(23));
  one.rung_at = instant(24);
  one.wake_at = instant(25);
  if (!row.is_null(26)) one.left = std::chrono::microseconds(row.integer(26));
  one.overdue = row.integer(27) != 0;
  one.touched = row.integer(28) != 0;
  one.escalated = row.integer(29);
  one.supervised = row.integer(30);
  one.reopened = row.integer(31);
  one.not_ours = row.integer(32);
  if (!row.is_null(33)) one.score = row.integer(33);
  one.parent = CaseId(row.integer(34));
  one.photos = row.integer(35);
  one.tasks_open = row.integer(36);
  return one;
}

Step CaseRows::read_step(const storage::Row& row) {
  Step step;
  step.sequence = row.integer(0);
  step.kind = static_cast<StepKind>(row.integer(1));
  step.action = row.text(2);
  step.actor = row.text(3);
  step.at = from_micros(row.integer(4));
  step.from_state = row.text(5);
  step.to_state = row.text(6);
  step.owner = RegionId(row.integer(7));
  step.department = row.text(8);
  step.assignee = row.text(9);
  step.late = row.integer(10) != 0;
  return step;
}

Result<std::string> CaseRows::open(const std::string& form, std::int64_t row, std::string_view column,
                                   std::string_view sealed) const {
  auto plain = sealer_.open({form, row, column}, sealed);
  if (!plain && plain.error().code == ErrorCode::gone) return std::string();
  return plain;
}

Result<void> CaseRows::open_content(std::string_view sealed, const std::string& form, Case& one) const {
  JW_ASSIGN(const std::string plain, open(form, one.id.value, "case", sealed));
  if (plain.empty()) return {};
  const auto content = read_object(plain);
  if (!content) return Error(ErrorCode::corrupt, "cases.content_corrupt").with("id", one.id.to_string());
  one.form = read_answers(content->if_contains("form"));
  one.in_name_of = read_answers(content->if_contains("in_name_of"));
  return {};
}

Result<void> CaseRows::open_step(std::string_view sealed, const std::string& form, CaseId id,
                                 Step& step) const {
  JW_ASSIGN(const std::string plain, open(form, id.value, step_column(step.sequence), sealed));
  if (plain.empty()) return {};
  const auto content = read_object(plain);
  if (!content) return Error(ErrorCode::corrupt, "cases.content_corrupt").with("id", id.to_string());
  if (const auto* words = content->if_contains("words"); words != nullptr && words->is_string())
    step.words = std::string(words->as_string());
  step.inputs = read_answers(content->if_contains("inputs"));
  return {};
}

Result<std::optional<Case>> CaseRows::find(storage::Reader& reader, CaseId id, const FormOf& form_of) const {
  const storage::Value key = id.value;
  std::optional<Case> found;
  Result<void> opened;
  JW_TRY(reader.query(sql::case_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = read(row);
    opened = open_content(row.blob(content_column), form_of(found->process, found->process_version), *found);
    return true;
  }));
  JW_TRY(std::move(opened));
  return found;
}

Result<std::vector<Step>> CaseRows::steps(storage::Reader& reader, CaseId id, const std::string& form) const {
  const storage::Value key = id.value;
  std::vector<Step> all;
  Result<void> opened;
  JW_TRY(reader.query(sql::steps_of_case, std::span(&key, 1), [&](const storage::Row& row) {
    Step step = read_step(row);
    if (!row.is_null(11)) opened = open_step(row.blob(11), form, id, step);
    all.push_back(std::move(step));
    return opened.ok();
  }));
  JW_TRY(std::move(opened));
  return all;
}

Result<std::optional<Step>> CaseRows::last_step(storage::Reader& reader, CaseId id) const {
  const storage::Value key = id.value;
  std::optional<Step> last;
  JW_TRY(reader.query(sql::last_step, std::span(&key, 1), [&](const storage::Row& row) {
    last = read_step(row);
    return true;
  }));
  return last;
}

}  // namespace jingwei::cases
