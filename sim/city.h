// The synthetic city: a fictional place with people, written as the files its departments would send, truth
// kept aside.
//
// Nothing here describes a real place or person; docs/formats/synthetic-city.md says what is written and with
// which mistakes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace jingwei::sim {

// How many regions stand on each level under the city.
struct Shape {
  int districts = 8;
  int towns = 24;
  int communities = 318;
  int grids = 1317;
  bool operator==(const Shape&) const = default;
};

// Most grids a city may have; the map is held in memory.
inline constexpr int grids_most = 20'000;
inline constexpr std::int64_t people_most = 20'000'000;

// "8/24/318/1317". Errors: invalid (sim.shape_text) when it is not four whole numbers between slashes.
Result<Shape> parse_shape(const std::string& text);
// Errors: invalid (sim.shape_few, sim.shape_many) when a level has fewer regions than the one above it (each
// region needs at least one child) or more than codes can number.
Result<void> check_shape(const Shape& shape);

struct CityPlan {
  std::int64_t people = 100'000;
  std::uint64_t seed = 7;
  Shape shape;
  std::string out;  // folder; files of an earlier run with the same names are replaced
};

// One written file, as MANIFEST.json lists it.
struct WrittenFile {
  std::string path;      // below `out`, such as extracts/01-public-security-resident-register.synthetic.csv
  std::string resource;  // resource id for extracts; empty for truth and regions
  std::string encoding;  // utf-8, utf-8-bom, gb18030
  std::string format;    // csv, jsonl
  std::string provider;  // provider id for extracts
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

struct CitySummary {
  std::string name;  // 云汐市
  std::int64_t people = 0;
  std::int64_t households = 0;
  std::int64_t enterprises = 0;
  std::int64_t rows = 0;  // of all extracts
  std::vector<WrittenFile> files;
};

struct Progress {
  std::int64_t people_done = 0;
  std::int64_t people_all = 0;
  std::int64_t rows = 0;
};

// Writes the city into `plan.out`; the same plan gives the same bytes on any machine. MANIFEST.json is
// written last, so a folder without it is incomplete. `progress` is called about every thousand people on the
// calling thread and may be empty. Memory does not grow with `people`, but for a share of rows waiting to be
// sent twice. Errors: those of check_shape; invalid (sim.people) for fewer people than 1 or more than
// people_most; the file system's.
Result<CitySummary> build_city(const CityPlan& plan, FileSystem& files,
                               const std::function<void(const Progress&)>& progress = {});

}  // namespace jingwei::sim
