// Goal: packages come whole from folders and zips, bounded in size, and a new one is sound as it stands.
#include "scenario/package.h"

#include <gtest/gtest.h>

#include <regex>

#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/graph.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "scenario/test_run.h"
#include "schema/messages.gen.h"
#include "storage/temporary_folder.h"
#include "tests/support/backends.h"

namespace jingwei::scenario {
namespace {

Package made(const std::string& id) {
  schema::register_messages();
  register_messages();
  Package package;
  package.id = id;
  package.place = id;
  auto files = new_package(id);
  EXPECT_TRUE(files.ok());
  for (auto& [name, text] : *files) {
    if (!name.starts_with(".schema/")) package.files.emplace(name, std::move(text));
  }
  return package;
}

TEST(NewPackage, IsSoundAsItStands) {
  for (const char* id : {"street-lamp", "x", "a1-b2-c3-d4-e5-f6-g7-h8"}) {
    std::vector<Package> shelf;
    shelf.push_back(made(id));
    for (const auto& fault : Shelf(std::move(shelf)).check(id)) ADD_FAILURE() << render(fault, Language::en);
  }
  EXPECT_FALSE(new_package("Street Lamp").ok());
  EXPECT_FALSE(new_package("").ok());
  EXPECT_FALSE(new_package("../x").ok());
}

TEST(Package, ComesBackFromItsZipAndFromWhatIsKept) {
  const Package package = made("street-lamp");
  const auto zip = zipped(package);
  ASSERT_TRUE(zip.ok());
  const auto again = read_zip(*zip);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->id, "street-lamp");
  EXPECT_EQ(again->files, package.files);
  const auto kept = unpacked(packed(package));
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->files, package.files);
  EXPECT_EQ(kept->digest(), package.digest());
}

TEST(Package, PicturesComeAlongByteForByte) {
  Package package = made("street-lamp");
  package.files["pictures/lamp.png"] = std::string("\x89PNG\0\xFF\n 7\n", 11);
  const auto zip = zipped(package);
  ASSERT_TRUE(zip.ok());
  const auto again = read_zip(*zip);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->id, "street-lamp");
  EXPECT_EQ(again->files, package.files);
  const std::string text = packed(package);
  EXPECT_EQ(text.find('\0'), std::string::npos) << "it is kept as text";
  const auto kept = unpacked(text);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->files, package.files);
  Package other = package;
  other.files["pictures/lamp.png"] += 'x';
  EXPECT_NE(other.digest(), package.digest());
  EXPECT_FALSE(unpacked("x\npictures/a.png 3\nabc\n").ok());
  EXPECT_FALSE(unpacked("x\npictures/a.png 2\nxy\n").ok());
}

TEST(Package, PicturesAreReadFromTheirFolderWithinTheirLimits) {
  const storage::TemporaryFolder folder;
  const std::string place = folder.path() + "/street-lamp";
  jingwei::testing::must(real_file_system().make_folders(place + "/pictures"));
  const Package package = made("street-lamp");
  for (const auto& [name, text] : package.files)
    jingwei::testing::must(write_text_durably(real_file_system(), place + "/" + name, text));
  for (const char* name : {"lamp.png", "pole.jpg", "notes.txt", "Loud.PNG"})
    jingwei::testing::must(write_text_durably(real_file_system(), place + "/pictures/" + name, "bytes"));
  const auto read = read_package(real_file_system(), place);
  ASSERT_TRUE(read.ok()) << render(read.error(), Language::en);
  EXPECT_EQ(read->files.size(), package.files.size() + 2);
  EXPECT_EQ(read->files.at("pictures/lamp.png"), "bytes");
  jingwei::testing::must(write_text_durably(real_file_system(), place + "/pictures/large.png",
                                            std::string(picture_bytes_most + 1, 'x')));
  EXPECT_EQ(read_package(real_file_system(), place).error().code, ErrorCode::too_large);
}

TEST(Package, BrokenZipsAndKeptTextsAreRefused) {
  EXPECT_FALSE(read_zip("").ok());
  EXPECT_FALSE(read_zip("PK not a zip").ok());
  const auto zip = zipped(made("street-lamp"));
  ASSERT_TRUE(zip.ok());
  EXPECT_FALSE(read_zip(zip->substr(0, zip->size() / 2)).ok());
  EXPECT_FALSE(unpacked("x").ok());
  EXPECT_FALSE(unpacked("x\nscenario.yaml 99\nshort\n").ok());
  EXPECT_FALSE(unpacked("x\nscenario.yaml many\nshort\n").ok());
}

TEST(Package, AStrayYamlFileIsAMistakeAndAReadmeIsNot) {
  Package package = made("street-lamp");
  package.files.emplace("README.md", "words");
  auto zip = zipped(package);
  ASSERT_TRUE(zip.ok());
  ASSERT_TRUE(read_zip(*zip).ok());
  EXPECT_FALSE(read_zip(*zip)->files.contains("README.md"));
  package.files.emplace("proces.yaml", "processes: []");
  zip = zipped(package);
  const auto refused = read_zip(*zip);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(render(refused.error(), Language::en),
            "street-lamp/proces.yaml:1:1: a package has no file `proces.yaml`; did you mean `process.yaml`?");
}

TEST(Shelf, TwoPackagesCannotDeclareOneThing) {
  Package first = made("street-lamp"), second = made("street-lamp-two");
  auto& text = second.files["resources.yaml"];
  text.replace(text.find("street-lamp-two-form"), 20, "street-lamp-form");
  std::vector<Package> both;
  both.push_back(std::move(first));
  both.push_back(std::move(second));
  const auto faults = Shelf(std::move(both)).check("street-lamp-two");
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults.front().message, "scenario.doubled") << render(faults.front(), Language::en);
}

TEST(Tests, OnlyThoseWithTheWordsInTheirNameArePlayed) {
  std::vector<Package> shelf;
  shelf.push_back(made("street-lamp"));
  shelf.front().files["tests.yaml"] +=
      "  - name: {zh: 退回重做, en: Sent back}\n    given: {now: 2020-03-10T09:00}\n    steps:\n"
      "      - when: {advance: 1h}\n";
  const Shelf one(std::move(shelf));
  const auto played = [&](const std::string& only) {
    // No stage is made here: that is a failure of each test, which is told by its name.
    std::string names;
    const auto none = [](const std::string&) -> Result<std::unique_ptr<Stage>> {
      return Error(ErrorCode::unavailable, "file.fault");
    };
    for (const auto& outcome : run_tests(one, "street-lamp", none, only)) names += outcome.name.en + "; ";
    return names;
  };
  EXPECT_EQ(played(""), "From report to closing; Sent back; ");
  EXPECT_EQ(played("SENT"), "Sent back; ");
  EXPECT_EQ(played("上报"), "From report to closing; ");
  EXPECT_EQ(played("nothing of the kind"), "");
}

TEST(Graph, DrawsStatesAndWhoMovesThem) {
  std::vector<Package> shelf;
  shelf.push_back(made("street-lamp"));
  const Shelf one(std::move(shelf));
  const Graph graph =
      graph_of(one.packages().front().list("process.yaml", "processes").front(), Language::en);
  EXPECT_EQ(graph.states.size(), 3U);
  EXPECT_EQ(graph.arrows.size(), 3U);
  EXPECT_NE(draw(graph, GraphForm::text).find("── handle (Handled) · community-staff → done"),
            std::string::npos);
  EXPECT_NE(draw(graph, GraphForm::dot).find("\"open\" -> \"done\" [label=\"Handled\"]"), std::string::npos);
  EXPECT_NE(draw(graph, GraphForm::mermaid).find("open --> done: Handled"), std::string::npos);
  const std::string svg = draw(graph, GraphForm::svg);
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
  EXPECT_NE(svg.find(">To be checked<"), std::string::npos);
}

constexpr std::string_view nested = R"(
id: nested
title: {zh: 嵌套, en: Nested}
initial: open
states:
  - {id: open, title: {zh: 待办, en: Open}}
  - id: handling
    title: {zh: 处置, en: Handling}
    initial: at-work
    states:
      - {id: at-work, title: {zh: 处置中, en: At work}}
      - {id: paused, title: {zh: 挂账, en: Paused}}
  - {id: closed, title: {zh: 已结, en: Closed}, final: true}
transitions:
  - {id: take, title: {zh: 接单, en: Take}, from: open, to: handling, by: [worker]}
  - {id: pause, title: {zh: 挂账, en: Pause}, from: at-work, to: paused, by: [worker]}
  - {id: resume, title: {zh: 恢复, en: Resume}, from: paused, to: back, by: [worker]}
  - {id: close, title: {zh: 结案, en: Close}, from: at-work, to: closed, by: [worker]}
  - {id: reopen, title: {zh: 重开, en: Reopen}, from: closed, to: at-work, by: [worker]}
  - {id: note, title: {zh: 备注, en: Note}, from: open, to: open, by: [worker]}
)";

TEST(Graph, StatesThatHoldOthersAreDrawnRoundThem) {
  const auto process = schema::parse_yaml(nested, "process.yaml");
  ASSERT_TRUE(process.ok());
  const Graph graph = graph_of(*process, Language::en);
  EXPECT_EQ(draw(graph, GraphForm::mermaid), R"(stateDiagram-v2
  state "Open" as open
  [*] --> open
  state "Handling" as handling {
    state "At work" as at_work
    [*] --> at_work
    state "Paused" as paused
    at_work --> paused: Pause
  }
  state "Closed" as closed
  closed --> [*]
  open --> handling: Take
  paused --> back: Resume
  at_work --> closed: Close
  closed --> at_work: Reopen
  open --> open: Note
)");
  const std::string svg = draw(graph, GraphForm::svg);
  static const std::regex rectangle(R"re(<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)")re");
  struct Area {
    int left, top, right, bottom;
    bool holds(const Area& other) const {
      return left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom;
    }
    bool meets(const Area& other) const {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
  };
  std::vector<Area> areas;  // in the order of the states
  for (std::sregex_iterator at(svg.begin(), svg.end(), rectangle), end; at != end; ++at) {
    const int x = std::stoi((*at)[1]), y = std::stoi((*at)[2]);
    areas.push_back({x, y, x + std::stoi((*at)[3]), y + std::stoi((*at)[4])});
  }
  ASSERT_EQ(areas.size(), 5U) << svg;
  const Area &open = areas[0], &handling = areas[1], &at_work = areas[2], &paused = areas[3],
             &closed = areas[4];
  EXPECT_TRUE(handling.holds(at_work) && handling.holds(paused)) << svg;
  EXPECT_FALSE(at_work.meets(paused) || open.meets(handling) || closed.meets(handling) || open.meets(closed))
      << svg;
  EXPECT_LT(open.bottom, handling.top);
  EXPECT_LT(handling.bottom, closed.top);
  EXPECT_NE(svg.find(">Handling<"), std::string::npos);
  EXPECT_NE(svg.find(">Resume<"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::scenario
