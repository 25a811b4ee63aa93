#include "modules/catalog/catalog_json.h"

namespace jingwei::catalog {

namespace {

void write_labelled(JsonWriter& json, std::string_view key, const std::string& id, const Title& title,
                    Language language) {
  json.key(key);
  json.begin_object();
  json.member("id", id);
  json.member("title", title.in(language));
  json.end_object();
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key);
  json.begin_array();
  for (const auto& name : names) json.value(name);
  json.end_array();
}

void write_optional(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_optional(JsonWriter& json, std::string_view key, const std::optional<Instant>& instant) {
  write_optional(json, key, instant ? to_rfc3339(*instant) : std::string());
}

void write_optional(JsonWriter& json, std::string_view key, const std::optional<Day>& day) {
  write_optional(json, key, day ? to_iso(*day) : std::string());
}

void write_field(JsonWriter& json, const Field& field, Language language) {
  json.begin_object();
  json.member("name", field.name);
  json.member("title", field.title.in(language));
  json.member("type", name_of(field.type));
  json.member("required", field.required);
  json.member("personal", name_of(field.personal));
  if (!field.choices.empty()) {
    json.key("values");
    json.begin_array();
    for (const auto& choice : field.choices) {
      json.begin_object();
      json.member("id", choice.id);
      json.member("title", choice.title.in(language));
      json.end_object();
    }
    json.end_array();
  }
  if (field.min) json.member("min", *field.min);
  if (field.max) json.member("max", *field.max);
  if (field.max_length) json.member("max_length", *field.max_length);
  if (!field.columns.empty()) write_names(json, "columns", field.columns);
  if (!field.meaning.empty()) json.member("meaning", field.meaning);
  json.end_object();
}

void write_asker(JsonWriter& json, std::string_view key, const Resource& resource, const Field& field,
                 Language language) {
  json.key(key);
  json.begin_object();
  json.member("resource", resource.id);
  json.member("resource_title", resource.title.in(language));
  json.member("field", field.name);
  json.member("field_title", field.title.in(language));
  write_labelled(json, "provider", resource.provider_id, resource.provider, language);
  json.member("sharing", name_of(resource.sharing));
  json.member("collected_from", name_of(resource.collected_from));
  json.end_object();
}

}  // namespace

void write_summary(JsonWriter& json, const Listed& listed, const Holdings& holdings, Language language) {
  const Definition& definition = *listed.definition;
  const Resource& resource = definition.resource;
  json.member("id", resource.id);
  json.member("title", resource.title.in(language));
  json.member("description", resource.description.in(language));
  write_labelled(json, "provider", resource.provider_id, resource.provider, language);
  json.member("sharing", name_of(resource.sharing));
  json.member("update", name_of(resource.update));
  json.member("fields_count", resource.fields.size());
  json.member("records", holdings.records);
  write_optional(json, "last_received_at", holdings.last_received);
  json.member("receiving", listed.receiving);
  json.member("package", resource.package);
  json.member("version", definition.version);
  json.member("state", name_of(definition.state));
  const bool other_open = listed.open != nullptr && listed.open != listed.definition;
  json.key("open_version");
  if (other_open) {
    json.value(listed.open->version);
  } else {
    json.null();
  }
  write_optional(json, "open_state", other_open ? std::string(name_of(listed.open->state)) : "");
  json.member("subject", name_of(resource.subject));
  json.member("collected_from", name_of(resource.collected_from));
}

void write_resource(JsonWriter& json, const Listed& listed, const Holdings& holdings,
                    const std::optional<Steward>& steward, Language language) {
  const Resource& resource = listed.definition->resource;
  write_summary(json, listed, holdings, language);
  write_names(json, "purposes", resource.purposes);
  json.member("retention", resource.retention);
  write_names(json, "key", resource.key);
  write_names(json, "region_fields", resource.region_fields);
  write_optional(json, "day_field", resource.day_field);
  json.key("fields");
  json.begin_array();
  for (const auto& field : resource.fields) write_field(json, field, language);
  json.end_array();
  json.key("metrics");
  json.begin_array();
  for (const auto& metric : resource.metrics) {
    json.begin_object();
    json.member("id", metric.id);
    json.member("title", metric.title.in(language));
    json.member("kind", metric.kind == MetricKind::count ? "count" : "last");
    json.end_object();
  }
  json.end_array();
  write_names(json, "population", resource.population);
  json.key("steward");
  write_steward(json, steward, language);
}

void write_facets(JsonWriter& json, const std::vector<Facet>& facets, Language language) {
  json.begin_array();
  for (const auto& facet : facets) {
    json.begin_object();
    json.member("name", facet.name);
    json.key("values");
    json.begin_array();
    for (const auto& value : facet.values) {
      json.begin_object();
      json.member("id", value.id);
      const std::string& title = value.title.in(language);
      json.member("title", title.empty() ? value.id : title);
      json.member("count", value.count);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_version(JsonWriter& json, const Definition& definition, Language language) {
  json.begin_object();
  json.member("resource", definition.resource.id);
  json.member("title", definition.resource.title.in(language));
  write_labelled(json, "provider", definition.resource.provider_id, definition.resource.provider, language);
  json.member("version", definition.version);
  json.member("state", name_of(definition.state));
  json.member("origin", name_of(definition.origin));
  json.member("author", definition.author);
  write_optional(json, "submitted_by", definition.submitted_by);
  write_optional(json, "reviewed_by", definition.reviewed_by);
  write_optional(json, "published_by", definition.published_by);
  write_optional(json, "reason", definition.reason);
  write_optional(json, "breaking", definition.breaking);
  json.member("changed_at", to_rfc3339(definition.changed_at));
  write_optional(json, "published_at", definition.published_at);
  json.end_object();
}

void write_steps(JsonWriter& json, const std::vector<StepTaken>& steps) {
  json.begin_array();
  for (const auto& step : steps) {
    json.begin_object();
    json.member("step", step.step);
    json.member("actor", step.actor);
    json.member("at", to_rfc3339(step.at));
    json.member("reason", step.reason);
    json.end_object();
  }
  json.end_array();
}

void write_differences(JsonWriter& json, const std::vector<Difference>& found) {
  json.begin_array();
  for (const auto& difference : found) {
    json.begin_object();
    json.member("kind", name_of(difference.kind));
    json.member("path", difference.path);
    json.member("before", difference.before);
    json.member("after", difference.after);
    json.end_object();
  }
  json.end_array();
}

void write_overlaps(JsonWriter& json, const std::vector<Overlap>& overlaps,
                    const std::map<std::string, Steward>& stewards, Language language) {
  json.begin_array();
  for (const auto& overlap : overlaps) {
    const auto steward = stewards.find(overlap.other->provider_id);
    json.begin_object();
    json.member("meaning", overlap.meaning.starts_with("zh:") ? overlap.meaning.substr(3) : overlap.meaning);
    write_asker(json, "again", *overlap.resource, *overlap.field, language);
    write_asker(json, "already", *overlap.other, *overlap.other_field, language);
    json.member("same_purpose", overlap.same_purpose);
    json.member("sentence",
                refusal_of(overlap, steward == stewards.end() ? "" : steward->second.name, language));
    json.key("exemption");
    if (overlap.exemption) {
      json.begin_object();
      json.member("reason", overlap.exemption->reason);
      json.member("authority", overlap.exemption->authority);
      json.member("actor", overlap.exemption->actor);
      json.member("at", to_rfc3339(overlap.exemption->at));
      json.end_object();
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

void write_breaks(JsonWriter& json, const std::vector<Break>& breaks, Language language) {
  json.begin_array();
  for (const auto& one : breaks) {
    json.begin_object();
    json.member("field", one.field);
    json.member("records", one.records);
    json.member("sentence", sentence_of(one, language));
    json.end_object();
  }
  json.end_array();
}

void write_dependents(JsonWriter& json, const std::vector<Dependent>& dependents) {
  json.begin_array();
  for (const auto& one : dependents) {
    json.begin_object();
    json.member("about", one.about);
    write_optional(json, "department", one.department);
    json.member("title", one.title);
    json.end_object();
  }
  json.end_array();
}

void write_notice(JsonWriter& json, const Notice& notice, const Catalog& catalog, Language language) {
  const auto entry = catalog.find(notice.resource);
  const std::string resource = entry.ok() ? (*entry)->resource.title.in(language) : notice.resource;
  const std::vector<std::pair<std::string, std::string>> arguments = {
      {"resource", resource},
      {"title", notice.title.empty() ? resource : notice.title},
      {"detail", notice.detail}};
  json.begin_object();
  json.member("id", notice.id.to_string());
  json.member("kind", name_of(notice.kind));
  json.member("resource", notice.resource);
  json.member("resource_title", resource);
  json.member("about", notice.about);
  write_optional(json, "department", notice.department);
  write_optional(json, "actor", notice.actor);
  std::string sentence = "catalog.notice_" + std::string(name_of(notice.kind));
  if (notice.kind == NoticeKind::overdue && notice.about.starts_with("demand:")) sentence += "_demand";
  json.member("sentence", render(sentence, arguments, language));
  json.member("at", to_rfc3339(notice.at));
  json.end_object();
}

void write_steward(JsonWriter& json, const std::optional<Steward>& steward, Language language) {
  if (!steward) return json.null();
  json.begin_object();
  write_labelled(json, "department", steward->department.id, steward->department.title, language);
  json.member("name", steward->name);
  json.member("title", steward->title);
  json.member("appointed_at", to_rfc3339(steward->appointed_at));
  json.member("appointed_by", steward->appointed_by);
  json.end_object();
}

void write_collection(JsonWriter& json, const Collection& collection, Language language) {
  const Responsibility& owed = collection.responsibility;
  json.begin_object();
  json.member("id", owed.id.to_string());
  write_labelled(json, "department", owed.department.id, owed.department.title, language);
  json.member("resource", owed.resource);
  json.member("resource_title",
              collection.resource == nullptr ? owed.resource : collection.resource->title.in(language));
  write_names(json, "fields", owed.fields);
  std::vector<std::string> titles;
  for (const auto& name : owed.fields) {
    const Field* field = collection.resource == nullptr ? nullptr : collection.resource->field(name);
    titles.push_back(field == nullptr ? name : field->title.in(language));
  }
  write_names(json, "field_titles", titles);
  json.member("rhythm", name_of(owed.rhythm));
  json.member("basis", owed.basis);
  json.member("synthetic", owed.origin == Origin::package);
  json.key("steward");
  write_steward(json, collection.steward, language);
  write_optional(json, "last_received_at", collection.last_received);
  write_optional(json, "due_at", collection.due);
  json.member("overdue", collection.overdue);
  json.member("days_overdue", collection.days_overdue);
  json.member("rounds_missed", collection.rounds_missed);
  json.member("reminders", owed.reminders);
  write_optional(json, "reminded_at", owed.reminded_at);
  json.end_object();
}

void write_department(JsonWriter& json, const DepartmentSummary& summary, Language language) {
  json.begin_object();
  write_labelled(json, "department", summary.department.id, summary.department.title, language);
  json.key("steward");
  write_steward(json, summary.steward, language);
  json.member("responsibilities", summary.responsibilities);
  json.member("overdue", summary.overdue);
  json.member("most_days_overdue", summary.most_days_overdue);
  json.end_object();
}

void write_demand(JsonWriter& json, const Demand& demand, const Catalog& catalog, Day today,
                  Language language) {
  json.begin_object();
  json.member("id", demand.id.to_string());
  write_labelled(json, "department", demand.department.id, demand.department.title, language);
  json.member("title", demand.title);
  json.member("words", demand.words);
  write_optional(json, "resource", demand.resource);
  write_names(json, "fields", demand.fields);
  json.member("purpose", demand.purpose);
  json.member("legal_basis", demand.legal_basis);
  json.member("wanted_by", to_iso(demand.wanted_by));
  json.member("state", name_of(demand.state));
  write_optional(json, "answer", std::string(name_of(demand.answer)));
  write_optional(json, "answer_resource", demand.answer_resource);
  const auto entry = catalog.find(demand.answer_resource);
  write_optional(json, "answer_resource_title",
                 entry.ok() ? (*entry)->resource.title.in(language) : demand.answer_resource);
  json.member("answer_reason", demand.answer_reason);
  write_optional(json, "promised_for", demand.promised_for);
  json.member("asked_by", demand.asked_by);
  write_optional(json, "answered_by", demand.answered_by);
  json.member("asked_at", to_rfc3339(demand.asked_at));
  write_optional(json, "answered_at", demand.answered_at);
  write_optional(json, "delivered_at", demand.delivered_at);
  write_optional(json, "closed_at", demand.closed_at);
  const DemandClock clock = clock_of(demand, today);
  write_optional(json, "due", clock.due);
  json.member("days_overdue", clock.days_overdue);
  json.member("synthetic", demand.origin == Origin::package);
  json.end_object();
}

void write_suggestions(JsonWriter& json, const std::vector<Suggestion>& suggestions, Language language) {
  json.begin_array();
  for (const auto& one : suggestions) {
    json.begin_object();
    json.member("resource", one.resource->id);
    json.member("title", one.resource->title.in(language));
    write_labelled(json, "provider", one.resource->provider_id, one.resource->provider, language);
    json.member("sharing", name_of(one.resource->sharing));
    json.key("fields");
    json.begin_array();
    for (const Field* field : one.fields) {
      json.begin_object();
      json.member("id", field->name);
      json.member("title", field->title.in(language));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

}  // namespace jingwei::catalog
