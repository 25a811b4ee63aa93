// Workbooks that go out: templates, refused rows, lists of records and batches. Internal to forms.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/region/region_service.h"

namespace jingwei::forms {

// A value that the hub knows of whom a row is about: what it says, the title of the resource it comes from,
// and the pseudonym of the person it discloses something of (for the audit log; empty: of nobody).
struct KnownValue {
  std::string text, source, person;
};
using KnownValues = std::map<std::string, KnownValue>;  // by field of the form's resource

// A row of a form: what its cells say by field of the form's resource, as ingest reads them.
using FormRow = std::map<std::string, std::string>;

// Rows that are asked about, and who asks for what.
struct KnownQuery {
  const catalog::Resource& form;
  std::span<const FormRow> rows;
  std::shared_ptr<const access::Caller> caller;  // null where nobody has to be known
  std::string purpose;
};

// What the hub knows of the persons, enterprises, households, venues and devices that rows of a form name.
struct KnownSubjects {
  // Fields whose values together say whom a row is about, each list by itself; none: nobody the hub could
  // know.
  std::function<std::vector<std::vector<std::string>>(const catalog::Resource& form)> named_by;
  // Of each row at its place, as far as the asker may see it. Errors: not_found (form), the store's.
  std::function<Result<std::vector<KnownValues>>(const KnownQuery& query, Language language)> of;
};

// What every workbook needs to know of the hub.
struct BookContext {
  const catalog::Catalog& catalog;
  const ingest::IngestService& ingest;
  const region::Regions& regions;
  RegionId hub_region;
  bool synthetic = false;  // every list says that its data are invented
  std::string folder;      // where a workbook is put together
  FileSystem& files;
  std::shared_ptr<const access::Caller> caller = nullptr;  // who asks; null where nobody has to be known
  std::string purpose = {};                                // what personal fields are asked for
  const KnownSubjects* known = nullptr;                    // null: rows are about nobody the hub knows

  // Errors: those of IngestService::sight_of.
  Result<access::Sight> sight(const catalog::Resource& resource,
                              std::string_view permission = "record.read") const {
    return ingest.sight_of(caller.get(), resource, purpose, permission);
  }
};

enum class ListFormat : std::uint8_t { xlsx, csv };

// A list on its way out, as a workbook or as CSV (UTF-8 with byte order mark, RFC 4180, formulas guarded).
// In a synthetic city its first line says so.
class ListWriter {
 public:
  struct Cell {
    std::string text;
    bool number = false;
  };
  virtual ~ListWriter() = default;
  virtual void header(const std::vector<std::string>& titles) = 0;
  virtual void row(const std::vector<Cell>& cells) = 0;
  // The file's bytes. Errors: as WorkbookWriter::close; too_large beyond limits::workbook_out_bytes.
  virtual Result<std::string> finish() = 0;
};
std::unique_ptr<ListWriter> make_list(const BookContext& context, ListFormat format, const std::string& title,
                                      Language language);

// Writes a workbook through a file of its own in context.folder and gives back the bytes.
Result<std::string> workbook_bytes(const BookContext& context,
                                   const std::function<Result<void>(const std::string& path)>& write);

Result<std::string> template_book(const BookContext& context, const catalog::Resource& resource,
                                  Language language);
// What goes out to one reader: records, refused rows.
struct ListedRecords {
  std::string bytes;
  std::string resource;
  std::vector<std::string> persons;  // pseudonyms of those whose personal data it opens
};
Result<ListedRecords> refused_book(const BookContext& context, BatchId batch, Language language);
Result<ListedRecords> records_list(const BookContext& context, const std::string& resource,
                                   const std::optional<std::string>& under, ListFormat format,
                                   Language language);
Result<std::string> batches_list(const BookContext& context, const std::string& resource, ListFormat format,
                                 Language language);

}  // namespace jingwei::forms
