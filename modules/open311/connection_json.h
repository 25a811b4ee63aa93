// How connections and links look in JSON. Keys never stand in it.
#pragma once

#include "base/json.h"
#include "base/messages.h"
#include "modules/open311/open311_service.h"

namespace jingwei::open311 {

void write_connection(JsonWriter& json, const ConnectionView& view, Language language);
std::string connection_json(const ConnectionView& view, Language language);
void write_link(JsonWriter& json, const Link& link, Language language);
std::string trial_json(const std::vector<FoundService>& services);

}  // namespace jingwei::open311
