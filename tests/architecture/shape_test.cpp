// Goal: files stay small and clean, modules are complete, and every message id in the code has its sentence.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "tests/architecture/source_tree.h"

namespace jingwei::architecture {
namespace {

constexpr std::size_t lines_most = 600;

std::vector<const TextFile*> written_code() {
  return files_ending({"h", "cpp", "sql", "yaml", "cmake", "ts", "vue", "css", "mjs"});
}

TEST(Shape, FilesStayBelowSixHundredLines) {
  for (const TextFile* file :
       files_ending({"h", "cpp", "sql", "yaml", "cmake", "ts", "vue", "css", "mjs", "md", "json"})) {
    EXPECT_LT(file->lines().size(), lines_most) << file->path;
  }
}

TEST(Shape, CodeHoldsNoTabs) {
  for (const TextFile* file : written_code())
    EXPECT_EQ(file->text.find('\t'), std::string::npos) << file->path;
}

TEST(Shape, NothingIsLeftForLaterAndNoTestIsDisabled) {
  // Written in two pieces, so that this file does not find itself.
  const std::vector<std::string> words = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "DISABLED"
      "_",
      ".skip"
      "(",
      "it.on"
      "ly("};
  for (const TextFile* file : written_code()) {
    for (const auto& word : words)
      EXPECT_EQ(file->text.find(word), std::string::npos) << file->path << " holds " << word;
  }
}

// In C++20 only the last temporary of a loop's range lives as long as the loop: a snapshot that a call hands
// out is held by name.
TEST(Shape, LoopsHoldTheSnapshotsTheyWalkThrough) {
  static const std::regex loose(
      R"(for \([^;\n]*: (\*[\w.>()-]+\(\)|[\w.>()-]*\b(list|view|shelf)\(\)->[\w()]+)\))");
  for (const TextFile* file : files_ending({"cpp", "h"})) {
    if (file->path.ends_with("_test.cpp")) continue;
    std::smatch found;
    EXPECT_FALSE(std::regex_search(file->text, found, loose)) << file->path << ": " << found.str();
  }
}

TEST(Shape, HeadersAreGuardedAndBeginWithTheirContract) {
  for (const TextFile* file : files_ending({"h"})) {
    EXPECT_TRUE(file->text.starts_with("// ")) << file->path << " should begin with what it is for";
    EXPECT_NE(file->text.find("#pragma once"), std::string::npos) << file->path;
  }
}

TEST(Shape, EveryModuleIsComplete) {
  std::set<std::string> paths, modules;
  for (const auto& file : source_tree()) {
    paths.insert(file.path);
    if (file.path.starts_with("modules/") && !part_of(file.path).empty()) modules.insert(part_of(file.path));
  }
  EXPECT_GE(modules.size(), 4u);
  for (const auto& module : modules) {
    const std::string name = module.substr(module.rfind('/') + 1);
    for (const std::string& wanted :
         {std::string("README.md"), std::string("CMakeLists.txt"), std::string("api.yaml"),
          std::string("messages.yaml"), name + "_service.h", name + "_routes.h"}) {
      EXPECT_TRUE(paths.contains(module + "/" + wanted)) << module << " lacks " << wanted;
    }
  }
}

// A city service is a folder of YAML: neither the program nor its pages know one by its name. Words that are
// modules of their own (notice) mean those.
TEST(Shape, NoCodeKnowsAPackageOrItsProcesses) {
  static const std::regex declares(R"((?:^|\n)  - id: ([a-z-]+))");
  std::set<std::string> names;
  std::set<std::string_view> modules;
  for (const TextFile& file : source_tree()) {
    if (part_of(file.path).starts_with("modules/"))
      modules.insert(std::string_view(file.path).substr(8, file.path.find('/', 8) - 8));
    if (!file.path.starts_with("scenarios/") || file.name() != "process.yaml") continue;
    names.insert(file.path.substr(10, file.path.find('/', 10) - 10));
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), declares), end; at != end; ++at)
      names.insert((*at)[1]);
  }
  ASSERT_GE(names.size(), 9U);
  for (const TextFile* file : files_ending({"h", "cpp", "ts", "vue"})) {
    if (is_test_code(*file)) continue;
    for (const auto& name : names) {
      if (modules.contains(name)) continue;
      for (const char quote : {'"', '\''})
        EXPECT_EQ(file->text.find(quote + name + quote), std::string::npos)
            << file->path << " knows " << name;
    }
  }
}

TEST(Shape, NoFileNamesAPackageServer) {
  const std::vector<std::string> servers = {
      "registry."
      "npmjs",
      "npm"
      "mirror",
      "registry."
      "yarnpkg",
      "deb."
      "debian.org",
      "security."
      "debian.org",
      "pypi."
      "org",
      "files."
      "pythonhosted"};
  for (const auto& file : source_tree()) {
    for (const auto& server : servers)
      EXPECT_EQ(file.text.find(server), std::string::npos) << file.path << " names " << server;
  }
}

// A path such as docs/formats/region-tree.md in any comment or page.
TEST(Shape, DocumentsThatAreNamedExist) {
  std::set<std::string> paths;
  for (const auto& file : source_tree()) paths.insert(file.path);
  const std::regex document(R"(docs/[a-z0-9/_-]+\.md)");
  std::size_t seen = 0;
  for (const auto& file : source_tree()) {
    for (auto at = std::sregex_iterator(file.text.begin(), file.text.end(), document);
         at != std::sregex_iterator(); ++at) {
      ++seen;
      EXPECT_TRUE(paths.contains(at->str())) << file.path << " names " << at->str();
    }
  }
  EXPECT_GT(seen, 10u);
}

// --- messages ---

std::set<std::string> declared_messages() {
  const std::regex entry(R"(^([a-z][a-z0-9_.]*):)");
  std::set<std::string> ids;
  for (const auto& file : source_tree()) {
    if (file.name() != "messages.yaml") continue;
    for (const auto line : file.lines()) {
      std::match_results<std::string_view::const_iterator> found;
      if (std::regex_search(line.begin(), line.end(), found, entry)) ids.insert(found[1].str());
    }
  }
  return ids;
}

// Ids handed to Error(…), to the CLI's sentences and to doctor's findings. One that ends in `_` or `.` is put
// together.
TEST(Shape, MessageIdsInTheCodeHaveASentence) {
  const std::set<std::string> ids = declared_messages();
  ASSERT_GT(ids.size(), 100u);
  const std::regex use(
      R"re((?:ErrorCode::\w+|Finding::State::\w+),\s*"([^"]+)"|(?:sentence|say)\((?:[\w.]+,\s*)?"([^"]+)")re");
  std::size_t seen = 0;
  for (const TextFile* file : files_ending({"h", "cpp"})) {
    // jingwei-compile speaks to developers and has no catalogue.
    if (is_test_code(*file) || file->path.starts_with("tools/")) continue;
    for (auto at = std::sregex_iterator(file->text.begin(), file->text.end(), use);
         at != std::sregex_iterator(); ++at) {
      const std::string id = (*at)[1].matched ? (*at)[1].str() : (*at)[2].str();
      ++seen;
      const bool prefix = id.ends_with('_') || id.ends_with('.');
      const auto next = ids.lower_bound(id);
      EXPECT_TRUE(prefix ? next != ids.end() && next->starts_with(id) : ids.contains(id))
          << file->path << ": no messages.yaml has " << id;
    }
  }
  EXPECT_GT(seen, 100u);
}

}  // namespace
}  // namespace jingwei::architecture
