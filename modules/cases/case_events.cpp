#include "modules/cases/case_events.h"

#include "base/json.h"
#include "base/messages.h"
#include "modules/cases/cases_parts.h"

namespace jingwei::cases {

namespace {

storage::FeedEvent effect_of(const Case& one, const std::string& action, const std::string& hook,
                             const std::string& with, std::int64_t sequence) {
  JsonWriter json(256);
  json.begin_object();
  json.member("case", one.id.to_string());
  json.member("process", one.process);
  json.member("action", action);
  json.member("hook", hook);
  json.member("sequence", sequence);
  json.key("with");
  json.raw(with);
  json.end_object();
  return {std::string(effect_event_kind), json.take()};
}

}  // namespace

storage::FeedEvent step_event(const Case& before, const Outcome& outcome) {
  const Case& after = outcome.after;
  const Step& first = outcome.steps.front();
  JsonWriter json(512);
  json.begin_object();
  json.member("case", after.id.to_string());
  json.member("process", after.process);
  json.member("version", after.process_version);
  json.member("kind", name_of(first.kind));
  json.member("action", first.action);
  json.member("from", first.kind == StepKind::open ? std::string() : before.state);
  json.member("to", after.state);
  json.member("stage", name_of(after.stage));
  json.member("category", after.category);
  json.member("place", after.place.to_string());
  json.member("owner", after.owner.to_string());
  json.member("owner_before", before.owner.to_string());
  json.member("department", after.department);
  json.member("department_before", before.department);
  json.member("assignee", after.open ? after.assignee : std::string());
  json.member("assignee_before",
              first.kind != StepKind::open && before.open ? before.assignee : std::string());
  json.member("open", after.open);
  json.member("was_open", first.kind != StepKind::open && before.open);
  json.member("overdue", after.overdue && after.open);
  json.member("was_overdue", before.overdue && before.open);
  json.member("late", first.late);
  json.member("age_s", std::chrono::duration_cast<std::chrono::seconds>(first.at - after.opened_at).count());
  json.member("sequence", after.version);
  // Where several steps came together, each of them; the members above tell what they came to.
  if (outcome.steps.size() > 1) {
    json.key("steps");
    json.begin_array();
    for (const auto& step : outcome.steps) {
      json.begin_object();
      json.member("kind", name_of(step.kind));
      json.member("action", step.action);
      json.member("from", step.kind == StepKind::open ? std::string() : step.from_state);
      json.member("to", step.to_state);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return {std::string(case_event_kind), json.take()};
}

storage::FeedEvent effect_event(const Case& one, const Transition& transition, const Effect& effect) {
  return effect_of(one, transition.id, effect.hook, effect.text, one.version);
}

storage::FeedEvent telling_event(const Case& one, const Told& told) {
  JsonWriter with(128);
  with.begin_object();
  with.member("to", word_audience);
  with.member("version", one.process_version);
  with.member("state", told.state);
  with.member("at", static_cast<std::int64_t>(told.at));
  with.end_object();
  return effect_of(one, {}, "notice", with.take(), told.sequence);
}

storage::FeedEvent notice_event(const Case& one, const HubSays& said) {
  JsonWriter with(256);
  with.begin_object();
  with.member("to", said.to);
  with.member("region", said.region.to_string());
  with.key("text");
  with.begin_object();
  with.member("zh", render(said.message, said.arguments, Language::zh));
  with.member("en", render(said.message, said.arguments, Language::en));
  with.end_object();
  with.end_object();
  return effect_of(one, {}, "notice", with.take(), one.version);
}

}  // namespace jingwei::cases
