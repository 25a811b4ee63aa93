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

ExchangedNames::ExchangedNames(std::span<const FieldType> types) {
  for (std::size_t field = 0; field < types.size(); ++field) {
    if (types[field] == FieldType::given_name) given = given == -1 ? static_cast<int>(field) : -2;
    if (types[field] == FieldType::surname) surname = surname == -1 ? static_cast<int>(field) : -2;
  }
  if (given < 0 || surname < 0) given = surname = -1;
}

Pattern compare_rows(std::span<const FieldType> types, const ExchangedNames& names, const RowView& a,
                     const RowView& b) {
  const auto level = [&](std::size_t field) {
    if (a.values[field].empty() || b.values[field].empty()) return Level::missing;
    return compare_values(types[field], a.values[field], b.values[field], a.sounds[field], b.sounds[field]);
  };
  const auto cross = [&](bool given_of_a) {
    const RowView& one = given_of_a ? a : b;
    const RowView& other = given_of_a ? b : a;
    const auto given = static_cast<std::size_t>(names.given),
               surname = static_cast<std::size_t>(names.surname);
    if (one.values[given].empty() || other.values[surname].empty()) return Level::missing;
    return compare_values(FieldType::surname, one.values[given], other.values[surname], one.sounds[given],
                          other.sounds[surname]);
  };
  return pattern_of(types.size(), names, level, cross);
}

namespace {

template <typename ValueOf>
bool contradicts(std::span<const FieldType> types, Pattern pattern, const ValueOf& value) {
  bool births = false, sexes = false;
  for (std::size_t field = 0; field < types.size(); ++field) {
    const FieldType type = types[field];
    if (type != FieldType::identifier && type != FieldType::date && type != FieldType::category) continue;
    const Level level = level_at(pattern, field);
    if (level == Level::missing || level == Level::exact) continue;
    if (type == FieldType::date) {
      births = births || level == Level::different;
      continue;
    }
    const auto [one, other] = value(field);
    if (type == FieldType::identifier && is_valid_citizen_number(one) && is_valid_citizen_number(other))
      return true;
    sexes = sexes || (type == FieldType::category && is_sex(one) && is_sex(other));
  }
  return births && sexes;
}

std::vector<FieldType> types_of(const Records& records) {
  std::vector<FieldType> types;
  for (std::size_t field = 0; field < records.fields(); ++field)
    types.push_back(records.column(field).field.type);
  return types;
}

}  // namespace

bool contradict_rows(std::span<const FieldType> types, const RowView& a, const RowView& b, Pattern pattern) {
  return contradicts(types, pattern,
                     [&](std::size_t field) { return std::pair(a.values[field], b.values[field]); });
}

Comparer::Comparer(const Records& records)
    : records_(records), types_(types_of(records)), names_(types_), remembered_(records.fields()) {
  for (std::size_t field = 0; field < types_.size(); ++field) {
    if (types_[field] != FieldType::category) remembered_[field].resize(remembered_pairs);
  }
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
  const Column& givens = records_.column(static_cast<std::size_t>(names_.given));
  const Column& surnames = records_.column(static_cast<std::size_t>(names_.surname));
  return compare_values(FieldType::surname, givens.values[given], surnames.values[surname],
                        givens.sounds[given], surnames.sounds[surname]);
}

Pattern Comparer::compare(std::uint32_t row_a, std::uint32_t row_b) {
  const auto a = records_.row(row_a), b = records_.row(row_b);
  const auto given = static_cast<std::size_t>(names_.given),
             surname = static_cast<std::size_t>(names_.surname);
  return pattern_of(
      a.size(), names_, [&](std::size_t field) { return level(field, a[field], b[field]); },
      [&](bool given_of_a) {
        return given_of_a ? cross_level(a[given], b[surname]) : cross_level(b[given], a[surname]);
      });
}

bool Comparer::contradict(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern) const {
  const auto a = records_.row(row_a), b = records_.row(row_b);
  return contradicts(types_, pattern, [&](std::size_t field) {
    const TextStore& values = records_.column(field).values;
    return std::pair(values[a[field]], values[b[field]]);
  });
}

}  // namespace jingwei::linkage
