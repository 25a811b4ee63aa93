// Synonym lists of choices, which a data officer edits while the hub serves; the next load goes by them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace jingwei::ingest {

// A word that stands for a choice of a field, beside those that the field's definition lists.
struct Synonym {
  std::string field;
  std::string word;    // as it was typed; width, case and spaces do not matter when it is compared
  std::string choice;  // id
  std::string added_by;
  Instant added_at{};
};
using Synonyms = std::vector<Synonym>;

// The list of one field. Version 0: nobody has changed it yet.
struct SynonymList {
  std::string field;
  std::int64_t version = 0;
  std::string changed_by;
  std::optional<Instant> changed_at;
  Synonyms words;
};

// A word met in rows that were refused for it.
struct UnknownWord {
  std::string word;
  std::int64_t rows = 0;
};

// All words of a resource, as a load takes them. Errors: the store's.
Result<Synonyms> read_synonyms(storage::Store& store, const std::string& resource);

}  // namespace jingwei::ingest
