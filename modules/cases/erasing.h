// What is left of cases goes when their form's time is over: rows, words, tasks, queued work and pictures.
#pragma once

#include <utility>
#include <vector>

#include "modules/cases/process_book.h"

namespace jingwei::cases {

// Thread-safe. Cases belong to the resource that is the form of their version of the process. With `before`,
// those closed earlier; without it all, those under way as well.
class CaseErasing {
 public:
  CaseErasing(const CasesParts& parts, const ProcessBook& book) : parts_(parts), book_(book) {}

  // How many would go. Errors: the store's.
  Result<std::int64_t> count(const std::string& form, std::optional<Instant> before) const;

  // The next hundred at most, the longest closed first. Committing `change` erases them; it conflicts when
  // one of them has moved meanwhile. Errors: the store's.
  struct Slice {
    storage::Change change;
    std::int64_t cases = 0, photos = 0;
  };
  Result<Slice> next(const std::string& form, std::optional<Instant> before) const;

  // Tables whose keys words and pictures are sealed under, with the opening of the oldest case of this form
  // and the moment of the oldest picture of all; empty when it is no process's form. Errors: the store's.
  Result<std::vector<std::pair<std::string, std::optional<Instant>>>> sealed_since(
      const std::string& form) const;

 private:
  using Version = std::pair<std::string, std::int64_t>;  // process and version
  std::vector<Version> versions_of(const std::string& form) const;
  Result<void> take(storage::Reader& reader, const Version& version, const storage::Statement& statement,
                    std::span<const storage::Value> key, Slice& slice) const;

  const CasesParts& parts_;
  const ProcessBook& book_;
};

}  // namespace jingwei::cases
