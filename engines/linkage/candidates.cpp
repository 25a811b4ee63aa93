#include "engines/linkage/candidates.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

#include "engines/linkage/parallel.h"
#include "engines/linkage/radix_sort.h"

namespace jingwei::linkage {

namespace {

// Rows of one block, as a range of an array.
struct Block {
  std::size_t begin = 0, end = 0;
};

// One key's rows laid out block by block.
struct KeyBlocks {
  std::vector<std::uint32_t> rows;
  std::vector<Block> blocks;
  std::vector<std::uint64_t> common;
  std::uint64_t parted = 0;
  std::size_t largest = 0;
};

class KeyBuilder {
 public:
  explicit KeyBuilder(std::size_t block_rows) : block_rows_(block_rows) {}

  // By a key under trial: blocks over the limit are parted.
  KeyBlocks build(const Records& records, const BlockingPlan& plan, const BlockScheme& scheme,
                  std::size_t key) {
    std::vector<KeyedRow> keyed;
    for (std::uint32_t row = 0; row < records.rows(); ++row) {
      if (const std::uint64_t hash = key_of(plan, plan.keys[key], row); hash != 0)
        keyed.push_back({hash, row});
    }
    sort_by_key(keyed);
    part(keyed, plan, refinements(scheme, scheme.keys[key]));
    std::sort(built_.common.begin(), built_.common.end());
    return std::move(built_);
  }

  // By a frozen key.
  KeyBlocks build(const Records& records, std::span<const Feature> features, const BlockFinder& finder,
                  std::size_t key) {
    std::vector<KeyedRow> keyed;
    for (std::uint32_t row = 0; row < records.rows(); ++row) {
      const auto part = [&](std::size_t feature) { return features[feature].of_row[row]; };
      if (const std::uint64_t block = finder.block(key, part); block != 0) keyed.push_back({block, row});
    }
    sort_by_key(keyed);
    each_run(keyed, [&](std::size_t begin, std::size_t end) {
      built_.largest = std::max(built_.largest, end - begin);
      if (end - begin <= block_rows_) {
        add(keyed, begin, end);
      } else {
        ++built_.parted;
      }
    });
    return std::move(built_);
  }

 private:
  template <typename Take>
  static void each_run(const std::vector<KeyedRow>& keyed, const Take& take) {
    for (std::size_t begin = 0, end = 0; begin < keyed.size(); begin = end) {
      while (end < keyed.size() && keyed[end].key == keyed[begin].key) ++end;
      if (end - begin > 1) take(begin, end);
    }
  }

  // Adds the runs of equal keys; a run that is too large is parted by the features that are left.
  void part(const std::vector<KeyedRow>& keyed, const BlockingPlan& plan, std::span<const std::uint8_t> by,
            bool first = true) {
    each_run(keyed, [&](std::size_t begin, std::size_t end) {
      if (first) built_.largest = std::max(built_.largest, end - begin);
      if (end - begin <= block_rows_) return add(keyed, begin, end);
      if (first) ++built_.parted;
      built_.common.push_back(keyed[begin].key);
      if (by.empty()) return;
      std::vector<KeyedRow> finer;
      finer.reserve(end - begin);
      for (std::size_t at = begin; at < end; ++at) {
        const std::uint32_t taken = plan.features[by[0]].of_row[keyed[at].row];
        if (taken != 0) finer.push_back({with_part(keyed[at].key, taken), keyed[at].row});
      }
      sort_by_key(finer);
      part(finer, plan, by.subspan(1), false);
    });
  }

  void add(const std::vector<KeyedRow>& keyed, std::size_t begin, std::size_t end) {
    const std::size_t from = built_.rows.size();
    for (std::size_t at = begin; at < end; ++at) built_.rows.push_back(keyed[at].row);
    built_.blocks.push_back({from, built_.rows.size()});
  }

  std::size_t block_rows_;
  KeyBlocks built_;
};

// What was seen of a pattern: how often, and whether its pairs are kept.
struct Seen {
  std::uint64_t pairs = 0;
  bool kept = false;
};

struct Part {
  std::vector<ComparedPair> kept;
  std::unordered_map<Pattern, Seen> patterns;
  std::uint64_t compared = 0;
};

// Compares what stands in one stretch of one key's blocks.
class Stretch {
 public:
  Stretch(const Records& records, const std::function<bool(Pattern)>& keep, Comparer& comparer, Part& part)
      : records_(records), keep_(keep), comparer_(comparer), part_(part), recent_(recent_patterns) {}

  void take(std::uint32_t a, std::uint32_t b) {
    if (!may_pair(records_, a, b)) return;
    const Pattern pattern = comparer_.compare(a, b);
    ++part_.compared;
    Seen& seen = find(pattern);
    ++seen.pairs;
    if (seen.kept) part_.kept.push_back({std::min(a, b), std::max(a, b), pattern});
  }

 private:
  static constexpr std::size_t recent_patterns = 1'024;
  struct Recent {
    Pattern pattern = ~Pattern{0};  // none: fields have seven levels
    Seen* seen = nullptr;
  };

  Seen& find(Pattern pattern) {
    Recent& recent = recent_[mix(pattern) & (recent_patterns - 1)];
    if (recent.pattern != pattern) {
      const auto [found, fresh] = part_.patterns.try_emplace(pattern);
      if (fresh) found->second.kept = keep_(pattern);
      recent = {pattern, &found->second};
    }
    return *recent.seen;
  }

  const Records& records_;
  const std::function<bool(Pattern)>& keep_;
  Comparer& comparer_;
  Part& part_;
  std::vector<Recent> recent_;
};

Candidates gather(std::vector<Part>& parts) {
  Candidates all;
  std::map<Pattern, std::uint64_t> patterns;
  std::size_t kept = 0;
  for (const auto& part : parts) kept += part.kept.size();
  all.kept.reserve(kept);
  for (auto& part : parts) {
    all.kept.insert(all.kept.end(), part.kept.begin(), part.kept.end());
    std::vector<ComparedPair>().swap(part.kept);
    all.compared += part.compared;
    for (const auto& [pattern, seen] : part.patterns) patterns[pattern] += seen.pairs;
  }
  for (const auto& [pattern, pairs] : patterns)
    all.patterns.push_back({pattern, static_cast<double>(pairs), 0});
  std::uint32_t largest = 1;
  for (const auto& pair : all.kept) largest = std::max(largest, pair.b);
  const auto up = static_cast<unsigned>(std::countl_zero(largest));
  radix_sort(
      all.kept,
      [up](const ComparedPair& one) {
        return std::uint64_t{one.a} << (32 + up) | std::uint64_t{one.b} << up;
      },
      [](const ComparedPair& one, const ComparedPair& other) {
        return one.a != other.a ? one.a < other.a : one.b < other.b;
      });
  const auto same = [](const ComparedPair& one, const ComparedPair& other) {
    return one.a == other.a && one.b == other.b;
  };
  all.kept.erase(std::unique(all.kept.begin(), all.kept.end(), same), all.kept.end());
  return all;
}

Candidates compare_every_pair(const Records& records, const std::function<bool(Pattern)>& keep,
                              unsigned threads) {
  constexpr std::uint32_t piece = 64;
  const auto rows = static_cast<std::uint32_t>(records.rows());
  std::vector<Part> parts((rows + piece - 1) / piece);
  in_parallel(parts.size(), threads, [&](std::size_t at) {
    Comparer comparer(records);
    Stretch stretch(records, keep, comparer, parts[at]);
    const auto from = static_cast<std::uint32_t>(at) * piece;
    for (std::uint32_t a = from; a < std::min(rows, from + piece); ++a) {
      for (std::uint32_t b = a + 1; b < rows; ++b) stretch.take(a, b);
    }
  });
  Candidates all = gather(parts);
  all.blocks = rows > 1 ? 1 : 0;
  all.largest_block = rows;
  return all;
}

// Compares every pair that some key brings together, once.
Candidates compare_built(const Records& records, const std::vector<KeyBlocks>& built,
                         const std::function<bool(Pattern)>& keep, unsigned threads) {
  const std::size_t keys = built.size();
  // Each row's block under every key: a pair is compared by the first key that brings it together.
  std::vector<std::uint32_t> block_of(records.rows() * keys, 0);
  in_parallel(keys, threads, [&](std::size_t key) {
    std::uint32_t number = 0;
    for (const Block& block : built[key].blocks) {
      ++number;
      for (std::size_t at = block.begin; at < block.end; ++at)
        block_of[built[key].rows[at] * keys + key] = number;
    }
  });
  struct Piece {
    std::size_t key, begin, end;  // blocks
  };
  std::vector<Piece> pieces;
  constexpr std::size_t piece_rows = 20'000;
  for (std::size_t key = 0; key < keys; ++key) {
    std::size_t rows = 0, begin = 0;
    for (std::size_t block = 0; block < built[key].blocks.size(); ++block) {
      rows += built[key].blocks[block].end - built[key].blocks[block].begin;
      if (rows < piece_rows && block + 1 < built[key].blocks.size()) continue;
      pieces.push_back({key, begin, block + 1});
      begin = block + 1;
      rows = 0;
    }
  }
  std::vector<Part> parts(pieces.size());
  in_parallel(pieces.size(), threads, [&](std::size_t at) {
    const Piece& piece = pieces[at];
    const KeyBlocks& of_key = built[piece.key];
    Comparer comparer(records);
    Stretch stretch(records, keep, comparer, parts[at]);
    for (std::size_t number = piece.begin; number < piece.end; ++number) {
      const Block& block = of_key.blocks[number];
      for (std::size_t i = block.begin; i < block.end; ++i) {
        const std::uint32_t* first = &block_of[of_key.rows[i] * keys];
        for (std::size_t j = i + 1; j < block.end; ++j) {
          const std::uint32_t* second = &block_of[of_key.rows[j] * keys];
          bool met = false;
          for (std::size_t key = 0; key < piece.key && !met; ++key)
            met = first[key] != 0 && first[key] == second[key];
          if (!met) stretch.take(of_key.rows[i], of_key.rows[j]);
        }
      }
    }
  });
  Candidates all = gather(parts);
  for (const auto& one : built) {
    all.blocks += one.blocks.size();
    all.parted_blocks += one.parted;
    all.largest_block = std::max(all.largest_block, one.largest);
    all.common.push_back(one.common);
  }
  return all;
}

}  // namespace

Candidates compare_blocks(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits,
                          const std::function<bool(Pattern)>& keep, unsigned threads) {
  if (plan.every_pair) return compare_every_pair(records, keep, threads);
  const BlockScheme scheme = scheme_of(plan, {});
  std::vector<KeyBlocks> built(plan.keys.size());
  in_parallel(built.size(), threads, [&](std::size_t key) {
    built[key] = KeyBuilder(limits.block_rows).build(records, plan, scheme, key);
  });
  return compare_built(records, built, keep, threads);
}

Candidates compare_blocks(const Records& records, const BlockScheme& scheme, std::size_t block_rows_most,
                          const std::function<bool(Pattern)>& keep, unsigned threads) {
  const std::vector<Feature> features = make_features(records, scheme.features, threads);
  const BlockFinder finder(scheme);
  std::vector<KeyBlocks> built(scheme.keys.size());
  in_parallel(built.size(), threads, [&](std::size_t key) {
    built[key] = KeyBuilder(block_rows_most).build(records, features, finder, key);
  });
  return compare_built(records, built, keep, threads);
}

}  // namespace jingwei::linkage
