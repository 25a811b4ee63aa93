// Pinyin of place names. Characters with several readings take the one the place is known by (重庆 chongqing,
// 厦门 xiamen).
#pragma once

#include <string>
#include <string_view>

namespace jingwei::region {

struct Reading {
  std::string joined;    // "xiangzhouqu"
  std::string initials;  // "xzq"
};

// Lower-case ASCII letters and digits only. Readings come from ICU (base/text.h) but for a table of
// well-known places.
Reading read_place_name(std::string_view name);

}  // namespace jingwei::region
