#include "modules/ingest/address/place_names.h"

#include <algorithm>
#include <array>

namespace jingwei::ingest {

namespace {

using Words = std::initializer_list<std::string_view>;

// Peoples whose names stand in those of autonomous places, longest first where one begins another.
constexpr std::array<std::string_view, 42> peoples = {
    "维吾尔", "哈萨克", "柯尔克孜", "达斡尔", "鄂温克", "鄂伦春", "锡伯", "塔吉克", "蒙古", "土家", "布依",
    "仡佬",   "仫佬",   "毛南",     "拉祜",   "傈僳",   "景颇",   "哈尼", "普米",   "独龙", "布朗", "朝鲜",
    "裕固",   "保安",   "东乡",     "撒拉",   "苗",     "侗",     "壮",   "瑶",     "彝",   "藏",   "回",
    "满",     "白",     "傣",       "羌",     "黎",     "畲",     "佤",   "怒",     "土"};

bool starts_with_any(std::string_view text, Words words, std::size_t& bytes) {
  for (const auto word : words) {
    if (!text.starts_with(word)) continue;
    bytes = word.size();
    return true;
  }
  return false;
}

bool cut_any(std::string_view& name, Words endings) {
  for (const auto ending : endings) {
    if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
    name.remove_suffix(ending.size());
    return true;
  }
  return false;
}

// 黔南布依族苗族 → 黔南; a name that is nothing but a people stays (东乡族 → 东乡).
std::string_view without_peoples(std::string_view name) {
  for (bool cut = true; cut;) {
    cut = false;
    for (const auto people : peoples) {
      const std::string_view before = name;
      std::string_view left = name;
      if (left.ends_with("族")) left.remove_suffix(3);
      if (!left.ends_with(people)) continue;
      left.remove_suffix(people.size());
      // One character such as 白 is a people only with 族 behind it.
      if (!before.ends_with("族") && people.size() <= 3) continue;
      if (left.size() < 6) continue;
      name = left;
      cut = true;
      break;
    }
  }
  if (name.ends_with("族") && name.size() > 6) name.remove_suffix(3);
  return name;
}

constexpr std::array<std::string_view, 11> zone_endings = {"高新技术产业开发区",
                                                           "高新技术产业园区",
                                                           "高技术产业开发区",
                                                           "高新技术开发区",
                                                           "经济技术开发区",
                                                           "经济开发区",
                                                           "工业园区",
                                                           "管理区",
                                                           "新区",
                                                           "开发区",
                                                           "产业园区"};

bool is_zone(std::string_view name) {
  return std::any_of(zone_endings.begin(), zone_endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

// 合肥高新技术产业开发区 under 合肥市 → 高新技术产业开发区 and the ways it is called for short.
void add_zone_forms(std::string_view name, std::string_view city, std::string_view province,
                    std::vector<WrittenForm>& forms) {
  std::string_view core = name;
  for (const std::string_view above : {province, city}) {
    if (above.empty()) continue;
    const std::string_view stem = above.substr(0, stem_bytes(above));
    if (core.starts_with(above)) {
      core.remove_prefix(above.size());
    } else if (core.starts_with(stem)) {
      core.remove_prefix(stem.size());
    }
  }
  const auto add = [&](std::string text) {
    if (text.size() >= 6 && text != name) forms.push_back({std::move(text), NameForm::short_form, true});
  };
  add(std::string(core));
  if (core.find("高新技术") != std::string_view::npos || core.find("高技术产业") != std::string_view::npos) {
    const std::string own(core.substr(0, std::min(core.find("高新技术"), core.find("高技术产业"))));
    for (const std::string_view word :
         {"高新区", "高新技术开发区", "高新技术产业开发区", "高新技术产业园区", "高新开发区"})
      add(own + std::string(word));
  }
  if (const std::size_t at = core.find("经济"); at != std::string_view::npos) {
    const std::string own(core.substr(0, at));
    for (const std::string_view word : {"经开区", "经济技术开发区", "经济开发区", "开发区"})
      add(own + std::string(word));
  }
}

}  // namespace

std::size_t point_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return std::min(size, text.size());
}

std::size_t count_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t stem_bytes(std::string_view name) {
  std::string_view stem = name;
  const bool community = cut_any(stem, {"社区居民委员会", "社区居委会", "居民委员会", "村民委员会",
                                        "社区村委会", "村委会", "居委会", "社区", "生活区"});
  if (!community) {
    if (cut_any(stem, {"自治区", "自治州", "自治县", "自治旗", "民族乡", "族乡"})) {
      if (name.ends_with("族乡") && !name.ends_with("民族乡")) stem = name.substr(0, stem.size() + 3);
      stem = without_peoples(stem);
    } else {
      cut_any(stem, {"特别行政区", "街道办事处", "街道", "地区", "新区", "省", "市", "林区", "特区", "县",
                     "区", "盟", "旗", "镇", "乡", "苏木"});
    }
  }
  return count_points(stem) >= 2 ? stem.size() : name.size();
}

std::vector<WrittenForm> forms_of(std::string_view name, std::string_view city, std::string_view province) {
  std::vector<WrittenForm> forms;
  if (name == "市辖区" || name == "县" || name.find("直辖县级") != std::string_view::npos) return forms;
  const std::size_t points = count_points(name);
  if (points < 2) return forms;
  forms.push_back({std::string(name), NameForm::whole, points == 2});
  if (is_zone(name) && !name.ends_with("新区")) {
    add_zone_forms(name, city, province, forms);
    return forms;
  }
  if (name.ends_with("新区") && !city.empty()) add_zone_forms(name, city, province, forms);
  const std::string stem(name.substr(0, stem_bytes(name)));
  if (stem == name) return forms;
  forms.push_back({stem, NameForm::short_form, false});
  const auto add = [&](std::string_view ending, NameForm form) {
    std::string text = stem + std::string(ending);
    if (std::none_of(forms.begin(), forms.end(), [&](const auto& one) { return one.text == text; }))
      forms.push_back({std::move(text), form, false});
  };
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  if (ends("自治州")) add("州", NameForm::short_form);
  if (ends("自治县")) add("县", NameForm::short_form);
  if (ends("自治旗")) add("旗", NameForm::short_form);
  if (ends("特别行政区")) add("特区", NameForm::short_form);
  // What was a county, a prefecture or a city may be a district now.
  if (ends("区") && !ends("自治区") && !ends("行政区") && !ends("地区")) {
    for (const std::string_view ending : {"县", "市", "新区"}) add(ending, NameForm::other_ending);
  } else if (ends("市") || ends("县") || ends("旗")) {
    for (const std::string_view ending : {"县", "市", "区"}) add(ending, NameForm::other_ending);
    if (ends("市") && province.empty()) add("地区", NameForm::other_ending);
  }
  return forms;
}

std::size_t street_ending(std::string_view text) {
  std::size_t bytes = 0;
  starts_with_any(
      text, {"街道办事处", "街道办", "街道", "办事处", "地区办事处", "地区", "民族乡", "镇", "乡", "苏木"},
      bytes);
  return bytes;
}

std::size_t community_ending(std::string_view text, bool village) {
  std::size_t bytes = 0;
  if (starts_with_any(text, {"社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会"}, bytes))
    return bytes;
  if (village) starts_with_any(text, {"村民委员会", "村委会", "村"}, bytes);
  return bytes;
}

bool is_village(std::string_view name) {
  return name.ends_with("村委会") || name.ends_with("村民委员会") || name.ends_with("村");
}

namespace {

// Characters that only lead on to the ending: 南京+西+路, 朝阳+门外+大街, 天府+三+街.
std::size_t connector(std::string_view text) {
  std::size_t bytes = 0;
  starts_with_any(text, {"东", "西", "南", "北", "中", "上", "下", "前", "后", "内", "外", "门", "新", "老",
                         "大", "小", "里", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "环",
                         "口", "站", "桥", "湖", "山", "江", "河", "湾", "庙", "寺", "楼", "城"},
                  bytes);
  return bytes;
}

std::size_t thing(std::string_view text) {
  std::size_t bytes = 0;
  starts_with_any(
      text, {"路",   "街",   "道",   "巷",   "胡同", "大厦", "广场", "花园", "公园", "小区", "家园", "酒店",
             "宾馆", "饭店", "医院", "大学", "中学", "小学", "学院", "银行", "公司", "集团", "国际", "公寓",
             "苑",   "嘉园", "新村", "村",   "镇",   "乡",   "社区", "商场", "市场", "百货", "地铁", "机场",
             "火车", "高速", "工业", "科技", "现代", "世纪", "时代", "体育", "图书", "博物"},
      bytes);
  return bytes;
}

std::size_t road_ending(std::string_view text) {
  std::size_t bytes = 0;
  starts_with_any(text, {"路", "街", "大道", "道", "巷", "胡同", "里"}, bytes);
  return bytes;
}

bool is_stop(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  return first < 0x80;
}

}  // namespace

bool continues_a_name(std::string_view rest) {
  for (int steps = 0; steps < 4; ++steps) {
    if (rest.empty() || is_stop(rest)) return false;
    // 北京饭店 is one name; 深圳南山科技园 is none though 南 and 山 may lead on to a road.
    if (steps == 0 ? thing(rest) != 0 : road_ending(rest) != 0) return true;
    const std::size_t bytes = connector(rest);
    if (bytes == 0) return false;
    rest.remove_prefix(bytes);
  }
  return false;
}

bool is_park(std::string_view rest) {
  return rest.starts_with("科技") || rest.starts_with("工业") || rest.starts_with("软件");
}

std::size_t leading_road(std::string_view text) {
  std::size_t at = 0;
  bool named = false;  // some character that is no mere connector
  for (int points = 0; points < 8 && at < text.size(); ++points) {
    const std::string_view here = text.substr(at);
    if (is_stop(here)) return 0;
    std::size_t bytes = 0;
    if (points >= 2 && named &&
        starts_with_any(here, {"大道", "大街", "公路", "胡同", "路", "街", "巷"}, bytes)) {
      return here.starts_with("街道") ? 0 : at + bytes;
    }
    if (connector(here) == 0) named = true;
    at += point_bytes(here);
  }
  return 0;
}

}  // namespace jingwei::ingest
