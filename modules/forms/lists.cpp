// Records and batches as lists.
#include "base/limits.h"
#include "modules/forms/workbooks.h"

namespace jingwei::forms {

namespace {

bool is_number(const catalog::Field& field) {
  return field.personal == catalog::Personal::none &&
         (field.type == catalog::FieldType::integer || field.type == catalog::FieldType::number);
}

std::string said(const char* id, Language language) {
  return render(id, {}, language);
}

}  // namespace

Result<ListedRecords> records_list(const BookContext& context, const std::string& resource,
                                   const std::optional<std::string>& under, ListFormat format,
                                   Language language) {
  JW_ASSIGN(const catalog::Entry* entry, context.catalog.find(resource));
  JW_ASSIGN(const auto sight, context.sight(entry->resource));
  const auto& fields = entry->resource.fields;
  const auto tree = context.regions.tree();
  auto list = make_list(context, format, entry->resource.title.in(language), language);
  std::vector<std::string> titles;
  for (const auto& field : fields) titles.push_back(field.title.in(language));
  for (const char* id : {"forms.list.record", "forms.list.version", "forms.list.received"})
    titles.push_back(said(id, language));
  list->header(titles);
  ListedRecords listed;
  listed.resource = resource;
  RecordId before;
  std::size_t written = 0;
  for (;;) {
    JW_ASSIGN(const auto page,
              context.ingest.list_records(resource, {under, before, limits::page_size_most}, sight));
    if (page.empty()) break;
    written += page.size();
    if (written > limits::records_out_rows)
      return Error(ErrorCode::too_large, "forms.too_many_records")
          .with("limit", std::to_string(limits::records_out_rows))
          .at("under");
    for (const auto& record : page) {
      std::vector<ListWriter::Cell> cells;
      for (std::size_t at = 0; at < fields.size(); ++at) {
        cells.push_back({ingest::shown(record, at, entry->resource, *tree, language), is_number(fields[at])});
      }
      cells.push_back({record.id.to_string(), false});
      cells.push_back({std::to_string(record.version), true});
      cells.push_back({to_rfc3339(record.known_from), false});
      list->row(cells);
      if (record.discloses && !record.subject.empty()) listed.persons.push_back(record.subject);
    }
    before = page.back().id;
  }
  JW_ASSIGN(listed.bytes, list->finish());
  return listed;
}

Result<std::string> batches_list(const BookContext& context, const std::string& resource, ListFormat format,
                                 Language language) {
  auto list = make_list(context, format, said("forms.list.batches", language), language);
  std::vector<std::string> titles;
  for (const char* column : {"batch", "resource", "file", "state", "rows", "accepted", "cleaned", "updated",
                             "unchanged", "refused", "started", "finished"})
    titles.push_back(render("forms.list." + std::string(column), {}, language));
  list->header(titles);
  BatchId before;
  std::size_t written = 0;
  for (;;) {
    JW_ASSIGN(const auto page, context.ingest.list_batches(resource, before, limits::page_size_most));
    if (page.empty()) break;
    written += page.size();
    if (written > limits::records_out_rows)
      return Error(ErrorCode::too_large, "forms.too_many_records")
          .with("limit", std::to_string(limits::records_out_rows));
    for (const auto& view : page) {
      const auto& batch = view.batch;
      const auto entry = context.catalog.find(batch.resource);
      if (context.caller && entry &&
          !context.caller->may_for("ingest.read", (*entry)->resource.provider_id,
                                   context.ingest.parts().clock.now()))
        continue;
      std::vector<ListWriter::Cell> cells = {
          {batch.id.to_string(), false},
          {entry.ok() ? (*entry)->resource.title.in(language) : batch.resource, false},
          {batch.filename, false},
          {render("forms.state." + std::string(ingest::name_of(batch.state)), {}, language), false}};
      for (const std::int64_t count : {batch.counts.rows_read, batch.counts.accepted, batch.counts.cleaned,
                                       batch.counts.updated, batch.counts.unchanged, batch.counts.refused})
        cells.push_back({std::to_string(count), true});
      cells.push_back({to_rfc3339(batch.started_at), false});
      cells.push_back({batch.finished_at ? to_rfc3339(*batch.finished_at) : "", false});
      list->row(cells);
    }
    before = page.back().batch.id;
  }
  return list->finish();
}

}  // namespace jingwei::forms
