// All pairs that the blocking plan brings together, compared once each.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engines/linkage/blocking.h"

namespace jingwei::linkage {

struct ComparedPair {
  std::uint32_t a = 0, b = 0;  // rows, a < b
  Pattern pattern = 0;
};

struct Candidates {
  std::vector<ComparedPair> kept;                  // those `keep` chose, in the order of (a, b)
  std::vector<PatternCount> patterns;              // of all that were compared, in the order of the pattern
  std::uint64_t compared = 0;                      // pairs
  std::uint64_t blocks = 0;                        // with two rows or more
  std::uint64_t parted_blocks = 0;                 // larger than BlockingLimits::block_rows
  std::size_t largest_block = 0;                   // rows, before it was parted
  std::vector<std::vector<std::uint64_t>> common;  // by key: BlockScheme::Key::common of what was parted
};

// Compares. A block over the limit is parted by the plan's other features, most telling first; what is still
// too large is left out, so that a value that half of the file shares costs no more than any other. `keep`
// must be pure.
Candidates compare_blocks(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits,
                          const std::function<bool(Pattern)>& keep, unsigned threads);

// Compares what a frozen scheme brings together; blocks of more than `block_rows_most` rows are not used.
Candidates compare_blocks(const Records& records, const BlockScheme& scheme, std::size_t block_rows_most,
                          const std::function<bool(Pattern)>& keep, unsigned threads);

}  // namespace jingwei::linkage
