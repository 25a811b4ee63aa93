// Scores and objections as JSON.
#pragma once

#include "base/json.h"
#include "base/messages.h"
#include "modules/quality/quality_service.h"

namespace jingwei::quality {

void write_standing(JsonWriter& json, const Standing& standing, Language language);
std::string board_json(const Board& board, const OpenObjections& open, Language language);

// Without its words.
void write_objection(JsonWriter& json, const Objection& objection, const catalog::Catalog& catalog,
                     Instant now, Language language);
std::string objection_json(const Objection& objection, const std::vector<catalog::StepTaken>& steps,
                           const catalog::Catalog& catalog, Instant now, Language language);

}  // namespace jingwei::quality
