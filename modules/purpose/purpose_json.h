// What the module answers, as JSON (api.yaml).
#pragma once

#include "base/json.h"
#include "modules/purpose/purpose_service.h"

namespace jingwei::purpose {

// Names things stand under; made for one answer.
struct Told {
  const View& view;
  const catalog::Catalog& catalog;
  const region::Tree& tree;
  const Zone& zone;
  Instant now;
  Language language;
};

std::string purposes_json(const Told& told);
std::string purpose_json(const Purpose& purpose, const std::vector<Step>& steps, const Told& told);
std::string emergencies_json(const Told& told);
std::string emergency_json(const Emergency& emergency, const std::vector<Step>& steps,
                           const std::vector<Destruction>& destructions, const Told& told);
std::string forecast_json(const Forecast& forecast, const Told& told);
std::string destruction_json(const Destruction& destruction, const Told& told);
// `more`: another page follows.
std::string destructions_json(const std::vector<Destruction>& all, bool more, const Told& told);
std::string sealed_json(const std::vector<SealedResource>& all, const Told& told);
// One request without its words.
std::string one_rights_json(const RightsRequest& one, const Told& told);
// `in_case`: the case in which it is worked on, where there is one.
std::string rights_json(const RightsRequest& request, const std::vector<Step>& steps,
                        const std::optional<std::string>& in_case, const Told& told);
std::string wards_json(const std::vector<Ward>& wards);
std::string rights_page_json(const std::vector<RightsRequest>& all, const OpenRights& open, bool more,
                             const Told& told);

}  // namespace jingwei::purpose
