// What one run of linkage learned, frozen: any number of records can be scored with it later, one at a time
// or all together, and get the same answers.
#pragma once

#include <memory>

#include "base/result.h"
#include "engines/linkage/block_scheme.h"
#include "engines/linkage/clusters.h"
#include "engines/linkage/frequencies.h"
#include "engines/linkage/scorer.h"

namespace jingwei::linkage {

// Least probabilities of a pair. From `probable` on it is linked (clusters.h, choose_threshold); from
// `certain` on, one such link in a thousand is expected to be wrong at most, for each person concerned and
// not on average; between `possible` and `probable` a person should look.
struct Thresholds {
  double possible = 0.1;
  double probable = 0.5;
  double certain = 0.999;
  bool operator==(const Thresholds&) const = default;
};

struct ModelParts {
  std::vector<Field> fields;
  Mixture mixture;
  std::vector<FrequencyTable> frequencies;  // by field
  BlockScheme blocks;
  Thresholds thresholds;
  std::uint64_t rows = 0;  // distinct rows it was learned from
};

// A block that came to hold more distinct rows is not used: blocks were at most half as large when the scheme
// was frozen, so it is time to learn anew.
inline constexpr std::size_t block_rows_most = 600;

// Immutable, so safe to use from many threads. About 20 bytes for each frequent value and common block.
class Model {
 public:
  // Parts that belong together: as link() makes them, or checked by parse().
  explicit Model(ModelParts parts);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelParts& parts() const { return parts_; }
  std::span<const Field> fields() const { return parts_.fields; }
  const Mixture& mixture() const { return parts_.mixture; }
  const Thresholds& thresholds() const { return parts_.thresholds; }
  const Weights& weights() const { return weights_; }
  const BlockFinder& blocks() const { return finder_; }
  ClusterRules cluster_rules() const;

  // The bytes of a model (docs/formats/linkage.md). They hold hashes of values, from which common ones can be
  // guessed: to be kept as confidential as the records.
  std::string serialise() const;
  // What serialise() gave. Error: corrupt for anything else, too_large beyond model_bytes_most.
  static Result<std::shared_ptr<const Model>> parse(std::string_view bytes);
  // Names the version: 16 hexadecimal digits made of the bytes.
  std::string version() const;

  // The packed row (row.h) of a record's values as they were written, in the order of the fields: normal
  // forms, defaults left out.
  std::string prepare(std::span<const std::string_view> raw) const;
  RowView view(std::string_view packed) const { return unpack(packed, parts_.fields); }

  Pattern compare(const RowView& a, const RowView& b) const {
    return compare_rows(parts_.mixture.types, names_, a, b);
  }
  bool contradict(const RowView& a, const RowView& b, Pattern pattern) const {
    return contradict_rows(parts_.mixture.types, a, b, pattern);
  }
  // FrequencyTable::rarity of each of a row's values: computed once for a row that meets many.
  std::array<double, fields_most> rarities(const RowView& row) const;
  Score score(Pattern pattern, const std::array<double, fields_most>& rarities,
              std::span<double> contributions = {}) const {
    return weights_.score(
        pattern, [&](std::size_t field) { return rarities[field]; }, contributions);
  }
  // By field, hashes of the values that say nothing; as Records::prepare takes them.
  std::vector<std::vector<std::uint64_t>> defaults() const;

 private:
  ModelParts parts_;
  Weights weights_;
  ExchangedNames names_;
  BlockFinder finder_;
};

inline constexpr std::size_t model_bytes_most = 256U << 20;

// A row against a copy of itself: exact in all that it says.
Pattern pattern_of_copies(const RowView& row);

}  // namespace jingwei::linkage
