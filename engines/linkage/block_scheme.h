// Which blocks a row stands in, frozen: two rows are compared when they share a block. What a row's blocks
// are depends on the row and the scheme alone, never on what else there is.
#pragma once

#include <cstdint>
#include <vector>

#include "engines/linkage/features.h"

namespace jingwei::linkage {

struct BlockScheme {
  struct Key {
    std::vector<std::uint8_t> features;  // indexes into BlockScheme::features; a block agrees in all of them
    // Blocks (and parts of blocks) that held too many rows when the scheme was frozen, in order. Their rows
    // stand in the parts that the key's next refining feature makes; where there is none, in no block.
    std::vector<std::uint64_t> common;
    bool operator==(const Key&) const = default;
  };
  std::vector<FeatureSpec> features;
  std::vector<Key> keys;
  bool operator==(const BlockScheme&) const = default;
};

inline constexpr std::size_t scheme_keys_most = 32;
inline constexpr std::size_t key_features_most = 4;
inline constexpr std::size_t scheme_features_most = 64;

// A key of one row: the hash of the parts taken so far.
inline constexpr std::uint64_t key_begin = 0x51ED270B;
inline std::uint64_t with_part(std::uint64_t key, std::uint32_t part) {
  return mix(key ^ part) | 1;
}

// Features by which a key's common blocks are parted, first to last: those that read none of the fields that
// the key or an earlier one reads.
std::vector<std::uint8_t> refinements(const BlockScheme& scheme, const BlockScheme::Key& key);

// Finds blocks. Thread-safe; the scheme must outlive it.
class BlockFinder {
 public:
  explicit BlockFinder(const BlockScheme& scheme);

  // The block of a row under one key: 0 where it stands in none. `part(feature)` is feature_of().
  template <typename PartOf>
  std::uint64_t block(std::size_t key, const PartOf& part) const {
    const BlockScheme::Key& of = scheme_.keys[key];
    std::uint64_t hash = key_begin;
    for (const auto feature : of.features) {
      const std::uint32_t taken = part(feature);
      if (taken == 0) return 0;
      hash = with_part(hash, taken);
    }
    for (const auto feature : refinements_[key]) {
      if (!is_common(of, hash)) return hash;
      const std::uint32_t taken = part(feature);
      if (taken == 0) return 0;
      hash = with_part(hash, taken);
    }
    return is_common(of, hash) ? 0 : hash;
  }

  // All blocks of a row, one place for each key, each told from those of other keys; 0 for none.
  void blocks(const RowView& row, std::vector<std::uint64_t>& into) const;

 private:
  static bool is_common(const BlockScheme::Key& key, std::uint64_t hash);

  const BlockScheme& scheme_;
  std::vector<std::vector<std::uint8_t>> refinements_;
};

// A scheme for fields of which no records were seen yet: every telling field alone, names with parts of dates
// and addresses.
BlockScheme standard_scheme(std::span<const Field> fields);

}  // namespace jingwei::linkage
