// The files of one folder that jingwei-compile reads, loaded once so that tests hand in text instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jingwei::tools {

struct SourceFile {
  std::string path;  // as errors tell it, relative to the source root
  std::string text;
};

struct FolderSources {
  std::string folder;                  // "modules/region"
  std::vector<SourceFile> messages;    // messages.yaml or none
  std::vector<SourceFile> api;         // api.yaml or none
  std::vector<SourceFile> sql;         // sql/*.sql by name
  std::vector<SourceFile> migrations;  // migrations/*.sql by name

  // The last part of the folder: the namespace under jingwei and the prefix of names.
  std::string_view module_name() const;
};

// Reads what stands in `folder` (relative to the working directory). Errors: not_found, unavailable.
Result<FolderSources> read_folder(const std::string& folder);

}  // namespace jingwei::tools
