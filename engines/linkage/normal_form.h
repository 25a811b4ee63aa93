// One way of writing for each value, so that what differs in writing only is equal before anything is
// compared.
#pragma once

#include <string>
#include <string_view>

#include "engines/linkage/field.h"

namespace jingwei::linkage {

// `raw` as values of `type` are compared; empty when it says nothing (blank, "null", 不详, a phone number
// that a spreadsheet cut to 1.54E+10, a name without letters). Takes any bytes. At most normal_form_bytes
// long.
//
//   names       half width, lower case, simplified characters, one space between words, no titles or digits
//   date        eight digits YYYYMMDD, possible or not (a typing error must stay comparable); Excel's day
//   numbers;
//               a month and a day that cannot be told apart are taken year-first, then month-first
//   identifier  letters and digits, capital; citizen numbers of 15 digits as 18
//   phone       digits without +86, 0086 and zeros in front
//   others      half width, lower case, one space between words
std::string normal_form(FieldType type, std::string_view raw);

inline constexpr std::size_t normal_form_bytes = 240;

// Whether `value` (a normal form) says a sex: then two different ones speak against one person together with
// two different dates of birth.
bool is_sex(std::string_view value);

}  // namespace jingwei::linkage
