// messages.yaml → the catalogue of a folder (base/messages.h).
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/messages.h"
#include "tools/problems.h"
#include "tools/sources.h"

namespace jingwei::tools {

struct MessageSource {
  std::string id;  // "region.not_found"
  std::string zh;
  std::string en;
};

// Reads and checks: both languages, the same {placeholders} in both, ids in lower_case with dots.
std::vector<MessageSource> read_messages(const SourceFile& file, Problems& problems);

struct GeneratedPair {
  std::string header;
  std::string source;
};

// messages.gen.h and messages.gen.cpp: `namespace jingwei::<module> { void register_messages(); }`.
GeneratedPair generate_messages(const FolderSources& folder, Problems& problems);

}  // namespace jingwei::tools
