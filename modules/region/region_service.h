// The region module's door: the tree that everything else looks up in, and the Changes that alter the hub's
// own regions.
//
// Other modules and the app include only this header.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "modules/region/coordinates.h"
#include "modules/region/region_tree.h"
#include "storage/store.h"

namespace jingwei::region {

// A region to be added. `boundary` is a GeoJSON geometry or empty.
struct NewRegion {
  std::string code;
  std::string parent;  // code; empty: the nation
  std::string name;
  Level level = Level::grid;
  std::string kind;
  bool synthetic = false;
  std::string boundary;
};

// What is to differ from `valid_from` on; what is absent stays.
struct RegionEdit {
  std::string code;
  std::optional<std::string> new_code;
  std::optional<std::string> name;
  std::optional<std::string> parent;    // code of the new parent
  std::optional<std::string> boundary;  // GeoJSON geometry
};

struct RegionSplit {
  std::string code;
  struct Part {
    NewRegion region;
    std::vector<std::string> children;  // codes of the old region's children that move here
  };
  std::vector<Part> parts;  // every child must be named once
};

struct RegionMerger {
  std::vector<std::string> codes;  // siblings or not; their children move to the new region
  NewRegion into;
};

struct NewZone {
  std::string code;
  std::string name;
  std::string kind;                  // 开发区, 高新区, …
  std::vector<std::string> members;  // codes
};

// Holds the present snapshot of the tree. Thread-safe: tree() is a pointer copy; snapshots stay valid while
// held.
//
// The functions that return Changes decide against the present snapshot and allocate ids; the caller commits.
// Every Change carries a "region.changed" event; whoever consumes the feed hands it to follow(), which
// rebuilds the snapshot. Errors: not_found "region.not_found", invalid and conflict as listed in
// messages.yaml under region.*.
class Regions {
 public:
  // `store` may be null: then there is the national tree alone.
  Regions(std::shared_ptr<const TreeFile> national, storage::Store* store);

  std::shared_ptr<const Tree> tree() const;
  // Reads the store's regions and swaps the snapshot; on an error the old one stays. About 0.1 s, on the
  // caller's thread.
  Result<void> reload();
  // Reloads when the event is a region's; other events cost nothing.
  Result<void> follow(const storage::FeedEntry& event);

  // A JSON Lines file of regions, in any order: {"code","parent","name","level","kind"?,"boundary": geometry
  // or null, "synthetic"?, "valid_from"?}. What stands already unchanged is left out, what differs becomes a
  // correction or a new version, a national code may only be given a boundary. Several Changes, to be
  // committed in order (at most limits::region_load_writes each); none when everything stands. Errors name
  // the line.
  Result<std::vector<storage::Change>> load(std::string_view json_lines, Day today) const;

  Result<storage::Change> add(const NewRegion& region, Day valid_from) const;
  Result<storage::Change> edit(const RegionEdit& edit, Day valid_from) const;
  // Ends a region without children; its code keeps resolving, to its successors.
  Result<storage::Change> end(const std::string& code, const std::vector<std::string>& successors,
                              Day day) const;
  Result<storage::Change> split(const RegionSplit& split, Day day) const;
  Result<storage::Change> merge(const RegionMerger& merger, Day day) const;
  // Adds the zone, or replaces the one of the same code.
  Result<storage::Change> put_zone(const NewZone& zone) const;

 private:
  std::shared_ptr<const TreeFile> national_;
  storage::Store* store_;
  mutable std::mutex swap_;
  std::mutex reloading_;
  std::shared_ptr<const Tree> tree_;
};

// Where the national file is looked for: $JINGWEI_REGION_FILE, then beside the program
// (../share/regions.jwrt, regions.jwrt).
std::optional<std::string> find_region_file(FileSystem& files, const std::string& program_folder);

}  // namespace jingwei::region
