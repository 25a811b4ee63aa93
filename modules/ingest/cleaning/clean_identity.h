// Phones, citizen IDs and credit codes. All take the outcome of tidy(Punctuation::fold) and go on with it.
#pragma once

#include <string_view>

#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

// Mainland mobiles (11 digits), landlines with area code ("0756-2123456"), 400 and 800 numbers; numbers of
// elsewhere keep their + and country code. A number a spreadsheet wrote as 1.39012E+10 is refused unless all
// its digits stand. An extension stays behind a dash: 0756-2123456-801.
void clean_phone(Cleaned& value, CleanContext& context);

// GB 11643-1999: 18 digits with check digit (ISO 7064 MOD 11-2), 15 digits are upgraded. Also the residence
// permits of Hong Kong, Macao and Taiwan residents (810000, 820000, 830000) and permanent residence cards of
// foreigners (9…). Fills birth_date and sex. The place must have the form of one that was issued; with
// CleanContext::places it must have existed at the birth or later.
void clean_citizen_id(Cleaned& value, CleanContext& context);

// GB 32100-2015: 18 characters with check character (MOD 31-3).
void clean_credit_code(Cleaned& value, CleanContext& context);

// The check character of the first 17 digits (GB 11643); `digits` must hold at least 17 decimal digits.
char citizen_id_check(std::string_view digits);

}  // namespace jingwei::ingest
