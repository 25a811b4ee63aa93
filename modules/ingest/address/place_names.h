// How the names of places are written: their stems, endings and the further forms people use. Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jingwei::ingest {

// In the order of trust.
enum class NameForm : std::uint8_t {
  whole,         // 珠海市
  other_ending,  // 密云县 for 密云区, 哈密地区 for 哈密市
  old_name,      // 襄樊市, from old_places.def
  short_form     // 珠海, 黔南州, 高新区 under a city
};

struct WrittenForm {
  std::string text;
  NameForm form = NameForm::whole;
  bool needs_parent = false;  // means nothing without the place above: 城区, 高新区
};

// Bytes of a name without its ending: 香洲区 → 香洲, 黔南布依族苗族自治州 → 黔南, 吉大街道 → 吉大,
// 紫荆社区居民委员会 → 紫荆. The whole name when no ending is known or less than two characters would stay.
std::size_t stem_bytes(std::string_view name);

// Every form of a province, city or district. `city` and `province` are the names above it, which the names
// of development zones repeat (合肥高新技术产业开发区). Empty for names that are none (市辖区).
std::vector<WrittenForm> forms_of(std::string_view name, std::string_view city, std::string_view province);

// Length in bytes of the ending of a street or town that `text` begins with (街道办事处, 街道, 镇, 乡, 地区
// …); 0 when it begins with none.
std::size_t street_ending(std::string_view text);
// The same of a community: 社区居委会, 社区, 居委会, 村委会 and, where `village`, 村.
std::size_t community_ending(std::string_view text, bool village);
// Whether a community's full name is a village's (…村委会, …村民委员会, …村).
bool is_village(std::string_view name);

// Whether what follows a short name makes another name of both: 北京 + 路, 南京 + 西路, 朝阳 + 公园, 中山 +
// 大学.
bool continues_a_name(std::string_view rest);
// Whether a park of industry or science (科技园, 工业区, 软件园) begins here.
bool is_park(std::string_view rest);
// Length in bytes of the road (景山路, 深南大道) that `text` begins with, of at least two characters before
// its ending; 0 when it begins with none.
std::size_t leading_road(std::string_view text);

// Bytes of the code point at the front; 0 of an empty text.
std::size_t point_bytes(std::string_view text);
std::size_t count_points(std::string_view text);

}  // namespace jingwei::ingest
