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
  json.member("legal_basis", terms.legal_basis);
  json.member("contact", terms.contact);
  json.key("purposes");
  write_purposes(json, terms.purposes);
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
  if (source.resource.empty()) {
    json.null();
  } else {
    json.begin_object();
    json.member("id", source.resource);
    const auto entry = parts.ingest.parts().catalog.find(source.resource);
    json.member("title", entry.ok() ? (*entry)->resource.title.in(language) : source.resource);
    json.end_object();
  }
  json.key("department");
  if (const std::string department = department_of(source, parts); department.empty()) {
    json.null();
  } else {
    json.value(department);
  }
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

namespace {

void write_naming(JsonWriter& json, const Naming& title, Language language) {
  json.member("title", title.in(language));
}

void write_question(JsonWriter& json, const QuestionView& view, Language language) {
  const Question& question = view.question;
  const QuestionCounts& counts = view.counts;
  json.begin_object();
  json.member("id", question.id);
  write_naming(json, question.title, language);
  json.member("answer", name_of(question.answer));
  json.key("inputs");
  json.begin_array();
  for (const auto& input : question.inputs) {
    json.begin_object();
    json.member("name", input.name);
    write_naming(json, input.title, language);
    json.member("personal", input.personal);
    json.member("required", input.required);
    json.end_object();
  }
  json.end_array();
  json.key("purposes");
  json.begin_array();
  for (const auto& [purpose, keep] : question.purposes) {
    json.begin_object();
    json.member("id", purpose);
    json.member("cache_seconds", keep.count());
    json.end_object();
  }
  json.end_array();
  json.member("timeout_ms", question.timeout.count());
  json.member("per_minute", question.per_minute);
  json.member("answered", counts.answered);
  json.member("from_cache", counts.kept);
  json.member("unknown", counts.unknown);
  json.key("mean_ms");
  if (counts.answered > 0) {
    json.value(counts.waited_ms / counts.answered);
  } else {
    json.null();
  }
  json.key("last_ms");
  if (counts.answered > 0) {
    json.value(counts.last_ms);
  } else {
    json.null();
  }
  write_time(json, "last_answered_at", counts.last_answered_at);
  write_time(json, "last_unknown_at", counts.last_unknown_at);
  std::optional<Error> why;
  if (counts.last_reason != Reason::none) why = error_of(counts.last_reason);
  write_told(json, "last_reason", why, language);
  json.end_object();
}

}  // namespace

std::string asking_json(const AskingView& view, Language language) {
  JsonWriter json(2048);
  json.begin_object();
  json.member("breaker", name_of(view.breaker));
  write_time(json, "probe_at", view.probe_at);
  json.key("purposes");
  write_purposes(json, view.purposes);
  json.key("questions");
  json.begin_array();
  for (const auto& one : view.questions) write_question(json, one, language);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string answer_json(const Answer& answer, Language language) {
  const bool unknown = answer.verdict.kind == AnswerKind::unknown;
  JsonWriter json;
  json.begin_object();
  json.member("answer", name_of(answer.verdict.kind));
  json.key("value");
  if (answer.verdict.kind == AnswerKind::value) {
    json.value(answer.verdict.value);
  } else {
    json.null();
  }
  write_time(json, "as_of", answer.as_of);
  json.member("from", name_of(answer.from));
  json.key("reason");
  if (unknown) {
    json.value(name_of(answer.verdict.reason));
  } else {
    json.null();
  }
  std::optional<Error> why;
  if (unknown) why = error_of(answer.verdict.reason);
  write_told(json, "explanation", why, language);
  json.end_object();
  return json.take();
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
