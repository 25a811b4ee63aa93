#include "modules/ingest/address/address_index.h"

#include <algorithm>
#include <map>

namespace jingwei::ingest {

namespace {

struct OldPlace {
  std::string_view name;
  int code;
};
constexpr std::array old_places = {
#define JINGWEI_OLD_PLACE(name, code) OldPlace{name, code},
#include "modules/ingest/address/old_places.def"
};

using Places = std::map<std::string, std::vector<NamedPlace>>;

void add(Places& names, WrittenForm form, region::Node node) {
  if (count_points(form.text) < 2) return;
  auto& places = names[std::move(form.text)];
  for (auto& place : places) {
    if (place.node != node) continue;
    if (form.form < place.form) place = {node, form.form, form.needs_parent};
    return;
  }
  places.push_back({node, form.form, form.needs_parent});
}

// The name above that is one of people's own words, not 市辖区 or 省直辖县级行政区划.
std::string_view spoken_name(const region::Tree& tree, region::Node node) {
  const std::string_view name = node == region::no_node ? std::string_view() : tree.name(node);
  return name == "市辖区" || name == "县" || name.find("直辖县级") != std::string_view::npos
             ? std::string_view()
             : name;
}

void add_place(Places& names, const region::Tree& tree, region::Node node) {
  const region::Node parent = tree.parent(node);
  std::string_view city, province;
  if (tree.level(node) == region::Level::district) {
    city = spoken_name(tree, parent);
    if (parent != region::no_node) province = spoken_name(tree, tree.parent(parent));
    // A city without districts stands below itself under its own name (东莞市 / 东莞市); the upper one is
    // meant.
    if (city == tree.name(node)) return;
  }
  for (auto& form : forms_of(tree.name(node), city, province)) add(names, std::move(form), node);
}

}  // namespace

std::uint64_t AddressIndex::key_of(std::string_view text) {
  const std::size_t one = point_bytes(text);
  const std::size_t two = one + point_bytes(text.substr(one));
  std::uint64_t key = 0;
  for (const char c : text.substr(0, two)) key = key << 8 | static_cast<unsigned char>(c);
  return key;
}

AddressIndex::AddressIndex(std::shared_ptr<const region::Tree> tree) : tree_(std::move(tree)) {
  Places found;
  stems_.resize(tree_->size());
  for (region::Node node = 0; node < tree_->size(); ++node) {
    const region::Level level = tree_->level(node);
    if (level >= region::Level::street) {
      const std::string_view name = tree_->name(node);
      stems_[node] = static_cast<std::uint8_t>(std::min<std::size_t>(stem_bytes(name), 255));
      if (level == region::Level::street) streets_.push_back({node, head_of(name)});
      if (level == region::Level::community) communities_.push_back({node, head_of(name)});
    } else if (level >= region::Level::province) {
      add_place(found, *tree_, node);
    }
  }
  for (const auto& old : old_places) {
    const region::Node node = tree_->find(std::to_string(old.code));
    if (node != region::no_node) add(found, {std::string(old.name), NameForm::old_name, false}, node);
  }
  std::vector<std::pair<std::uint64_t, const Places::value_type*>> order;
  for (const auto& one : found) order.emplace_back(key_of(one.first), &one);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const std::string &left = a.second->first, &right = b.second->first;
    return left.size() != right.size() ? left.size() > right.size() : left < right;
  });
  for (const auto& [key, one] : order) {
    Bucket& bucket =
        buckets_.try_emplace(key, Bucket{static_cast<std::uint32_t>(names_.size()), 0}).first->second;
    ++bucket.count;
    names_.push_back({one->first, static_cast<std::uint32_t>(places_.size()),
                      static_cast<std::uint32_t>(one->second.size())});
    places_.insert(places_.end(), one->second.begin(), one->second.end());
  }
}

std::vector<std::string> AddressIndex::old_names_without_place(const region::Tree& tree) {
  std::vector<std::string> missing;
  for (const auto& old : old_places) {
    if (tree.find(std::to_string(old.code)) == region::no_node) missing.emplace_back(old.name);
  }
  return missing;
}

}  // namespace jingwei::ingest
