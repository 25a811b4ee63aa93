// api.yaml → api.gen.h and api.gen.cpp: request structs, Operations and routes.
#pragma once

#include "tools/api_source.h"
#include "tools/message_source.h"

namespace jingwei::tools {

// `namespace jingwei::<module>::api`; `folder` is where the header is included from.
GeneratedPair generate_api(const ApiModule& module, const FolderSources& folder);

}  // namespace jingwei::tools
