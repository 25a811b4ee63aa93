// Parts of a case given to others (任务).
#pragma once

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
};

// Thread-safe; everything outlives it.
class Tasks {
 public:
  Tasks(CaseWork& work, const Calendars& calendars) : work_(work), calendars_(calendars) {}

  // Errors: CaseWork::find's, denied "cases.may_not_task", conflict (closed), the store's.
  Result<Task> add(CaseId id, const NewTask& wanted, const CaseView& view, const WriteRequest& request);
  // Done by whoever has it or may act in its department; cancelled by who may give tasks. Errors: not_found
  // "cases.no_task", conflict "cases.task_closed", denied, the store's.
  Result<Task> close(TaskId id, TaskState to, const std::string& words, const CaseView& view,
                     const WriteRequest& request);
  Result<std::vector<Task>> list(storage::Reader& reader, CaseId id, const std::string& form) const;

 private:
  Result<Task> find(storage::Reader& reader, TaskId id) const;
  storage::Blob sealed(const Task& task, const std::string& form) const;
  Result<void> open_words(std::string_view sealed, const std::string& form, Task& task) const;

  CaseWork& work_;
  const Calendars& calendars_;
};

}  // namespace jingwei::cases
