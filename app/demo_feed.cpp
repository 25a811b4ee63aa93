#include "app/demo_feed.h"

#include "scenario/cross_checks.h"
#include "schema/yaml.h"
#include "sim/people.h"
#include "sim/service_feed.h"

namespace jingwei::app {

namespace {

using schema::YamlNode;

sim::MadeValue value_of(const YamlNode& node) {
  sim::MadeValue made;
  if (const YamlNode* pick = node.find("pick")) {
    for (const auto& pair : pick->pairs)
      made.pick.emplace_back(pair.key.scalar, schema::yaml_number(pair.value).value_or(1));
  }
  for (const YamlNode* text : scenario::scalars_of(node.find("say"))) made.say.push_back(text->scalar);
  made.from = scenario::text_of(node, "from");
  if (const YamlNode* bounds = node.find("between"); bounds != nullptr && bounds->items.size() == 2) {
    made.least = schema::yaml_number(bounds->items[0]).value_or(0);
    made.most = schema::yaml_number(bounds->items[1]).value_or(0);
  }
  return made;
}

std::map<std::string, sim::MadeValue> values_of(const YamlNode* node) {
  std::map<std::string, sim::MadeValue> all;
  if (node == nullptr) return all;
  for (const auto& pair : node->pairs) all.emplace(pair.key.scalar, value_of(pair.value));
  return all;
}

sim::ServiceFeed feed_of(const YamlNode& node) {
  sim::ServiceFeed feed;
  feed.id = scenario::text_of(node, "process");
  feed.per_10000_a_day = schema::yaml_number(*node.find("per_10000_a_day")).value_or(1);
  if (const YamlNode* hours = node.find("hours")) {
    feed.from_hour = static_cast<int>(schema::yaml_integer(hours->items[0]).value_or(0));
    feed.to_hour = static_cast<int>(schema::yaml_integer(hours->items[1]).value_or(24));
  }
  feed.fields = values_of(node.find("fields"));
  if (const YamlNode* steps = node.find("steps")) {
    for (const auto& step : steps->items) {
      const YamlNode* share = step.find("share");
      feed.steps.push_back({scenario::text_of(step, "do"), scenario::text_of(step, "as"),
                            share == nullptr ? 1.0 : schema::yaml_number(*share).value_or(1),
                            values_of(step.find("with"))});
    }
  }
  return feed;
}

std::vector<std::string> grids_of(Hub& hub) {
  std::vector<std::string> grids;
  const auto tree = hub.regions().tree();
  const region::Node own = tree->find(hub.settings().region);
  if (own == region::no_node) return grids;
  const region::Interval below = tree->subtree(own);
  for (region::Node node = below.begin; node < below.end; ++node) {
    if (tree->level(node) == region::Level::grid) grids.emplace_back(tree->code(node));
  }
  return grids;
}

// Somewhere in a grid, the same with each run: around its middle, as long as that lies in it.
std::optional<region::Position> spot_in(Hub& hub, const std::string& grid, std::int64_t number) {
  constexpr double step_degrees = 0.0004;
  constexpr std::int64_t places = 7;
  const auto tree = hub.regions().tree();
  const region::Node node = tree->find(grid);
  const auto middle = node == region::no_node ? std::nullopt : tree->center(node);
  if (!middle) return std::nullopt;
  region::Position at = *middle;
  at.longitude += static_cast<double>(number * 3 % places - places / 2) * step_degrees;
  at.latitude += static_cast<double>(number * 5 % places - places / 2) * step_degrees;
  return tree->locate(at) == node ? at : *middle;
}

void play(Hub& hub, const std::string& process, const sim::MadeForm& form, FeedOutcome& outcome) {
  auto& work = hub.cases().work();
  const std::string reporter = "demo:resident";
  const auto view = [&](const std::string& actor) { return hub.cases().view(nullptr, actor, ""); };
  cases::NewCase wanted;
  wanted.form = form.values;
  wanted.region = form.grid;
  if (const auto at = spot_in(hub, form.grid, outcome.opened)) {
    wanted.longitude = at->longitude;
    wanted.latitude = at->latitude;
  }
  const auto opened = work.open(process, wanted, view(reporter), {reporter, {}, Language::zh});
  if (!opened) {
    ++outcome.refused;
    return;
  }
  ++outcome.opened;
  for (const auto& step : form.steps) {
    const auto now = work.find(opened->one.id, view(reporter));
    if (!now) return;
    const std::string actor = step.as == cases::word_reporter ? reporter
                              : step.as == cases::word_assignee && !now->one.assignee.empty()
                                  ? now->one.assignee
                                  : "demo:" + step.as;
    cases::ActionRequest action;
    action.action = step.action;
    action.version = now->one.version;
    action.inputs = step.with;
    if (!work.act(opened->one.id, action, view(actor), {actor, {}, Language::zh})) {
      ++outcome.refused;
      return;
    }
    ++outcome.steps;
  }
}

}  // namespace

Result<FeedOutcome> feed_services(Hub& hub, std::int64_t people, int days, std::uint64_t seed) {
  sim::FeedCity city;
  city.people = people;
  city.grids = grids_of(hub);
  city.last_day = sim::city_today;
  city.days = days;
  city.seed = seed;
  if (city.grids.empty())
    return Error(ErrorCode::invalid, "app.feed_no_grids").with("region", hub.settings().region);
  FeedOutcome outcome;
  const auto shelf = hub.scenarios().shelf();
  for (const auto& package : shelf->packages()) {
    for (const auto& node : package.list("city.yaml", "feed")) {
      if (node.find("process") == nullptr) continue;
      const sim::ServiceFeed feed = feed_of(node);
      for (const auto& form : sim::make_forms(feed, city)) play(hub, feed.id, form, outcome);
    }
  }
  return outcome;
}

}  // namespace jingwei::app
