#include "modules/ingest/address/address_parts.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "modules/ingest/address/place_names.h"
#include "modules/ingest/cleaning/numerals.h"

namespace jingwei::ingest {

namespace {

enum class Kind : std::uint8_t { none, lane, number, building, unit, floor, room, zone };

struct Ending {
  std::string_view text;
  Kind kind;
};
// Behind a number or letter; the longest first where one begins another.
constexpr std::array endings = {
    Ending{"号楼", Kind::building}, Ending{"号院", Kind::number}, Ending{"号房", Kind::room},
    Ending{"号室", Kind::room},     Ending{"号门", Kind::unit},   Ending{"号", Kind::number},
    Ending{"#楼", Kind::building},  Ending{"#", Kind::building},  Ending{"栋", Kind::building},
    Ending{"幢", Kind::building},   Ending{"座", Kind::building}, Ending{"塔", Kind::building},
    Ending{"单元", Kind::unit},     Ending{"门", Kind::unit},     Ending{"层", Kind::floor},
    Ending{"楼", Kind::floor},      Ending{"F", Kind::floor},     Ending{"f", Kind::floor},
    Ending{"室", Kind::room},       Ending{"房", Kind::room},     Ending{"户", Kind::room},
    Ending{"弄", Kind::lane},       Ending{"期", Kind::zone},     Ending{"区", Kind::zone}};

constexpr std::array<std::string_view, 9> roads = {"大道", "大街", "公路", "胡同", "环路",
                                                   "路",   "街",   "巷",   "条"};
constexpr std::array<std::string_view, 32> compounds = {
    "小区",   "花园",   "公寓",   "大厦",   "广场",   "中心",   "家园",   "新村", "山庄", "名苑", "大楼",
    "工业园", "科技园", "产业园", "软件园", "创意园", "开发区", "工业区", "园区", "市场", "商场", "酒店",
    "宾馆",   "医院",   "学校",   "大学",   "国际",   "社区",   "苑",     "城",   "园",   "村"};

using text::is_digit;
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::size_t one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) {
    if (text.starts_with(word)) return word.size();
  }
  return 0;
}

std::size_t numeral_bytes(std::string_view text) {
  return one_of(text, {"零", "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百"});
}
std::size_t prefix_bytes(std::string_view text) {
  return one_of(text, {"甲", "乙", "丙", "丁", "东", "西", "南", "北", "中"});
}

// A number or letter with the word behind it, as at the front of 188号, A座, 三单元, B1层, 甲12号, 北楼,
// 5-1号.
struct Numbered {
  Kind kind = Kind::none;
  std::string_view value, whole;
};

Numbered numbered_at(std::string_view text) {
  std::size_t at = prefix_bytes(text);
  const bool direction = at != 0 && !text.starts_with("甲") && !text.starts_with("乙") &&
                         !text.starts_with("丙") && !text.starts_with("丁");
  const std::size_t begin = at;
  bool ascii = false;
  while (at < text.size() && (is_digit(text[at]) || is_letter(text[at]) ||
                              (ascii && (text[at] == '-' || text[at] == '/') && at + 1 < text.size() &&
                               (is_digit(text[at + 1]) || is_letter(text[at + 1]))))) {
    ascii = true;
    // Letters in a row are a word (SOHO), not a number; an F behind digits is a floor.
    if ((text[at] == 'F' || text[at] == 'f') && at > begin && is_digit(text[at - 1]) &&
        (at + 1 == text.size() || !is_letter(text[at + 1]))) {
      break;
    }
    ++at;
  }
  if (!ascii) {
    for (std::size_t bytes = 0; (bytes = numeral_bytes(text.substr(at))) != 0;) at += bytes;
  }
  const std::string_view value = text.substr(0, at);
  if (at == 0) return {};
  const bool bare_direction = at == begin;
  if (bare_direction && !direction && one_of(text.substr(at), {"座", "栋", "幢", "号楼"}) == 0) return {};
  for (const Ending& ending : endings) {
    if (!text.substr(at).starts_with(ending.text)) continue;
    const std::string_view behind = text.substr(at + ending.text.size());
    // 五号路, 三号线, 2号门 as a place by itself; 十里 and 三门 are names.
    if (ending.kind == Kind::number && one_of(behind, {"路", "街", "线", "桥", "地块", "公路"}) != 0)
      return {};
    if (bare_direction && direction && ending.text == "区")
      return {Kind::zone, value, text.substr(0, at + 3)};
    if (bare_direction && ending.kind != Kind::building && ending.text != "楼") return {};
    if (ending.text == "门" && !ascii) return {};
    if (ending.text == "房" && behind.starts_with("地产")) return {};
    if ((ending.text == "城" || ending.kind == Kind::zone) && value.size() > 6) return {};
    const Kind kind = bare_direction ? Kind::building : ending.kind;
    // A楼 is a building, 3楼 a floor, and 2楼 before 3层 or a unit a building again.
    const bool letter_first = is_letter(value[0]);
    if (kind == Kind::floor && ending.text == "楼" && (letter_first || direction))
      return {Kind::building, value, text.substr(0, at + ending.text.size())};
    return {kind, value, text.substr(0, at + ending.text.size())};
  }
  return {};
}

// 三 → 3, a → A, 甲12 stays; leading zeros of numbers go.
std::string normal(std::string_view value) {
  std::string out(value.substr(0, prefix_bytes(value)));
  std::string_view rest = value.substr(out.size());
  if (numeral_bytes(rest) != 0) {
    std::string_view left = rest;
    if (const auto number = take_numeral(left); number && left.empty()) return out + std::to_string(*number);
  }
  while (rest.size() > 1 && rest[0] == '0' && is_digit(rest[1])) rest.remove_prefix(1);
  for (const char c : rest) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::size_t bracket_bytes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> pairs = {
      {{"(", ")"}, {"（", "）"}, {"[", "]"}, {"【", "】"}}};
  for (const auto& [open, close] : pairs) {
    if (!text.starts_with(open)) continue;
    const std::size_t end = text.find(close);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  return 0;
}

std::size_t mark_bytes(std::string_view text) {
  if (!text.empty() && !is_digit(text[0]) && !is_letter(text[0]) &&
      static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '#')
    return 1;
  return one_of(text, {"，", "。", "、", "；", "：", "·", "”", "“"});
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  AddressParts read() {
    while (!text_.empty()) {
      if (const std::size_t skipped = bracket_bytes(text_); skipped != 0) {
        text_.remove_prefix(skipped);
      } else if (const std::size_t mark = mark_bytes(text_); mark != 0) {
        text_.remove_prefix(mark);
      } else if (const Numbered one = numbered_at(text_); one.kind != Kind::none) {
        place(one);
        text_.remove_prefix(one.whole.size());
      } else if (is_digit(text_[0]) || is_letter(text_[0])) {
        take_bare();
      } else {
        take_name();
      }
    }
    return std::move(parts_);
  }

 private:
  void place(const Numbered& one) {
    switch (one.kind) {
      case Kind::lane:
        if (parts_.number.empty()) parts_.number = normal(one.value) + "弄";
        return;
      case Kind::number:
        if (parts_.number.empty() || parts_.number.ends_with("弄")) {
          parts_.number += normal(one.value);
        } else if (parts_.building.empty()) {
          parts_.building = normal(one.value);  // 8号院3号, 188号2号
        } else if (parts_.room.empty()) {
          parts_.room = normal(one.value);
        }
        return;
      case Kind::building:
        if (parts_.building.empty()) parts_.building = normal(one.value);
        return;
      case Kind::unit:
        if (parts_.unit.empty()) parts_.unit = normal(one.value);
        return;
      case Kind::floor:
        if (parts_.floor.empty()) parts_.floor = normal(one.value);
        return;
      case Kind::room:
        if (parts_.room.empty()) parts_.room = normal(one.value);
        return;
      default:  // A区, 二期: a part of the compound
        if (!parts_.compound.empty())
          parts_.compound += normal(one.value) + std::string(one.whole.substr(one.value.size()));
        return;
    }
  }

  // Digits and letters without a word behind them: 1203 after a building, A4-507, 1-2-301; else part of a
  // name.
  void take_bare() {
    std::size_t end = 0;
    while (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]) || text_[end] == '-')) ++end;
    const std::string_view run = text_.substr(0, end);
    const std::string_view behind = text_.substr(end);
    const bool last = behind.empty() || bracket_bytes(behind) != 0 || mark_bytes(behind) != 0;
    const std::size_t dash = run.find('-');
    const bool digits_in = std::any_of(run.begin(), run.end(), is_digit);
    if (!last || !digits_in || parts_.compound.empty()) {
      if (!last && !digits_in) {  // 望京SOHO
        take_name();
        return;
      }
      if (last && digits_in && dash == std::string_view::npos && parts_.room.empty() &&
          (!parts_.building.empty() || !parts_.floor.empty() || !parts_.number.empty())) {
        parts_.room = normal(run);
      }
      text_.remove_prefix(std::max<std::size_t>(end, 1));
      return;
    }
    std::string_view room = run;
    if (dash != std::string_view::npos && parts_.building.empty()) {
      parts_.building = normal(run.substr(0, dash));
      room = run.substr(dash + 1);
      if (const std::size_t second = room.find('-');
          second != std::string_view::npos && parts_.unit.empty()) {
        parts_.unit = normal(room.substr(0, second));
        room = room.substr(second + 1);
      }
    }
    if (parts_.room.empty()) parts_.room = normal(room);
    text_.remove_prefix(end);
  }

  // A name up to its ending: a road's, a compound's, or whatever stands before the next number.
  void take_name() {
    std::size_t at = text_.empty() ? 0 : point_bytes(text_);
    while (at < text_.size()) {
      const std::string_view here = text_.substr(at);
      if (bracket_bytes(here) != 0 || mark_bytes(here) != 0) break;
      for (const auto road : roads) {
        if (!here.starts_with(road) || here.starts_with("街道")) continue;
        if (road == "条" && (at < 3 || numeral_bytes(text_.substr(at - 3)) == 0)) continue;
        std::size_t end = at + road.size();
        end += segment_bytes(text_.substr(end));
        // 望京街东路: the ending may be followed by another road's.
        return take_road(end);
      }
      if (here.starts_with("道") && !text_.substr(0, at).ends_with("街") &&
          numbered_at(here.substr(3)).kind == Kind::number)
        return take_road(at + 3);
      if (here.starts_with("里") && numbered_at(here.substr(3)).kind != Kind::none) return take_road(at + 3);
      if (const std::size_t end = compound_end(at); end != 0) return take_compound(end);
      if (numbered_at(here).kind != Kind::none && !is_letter(text_[at - 1])) break;
      at += point_bytes(here);
    }
    // 街道, 镇: a street the tree did not know is no compound.
    const std::string_view name = text_.substr(0, at);
    const bool town = name.ends_with("街道") || name.ends_with("镇") || name.ends_with("乡");
    if (!town && count_points(name) >= 2 && at < text_.size() && parts_.building.empty()) {
      parts_.compound += name;
    }
    text_.remove_prefix(at);
  }

  static std::size_t segment_bytes(std::string_view text) {
    if (const std::size_t one = one_of(text, {"东段", "西段", "南段", "北段", "中段"}); one != 0) return one;
    // 苏州大道西8号, 皇后大道中181号
    const std::size_t direction = one_of(text, {"东", "西", "南", "北", "中"});
    if (direction != 0 && text.size() > direction && is_digit(text[direction])) return direction;
    const std::size_t numeral = numeral_bytes(text);
    return numeral != 0 && text.substr(numeral).starts_with("段") ? numeral + 3 : 0;
  }

  std::size_t compound_end(std::size_t at) const {
    const std::string_view here = text_.substr(at);
    for (const auto ending : compounds) {
      if (!here.starts_with(ending)) continue;
      const std::string_view behind = here.substr(ending.size());
      // 国际大厦, 中心广场, 园区路, 村委会, 城东路: the name goes on.
      const bool goes_on =
          one_of(behind, {"大厦", "广场", "中心", "大楼", "公寓", "路", "街", "大道", "委会", "东路", "西路",
                          "南路", "北路", "中路", "花园", "小区", "商务", "区"}) != 0;
      if (goes_on && !(behind.starts_with("区") && ending != "园")) continue;
      if ((ending == "城" || ending == "园" || ending == "村" || ending == "苑") &&
          count_points(text_.substr(0, at)) < 2)
        continue;
      return at + ending.size();
    }
    return 0;
  }

  void take_road(std::size_t end) {
    std::string_view name = text_.substr(0, end);
    for (const std::string_view word : {"与", "和", "近", "靠近"}) {
      if (name.starts_with(word) && count_points(name) > 3) name.remove_prefix(word.size());
    }
    if (parts_.road.empty()) {
      parts_.road = name;
    } else if (parts_.number.empty()) {
      parts_.road = name;  // 与…交叉, 内环路…: the road nearest to the number counts
    }
    text_.remove_prefix(end);
  }

  void take_compound(std::size_t end) {
    if (parts_.building.empty() && parts_.room.empty()) {
      parts_.compound += text_.substr(0, end);
    } else if (parts_.compound.empty()) {
      parts_.compound = text_.substr(0, end);
    }
    text_.remove_prefix(end);
  }

  std::string_view text_;
  AddressParts parts_;
};

}  // namespace

AddressParts parts_of(std::string_view text) {
  return Reader(text).read();
}

std::string building_key(std::string_view region, const AddressParts& parts) {
  const bool numbered = !parts.road.empty() && !parts.number.empty();
  if (!numbered && parts.compound.empty()) return {};
  const std::string place = numbered ? parts.road + parts.number : parts.compound;
  return std::string(region) + "|" + place + "|" + parts.building;
}

}  // namespace jingwei::ingest
