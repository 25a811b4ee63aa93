// Which figures of a resource have not been counted yet of which of its records: those that were declared
// later, while a recount goes through what stood before (recounting.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/catalog/catalog_service.h"
#include "storage/store.h"

namespace jingwei::ingest {

// How one figure's recount stands.
struct Recount {
  std::string metric;
  std::string meaning;       // how it counts
  std::int64_t version = 0;  // of the definition that declared it so
  std::int64_t since = 0;  // slice number at which it began: what was written later was counted by its writer
  std::int64_t slices_below = 0, rows_below = 0;  // first ids, and ids, below which nothing was counted
  bool done() const { return slices_below == 0 && rows_below == 0; }
};

// How a figure counts, in a line: another meaning under the same name is another figure.
std::string meaning_of(const catalog::Metric& metric);

// As one snapshot sees them. Whoever takes back what a record counted asks here whether it was counted at
// all, and decides at a slice number: each step of a recount takes one.
class Recounts {
 public:
  Recounts() = default;
  // Errors: the store's.
  static Result<Recounts> read(storage::Reader& reader, const catalog::Resource& resource);

  // Writers that know only an earlier version of the definition do not count what is being recounted: they
  // begin again.
  std::int64_t least_version() const { return least_version_; }
  const std::vector<Recount>& all() const { return recounts_; }

  // By position in Resource::metrics: what was not counted yet. Empty: everything was.
  using Uncounted = std::vector<bool>;
  Uncounted of_slice(const catalog::SliceHead& head) const;
  Uncounted of_row(std::int64_t id, std::int64_t epoch) const;

 private:
  std::vector<Recount> recounts_;
  std::vector<int> position_;  // of each in Resource::metrics; -1: declared no more
  std::size_t metrics_ = 0;
  std::int64_t least_version_ = 0;
  bool under_way_ = false;
};

// Whether whoever wrote something had begun behind the recount, and so counted it.
bool counted_by_writer(const Recount& recount, const catalog::SliceHead& head);
bool counted_by_writer(const Recount& recount, std::int64_t epoch);

}  // namespace jingwei::ingest
