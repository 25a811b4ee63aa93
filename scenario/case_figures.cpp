#include "scenario/case_figures.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/log.h"
#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlNode;

// A power of two: sums of such parts are exact, so the same in whatever order they are added.
constexpr double parts_of_an_hour = 1'024;

// What a step was, from its event.
struct CaseStep {
  std::string process, kind, from, to, category;
  RegionId place;
  bool open = false, was_open = false, overdue = false, was_overdue = false;
  std::int64_t age_s = 0;  // from its opening to this step
};

namespace {

namespace json = boost::json;

catalog::Title title_at(const YamlNode& node, std::string_view key) {
  const YamlNode* title = node.find(key);
  return title == nullptr ? catalog::Title() : catalog::Title{text_of(*title, "zh"), text_of(*title, "en")};
}

std::optional<CaseStep> parse_step(const std::string& body) {
  json::error_code fault;
  const json::value value = json::parse(body, fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto* member = value.as_object().if_contains(key);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
  };
  const auto flag = [&](const char* key) {
    const auto* member = value.as_object().if_contains(key);
    return member != nullptr && member->is_bool() && member->as_bool();
  };
  CaseStep step{text("process"),
                text("kind"),
                text("from"),
                text("to"),
                text("category"),
                RegionId(),
                flag("open"),
                flag("was_open"),
                flag("overdue"),
                flag("was_overdue"),
                0};
  if (const auto* age = value.as_object().if_contains("age_s"); age != nullptr && age->is_int64())
    step.age_s = age->as_int64();
  const std::string place = text("place");
  std::int64_t id = 0;
  std::from_chars(place.data(), place.data() + place.size(), id);
  step.place = RegionId(id);
  return step;
}

// An event as the steps it tells of, one after the other; itself where it tells of no more than one.
// Automatic steps lead out of states that are not final, so in between the case is open.
std::vector<CaseStep> steps_of(const CaseStep& whole, const std::string& body) {
  json::error_code fault;
  const json::value value = json::parse(body, fault);
  const auto* told = fault || !value.is_object() ? nullptr : value.as_object().if_contains("steps");
  if (told == nullptr || !told->is_array() || told->as_array().empty()) return {whole};
  std::vector<CaseStep> steps;
  for (const auto& one : told->as_array()) {
    const auto text = [&](const char* key) {
      const auto* member = one.is_object() ? one.as_object().if_contains(key) : nullptr;
      return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
    };
    CaseStep step = whole;
    step.kind = text("kind");
    step.from = text("from");
    step.to = text("to");
    step.was_open = steps.empty() ? whole.was_open : true;
    step.was_overdue = steps.empty() ? whole.was_overdue : whole.overdue;
    step.open = steps.size() + 1 < told->as_array().size() || whole.open;
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

std::optional<CaseFigures::What> CaseFigures::what_named(std::string_view word) {
  constexpr std::array<std::string_view, 10> words = {"opened",  "open",          "entered",  "closed",
                                                      "overdue", "escalated",     "reopened", "supervised",
                                                      "late",    "hours_to_close"};
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<What>(found - words.begin());
}

double CaseFigures::delta_of(const Counted& counted, const CaseStep& step) {
  const auto one = [](bool truth) { return truth ? 1.0 : 0.0; };
  // Its time is over while it was under way: it stands no more, and nothing happened to it.
  if (step.kind == "erase" && counted.what != What::open && counted.what != What::late) return 0;
  switch (counted.what) {
    case What::opened:
      return one(step.kind == "open");
    case What::open: {
      // Of a state: what stands in it.
      if (counted.state.empty()) return one(step.open) - one(step.was_open);
      return one(step.to == counted.state) - one(step.from == counted.state);
    }
    case What::entered:
      return one(step.to == counted.state && step.from != counted.state);
    case What::closed:
      return one(step.was_open && !step.open);
    case What::overdue:
      return one(step.overdue && !step.was_overdue);
    case What::escalated:
      return one(step.kind == "escalate");
    case What::reopened:
      return one(step.kind == "act" && !step.was_open && step.open);
    case What::supervised:
      return one(step.kind == "supervise" || step.kind == "ignored");
    case What::late:
      return one(step.overdue) - one(step.was_overdue);
    case What::hours_to_close:
      return one(step.was_open && !step.open) *
             std::round(static_cast<double>(step.age_s) / 3600 * parts_of_an_hour) / parts_of_an_hour;
  }
  return 0;
}

void CaseFigures::set(const Shelf& shelf) {
  const std::lock_guard lock(mutex_);
  standing_.clear();
  ++revision_;
  for (const auto& package : shelf.packages()) {
    for (const auto& node : package.list("metrics.yaml", "metrics")) {
      const auto what = what_named(text_of(node, "count"));
      const YamlNode* process = shelf.entry("process.yaml", "processes", text_of(node, "process"));
      if (!what || process == nullptr) continue;
      Counted counted;
      counted.what = *what;
      counted.process = text_of(node, "process");
      counted.state = text_of(node, "state");
      counted.category = text_of(node, "category");
      counted.metric.id = text_of(node, "id");
      counted.metric.title = title_at(node, "title");
      counted.metric.definition = title_at(node, "definition");
      counted.metric.kind = catalog::MetricKind::count;
      counted.about.id = counted.process;
      counted.about.package = package.id;
      counted.about.title = title_at(*process, "title");
      const YamlNode* owner = node.find("owner");
      if (owner == nullptr && package.root("scenario.yaml") != nullptr)
        owner = package.root("scenario.yaml")->find("owner");
      if (owner != nullptr) {
        counted.about.provider_id = text_of(*owner, "id");
        counted.about.provider = {text_of(*owner, "zh"), text_of(*owner, "en")};
      }
      all_.push_back(std::move(counted));
      standing_.push_back(&all_.back());
    }
  }
}

std::vector<CaseFigures::Figure> CaseFigures::figures() const {
  const std::lock_guard lock(mutex_);
  std::vector<Figure> figures;
  for (const Counted* counted : standing_) figures.push_back({&counted->about, &counted->metric});
  return figures;
}

std::uint64_t CaseFigures::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

void CaseFigures::count(const storage::FeedEntry& event, const Add& add) const {
  if (event.kind != case_step_kind) return;
  const auto step = parse_step(event.body);
  if (!step) {
    log::error("scenario.step_unreadable", {{"position", event.position.to_string()}});
    return;
  }
  const auto steps = steps_of(*step, event.body);
  const std::lock_guard lock(mutex_);
  for (const Counted* counted : standing_) {
    if (counted->process != step->process ||
        (!counted->category.empty() && counted->category != step->category))
      continue;
    double delta = 0;
    for (const auto& one : steps) delta += delta_of(*counted, one);
    if (delta != 0) add(counted->metric.id, step->place, delta);
  }
}

}  // namespace jingwei::scenario
