#include "modules/ingest/storing/record_view.h"

#include <algorithm>

#include "base/limits.h"
#include "modules/ingest/storing/records.h"

namespace jingwei::ingest {

namespace {

using region::Interval;
using region::Node;

std::vector<bool> open_fields(const access::Sight::Part& part, const catalog::Resource& resource) {
  std::vector<bool> open;
  for (const auto& field : resource.fields)
    open.push_back(field.personal == catalog::Personal::none || part.opens(catalog::name_of(field.personal)));
  return open;
}

// Both sorted and disjoint.
std::vector<Interval> common(const std::vector<Interval>& a, const std::vector<Interval>& b) {
  std::vector<Interval> both;
  for (const auto& one : a) {
    for (const auto& other : b) {
      const Interval shared{std::max(one.begin, other.begin), std::min(one.end, other.end)};
      if (shared.begin < shared.end) both.push_back(shared);
    }
  }
  return both;
}

}  // namespace

RecordView::RecordView() = default;

Result<RecordView> RecordView::make(const access::Sight& sight, const catalog::Resource& resource,
                                    std::shared_ptr<const region::Tree> tree,
                                    const std::optional<std::string>& under) {
  RecordView view;
  view.tree_ = std::move(tree);
  for (const auto& field : resource.fields) view.classes_.push_back(field.personal);
  std::vector<Interval> seen;
  for (const auto& part : sight.parts) {
    Part made{std::nullopt, open_fields(part, resource)};
    if (!part.whole_area) {
      const Node node = view.tree_->find(part.region);
      // A region that has ended since: its records moved on with its successors.
      if (node == region::no_node) continue;
      made.below = view.tree_->subtree(node);
      seen.push_back(*made.below);
    }
    view.parts_.push_back(std::move(made));
  }
  const bool everywhere = sight.every_region();
  if (everywhere && !under) return view;
  if (everywhere) seen = {view.tree_->subtree(view.tree_->root())};
  if (under) {
    const auto scope = view.tree_->scope(*under);
    if (!scope) return Error(ErrorCode::not_found, "region.not_found").with("code", *under).at("under");
    seen = common(seen, scope->parts);
  }
  Regions& regions = view.regions_.emplace();
  for (const auto& interval : seen) {
    for (Node node = interval.begin; node < interval.end; ++node) {
      if (regions.size() == limits::regions_in_filter) {
        return Error(ErrorCode::too_large, "ingest.region_too_wide")
            .with("limit", std::to_string(limits::regions_in_filter))
            .at("under");
      }
      regions.insert(view.tree_->id(node).value);
    }
  }
  return view;
}

bool RecordView::opens(std::size_t field, RegionId region) const {
  if (classes_.empty() || classes_[field] == catalog::Personal::none) return true;
  const Node node = region ? tree_->find(region) : region::no_node;
  return opens_at(field, node);
}

bool RecordView::opens_at(std::size_t field, Node node) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return part.open[field] && (!part.below || (node != region::no_node && part.below->contains(node)));
  });
}

void RecordView::close(Record& record) const {
  if (classes_.empty()) return;
  const Node node = record.region ? tree_->find(record.region) : region::no_node;
  record.closed.assign(classes_.size(), false);
  for (std::size_t at = 0; at < classes_.size(); ++at) {
    if (classes_[at] == catalog::Personal::none || opens_at(at, node)) continue;
    record.closed[at] = true;
    storage::Value& value = record.values[at];
    if (std::holds_alternative<storage::Null>(value)) continue;
    const auto* text = std::get_if<std::string>(&value);
    value = catalog::masked(text == nullptr ? "*" : *text, classes_[at]);
  }
}

}  // namespace jingwei::ingest
