// Numbers as people write them: 1,234.50, １２３, 1.2万, 35%, 1.5E+3.
#pragma once

#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

enum class Whole : std::uint8_t { required, not_required };

// Takes the outcome of tidy(Punctuation::fold). With Whole::required fills `integer`, and 1.2万 is 12000
// exactly. Fills `number` always. `text` becomes the plain decimal form. Units other than 万, 亿 and % are
// refused.
void clean_number(Cleaned& value, Whole whole, CleanContext& context);

}  // namespace jingwei::ingest
