// Laying the store's own regions into the national tree.
#include <numeric>

#include "modules/region/region_tree.h"

namespace jingwei::region {
namespace {

// Own regions as a forest: children by parent id, and which hang on national nodes.
struct Forest {
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> children;  // own parent id → own numbers
  std::map<Node, std::vector<std::uint32_t>> roots;                       // national node → own numbers
};

Result<Forest> plant(const std::vector<OwnRegion>& own, const Tree& national) {
  std::unordered_map<std::int64_t, std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < own.size(); ++i) numbers.emplace(own[i].id.value, i);
  Forest forest;
  for (std::uint32_t i = 0; i < own.size(); ++i) {
    const Node place = own[i].parent.value < first_own_id ? national.find(own[i].parent) : no_node;
    if (place != no_node) {
      forest.roots[place].push_back(i);
    } else if (numbers.contains(own[i].parent.value)) {
      forest.children[own[i].parent.value].push_back(i);
    } else {
      return Error(ErrorCode::invalid, "region.parent_missing")
          .with("code", own[i].code)
          .with("parent", own[i].parent.to_string());
    }
  }
  return forest;
}

// One run of own nodes in preorder, to be laid in after the subtree of the national node `under`.
struct Block {
  Node at = 0;  // national position before which it comes
  Node under = 0;
  std::vector<std::uint32_t> own;
};

std::vector<Block> cut_blocks(Forest& forest, const std::vector<OwnRegion>& own, const Tree& national) {
  std::vector<Block> blocks;
  for (auto& [place, roots] : forest.roots) {
    Block block{national.subtree(place).end, place, {}};
    std::vector<std::uint32_t> open(roots.rbegin(), roots.rend());
    while (!open.empty()) {
      const std::uint32_t next = open.back();
      open.pop_back();
      block.own.push_back(next);
      const auto below = forest.children.find(own[next].id.value);
      if (below != forest.children.end())
        open.insert(open.end(), below->second.rbegin(), below->second.rend());
    }
    blocks.push_back(std::move(block));
  }
  // Where several subtrees end at one position, the innermost comes first.
  std::sort(blocks.begin(), blocks.end(),
            [](const Block& a, const Block& b) { return a.at != b.at ? a.at < b.at : a.under > b.under; });
  return blocks;
}

// Sorts by code and gives each distinct name not in `known` a number after theirs.
std::vector<std::string> new_names(const std::vector<OwnRegion>& own, const Tree& national) {
  std::vector<std::string> names;
  for (const OwnRegion& region : own) {
    if (national.named(region.name).empty()) names.push_back(region.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool is_number_code(const std::string& code) {
  return !code.empty() && code.size() <= 18 && code[0] != '0' &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Appends nodes one by one or by runs of the national tree.
class Layer {
 public:
  Layer(const NodeColumns& from, OwnedNodes& into, std::size_t more)
      : from_(from), into_(into), places_(from.size()) {
    const std::size_t total = from.size() + more;
    into.ids.reserve(total);
    into.codes.reserve(total);
    into.parents.reserve(total);
    into.names.reserve(total);
    into.valid_from.reserve(total);
    into.levels.reserve(total);
  }

  void copy(Node begin, Node end) {
    for (Node n = begin; n < end; ++n) {
      places_[n] = static_cast<Node>(into_.codes.size());
      into_.ids.push_back(from_.ids.empty() ? std::int64_t{n} + 1 : from_.ids[n]);
      into_.codes.push_back(from_.codes[n]);
      into_.parents.push_back(from_.parents[n] == no_node ? no_node : places_[from_.parents[n]]);
      into_.names.push_back(from_.names[n]);
      into_.valid_from.push_back(from_.valid_from.empty() ? unknown_day : from_.valid_from[n]);
      into_.levels.push_back(from_.levels[n]);
    }
  }

  Node add(const OwnRegion& region, std::uint64_t code, Node parent, std::uint32_t name) {
    into_.ids.push_back(region.id.value);
    into_.codes.push_back(code);
    into_.parents.push_back(parent);
    into_.names.push_back(name);
    into_.valid_from.push_back(region.valid_from);
    into_.levels.push_back(static_cast<std::uint8_t>(region.level));
    return static_cast<Node>(into_.codes.size() - 1);
  }

  Node place(Node national) const { return places_[national]; }

 private:
  const NodeColumns& from_;
  OwnedNodes& into_;
  std::vector<Node> places_;
};

std::vector<Node> order_by_id(const std::vector<std::int64_t>& ids) {
  std::vector<Node> order(ids.size());
  std::iota(order.begin(), order.end(), Node{0});
  // National ids mostly ascend along the preorder, so a stable merge of few runs is quick.
  std::stable_sort(order.begin(), order.end(), [&](Node a, Node b) { return ids[a] < ids[b]; });
  return order;
}

Scope scope_of(const Tree& tree, const std::vector<RegionId>& members) {
  Scope scope;
  for (const RegionId id : members) {
    if (const Node node = tree.find(id); node != no_node) scope.parts.push_back(tree.subtree(node));
  }
  std::sort(scope.parts.begin(), scope.parts.end(), [](const Interval& a, const Interval& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Interval> kept;
  for (const Interval& part : scope.parts) {
    if (kept.empty() || part.begin >= kept.back().end) kept.push_back(part);  // nested members add nothing
  }
  scope.parts = std::move(kept);
  return scope;
}

}  // namespace

Result<std::shared_ptr<const Tree>> Tree::merge(std::shared_ptr<const TreeFile> file, OwnRegions own) {
  std::shared_ptr<Tree> tree(new Tree(std::move(file)));
  JW_TRY(tree->take(std::move(own)));
  return std::shared_ptr<const Tree>(std::move(tree));
}

Result<void> Tree::take(OwnRegions own) {
  const std::shared_ptr<const Tree> national = from_file(file_);
  names_ = national->names_;
  nodes_ = national->nodes_;
  std::sort(own.regions.begin(), own.regions.end(),
            [](const OwnRegion& a, const OwnRegion& b) { return a.code < b.code; });
  own_ = std::move(own.regions);
  std::vector<Node> places;

  if (!own_.empty()) {
    JW_ASSIGN(Forest forest, plant(own_, *national));
    const std::vector<Block> blocks = cut_blocks(forest, own_, *national);
    const std::vector<std::string> extra = new_names(own_, *national);
    owned_names_ = make_names(extra);
    extra_names_ = owned_names_.view();
    places.assign(own_.size(), no_node);
    std::unordered_map<std::int64_t, Node> placed;
    Layer layer(national->nodes_, owned_nodes_, own_.size());
    Node copied = 0;
    for (const Block& block : blocks) {
      layer.copy(copied, block.at);
      copied = block.at;
      for (const std::uint32_t number : block.own) {
        const OwnRegion& region = own_[number];
        const auto same_name = national->named(region.name);
        const auto fresh = std::lower_bound(extra.begin(), extra.end(), region.name) - extra.begin();
        const std::uint32_t name = same_name.empty() ? names_.size() + static_cast<std::uint32_t>(fresh)
                                                     : national->nodes_.names[same_name.front()];
        const auto above = placed.find(region.parent.value);
        const Node parent = above == placed.end() ? layer.place(block.under) : above->second;
        const std::uint64_t code =
            is_number_code(region.code) ? std::stoull(region.code) : text_code_bit | code_texts_.size();
        if ((code & text_code_bit) != 0) code_texts_.push_back(region.code);
        places[number] = layer.add(region, code, parent, name);
        placed.emplace(region.id.value, places[number]);
      }
    }
    layer.copy(copied, national->size());
    if (const auto lost = std::find(places.begin(), places.end(), no_node); lost != places.end()) {
      const OwnRegion& region =
          own_[static_cast<std::size_t>(lost - places.begin())];  // its ancestors form a circle
      return Error(ErrorCode::invalid, "region.parent_missing")
          .with("code", region.code)
          .with("parent", region.parent.to_string());
    }
    finish_nodes(owned_nodes_, names_.size() + extra_names_.size());
    owned_nodes_.by_id = order_by_id(owned_nodes_.ids);
    nodes_ = owned_nodes_.view();
    for (std::uint32_t i = 0; i < own_.size(); ++i) {
      own_at_.emplace(places[i], i);
      if ((nodes_.codes[places[i]] & text_code_bit) != 0) text_codes_.emplace(own_[i].code, places[i]);
      if (national->find(own_[i].code) != no_node || find(own_[i].code) != places[i]) {
        return Error(ErrorCode::conflict, "region.code_taken").with("code", own_[i].code);
      }
    }
  }

  retired_ = file_->retired();
  retired_.insert(retired_.end(), std::make_move_iterator(own.retired.begin()),
                  std::make_move_iterator(own.retired.end()));
  for (std::uint32_t i = 0; i < retired_.size(); ++i) retired_at_.emplace(retired_[i].code, i);
  for (const KnownBoundary& known : own.boundaries) {
    if (const Node node = find(known.region); node != no_node) boundaries_[node] = known.boundary;
  }
  index_own(places);
  zones_ = std::move(own.zones);
  for (Zone& zone : zones_) zone.scope = scope_of(*this, zone.members);
  return {};
}

// Boundaries by node, centres from the leaves up, and the index of leaf boundaries.
void Tree::index_own(const std::vector<Node>& places) {
  for (std::uint32_t i = 0; i < own_.size(); ++i) {
    if (own_[i].boundary) boundaries_[places[i]] = own_[i].boundary;
  }
  struct Mean {
    double longitude = 0, latitude = 0;
    int count = 0;
  };
  // Deepest first: a node without a boundary stands at the mean of its children's centres.
  std::map<Node, Mean, std::greater<>> open;
  for (const auto& [node, boundary] : boundaries_) open[node];
  std::vector<BoundaryIndex::Entry> leaves;
  std::unordered_map<Node, bool> bounded_below;
  while (!open.empty()) {
    const auto [node, mean] = *open.begin();
    open.erase(open.begin());
    const Boundary* own_boundary = boundary(node);
    const Position center = own_boundary != nullptr
                                ? own_boundary->center()
                                : Position{mean.longitude / mean.count, mean.latitude / mean.count};
    centers_[node] = center;
    if (own_boundary != nullptr && !bounded_below[node]) leaves.push_back({node, boundaries_[node]});
    const Node above = parent(node);
    if (above == no_node || above == root()) continue;  // the nation has no centre of ours
    bounded_below[above] = true;
    Mean& sum = open[above];
    sum.longitude += center.longitude;
    sum.latitude += center.latitude;
    ++sum.count;
  }
  std::sort(leaves.begin(), leaves.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  leaf_boundaries_ = BoundaryIndex(std::move(leaves));
}

}  // namespace jingwei::region
