// FHIR as NDJSON, one resource a line (bulk exports): as many lines as fit are read together, and what
// results may refer to is kept for the lines behind them.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/ingest/fhir/fhir_set.h"
#include "modules/ingest/fhir/json_tree.h"
#include "modules/ingest/reading/line_buffer.h"

namespace jingwei::ingest {

// A line that is no resource.
struct BrokenLine {
  RowProblem problem = RowProblem::none;
  std::string original;  // its beginning
};

// Not thread-safe.
class FhirLines {
 public:
  explicit FhirLines(std::unique_ptr<LineBuffer> buffer) : buffer_(std::move(buffer)) {}

  // Fills the empty `tree` and `set` with what is kept and the next lines. Errors: those of FhirSet.
  Result<void> read(JsonTree& tree, FhirSet& set, std::vector<BrokenLine>& broken);
  // Once all rows of the set are given: what they used is kept longest.
  void note_used(const FhirSet& set);
  bool finished() const { return finished_; }
  // Why the source gave up behind what was read.
  const std::optional<Error>& failure() const { return failure_; }
  // Some of what results may refer to had to be let go.
  bool full() const { return full_; }

 private:
  struct Kept {
    std::string line;  // with LineBuffer::padding bytes behind it
    bool answered = false;
    FhirId id = no_fhir;  // in the present set
  };

  Result<void> add_kept(JsonTree& tree, FhirSet& set);
  Result<void> add_new(std::string_view line, JsonTree& tree, FhirSet& set, std::vector<BrokenLine>& broken);
  // The next line without its end; nothing at the end of the file, or when the line is too long.
  Result<std::optional<std::string_view>> next_line(std::vector<BrokenLine>& broken);
  void let_go(FhirSet& set);

  std::unique_ptr<LineBuffer> buffer_;
  std::deque<Kept> kept_;
  std::optional<Error> failure_;
  std::size_t at_ = 0;  // in the buffer
  std::size_t kept_bytes_ = 0;
  bool finished_ = false;
  bool full_ = false;
};

}  // namespace jingwei::ingest
