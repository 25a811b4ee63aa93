#include "engines/linkage/features.h"

#include <algorithm>

#include "base/text.h"
#include "engines/linkage/parallel.h"

namespace jingwei::linkage {

namespace {

using Take = std::string (*)(std::string_view value, std::string_view sound);

struct Part {
  std::string_view name;
  Take take;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string whole(std::string_view value, std::string_view) {
  return std::string(value);
}

std::string sound(std::string_view value, std::string_view sound) {
  if (!text::is_ascii(value)) return std::string(sound);
  std::string codes;
  while (!value.empty()) {
    const auto word = value.substr(0, value.find(' '));
    codes += soundex(word);
    value.remove_prefix(std::min(word.size() + 1, value.size()));
  }
  return codes;
}

std::string beginning(std::string_view value, std::string_view) {
  std::size_t at = 0;
  const std::size_t characters = !value.empty() && static_cast<unsigned char>(value[0]) >= 0x80 ? 2 : 4;
  for (std::size_t count = 0; count < characters && at < value.size(); ++count)
    text::next_code_point(value, at);
  return std::string(value.substr(0, at));
}

std::string name_beginning(std::string_view value, std::string_view) {
  std::size_t at = 0;
  const std::size_t characters = !value.empty() && static_cast<unsigned char>(value[0]) >= 0x80 ? 1 : 3;
  for (std::size_t count = 0; count < characters && at < value.size(); ++count)
    text::next_code_point(value, at);
  return std::string(value.substr(0, at));
}

std::string words_sorted(std::string_view value, std::string_view) {
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

std::string year(std::string_view value, std::string_view) {
  return value.size() >= 4 ? std::string(value.substr(0, 4)) : std::string();
}

std::string month_and_day(std::string_view value, std::string_view) {
  return value.size() == 8 ? std::string(value.substr(4)) : std::string();
}

std::string digits_sorted(std::string_view value, std::string_view) {
  std::string digits(value);
  std::sort(digits.begin(), digits.end());
  return digits;
}

std::string first_half(std::string_view value, std::string_view) {
  return value.size() >= 6 ? std::string(value.substr(0, value.size() - value.size() / 2)) : std::string();
}

std::string second_half(std::string_view value, std::string_view) {
  return value.size() >= 6 ? std::string(value.substr(value.size() - (value.size() + 1) / 2)) : std::string();
}

std::string last_six(std::string_view value, std::string_view) {
  return value.size() >= 7 ? std::string(value.substr(value.size() - 6)) : std::string();
}

std::string first_seven(std::string_view value, std::string_view) {
  return value.size() >= 8 ? std::string(value.substr(0, 7)) : std::string();
}

std::string box(std::string_view value, std::string_view) {
  return std::string(value.substr(0, value.find('@')));
}

// The last three numbers of an address: building, unit, room survive when the beginning is left out.
std::string numbers(std::string_view value, std::string_view) {
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

std::vector<Part> parts_of(FieldType type) {
  switch (type) {
    case FieldType::given_name:
    case FieldType::surname:
      return {{"", whole}, {"sound", sound}, {"beginning", name_beginning}};
    case FieldType::full_name:
      return {{"", whole}, {"sound", sound}, {"words", words_sorted}, {"beginning", name_beginning}};
    case FieldType::date:
      return {{"", whole}, {"year", year}, {"month and day", month_and_day}, {"digits", digits_sorted}};
    case FieldType::identifier:
      return {{"", whole}, {"first half", first_half}, {"second half", second_half}};
    case FieldType::phone:
      return {{"", whole}, {"last six", last_six}, {"first seven", first_seven}};
    case FieldType::email:
      return {{"", whole}, {"box", box}};
    case FieldType::address:
      return {{"", whole}, {"numbers", numbers}, {"beginning", beginning}};
    case FieldType::street:
    case FieldType::locality:
    case FieldType::text:
      return {{"", whole}, {"beginning", beginning}};
    case FieldType::postcode:
    case FieldType::number:
    case FieldType::category:
      return {{"", whole}};
  }
  return {};
}

std::uint32_t short_hash(std::uint64_t hash) {
  const auto low = static_cast<std::uint32_t>(mix(hash) >> 16);
  return low == 0 ? 1 : low;
}

Feature make_feature(const Records& records, std::size_t field, const Part& part) {
  const Column& column = records.column(field);
  Feature feature;
  feature.name = column.field.name + (part.name.empty() ? "" : " (" + std::string(part.name) + ")");
  feature.fields = 1U << field;
  std::vector<std::uint32_t> of_value(column.values.size(), 0);
  for (ValueId value = 1; value < of_value.size(); ++value) {
    const std::string taken =
        part.take(column.values[value], column.sounds.size() > 0 ? column.sounds[value] : "");
    if (!taken.empty()) of_value[value] = short_hash(hash_bytes(taken));
  }
  feature.of_row.resize(records.rows());
  for (std::uint32_t row = 0; row < records.rows(); ++row)
    feature.of_row[row] = of_value[records.row(row)[field]];
  return feature;
}

// Given name and surname whichever way round they stand.
Feature both_names(const Records& records, std::size_t given, std::size_t surname) {
  Feature feature;
  feature.name = records.column(given).field.name + " and " + records.column(surname).field.name;
  feature.fields = 1U << given | 1U << surname;
  feature.of_row.resize(records.rows());
  for (std::uint32_t row = 0; row < records.rows(); ++row) {
    const auto values = records.row(row);
    if (values[given] == no_value || values[surname] == no_value) continue;
    feature.of_row[row] = short_hash(hash_bytes(records.column(given).values[values[given]]) +
                                     hash_bytes(records.column(surname).values[values[surname]]));
  }
  return feature;
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

std::vector<Feature> make_features(const Records& records, unsigned threads) {
  std::vector<std::pair<std::size_t, Part>> wanted;
  int given = -1, surname = -1;
  for (std::size_t field = 0; field < records.fields(); ++field) {
    const Column& column = records.column(field);
    if (column.filled == 0) continue;
    for (const Part& part : parts_of(column.field.type)) wanted.emplace_back(field, part);
    if (column.field.type == FieldType::given_name) given = static_cast<int>(field);
    if (column.field.type == FieldType::surname) surname = static_cast<int>(field);
  }
  std::vector<Feature> features(wanted.size());
  in_parallel(wanted.size(), threads, [&](std::size_t at) {
    features[at] = make_feature(records, wanted[at].first, wanted[at].second);
  });
  if (given >= 0 && surname >= 0)
    features.push_back(
        both_names(records, static_cast<std::size_t>(given), static_cast<std::size_t>(surname)));
  return features;
}

}  // namespace jingwei::linkage
