#include "modules/purpose/rules.h"

#include <algorithm>

namespace jingwei::purpose {

namespace {

bool holds(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool past_last_day(const Purpose& purpose, Instant at, const Zone& zone) {
  return purpose.state == PurposeState::ended || (purpose.ends && zone.day_of(at) > *purpose.ends);
}

bool emergency_stands(const Purpose& purpose, Instant at, std::span<const Emergency> emergencies) {
  return std::any_of(emergencies.begin(), emergencies.end(),
                     [&](const Emergency& one) { return one.stands(at) && one.opens(purpose.id); });
}

bool serves(const Purpose& purpose, const catalog::Resource& resource) {
  return holds(resource.purposes, purpose.id) &&
         (purpose.resources.empty() || holds(purpose.resources, resource.id));
}

}  // namespace

std::string_view name_of(PurposeState state) {
  return state == PurposeState::active ? "active" : "ended";
}

std::string_view name_of(EmergencyState state) {
  return state == EmergencyState::standing ? "standing" : "ended";
}

std::string_view name_of(Shut reason) {
  constexpr std::string_view names[] = {"not_begun",      "ended",       "no_emergency",
                                        "other_resource", "other_class", "lapsed"};
  return names[static_cast<int>(reason)];
}

bool Emergency::opens(std::string_view purpose) const {
  return holds(purposes, purpose);
}

Opening is_open(const Purpose& purpose, const catalog::Resource& resource, catalog::Personal personal,
                Instant at, std::span<const Emergency> emergencies, const Zone& zone) {
  Opening opening;
  const auto shut = [&](Shut reason) { opening.reasons.push_back(reason); };
  if (zone.day_of(at) < purpose.starts) shut(Shut::not_begun);
  if (past_last_day(purpose, at, zone)) shut(Shut::ended);
  if (purpose.review_by && zone.day_of(at) > *purpose.review_by) shut(Shut::lapsed);
  if (purpose.emergency_only && !emergency_stands(purpose, at, emergencies)) shut(Shut::no_emergency);
  if (!serves(purpose, resource)) shut(Shut::other_resource);
  const auto& classes = purpose.classes;
  if (personal != catalog::Personal::none &&
      std::find(classes.begin(), classes.end(), personal) == classes.end())
    shut(Shut::other_class);
  return opening;
}

bool is_over(const Purpose& purpose, Instant at, std::span<const Emergency> emergencies, const Zone& zone) {
  if (past_last_day(purpose, at, zone)) return true;
  if (!purpose.emergency_only || emergency_stands(purpose, at, emergencies)) return false;
  return std::any_of(emergencies.begin(), emergencies.end(),
                     [&](const Emergency& one) { return one.opens(purpose.id); });
}

bool is_over(const catalog::Resource& resource, std::span<const Purpose> purposes, Instant at,
             std::span<const Emergency> emergencies, const Zone& zone) {
  bool served = false;
  for (const auto& named : resource.purposes) {
    const auto known =
        std::find_if(purposes.begin(), purposes.end(), [&](const Purpose& one) { return one.id == named; });
    if (known == purposes.end()) return false;
    if (!serves(*known, resource)) continue;
    if (!is_over(*known, at, emergencies, zone)) return false;
    served = true;
  }
  return served;
}

}  // namespace jingwei::purpose
