// Goal: packages come whole from folders and zips, bounded in size, and a new one is sound as it stands.
#include "scenario/package.h"

#include <gtest/gtest.h>

#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/graph.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "schema/messages.gen.h"

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

}  // namespace
}  // namespace jingwei::scenario
