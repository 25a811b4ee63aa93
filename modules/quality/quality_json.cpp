#include "modules/quality/quality_json.h"

#include <algorithm>
#include <cmath>

namespace jingwei::quality {

namespace {

using Arguments = std::vector<std::pair<std::string, std::string>>;

void write_department(JsonWriter& json, const std::string& id, const std::string& title) {
  json.begin_object();
  json.member("id", id);
  json.member("title", title);
  json.end_object();
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

std::optional<std::string> text_of(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return to_rfc3339(*instant);
}

std::optional<std::string> filled(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// A tenth is as fine as anybody reads it.
double rounded(double points) {
  return std::round(points * 10) / 10;
}

std::optional<double> points_of(const Score& score) {
  if (!score.points) return std::nullopt;
  return rounded(*score.points);
}

std::string sentence_of(const PartScore& part, const Tally& tally, Language language) {
  if (tally.rows() == 0) return render("quality.part_nothing", {}, language);
  const auto number = [](std::int64_t count) { return std::to_string(count); };
  std::string id = "quality.part_" + std::string(name_of(part.part));
  if (!part.value) id += "_none";
  if (part.part == Part::repair && tally.refused == 0) id += "_whole";
  const Arguments arguments = {{"rows", number(tally.rows())},
                               {"accepted", number(tally.accepted)},
                               {"upheld", number(tally.upheld)},
                               {"refused", number(tally.refused)},
                               {"mended", number(tally.mended)},
                               {"on_time", number(tally.on_time)},
                               {"late", number(tally.late)},
                               {"in_time", number(tally.answered_in_time)},
                               {"missed", number(tally.answers_missed)}};
  return render(id, arguments, language);
}

void write_counts(JsonWriter& json, const Tally& tally) {
  json.key("counts");
  json.begin_object();
  json.member("accepted", tally.accepted);
  json.member("created", tally.created());
  json.member("updated", tally.updated);
  json.member("unchanged", tally.unchanged);
  json.member("cleaned", tally.cleaned);
  json.member("refused", tally.refused);
  json.member("mended", tally.mended);
  json.member("loads", tally.loads);
  json.member("on_time", tally.on_time);
  json.member("late", tally.late);
  json.member("objected", tally.objected);
  json.member("upheld", tally.upheld);
  json.member("declined", tally.declined);
  json.member("withdrawn", tally.withdrawn);
  json.member("answered_in_time", tally.answered_in_time);
  json.member("answers_missed", tally.answers_missed);
  json.end_object();
}

void write_parts(JsonWriter& json, const Standing& standing, Language language) {
  json.key("parts");
  json.begin_array();
  for (const auto& part : standing.score.parts) {
    json.begin_object();
    json.member("part", name_of(part.part));
    json.member("weight", weight_of(part.part));
    write_or_null(json, "value", part.value);
    json.member("lost", rounded(part.lost));
    json.member("sentence", sentence_of(part, standing.tally, language));
    json.end_object();
  }
  json.end_array();
}

void write_reasons(JsonWriter& json, const Standing& standing, Language language) {
  std::vector<std::pair<std::string, std::int64_t>> reasons(standing.reasons.begin(), standing.reasons.end());
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  json.key("reasons");
  json.begin_array();
  for (const auto& [group, rows] : reasons) {
    json.begin_object();
    json.member("id", group);
    json.member("title", render("quality.reason_" + group, {}, language));
    json.member("rows", rows);
    json.end_object();
  }
  json.end_array();
}

void write_days(JsonWriter& json, const Standing& standing) {
  json.key("days");
  json.begin_array();
  for (const auto& day : standing.days) {
    json.begin_object();
    json.member("day", to_iso(day.day));
    write_or_null(json, "score", points_of(day.score));
    write_counts(json, day.tally);
    json.end_object();
  }
  json.end_array();
}

void write_standings(JsonWriter& json, std::string_view key, const std::vector<Standing>& standings,
                     Language language) {
  json.key(key);
  json.begin_array();
  for (const auto& standing : standings) write_standing(json, standing, language);
  json.end_array();
}

}  // namespace

void write_standing(JsonWriter& json, const Standing& standing, Language language) {
  json.begin_object();
  json.member("id", standing.id);
  json.member("title", standing.title.in(language));
  json.key("provider");
  write_department(json, standing.provider_id, standing.provider.in(language));
  write_or_null(json, "score", points_of(standing.score));
  write_parts(json, standing, language);
  write_counts(json, standing.tally);
  write_reasons(json, standing, language);
  write_days(json, standing);
  write_or_null(json, "last_received_at", text_of(standing.last_received));
  write_or_null(json, "due", standing.due ? std::optional(to_iso(*standing.due)) : std::nullopt);
  json.member("missed_now", standing.missed_now);
  json.end_object();
}

std::string board_json(const Board& board, const OpenObjections& open, Language language) {
  JsonWriter json(32'768);
  json.begin_object();
  json.member("from", to_iso(board.from));
  json.member("to", to_iso(board.to));
  write_standings(json, "resources", board.resources, language);
  write_standings(json, "providers", board.providers, language);
  json.member("open_objections", open.all);
  json.member("overdue_objections", open.overdue);
  json.end_object();
  return json.take();
}

void write_objection(JsonWriter& json, const Objection& one, const catalog::Catalog& catalog, Instant now,
                     Language language) {
  const auto entry = catalog.find(one.datum.resource);
  const catalog::Resource* resource = entry ? &(*entry)->resource : nullptr;
  const catalog::Field* field = resource == nullptr ? nullptr : resource->field(one.datum.field);
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("resource", one.datum.resource);
  json.member("resource_title", resource == nullptr ? one.datum.resource : resource->title.in(language));
  json.member("record", one.datum.record.to_string());
  json.member("version", one.datum.version);
  json.member("field", one.datum.field);
  json.member("field_title", field == nullptr ? one.datum.field : field->title.in(language));
  json.member("personal", field == nullptr || field->personal != catalog::Personal::none);
  json.key("provider");
  const bool same = resource != nullptr && resource->provider_id == one.provider;
  write_department(json, one.provider, same ? resource->provider.in(language) : one.provider);
  json.member("state", name_of(one.state));
  json.member("objector", one.objector);
  json.member("opened_at", to_rfc3339(one.opened_at));
  json.member("due_at", to_rfc3339(one.due_at));
  json.member("overdue", one.overdue || (one.state == ObjectionState::open && now > one.due_at));
  json.member("days_overdue", days_overdue(one, now));
  json.member("reminders", one.reminders);
  write_or_null(json, "reminded_at", text_of(one.reminded_at));
  write_or_null(json, "closed_by", filled(one.closed_by));
  write_or_null(json, "closed_at", text_of(one.closed_at));
  json.member("unmended", one.unmended);
  json.end_object();
}

std::string objection_json(const Objection& one, const std::vector<catalog::StepTaken>& steps,
                           const catalog::Catalog& catalog, Instant now, Language language) {
  JsonWriter json(2'048);
  json.begin_object();
  json.key("objection");
  write_objection(json, one, catalog, now, language);
  json.member("reason", one.reason);
  write_or_null(json, "proposed", one.proposed);
  write_or_null(json, "answer", filled(one.answer));
  json.key("steps");
  json.begin_array();
  for (const auto& step : steps) {
    json.begin_object();
    json.member("step", step.step);
    json.member("actor", step.actor);
    json.member("at", to_rfc3339(step.at));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::quality
