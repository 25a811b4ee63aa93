// Rows pulled from another database, at a time or by hand.
#pragma once

#include "modules/source/parts.h"

namespace jingwei::source {

// Runs when `source.wanted_at` stands. Rows are written to a file in the uploads folder as they come, so
// memory is bounded by one row. The mark they end at, the answered wish and the batch stand in one Change:
// ended before it the pull runs again from the old mark, after it never. Without a watermark a pull whose
// rows are those of the last one makes no batch.
std::unique_ptr<Intake> pull_rows(const SourceParts& parts);

// Connects and reads the first row: found are the columns. Errors: as open_pull.
Result<Trial> try_pull(const SourceParts& parts, Kind kind, const Settings& settings);

}  // namespace jingwei::source
