// How a region's figures look in JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "modules/metrics/metrics_service.h"

namespace jingwei::metrics {

// Whether a reader sees all figures of a region, or those that are open to the public alone.
enum class Breadth : std::uint8_t { open, all };

// The whole cockpit of one region; `figures` are cut to `breadth` already.
std::string cockpit_json(const MetricsService& metrics, const region::Tree& tree, region::Node node,
                         const RegionFigures& figures, Breadth breadth, Language language);

// What a page needs to move its figures without asking again: totals, latest days, children, quality.
std::string cockpit_update_json(const MetricsService& metrics, const region::Tree& tree,
                                const RegionFigures& figures, Language language);

void write_region(JsonWriter& json, const region::Tree& tree, region::Node node, Language language);
std::string metric_list_json(const MetricsService& metrics, Language language);
std::string series_json(const MetricInfo& info, const region::Tree& tree, region::Node node,
                        const std::vector<DayValue>& values, Language language);

}  // namespace jingwei::metrics
