// How sources and their runs look in JSON. Secrets never stand in it.
#pragma once

#include "base/json.h"
#include "base/messages.h"
#include "modules/source/source_service.h"

namespace jingwei::source {

void write_source(JsonWriter& json, const SourceView& view, const SourceParts& parts, Language language);
std::string source_json(const SourceView& view, const SourceParts& parts, Language language);
void write_run(JsonWriter& json, const Run& run, Language language);
std::string asking_json(const AskingView& view, Language language);
std::string answer_json(const Answer& answer, Language language);
std::string trial_json(const Trial& trial);

}  // namespace jingwei::source
