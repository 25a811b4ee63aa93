#include "engines/linkage/comparison.h"

#include <algorithm>

#include "base/text.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/normal_form.h"
#include "engines/linkage/value_levels.h"

namespace jingwei::linkage {

namespace {

constexpr std::array<std::string_view, level_count> level_names = {"missing", "exact",   "near",     "close",
                                                                   "loose",   "crossed", "different"};
constexpr std::size_t remembered_pairs = 1 << 14;

}  // namespace

std::string_view name_of(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

Level compare_values(FieldType type, std::string_view a, std::string_view b, std::string_view sound_a,
                     std::string_view sound_b) {
  if (a == b) return Level::exact;
  if (b < a) {
    std::swap(a, b);
    std::swap(sound_a, sound_b);
  }
  switch (type) {
    case FieldType::given_name:
    case FieldType::surname:
      return name_level(a, b, sound_a, sound_b);
    case FieldType::full_name:
      return full_name_level(a, b, sound_a, sound_b);
    case FieldType::date:
      return date_level(a, b);
    case FieldType::identifier:
      return identifier_level(a, b);
    case FieldType::phone:
      return phone_level(a, b);
    case FieldType::email:
      return email_level(a, b);
    case FieldType::street:
    case FieldType::locality:
      return words_level(a, b);
    case FieldType::address:
      return address_level(a, b);
    case FieldType::postcode:
      return postcode_level(a, b);
    case FieldType::number:
      return number_level(a, b);
    case FieldType::category:
      return Level::different;
    case FieldType::text:
      return text_level(a, b);
  }
  return Level::different;
}

Comparer::Comparer(const Records& records) : records_(records), remembered_(records.fields()) {
  for (std::size_t field = 0; field < records.fields(); ++field) {
    const FieldType type = records.column(field).field.type;
    if (type != FieldType::category) remembered_[field].resize(remembered_pairs);
    if (type == FieldType::given_name) given_ = given_ < 0 ? static_cast<int>(field) : -2;
    if (type == FieldType::surname) surname_ = surname_ < 0 ? static_cast<int>(field) : -2;
  }
  if (given_ < 0 || surname_ < 0) given_ = surname_ = -1;
}

Level Comparer::level(std::size_t field, ValueId a, ValueId b) {
  if (a == no_value || b == no_value) return Level::missing;
  if (a == b) return Level::exact;
  const Column& column = records_.column(field);
  if (column.field.type == FieldType::category) return Level::different;
  if (a > b) std::swap(a, b);
  Remembered& slot = remembered_[field][mix(std::uint64_t{a} << 32 | b) & (remembered_pairs - 1)];
  if (slot.a == a && slot.b == b) return slot.level;
  const bool sounds = column.sounds.size() > 0;
  slot = {a, b,
          compare_values(column.field.type, column.values[a], column.values[b],
                         sounds ? column.sounds[a] : std::string_view(),
                         sounds ? column.sounds[b] : std::string_view())};
  return slot.level;
}

Level Comparer::cross_level(ValueId given, ValueId surname) {
  if (given == no_value || surname == no_value) return Level::missing;
  const Column& givens = records_.column(static_cast<std::size_t>(given_));
  const Column& surnames = records_.column(static_cast<std::size_t>(surname_));
  return compare_values(FieldType::surname, givens.values[given], surnames.values[surname],
                        givens.sounds[given], surnames.sounds[surname]);
}

Pattern Comparer::compare(std::uint32_t row_a, std::uint32_t row_b) {
  const auto a = records_.row(row_a), b = records_.row(row_b);
  Pattern pattern = 0;
  for (std::size_t field = 0; field < a.size(); ++field)
    pattern |= static_cast<Pattern>(level(field, a[field], b[field])) << (3 * field);
  if (given_ < 0) return pattern;
  const auto given = static_cast<std::size_t>(given_), surname = static_cast<std::size_t>(surname_);
  const auto disagrees = [](Level level) { return level == Level::missing || level >= Level::loose; };
  if (!disagrees(level_at(pattern, given)) || !disagrees(level_at(pattern, surname))) return pattern;
  const Level one = cross_level(a[given], b[surname]), other = cross_level(b[given], a[surname]);
  const bool one_agrees = one != Level::missing && one <= Level::close;
  const bool other_agrees = other != Level::missing && other <= Level::close;
  // That they are exchanged is said once, by the given name; how well they agree, by the surname.
  if (one_agrees && other_agrees)
    return with_level(with_level(pattern, given, Level::crossed), surname, std::max(one, other));
  // Half of an exchange, the other half not being written.
  if ((one_agrees && other == Level::missing) || (other_agrees && one == Level::missing))
    return with_level(pattern, given, Level::crossed);
  return pattern;
}

bool Comparer::contradict(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern) const {
  const auto a = records_.row(row_a), b = records_.row(row_b);
  bool births = false, sexes = false;
  for (std::size_t field = 0; field < a.size(); ++field) {
    const Level level = level_at(pattern, field);
    if (level == Level::missing || level == Level::exact) continue;
    const Column& column = records_.column(field);
    const auto value_a = column.values[a[field]], value_b = column.values[b[field]];
    if (column.field.type == FieldType::identifier && is_valid_citizen_number(value_a) &&
        is_valid_citizen_number(value_b))
      return true;
    births = births || (column.field.type == FieldType::date && level == Level::different);
    sexes = sexes || (column.field.type == FieldType::category && is_sex(value_a) && is_sex(value_b));
  }
  return births && sexes;
}

}  // namespace jingwei::linkage
