// What the registry's parts need from around them; all must outlive them.
#pragma once

#include <string>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/region/region_service.h"
#include "modules/registry/kinds.h"
#include "modules/registry/limits.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::registry {

struct RegistryParts {
  storage::Store& store;
  const catalog::Catalog& catalog;
  const region::Regions& regions;
  const ingest::IngestService& ingest;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::string owner;  // this process, for leases
  bool learn_by_itself =
      false;  // a first model, as soon as there is enough to learn from: in synthetic cities
  std::int64_t learned_most = limits::learned_records;  // a model is learned from so many, drawn from all
};

// not_found "registry.subject_not_found": as of one nobody may see.
inline Error no_subject(SubjectId subject) {
  return Error(ErrorCode::not_found, "registry.subject_not_found").with("id", subject.to_string());
}

}  // namespace jingwei::registry
