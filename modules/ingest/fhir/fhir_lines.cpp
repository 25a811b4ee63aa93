#include "modules/ingest/fhir/fhir_lines.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace jingwei::ingest {

namespace {

// What a line takes besides its text.
constexpr std::size_t line_bytes = 200;

std::string beginning(std::string_view line) {
  return std::string(line.substr(0, limits::refused_original_bytes));
}

}  // namespace

Result<void> FhirLines::read(JsonTree& tree, FhirSet& set, std::vector<BrokenLine>& broken) {
  JW_TRY(add_kept(tree, set));
  for (std::size_t taken = 0; taken < limits::fhir_lines_bytes && !finished_;) {
    if (set.resources().size() > limits::fhir_resources / 2) break;
    JW_ASSIGN(const auto line, next_line(broken));
    taken += line_bytes;
    if (!line) continue;
    taken += line->size();
    JW_TRY(add_new(*line, tree, set, broken));
  }
  JW_TRY(set.find_results(finished_));
  for (Kept& kept : kept_)
    if (kept.id != no_fhir) kept.answered = set.resource(kept.id).answered;
  return {};
}

void FhirLines::note_used(const FhirSet& set) {
  std::stable_partition(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return kept.id == no_fhir || !set.resources()[kept.id].used;
  });
}

Result<void> FhirLines::add_kept(JsonTree& tree, FhirSet& set) {
  for (Kept& kept : kept_) {
    JsonFault fault{};
    const std::string_view line(kept.line.data(), kept.line.size() - LineBuffer::padding);
    const auto root = tree.add(line, limits::fhir_depth, fault);
    JW_ASSERT(root.has_value());  // it was read before
    const auto before = static_cast<FhirId>(set.resources().size());
    JW_ASSIGN(kept.id, set.add_resource(*root));
    for (FhirId id = before; id < set.resources().size(); ++id) set.resource(id).kept = true;
    if (kept.id == no_fhir) continue;
    set.resource(kept.id).waits = true;
    set.resource(kept.id).answered = kept.answered;
  }
  return {};
}

Result<std::optional<std::string_view>> FhirLines::next_line(std::vector<BrokenLine>& broken) {
  if (!buffer_->ended() && buffer_->end() - at_ < limits::row_bytes + 2) {
    JW_TRY(buffer_->advance(at_));
    at_ = 0;
  }
  const std::string_view rest(buffer_->data() + at_, buffer_->end() - at_);
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  // A line that runs into the end of what could be read is not whole.
  if (end == rest.size() && buffer_->failure()) failure_ = buffer_->failure();
  finished_ = rest.empty() || failure_;
  if (finished_) return std::optional<std::string_view>();
  if (end > limits::row_bytes) {
    broken.push_back({RowProblem::too_long, beginning(rest)});
    JW_ASSIGN(at_, buffer_->pass_line_feed(at_));
    return std::optional<std::string_view>();
  }
  at_ += std::min(end + 1, rest.size());
  return std::optional(rest.substr(0, end));
}

Result<void> FhirLines::add_new(std::string_view line, JsonTree& tree, FhirSet& set,
                                std::vector<BrokenLine>& broken) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {};
  const auto refuse = [&](RowProblem problem) -> Result<void> {
    broken.push_back({problem, beginning(line)});
    return {};
  };
  if (buffer_->doubtful() && !text::is_utf8(line)) return refuse(RowProblem::bad_encoding);
  JsonFault fault{};
  const auto root = tree.add(line, limits::fhir_depth, fault);
  if (!root) return refuse(fault == JsonFault::deep ? RowProblem::too_deep : RowProblem::bad_json);
  const std::string_view type = tree.text(*root, "resourceType");
  if (type == "Bundle") return refuse(RowProblem::fhir_resource);
  JW_ASSIGN(const FhirId id, set.add_resource(*root));
  if (id == no_fhir || type == "Observation") return {};
  kept_bytes_ += line.size();
  kept_.push_back({std::string(line) + std::string(LineBuffer::padding, '\0'), false, id});
  set.resource(id).waits = true;
  while (kept_bytes_ > limits::fhir_kept_bytes || kept_.size() > limits::fhir_resources / 4) let_go(set);
  return {};
}

// The one nobody has referred to for longest: exports that mix their resources have those close together that
// belong together, but all refer to the same few laboratories.
void FhirLines::let_go(FhirSet& set) {
  const Kept& oldest = kept_.front();
  if (oldest.id != no_fhir) {
    // Of a report that still waits a row is given now.
    FhirResource& resource = set.resource(oldest.id);
    resource.waits = false;
    if (resource.type == "DiagnosticReport" && !resource.answered) resource.kept = false;
  }
  kept_bytes_ -= oldest.line.size() - LineBuffer::padding;
  kept_.pop_front();
  full_ = true;
}

}  // namespace jingwei::ingest
