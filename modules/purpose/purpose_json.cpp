#include "modules/purpose/purpose_json.h"

#include <algorithm>

#include "base/json_items.h"
#include "modules/purpose/destruction_rows.h"

namespace jingwei::purpose {

namespace {

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

template <typename Value>
void write_or_null(JsonWriter& json, std::string_view key, const std::optional<Value>& value) {
  json.key(key);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

std::optional<std::string> filled(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> text_of(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return to_rfc3339(*instant);
}

std::optional<std::string> text_of(const std::optional<Day>& day) {
  if (!day) return std::nullopt;
  return to_iso(*day);
}

std::string title_of(const std::string& resource, const Told& told) {
  if (resource.starts_with(answers_prefix)) {
    const std::string id = resource.substr(answers_prefix.size());
    const Purpose* purpose = told.view.find(id);
    const std::vector<std::pair<std::string, std::string>> arguments = {
        {"purpose", purpose == nullptr ? id : purpose->title.in(told.language)}};
    return render("purpose.answers_of", arguments, told.language);
  }
  const auto entry = told.catalog.find(resource);
  return entry ? (*entry)->resource.title.in(told.language) : resource;
}

void write_counts(JsonWriter& json, const ingest::Remains& counts) {
  json.member("records", counts.records);
  json.member("versions", counts.versions);
  json.member("refused", counts.refused);
  json.member("batches", counts.batches);
  json.member("files", counts.files);
}

void write_steps(JsonWriter& json, const std::vector<Step>& steps) {
  json.key("steps");
  json.begin_array();
  for (const auto& step : steps) {
    json.begin_object();
    json.member("step", step.step);
    json.member("actor", step.actor);
    json.member("order_number", step.order_number);
    write_or_null(json, "until", text_of(step.until));
    json.member("at", to_rfc3339(step.at));
    json.end_object();
  }
  json.end_array();
}

// Whether any resource may be used for it now, anywhere.
bool is_open_now(const Purpose& purpose, const Told& told) {
  catalog::Resource any;
  any.purposes = {purpose.id};
  if (!purpose.resources.empty()) any.id = purpose.resources.front();
  return is_open(purpose, any, catalog::Personal::none, told.now, told.view.emergencies, told.zone).open();
}

void write_purpose(JsonWriter& json, const Purpose& one, const Told& told) {
  json.begin_object();
  json.member("id", one.id);
  json.member("title_zh", one.title.zh);
  json.member("title_en", one.title.en);
  json.member("title", one.title.in(told.language));
  json.member("basis_zh", one.basis.zh);
  json.member("basis_en", one.basis.en);
  json.member("basis", one.basis.in(told.language));
  write_texts(json, "resources", one.resources);
  write_texts(json, "classes", parted(joined(one.classes)));
  json.member("starts", to_iso(one.starts));
  write_or_null(json, "ends", text_of(one.ends));
  write_or_null(json, "review_by", text_of(one.review_by));
  json.member("emergency_only", one.emergency_only);
  json.member("state", name_of(one.state));
  json.member("open", is_open_now(one, told));
  json.member("over", is_over(one, told.now, told.view.emergencies, told.zone));
  json.member("version", one.version);
  json.member("origin", name_of(one.origin));
  write_or_null(json, "end_order", filled(one.end_order));
  json.member("assessed", told.view.assessments.contains(one.id));
  json.member("changed_by", one.changed_by);
  json.member("changed_at", to_rfc3339(one.changed_at));
  json.end_object();
}

void write_assessment(JsonWriter& json, const Assessment& one) {
  json.begin_object();
  json.member("necessity", one.necessity);
  json.member("risk", one.risk);
  json.member("measures", one.measures);
  write_or_null(json, "approved_by", filled(one.approved_by));
  write_or_null(json, "approved_on", text_of(one.approved_on));
  json.member("version", one.version);
  json.member("changed_by", one.changed_by);
  json.member("changed_at", to_rfc3339(one.changed_at));
  json.end_object();
}

void write_emergency(JsonWriter& json, const Emergency& one, const Told& told) {
  const region::Node node = told.tree.find(one.region);
  const bool known = node != region::no_node;
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("region", known ? told.tree.code(node) : "");
  json.member("region_name", known ? told.tree.name(node) : std::string_view());
  json.member("name", one.name);
  json.member("order_number", one.order_number);
  json.member("level", one.level);
  write_texts(json, "purposes", one.purposes);
  json.member("state", name_of(one.stands(told.now) ? EmergencyState::standing : EmergencyState::ended));
  json.member("declared_by", one.declared_by);
  json.member("declared_at", to_rfc3339(one.declared_at));
  json.member("planned_end", to_rfc3339(one.planned_end));
  write_or_null(json, "ended_by", filled(one.ended_by));
  write_or_null(json, "end_order", filled(one.end_order));
  write_or_null(json, "ended_at", text_of(one.ended_at));
  json.end_object();
}

void write_used(JsonWriter& json, const Purpose& one, const Told& told) {
  json.key("used");
  json.begin_array();
  for (const auto& entry : told.catalog.entries()) {
    const auto& named = entry.resource.purposes;
    if (std::find(named.begin(), named.end(), one.id) == named.end()) continue;
    const auto& limited = one.resources;
    if (!limited.empty() && std::find(limited.begin(), limited.end(), entry.resource.id) == limited.end())
      continue;
    json.begin_object();
    json.member("id", entry.resource.id);
    json.member("title", entry.resource.title.in(told.language));
    const auto kept = told.view.kept.find(entry.resource.id);
    write_or_null(json, "kept_by_law",
                  kept == told.view.kept.end() ? std::nullopt : filled(kept->second.basis.in(told.language)));
    json.end_object();
  }
  json.end_array();
}

void write_destruction(JsonWriter& json, const Destruction& one, const Told& told) {
  const Totals totals = totals_of(one);
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("cause", one.cause);
  write_or_null(json, "ordered_by", filled(one.ordered_by));
  json.member("order_number", one.order_number);
  write_texts(json, "purposes", one.purposes);
  json.member("state", name_of(one.state));
  json.member("foretold", one.foretold);
  json.member("ordered_at", to_rfc3339(one.ordered_at));
  json.member("due_at", to_rfc3339(one.due_at));
  write_or_null(json, "started_at", text_of(one.started_at));
  write_or_null(json, "finished_at", text_of(one.finished_at));
  write_or_null(json, "hash", filled(one.hash));
  write_counts(json, totals.taken);
  json.member("answers", totals.answers);
  json.member("cases", totals.cases);
  json.member("photos", totals.photos);
  json.member("keys", totals.keys);
  json.key("resources");
  json.begin_array();
  for (const auto& item : one.items) {
    json.begin_object();
    json.member("resource", item.resource);
    json.member("title", title_of(item.resource, told));
    json.member("action", name_of(item.action));
    json.member("state", name_of(item.state));
    write_or_null(json, "basis", filled(item.basis.in(told.language)));
    write_or_null(json, "received_before", text_of(item.before));
    write_counts(json, item.taken);
    json.member("answers", item.answers);
    json.member("cases", item.cases);
    json.member("photos", item.photos);
    json.member("keys", item.keys);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_rights(JsonWriter& json, const RightsRequest& one, const Told& told) {
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("kind", name_of(one.asked.kind));
  json.member("resource", one.asked.resource);
  json.member("resource_title", one.asked.resource.empty() ? "" : title_of(one.asked.resource, told));
  json.member("state", name_of(one.state));
  json.member("opened_by", one.opened_by);
  json.member("opened_at", to_rfc3339(one.opened_at));
  json.member("due_at", to_rfc3339(one.due_at));
  json.member("overdue", one.overdue || (one.state == RightsState::open && told.now > one.due_at));
  write_or_null(json, "closed_by", filled(one.closed_by));
  write_or_null(json, "closed_at", text_of(one.closed_at));
  write_or_null(json, "carried_by", filled(one.carried_by));
  write_or_null(json, "carried_at", text_of(one.carried_at));
  json.key("outcome");
  if (one.outcome.empty()) {
    json.null();
  } else {
    json.raw(one.outcome);
  }
  json.end_object();
}

template <typename List>
void write_next_cursor(JsonWriter& json, const List& all, bool more) {
  write_or_null(json, "next_cursor", more ? std::optional(all.back().id.to_string()) : std::nullopt);
}

}  // namespace

std::string purposes_json(const Told& told) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : told.view.purposes) write_purpose(json, one, told);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string purpose_json(const Purpose& one, const std::vector<Step>& steps, const Told& told) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("purpose");
  write_purpose(json, one, told);
  json.key("assessment");
  const auto assessment = told.view.assessments.find(one.id);
  if (assessment != told.view.assessments.end()) {
    write_assessment(json, assessment->second);
  } else {
    json.null();
  }
  write_used(json, one, told);
  json.key("emergencies");
  json.begin_array();
  for (const auto& emergency : told.view.emergencies) {
    if (emergency.opens(one.id)) write_emergency(json, emergency, told);
  }
  json.end_array();
  write_steps(json, steps);
  json.end_object();
  return json.take();
}

std::string emergencies_json(const Told& told) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : told.view.emergencies) write_emergency(json, one, told);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string emergency_json(const Emergency& one, const std::vector<Step>& steps,
                           const std::vector<Destruction>& destructions, const Told& told) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("emergency");
  write_emergency(json, one, told);
  write_steps(json, steps);
  json.key("destructions");
  json.begin_array();
  for (const auto& destruction : destructions) write_destruction(json, destruction, told);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string forecast_json(const Forecast& forecast, const Told& told) {
  JsonWriter json(2'048);
  json.begin_object();
  json.member("records", forecast.records());
  write_texts(json, "purposes", forecast.purposes);
  json.key("resources");
  json.begin_array();
  for (const auto& one : forecast.resources) {
    json.begin_object();
    json.member("resource", one.resource);
    json.member("title", title_of(one.resource, told));
    json.member("action", name_of(one.action));
    write_or_null(json, "basis", filled(one.basis.in(told.language)));
    write_counts(json, one.remains);
    json.member("cases", one.cases);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string destruction_json(const Destruction& one, const Told& told) {
  JsonWriter json(4'096);
  write_destruction(json, one, told);
  return json.take();
}

std::string destructions_json(const std::vector<Destruction>& all, bool more, const Told& told) {
  JsonWriter json(8'192);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : all) write_destruction(json, one, told);
  json.end_array();
  write_next_cursor(json, all, more);
  json.end_object();
  return json.take();
}

std::string sealed_json(const std::vector<SealedResource>& all, const Told& told) {
  JsonWriter json(1'024);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : all) {
    json.begin_object();
    json.member("resource", one.resource);
    json.member("title", title_of(one.resource, told));
    json.member("basis", one.basis.in(told.language));
    json.member("destruction", one.destruction.to_string());
    json.member("order_number", one.order_number);
    write_or_null(json, "sealed_at", text_of(one.sealed_at));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string one_rights_json(const RightsRequest& one, const Told& told) {
  JsonWriter json(1'024);
  write_rights(json, one, told);
  return json.take();
}

std::string wards_json(const std::vector<Ward>& wards) {
  return items_json(wards, [](JsonWriter& json, const Ward& ward) {
    json.begin_object();
    json.member("id", ward.guardianship.id.to_string());
    json.member("name", ward.name);
    json.member("since", to_rfc3339(ward.guardianship.since));
    json.member("until", to_rfc3339(ward.guardianship.until));
    json.end_object();
  });
}

std::string rights_json(const RightsRequest& one, const std::vector<Step>& steps,
                        const std::optional<std::string>& in_case, const Told& told) {
  JsonWriter json(2'048);
  json.begin_object();
  json.key("request");
  write_rights(json, one, told);
  json.member("name", one.asked.name);
  json.member("identifier", one.asked.identifier);
  write_or_null(json, "guardian_name", filled(one.asked.guardian_name));
  write_or_null(json, "guardian_identifier", filled(one.asked.guardian_identifier));
  json.member("words", one.asked.words);
  write_or_null(json, "answer", filled(one.answer));
  write_or_null(json, "case", in_case);
  json.key("guardianship");
  if (one.guardianship) {
    json.begin_object();
    json.member("since", to_rfc3339(one.guardianship->since));
    json.member("until", to_rfc3339(one.guardianship->until));
    write_or_null(json, "ended_at", text_of(one.guardianship->ended_at));
    json.end_object();
  } else {
    json.null();
  }
  write_steps(json, steps);
  json.end_object();
  return json.take();
}

std::string rights_page_json(const std::vector<RightsRequest>& all, const OpenRights& open, bool more,
                             const Told& told) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : all) write_rights(json, one, told);
  json.end_array();
  json.member("open", open.all);
  json.member("overdue", open.overdue);
  write_next_cursor(json, all, more);
  json.end_object();
  return json.take();
}

}  // namespace jingwei::purpose
