// Goal: generated files that are kept in the tree are what their sources give now (`./dev api` writes them
// anew).
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/architecture/source_tree.h"
#include "tools/openapi.h"

namespace jingwei::architecture {
namespace {

namespace fs = std::filesystem;

const fs::path root = JINGWEI_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The api.yaml files as `./dev api` names them: modules by name, then scenario, then app.
std::string openapi_now(tools::Problems& problems) {
  std::vector<std::unique_ptr<tools::ApiModule>> modules;
  const auto add = [&](const TextFile& file) {
    modules.push_back(tools::read_api({file.path, file.text}, problems));
  };
  for (const auto& file : source_tree()) {
    if (file.path.starts_with("modules/") && file.name() == "api.yaml") add(file);
  }
  for (const auto& file : source_tree()) {
    if (file.path == "scenario/api.yaml") add(file);
  }
  for (const auto& file : source_tree()) {
    if (file.path == "app/api.yaml") add(file);
  }
  tools::settle_together(modules, problems);
  return problems.empty() ? tools::generate_openapi(modules) : std::string();
}

TEST(Freshness, TheOpenApiDocumentIsWhatTheModulesDeclare) {
  tools::Problems problems;
  const std::string now = openapi_now(problems);
  ASSERT_TRUE(problems.empty()) << problems.to_text();
  // Compared as a whole but not printed: it is long.
  EXPECT_TRUE(read(root / "docs/api/openapi.json") == now) << "docs/api/openapi.json is stale: run ./dev api";
}

TEST(Freshness, TheTypeScriptClientIsWhatTheOpenApiDocumentGives) {
  const fs::path generator = root / "web/node_modules/.bin/openapi-typescript";
  if (!fs::exists(generator)) GTEST_SKIP() << "web/node_modules is not installed (./dev deps)";
  const fs::path made =
      fs::temp_directory_path() / ("jingwei-client-" + std::to_string(::getpid()) + ".d.ts");
  const std::string command = "cd '" + (root / "web").string() +
                              "' && node_modules/.bin/openapi-typescript ../docs/api/openapi.json -o '" +
                              made.string() + "' >/dev/null 2>&1";
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
  ASSERT_EQ(status, 0) << command;
  const bool same = read(made) == read(root / "web/shared/api.d.ts");
  fs::remove(made);
  EXPECT_TRUE(same) << "web/shared/api.d.ts is stale: run ./dev api";
}

TEST(Freshness, TheLockFileNamesNoServer) {
  const std::string lock = read(root / "web/package-lock.json");
  EXPECT_FALSE(lock.empty());
  EXPECT_EQ(lock.find("\"resolved\""), std::string::npos)
      << "web/.npmrc keeps addresses out of the lock file";
}

}  // namespace
}  // namespace jingwei::architecture
