// The mistakes people and spreadsheets make in departments' files, at named rates
// (docs/formats/synthetic-city.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/streams.h"

namespace jingwei::sim {

enum class Mistake : std::uint8_t {
  name_typo,        // a look-alike character, two characters exchanged, or one lost
  name_homophone,   // another character of the same sound
  fields_swapped,   // name and phone stand in each other's column
  full_width,       // １５４… instead of 154…
  stray_space,      // inside or around a name or number, ideographic ones too
  old_address,      // road and committee names of before
  short_address,    // 翡翠花园3栋-2-501
  missing_value,    // an empty field, required or not
  id_checksum,      // one digit of the citizen ID or credit code wrong
  id_15,            // the 15-digit number of before 1999
  id_excel,         // 9.90101E+17
  phone_excel,      // 1.54E+10
  phone_form,       // 154-1234-5678, +86 154…, 154….0
  phone_short,      // a digit lost
  date_form,        // 2020.1.5, 2020年1月5日, 43835, 20200105, 1/5/2020 (month first)
  date_impossible,  // 2020-02-30
  region_name,      // the region's full name instead of its code
  region_short,     // the community's code instead of the grid's
  region_wrong,     // a code that does not exist
  choice_synonym,   // M, 1, 男性 for 男
  choice_unknown,   // a word outside the list
  number_unit,      // 36.8℃, 85人
  column_count,     // a field too few or too many; a JSON line cut off
  duplicate_exact,  // the same line again
  duplicate_near,   // the same entry typed again, with its own mistakes
  count,
};

constexpr std::size_t mistake_kinds = static_cast<std::size_t>(Mistake::count);
std::string_view name_of(Mistake mistake);

// Chance of each mistake per row.
struct Rates {
  std::array<double, mistake_kinds> per_row{};
  double operator[](Mistake mistake) const { return per_row[static_cast<std::size_t>(mistake)]; }
  // A copy with one rate changed.
  Rates with(Mistake mistake, double rate) const {
    Rates copy = *this;
    copy.per_row[static_cast<std::size_t>(mistake)] = rate;
    return copy;
  }
};

// The rates every extract starts from; extracts.cpp states what differs.
Rates usual_rates();

enum class ColumnRole : std::uint8_t {
  text,
  name,
  phone,
  citizen_id,
  credit_code,
  date,
  datetime,
  region,
  address,
  choice,
  number
};
enum class DateForm : std::uint8_t { iso, dotted, chinese, serial, compact, american };

// What other people write for one value of a choice.
struct Synonyms {
  std::string_view value;
  std::vector<std::string_view> also;
};

struct Column {
  std::string_view header;
  ColumnRole role = ColumnRole::text;
  const std::vector<Synonyms>* synonyms = nullptr;
};

// What a row is about, for mistakes that need to know.
struct RowSubject {
  std::string id;  // P1, H1, E1, V1: as in truth/
  std::string old_address;
  std::string short_address;
  std::string region_name;
};

using Row = std::vector<std::string>;
using Mistakes = std::vector<Mistake>;

// Spoils a clean row in place. Dates arrive as 2020-01-05, date-times as 2020-01-05 08:30:00, and leave in
// `form` or, by mistake, another one. Returns what was done; column_count and duplicates are the caller's
// work.
Mistakes spoil(Row& row, const std::vector<Column>& columns, const RowSubject& subject, const Rates& rates,
               DateForm form, Random& random);

}  // namespace jingwei::sim
