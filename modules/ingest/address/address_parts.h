// What stands behind the region in an address: road, number, compound, building, unit, floor, room. Pure
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jingwei::ingest {

// Empty where the address does not say it. Numbers are in ASCII digits and capitals (三单元 → 3, a座 → A),
// without the word behind them.
struct AddressParts {
  std::string road;      // 景山路, 深南大道, 光华里
  std::string number;    // 188, 5-1, 甲12, 1136弄1
  std::string compound;  // 小区, 大厦, 园区, 村: 粤财大厦, 清华科技园科技大厦
  std::string building;  // 栋, 幢, 座, 号楼: A, 3
  std::string unit;      // 单元
  std::string floor;     // 楼, 层
  std::string room;      // 室, 房, 户
};

// `text`: cleaned address behind the names of its region. Remarks in brackets are passed over. What is none
// of the parts is left out; nothing is refused.
AddressParts parts_of(std::string_view text);

// The same for however the same building is written: "440402|景山路188|A", or "440402|粤财大厦|A" where there
// is no number at a road. `region` is the code of the district (or the deepest region above it). Empty when
// the address names neither a road with a number nor a compound: then no building can be told.
std::string building_key(std::string_view region, const AddressParts& parts);

}  // namespace jingwei::ingest
