#include "storage/postgres/binary_row.h"

#include <bit>

namespace jingwei::storage::postgres {

namespace {

constexpr std::size_t signature_bytes = 11, flags_bytes = 4;

// Big-endian, as the protocol has it; nothing when the message ends before.
template <typename Integer>
std::optional<Integer> take_number(std::string_view& bytes) {
  if (bytes.size() < sizeof(Integer)) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < sizeof(Integer); ++at)
    number = number << 8 | static_cast<unsigned char>(bytes[at]);
  bytes.remove_prefix(sizeof(Integer));
  return static_cast<Integer>(number);
}

}  // namespace

Result<bool> BinaryRow::take(std::string_view message, bool first) {
  const auto broken = [] {
    return Error(ErrorCode::corrupt, "storage.fault").because("copy: a row is malformed");
  };
  if (first) {
    if (message.size() < signature_bytes + flags_bytes) return broken();
    message.remove_prefix(signature_bytes + flags_bytes);
    const auto extension = take_number<std::int32_t>(message);
    if (!extension || *extension < 0 || static_cast<std::size_t>(*extension) > message.size())
      return broken();
    message.remove_prefix(static_cast<std::size_t>(*extension));
    cells_.clear();
    if (message.empty()) return true;  // the head alone: a row of no columns, which callers pass over
  }
  const auto count = take_number<std::int16_t>(message);
  if (!count) return broken();
  cells_.clear();
  if (*count < 0) return false;
  for (int at = 0; at < *count; ++at) {
    const auto length = take_number<std::int32_t>(message);
    if (!length) return broken();
    if (*length < 0) {
      cells_.emplace_back();
      continue;
    }
    if (static_cast<std::size_t>(*length) > message.size()) return broken();
    cells_.emplace_back(message.substr(0, static_cast<std::size_t>(*length)));
    message.remove_prefix(static_cast<std::size_t>(*length));
  }
  return true;
}

std::int64_t BinaryRow::integer(int column) const {
  std::string_view bytes = blob(column);
  switch (bytes.size()) {
    case 8:
      return *take_number<std::int64_t>(bytes);
    case 4:
      return *take_number<std::int32_t>(bytes);
    case 2:
      return *take_number<std::int16_t>(bytes);
    default:
      return bytes.size() == 1 ? bytes[0] : 0;
  }
}

double BinaryRow::real(int column) const {
  std::string_view bytes = blob(column);
  return bytes.size() == 8 ? std::bit_cast<double>(*take_number<std::int64_t>(bytes)) : 0;
}

std::string_view BinaryRow::blob(int column) const {
  return cells_[static_cast<std::size_t>(column)].value_or(std::string_view());
}

}  // namespace jingwei::storage::postgres
