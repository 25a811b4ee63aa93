#include "modules/forms/forms_service.h"

#include "base/limits.h"
#include "modules/forms/workbooks.h"

namespace jingwei::forms {

namespace {

BookContext context_of(const FormsParts& parts, const Asker& asker = {}) {
  return {
      parts.catalog, parts.ingest, parts.regions, parts.hub_region, parts.synthetic,
      parts.folder,  parts.files,  asker.caller,  asker.purpose,    parts.known.of ? &parts.known : nullptr};
}

}  // namespace

Result<std::string> FormsService::template_of(const std::string& resource, Language language) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  return template_book(context_of(parts_), entry->resource, language);
}

Result<ListedRecords> FormsService::refused_rows(BatchId batch, Language language, const Asker& asker) const {
  return refused_book(context_of(parts_, asker), batch, language);
}

Result<ListedRecords> FormsService::records_workbook(const std::string& resource,
                                                     const std::optional<std::string>& under,
                                                     Language language, const Asker& asker) const {
  return records_list(context_of(parts_, asker), resource, under, ListFormat::xlsx, language);
}

Result<ListedRecords> FormsService::records_csv(const std::string& resource,
                                                const std::optional<std::string>& under, Language language,
                                                const Asker& asker) const {
  return records_list(context_of(parts_, asker), resource, under, ListFormat::csv, language);
}

Result<std::string> FormsService::batches_workbook(const std::string& resource, Language language,
                                                   const Asker& asker) const {
  if (!resource.empty()) JW_TRY(parts_.catalog.find(resource));
  return batches_list(context_of(parts_, asker), resource, ListFormat::xlsx, language);
}

Result<FilledForm> FormsService::fill(const std::string& path, const FillOptions& options, Language language,
                                      const Asker& asker) const {
  JW_ASSIGN(std::string bytes, read_text(parts_.files, path, limits::form_bytes));
  return fill_form(context_of(parts_, asker), parts_.metrics, parts_.clock, std::move(bytes), options,
                   language);
}

}  // namespace jingwei::forms
