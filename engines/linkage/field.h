// What a column holds: its type decides how values are written in one form, compared, and used in blocking.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jingwei::linkage {

enum class FieldType : std::uint8_t {
  given_name,
  surname,
  full_name,
  date,
  identifier,
  phone,
  email,
  street,
  locality,
  address,
  postcode,
  number,
  category,
  text,
};

std::string_view name_of(FieldType type);
std::optional<FieldType> field_type_of(std::string_view name);
// All names, in the order of the type.
std::span<const std::string_view> field_type_names();

struct Field {
  std::string name;  // as its column is called
  FieldType type = FieldType::text;
};

// Most fields of one comparison: a pattern has three bits for each.
inline constexpr std::size_t fields_most = 16;

// Where a person lives rather than who they are: shared by a household, lost by moving.
bool is_place(FieldType type);
// Shared by everybody around, not only by a household.
bool is_area(FieldType type);
bool is_name(FieldType type);

}  // namespace jingwei::linkage
