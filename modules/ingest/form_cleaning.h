// One form filled in by a person, cleaned like a file's row but stored by somebody else (cases).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

// By field name, what is filled: choices by id, regions by code, dates and times in ISO form, numbers in
// digits.
struct CleanForm {
  std::map<std::string, std::string> answers;
  RegionId region;  // that the form's region fields and addresses tell; none: they do not say
};

// Immutable after make(); threads may share it. The parts must outlive it.
class FormCleaner {
 public:
  // `fields` with `region_fields` are what counts of the resource. Errors: as FieldCleaner::make.
  static Result<FormCleaner> make(const IngestParts& parts, catalog::Resource fields);

  // Errors: invalid "ingest.record_refused" with one cause per field at fault, "ingest.unknown_field".
  Result<CleanForm> clean(const std::map<std::string, std::string>& texts) const;
  const catalog::Resource& fields() const { return *fields_; }

 private:
  FormCleaner(const IngestParts& parts, catalog::Resource fields);
  RegionId region_of(const CleanRow& clean) const;

  const IngestParts* parts_;
  std::unique_ptr<const catalog::Resource> fields_;
  std::vector<FieldCleaner> cleaners_;
};

}  // namespace jingwei::ingest
