#include "modules/open311/connection_json.h"

namespace jingwei::open311 {

namespace {

void instant(JsonWriter& json, const char* name, const std::optional<Instant>& at) {
  json.key(name);
  at ? json.value(to_rfc3339(*at)) : json.null();
}

void spoken(JsonWriter& json, const char* name, const std::optional<Error>& error, Language language) {
  json.key(name);
  error ? json.value(render(*error, language)) : json.null();
}

void texts(JsonWriter& json, const char* name, const std::map<std::string, std::string>& all) {
  json.key(name);
  json.begin_array();
  for (const auto& [field, text] : all) {
    json.begin_object();
    json.member("name", field);
    json.member("text", text);
    json.end_object();
  }
  json.end_array();
}

void mapping(JsonWriter& json, const Mapping& one) {
  json.begin_object();
  json.member("service", one.service);
  json.member("process", one.process);
  json.member("direction", name_of(one.direction));
  texts(json, "fields", one.fields);
  json.member("region", one.region);
  json.member("when_closed", one.when_closed);
  json.member("when_reopened", one.when_reopened);
  texts(json, "attributes", one.attributes);
  json.member("description", one.description);
  json.end_object();
}

}  // namespace

void write_connection(JsonWriter& json, const ConnectionView& view, Language language) {
  const Connection& one = view.connection;
  const auto links = [&](LinkState state) {
    const auto found = view.links.find(state);
    return found == view.links.end() ? std::int64_t{0} : found->second;
  };
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("title", one.terms.title);
  json.member("address", one.terms.address);
  json.member("has_key", view.has_key);
  json.member("jurisdiction", one.terms.jurisdiction);
  json.member("format", one.terms.format == Format::xml ? "xml" : "json");
  json.member("every_minutes", static_cast<std::int64_t>(one.terms.every.count()));
  json.member("since", to_rfc3339(one.terms.since));
  json.member("tell", one.terms.tell);
  json.member("notes", one.terms.notes);
  json.member("repeats", one.terms.repeats);
  json.member("their_account", one.terms.their_account);
  json.key("mappings");
  json.begin_array();
  for (const auto& each : one.terms.mappings) mapping(json, each);
  json.end_array();
  json.member("state", name_of(one.state));
  json.member("breaker", name_of(view.reach));
  json.member("failures", one.failures);
  spoken(json, "error", one.error, language);
  instant(json, "error_at", one.error_at);
  json.member("next_at", to_rfc3339(one.next_at));
  instant(json, "last_run_at", one.last_run_at);
  instant(json, "last_ok_at", one.last_ok_at);
  json.member("seen_until", to_rfc3339(one.seen_until));
  json.member("taken", one.taken);
  json.member("sent", one.sent);
  json.member("told", one.told);
  json.member("waiting", links(LinkState::waiting));
  json.member("unsure", links(LinkState::unsure));
  json.member("linked", links(LinkState::linked));
  json.member("refused", links(LinkState::refused));
  json.member("conflicts", links(LinkState::conflict));
  json.member("created_by", one.created_by);
  json.member("created_at", to_rfc3339(one.created_at));
  json.end_object();
}

std::string connection_json(const ConnectionView& view, Language language) {
  JsonWriter json(2'048);
  write_connection(json, view, language);
  return json.take();
}

void write_link(JsonWriter& json, const Link& link, Language language) {
  json.begin_object();
  json.member("id", link.id.to_string());
  json.member("request", link.remote);
  json.member("service", link.service);
  json.key("case");
  link.case_id ? json.value(link.case_id.to_string()) : json.null();
  json.member("ours", link.ours);
  json.member("state", name_of(link.state));
  json.member("status", link.status);
  json.member("untold", link.case_version - link.told);
  spoken(json, "problem", link.problem, language);
  json.member("changed_at", to_rfc3339(link.changed_at));
  json.end_object();
}

std::string trial_json(const std::vector<FoundService>& services) {
  JsonWriter json(2'048);
  json.begin_object();
  json.key("services");
  json.begin_array();
  for (const auto& one : services) {
    json.begin_object();
    json.member("code", one.service.code);
    json.member("name", one.service.name);
    json.key("attributes");
    json.begin_array();
    for (const auto& attribute : one.attributes) {
      if (!attribute.variable) continue;
      json.begin_object();
      json.member("name", attribute.code);
      json.member("text", attribute.description + (attribute.required ? " *" : ""));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::open311
