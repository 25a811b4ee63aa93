// Chinese numerals: 一千二百三十, 两万, 三千五, 二〇二〇, 壹佰元's 壹佰, and digits among them (3千, 1万2千).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jingwei::ingest {

// Takes the longest numeral off the front of `text`; nothing (and `text` as it was) when none stands there,
// it is not well formed (千百, 百千) or passes 9 × 10^17.
std::optional<std::int64_t> take_numeral(std::string_view& text);

}  // namespace jingwei::ingest
