#include "modules/registry/export_book.h"

#include "base/limits.h"
#include "base/random.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::registry {

namespace {

constexpr std::array<double, 6> widths = {24, 18, 14, 20, 20, 40};

}  // namespace

Result<std::string> export_book(const SubjectFile& file, const RegistryParts& parts, Language language) {
  using spreadsheet::CellStyle;
  SecureRandom random;
  const auto& ingest = parts.ingest.parts();
  const std::string path = ingest.uploads_folder + "/" + random_credential(random) + ".book";
  const auto tree = parts.regions.tree();
  spreadsheet::WorkbookWriter book(path);
  book.sheet(render("registry.export_sheet", {}, language));
  int row = 0;
  if (!ingest.synthetic_id_prefixes.empty())
    book.text(row++, 0, render("registry.export_synthetic", {}, language), CellStyle::mark);
  int column = 0;
  for (const char* title : {"resource", "provider", "day", "record", "field", "value"}) {
    book.column(column, widths[static_cast<std::size_t>(column)], CellStyle::text);
    book.text(row, column++, render(std::string("registry.export_") + title, {}, language),
              CellStyle::header);
  }
  book.freeze(++row);
  for (const auto& entry : file.entries) {
    const auto& resource = entry.entry->resource;
    for (std::size_t at = 0; at < resource.fields.size(); ++at) {
      const std::string value = ingest::shown(entry.record, at, resource, *tree, language);
      if (value.empty()) continue;
      book.text(row, 0, resource.title.in(language));
      book.text(row, 1, resource.provider.in(language));
      book.text(row, 2, to_iso(entry.record.day));
      book.text(row, 3, entry.record.id.to_string());
      book.text(row, 4, resource.fields[at].title.in(language));
      book.text(row, 5, value);
      ++row;
    }
  }
  JW_TRY(book.close());
  auto bytes = read_text(ingest.files, path, jingwei::limits::workbook_out_bytes);
  JW_TRY(ingest.files.remove(path));
  return bytes;
}

}  // namespace jingwei::registry
