// metrics.yaml, cockpit.yaml, pages.yaml and city.yaml against the processes and resources they speak of.
#include <algorithm>

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

// Columns every case has besides the fields of its form.
const std::vector<std::string> case_columns = {"number",   "category", "urgency",   "summary",
                                               "state",    "stage",    "region",    "department",
                                               "assignee", "deadline", "opened_at", "closed_at"};

const YamlNode* process_named(const CrossCheck& check, const YamlNode& node) {
  return check.shelf.entry("process.yaml", "processes", text_of(node, "process"));
}

const YamlNode* form_of(const CrossCheck& check, const YamlNode& process) {
  return check.shelf.entry("resources.yaml", "resources", text_of(process, "form"));
}

void check_state(const CrossCheck& check, const YamlNode& node, const YamlNode& process) {
  const YamlNode* state = node.find("state");
  if (state == nullptr) return;
  std::vector<std::string> known;
  for (const YamlNode* one : states_of(process)) known.push_back(text_of(*one, "id"));
  if (std::find(known.begin(), known.end(), state->scalar) == known.end())
    report_missing(check.faults, *state, "scenario.no_state", text_of(process, "id"), known);
}

void check_metric(const CrossCheck& check, const YamlNode& metric) {
  const YamlNode* process = process_named(check, metric);
  if (process == nullptr) return;
  check_state(check, metric, *process);
  if (text_of(metric, "count") == "entered" && metric.find("state") == nullptr)
    check.faults.add(metric, "scenario.entered_what", {{"name", text_of(metric, "id")}});
  const YamlNode* category = metric.find("category");
  if (category == nullptr) return;
  const YamlNode* form = form_of(check, *process);
  const YamlNode* field =
      form == nullptr ? nullptr : entry_of(*form, "fields", text_of(*process, "category"), "name");
  if (field == nullptr) {
    check.faults.add(*category, "scenario.no_category", {{"name", text_of(*process, "id")}});
  } else if (entry_of(*field, "values", category->scalar) == nullptr) {
    report_missing(check.faults, *category, "scenario.no_value", text_of(*field, "name"),
                   ids_of(*field, "values"));
  }
}

void check_columns(const CrossCheck& check, const YamlNode& page, std::string_view key,
                   const std::vector<std::string>& known, const std::string& of) {
  for (const YamlNode* name : scalars_of(page.find(key))) {
    if (std::find(known.begin(), known.end(), name->scalar) == known.end())
      report_missing(check.faults, *name, "scenario.no_field", of, known);
  }
}

void check_page(const CrossCheck& check, const YamlNode& page) {
  const bool of_process = page.find("process") != nullptr;
  if (of_process == (page.find("resource") != nullptr)) {
    check.faults.add(page, "scenario.page_of_one", {{"name", text_of(page, "id")}});
    return;
  }
  const YamlNode* process = process_named(check, page);
  const YamlNode* resource =
      of_process ? (process == nullptr ? nullptr : form_of(check, *process))
                 : check.shelf.entry("resources.yaml", "resources", text_of(page, "resource"));
  if (resource == nullptr) return;
  std::vector<std::string> known = ids_of(*resource, "fields", "name");
  if (const YamlNode* prefill = page.find("prefill")) {
    for (const auto& pair : prefill->pairs) {
      if (std::find(known.begin(), known.end(), pair.key.scalar) == known.end())
        report_missing(check.faults, pair.key, "scenario.no_field", text_of(*resource, "id"), known);
    }
  }
  if (of_process) known.insert(known.end(), case_columns.begin(), case_columns.end());
  for (const std::string_view key : {"columns", "filters", "order"})
    check_columns(check, page, key, known, text_of(*resource, "id"));
  const std::string kind = text_of(page, "kind");
  if (!of_process && (kind == "inbox" || kind == "board"))
    check.faults.add(*page.find("kind"), "scenario.page_of_process", {{"kind", kind}});
}

void check_feed(const CrossCheck& check, const YamlNode& feed) {
  const bool of_process = feed.find("process") != nullptr;
  if (of_process == (feed.find("resource") != nullptr)) {
    check.faults.add(feed, "scenario.feed_of_one");
    return;
  }
  check_pictures(check, feed, "photos");
  if (const YamlNode* photos = feed.find("photos"); photos != nullptr && !of_process)
    check.faults.add(*photos, "scenario.photos_of_process");
  const YamlNode* process = process_named(check, feed);
  const YamlNode* resource =
      of_process ? (process == nullptr ? nullptr : form_of(check, *process))
                 : check.shelf.entry("resources.yaml", "resources", text_of(feed, "resource"));
  if (resource == nullptr) return;
  const auto known = ids_of(*resource, "fields", "name");
  const YamlNode& fields = *feed.find("fields");
  for (const auto& pair : fields.pairs) {
    const YamlNode* field = entry_of(*resource, "fields", pair.key.scalar, "name");
    if (field == nullptr) {
      report_missing(check.faults, pair.key, "scenario.no_field", text_of(*resource, "id"), known);
      continue;
    }
    const YamlNode* pick = pair.value.find("pick");
    if (pick == nullptr || text_of(*field, "type") != "choice") continue;
    for (const auto& value : pick->pairs) {
      if (entry_of(*field, "values", value.key.scalar) == nullptr)
        report_missing(check.faults, value.key, "scenario.no_value", pair.key.scalar,
                       ids_of(*field, "values"));
    }
  }
  for (const auto& field : resource->find("fields")->items) {
    if (text_of(field, "required") == "true" && fields.find(text_of(field, "name")) == nullptr)
      check.faults.add(fields, "scenario.feed_lacks", {{"name", text_of(field, "name")}});
  }
  const YamlNode* steps = feed.find("steps");
  if (steps == nullptr || process == nullptr) return;
  const auto transitions = ids_of(*process, "transitions");
  for (const auto& step : steps->items) {
    check_pictures(check, step, "photos");
    const YamlNode& doing = *step.find("do");
    if (std::find(transitions.begin(), transitions.end(), doing.scalar) == transitions.end())
      report_missing(check.faults, doing, "scenario.no_transition", text_of(*process, "id"), transitions);
  }
}

}  // namespace

void check_figures(const CrossCheck& check) {
  for (const auto& metric : check.package.list("metrics.yaml", "metrics")) check_metric(check, metric);
  std::vector<std::string> seen;
  for (const auto& tile : check.package.list("cockpit.yaml", "tiles")) {
    const YamlNode& id = *tile.find("id");
    if (std::find(seen.begin(), seen.end(), id.scalar) != seen.end())
      check.faults.add(id, "scenario.doubled", {{"name", id.scalar}});
    seen.push_back(id.scalar);
    const bool share = text_of(tile, "show") == "share" || text_of(tile, "show") == "mean";
    if (share != (tile.find("of") != nullptr))
      check.faults.add(tile, "scenario.share_of", {{"name", id.scalar}});
  }
}

void check_pages(const CrossCheck& check) {
  for (const auto& page : check.package.list("pages.yaml", "pages")) check_page(check, page);
  for (const auto& feed : check.package.list("city.yaml", "feed")) check_feed(check, feed);
}

}  // namespace jingwei::scenario
