#include "tools/sources.h"

#include <algorithm>
#include <filesystem>

#include "tools/emit.h"

namespace jingwei::tools {

namespace fs = std::filesystem;

namespace {

Result<std::vector<SourceFile>> read_all(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (auto& path : paths) {
    JW_ASSIGN(std::string text, read_source(path));
    files.push_back(SourceFile{std::move(path), std::move(text)});
  }
  return files;
}

std::vector<std::string> sql_files(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    if (entry.path().extension() == ".sql") paths.push_back(entry.path().generic_string());
  }
  return paths;
}

std::vector<std::string> when_present(const fs::path& file) {
  std::error_code fault;
  return fs::exists(file, fault) ? std::vector<std::string>{file.generic_string()}
                                 : std::vector<std::string>{};
}

}  // namespace

std::string_view FolderSources::module_name() const {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string::npos ? std::string_view(folder) : std::string_view(folder).substr(slash + 1);
}

Result<FolderSources> read_folder(const std::string& folder) {
  FolderSources sources;
  sources.folder = folder;
  while (sources.folder.ends_with('/')) sources.folder.pop_back();
  const fs::path root(sources.folder);
  JW_ASSIGN(sources.messages, read_all(when_present(root / "messages.yaml")));
  JW_ASSIGN(sources.api, read_all(when_present(root / "api.yaml")));
  JW_ASSIGN(sources.sql, read_all(sql_files(root / "sql")));
  JW_ASSIGN(sources.migrations, read_all(sql_files(root / "migrations")));
  return sources;
}

}  // namespace jingwei::tools
