#include "modules/forms/form_records.h"

namespace jingwei::forms {

namespace {

storage::Value value_of_cell(const ingest::Cleaned& cleaned, const catalog::Field& field) {
  switch (field.type) {
    case catalog::FieldType::number:
      return cleaned.number;
    case catalog::FieldType::date:
    case catalog::FieldType::datetime:
    case catalog::FieldType::integer:
    case catalog::FieldType::boolean:
    case catalog::FieldType::region:
      return cleaned.integer;
    default:
      return std::string(cleaned.text);
  }
}

}  // namespace

CellReader::CellReader(const BookContext& context, const catalog::Resource& resource, const Clock& clock)
    : resource_(resource),
      regions_(context.regions.tree(), context.hub_region),
      cleaners_(ingest::cleaners_of(resource)),
      cleaning_(clock.now(), context.ingest.parts().zone) {
  cleaning_.regions = &regions_;
  cleaning_.synthetic_id_prefixes = context.ingest.parts().synthetic_id_prefixes;
}

std::string CellReader::Cell::text() const {
  if (const auto* said = std::get_if<std::string>(&value)) return *said;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return "";
}

Result<CellReader::Cell> CellReader::read(std::string_view text, int field) {
  if (!cleaners_) return cleaners_.error();
  Cell cell;
  if (text.empty()) return cell;
  const auto at = static_cast<std::size_t>(field);
  const auto cleaned = (*cleaners_)[at].clean(text, cleaning_);
  cell.refused =
      cleaned.status == ingest::CleanStatus::refused || cleaned.status == ingest::CleanStatus::empty;
  if (!cell.refused) cell.value = value_of_cell(cleaned, resource_.fields[at]);
  cleaning_.arena.reset();
  return cell;
}

}  // namespace jingwei::forms
