// Numbers as people write them: 1,234.50, １２３, 1.2万, 35%, 1.5E+3, 三百五十, 3/4, 12公斤.
#pragma once

#include "modules/ingest/cleaning/clean_value.h"
#include "modules/ingest/cleaning/units.h"

namespace jingwei::ingest {

enum class Whole : std::uint8_t { required, not_required };

// Takes the outcome of tidy(Punctuation::fold). With Whole::required fills `integer`, and 1.2万 is 12000
// exactly. Fills `number` always. `text` becomes the plain decimal form. With a `unit` (may be null) the
// number may bear it or another of its kind, which is converted; without one units other than 万, 亿 and %
// are refused.
void clean_number(Cleaned& value, Whole whole, const Unit* unit, CleanContext& context);

}  // namespace jingwei::ingest
