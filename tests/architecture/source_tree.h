// The source tree as text, for the checks of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jingwei::architecture {

// One file of the tree that people write; `path` is relative to the source root.
struct TextFile {
  std::string path;
  std::string text;

  std::string_view name() const;    // "region_service.h"
  std::string_view ending() const;  // "h"; empty when there is none
  std::vector<std::string_view> lines() const;
};

// Every text file but what is built, installed or generated, by path. Read once.
const std::vector<TextFile>& source_tree();

// Files with one of these endings.
std::vector<const TextFile*> files_ending(std::initializer_list<std::string_view> endings);

// The part of the tree a file belongs to: "base", "modules/region", "app"; empty for files of the root.
std::string part_of(std::string_view path);

// Tests, fuzzers and what serves only them.
bool is_test_code(const TextFile& file);

}  // namespace jingwei::architecture
