// Goal: the project's packages are sound, an author is told every mistake with its place and what was
// expected, and the JSON Schemas in the tree are what the shapes give now.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "app/modules.h"
#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/shape.h"
#include "scenario/shape_schema.h"

namespace jingwei::scenario {
namespace {

namespace fs = std::filesystem;

const fs::path root = JINGWEI_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class Packages : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { app::register_all_messages(); }

  static std::vector<Package> own() {
    auto packages = read_packages(real_file_system(), (root / "scenarios").string());
    EXPECT_TRUE(packages.ok());
    return packages ? std::move(*packages) : std::vector<Package>();
  }

  // What the author of a package is told, a line for each fault.
  static std::string told(const fs::path& folder, Language language) {
    auto package = read_package(real_file_system(), folder.string(), folder.filename().string());
    if (!package) return render(package.error(), language) + "\n";
    auto beside = own();
    const std::string id = package->id;
    beside.push_back(std::move(*package));
    std::string lines;
    for (const auto& fault : Shelf(std::move(beside)).check(id)) lines += render(fault, language) + "\n";
    return lines;
  }
};

TEST_F(Packages, OfTheProjectAreSound) {
  auto packages = own();
  ASSERT_GE(packages.size(), 3U);
  std::vector<std::string> ids;
  for (const auto& package : packages) ids.push_back(package.id);
  const Shelf shelf(std::move(packages));
  for (const auto& id : ids) {
    for (const auto& fault : shelf.check(id)) ADD_FAILURE() << render(fault, Language::en);
  }
}

// Each broken package holds expected.txt: what its author is told, line for line. JINGWEI_WRITE_EXPECTED
// writes them anew, for reading.
TEST_F(Packages, BrokenOnesAreToldWhatIsWrongAndWhere) {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(root / "tests/scenario/broken")) {
    ++seen;
    const std::string lines = told(entry.path(), Language::en);
    if (std::getenv("JINGWEI_WRITE_EXPECTED") != nullptr)  // NOLINT(concurrency-mt-unsafe)
      std::ofstream(entry.path() / "expected.txt", std::ios::binary) << lines;
    EXPECT_FALSE(lines.empty()) << entry.path();
    EXPECT_EQ(lines, read(entry.path() / "expected.txt")) << entry.path();
    // The Chinese sentence says the same place.
    const std::string place = lines.substr(0, lines.find(": "));
    EXPECT_EQ(told(entry.path(), Language::zh).substr(0, place.size()), place) << entry.path();
  }
  EXPECT_GE(seen, 20U);
}

TEST_F(Packages, SchemasForEditorsAreFresh) {
  const Shapes& shapes = Shapes::built_in();
  for (const auto& file : shapes.files()) {
    const fs::path path = root / "scenario/schema" / schema_name(file);
    EXPECT_TRUE(read(path) == json_schema_of(shapes, file))
        << path << " is stale: run build/release/bin/jingwei scenario schema scenario/schema";
  }
}

// Lines that hold a service's name as the ordinary word it is, each with its reason.
const std::map<std::string, std::string> ordinary_words = {
    {"modules/operations/doctor.cpp", "the doctor grades what it finds: notice, warning, fault"},
};

// The names of services are data: no line of the program may know one.
TEST_F(Packages, NoLineOfTheProgramKnowsAService) {
  std::vector<std::string> names;
  for (const auto& package : own()) {
    if (!package.files.contains("process.yaml")) continue;
    // A package may bear the name of a kernel module, whose own word it then is.
    if (!fs::exists(root / "modules" / package.id)) names.push_back(package.id);
    schema::YamlFaults ignored;
    const ParsedPackage parsed = parse(package, ignored);
    for (const auto& [file, key] :
         {std::pair("process.yaml", "processes"), std::pair("resources.yaml", "resources")}) {
      for (const auto& entry : parsed.list(file, key)) {
        const std::string& id = entry.find("id")->scalar;
        if (!fs::exists(root / "modules" / id)) names.push_back(id);
      }
    }
  }
  std::size_t files = 0;
  for (const char* folder : {"access", "app", "base", "crypto", "engines", "http", "modules", "scenario",
                             "schema", "sim", "storage"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string ending = entry.path().extension().string(), name = entry.path().filename().string();
      if ((ending != ".cpp" && ending != ".h") || name.find("_test.") != std::string::npos ||
          name.find("_testing.") != std::string::npos)
        continue;
      ++files;
      if (ordinary_words.contains(fs::relative(entry.path(), root).string())) continue;
      const std::string text = read(entry.path());
      for (const auto& service : names) {
        EXPECT_EQ(text.find("\"" + service + "\""), std::string::npos)
            << entry.path() << " knows " << service;
      }
    }
  }
  EXPECT_GT(files, 300U);
}

}  // namespace
}  // namespace jingwei::scenario
