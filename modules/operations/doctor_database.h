// The doctor's look into the database.
#pragma once

#include <optional>
#include <set>

#include "modules/operations/doctor.h"

namespace jingwei::operations {

// What other findings need to know.
struct DatabaseFacts {
  bool readable = false;
  std::optional<Instant> database_clock;  // of a PostgreSQL server
  Instant asked_at{};                     // our clock at that moment
  std::optional<Instant> newest_event;
  std::set<std::string> wanted_files;  // names in uploads/ that rows ask for
};

DatabaseFacts examine_database(const DoctorPlace& place, std::vector<Finding>& findings);

}  // namespace jingwei::operations
