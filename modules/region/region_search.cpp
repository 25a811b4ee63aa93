// Searching names: whole, by beginning, by pinyin and initials, by part.
#include "base/text.h"
#include "modules/region/region_tree.h"

namespace jingwei::region {
namespace {

// Subtrees up to this size are read node by node; larger ones go through the sorted indexes.
constexpr Node scan_nodes = 20'000;

enum Rank : std::uint8_t {
  by_code,
  whole_name,
  name_beginning,
  whole_latin,
  latin_beginning,
  name_part,
  no_match
};

struct Hit {
  Rank rank;
  std::uint8_t level;
  std::uint32_t name_bytes;
  Node node;
  auto operator<=>(const Hit&) const = default;
};

bool is_latin(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::string latin_key(std::string_view text) {
  std::string out;
  for (const char c : text::lower_ascii(text)) {
    if (c != ' ' && c != '\'' && c != '-') out.push_back(c);
  }
  return is_latin(out) ? out : std::string();
}

}  // namespace

class Searcher {
 public:
  Searcher(const Tree& tree, const Search& search) : tree_(tree), search_(search) {
    name_ = text::squeeze(text::half_width(search.text));
    latin_ = latin_key(name_);
  }

  std::vector<Node> run() {
    if (name_.empty() || search_.most == 0) return {};
    if (const Node node = tree_.find(name_); node != no_node) offer(node, by_code);
    Node scope_size = search_.under ? 0 : tree_.size();
    if (search_.under) {
      for (const Interval& part : search_.under->parts) scope_size += part.size();
    }
    if (scope_size <= scan_nodes) {
      scan();
    } else {
      look_up(tree_.names_, 0);
      look_up(tree_.extra_names_, tree_.names_.size());
      const std::size_t wanted = std::min(search_.most, limits::region_matches);
      if (hits_.size() < wanted) {  // parts of names rank last, so a full page needs none
        look_for_parts(tree_.names_, 0);
        look_for_parts(tree_.extra_names_, tree_.names_.size());
      }
    }
    return best();
  }

 private:
  Rank rank(std::string_view name, std::string_view pinyin, std::string_view initials) const {
    if (name == name_) return whole_name;
    if (name.starts_with(name_)) return name_beginning;
    if (!latin_.empty()) {
      if (pinyin == latin_ || initials == latin_) return whole_latin;
      if (pinyin.starts_with(latin_) || initials.starts_with(latin_)) return latin_beginning;
    }
    return name.find(name_) != std::string_view::npos ? name_part : no_match;
  }

  void offer(Node node, Rank rank) {
    if (rank == no_match || (search_.under && !search_.under->contains(node))) return;
    if (search_.level && tree_.level(node) != *search_.level) return;
    hits_.push_back({rank, static_cast<std::uint8_t>(tree_.level(node)),
                     static_cast<std::uint32_t>(tree_.name(node).size()), node});
  }

  void scan() {
    const std::vector<Interval> whole{{0, tree_.size()}};
    for (const Interval& part : search_.under ? search_.under->parts : whole) {
      for (Node n = part.begin; n < part.end; ++n)
        offer(n, rank(tree_.name(n), tree_.pinyin(n), tree_.initials(n)));
    }
  }

  void offer_name(std::uint32_t number, Rank rank) {
    const std::uint32_t end = tree_.nodes_.name_first[number + 1];
    for (std::uint32_t i = tree_.nodes_.name_first[number]; i < end; ++i)
      offer(tree_.nodes_.name_nodes[i], rank);
  }

  // `key_at(i)` ascends over [0, count): offers all entries that begin with `key`.
  template <typename KeyAt, typename Number>
  void offer_beginnings(std::uint32_t count, std::string_view key, KeyAt key_at, Number number, Rank whole,
                        Rank beginning) {
    std::uint32_t low = 0;
    std::uint32_t high = count;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (key_at(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (; low < count && key_at(low).starts_with(key); ++low) {
      offer_name(number(low), key_at(low).size() == key.size() ? whole : beginning);
    }
  }

  void look_up(const NameColumns& names, std::uint32_t before) {
    offer_beginnings(
        names.size(), name_, [&](auto i) { return names.name(i); }, [&](auto i) { return before + i; },
        whole_name, name_beginning);
    if (latin_.empty()) return;
    offer_beginnings(
        names.size(), latin_, [&](auto i) { return names.pinyin_of(names.by_pinyin[i]); },
        [&](auto i) { return before + names.by_pinyin[i]; }, whole_latin, latin_beginning);
    offer_beginnings(
        names.size(), latin_, [&](auto i) { return names.initials_of(names.by_initials[i]); },
        [&](auto i) { return before + names.by_initials[i]; }, whole_latin, latin_beginning);
  }

  void look_for_parts(const NameColumns& names, std::uint32_t before) {
    const std::string_view pool = names.names;
    const std::span<const std::uint32_t> offsets = names.name_offsets;
    for (std::size_t at = 0; at < pool.size();) {
      const void* found = memmem(pool.data() + at, pool.size() - at, name_.data(), name_.size());
      if (found == nullptr) break;
      const auto place = static_cast<std::uint32_t>(static_cast<const char*>(found) - pool.data());
      const auto number = static_cast<std::uint32_t>(std::upper_bound(offsets.begin(), offsets.end(), place) -
                                                     offsets.begin() - 1);
      if (place != offsets[number]) offer_name(before + number, name_part);  // beginnings are offered already
      at = offsets[number + 1];
    }
  }

  std::vector<Node> best() {
    const std::size_t most = std::min(search_.most, limits::region_matches);
    // A node is offered at most four times (code, name, pinyin, initials), so this many sorted hits are
    // enough.
    const std::size_t sorted = std::min(hits_.size(), most * 4);
    std::partial_sort(hits_.begin(), hits_.begin() + static_cast<std::ptrdiff_t>(sorted), hits_.end());
    hits_.resize(sorted);
    std::vector<Node> out;
    std::vector<Node> seen;
    for (const Hit& hit : hits_) {
      if (out.size() == most) break;
      const auto place = std::lower_bound(seen.begin(), seen.end(), hit.node);
      if (place != seen.end() && *place == hit.node) continue;
      seen.insert(place, hit.node);
      out.push_back(hit.node);
    }
    return out;
  }

  const Tree& tree_;
  const Search& search_;
  std::string name_;
  std::string latin_;
  std::vector<Hit> hits_;
};

std::vector<Node> Tree::search(const Search& search) const {
  return Searcher(*this, search).run();
}

}  // namespace jingwei::region
