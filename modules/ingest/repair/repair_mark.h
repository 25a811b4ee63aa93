// The marks by which a mended row names its first try: the three columns that a workbook of refused rows
// carries at its right (refused_cells.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modules/ingest/batch.h"

namespace jingwei::ingest {

// Where the marks stand in a file; -1 for a column that is missing.
struct MarkColumns {
  int batch = -1;
  int line = -1;
  int check = -1;
  bool complete() const { return batch >= 0 && line >= 0 && check >= 0; }
};

// Of doubled marks the last ones count: they are those of the latest workbook.
MarkColumns find_mark_columns(std::span<const std::string> columns);

// The first try a row names; nothing when a mark is missing or its check does not fit (refused_check): a row
// somebody numbered by hand, or dragged a number into, is not taken for another's mending.
std::optional<RefusedKey> first_try_of(std::span<const Cell> cells, const MarkColumns& columns,
                                       std::string_view resource);

}  // namespace jingwei::ingest
