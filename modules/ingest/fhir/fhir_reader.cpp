#include "modules/ingest/fhir/fhir_reader.h"

#include <map>

#include "base/limits.h"
#include "modules/ingest/fhir/fhir_lines.h"
#include "modules/ingest/fhir/fhir_row.h"

namespace jingwei::ingest {

namespace {

class FhirReader final : public RowReader {
 public:
  FhirReader(std::unique_ptr<LineBuffer> buffer, FhirLayout layout, std::span<const std::string> paths)
      : set_(tree_), rows_(paths) {
    if (layout == FhirLayout::lines) {
      lines_.emplace(std::move(buffer));
    } else {
      document_ = std::move(buffer);
    }
  }

  Result<void> begin(RowPosition resume) {
    JW_TRY(next_part());
    if (finished_ && set_.results().empty() && broken_.empty()) {
      end_part();
      return failure_ ? *failure_ : nothing_here();
    }
    // Columns are known before the first row is asked for, as far as the first result names them.
    if (!set_.results().empty()) {
      Row first;
      rows_.lay(tree_, set_, set_.results().front(), first);
      columns_version_ = rows_.columns_version();
    }
    Row row;
    while (given_ < resume.offset) {
      JW_ASSIGN(const bool more, next(row));
      if (!more) break;
    }
    if (resume.offset > 0) first_line_ = resume.line - given_;
    return {};
  }

  std::span<const std::string> columns() const override { return rows_.columns(); }
  RowPosition position() const override { return {given_, first_line_ + given_}; }

  Result<bool> next(Row& row) override {
    for (;;) {
      row = Row{};
      row.line = first_line_ + given_;
      row.offset = given_;
      if (at_ < set_.results().size()) {
        rows_.lay(tree_, set_, set_.results()[at_++], row);
        columns_version_ = rows_.columns_version();
        ++given_;
        return true;
      }
      if (broken_at_ < broken_.size()) {
        row.problem = broken_[broken_at_].problem;
        row.original = broken_[broken_at_++].original;
        ++given_;
        return true;
      }
      if (!part_ended_) end_part();
      if (failure_) return *failure_;
      if (finished_) break;
      JW_TRY(next_part());
    }
    if (given_ == 0) return nothing_here();
    return false;
  }

  std::span<const Note> notes() const override {
    notes_.clear();
    if (rows_.unresolved() > 0)
      notes_.push_back({"ingest.note.fhir_unresolved", {{"count", std::to_string(rows_.unresolved())}}});
    if (!passed_.empty()) notes_.push_back({"ingest.note.fhir_passed", {{"types", passed_types()}}});
    if (set_.has_next_page()) notes_.push_back({"ingest.note.fhir_next_page", {}});
    if (lines_ && lines_->full())
      notes_.push_back(
          {"ingest.note.fhir_not_kept", {{"megabytes", std::to_string(limits::fhir_kept_bytes >> 20)}}});
    return notes_;
  }

 private:
  std::string passed_types() const {
    std::string types;
    for (const auto& [type, count] : passed_)
      types += (types.empty() ? "" : ", ") + type + " (" + std::to_string(count) + ")";
    return types;
  }

  Error nothing_here() const {
    return Error(ErrorCode::invalid, "ingest.fhir_no_results")
        .with("types", passed_.empty() ? "–" : passed_types());
  }

  // Reads what comes next into the set: the document, or as many lines as are read together.
  Result<void> next_part() {
    at_ = broken_at_ = 0;
    broken_.clear();
    set_.clear();
    tree_.clear();
    rows_.next_set();
    part_ended_ = false;
    if (lines_) {
      JW_TRY(lines_->read(tree_, set_, broken_));
      finished_ = lines_->finished();
      failure_ = lines_->failure();
      return {};
    }
    finished_ = true;
    JW_TRY(read_document());
    return set_.find_results(true);
  }

  Result<void> read_document() {
    std::string text;
    for (;;) {
      if (text.size() + document_->end() > limits::fhir_bytes)
        return Error(ErrorCode::too_large, "ingest.fhir_large")
            .with("megabytes", std::to_string(limits::fhir_bytes >> 20));
      text.append(document_->data(), document_->end());
      if (document_->ended()) break;
      JW_TRY(document_->advance(document_->end()));
    }
    if (document_->failure()) return *document_->failure();
    const std::size_t size = text.size();
    text.append(LineBuffer::padding, '\0');
    document_.reset();
    JsonFault fault{};
    const auto root = tree_.add({text.data(), size}, limits::fhir_depth, fault);
    if (!root && fault == JsonFault::deep)
      return Error(ErrorCode::invalid, "ingest.fhir_deep").with("most", std::to_string(limits::fhir_depth));
    if (!root) return Error(ErrorCode::invalid, "ingest.fhir_broken");
    return set_.add_document(*root);
  }

  // Every result of the set has given its row: what stands in none of them is told of.
  void end_part() {
    part_ended_ = true;
    if (lines_) lines_->note_used(set_);
    for (const FhirResource& resource : set_.resources()) {
      const bool result = resource.type == "Observation" || resource.type == "DiagnosticReport";
      if (!resource.used && !resource.kept && !result && set_.is_root(resource))
        ++passed_[std::string(resource.type)];
    }
  }

  JsonTree tree_;
  FhirSet set_;
  FhirRows rows_;
  std::unique_ptr<LineBuffer> document_;
  std::optional<FhirLines> lines_;
  std::vector<BrokenLine> broken_;
  std::map<std::string, std::size_t> passed_;  // by type
  mutable std::vector<Note> notes_;
  std::optional<Error> failure_;
  std::size_t at_ = 0, broken_at_ = 0;
  std::uint64_t given_ = 0, first_line_ = 1;
  bool part_ended_ = false;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<RowReader>> read_fhir(std::unique_ptr<LineBuffer> buffer, FhirLayout layout,
                                             RowPosition resume, std::span<const std::string> paths) {
  auto reader = std::make_unique<FhirReader>(std::move(buffer), layout, paths);
  JW_TRY(reader->begin(resume));
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest
