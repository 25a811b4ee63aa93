#include "engines/linkage/field.h"

namespace jingwei::linkage {

namespace {

constexpr std::array<std::string_view, 14> names = {
    "given_name", "surname",  "full_name", "date",     "identifier", "phone",    "email",
    "street",     "locality", "address",   "postcode", "number",     "category", "text"};

}  // namespace

std::string_view name_of(FieldType type) {
  return names[static_cast<std::size_t>(type)];
}

std::optional<FieldType> field_type_of(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<FieldType>(found - names.begin());
}

std::span<const std::string_view> field_type_names() {
  return names;
}

bool is_area(FieldType type) {
  return type == FieldType::locality || type == FieldType::postcode;
}

bool is_place(FieldType type) {
  return is_area(type) || type == FieldType::street || type == FieldType::address ||
         type == FieldType::number;
}

bool is_name(FieldType type) {
  return type == FieldType::given_name || type == FieldType::surname || type == FieldType::full_name;
}

}  // namespace jingwei::linkage
