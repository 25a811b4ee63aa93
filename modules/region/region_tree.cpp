#include "modules/region/region_tree.h"

#include "base/text.h"

namespace jingwei::region {
namespace {

constexpr std::string_view level_names[level_count] = {
    "nation", "province", "city", "district", "street", "community", "grid", "compound", "building", "flat"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::string_view name_of(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::string_view title_of(Level level, Language language) {
  using Titles = std::array<std::array<std::string, 2>, level_count>;
  // Read from the catalogue once: titles stand in every answer.
  static const Titles titles = [] {
    Titles read;
    for (std::size_t i = 0; i < level_count; ++i) {
      const std::string id = "region.level." + std::string(level_names[i]);
      read[i] = {render(id, {}, Language::zh), render(id, {}, Language::en)};
    }
    return read;
  }();
  return titles[static_cast<std::size_t>(level)][language == Language::zh ? 0 : 1];
}

bool is_own_code(std::string_view code) {
  const bool allowed =
      !code.empty() && code.size() <= 32 && std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
      });
  // Digits alone are read as numbers by find(): two and four are short forms, a leading zero would be lost.
  return allowed && (!all_digits(code) || (code.size() >= 5 && code[0] != '0'));
}

std::optional<Level> parse_level(std::string_view text) {
  for (int i = 0; i < level_count; ++i) {
    if (text == level_names[i] || (text.size() == 1 && text[0] == '0' + i)) return static_cast<Level>(i);
  }
  return std::nullopt;
}

bool Scope::contains(Node n) const {
  const auto after = std::upper_bound(parts.begin(), parts.end(), n,
                                      [](Node node, const Interval& part) { return node < part.begin; });
  return after != parts.begin() && std::prev(after)->contains(n);
}

std::shared_ptr<const Tree> Tree::from_file(std::shared_ptr<const TreeFile> file) {
  std::shared_ptr<Tree> tree(new Tree(std::move(file)));
  tree->nodes_ = tree->file_->nodes();
  tree->names_ = tree->file_->names();
  tree->retired_ = tree->file_->retired();
  for (std::uint32_t i = 0; i < tree->retired_.size(); ++i)
    tree->retired_at_.emplace(tree->retired_[i].code, i);
  return tree;
}

Node Tree::find_number(std::uint64_t code) const {
  const std::size_t slots = nodes_.code_slots.size();
  for (std::size_t slot = code_slot(code, slots); nodes_.code_slots[slot] != no_node;
       slot = (slot + 1) & (slots - 1)) {
    if (nodes_.codes[nodes_.code_slots[slot]] == code) return nodes_.code_slots[slot];
  }
  return no_node;
}

Node Tree::find(std::string_view code) const {
  if (code.size() > 18 || !all_digits(code)) {
    if (text_codes_.empty()) return no_node;
    const auto found = text_codes_.find(std::string(code));
    return found == text_codes_.end() ? no_node : found->second;
  }
  const std::uint64_t number = number_of(code);
  if (code.size() == 2) return find_number(number * 10'000);
  if (code.size() == 4) return find_number(number * 100);
  Node found = find_number(number);
  // Longer forms end in zeros by threes: 440402001000 is the street 440402001, 440400000000 the city 440400.
  while (found == no_node && code.size() > 6 && code.size() % 3 == 0 && code.ends_with("000")) {
    code.remove_suffix(3);
    found = find_number(number_of(code));
  }
  return found;
}

Node Tree::find(RegionId id) const {
  if (!id) return no_node;
  if (nodes_.ids.empty()) return id.value <= size() ? static_cast<Node>(id.value - 1) : no_node;
  const auto at = std::lower_bound(nodes_.by_id.begin(), nodes_.by_id.end(), id.value,
                                   [&](Node n, std::int64_t value) { return nodes_.ids[n] < value; });
  return at != nodes_.by_id.end() && nodes_.ids[*at] == id.value ? *at : no_node;
}

Resolution Tree::resolve(std::string_view code, std::optional<Day> at) const {
  const Node now = find(code);
  const std::int32_t day = at ? to_days(*at) : 0;
  const bool stood = now != no_node && (!at || nodes_.valid_from.empty() || nodes_.valid_from[now] <= day);
  if (stood) return {now, nullptr};
  const auto [first, last] = retired_at_.equal_range(std::string(code));
  const Retired* best = nullptr;
  for (auto i = first; i != last; ++i) {
    const Retired& candidate = retired_[i->second];
    if (at && !(candidate.valid_from <= day && day < candidate.valid_to)) continue;
    if (best == nullptr || candidate.valid_to > best->valid_to) best = &candidate;
  }
  if (best == nullptr) return {};
  return {find(RegionId(best->id)), best};
}

const NameColumns& Tree::names_of(std::uint32_t& name) const {
  if (name < names_.size()) return names_;
  name -= names_.size();
  return extra_names_;
}

std::string_view Tree::name(Node n) const {
  std::uint32_t number = nodes_.names[n];
  return names_of(number).name(number);
}

std::string_view Tree::pinyin(Node n) const {
  std::uint32_t number = nodes_.names[n];
  return names_of(number).pinyin_of(number);
}

std::string_view Tree::initials(Node n) const {
  std::uint32_t number = nodes_.names[n];
  return names_of(number).initials_of(number);
}

std::string Tree::code(Node n) const {
  const std::uint64_t code = nodes_.codes[n];
  return (code & text_code_bit) != 0 ? code_texts_[code & ~text_code_bit] : std::to_string(code);
}

std::optional<Day> Tree::valid_from(Node n) const {
  if (nodes_.valid_from.empty() || nodes_.valid_from[n] == unknown_day) return std::nullopt;
  return from_days(nodes_.valid_from[n]);
}

std::span<const Node> Tree::named(std::string_view name) const {
  std::uint32_t before = 0;
  for (const NameColumns* names : {&names_, &extra_names_}) {
    std::uint32_t low = 0;
    std::uint32_t high = names->size();
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (names->name(middle) < name) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < names->size() && names->name(low) == name) {
      const std::uint32_t first = nodes_.name_first[before + low];
      return nodes_.name_nodes.subspan(first, nodes_.name_first[before + low + 1] - first);
    }
    before += names->size();
  }
  return {};
}

Node Tree::next_sibling(Node n) const {
  const Node parent = nodes_.parents[n];
  if (parent == no_node || nodes_.ends[n] >= nodes_.ends[parent]) return no_node;
  return nodes_.ends[n];
}

std::vector<Node> Tree::children(Node n) const {
  std::vector<Node> out;
  out.reserve(child_count(n));
  for (Node child = first_child(n); child != no_node; child = next_sibling(child)) out.push_back(child);
  return out;
}

std::vector<Node> Tree::path(Node n) const {
  std::vector<Node> out;
  out.reserve(level_count);
  for (; n != no_node; n = nodes_.parents[n]) out.push_back(n);
  std::reverse(out.begin(), out.end());
  return out;
}

std::string Tree::path_text(Node n, Self self) const {
  std::string out;
  for (const Node step : path(n)) {
    if (step == root() || (step == n && self == Self::left_out)) continue;
    if (!out.empty()) out += " / ";
    out += name(step);
  }
  return out;
}

const OwnRegion* Tree::own(Node n) const {
  if (own_at_.empty()) return nullptr;
  const auto found = own_at_.find(n);
  return found == own_at_.end() ? nullptr : &own_[found->second];
}

const Boundary* Tree::boundary(Node n) const {
  if (boundaries_.empty()) return nullptr;
  const auto found = boundaries_.find(n);
  return found == boundaries_.end() ? nullptr : found->second.get();
}

std::optional<Position> Tree::center(Node n) const {
  if (centers_.empty()) return std::nullopt;
  const auto found = centers_.find(n);
  return found == centers_.end() ? std::nullopt : std::optional(found->second);
}

Node Tree::locate(Position p) const {
  return leaf_boundaries_.find(p).value_or(no_node);
}

const Zone* Tree::zone(std::string_view code) const {
  const auto found =
      std::find_if(zones_.begin(), zones_.end(), [&](const Zone& zone) { return zone.code == code; });
  return found == zones_.end() ? nullptr : &*found;
}

std::optional<Scope> Tree::scope(std::string_view code) const {
  if (const Zone* found = zone(code)) return found->scope;
  const Node node = resolve(code).node;
  if (node == no_node) return std::nullopt;
  return Scope{{subtree(node)}};
}

std::size_t Tree::memory_bytes() const {
  const OwnedNodes& n = owned_nodes_;
  const std::size_t merged =
      n.ids.size() * 8 + n.codes.size() * 8 + n.levels.size() + n.valid_from.size() * 4 +
      (n.parents.size() + n.ends.size() + n.child_counts.size() + n.names.size() + n.code_slots.size() +
       n.by_id.size() + n.name_first.size() + n.name_nodes.size()) *
          4;
  const OwnedNames& m = owned_names_;
  return file_->bytes() + merged + m.names.size() + m.pinyin.size() + m.initials.size() +
         m.name_offsets.size() * 20;
}

}  // namespace jingwei::region
