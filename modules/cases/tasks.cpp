#include "modules/cases/tasks.h"

#include <algorithm>
#include <set>

#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

constexpr std::array<std::string_view, 3> state_names = {"open", "done", "cancelled"};
constexpr std::array<std::string_view, 4> step_names = {"done", "cancel", "take", "give_back"};
// One page of what somebody has, and of what they are offered.
constexpr std::int64_t own_most = 200;
constexpr std::int64_t rows_at_once = 500;
constexpr int turns_most = 20;

Task read_task(const storage::Row& row) {
  Task task;
  task.case_id = CaseId(row.integer(0));
  task.id = TaskId(row.integer(1));
  task.region = RegionId(row.integer(2));
  task.department = row.text(3);
  task.assignee = row.text(4);
  for (std::size_t at = 0; at < state_names.size(); ++at) {
    if (row.text(5) == state_names[at]) task.state = static_cast<TaskState>(at);
  }
  task.opened_by = row.text(6);
  task.opened_at = from_micros(row.integer(7));
  if (!row.is_null(8)) task.due_at = from_micros(row.integer(8));
  task.closed_by = row.text(9);
  if (!row.is_null(10)) task.closed_at = from_micros(row.integer(10));
  task.row_version = row.integer(11);
  task.for_role = row.text(13);
  return task;
}

// The case as it is to whoever its task was given to: as if it were theirs.
Case as_of(const Case& one, const Task& task) {
  Case theirs = one;
  theirs.owner = theirs.place = task.region;
  theirs.department = task.department;
  return theirs;
}

std::string column_of(TaskId id) {
  return "task" + id.to_string();
}

}  // namespace

std::string_view name_of(TaskState state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::string_view name_of(TaskStep step) {
  return step_names[static_cast<std::size_t>(step)];
}

std::optional<TaskStep> task_step_named(std::string_view name) {
  const auto found = std::find(step_names.begin(), step_names.end(), name);
  if (found == step_names.end()) return std::nullopt;
  return static_cast<TaskStep>(found - step_names.begin());
}

storage::Blob Tasks::sealed(const Task& task, const std::string& form) const {
  return {work_.rows().seal(form, task.case_id.value, column_of(task.id),
                            json_of({{"title", task.title}, {"words", task.words}}))};
}

Result<void> Tasks::open_words(std::string_view sealed, const std::string& form, Task& task) const {
  JW_ASSIGN(const std::string plain, work_.rows().open(form, task.case_id.value, column_of(task.id), sealed));
  const auto words = plain.empty() ? std::optional<Answers>(Answers()) : answers_of(plain);
  if (!words) return Error(ErrorCode::corrupt, "cases.content_corrupt").with("id", task.case_id.to_string());
  if (const auto title = words->find("title"); title != words->end()) task.title = title->second;
  if (const auto said = words->find("words"); said != words->end()) task.words = said->second;
  return {};
}

Result<std::vector<Task>> Tasks::list(storage::Reader& reader, CaseId id, const std::string& form) const {
  const storage::Value key = id.value;
  std::vector<Task> all;
  Result<void> opened;
  JW_TRY(reader.query(sql::tasks_of_case, std::span(&key, 1), [&](const storage::Row& row) {
    all.push_back(read_task(row));
    opened = open_words(row.blob(12), form, all.back());
    return opened.ok();
  }));
  JW_TRY(std::move(opened));
  return all;
}

Result<Task> Tasks::find(storage::Reader& reader, TaskId id) const {
  const storage::Value key = id.value;
  std::optional<Task> found;
  std::string content;
  JW_TRY(reader.query(sql::task_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = read_task(row);
    content = row.blob(12);
    return true;
  }));
  if (!found) return Error(ErrorCode::not_found, "cases.no_task");
  JW_ASSIGN(const Found of, work_.find(reader, found->case_id, nullptr));
  JW_TRY(open_words(content, of.declared->process.form, *found));
  return *found;
}

Result<Task> Tasks::add(CaseId id, const NewTask& wanted, const CaseView& view, const WriteRequest& request) {
  const CasesParts& parts = work_.parts();
  Task task;
  auto row =
      catalog::idempotency_of(request.idempotency_key, view.actor(), "add_task",
                              {id.to_string(), wanted.title, wanted.region, wanted.department,
                               wanted.assignee, std::to_string(wanted.hours.value_or(0)), wanted.for_role});
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const Found found, work_.find(reader, id, &view));
    const Process& process = found.declared->process;
    if (!view.may("case.act", found.one) || !may(process.tasks_by, found.one, view.doer(found.one)))
      return Error(ErrorCode::denied, "cases.may_not_task");
    if (!found.one.open) return Error(ErrorCode::conflict, "cases.is_closed");
    JW_TRY(parts.sealer.prepare(process.form));
    JW_ASSIGN(const std::int64_t fresh, parts.store.allocate_ids());
    task = {};
    task.id = TaskId(fresh);
    task.case_id = id;
    task.region = found.one.owner;
    if (!wanted.region.empty()) {
      const region::Node node = view.tree().find(wanted.region);
      if (node == region::no_node)
        return Error(ErrorCode::not_found, "region.not_found").with("code", wanted.region).at("/region");
      task.region = view.tree().id(node);
    }
    task.department = wanted.department.empty() ? found.one.department : wanted.department;
    if (task.department != found.one.department) JW_TRY(work_.check_department(task.department));
    task.assignee = wanted.assignee;
    task.for_role = wanted.for_role;
    task.title = wanted.title;
    task.opened_by = view.actor();
    task.opened_at = parts.clock.now();
    task.row_version = 1;
    if (wanted.hours)
      task.due_at = calendars_.calendar()->add(task.opened_at, std::chrono::hours{*wanted.hours});
    if (row) row->answer = task.id.to_string();
    storage::Change change;
    Outcome outcome = work_.noted(found.one, StepKind::task, view.actor(), task.title);
    ++outcome.after.tasks_open;
    work_.add(found.one, outcome, *found.declared, "case.task", change);
    storage::Value due = storage::Null{};
    if (task.due_at) due = to_micros(*task.due_at);
    change.writes.push_back(
        {&sql::put_task,
         {id.value, task.id.value, task.region.value, task.department, task.assignee, task.opened_by,
          to_micros(task.opened_at), std::move(due), sealed(task, process.form), task.for_role},
         1});
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts.store, row, decide));
  if (!committed.earlier_answer) return task;
  JW_ASSIGN(auto reader, parts.store.read());
  return find(*reader, TaskId::parse(*committed.earlier_answer).value_or(TaskId()));
}

Result<Task> Tasks::step(TaskId id, TaskStep step, const std::string& words, const CaseView& view,
                         const WriteRequest& request) {
  const CasesParts& parts = work_.parts();
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "step_task",
                                     {id.to_string(), std::string(name_of(step)), words}, id.to_string());
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(Task task, find(reader, id));
    JW_ASSIGN(const Found found, work_.find(reader, task.case_id, nullptr));
    const Process& process = found.declared->process;
    const Case theirs = as_of(found.one, task);
    const bool has = !task.assignee.empty() && view.actor() == task.assignee;
    const bool acts = view.may("case.act", theirs);
    const bool offered = !task.for_role.empty() && view.doer(theirs).roles.contains(task.for_role);
    const bool gives =
        view.may("case.act", found.one) && may(process.tasks_by, found.one, view.doer(found.one));
    if (!has && !acts && !offered && !gives) return Error(ErrorCode::not_found, "cases.no_task");
    if (task.state != TaskState::open)
      return Error(ErrorCode::conflict, "cases.task_closed").with("who", parts.name_of(task.closed_by));
    const bool taken = !task.assignee.empty() && !has;
    switch (step) {
      case TaskStep::take:
        if (!task.assignee.empty())
          return Error(ErrorCode::conflict, "cases.task_taken").with("who", parts.name_of(task.assignee));
        if (!acts && !offered) return Error(ErrorCode::denied, "cases.may_not_take");
        task.assignee = view.actor();
        break;
      case TaskStep::give_back:
        if (!has) return Error(ErrorCode::denied, "cases.not_your_task");
        task.assignee.clear();
        break;
      case TaskStep::done:
        if (taken && !gives) return Error(ErrorCode::not_found, "cases.no_task");
        if (!has && !acts && !gives) return Error(ErrorCode::denied, "cases.take_first");
        task.state = TaskState::done;
        break;
      case TaskStep::cancel:
        if (!gives) return Error(ErrorCode::denied, "cases.may_not_task");
        task.state = TaskState::cancelled;
        break;
    }
    storage::Value closed_at = storage::Null{};
    if (task.state != TaskState::open) {
      task.words = words;
      task.closed_by = view.actor();
      task.closed_at = parts.clock.now();
      closed_at = to_micros(*task.closed_at);
    }
    storage::Change change;
    Outcome outcome = work_.noted(found.one, StepKind::task, view.actor(), words);
    outcome.steps.back().action = "task." + std::string(name_of(step));
    if (task.state != TaskState::open) outcome.after.tasks_open -= 1;
    outcome.after.touched = true;
    work_.add(found.one, outcome, *found.declared, "case.task_step", change);
    change.writes.push_back(
        {&sql::change_task,
         {task.case_id.value, id.value, task.row_version, std::string(name_of(task.state)), task.closed_by,
          std::move(closed_at), sealed(task, process.form), task.assignee},
         1});
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts.store, row, decide));
  static_cast<void>(committed);
  JW_ASSIGN(auto reader, parts.store.read());
  return find(*reader, id);
}

// Those whose form cannot be read here are left out.
Result<void> Tasks::read(storage::Reader& reader, const storage::Statement& statement,
                         std::span<const storage::Value> parameters,
                         const std::function<bool(const Task&)>& wanted, std::vector<Task>& into) const {
  std::vector<std::pair<Task, std::string>> rows;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    Task task = read_task(row);
    if (wanted(task)) rows.emplace_back(std::move(task), row.blob(12));
    return true;
  }));
  for (auto& [task, content] : rows) {
    const auto of = work_.find(reader, task.case_id, nullptr);
    if (!of && of.error().code == ErrorCode::not_found) continue;
    if (!of) return of.error();
    JW_TRY(open_words(content, of->declared->process.form, task));
    into.push_back(std::move(task));
  }
  return {};
}

Result<OwnTasks> Tasks::own(const CaseView& view) const {
  OwnTasks own;
  if (view.actor().empty()) return own;
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const std::array<storage::Value, 2> mine = {view.actor(), own_most};
  JW_TRY(read(
      *reader, sql::tasks_of_assignee, mine, [](const Task&) { return true; }, own.mine));
  std::set<std::string> roles;
  for (const auto& post : view.posts()) roles.insert(post.grant->role->id);
  for (const auto& role : roles) {
    std::int64_t last = 0;
    for (int turn = 0; turn < turns_most && std::ssize(own.offered) < own_most; ++turn) {
      const std::array<storage::Value, 3> key = {role, last, rows_at_once};
      std::int64_t rows = 0;
      JW_TRY(read(
          *reader, sql::tasks_for_role, key,
          [&](const Task& task) {
            ++rows;
            last = task.id.value;
            return view.doer(as_of(Case(), task)).roles.contains(role);
          },
          own.offered));
      if (rows < rows_at_once) break;
    }
  }
  if (std::ssize(own.offered) > own_most) own.offered.resize(static_cast<std::size_t>(own_most));
  return own;
}

}  // namespace jingwei::cases
