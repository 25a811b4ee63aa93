// What sources hold of a resource or a purpose beside the records: messages that wait, hashes of those that
// were taken, kept answers. For whoever destroys it.
#pragma once

#include "modules/source/parts.h"

namespace jingwei::source {

// Thread-safe.
class Leavings {
 public:
  explicit Leavings(const SourceParts& parts) : parts_(parts) {}

  // Files in which messages for the resource wait. Errors: the store's, the disk's.
  Result<std::int64_t> count_files(const std::string& resource) const;
  // Removes them; those that are gone already do not matter.
  Result<void> remove_files(const std::string& resource) const;
  // What forgets which messages the resource's sources have taken, and what their files were called.
  Result<std::vector<storage::Write>> forget_messages(const std::string& resource) const;

  // Answers kept for a purpose; the write that erases them expects as many.
  Result<std::int64_t> count_answers(const std::string& purpose) const;
  storage::Write erase_answers(const std::string& purpose, std::int64_t expected) const;
  // The table under whose name their keys stand.
  static std::string answers_table(const std::string& purpose);

 private:
  Result<std::vector<std::string>> folders_of(const std::string& resource) const;

  const SourceParts& parts_;
};

}  // namespace jingwei::source
