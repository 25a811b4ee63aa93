#include "modules/source/source_json.h"

#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

void write_time(JsonWriter& json, std::string_view name, std::optional<Instant> at) {
  json.key(name);
  if (at) {
    json.value(to_rfc3339(*at));
  } else {
    json.null();
  }
}

void write_day(JsonWriter& json, std::string_view name, std::optional<Day> day) {
  json.key(name);
  if (day) {
    json.value(to_iso(*day));
  } else {
    json.null();
  }
}

void write_told(JsonWriter& json, std::string_view name, const std::optional<Error>& error,
                    Language language) {
  json.key(name);
  if (error) {
    json.value(render(*error, language));
  } else {
    json.null();
  }
}

void write_terms(JsonWriter& json, const Terms& terms) {
  json.key("terms");
  json.begin_object();
  json.member("agreement", terms.agreement);
  write_day(json, "signed_on", terms.signed_on);
  write_day(json, "valid_until", terms.valid_until);
  write_time(json, "revoked_at", terms.revoked_at);
  json.member("revoked_why", terms.revoked_why);
  json.end_object();
}

}  // namespace

void write_source(JsonWriter& json, const SourceView& view, const SourceParts& parts, Language language) {
  const Source& source = view.source;
  json.begin_object();
  json.member("id", source.id.to_string());
  json.member("kind", name_of(source.kind));
  json.member("title", source.title);
  json.key("resource");
  json.begin_object();
  json.member("id", source.resource);
  const auto entry = parts.ingest.parts().catalog.find(source.resource);
  json.member("title", entry.ok() ? (*entry)->resource.title.in(language) : source.resource);
  json.end_object();
  json.key("settings");
  json.raw(to_json(source.settings));
  json.key("secrets");
  json.begin_array();
  if (const auto opened = opened_settings(parts, source); opened.ok()) {
    for (const auto& [name, value] : *opened) {
      if (!source.settings.contains(name) && !value.empty()) json.value(name);
    }
  }
  json.end_array();
  json.member("schedule", source.schedule);
  write_terms(json, source.terms);
  json.member("state", name_of(source.state));
  json.member("health", name_of(view.health));
  write_told(json, "error", view.stopped ? view.stopped : source.last_error, language);
  write_time(json, "error_at", source.last_error ? source.last_error_at : std::nullopt);
  json.member("running", source.wanted_at.has_value());
  write_time(json, "next_run_at", view.health == Health::stopped ? std::nullopt : source.next_due_at);
  write_time(json, "last_run_at", source.last_run_at);
  write_time(json, "last_ok_at", source.last_ok_at);
  json.key("lag_seconds");
  if (view.since_taken) {
    json.value(view.since_taken->count());
  } else {
    json.null();
  }
  json.member("taken", source.taken);
  json.member("refused", source.refused);
  json.member("repeated", source.repeated);
  json.member("created_at", to_rfc3339(source.created_at));
  json.end_object();
}

std::string source_json(const SourceView& view, const SourceParts& parts, Language language) {
  JsonWriter json(1024);
  write_source(json, view, parts, language);
  return json.take();
}

void write_run(JsonWriter& json, const Run& run, Language language) {
  json.begin_object();
  json.member("id", run.id.to_string());
  json.member("started_at", to_rfc3339(run.started_at));
  write_time(json, "finished_at", run.finished_at);
  json.member("outcome", name_of(run.outcome));
  json.member("detail", run.detail);
  json.key("batch");
  if (run.batch) {
    json.value(run.batch.to_string());
  } else {
    json.null();
  }
  json.member("items", run.items);
  json.member("taken", run.taken);
  json.member("refused", run.refused);
  json.member("repeated", run.repeated);
  write_told(json, "error", run.error, language);
  json.end_object();
}

std::string trial_json(const Trial& trial) {
  JsonWriter json;
  json.begin_object();
  json.key("found");
  json.begin_array();
  for (const auto& name : trial.found) json.value(name);
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::source
