// From a source to ingest: a file becomes a batch and, in the same Change, a run of its source.
#pragma once

#include "modules/source/parts.h"

namespace jingwei::source {

struct Load {
  SourceId source;
  std::string resource;
  RunId run;             // fresh
  std::string path;      // in the uploads folder
  std::string filename;  // what the batch is called
  std::string detail;    // of the run
  std::string identity;  // tells the batch; empty: its bytes do
  std::int64_t items = 0;
  std::int64_t repeated = 0;
  std::vector<storage::Write> writes;  // what must stand exactly when the batch does
};

// Makes the batch. When its bytes were received before, the run is kept as `repeated` with the same writes,
// but for a file whose first run is still loading, whose run is given again: the process ended in between.
// Errors: ingest's; the file stays where it is or is gone.
Result<Run> hand_over(const SourceParts& parts, Load load);

// Ends the runs of a source whose batches are through; `failed` is told of those that could not be read.
Result<void> settle(const SourceParts& parts, SourceId source,
                    const std::function<void(const Run&, const Error&)>& failed);

// A name in the uploads folder for what will be handed over.
std::string fresh_upload(const SourceParts& parts, const std::string& resource);
Result<RunId> fresh_run(const SourceParts& parts);

}  // namespace jingwei::source
