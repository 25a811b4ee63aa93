// Whom notices reach besides accounts: people of the registry, by what stands about them.
#pragma once

#include "modules/ingest/ingest_service.h"
#include "modules/notice/notice_service.h"
#include "modules/registry/registry_service.h"

namespace jingwei::app {

// What the finder asks; all must outlive it.
struct PeopleSources {
  const catalog::Catalog& catalog;
  const ingest::IngestService& ingest;
  const registry::RegistryService& registry;
  const Clock& clock;
  const Zone& zone;
};

// Reads the records that the caller may see with their names and addresses open, under the query's purpose,
// and names each person once by the registry.
notice::PeopleFinder people_of_registry(PeopleSources sources);

}  // namespace jingwei::app
