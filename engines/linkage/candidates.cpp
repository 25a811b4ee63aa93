#include "engines/linkage/candidates.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "engines/linkage/parallel.h"

namespace jingwei::linkage {

namespace {

// Rows of one block, as a range of an array.
struct Block {
  std::size_t begin = 0, end = 0;
  bool neighbours_only = false;
};

// One key's rows laid out block by block.
struct KeyBlocks {
  std::vector<std::uint32_t> rows;
  std::vector<Block> blocks;
  std::uint64_t parted = 0;
  std::size_t largest = 0;
};

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

void sort_by_key(std::vector<KeyedRow>& keyed) {
  std::sort(keyed.begin(), keyed.end(), [](const KeyedRow& a, const KeyedRow& b) {
    return a.key != b.key ? a.key < b.key : a.row < b.row;
  });
}

class KeyBuilder {
 public:
  KeyBuilder(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits)
      : records_(records), plan_(plan), limits_(limits) {}

  KeyBlocks build(const BlockingKey& key) {
    std::vector<KeyedRow> keyed;
    for (std::uint32_t row = 0; row < records_.rows(); ++row) {
      if (const std::uint64_t hash = key_of(plan_, key, row); hash != 0) keyed.push_back({hash, row});
    }
    sort_by_key(keyed);
    std::uint32_t used = 0;
    for (const auto feature : key.features) used |= plan_.features[feature].fields;
    part(keyed, 0, used);
    return std::move(built_);
  }

 private:
  // Adds the runs of equal keys; a run that is too large is parted by the features from `next` on.
  void part(const std::vector<KeyedRow>& keyed, std::size_t next, std::uint32_t used) {
    for (std::size_t begin = 0, end = 0; begin < keyed.size(); begin = end) {
      while (end < keyed.size() && keyed[end].key == keyed[begin].key) ++end;
      if (end - begin < 2) continue;
      if (next == 0) built_.largest = std::max(built_.largest, end - begin);
      if (end - begin <= limits_.block_rows) {
        add(keyed, begin, end, false);
        continue;
      }
      if (next == 0) ++built_.parted;
      std::size_t by = next;
      while (by < plan_.features.size() && (plan_.features[by].fields & used) != 0) ++by;
      if (by == plan_.features.size()) {
        add(keyed, begin, end, true);
        continue;
      }
      std::vector<KeyedRow> finer;
      finer.reserve(end - begin);
      for (std::size_t at = begin; at < end; ++at) {
        const std::uint32_t part = plan_.features[by].of_row[keyed[at].row];
        if (part != 0) finer.push_back({mix(keyed[at].key ^ part), keyed[at].row});
      }
      sort_by_key(finer);
      part(finer, by + 1, used | plan_.features[by].fields);
    }
  }

  void add(const std::vector<KeyedRow>& keyed, std::size_t begin, std::size_t end, bool neighbours_only) {
    const std::size_t from = built_.rows.size();
    for (std::size_t at = begin; at < end; ++at) built_.rows.push_back(keyed[at].row);
    built_.blocks.push_back({from, built_.rows.size(), neighbours_only});
  }

  const Records& records_;
  const BlockingPlan& plan_;
  const BlockingLimits& limits_;
  KeyBlocks built_;
};

struct Part {
  std::vector<ComparedPair> kept;
  std::unordered_map<Pattern, std::uint64_t> patterns;
  std::uint64_t compared = 0;
};

// Compares what stands in one stretch of one key's blocks.
class Stretch {
 public:
  Stretch(const Records& records, const std::function<bool(Pattern)>& keep, Comparer& comparer, Part& part)
      : records_(records), keep_(keep), comparer_(comparer), part_(part) {}

  void take(std::uint32_t a, std::uint32_t b) {
    if (!may_pair(records_, a, b)) return;
    const Pattern pattern = comparer_.compare(a, b);
    ++part_.compared;
    const auto found = part_.patterns.try_emplace(pattern, 0).first;
    ++found->second;
    if (keep_(pattern)) part_.kept.push_back({std::min(a, b), std::max(a, b), pattern});
  }

 private:
  const Records& records_;
  const std::function<bool(Pattern)>& keep_;
  Comparer& comparer_;
  Part& part_;
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
    for (const auto& [pattern, pairs] : part.patterns) patterns[pattern] += pairs;
  }
  for (const auto& [pattern, pairs] : patterns)
    all.patterns.push_back({pattern, static_cast<double>(pairs), 0});
  const auto order = [](const ComparedPair& one, const ComparedPair& other) {
    return one.a != other.a ? one.a < other.a : one.b < other.b;
  };
  std::sort(all.kept.begin(), all.kept.end(), order);
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

}  // namespace

Candidates compare_blocks(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits,
                          const std::function<bool(Pattern)>& keep, unsigned threads) {
  if (plan.every_pair) return compare_every_pair(records, keep, threads);
  const std::size_t keys = plan.keys.size();
  std::vector<KeyBlocks> built(keys);
  in_parallel(keys, threads,
              [&](std::size_t key) { built[key] = KeyBuilder(records, plan, limits).build(plan.keys[key]); });
  // Each row's block under every key: a pair is compared by the first key that brings it together.
  std::vector<std::uint32_t> block_of(records.rows() * keys, 0);
  in_parallel(keys, threads, [&](std::size_t key) {
    std::uint32_t number = 0;
    for (const Block& block : built[key].blocks) {
      ++number;
      if (block.neighbours_only) continue;
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
      const std::size_t reach = block.neighbours_only ? limits.window_rows : block.end - block.begin;
      for (std::size_t i = block.begin; i < block.end; ++i) {
        const std::uint32_t* first = &block_of[of_key.rows[i] * keys];
        for (std::size_t j = i + 1; j < std::min(block.end, i + reach + 1); ++j) {
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
  }
  return all;
}

}  // namespace jingwei::linkage
