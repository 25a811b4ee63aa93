#include "modules/audit/access_json.h"

namespace jingwei::audit {

namespace {

void text_or_null(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void instant_or_null(JsonWriter& json, std::string_view name, const std::optional<Instant>& instant) {
  text_or_null(json, name, instant ? to_rfc3339(*instant) : std::string());
}

void write_titled(JsonWriter& json, const std::string& name, const std::string& id,
                  const People::TitleOf& title, Language language) {
  text_or_null(json, name, id);
  text_or_null(json, name + "_title", id.empty() || !title ? std::string() : title(id, language));
}

}  // namespace

void write_access(JsonWriter& json, const Access& one, const People& people, Language language) {
  const EntryFacts facts = facts_of(one.entry);
  json.begin_object();
  json.member("id", one.key.to_string());
  json.member("at", to_rfc3339(one.entry.at));
  json.member("kind", one.entry.event);
  write_titled(json, "department", one.department, people.department, language);
  write_titled(json, "purpose", facts.purpose, people.purpose, language);
  write_titled(json, "resource", facts.resource, people.resource, language);
  json.member("outcome", facts.outcome);
  json.key("delayed");
  if (one.delayed) {
    json.begin_object();
    json.member("authority", one.delayed->authority);
    json.member("until", to_rfc3339(one.delayed->lifted_at.value_or(one.delayed->until)));
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
}

void write_delay(JsonWriter& json, const Delay& one, Instant now) {
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("subject", one.subject);
  text_or_null(json, "department", one.department);
  json.member("authority", one.authority);
  json.member("order", one.order);
  json.member("from", to_rfc3339(one.from));
  json.member("until", to_rfc3339(one.until));
  json.member("in_force", one.holds(now));
  json.member("ordered_by", one.ordered_by);
  json.member("ordered_at", to_rfc3339(one.ordered_at));
  text_or_null(json, "lifted_by", one.lifted_by);
  instant_or_null(json, "lifted_at", one.lifted_at);
  json.end_object();
}

void write_order(JsonWriter& json, const DestructionOrder& one) {
  json.begin_object();
  json.member("id", one.id.to_string());
  json.member("position", static_cast<std::int64_t>(one.position));
  json.member("order", one.order);
  json.member("reason", one.reason);
  json.member("state", name_of(one.state));
  json.member("asked_by", one.asked_by);
  json.member("asked_at", to_rfc3339(one.asked_at));
  text_or_null(json, "decided_by", one.decided_by);
  instant_or_null(json, "decided_at", one.decided_at);
  json.end_object();
}

std::string count_json(const DelayCount& count) {
  JsonWriter json;
  json.begin_object();
  json.member("in_force", count.in_force);
  json.member("ever", count.ever);
  instant_or_null(json, "last_ends", count.last_ends);
  json.end_object();
  return json.take();
}

}  // namespace jingwei::audit
