#include "storage/matter.h"

#include "base/json.h"

namespace jingwei::storage {

FeedEvent event_of(const MatterStep& step) {
  JsonWriter json;
  json.begin_object();
  json.member("matter", step.matter);
  json.member("thing", step.thing);
  json.member("step", step.step);
  json.member("actor", step.actor);
  json.member("region", step.region);
  json.member("case", step.in_case);
  json.key("facts");
  json.begin_object();
  for (const auto& [name, text] : step.facts) json.member(name, text);
  json.end_object();
  json.end_object();
  return {std::string(matter_event_kind), json.take()};
}

}  // namespace jingwei::storage
