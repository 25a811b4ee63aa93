// Rows as COPY … TO STDOUT WITH (FORMAT binary) sends them.
#pragma once

#include <vector>

#include "base/result.h"
#include "storage/value.h"

namespace jingwei::storage::postgres {

// Reads one message after another; of BIGINT, DOUBLE PRECISION, TEXT and BYTEA columns.
class BinaryRow final : public Row {
 public:
  // False at the end mark. The views live as long as `message`. Errors: corrupt when it is no such row.
  Result<bool> take(std::string_view message, bool first);

  int columns() const override { return static_cast<int>(cells_.size()); }
  bool is_null(int column) const override { return !cells_[static_cast<std::size_t>(column)].has_value(); }
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override { return blob(column); }
  std::string_view blob(int column) const override;

 private:
  std::vector<std::optional<std::string_view>> cells_;
};

}  // namespace jingwei::storage::postgres
