#include "modules/ingest/form_cleaning.h"

#include "modules/ingest/place_readers.h"
#include "modules/ingest/row_typing.h"

namespace jingwei::ingest {

namespace {

std::string text_of(const Cleaned& cleaned, const catalog::Field& field, const region::Tree& tree) {
  if (field.type != catalog::FieldType::region) return std::string(cleaned.text);
  const region::Node node = tree.find(RegionId(cleaned.integer));
  return node == region::no_node ? std::string(cleaned.text) : tree.code(node);
}

}  // namespace

FormCleaner::FormCleaner(const IngestParts& parts, catalog::Resource fields)
    : parts_(&parts), fields_(std::make_unique<const catalog::Resource>(std::move(fields))) {}

Result<FormCleaner> FormCleaner::make(const IngestParts& parts, catalog::Resource fields) {
  FormCleaner cleaner(parts, std::move(fields));
  JW_ASSIGN(cleaner.cleaners_, cleaners_of(*cleaner.fields_));
  return cleaner;
}

Result<CleanForm> FormCleaner::clean(const std::map<std::string, std::string>& texts) const {
  std::vector<std::string> names;
  std::vector<Cell> cells;
  for (const auto& [name, text] : texts) {
    if (fields_->field(name) == nullptr)
      return Error(ErrorCode::invalid, "ingest.unknown_field")
          .with("field", name)
          .with("resource", fields_->id)
          .at("/" + name);
    names.push_back(name);
    cells.push_back({text, CellKind::text});
  }
  CleaningTools tools = make_cleaning_tools(*parts_, *fields_);
  RowCleaner cleaner(cleaners_);
  cleaner.bind(names);
  Row row;
  row.cells = cells;
  const CleanRow& clean = cleaner.clean(row, *tools.context);
  if (clean.refused) return refusal_of(clean, *fields_);
  CleanForm form;
  const auto tree = parts_->regions.tree();
  for (std::size_t at = 0; at < clean.fields.size(); ++at) {
    if (clean.fields[at].status == CleanStatus::empty) continue;
    form.answers[fields_->fields[at].name] = text_of(clean.fields[at], fields_->fields[at], *tree);
  }
  form.region = region_of(clean);
  return form;
}

RegionId FormCleaner::region_of(const CleanRow& clean) const {
  const auto filled = [&](int field) {
    return field >= 0 && clean.fields[static_cast<std::size_t>(field)].status != CleanStatus::empty;
  };
  for (const auto& name : fields_->region_fields) {
    const int field = fields_->index_of(name);
    if (!filled(field)) continue;
    const auto unless = fields_->region_unless.find(name);
    if (unless != fields_->region_unless.end() && filled(fields_->index_of(unless->second))) continue;
    const RegionId region(clean.fields[static_cast<std::size_t>(field)].integer);
    if (region) return region;
  }
  return {};
}

}  // namespace jingwei::ingest
