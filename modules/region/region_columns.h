// The columns of a region tree: views into a tree file or into vectors of a merged tree
// (docs/formats/region-tree.md).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace jingwei::region {

// A place in the preorder of one tree snapshot; ids (RegionId) outlive snapshots, nodes do not.
using Node = std::uint32_t;
inline constexpr Node no_node = std::numeric_limits<Node>::max();

// Days for which no beginning is known.
inline constexpr std::int32_t unknown_day = std::numeric_limits<std::int32_t>::min();

// Own regions (the store's) get ids from here up; the national file's ids stay below.
inline constexpr std::int64_t first_own_id = std::int64_t{1} << 40;

// A code column value with this bit holds an index of `code_texts` instead of the digits.
inline constexpr std::uint64_t text_code_bit = std::uint64_t{1} << 63;

// Distinct names in byte order. Pools hold each text followed by NUL; offsets[i] is where text i begins.
struct NameColumns {
  std::string_view names;
  std::string_view pinyin;                      // "xiangzhouqu"
  std::string_view initials;                    // "xzq"
  std::span<const std::uint32_t> name_offsets;  // count + 1
  std::span<const std::uint32_t> pinyin_offsets;
  std::span<const std::uint32_t> initials_offsets;
  std::span<const std::uint32_t> by_pinyin;  // name numbers in the order of their pinyin
  std::span<const std::uint32_t> by_initials;

  std::uint32_t size() const {
    return name_offsets.empty() ? 0 : static_cast<std::uint32_t>(name_offsets.size() - 1);
  }
  std::string_view name(std::uint32_t i) const { return cut(names, name_offsets, i); }
  std::string_view pinyin_of(std::uint32_t i) const { return cut(pinyin, pinyin_offsets, i); }
  std::string_view initials_of(std::uint32_t i) const { return cut(initials, initials_offsets, i); }

 private:
  static std::string_view cut(std::string_view pool, std::span<const std::uint32_t> offsets,
                              std::uint32_t i) {
    return pool.substr(offsets[i], offsets[i + 1] - offsets[i] - 1);
  }
};

// One value per node, in preorder: a node's subtree is [node, ends[node]).
struct NodeColumns {
  std::span<const std::int64_t> ids;  // empty: the id of node n is n + 1
  std::span<const std::uint64_t> codes;
  std::span<const Node> parents;  // no_node for the root
  std::span<const Node> ends;
  std::span<const std::uint32_t> child_counts;
  std::span<const std::uint32_t> names;      // name number; from NameColumns::size() on: the extra names
  std::span<const std::int32_t> valid_from;  // empty: unknown for all
  std::span<const std::uint8_t> levels;
  std::span<const Node> code_slots;           // open addressing, power of two (code_slot)
  std::span<const Node> by_id;                // nodes in the order of their ids; empty when ids is
  std::span<const std::uint32_t> name_first;  // name_nodes[name_first[k] .. name_first[k+1]) bear name k
  std::span<const Node> name_nodes;

  Node size() const { return static_cast<Node>(codes.size()); }
};

// First slot of a code in a table of 2^bits slots (Fibonacci hashing, Knuth 6.4); collisions go to the next
// slot.
inline std::size_t code_slot(std::uint64_t code, std::size_t slots) {
  const int bits = std::bit_width(slots) - 1;
  return bits == 0 ? 0 : static_cast<std::size_t>((code * 0x9E3779B97F4A7C15ULL) >> (64 - bits));
}

// A region that ended: its id and code stay resolvable.
struct Retired {
  std::int64_t id = 0;
  std::string code;
  std::string parent_code;
  std::string name;
  std::uint8_t level = 0;
  std::int32_t valid_from = unknown_day;
  std::int32_t valid_to = unknown_day;  // first day on which it no longer stood
  std::vector<std::string> successors;  // codes
};

// Columns that own their memory.
struct OwnedNames {
  std::string names, pinyin, initials;
  std::vector<std::uint32_t> name_offsets, pinyin_offsets, initials_offsets, by_pinyin, by_initials;
  NameColumns view() const {
    return {names, pinyin, initials, name_offsets, pinyin_offsets, initials_offsets, by_pinyin, by_initials};
  }
};

struct OwnedNodes {
  std::vector<std::int64_t> ids;
  std::vector<std::uint64_t> codes;
  std::vector<Node> parents, ends;
  std::vector<std::uint32_t> child_counts, names;
  std::vector<std::int32_t> valid_from;
  std::vector<std::uint8_t> levels;
  std::vector<Node> code_slots, by_id;
  std::vector<std::uint32_t> name_first;
  std::vector<Node> name_nodes;
  NodeColumns view() const {
    return {ids,        codes,  parents,    ends,  child_counts, names,
            valid_from, levels, code_slots, by_id, name_first,   name_nodes};
  }
};

// Names in byte order without repetition → columns with pinyin. Costs some microseconds a name (ICU).
OwnedNames make_names(const std::vector<std::string>& sorted_names);

// Fills ends, child_counts, code_slots, name_first and name_nodes from codes, parents and names (`name_count`
// in all). Nodes whose code stands already keep out of code_slots; returns how many did.
std::size_t finish_nodes(OwnedNodes& nodes, std::uint32_t name_count);

}  // namespace jingwei::region
