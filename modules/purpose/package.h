// Purposes as a scenario package declares them: scenarios/<package>/purposes.yaml (docs/formats/purposes.md).
#pragma once

#include "base/file_system.h"
#include "modules/purpose/view.h"

namespace jingwei::purpose {

// An emergency that a synthetic city starts with.
struct SampleEmergency {
  std::string name, order_number;
  std::int64_t level = 1;
  std::vector<std::string> purposes;
  std::int64_t days = 30;  // from the start of the hub
};

struct Package {
  std::string id;
  std::vector<Purpose> purposes;
  std::map<std::string, std::int64_t> review_within;  // days from when it is put in, by purpose
  std::vector<Assessment> assessments;
  std::map<std::string, KeptByLaw> kept;
  std::vector<SampleEmergency> samples;
};

// Errors: invalid, with file and line of everything that is wrong.
Result<Package> parse_package(std::string_view yaml, const std::string& file, const std::string& package,
                              const catalog::Catalog& catalog);
// Every <folder>/<package>/purposes.yaml. Errors: invalid; conflict "purpose.doubled" (two packages declare
// one).
Result<std::vector<Package>> read_packages(FileSystem& files, const std::string& scenarios_folder,
                                           const catalog::Catalog& catalog);

// Lower-case words parted by hyphens, at most 48 bytes.
bool is_purpose_id(std::string_view text);

}  // namespace jingwei::purpose
