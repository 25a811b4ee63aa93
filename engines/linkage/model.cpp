#include "engines/linkage/model.h"

#include <cstdio>

#include "engines/linkage/chinese.h"
#include "engines/linkage/normal_form.h"

namespace jingwei::linkage {

namespace {

// Of the odds against a match that hold before anything is compared, so much must the average pair between
// two clusters repay: all of it would part persons whose records say little, nothing would chain strangers
// together.
constexpr double repaid_by_average = 0.5;

}  // namespace

Model::Model(ModelParts parts)
    : parts_(std::move(parts)),
      weights_(parts_.mixture),
      names_(parts_.mixture.types),
      finder_(parts_.blocks) {
  JW_ASSERT(parts_.fields.size() == parts_.mixture.types.size() &&
            parts_.fields.size() == parts_.frequencies.size());
}

ClusterRules Model::cluster_rules() const {
  return {parts_.thresholds.probable, std::max(parts_.thresholds.certain, parts_.thresholds.probable),
          -weights_.prior() * repaid_by_average};
}

std::string Model::version() const {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(hash_bytes(serialise(), 0x7E51)));
  return text;
}

std::string Model::prepare(std::span<const std::string_view> raw) const {
  JW_ASSERT(raw.size() == parts_.fields.size());
  std::array<std::string, fields_most> forms, sounds;
  RowView row;
  row.fields = raw.size();
  for (std::size_t field = 0; field < raw.size(); ++field) {
    forms[field] = normal_form(parts_.fields[field].type, raw[field]);
    const FrequencyTable& table = parts_.frequencies[field];
    if (!table.defaults.empty() && table.is_default(value_hash(forms[field]))) forms[field].clear();
    if (is_name(parts_.fields[field].type) && !forms[field].empty()) sounds[field] = sound_of(forms[field]);
    row.values[field] = forms[field];
    row.sounds[field] = sounds[field];
  }
  return pack(row, parts_.fields);
}

std::array<double, fields_most> Model::rarities(const RowView& row) const {
  std::array<double, fields_most> all;
  for (std::size_t field = 0; field < row.fields; ++field)
    all[field] =
        row.values[field].empty() ? 1 : parts_.frequencies[field].rarity(value_hash(row.values[field]));
  return all;
}

std::vector<std::vector<std::uint64_t>> Model::defaults() const {
  std::vector<std::vector<std::uint64_t>> all;
  for (const auto& table : parts_.frequencies) all.push_back(table.defaults);
  return all;
}

Pattern pattern_of_copies(const RowView& row) {
  Pattern pattern = 0;
  for (std::size_t field = 0; field < row.fields; ++field)
    pattern = with_level(pattern, field, row.values[field].empty() ? Level::missing : Level::exact);
  return pattern;
}

}  // namespace jingwei::linkage
