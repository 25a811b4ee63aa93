// What a slice moves in the figures: sums by metric, region and day.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/slice_event.h"
#include "modules/ingest/storing/row_content.h"

namespace jingwei::ingest {

// Used by one thread for one slice. The resource must outlive it.
class Figures {
 public:
  explicit Figures(const catalog::Resource& resource);
  bool any_metrics() const { return !metrics_.empty(); }

  // Adds `sign` times what a record with these fields counts; not in the metrics that are `left_out` (by
  // position; empty: in all).
  void count(const std::vector<ContentValue>& fields, RegionId region, Day day, double sign,
             const std::vector<bool>& left_out = {});

  // What moved, by metric, region and day. A reported figure of zero is a figure: the day has one.
  std::vector<CountedChange> changes() const;

 private:
  struct Metric {
    const catalog::Metric* declared;
    int field = -1;  // of `last` or `where`; -1: every record counts
  };
  struct Place {
    std::uint32_t metric;
    std::int32_t day;
    std::int64_t region;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      std::uint64_t mixed = static_cast<std::uint64_t>(place.region) * 0x9E3779B97F4A7C15ULL;
      mixed ^= static_cast<std::uint64_t>(static_cast<std::uint32_t>(place.day)) << 32 | place.metric;
      mixed *= 0xFF51AFD7ED558CCDULL;
      return static_cast<std::size_t>(mixed ^ mixed >> 32);
    }
  };

  std::vector<Metric> metrics_;
  struct Sum {
    double delta = 0;
    std::int64_t reports = 0;
  };
  std::unordered_map<Place, Sum, PlaceHash> sums_;
};

}  // namespace jingwei::ingest
