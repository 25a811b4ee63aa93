// The bytes of a model, written and read (docs/formats/linkage.md).
#include <bit>
#include <cmath>

#include "base/bytes.h"
#include "engines/linkage/model.h"

namespace jingwei::linkage {

namespace {

constexpr std::string_view magic = "JWLM";
constexpr std::uint8_t format_version = 1;
constexpr std::size_t field_name_bytes_most = 256;
constexpr std::size_t common_blocks_most = 4'000'000;

void append_number(std::string& bytes, double number) {
  append_fixed64(bytes, std::bit_cast<std::uint64_t>(number));
}

// Hashes in order, as the first and the distances between them.
void append_hashes(std::string& bytes, const std::vector<std::uint64_t>& hashes) {
  append_varint(bytes, hashes.size());
  std::uint64_t last = 0;
  for (const std::uint64_t hash : hashes) {
    append_varint(bytes, hash - last);
    last = hash;
  }
}

class ModelReader {
 public:
  explicit ModelReader(std::string_view bytes) : in_(bytes) {}

  std::optional<ModelParts> read() {
    ModelParts parts;
    if (in_.take(magic.size()) != magic || in_.byte() != format_version) return std::nullopt;
    parts.rows = in_.varint();
    read_fields(parts);
    read_mixture(parts);
    for (std::size_t field = 0; good_ && field < parts.fields.size(); ++field)
      parts.frequencies.push_back(read_table());
    if (good_) read_blocks(parts);
    parts.thresholds = {chance(), chance(), chance()};
    check(parts.thresholds.possible <= parts.thresholds.probable);
    if (!good_ || !in_.ok() || in_.left() != 0) return std::nullopt;
    return parts;
  }

 private:
  void check(bool holds) { good_ = good_ && holds && in_.ok(); }
  // A count of things of which each takes `bytes` at least.
  std::size_t count(std::size_t most, std::size_t bytes = 1) {
    const std::uint64_t number = in_.varint();
    check(number <= most && number <= in_.left() / bytes);
    return good_ ? static_cast<std::size_t>(number) : 0;
  }
  double number() {
    const auto value = std::bit_cast<double>(in_.fixed64());
    check(std::isfinite(value) && value >= 0);
    return good_ ? value : 0;
  }
  double chance() {
    const double value = number();
    check(value <= 1);
    return value;
  }

  void read_fields(ModelParts& parts) {
    const std::size_t fields = count(fields_most);
    check(fields > 0);
    for (std::size_t at = 0; good_ && at < fields; ++at) {
      const auto type = in_.byte();
      check(type < field_type_names().size());
      const std::string_view name = in_.text();
      check(name.size() <= field_name_bytes_most);
      parts.fields.push_back({std::string(name), static_cast<FieldType>(type)});
      parts.mixture.types.push_back(static_cast<FieldType>(type));
    }
  }

  void read_mixture(ModelParts& parts) {
    for (double& share : parts.mixture.share) share = chance();
    check(parts.mixture.share[0] > 0 && parts.mixture.share[2] > 0);
    for (std::size_t field = 0; good_ && field < parts.fields.size(); ++field) {
      parts.mixture.chances.emplace_back();
      for (auto& levels : parts.mixture.chances.back()) {
        for (double& one : levels) one = chance();
      }
    }
  }

  FrequencyTable read_table() {
    FrequencyTable table;
    table.filled = in_.varint();
    table.chance_of_agreement = chance();
    table.usual_rows = number();
    std::uint64_t last = 0;
    for (std::size_t left = count(frequency_values_most, 2); good_ && left > 0; --left) {
      const std::uint64_t distance = in_.varint(), rows = in_.varint();
      check(distance > 0 && last + distance > last && rows <= 0xFFFFFFFF);
      last += distance;
      table.values.push_back({last, static_cast<std::uint32_t>(rows)});
    }
    table.defaults = read_hashes(frequency_values_most);
    return table;
  }

  std::vector<std::uint64_t> read_hashes(std::size_t most) {
    std::vector<std::uint64_t> hashes;
    std::uint64_t last = 0;
    for (std::size_t left = count(most); good_ && left > 0; --left) {
      const std::uint64_t distance = in_.varint();
      check(distance > 0 && last + distance > last);
      last += distance;
      hashes.push_back(last);
    }
    return hashes;
  }

  void read_blocks(ModelParts& parts) {
    const std::size_t fields = parts.fields.size(), features = count(scheme_features_most);
    for (std::size_t at = 0; good_ && at < features; ++at) {
      const auto part = in_.byte(), field = in_.byte(), other = in_.byte();
      check(part < feature_parts && field < fields && other < fields);
      parts.blocks.features.push_back({static_cast<FeaturePart>(part), field, other});
    }
    const std::size_t keys = count(scheme_keys_most);
    for (std::size_t at = 0; good_ && at < keys; ++at) {
      BlockScheme::Key key;
      const std::size_t of_key = count(key_features_most);
      check(of_key > 0);
      for (std::size_t one = 0; good_ && one < of_key; ++one) {
        key.features.push_back(in_.byte());
        check(key.features.back() < features);
      }
      key.common = read_hashes(common_blocks_most);
      parts.blocks.keys.push_back(std::move(key));
    }
  }

  ByteReader in_;
  bool good_ = true;
};

}  // namespace

std::string Model::serialise() const {
  std::string bytes(magic);
  bytes += static_cast<char>(format_version);
  append_varint(bytes, parts_.rows);
  append_varint(bytes, parts_.fields.size());
  for (const auto& field : parts_.fields) {
    bytes += static_cast<char>(field.type);
    append_text(bytes, std::string_view(field.name).substr(0, field_name_bytes_most));
  }
  for (const double share : parts_.mixture.share) append_number(bytes, share);
  for (const auto& field : parts_.mixture.chances) {
    for (const auto& levels : field) {
      for (const double one : levels) append_number(bytes, one);
    }
  }
  for (const auto& table : parts_.frequencies) {
    append_varint(bytes, table.filled);
    append_number(bytes, table.chance_of_agreement);
    append_number(bytes, table.usual_rows);
    append_varint(bytes, table.values.size());
    std::uint64_t last = 0;
    for (const auto& [value, rows] : table.values) {
      append_varint(bytes, value - last);
      append_varint(bytes, rows);
      last = value;
    }
    append_hashes(bytes, table.defaults);
  }
  append_varint(bytes, parts_.blocks.features.size());
  for (const auto& spec : parts_.blocks.features) {
    bytes += static_cast<char>(spec.part);
    bytes += static_cast<char>(spec.field);
    bytes += static_cast<char>(spec.other);
  }
  append_varint(bytes, parts_.blocks.keys.size());
  for (const auto& key : parts_.blocks.keys) {
    append_varint(bytes, key.features.size());
    for (const auto feature : key.features) bytes += static_cast<char>(feature);
    append_hashes(bytes, key.common);
  }
  append_number(bytes, parts_.thresholds.possible);
  append_number(bytes, parts_.thresholds.probable);
  append_number(bytes, parts_.thresholds.certain);
  append_fixed64(bytes, hash_bytes(bytes, format_version));
  return bytes;
}

Result<std::shared_ptr<const Model>> Model::parse(std::string_view bytes) {
  if (bytes.size() > model_bytes_most)
    return Error(ErrorCode::too_large, "linkage.model_too_large")
        .with("limit", std::to_string(model_bytes_most));
  const Error bad(ErrorCode::corrupt, "linkage.bad_model");
  if (bytes.size() < 8) return bad;
  const std::string_view body = bytes.substr(0, bytes.size() - 8);
  if (ByteReader(bytes.substr(body.size())).fixed64() != hash_bytes(body, format_version)) return bad;
  auto parts = ModelReader(body).read();
  if (!parts) return bad;
  return std::make_shared<const Model>(std::move(*parts));
}

}  // namespace jingwei::linkage
