// Record linkage: which records of one file, or of two, tell of one person. The one entrance of this folder.
//
// Pure: no files, no clock; the same records, options and seed give the same answer on any machine and any
// number of threads, whatever order the records came in. docs/formats/linkage.md tells the method.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engines/linkage/candidates.h"
#include "engines/linkage/clusters.h"
#include "engines/linkage/model.h"

namespace jingwei::linkage {

// That two records are, or are not, one person, as somebody decided. It outranks every score (clusters.h).
struct RecordDecision {
  std::uint32_t one = 0, other = 0;  // records
  bool same = true;
};

struct LinkOptions {
  std::uint64_t seed = 1;
  unsigned threads = 2;
  // Absent: chosen so that the expected F1 is greatest (clusters.h).
  std::optional<double> threshold;  // with a model: instead of the model's
  BlockingLimits blocking;
  std::size_t random_pairs = 200'000;  // compared to learn how strangers agree
  // A cluster of more records gives pairs with its first record only, so that the pairs of equal rows do not
  // grow with the square of their number.
  std::size_t cluster_records_in_full = 500;
  std::vector<RecordDecision> decisions;  // of each pair at most one
};

// Two records that are taken for one person; `left` < `right` in a single file by (id, order), else by side.
struct LinkedPair {
  std::uint32_t left = 0, right = 0;  // records
  // Their own, or by way of others of the cluster where that says more.
  double probability = 0;
  double weight = 0;
  Pattern pattern = 0;
};

// Something the data show that makes the answer doubtful; the sentence is the caller's.
struct Warning {
  enum class Kind : std::uint8_t {
    nothing_telling,  // even rows that agree in everything are hardly one person: the fields cannot tell
    unlike_type,    // count % of a field's values do not look like its type; perhaps another column was meant
    default_value,  // a value stands in `count` rows and was taken as nothing said
    empty_field,    // only `count` rows have a value
    constant_field,     // all rows that have a value have this one
    equal_rows,         // `count` records say the same in all fields
    large_cluster,      // `count` records in one cluster: its pairs are written with its first record only
    shared_identifier,  // `count` pairs have one identifier and are two persons all the same
    no_match,           // nothing was linked
  };
  Kind kind;
  std::string field, value;
  std::uint64_t count = 0;
};
std::string_view name_of(Warning::Kind kind);

struct LinkReport {
  std::uint64_t records = 0, rows = 0;  // rows: distinct ones
  std::uint64_t blocks = 0, parted_blocks = 0, compared = 0;
  std::size_t largest_block = 0;
  std::vector<BlockingKey> keys;  // none: every pair was compared
  double blocking_missed = 0;     // BlockingPlan::missed
  Threshold threshold;
  std::uint64_t clusters = 0;            // of two records or more
  std::uint64_t refused_joins = 0;       // by a contradiction, or by the other pairs of the two clusters
  std::uint64_t contradictions = 0;      // pairs that would be linked but for a contradiction
  std::uint64_t shared_identifiers = 0;  // pairs of one identifier that are not linked all the same
  std::vector<Warning> warnings;
};

struct Linkage {
  // What was learned, frozen: link() with it, or an OnlineIndex (online_index.h), answer as this run did.
  std::shared_ptr<const Model> model;
  std::vector<LinkedPair> pairs;          // by (left, right)
  std::vector<std::uint32_t> cluster_of;  // by record: the first record of its cluster by (side, id, order)
  std::vector<std::uint32_t> order;       // all records, those of a cluster together, in that order
  LinkReport report;
};

// Takes prepared records and learns a model from them.
Linkage link(const Records& records, const LinkOptions& options = {});

// By a frozen model. The records must have its fields and be prepared with its defaults (Model::defaults).
Linkage link(const Records& records, std::shared_ptr<const Model> model, const LinkOptions& options = {});

// Each field's contribution to a pair's weight, in bits, and the score.
Score explain(const Records& records, const Model& model, const LinkedPair& pair,
              std::vector<double>& contributions);

}  // namespace jingwei::linkage
