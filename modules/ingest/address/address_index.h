// The names of provinces, cities and districts in every form people write them, found by their beginning.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/ingest/address/place_names.h"
#include "modules/region/region_service.h"

namespace jingwei::ingest {

struct NamedPlace {
  region::Node node = region::no_node;
  NameForm form = NameForm::whole;
  bool needs_parent = false;
};

// A name that some text begins with, and whom it may mean.
struct NameMatch {
  std::size_t bytes = 0;
  std::span<const NamedPlace> places;
};

// Built once for a snapshot of the tree (about 0.1 s for the whole country); immutable, any thread may ask.
class AddressIndex {
 public:
  explicit AddressIndex(std::shared_ptr<const region::Tree> tree);

  const region::Tree& tree() const { return *tree_; }

  // Calls `each` with every name that `text` begins with, the longest first.
  template <typename Each>
  void each_name(std::string_view text, Each each) const {
    const auto found = buckets_.find(key_of(text));
    if (found == buckets_.end()) return;
    for (const Name& name : std::span(names_).subspan(found->second.first, found->second.count)) {
      if (text.starts_with(name.text))
        each(NameMatch{name.text.size(), std::span(places_).subspan(name.first, name.count)});
    }
  }

  // A street or community under some region, with what its first two characters hash to.
  struct Below {
    region::Node node = region::no_node;
    std::uint32_t head = 0;
  };
  // Calls `each` with every street under `above` whose name begins with the two characters that `text` begins
  // with.
  template <typename Each>
  void each_street(region::Node above, std::string_view text, Each each) const {
    each_below(streets_, above, text, each);
  }
  template <typename Each>
  void each_community(region::Node above, std::string_view text, Each each) const {
    each_below(communities_, above, text, each);
  }

  // Bytes of the stem (place_names.h) of a street's or community's name.
  std::size_t stem_of(region::Node node) const { return stems_[node]; }

  // Old names of the table whose code the tree does not hold: for the test that keeps the table true.
  static std::vector<std::string> old_names_without_place(const region::Tree& tree);

 private:
  struct Name {
    std::string text;
    std::uint32_t first = 0, count = 0;  // of places_
  };
  struct Bucket {
    std::uint32_t first = 0, count = 0;  // of names_
  };
  // The first two characters.
  static std::uint64_t key_of(std::string_view text);
  static std::uint32_t head_of(std::string_view text) {
    return static_cast<std::uint32_t>(key_of(text) * 0x9E3779B97F4A7C15ULL >> 32);
  }

  // In the order of the tree; a region's own stand beside one another.
  template <typename Each>
  void each_below(const std::vector<Below>& all, region::Node above, std::string_view text, Each each) const {
    const region::Interval inside = tree_->subtree(above);
    const std::uint32_t head = head_of(text);
    auto at = std::lower_bound(all.begin(), all.end(), inside.begin,
                               [](const Below& one, region::Node node) { return one.node < node; });
    for (; at != all.end() && at->node < inside.end; ++at) {
      if (at->head == head) each(at->node);
    }
  }

  std::shared_ptr<const region::Tree> tree_;
  std::vector<Name> names_;
  std::vector<NamedPlace> places_;
  std::unordered_map<std::uint64_t, Bucket> buckets_;
  std::vector<std::uint8_t> stems_;
  std::vector<Below> streets_, communities_;
};

}  // namespace jingwei::ingest
