// The tree of regions at one moment: the whole country and the hub's own regions. Immutable; any number of
// threads may read it.
//
// Names are not keys: 和平村委会 stands 274 times. Codes are (GB/T 2260 and GB/T 10114, see
// docs/formats/region-tree.md): six digits for levels 1–3, nine for 4, twelve for 5, fifteen for a grid; own
// regions below may bear letters and dashes.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/messages.h"
#include "base/result.h"
#include "modules/region/polygon.h"
#include "modules/region/region_columns.h"
#include "modules/region/tree_file.h"

namespace jingwei::region {

enum class Level : std::uint8_t {
  nation,
  province,
  city,
  district,
  street,
  community,
  grid,
  compound,
  building,
  flat
};
inline constexpr int level_count = 10;
std::string_view name_of(Level level);  // "street"
// 乡级 / "street or town"; from messages.yaml at the first call, so register_messages() comes before.
std::string_view title_of(Level level, Language language);
std::optional<Level> parse_level(std::string_view text);  // a number 0–9 or a name

// What a code of the hub's own may look like: up to 32 digits, letters, dashes; digits alone: at least five,
// not beginning with 0.
bool is_own_code(std::string_view code);

// The subtree of a node as a run of the preorder.
struct Interval {
  Node begin = 0;
  Node end = 0;
  bool contains(Node n) const { return n >= begin && n < end; }
  Node size() const { return end - begin; }
};

// What "under" may name: a region's subtree, or the members of a functional zone. Sorted, disjoint.
struct Scope {
  std::vector<Interval> parts;
  bool contains(Node n) const;
};

// A region of the hub's own store, as it stands in a snapshot.
struct OwnRegion {
  RegionId id;
  RegionId parent;
  std::string code;
  std::string name;
  Level level = Level::grid;
  std::string kind;  // finer than the level where the city wants it, such as "market"; may be empty
  bool synthetic = false;
  std::int32_t valid_from = unknown_day;
  std::shared_ptr<const Boundary> boundary;  // may be null
  std::int64_t version = 1;                  // row version, for expectations
};

// A boundary the hub knows for a region of the national file.
struct KnownBoundary {
  RegionId region;
  std::shared_ptr<const Boundary> boundary;
};

// A functional zone (开发区, 高新区): a named set of regions with a code of its own, in no place of the tree.
struct Zone {
  RegionId id;
  std::string code;
  std::string name;
  std::string kind;
  std::vector<RegionId> members;
  Scope scope;  // filled by Tree::merge
};

// Everything the store adds to the national file.
struct OwnRegions {
  std::vector<OwnRegion> regions;
  std::vector<KnownBoundary> boundaries;
  std::vector<Zone> zones;
  std::vector<Retired> retired;  // ended regions and codes that changed
};

// How a code was understood on a day.
struct Resolution {
  Node node = no_node;  // the region now standing for it; no_node when none does any longer
  const Retired* retired =
      nullptr;  // the dated entry that matched, when the code is not (or was not then) current
};

struct Search {
  std::string text;  // name (part), pinyin or initials (beginning), or a code
  std::optional<Scope> under;
  std::optional<Level> level;
  std::size_t most = limits::region_matches;
};

class Tree {
 public:
  // The national file alone.
  static std::shared_ptr<const Tree> from_file(std::shared_ptr<const TreeFile> file);
  // The file and the store's regions as one tree; own regions stand after a node's national children, in the
  // order of their codes. Errors: invalid "region.parent_missing" (parent neither national nor own, or a
  // circle), conflict "region.code_taken".
  static Result<std::shared_ptr<const Tree>> merge(std::shared_ptr<const TreeFile> file, OwnRegions own);

  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Node size() const { return nodes_.size(); }
  Node root() const { return 0; }

  // By code in any form: 44, 4404, 440402, 440402001, zero-padded 440400000000. Current codes only. no_node
  // when there is none.
  Node find(std::string_view code) const;
  Node find(RegionId id) const;
  // Also codes that have changed or ended; with `at`, as of that day.
  Resolution resolve(std::string_view code, std::optional<Day> at = std::nullopt) const;
  // All regions of exactly this name, in preorder.
  std::span<const Node> named(std::string_view name) const;
  // Best first: whole name, beginning of the name, whole pinyin or initials, their beginning, part of the
  // name; then the higher level, the shorter name, the order of the tree.
  std::vector<Node> search(const Search& search) const;

  RegionId id(Node n) const { return RegionId(nodes_.ids.empty() ? std::int64_t{n} + 1 : nodes_.ids[n]); }
  std::string code(Node n) const;
  std::string_view name(Node n) const;
  std::string_view pinyin(Node n) const;
  std::string_view initials(Node n) const;
  Level level(Node n) const { return static_cast<Level>(nodes_.levels[n]); }
  Node parent(Node n) const { return nodes_.parents[n]; }
  Interval subtree(Node n) const { return {n, nodes_.ends[n]}; }
  bool contains(Node ancestor, Node n) const { return subtree(ancestor).contains(n); }
  std::uint32_t child_count(Node n) const { return nodes_.child_counts[n]; }
  std::uint32_t descendant_count(Node n) const { return nodes_.ends[n] - n - 1; }
  std::optional<Day> valid_from(Node n) const;
  // Children in order: for (Node c = first_child(n); c != no_node; c = next_sibling(c)).
  Node first_child(Node n) const { return child_count(n) == 0 ? no_node : n + 1; }
  Node next_sibling(Node n) const;
  std::vector<Node> children(Node n) const;
  // Root first, the node itself last.
  std::vector<Node> path(Node n) const;
  // Names from below the nation to the node: "广东省 / 珠海市"; without the node itself when `with_self` is
  // false.
  enum class Self : std::uint8_t { left_out, included };
  std::string path_text(Node n, Self self = Self::included) const;

  const OwnRegion* own(Node n) const;  // null for national regions
  bool synthetic(Node n) const { return own(n) != nullptr && own(n)->synthetic; }
  const Boundary* boundary(Node n) const;        // null when none is known
  std::optional<Position> center(Node n) const;  // of the boundary, else the mean of the children's
  // The deepest region whose boundary holds a WGS-84 point; no_node outside all.
  Node locate(Position p) const;

  // Regions and codes that ended, of the file and of the store.
  std::span<const Retired> retired() const { return retired_; }
  std::span<const Zone> zones() const { return zones_; }
  const Zone* zone(std::string_view code) const;
  // A region's subtree or a zone's members.
  std::optional<Scope> scope(std::string_view code) const;

  Day edition() const { return file_->edition(); }
  // Bytes held by columns, names and indexes (without boundaries).
  std::size_t memory_bytes() const;

 private:
  friend class Searcher;
  explicit Tree(std::shared_ptr<const TreeFile> file) : file_(std::move(file)) {}
  Result<void> take(OwnRegions own);
  void index_own(const std::vector<Node>& places);
  Node find_number(std::uint64_t code) const;
  const NameColumns& names_of(std::uint32_t& name) const;

  std::shared_ptr<const TreeFile> file_;
  NodeColumns nodes_;
  NameColumns names_;
  NameColumns extra_names_;
  OwnedNodes owned_nodes_;
  OwnedNames owned_names_;
  std::vector<OwnRegion> own_;
  std::unordered_map<Node, std::uint32_t> own_at_;
  std::vector<std::string> code_texts_;
  std::unordered_map<std::string, Node> text_codes_;
  std::unordered_map<Node, std::shared_ptr<const Boundary>> boundaries_;
  std::unordered_map<Node, Position> centers_;
  BoundaryIndex leaf_boundaries_;
  std::vector<Zone> zones_;
  std::vector<Retired> retired_;
  std::unordered_multimap<std::string, std::uint32_t> retired_at_;  // by code
};

}  // namespace jingwei::region
