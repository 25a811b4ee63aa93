#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace jingwei::architecture {

namespace {

namespace fs = std::filesystem;

// Folders that nobody writes by hand, and what belongs to no file of the tree.
constexpr std::array<std::string_view, 6> skipped_folders = {".git",         "build", "data",
                                                             "node_modules", "dist",  "images"};
// Generated files that are kept in the tree; freshness_test.cpp looks at them.
constexpr std::array<std::string_view, 3> generated_files = {"docs/api/openapi.json", "web/shared/api.d.ts",
                                                             "web/package-lock.json"};

template <typename List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<TextFile> read_tree() {
  const fs::path root = JINGWEI_SOURCE_DIR;
  std::vector<TextFile> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory()) {
      if (holds(skipped_folders, name)) at.disable_recursion_pending();
      continue;
    }
    const std::string path = fs::relative(at->path(), root).string();
    if (!at->is_regular_file() || holds(generated_files, path)) continue;
    std::ifstream in(at->path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.find('\0') == std::string::npos) files.push_back({path, std::move(text)});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace

std::string_view TextFile::name() const {
  const std::string_view whole = path;
  return whole.substr(whole.rfind('/') + 1);
}

std::string_view TextFile::ending() const {
  const std::size_t dot = name().rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name().substr(dot + 1);
}

std::vector<std::string_view> TextFile::lines() const {
  std::vector<std::string_view> all;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    all.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

const std::vector<TextFile>& source_tree() {
  static const std::vector<TextFile> tree = read_tree();
  return tree;
}

std::vector<const TextFile*> files_ending(std::initializer_list<std::string_view> endings) {
  std::vector<const TextFile*> found;
  for (const auto& file : source_tree()) {
    if (holds(endings, file.ending())) found.push_back(&file);
  }
  return found;
}

std::string part_of(std::string_view path) {
  std::size_t end = path.find('/');
  if (end == std::string_view::npos) return "";
  if (path.substr(0, end) == "modules") {
    const std::size_t next = path.find('/', end + 1);
    if (next == std::string_view::npos) return "";
    end = next;
  }
  return std::string(path.substr(0, end));
}

bool is_test_code(const TextFile& file) {
  const std::string_view name = file.name();
  return file.path.starts_with("tests/") || file.path.starts_with("bench/") ||
         file.path.find("/faulty/") != std::string::npos || name.find("_test.") != std::string_view::npos ||
         name.find("_fuzz.") != std::string_view::npos || name.find("_suite.") != std::string_view::npos ||
         name.find("_testing.") != std::string_view::npos || name.starts_with("test_") ||
         name.starts_with("crash_");
}

}  // namespace jingwei::architecture
