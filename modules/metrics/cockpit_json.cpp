#include "modules/metrics/cockpit_json.h"

#include <cmath>
#include <set>

namespace jingwei::metrics {

namespace {

std::string_view kind_of(const MetricInfo& info) {
  return info.metric->kind == catalog::MetricKind::count ? "count" : "last";
}

void write_days(JsonWriter& json, std::string_view key, const std::vector<DayValue>& days) {
  json.key(key);
  json.begin_array();
  for (const auto& day : days) {
    json.begin_object();
    json.member("day", to_iso(day.day));
    json.member("value", day.value);
    json.end_object();
  }
  json.end_array();
}

// A metric is shown where it has data: at the region or at one of its children.
bool is_shown(const RegionFigures& figures, std::size_t at) {
  if (!figures.figures[at].days.empty()) return true;
  return std::any_of(figures.children.begin(), figures.children.end(), [&](const auto& child) {
    return std::isfinite(child.totals[at]) && child.totals[at] != 0;
  });
}

void write_cards(JsonWriter& json, const MetricsService& metrics, const RegionFigures& figures,
                 Language language) {
  json.key("cards");
  json.begin_array();
  for (std::size_t at = 0; at < figures.figures.size(); ++at) {
    if (!is_shown(figures, at)) continue;
    const auto& figure = figures.figures[at];
    const MetricInfo& info = metrics.metrics()[figure.metric];
    json.begin_object();
    json.member("metric", info.id);
    json.member("title", info.metric->title.in(language));
    json.member("resource", info.resource->id);
    json.member("kind", kind_of(info));
    json.member("total", figure.total);
    json.key("latest_day");
    if (figure.days.empty()) {
      json.null();
    } else {
      json.value(to_iso(figure.days.back().day));
    }
    json.member("latest", figure.days.empty() ? 0.0 : figure.days.back().value);
    write_days(json, "days", figure.days);
    json.end_object();
  }
  json.end_array();
}

void write_values(JsonWriter& json, const MetricsService& metrics, const RegionFigures& figures,
                  const RegionFigures::Child& child) {
  json.begin_object();
  for (std::size_t at = 0; at < figures.figures.size(); ++at) {
    if (is_shown(figures, at) && std::isfinite(child.totals[at]))
      json.member(metrics.metrics()[figures.figures[at].metric].id, child.totals[at]);
  }
  json.end_object();
}

void write_quality(JsonWriter& json, const MetricsService& metrics, const RegionFigures& figures,
                   Language language) {
  json.key("quality");
  json.begin_array();
  std::set<std::string> written;
  for (const auto& info : metrics.metrics()) {
    const auto found = figures.quality.find(info.resource->id);
    if (found == figures.quality.end() || !written.insert(info.resource->id).second) continue;
    const SourceQuality& quality = found->second;
    json.begin_object();
    json.member("resource", info.resource->id);
    json.member("title", info.resource->title.in(language));
    json.member("provider", info.resource->provider.in(language));
    json.member("accepted", quality.accepted);
    json.member("cleaned", quality.cleaned);
    json.member("unchanged", quality.unchanged);
    json.member("refused", quality.refused);
    json.key("reasons");
    json.begin_array();
    for (const auto& [reason, rows] : quality.reasons) {
      if (rows <= 0) continue;  // withdrawn
      json.begin_object();
      json.member("id", reason);
      json.member("title", render(reason, {}, language));
      json.member("count", rows);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_moment(JsonWriter& json, const RegionFigures& figures) {
  json.key("as_of");
  if (figures.as_of == Instant{}) {
    json.null();
  } else {
    json.value(to_rfc3339(figures.as_of));
  }
  json.member("position", figures.position.to_string());
}

void write_activity(JsonWriter& json, const RegionFigures& figures) {
  json.key("activity");
  json.begin_object();
  json.member("events_per_second", figures.records_per_second);
  json.member("lag_ms", figures.lag_ms);
  json.end_object();
}

}  // namespace

void write_region(JsonWriter& json, const region::Tree& tree, region::Node node, Language language) {
  json.begin_object();
  json.member("code", tree.code(node));
  json.member("name", tree.name(node));
  json.member("level", static_cast<int>(tree.level(node)));
  json.member("level_name", region::title_of(tree.level(node), language));
  json.end_object();
}

std::string cockpit_json(const MetricsService& metrics, const region::Tree& tree, region::Node node,
                         const RegionFigures& figures, Breadth breadth, Language language) {
  JsonWriter json(16 * 1024);
  json.begin_object();
  json.key("region");
  write_region(json, tree, node, language);
  json.key("path");
  json.begin_array();
  for (const region::Node step : tree.path(node)) write_region(json, tree, step, language);
  json.end_array();
  write_moment(json, figures);
  json.member("synthetic", tree.synthetic(node));
  json.member("breadth", breadth == Breadth::all ? "all" : "open");
  write_cards(json, metrics, figures, language);
  json.key("children");
  json.begin_array();
  for (const auto& child : figures.children) {
    const region::Node at = tree.find(child.region);
    if (at == region::no_node) continue;
    json.begin_object();
    json.member("code", tree.code(at));
    json.member("name", tree.name(at));
    json.member("level", static_cast<int>(tree.level(at)));
    json.key("values");
    write_values(json, metrics, figures, child);
    json.end_object();
  }
  json.end_array();
  write_quality(json, metrics, figures, language);
  write_activity(json, figures);
  json.end_object();
  return json.take();
}

std::string cockpit_update_json(const MetricsService& metrics, const region::Tree& tree,
                                const RegionFigures& figures, Language language) {
  JsonWriter json(16 * 1024);
  json.begin_object();
  write_moment(json, figures);
  write_cards(json, metrics, figures, language);
  json.key("children");
  json.begin_object();
  for (const auto& child : figures.children) {
    const region::Node at = tree.find(child.region);
    if (at == region::no_node) continue;
    json.key(tree.code(at));
    write_values(json, metrics, figures, child);
  }
  json.end_object();
  write_quality(json, metrics, figures, language);
  write_activity(json, figures);
  json.end_object();
  return json.take();
}

std::string metric_list_json(const MetricsService& metrics, Language language) {
  JsonWriter json(4096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& info : metrics.metrics()) {
    if (!info.stands) continue;
    const bool counts = info.metric->kind == catalog::MetricKind::count;
    const std::vector<std::pair<std::string, std::string>> arguments = {
        {"resource", info.resource->title.in(language)}, {"field", info.metric->field}};
    const std::string& own = info.metric->definition.in(language);
    json.begin_object();
    json.member("id", info.id);
    json.member("title", info.metric->title.in(language));
    json.member("resource", info.resource->id);
    json.member("kind", kind_of(info));
    json.member("definition", !own.empty() ? own
                                           : render(counts ? "metrics.counts_records" : "metrics.last_value",
                                                    arguments, language));
    json.member("owner", info.resource->provider.in(language));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string series_json(const MetricInfo& info, const region::Tree& tree, region::Node node,
                        const std::vector<DayValue>& values, Language language) {
  JsonWriter json(4096);
  json.begin_object();
  json.member("metric", info.id);
  json.member("title", info.metric->title.in(language));
  json.member("kind", kind_of(info));
  json.member("source",
              info.resource->source.empty() ? info.resource->provider.in(language) : info.resource->source);
  json.key("region");
  write_region(json, tree, node, language);
  write_days(json, "points", values);
  json.end_object();
  return json.take();
}

}  // namespace jingwei::metrics
