// Goal: the project's packages are sound, an author is told every mistake with its place and what was
// expected, and the JSON Schemas in the tree are what the shapes give now.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

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

// What a literal says, near enough to find words in it: \" is a quote, any other escape a blank.
std::string unescaped(std::string_view written) {
  std::string said;
  for (std::size_t at = 0; at < written.size(); ++at) {
    if (written[at] != '\\' || at + 1 == written.size()) {
      said += written[at];
    } else {
      said += written[++at] == '"' ? '"' : ' ';
    }
  }
  return said;
}

// The string literals of C++ text; comments hold none, and what is included is none.
std::vector<std::string> literals_of(const std::string& text) {
  std::vector<std::string> found;
  const auto here = [&](std::size_t at, std::string_view word) {
    return text.compare(at, word.size(), word) == 0;
  };
  const auto behind = [&](std::string_view word, std::size_t from) {
    const std::size_t at = text.find(word, from);
    return at == std::string::npos ? text.size() : at + word.size();
  };
  // Where the quoted text that begins at `at` ends.
  const auto closing = [&](std::size_t at) {
    const char quote = text[at++];
    while (at < text.size() && text[at] != quote && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
    return std::min(at, text.size());
  };
  for (std::size_t at = 0; at < text.size();) {
    if (here(at, "//") || here(at, "#include")) {
      at = behind("\n", at);
    } else if (here(at, "/*")) {
      at = behind("*/", at + 2);
    } else if (here(at, "R\"")) {
      const std::size_t open = std::min(text.find('(', at), text.size() - 1);
      const std::string close = ")" + text.substr(at + 2, open - at - 2) + "\"";
      const std::size_t end = behind(close, open);
      found.push_back(text.substr(open + 1, end - std::min(end, open + 1 + close.size())));
      at = end;
    } else if (text[at] == '"') {
      const std::size_t end = closing(at);
      found.push_back(unescaped(text.substr(at + 1, end - at - 1)));
      at = end + 1;
    } else if (text[at] == '\'' && (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0)) {
      at = closing(at) + 1;
    } else {
      ++at;  // also over the quotes between the digits of a number
    }
  }
  return found;
}

// Whether the word stands in it by itself: not as a part of a longer one, such as order-down in reorder-down.
bool names(std::string_view literal, std::string_view word) {
  const auto goes_on = [&](std::size_t at) {
    if (at >= literal.size()) return false;
    const char c = literal[at];
    return c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  for (std::size_t at = literal.find(word); at != std::string_view::npos; at = literal.find(word, at + 1)) {
    if ((at == 0 || !goes_on(at - 1)) && !goes_on(at + word.size())) return true;
  }
  return false;
}

// A word that a service and something else of the program are both called.
struct OtherMeaning {
  std::string word;
  std::string where;   // begins the file's path; empty: anywhere
  std::string within;  // part of the literal; empty: whatever it says
  std::string reason;
};
const std::vector<OtherMeaning> other_meanings = {
    {"notice", "modules/notice/", "", "the module that tells people was there first"},
    {"notice", "", "notice.", "permissions, messages and audit events of that module begin so"},
    {"notice", "app/cli/notice_command.cpp", "", "the command is called as its module"},
    {"notice", "app/case_notices.cpp", "", "the hook by which a step of a case tells somebody"},
    {"notice", "app/scenario_stage.cpp", "hook", "the same hook, counted in tests of packages"},
    {"notice", "modules/cases/", "", "the same hook, read and told"},
    {"notice", "modules/operations/doctor.cpp", "", "the doctor grades what it finds: fine, notice, wrong"},
};

TEST(Literals, AreFoundAndWordsInThem) {
  const std::string text = R"--(#include "x.h"
// "no"
f("a", '"', "say \"b\"\n", u8"c"); /* "no" */
auto raw = R"-(c"d)-"; int many = 1'000 + g("e", "");
)--";
  EXPECT_EQ(literals_of(text), (std::vector<std::string>{"a", "say \"b\" ", "c", "c\"d", "e", ""}));
  EXPECT_TRUE(names("complaint", "complaint"));
  EXPECT_TRUE(names("/processes/complaint/cases", "complaint"));
  EXPECT_TRUE(names("{\"process\":\"complaint\"}", "complaint"));
  EXPECT_TRUE(names("complaint.closed", "complaint"));
  EXPECT_FALSE(names("complaints", "complaint"));
  EXPECT_FALSE(names("complaint_days", "complaint"));
  EXPECT_FALSE(names("no-complaint", "complaint"));
  EXPECT_FALSE(names("household-visits", "household-visit"));
}

// The names of services are data: no line of the program may know one.
TEST_F(Packages, NoLineOfTheProgramKnowsAService) {
  std::set<std::string> services;
  for (const auto& package : own()) {
    if (!package.files.contains("process.yaml")) continue;
    services.insert(package.id);
    schema::YamlFaults ignored;
    const ParsedPackage parsed = parse(package, ignored);
    for (const auto& [file, key] :
         {std::pair("process.yaml", "processes"), std::pair("resources.yaml", "resources")}) {
      for (const auto& entry : parsed.list(file, key)) services.insert(entry.find("id")->scalar);
    }
  }
  EXPECT_TRUE(services.contains("notice"));
  std::size_t files = 0;
  std::set<const OtherMeaning*> used;
  const auto is_other = [&](const std::string& word, const std::string& path, const std::string& literal) {
    bool other = false;
    for (const auto& one : other_meanings) {
      if (one.word != word || !path.starts_with(one.where) || literal.find(one.within) == std::string::npos)
        continue;
      used.insert(&one);
      other = true;
    }
    return other;
  };
  for (const char* folder : {"access", "app", "base", "crypto", "engines", "http", "modules", "scenario",
                             "schema", "sim", "storage"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string ending = entry.path().extension().string(), name = entry.path().filename().string();
      if ((ending != ".cpp" && ending != ".h") || name.find("_test.") != std::string::npos ||
          name.find("_testing.") != std::string::npos)
        continue;
      ++files;
      const std::string path = fs::relative(entry.path(), root).string();
      for (const auto& literal : literals_of(read(entry.path()))) {
        for (const auto& service : services) {
          if (names(literal, service) && !is_other(service, path, literal))
            ADD_FAILURE() << path << " knows " << service << ": \"" << literal << '"';
        }
      }
    }
  }
  EXPECT_GT(files, 300U);
  for (const auto& one : other_meanings)
    EXPECT_TRUE(used.contains(&one)) << one.where << ' ' << one.within << " is no exception any more";
}

}  // namespace
}  // namespace jingwei::scenario
