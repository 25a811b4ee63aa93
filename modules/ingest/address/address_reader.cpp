#include "modules/ingest/address/address_reader.h"

#include <algorithm>
#include <array>

namespace jingwei::ingest {

namespace {

using region::Level;
using region::Node;

constexpr int deepest_chain = 8;           // names in a row; beyond it nobody writes places
constexpr int scanned_points = 40;         // how far into the text the names may begin
constexpr std::size_t marker_points = 10;  // how far a street's or community's ending may stand
constexpr Node widest_hub = 20'000;        // nodes read for a community named without its street

std::size_t separator_bytes(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view("/ -,._|:;>?").find(text[0]) != std::string_view::npos) return 1;
  if (text.starts_with("·")) return 2;
  for (const std::string_view mark : {"，", "、", "／", "：", "；"}) {
    if (text.starts_with(mark)) return 3;
  }
  return 0;
}

std::size_t behind_separators(std::string_view text, std::size_t at) {
  for (std::size_t bytes = 0; (bytes = separator_bytes(text.substr(at))) != 0;) at += bytes;
  return at;
}

// Also behind 市辖区, which registers write below a city and which names nothing.
std::size_t behind_fillers(std::string_view text, std::size_t at) {
  at = behind_separators(text, at);
  constexpr std::string_view filler = "市辖区";
  return text.substr(at).starts_with(filler) ? behind_separators(text, at + filler.size()) : at;
}

// Where the address itself begins: behind separators, a post code, 中国.
std::size_t front_of(std::string_view text) {
  std::size_t at = behind_separators(text, 0);
  const std::size_t digits = text.find_first_not_of("0123456789", at);
  if (digits == at + 6) at = behind_separators(text, digits);
  for (const std::string_view nation : {"中华人民共和国", "中国"}) {
    if (text.substr(at).starts_with(nation)) return behind_separators(text, at + nation.size());
  }
  return at;
}

// Bytes up to and with the first of the endings that stands among the next characters; 0 when there is none.
std::size_t up_to_ending(std::string_view text, std::span<const std::string_view> endings) {
  std::size_t at = point_bytes(text);
  for (std::size_t points = 1; points < marker_points && at < text.size(); ++points) {
    for (const auto ending : endings) {
      if (text.substr(at).starts_with(ending)) return at + ending.size();
    }
    at += point_bytes(text.substr(at));
  }
  return 0;
}

constexpr std::array<std::string_view, 4> street_markers = {"街道", "办事处", "镇", "乡"};
constexpr std::array<std::string_view, 4> community_markers = {"社区", "居委会", "村委会", "村"};

// A street's name at the front of `rest`: with an ending of its own or another one. 0 when it does not stand
// there so.
std::size_t named_street_bytes(std::string_view rest, std::string_view name, std::size_t stem) {
  std::size_t bytes = 0;
  if (rest.starts_with(name)) bytes = name.size();
  if (bytes == 0 || rest.substr(bytes).starts_with("办事处")) {
    if (!rest.starts_with(name.substr(0, stem))) return 0;
    const std::size_t ending = street_ending(rest.substr(stem));
    if (ending != 0) bytes = stem + ending;
  }
  const std::string_view behind = rest.substr(std::min(bytes, rest.size()));
  for (const std::string_view road : {"路", "街", "大道", "大街"}) {
    if (behind.starts_with(road)) return 0;
  }
  return bytes;
}

std::size_t named_community_bytes(std::string_view rest, std::string_view name, std::size_t stem) {
  if (!rest.starts_with(name.substr(0, stem))) return 0;
  if (rest.starts_with(name)) return name.size();
  const bool village = is_village(name);
  std::size_t bytes = stem;
  bool ended = name.substr(0, stem).ends_with("村") && count_points(name.substr(0, stem)) >= 3;
  if (const std::size_t ending = community_ending(rest.substr(bytes), village); ending != 0) {
    bytes += ending;
    ended = true;
  }
  if (const std::size_t more = community_ending(rest.substr(bytes), village); ended && more != 0)
    bytes += more;
  return ended ? bytes : 0;
}

}  // namespace

AddressReader::AddressReader(const AddressIndex& index, Node hub) : index_(index), tree_(index.tree()) {
  for (Node at = hub; at != region::no_node && at != tree_.root(); at = tree_.parent(at)) {
    hub_path_.push_back(at);
    if (tree_.level(at) == Level::city) hub_city_ = at;
  }
  // Of a municipality, or of a hub above the cities, the widest region below the nation.
  if (hub_city_ != region::no_node && tree_.name(hub_city_) == "市辖区") hub_city_ = tree_.parent(hub_city_);
  if (hub_city_ == region::no_node && !hub_path_.empty() && tree_.level(hub_path_.back()) == Level::province)
    hub_city_ = hub_path_.back();
}

bool AddressReader::in_hub_city(Node node) const {
  return hub_city_ != region::no_node && tree_.contains(hub_city_, node);
}

AddressReading AddressReader::read(std::string_view address) {
  text_ = address;
  ends_.clear();
  scanning_ = false;
  const std::size_t front = front_of(text_);
  Trail nothing;
  nothing.end = front;
  extend(nothing);
  if (ends_.empty()) read_unanchored_street();
  if (!ends_.empty()) {
    const AddressReading reading = decide(front);
    if (reading.outcome != AddressReading::Outcome::nothing_named) return reading;
    ends_.clear();
  }
  scanning_ = true;
  std::size_t at = front;
  for (int points = 0; points < scanned_points && at < text_.size(); ++points) {
    at += point_bytes(text_.substr(at));
    nothing.end = at;
    extend(nothing);
    if (!ends_.empty()) return decide(at);
  }
  return {};
}

void AddressReader::extend(const Trail& trail) {
  if (depth_ == deepest_chain) return;
  ++depth_;
  const std::size_t begin = trail.names == 0 ? trail.end : behind_fillers(text_, trail.end);
  index_.each_name(text_.substr(begin), [&](const NameMatch& match) {
    for (const NamedPlace& place : match.places) take(trail, match, begin, place);
  });
  --depth_;
}

void AddressReader::take(const Trail& trail, const NameMatch& match, std::size_t begin,
                         const NamedPlace& place) {
  Trail next = trail;
  next.end = begin + match.bytes;
  if (place.node != trail.node && tree_.contains(trail.node, place.node)) {
    if (place.needs_parent && trail.names == 0) return;
    next.node = place.node;
    ++next.names;
    next.last_short = place.form == NameForm::short_form;
    if (place.form == NameForm::short_form || place.form == NameForm::other_ending) ++next.weak;
    next.short_name = next.short_name || next.last_short;
    next.old_name = next.old_name || place.form == NameForm::other_ending || place.form == NameForm::old_name;
    next.anchored = next.names > 1 || !next.last_short || tree_.level(next.node) <= Level::city;
  } else {
    // A name that stands a second time, as in 广东省珠海市广东省珠海市香洲区.
    const bool again = trail.names > 0 &&
                       (place.form == NameForm::whole || place.form == NameForm::short_form) &&
                       (place.node == trail.node || tree_.contains(place.node, trail.node)) &&
                       (trail.repeated_end == trail.repeated_begin || trail.repeated_end == begin);
    if (!again) return;
    if (next.repeated_end == next.repeated_begin) next.repeated_begin = begin;
    next.repeated_end = next.end;
    // 深圳市深圳龙华区: without its ending only when a further name follows.
    if (place.form == NameForm::short_form) return extend(next);
    next.last_short = false;
  }
  extend(next);
  stop(next);
}

void AddressReader::stop(Trail trail) {
  const std::string_view rest = text_.substr(trail.end);
  trail.district_end = trail.end;
  trail.below = descend(trail);
  // 深圳 南山 科技园: behind a city that is named, a park of industry bears its district's name.
  const bool park = trail.names > 1 && is_park(rest);
  if (trail.last_short && !trail.below && !park && continues_a_name(rest)) return;
  if (trail.below) trail.anchored = true;
  if (scanning_ && trail.names == 1 && trail.last_short && !trail.below) return;
  ends_.push_back(trail);
}

// Goes on to the street, the community and the hub's own regions below where the text names them.
bool AddressReader::descend(Trail& trail) const {
  const Node from = trail.node;
  const std::size_t end = trail.end;
  Node district = from;
  // A city without districts stands below itself: the streets are there.
  if (tree_.level(from) == Level::city && tree_.child_count(from) == 1 &&
      tree_.name(tree_.first_child(from)) == tree_.name(from)) {
    district = tree_.first_child(from);
    trail.node = district;
  }
  const std::size_t at = behind_separators(text_, trail.end);
  const std::string_view rest = text_.substr(at);
  if (rest.empty() || static_cast<unsigned char>(rest[0]) < 0x80) return false;
  trail.end = at;
  const Level level = tree_.level(district);
  bool found = false;
  if (level == Level::district) {
    found = match_street(trail, rest, district) || match_community(trail, rest);
  } else if (level < Level::district && trail.node != tree_.root()) {
    found = match_street_in_city(trail, rest);
  }
  if (found && tree_.level(trail.node) == Level::street) match_community(trail, text_.substr(trail.end));
  if (!found) trail.end = end;
  match_own(trail);
  return trail.node != from && trail.end != end;
}

bool AddressReader::match_street(Trail& trail, std::string_view rest, Node district) const {
  Node best = region::no_node, shortened = region::no_node;
  std::size_t best_bytes = 0, shortened_bytes = 0;
  bool tie = false;
  index_.each_street(district, rest, [&](Node child) {
    const std::string_view name = tree_.name(child);
    const std::size_t stem = index_.stem_of(child);
    if (!rest.starts_with(name.substr(0, stem))) return;
    const std::size_t bytes = named_street_bytes(rest, name, stem);
    if (bytes != 0 && bytes >= best_bytes) {
      tie = bytes == best_bytes;
      best_bytes = bytes;
      best = child;
    }
    if (bytes == 0 && stem < name.size() && stem > shortened_bytes) {
      shortened_bytes = stem;
      shortened = child;
    }
  });
  if (best != region::no_node && !tie) {
    trail.node = best;
    trail.end += best_bytes;
    return true;
  }
  if (tie || shortened == region::no_node) return false;
  // 吉大景山路: an ending may be missing when a road of its own name or a community of that street follows.
  // 新华街 for 新华街道, as southern cities write it.
  if (rest.substr(shortened_bytes).starts_with("街") && leading_road(rest.substr(shortened_bytes + 3)) != 0)
    shortened_bytes += 3;
  const std::string_view behind = rest.substr(shortened_bytes);
  Trail further = trail;
  further.node = shortened;
  further.end += shortened_bytes;
  if (leading_road(behind) == 0 && !match_community(further, behind)) return false;
  further.node = shortened;
  further.end = trail.end + shortened_bytes;
  further.short_name = true;
  ++further.weak;
  trail = further;
  return true;
}

// The node that takes most of the text; two that take as much are none.
struct AddressReader::Longest {
  Node node = region::no_node;
  std::size_t bytes = 0;
  bool tie = false;

  void try_node(Node one, std::size_t taken) {
    if (taken == 0 || taken < bytes) return;
    tie = taken == bytes;
    bytes = taken;
    node = one;
  }
  bool go_on(Trail& trail) const {
    if (node == region::no_node || tie) return false;
    trail.node = node;
    trail.end += bytes;
    return true;
  }
};

// 珠海市吉大街道: the district is left out. Only a street with its ending, that stands once in the city.
bool AddressReader::match_street_in_city(Trail& trail, std::string_view rest) const {
  if (up_to_ending(rest, street_markers) == 0) return false;
  Longest longest;
  index_.each_street(trail.node, rest, [&](Node node) {
    const std::size_t stem = index_.stem_of(node);
    const std::string_view name = tree_.name(node);
    longest.try_node(node, rest.starts_with(name.substr(0, stem)) ? named_street_bytes(rest, name, stem) : 0);
  });
  return longest.go_on(trail);
}

// Below a street its own communities; below a district or the hub all of them, of which one alone may bear
// the name.
bool AddressReader::match_community(Trail& trail, std::string_view rest) const {
  if (rest.empty() || static_cast<unsigned char>(rest[0]) < 0x80) return false;
  const bool of_street = tree_.level(trail.node) == Level::street;
  if (up_to_ending(rest, community_markers) == 0) return false;
  if (!of_street && tree_.subtree(trail.node).size() > widest_hub) return false;
  Longest longest;
  index_.each_community(trail.node, rest, [&](Node node) {
    longest.try_node(node, named_community_bytes(rest, tree_.name(node), index_.stem_of(node)));
  });
  return longest.go_on(trail);
}

// Grids, compounds and buildings of the hub's own, by their whole names.
void AddressReader::match_own(Trail& trail) const {
  while (tree_.child_count(trail.node) > 0 && trail.node != tree_.root()) {
    const std::size_t at = behind_separators(text_, trail.end);
    const std::string_view rest = text_.substr(at);
    Node best = region::no_node;
    std::size_t bytes = 0;
    for (Node child = tree_.first_child(trail.node); child != region::no_node;
         child = tree_.next_sibling(child)) {
      if (tree_.level(child) < Level::grid) return;
      const std::string_view name = tree_.name(child);
      if (name.size() > bytes && rest.starts_with(name)) {
        best = child;
        bytes = name.size();
      }
    }
    if (best == region::no_node) return;
    trail.node = best;
    trail.end = at + bytes;
  }
}

// 吉大街道景山路188号 and 翠香社区: in the hub's city, or the one street of the country that bears the name.
void AddressReader::read_unanchored_street() {
  const std::size_t front = front_of(text_);
  const std::string_view rest = text_.substr(front);
  if (rest.empty() || static_cast<unsigned char>(rest[0]) < 0x80) return;
  Trail trail;
  trail.end = trail.district_end = front;
  trail.names = 1;
  trail.anchored = trail.below = true;
  if (hub_city_ != region::no_node) {
    trail.node = hub_city_;
    if (match_street_in_city(trail, rest)) {
      match_community(trail, text_.substr(trail.end));
    } else {
      trail.node = hub_path_.front();
      if (!match_community(trail, rest)) trail.node = tree_.root();
    }
    if (trail.node != tree_.root()) {
      match_own(trail);
      return ends_.push_back(trail);
    }
  }
  const std::size_t bytes = up_to_ending(rest, street_markers);
  if (bytes == 0) return;
  for (const Node node : tree_.named(rest.substr(0, bytes))) {
    if (tree_.level(node) != Level::street) continue;
    trail.node = node;
    trail.end = front + bytes;
    match_community(trail, text_.substr(trail.end));
    ends_.push_back(trail);
  }
}

bool AddressReader::names_place_above(Node node) const {
  for (Node above = tree_.parent(node); above != region::no_node && above != tree_.root();
       above = tree_.parent(above)) {
    if (text_.find(tree_.name(above)) != std::string_view::npos) return true;
  }
  return false;
}

AddressReading AddressReader::decide(std::size_t begin) const {
  AddressReading reading;
  reading.region_begin = begin;
  const auto better = [](const Trail& a, const Trail& b) {
    return a.end != b.end ? a.end > b.end : a.weak < b.weak;
  };
  const Trail& best = *std::min_element(ends_.begin(), ends_.end(), better);
  std::vector<const Trail*> left;
  for (const Trail& one : ends_) {
    if (better(best, one)) continue;
    if (std::none_of(left.begin(), left.end(), [&](const Trail* other) { return other->node == one.node; }))
      left.push_back(&one);
  }
  const auto take = [&](const Trail& trail, bool by_hub) {
    reading.outcome = AddressReading::Outcome::found;
    reading.node = trail.node;
    reading.old_name = trail.old_name;
    reading.short_name = trail.short_name;
    reading.by_hub = by_hub;
    reading.repeated_begin = trail.repeated_begin;
    reading.repeated_end = trail.repeated_end;
    reading.district_end = trail.district_end;
    reading.region_end = trail.end;
    return reading;
  };
  if (left.size() == 1 && left.front()->anchored) return take(*left.front(), false);
  for (const Node scope : hub_path_) {
    const Trail* inside = nullptr;
    std::size_t count = 0;
    for (const Trail* one : left) {
      if (!tree_.contains(scope, one->node)) continue;
      inside = one;
      ++count;
    }
    if (count == 1 && (inside->anchored || in_hub_city(inside->node))) return take(*inside, true);
    if (count > 1) break;
  }
  if (left.size() == 1) return {};  // a short name that could be a road's or a shop's
  // 西湖区紫荆花路2号(杭州市): the place above may be named anywhere.
  const Trail* told = nullptr;
  std::size_t count = 0;
  for (const Trail* one : left) {
    if (!names_place_above(one->node)) continue;
    told = one;
    ++count;
  }
  if (count == 1 && told->anchored) return take(*told, false);
  // 吉林 and 海南 alone are the provinces, though cities share the name.
  const auto province = std::find_if(
      left.begin(), left.end(), [&](const Trail* one) { return tree_.level(one->node) == Level::province; });
  if (province != left.end()) return take(**province, false);
  reading.outcome = AddressReading::Outcome::ambiguous;
  Node shared = left.front()->node;
  for (const Trail* one : left) {
    while (!tree_.contains(shared, one->node)) shared = tree_.parent(shared);
  }
  if (shared != tree_.root()) reading.node = shared;
  reading.district_end = best.district_end;
  reading.region_end = best.district_end;
  return reading;
}

}  // namespace jingwei::ingest
