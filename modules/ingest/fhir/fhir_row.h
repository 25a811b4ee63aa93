// One result as a row: the observation, its report and what both refer to, laid flat under column paths.
// docs/formats/fhir.md says which column stands for what.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "modules/ingest/fhir/fhir_set.h"
#include "modules/ingest/fhir/json_tree.h"

namespace jingwei::ingest {

// The column that takes, as a flat JSON object of paths, what has no column of its own.
inline constexpr std::string_view fhir_rest_column = "rest";

// Not thread-safe. Columns grow as rows bring new ones.
class FhirRows {
 public:
  // `asked`: paths that always get columns, as long as there are any.
  explicit FhirRows(std::span<const std::string> asked = {});

  // Lays `result` flat into `row` but for its number; views live until the next call and as long as the tree.
  void lay(const JsonTree& tree, FhirSet& set, const FhirResult& result, Row& row);

  std::span<const std::string> columns() const { return columns_; }
  std::uint32_t columns_version() const { return version_; }
  // References met so far that lead to nothing, each counted once in its set.
  std::size_t unresolved() const { return unresolved_; }
  // Forgets which references were counted: the next row is of another set.
  void next_set() { counted_.clear(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // A place below which things are laid: its path stands in path_.
  struct Scope {
    FhirId from = no_fhir;  // who says the references
    std::size_t depth = 0;  // of references followed
    bool columns = true;    // else everything goes to the rest
  };

  void lay_members(JsonId object, Scope scope, std::string_view but_for = {});
  void lay_member(std::string_view key, JsonId value, Scope scope);
  void lay_value(JsonId value, Scope scope);
  void lay_reference(JsonId reference, Scope scope);
  void lay_results_of(JsonId results, Scope scope);
  void lay_unreferred(FhirId root, Scope scope);
  void put(const JsonNode& leaf, bool column);
  std::size_t column_of(std::string_view path);
  bool is_asked(std::string_view path) const;
  void write_original();

  const JsonTree* tree_ = nullptr;
  FhirSet* set_ = nullptr;
  const FhirResult* result_ = nullptr;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
  std::unordered_set<std::string> asked_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> filled_;  // columns of this row, in the order they were laid
  std::unordered_set<FhirId> laid_;  // resources of this row
  std::unordered_set<std::string_view> counted_;
  std::string path_, rest_, original_;
  std::uint32_t version_ = 1;
  std::size_t unresolved_ = 0;
  std::size_t leaves_ = 0;
};

}  // namespace jingwei::ingest
