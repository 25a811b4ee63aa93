// Whom a refused row tells of, as far as it says so itself: who reads it has looked at them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

// Of one batch's resource. Not thread-safe.
class RefusedPersons {
 public:
  // Errors: not_found (resource), the store's.
  static Result<RefusedPersons> make(const IngestService& service, const Batch& batch);

  // Takes the persons of an original in. Where it can be cut into its columns, those of its identifying
  // fields that hold a right number; else whoever's citizen ID stands anywhere in it. Numbers at fault name
  // nobody, and neither do rows of a resource without identifiers.
  void add(std::string_view original);
  // Pseudonyms of all so far, each once.
  std::vector<std::string> take();

 private:
  RefusedPersons(const IngestService& service, RefusedCutter cutter)
      : service_(&service), cutter_(std::move(cutter)) {}
  void add_value(const FieldCleaner& cleaner, std::string_view text);
  void add_citizen_ids(std::string_view text);

  const IngestService* service_;
  RefusedCutter cutter_;
  std::vector<std::pair<std::string, FieldCleaner>> identifiers_;  // by field name
  std::set<std::string> persons_;
};

}  // namespace jingwei::ingest
