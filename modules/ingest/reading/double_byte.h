// Chinese text of two bytes a character: GB18030 of the mainland or Big5 of Hong Kong, Macao and Taiwan.
#pragma once

#include <string_view>

namespace jingwei::ingest {

// Whether `sample` is better read as Big5 than as GB18030. Both codes fill nearly the same bytes, but each
// put its common characters apart from the rare ones (GB 2312 level 1: 3,755; Big5 level 1: 5,401): in the
// right code nearly every character is a common one, in the wrong code about half of them are. Text of few
// characters that could be either counts as GB18030.
bool looks_like_big5(std::string_view sample);

}  // namespace jingwei::ingest
