// Parts of a case given to others (任务).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "modules/cases/case_work.h"

namespace jingwei::cases {

enum class TaskState : std::uint8_t { open, done, cancelled };
std::string_view name_of(TaskState state);

struct Task {
  TaskId id;
  CaseId case_id;
  RegionId region;
  std::string department, assignee;
  std::string for_role;  // whose holders may take it while nobody has it; empty: it is not offered
  TaskState state = TaskState::open;
  std::string opened_by;
  Instant opened_at{};
  std::optional<Instant> due_at;
  std::string closed_by;
  std::optional<Instant> closed_at;
  std::int64_t row_version = 0;
  std::string title, words;  // sealed
};

struct NewTask {
  std::string title;
  std::string region;  // code; empty: the case's owner
  std::string department, assignee;
  std::optional<std::int64_t> hours;  // of working time
  std::string for_role = {};
};

enum class TaskStep : std::uint8_t { done, cancel, take, give_back };
std::string_view name_of(TaskStep step);
std::optional<TaskStep> task_step_named(std::string_view name);

// What somebody has to do, and what they are offered; each cut at the most that one page shows.
struct OwnTasks {
  std::vector<Task> mine, offered;
};

// Thread-safe; everything outlives it.
class Tasks {
 public:
  Tasks(CaseWork& work, const Calendars& calendars) : work_(work), calendars_(calendars) {}

  // Errors: CaseWork::find's, denied "cases.may_not_task", conflict (closed), invalid (department), the
  // store's.
  Result<Task> add(CaseId id, const NewTask& wanted, const CaseView& view, const WriteRequest& request);
  // Done by whoever has it, or may act in its department while nobody does; cancelled by who may give tasks;
  // taken by who may act there or holds the role it is offered to; given back by whoever has it. Errors:
  // not_found "cases.no_task", conflict "cases.task_closed", "cases.task_taken", denied, the store's.
  Result<Task> step(TaskId id, TaskStep step, const std::string& words, const CaseView& view,
                    const WriteRequest& request);
  // Open ones only. Nothing of their cases is told: who helps need not see them. Errors: the store's.
  Result<OwnTasks> own(const CaseView& view) const;
  Result<std::vector<Task>> list(storage::Reader& reader, CaseId id, const std::string& form) const;

 private:
  Result<Task> find(storage::Reader& reader, TaskId id) const;
  storage::Blob sealed(const Task& task, const std::string& form) const;
  Result<void> open_words(std::string_view sealed, const std::string& form, Task& task) const;
  Result<void> read(storage::Reader& reader, const storage::Statement& statement,
                    std::span<const storage::Value> parameters,
                    const std::function<bool(const Task&)>& wanted, std::vector<Task>& into) const;

  CaseWork& work_;
  const Calendars& calendars_;
};

}  // namespace jingwei::cases
