#include "engines/linkage/block_scheme.h"

#include <algorithm>

namespace jingwei::linkage {

std::vector<std::uint8_t> refinements(const BlockScheme& scheme, const BlockScheme::Key& key) {
  std::uint32_t used = 0;
  for (const auto feature : key.features) used |= scheme.features[feature].fields();
  std::vector<std::uint8_t> by;
  for (std::size_t feature = 0; feature < scheme.features.size(); ++feature) {
    const std::uint32_t fields = scheme.features[feature].fields();
    if ((fields & used) != 0) continue;
    by.push_back(static_cast<std::uint8_t>(feature));
    used |= fields;
  }
  return by;
}

BlockFinder::BlockFinder(const BlockScheme& scheme) : scheme_(scheme) {
  for (const auto& key : scheme.keys) refinements_.push_back(refinements(scheme, key));
}

bool BlockFinder::is_common(const BlockScheme::Key& key, std::uint64_t hash) {
  return std::binary_search(key.common.begin(), key.common.end(), hash);
}

void BlockFinder::blocks(const RowView& row, std::vector<std::uint64_t>& into) const {
  into.assign(scheme_.keys.size(), 0);
  std::array<std::uint32_t, scheme_features_most> parts;
  std::uint64_t known = 0;
  const auto part = [&](std::size_t feature) {
    if ((known >> feature & 1) == 0) {
      parts[feature] = feature_of(scheme_.features[feature], row);
      known |= std::uint64_t{1} << feature;
    }
    return parts[feature];
  };
  for (std::size_t key = 0; key < into.size(); ++key) {
    const std::uint64_t found = block(key, part);
    if (found != 0) into[key] = mix(found + key * 0x9E3779B97F4A7C15ULL) | 1;
  }
}

BlockScheme standard_scheme(std::span<const Field> fields) {
  BlockScheme scheme;
  scheme.features = feature_specs(fields);
  std::vector<std::uint8_t> names, others;
  const auto add = [&](std::vector<std::uint8_t> features) {
    if (scheme.keys.size() < scheme_keys_most) scheme.keys.push_back({std::move(features), {}});
  };
  for (std::size_t at = 0; at < scheme.features.size(); ++at) {
    const FeatureSpec& spec = scheme.features[at];
    const auto index = static_cast<std::uint8_t>(at);
    const FieldType type = fields[spec.field].type;
    const bool whole = spec.part == FeaturePart::whole;
    if (type == FieldType::identifier || type == FieldType::phone || type == FieldType::email) {
      add({index});
    } else if (type == FieldType::address || type == FieldType::full_name) {
      if (whole) add({index});
    }
    if (spec.part == FeaturePart::sound || spec.part == FeaturePart::both_names) names.push_back(index);
    if (spec.part == FeaturePart::year || spec.part == FeaturePart::month_and_day ||
        spec.part == FeaturePart::numbers || (whole && is_place(type) && type != FieldType::address))
      others.push_back(index);
  }
  for (const auto name : names) {
    for (const auto other : others) add({name, other});
  }
  for (std::size_t one = 0; one < names.size(); ++one) {
    for (std::size_t two = one + 1; two < names.size(); ++two) {
      if ((scheme.features[names[one]].fields() & scheme.features[names[two]].fields()) == 0)
        add({names[one], names[two]});
    }
  }
  // Nothing of the kind: every value is a key.
  const bool none = scheme.keys.empty();
  for (std::size_t at = 0; none && at < scheme.features.size(); ++at) {
    if (scheme.features[at].part == FeaturePart::whole) add({static_cast<std::uint8_t>(at)});
  }
  return scheme;
}

}  // namespace jingwei::linkage
