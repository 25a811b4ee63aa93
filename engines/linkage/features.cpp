#include "engines/linkage/features.h"

#include <algorithm>

#include "base/text.h"
#include "engines/linkage/parallel.h"

namespace jingwei::linkage {

namespace {

using text::is_digit;

std::string sound_part(std::string_view value, std::string_view sound) {
  if (!text::is_ascii(value)) return std::string(sound);
  std::string codes;
  while (!value.empty()) {
    const auto word = value.substr(0, value.find(' '));
    codes += soundex(word);
    value.remove_prefix(std::min(word.size() + 1, value.size()));
  }
  return codes;
}

// The first `han` characters of a text that begins with one outside ASCII, or `latin` of another.
std::string_view beginning(std::string_view value, std::size_t han, std::size_t latin) {
  std::size_t at = 0;
  const std::size_t characters = !value.empty() && static_cast<unsigned char>(value[0]) >= 0x80 ? han : latin;
  for (std::size_t count = 0; count < characters && at < value.size(); ++count)
    text::next_code_point(value, at);
  return value.substr(0, at);
}

std::string words_sorted(std::string_view value) {
  std::vector<std::string_view> words;
  while (!value.empty()) {
    words.push_back(value.substr(0, value.find(' ')));
    value.remove_prefix(std::min(words.back().size() + 1, value.size()));
  }
  if (words.size() < 2) return {};
  std::sort(words.begin(), words.end());
  std::string joined;
  for (const auto word : words) joined.append(word).append(" ");
  return joined;
}

// The last three numbers of an address: building, unit, room survive when the beginning is left out.
std::string last_numbers(std::string_view value) {
  std::vector<std::string> found;
  bool open = false;
  for (const char c : value) {
    if (is_digit(c)) {
      if (!open) found.emplace_back();
      found.back() += c;
    }
    open = is_digit(c);
  }
  if (found.size() < 2) return {};
  std::string joined;
  for (std::size_t at = found.size() > 3 ? found.size() - 3 : 0; at < found.size(); ++at)
    joined += found[at] + "-";
  return joined;
}

std::span<const FeaturePart> parts_of(FieldType type) {
  using enum FeaturePart;
  static constexpr std::array<FeaturePart, 3> name = {whole, sound, name_beginning};
  static constexpr std::array<FeaturePart, 4> full_name = {whole, sound, words, name_beginning};
  static constexpr std::array<FeaturePart, 4> date = {whole, year, month_and_day, digits};
  static constexpr std::array<FeaturePart, 3> identifier = {whole, first_half, second_half};
  static constexpr std::array<FeaturePart, 3> phone = {whole, last_six, first_seven};
  static constexpr std::array<FeaturePart, 2> email = {whole, box};
  static constexpr std::array<FeaturePart, 3> address = {whole, numbers, beginning};
  static constexpr std::array<FeaturePart, 2> place = {whole, beginning};
  static constexpr std::array<FeaturePart, 1> other = {whole};
  switch (type) {
    case FieldType::given_name:
    case FieldType::surname:
      return name;
    case FieldType::full_name:
      return full_name;
    case FieldType::date:
      return date;
    case FieldType::identifier:
      return identifier;
    case FieldType::phone:
      return phone;
    case FieldType::email:
      return email;
    case FieldType::address:
      return address;
    case FieldType::street:
    case FieldType::locality:
    case FieldType::text:
      return place;
    case FieldType::postcode:
    case FieldType::number:
    case FieldType::category:
      return other;
  }
  return other;
}

std::uint32_t short_hash(std::uint64_t hash) {
  const auto low = static_cast<std::uint32_t>(mix(hash) >> 16);
  return low == 0 ? 1 : low;
}

std::uint32_t hash_part(std::string_view taken) {
  return taken.empty() ? 0 : short_hash(hash_bytes(taken));
}

// What a feature of one field takes of a value.
std::uint32_t part_hash(FeaturePart part, std::string_view value, std::string_view sound) {
  const std::size_t size = value.size();
  if (size == 0) return 0;
  switch (part) {
    case FeaturePart::whole:
      return hash_part(value);
    case FeaturePart::sound:
      return hash_part(sound_part(value, sound));
    case FeaturePart::words:
      return hash_part(words_sorted(value));
    case FeaturePart::name_beginning:
      return hash_part(beginning(value, 1, 3));
    case FeaturePart::beginning:
      return hash_part(beginning(value, 2, 4));
    case FeaturePart::year:
      return size >= 4 ? hash_part(value.substr(0, 4)) : 0;
    case FeaturePart::month_and_day:
      return size == 8 ? hash_part(value.substr(4)) : 0;
    case FeaturePart::digits: {
      std::string digits(value);
      std::sort(digits.begin(), digits.end());
      return hash_part(digits);
    }
    case FeaturePart::first_half:
      return size >= 6 ? hash_part(value.substr(0, size - size / 2)) : 0;
    case FeaturePart::second_half:
      return size >= 6 ? hash_part(value.substr(size - (size + 1) / 2)) : 0;
    case FeaturePart::last_six:
      return size >= 7 ? hash_part(value.substr(size - 6)) : 0;
    case FeaturePart::first_seven:
      return size >= 8 ? hash_part(value.substr(0, 7)) : 0;
    case FeaturePart::box:
      return hash_part(value.substr(0, value.find('@')));
    case FeaturePart::numbers:
      return hash_part(last_numbers(value));
    case FeaturePart::both_names:
      break;
  }
  return 0;
}

std::uint32_t both_names_hash(std::string_view given, std::string_view surname) {
  return given.empty() || surname.empty() ? 0 : short_hash(hash_bytes(given) + hash_bytes(surname));
}

void fill_rows(const Records& records, Feature& feature) {
  const std::size_t field = feature.spec.field;
  const Column& column = records.column(field);
  feature.of_row.resize(records.rows());
  if (feature.spec.part == FeaturePart::both_names) {
    const Column& other = records.column(feature.spec.other);
    for (std::uint32_t row = 0; row < records.rows(); ++row) {
      const auto values = records.row(row);
      feature.of_row[row] =
          both_names_hash(column.values[values[field]], other.values[values[feature.spec.other]]);
    }
    return;
  }
  std::vector<std::uint32_t> of_value(column.values.size(), 0);
  for (ValueId value = 1; value < of_value.size(); ++value)
    of_value[value] = part_hash(feature.spec.part, column.values[value],
                                column.sounds.size() > 0 ? column.sounds[value] : std::string_view());
  for (std::uint32_t row = 0; row < records.rows(); ++row)
    feature.of_row[row] = of_value[records.row(row)[field]];
}

}  // namespace

std::string soundex(std::string_view word) {
  //                                      abcdefghijklmnopqrstuvwxyz
  constexpr std::string_view codes = "01230120022455012623010202";
  std::string code;
  char last = '0';
  for (const char c : word) {
    if (c < 'a' || c > 'z') continue;
    const char digit = codes[static_cast<std::size_t>(c - 'a')];
    if (code.empty()) {
      code += c;
    } else if (digit != '0' && digit != last) {
      code += digit;
    }
    // h and w do not part two consonants of one sound.
    if (c != 'h' && c != 'w') last = digit;
    if (code.size() == 4) break;
  }
  if (!code.empty()) code.resize(4, '0');
  return code;
}

std::vector<FeatureSpec> feature_specs(std::span<const Field> fields) {
  std::vector<FeatureSpec> specs;
  int given = -1, surname = -1;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    for (const FeaturePart part : parts_of(fields[field].type))
      specs.push_back({part, static_cast<std::uint8_t>(field), 0});
    if (fields[field].type == FieldType::given_name) given = static_cast<int>(field);
    if (fields[field].type == FieldType::surname) surname = static_cast<int>(field);
  }
  if (given >= 0 && surname >= 0)
    specs.push_back(
        {FeaturePart::both_names, static_cast<std::uint8_t>(given), static_cast<std::uint8_t>(surname)});
  return specs;
}

std::string name_of(const FeatureSpec& spec, std::span<const Field> fields) {
  constexpr std::array<std::string_view, feature_parts> names = {
      "",         "sound",         "words",  "beginning",  "beginning",
      "year",     "month and day", "digits", "first half", "second half",
      "last six", "first seven",   "box",    "numbers",    ""};
  const std::string& field = fields[spec.field].name;
  if (spec.part == FeaturePart::both_names) return field + " and " + fields[spec.other].name;
  const auto part = names[static_cast<std::size_t>(spec.part)];
  return part.empty() ? field : field + " (" + std::string(part) + ")";
}

std::uint32_t feature_of(const FeatureSpec& spec, const RowView& row) {
  if (spec.part == FeaturePart::both_names)
    return both_names_hash(row.values[spec.field], row.values[spec.other]);
  return part_hash(spec.part, row.values[spec.field], row.sounds[spec.field]);
}

std::vector<Feature> make_features(const Records& records, std::span<const FeatureSpec> specs,
                                   unsigned threads) {
  const std::vector<Field> fields = records.field_list();
  std::vector<Feature> features(specs.size());
  in_parallel(specs.size(), threads, [&](std::size_t at) {
    features[at].spec = specs[at];
    features[at].name = name_of(specs[at], fields);
    fill_rows(records, features[at]);
  });
  return features;
}

std::vector<Feature> make_features(const Records& records, unsigned threads) {
  std::vector<FeatureSpec> specs = feature_specs(records.field_list());
  std::erase_if(specs, [&](const FeatureSpec& spec) {
    return spec.part != FeaturePart::both_names && records.column(spec.field).filled == 0;
  });
  return make_features(records, specs, threads);
}

}  // namespace jingwei::linkage
