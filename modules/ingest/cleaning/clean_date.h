// Days and instants in the forms people type.
#pragma once

#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

// Takes the outcome of tidy(Punctuation::fold). Reads 2020-01-05, 2020/1/5, 2020.1.5, 20200105, 2020年1月5日,
// 二〇二〇年一月五日, 民国109年1月5日, 5 Jan 2020, 31/12/2020 when only one order fits, and spreadsheet
// serial numbers (43835, 1900 system). A time behind the day is cut. Fills `integer` with days since 1970 and
// `text` with the ISO day.
void clean_date(Cleaned& value, CleanContext& context);

// A day as above, then a time: 8:05, 08:05:30.25, 下午3:05, 3:05 PM, 15时5分; then Z, +08:00 or nothing for
// the context's zone. Without a time it is the day's beginning. Fills `integer` with UTC micros and `text`
// with RFC 3339.
void clean_datetime(Cleaned& value, CleanContext& context);

}  // namespace jingwei::ingest
