// The one place where records are cut to what somebody may see: rows by region, personal fields by class.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "access/caller.h"
#include "modules/catalog/catalog_service.h"
#include "modules/region/region_service.h"
#include "storage/value.h"

namespace jingwei::ingest {

struct Record;

// An access::Sight on one resource and one tree. Immutable.
class RecordView {
 public:
  using Regions = std::unordered_set<std::int64_t>;

  // For the hub's own work.
  RecordView();
  // `under` further narrows the rows to a region's subtree or a zone. Errors: not_found "region.not_found",
  // too_large "ingest.region_too_wide" (more regions than limits::regions_in_filter).
  static Result<RecordView> make(const access::Sight& sight, const catalog::Resource& resource,
                                 std::shared_ptr<const region::Tree> tree,
                                 const std::optional<std::string>& under = std::nullopt);

  // The regions whose records are seen; null: all, and those of no region.
  const Regions* regions() const { return regions_ ? &*regions_ : nullptr; }
  bool covers(RegionId region) const { return !regions_ || regions_->contains(region.value); }
  // For the hub's own work, where nothing is closed.
  bool is_whole() const { return classes_.empty(); }
  // Whether the field's values are open where a record stands (none: of no region); what is not personal is.
  bool opens(std::size_t field, RegionId region) const;
  // Puts what pages show in the place of every personal value that is not open, and remembers which.
  void close(Record& record) const;

 private:
  struct Part {
    std::optional<region::Interval> below;  // none: everywhere
    std::vector<bool> open;                 // by field
  };
  bool opens_at(std::size_t field, region::Node node) const;

  std::optional<Regions> regions_;
  std::vector<Part> parts_;
  std::vector<catalog::Personal> classes_;  // by field; empty: nothing to close
  std::shared_ptr<const region::Tree> tree_;
};

}  // namespace jingwei::ingest
