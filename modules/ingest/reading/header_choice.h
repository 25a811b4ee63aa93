// Which of a table's first rows is its header: titles, dates and units often stand above it, and a header may
// take two lines.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

struct HeaderChoice {
  std::size_t first = 0;             // position of the header among the rows given
  std::size_t lines = 1;             // 2 when names are spread over it and the row below
  std::vector<std::string> columns;  // squeezed; without a name: empty; none empty at the end
  int fit = 0;
};

// The row that fits best, of equals the first one. Where nothing fits, the first row that has several cells,
// so that what is missing can be told. In a header of two lines a column's name is the lower text, or the
// upper where there is no lower, or both joined (父亲 above 姓名), whichever fits better. `rows` must not be
// empty.
HeaderChoice choose_header(std::span<const std::vector<std::string>> rows, const HeaderFit& fit);

}  // namespace jingwei::ingest
