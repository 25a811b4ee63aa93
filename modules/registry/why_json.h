// How the reasons for a link look in JSON.
#pragma once

#include <string>

#include "base/messages.h"
#include "modules/registry/why.h"

namespace jingwei::registry {

// Values as the reader may see them. `reasons`: the reader may see merges, whose reasons are told then.
enum class Reasons : std::uint8_t { told, withheld };
std::string why_json(const Why& why, Reasons reasons, const region::Tree& tree, Language language);

}  // namespace jingwei::registry
