// Record linkage: which records of one file, or of two, tell of one person. The one entrance of this folder.
//
// Pure: no files, no clock; the same records, options and seed give the same answer on any machine and any number of
// threads, whatever order the records came in. docs/formats/linkage.md tells the method.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engines/linkage/candidates.h"
#include "engines/linkage/clusters.h"
#include "engines/linkage/scorer.h"

namespace jingwei::linkage {

struct LinkOptions {
  std::uint64_t seed = 1;
  unsigned threads = 2;
  // Absent: chosen so that the expected F1 is greatest (clusters.h).
  std::optional<double> threshold;
  BlockingLimits blocking;
  std::size_t random_pairs = 200'000;  // compared to learn how strangers agree
  // A cluster of more records gives pairs with its first record only, so that the pairs of equal rows do not grow
  // with the square of their number.
  std::size_t cluster_records_in_full = 500;
};

// Two records that are taken for one person; `left` < `right` in a single file by (id, order), else by side.
struct LinkedPair {
  std::uint32_t left = 0, right = 0;  // records
  // Their own, or by way of others of the cluster where that says more.
  double probability = 0;
  double weight = 0;
  Pattern pattern = 0;
};

// Something the data show that makes the answer doubtful. `kind` names a sentence (app: cli.link.warning.<kind>).
struct Warning {
  enum class Kind : std::uint8_t {
    default_value,      // one value stands in so many rows that it says nothing: {field, value, rows}
    empty_field,        // hardly any row has a value: {field, rows}
    constant_field,     // all rows have the same value: {field, value}
    unlike_type,        // values do not look like the type, perhaps another column was meant: {field, type, share}
    no_match,           // nothing was linked
    equal_rows,         // so many records say the same in all fields: {rows}
    nothing_telling,    // the fields cannot tell persons apart
    large_cluster,      // a cluster with more records than written out in full: {rows}
    shared_identifier,  // an identifier stands beside different names: {field, values}
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
  std::uint64_t contradictions = 0;  // joins refused
  std::vector<Warning> warnings;
};

struct Linkage {
  Mixture mixture;
  std::vector<LinkedPair> pairs;          // by (left, right)
  std::vector<std::uint32_t> cluster_of;  // by record: the first record of its cluster by (side, id, order)
  LinkReport report;
};

// Takes prepared records.
Linkage link(const Records& records, const LinkOptions& options = {});

// Each field's contribution to a pair's weight, in bits, and the score.
Score explain(const Records& records, const Mixture& mixture, const LinkedPair& pair, std::vector<double>& contributions);

}  // namespace jingwei::linkage
