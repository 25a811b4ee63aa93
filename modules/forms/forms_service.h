// Forms (表格): Excel out of the hub, and Excel forms that somebody sent, filled.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/messages.h"
#include "base/result.h"
#include "modules/catalog/catalog_service.h"
#include "modules/forms/form_fill.h"
#include "modules/forms/workbooks.h"
#include "modules/ingest/ingest_service.h"
#include "modules/metrics/metrics_service.h"
#include "modules/region/region_service.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::forms {

// What forms need from around them; all must outlive the service.
struct FormsParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  const region::Regions& regions;
  const ingest::IngestService& ingest;
  const metrics::MetricsService& metrics;
  const storage::Sealer& sealer;
  FileSystem& files;
  const Clock& clock;
  std::string folder;        // where workbooks are put together
  RegionId hub_region;       // names of regions are looked for here first
  bool synthetic = false;    // what goes out says that it is invented
  KnownSubjects known = {};  // what the registry knows of whom a row names
};

// Who asks, and what personal data are asked for (empty: none); nobody has to be known where there is no
// caller.
struct Asker {
  std::shared_ptr<const access::Caller> caller = nullptr;
  std::string purpose = {};
};

// Thread-safe.
class FormsService {
 public:
  explicit FormsService(FormsParts parts) : parts_(std::move(parts)) {}

  // The bytes of a workbook to fill in and upload. Errors: not_found, exhausted.
  Result<std::string> template_of(const std::string& resource, Language language) const;
  // Refused rows of a batch that the asker may see, in the columns of their file, reasons beside them. What
  // is sent again has to be whole: errors: denied "forms.refused_closed" when something personal is not open
  // to the asker, and those of IngestService::sight_of; not_found, exhausted.
  Result<ListedRecords> refused_rows(BatchId batch, Language language, const Asker& asker = {}) const;
  // Current records as the asker may see them. Errors: not_found, denied, too_large
  // (limits::records_out_rows).
  Result<ListedRecords> records_workbook(const std::string& resource, const std::optional<std::string>& under,
                                         Language language, const Asker& asker = {}) const;
  Result<ListedRecords> records_csv(const std::string& resource, const std::optional<std::string>& under,
                                    Language language, const Asker& asker = {}) const;
  // Batches of the asker's departments, newest first; empty `resource` means all.
  Result<std::string> batches_workbook(const std::string& resource, Language language,
                                       const Asker& asker = {}) const;

  // An Excel form with what the hub knows in its empty cells, and what was done; the file at `path` is only
  // read. Errors: too_large (limits::form_bytes), denied, those of fill_form.
  Result<FilledForm> fill(const std::string& path, const FillOptions& options, Language language,
                          const Asker& asker = {}) const;

  const FormsParts& parts() const { return parts_; }

 private:
  FormsParts parts_;
};

}  // namespace jingwei::forms
