// Cases and their steps as rows.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "modules/cases/case.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::cases {

// What due_at is while there is no deadline.
inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

// Texts by name as one JSON object, and back; nothing for what is no such object.
std::string json_of(const Answers& answers);
std::optional<Answers> answers_of(std::string_view json);

// Seals what is personal under the form's resource, so that it lives and goes with that resource's keys.
// Thread-safe.
class CaseRows {
 public:
  explicit CaseRows(const storage::Sealer& sealer) : sealer_(sealer) {}

  storage::Write insert(const Case& one, const std::string& form) const;
  // Expects the version on which it was decided, and the deadline: a new calendar moves that alone.
  storage::Write change(const Case& one, const Case& before) const;
  storage::Write insert(CaseId id, const Step& step, const std::string& form) const;

  // A row of the columns of case_by_id; the form stays closed.
  static Case read(const storage::Row& row);
  // Columns of steps_of_case.
  static Step read_step(const storage::Row& row);

  // With its form; `form_of` names the resource of a process version. Nothing when there is no such case; a
  // form whose key is gone is empty. Errors: the store's, corrupt.
  using FormOf = std::function<std::string(const std::string& process, std::int64_t version)>;
  Result<std::optional<Case>> find(storage::Reader& reader, CaseId id, const FormOf& form_of) const;
  Result<void> open_content(std::string_view sealed, const std::string& form, Case& one) const;
  Result<std::vector<Step>> steps(storage::Reader& reader, CaseId id, const std::string& form) const;
  // Without its words. Errors: the store's.
  Result<std::optional<Step>> last_step(storage::Reader& reader, CaseId id) const;

  std::string seal(const std::string& form, std::int64_t row, std::string_view column,
                   std::string_view plain) const {
    return sealer_.seal({form, row, column}, plain);
  }
  // Empty when the key is gone. Errors: corrupt.
  Result<std::string> open(const std::string& form, std::int64_t row, std::string_view column,
                           std::string_view sealed) const;

 private:
  Result<void> open_step(std::string_view sealed, const std::string& form, CaseId id, Step& step) const;
  const storage::Sealer& sealer_;
};

inline constexpr int content_column = 37;

}  // namespace jingwei::cases
