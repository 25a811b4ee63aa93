#include "modules/ingest/record_text.h"

#include <charconv>

#include "base/clock.h"
#include "modules/ingest/storing/records.h"

namespace jingwei::ingest {

namespace {

std::string real_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, end);
}

}  // namespace

std::optional<std::string> readable(const storage::Value& value, const catalog::Field& field,
                                    const region::Tree& tree, Language language) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    for (const auto& choice : field.choices) {
      if (choice.id == *text) return choice.title.in(language);
    }
    return *text;
  }
  if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return std::nullopt;
  switch (field.type) {
    case catalog::FieldType::date:
      return to_iso(from_days(static_cast<std::int32_t>(*number)));
    case catalog::FieldType::datetime:
      return to_rfc3339(from_micros(*number));
    case catalog::FieldType::region: {
      const region::Node node = tree.find(RegionId(*number));
      return node == region::no_node ? std::optional<std::string>() : tree.path_text(node);
    }
    case catalog::FieldType::boolean:
      return render(*number != 0 ? "ingest.yes" : "ingest.no", {}, language);
    default:
      return std::to_string(*number);
  }
}

std::string shown(const Record& record, std::size_t field, const catalog::Resource& resource,
                  const region::Tree& tree, Language language) {
  const storage::Value& value = record.values[field];
  const bool closed = !record.closed.empty() && record.closed[field];
  if (closed)
    return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : std::string();
  return readable(value, resource.fields[field], tree, language).value_or("");
}

}  // namespace jingwei::ingest
