#include "modules/ingest/tree_region_resolver.h"

namespace jingwei::ingest {

namespace {

constexpr std::size_t remembered_most = 100'000;

bool is_code(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes separators people write between the parts of a place off the front.
std::string_view without_separators(std::string_view text) {
  for (;;) {
    if (!text.empty() &&
        (text.front() == '/' || text.front() == ' ' || text.front() == '-' || text.front() == ',')) {
      text.remove_prefix(1);
    } else if (text.starts_with("，") || text.starts_with("、") || text.starts_with("／")) {
      text.remove_prefix(3);
    } else {
      return text;
    }
  }
}

}  // namespace

TreeRegionResolver::TreeRegionResolver(std::shared_ptr<const region::Tree> tree, RegionId hub_region)
    : tree_(std::move(tree)), hub_(tree_->find(hub_region)) {
  if (hub_ == region::no_node) hub_ = tree_->root();
}

RegionMatch TreeRegionResolver::resolve(std::string_view text) {
  // Files stand in the order of places.
  if (text == last_ && !text.empty()) return last_match_;
  last_.assign(text);
  return last_match_ = remembered(text);
}

RegionMatch TreeRegionResolver::remembered(std::string_view text) {
  std::string key(text);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() >= remembered_most) known_.clear();
  return known_[std::move(key)] = look_up(text);
}

RegionMatch TreeRegionResolver::look_up(std::string_view text) const {
  if (is_code(text)) {
    const auto resolution = tree_->resolve(text);
    if (resolution.node == region::no_node) return {};
    return {RegionMatch::Outcome::found, tree_->id(resolution.node).value, false};
  }
  const RegionMatch named = by_name(text);
  if (named.outcome == RegionMatch::Outcome::found) return named;
  const RegionMatch composed = by_names_from_the_top(text);
  return composed.outcome == RegionMatch::Outcome::found ? composed : named;
}

RegionMatch TreeRegionResolver::by_name(std::string_view name) const {
  const auto everywhere = tree_->named(name);
  if (everywhere.empty()) return {};
  region::Node inside = region::no_node;
  std::size_t inside_count = 0;
  for (const region::Node node : everywhere) {
    if (!tree_->contains(hub_, node)) continue;
    inside = node;
    ++inside_count;
  }
  if (inside_count == 1) return {RegionMatch::Outcome::found, tree_->id(inside).value, true};
  if (inside_count == 0 && everywhere.size() == 1) {
    return {RegionMatch::Outcome::found, tree_->id(everywhere.front()).value, true};
  }
  return {RegionMatch::Outcome::ambiguous, 0, true};
}

RegionMatch TreeRegionResolver::by_names_from_the_top(std::string_view text) const {
  std::string_view rest = without_separators(text);
  // The city's own name and those above it may stand in front.
  for (const region::Node above : tree_->path(hub_)) {
    if (const auto name = tree_->name(above); rest.starts_with(name))
      rest = without_separators(rest.substr(name.size()));
  }
  const region::Node node = descend(hub_, rest);
  if (node == region::no_node) return {};
  return {RegionMatch::Outcome::found, tree_->id(node).value, true};
}

region::Node TreeRegionResolver::descend(region::Node from, std::string_view text) const {
  if (text.empty()) return from == hub_ ? region::no_node : from;
  region::Node best = region::no_node;
  std::size_t best_length = 0;
  for (region::Node child = tree_->first_child(from); child != region::no_node;
       child = tree_->next_sibling(child)) {
    const std::string_view name = tree_->name(child);
    if (name.size() > best_length && text.starts_with(name)) {
      best = child;
      best_length = name.size();
    }
  }
  if (best == region::no_node) return region::no_node;
  return descend(best, without_separators(text.substr(best_length)));
}

}  // namespace jingwei::ingest
