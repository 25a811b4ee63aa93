// Goal: `jingwei link` reads what analysts have, writes what the format says, and tells faults by file, line
// and what was expected.
#include "app/cli/link_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/cli/link_page.h"
#include "app/modules.h"
#include "base/messages.h"
#include "storage/temporary_folder.h"
#include "tests/support/made_people.h"

namespace jingwei::app::cli {
namespace {

class LinkFiles : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() + "/" + name, std::ios::binary) << text;
    return folder_.path() + "/" + name;
  }
  std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static LinkConfig config(const std::string& text) {
    auto config = parse_link_config(text, "link.yaml");
    EXPECT_TRUE(config) << config.error().to_log();
    return std::move(*config);
  }
  static std::string fault(const std::string& text) {
    const auto config = parse_link_config(text, "link.yaml");
    EXPECT_FALSE(config);
    return config ? "" : render(config.error(), Language::en);
  }

  storage::TemporaryFolder folder_;
};

TEST_F(LinkFiles, TheShortestConfigIsEnough) {
  const auto read = config("id: rec_id\nfields: { given_name: given_name, dob: date }\n");
  EXPECT_EQ(read.id, "rec_id");
  ASSERT_EQ(read.columns.size(), 2U);
  EXPECT_EQ(read.columns[1].left, "dob");
  EXPECT_EQ(read.columns[1].right, "dob");
  EXPECT_EQ(read.columns[1].type, linkage::FieldType::date);
  EXPECT_FALSE(read.threshold);
}

TEST_F(LinkFiles, TwoFilesMayNameTheirColumnsDifferently) {
  const auto read = config(
      "id: a\nright_id: b\nseed: 7\nthreshold: 0.9\nfields:\n  name: {type: full_name, right: 姓名}\n");
  EXPECT_EQ(read.right_id, "b");
  EXPECT_EQ(read.columns[0].right, "姓名");
  EXPECT_EQ(read.seed, 7U);
  EXPECT_EQ(read.threshold, 0.9);
}

TEST_F(LinkFiles, FaultsOfTheConfigNameFileLineAndWhatWasExpected) {
  EXPECT_EQ(fault("id: a\nfields:\n  x: date\n  y: dat\n"),
            "link.yaml:4:6: column `y` has the unknown type `dat`; expected one of given_name, surname, "
            "full_name, date, identifier, "
            "phone, email, street, locality, address, postcode, number, category, text");
  EXPECT_NE(fault("id: a\nfield: {x: date}\n").find("link.yaml:"), std::string::npos);
  EXPECT_NE(fault("fields: []\n").find("link.yaml:1"), std::string::npos);
  EXPECT_NE(fault("fields: {a: date}\nthreshold: 2\n").find("link.yaml:2"), std::string::npos);
  EXPECT_NE(fault("id: a\nfields: {a: date}\n").find("link.yaml:2"), std::string::npos);
  std::string many = "fields:\n";
  for (int at = 0; at < 20; ++at) many += "  f" + std::to_string(at) + ": text\n";
  EXPECT_NE(fault(many).find("at most 16"), std::string::npos);
  EXPECT_NE(fault("fields: {a: [1, 2}").find("link.yaml:1"), std::string::npos);
}

TEST_F(LinkFiles, AMissingColumnNamesTheLineTheFileAndItsColumns) {
  const auto path = write("a.csv", "no, name\n1,x\n");
  const auto input = read_link_input(real_file_system(),
                                     config("id: no\nfields:\n  name: full_name\n  dob: date\n"), path, "");
  ASSERT_FALSE(input);
  EXPECT_EQ(render(input.error(), Language::en),
            "link.yaml:4: " + path + " has no column `dob`; its columns are: no, name");
  EXPECT_FALSE(read_link_input(real_file_system(), config("fields: {name: full_name}\n"),
                               folder_.path() + "/none.csv", ""));
}

TEST_F(LinkFiles, RowsThatCannotBeReadArePassedOverAndCounted) {
  const auto path = write("a.csv", "no,name\n1,王伟\n2\n3,李芳\n");
  const auto input =
      read_link_input(real_file_system(), config("id: no\nfields: {name: full_name}\n"), path, "");
  ASSERT_TRUE(input);
  EXPECT_EQ(input->records->size(), 2U);
  EXPECT_EQ(input->unreadable, 1U);
  EXPECT_EQ(input->first_unreadable_line, 3U);
}

// Two files of made people, linked; ids hold what CSV must quote.
TEST_F(LinkFiles, PairsAndClustersAreWrittenAsTheFormatSays) {
  testing::MadePeople people(41);
  std::string left = "no,name,sex,born,citizen_id,phone,address\n",
              right = "编号,name,sex,born,citizen_id,phone,address\n";
  for (int at = 0; at < 600; ++at) {
    const auto truth = people.person();
    const auto line = [&](const std::string& id, const testing::MadePerson& one) {
      return id + "," + one.name() + "," + one.sex + "," + one.born + "," + one.citizen_id + "," + one.phone +
             "," + one.address + "\n";
    };
    left += line("\"L," + std::to_string(at) + "\"", people.record(truth));
    if (at % 2 == 0) right += line("R" + std::to_string(at), people.record(truth));
  }
  const auto read_config = config(
      "id: no\nright_id: 编号\nfields: {name: full_name, sex: category, born: date, citizen_id: identifier, "
      "phone: phone, address: address}\n");
  auto input = read_link_input(real_file_system(), read_config, write("l.csv", left), write("r.csv", right));
  ASSERT_TRUE(input) << input.error().to_log();
  EXPECT_EQ(input->left, 600U);
  EXPECT_EQ(input->right, 300U);
  input->records->prepare(2);
  const auto answer = linkage::link(*input->records);
  const std::string pairs = folder_.path() + "/pairs.csv", clusters = folder_.path() + "/clusters.csv";
  ASSERT_TRUE(write_pairs(real_file_system(), pairs, *input->records, answer, 2));
  ASSERT_TRUE(write_clusters(real_file_system(), clusters, *input->records, answer));
  std::istringstream lines(read(pairs));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "id_left,id_right,probability,weight,name,sex,born,citizen_id,phone,address");
  std::size_t count = 0, right_pairs = 0;
  while (std::getline(lines, line)) {
    ++count;
    const auto quote = line.find("\",");
    ASSERT_TRUE(line.starts_with("\"L,")) << line;
    right_pairs +=
        line.substr(3, quote - 3) == line.substr(quote + 3, line.find(',', quote + 2) - quote - 3) ? 1 : 0;
  }
  EXPECT_EQ(count, answer.pairs.size());
  EXPECT_GE(right_pairs, 294U);
  EXPECT_LE(count - right_pairs, 2U);
  const std::string written = read(clusters);
  EXPECT_TRUE(written.starts_with("cluster,side,id\n"));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 901);

  const auto page = explanation_page(*input->records, answer, {});
  ASSERT_TRUE(page);
  EXPECT_NE(page->find("<table>"), std::string::npos);
  EXPECT_EQ(page->find("http"), std::string::npos) << "needs nothing from elsewhere";
  EXPECT_TRUE(explanation_page(*input->records, answer, {"L,0", "R0", 1}));
  EXPECT_FALSE(explanation_page(*input->records, answer, {"L,0", "nobody", 1}));
}

TEST_F(LinkFiles, APageShowsNoCellAsMarkup) {
  const auto path = write("a.csv", "no,name\n1,<script>alert(1)</script>\n2,<script>alert(1)</script>\n");
  auto input = read_link_input(real_file_system(), config("id: no\nfields: {name: text}\n"), path, "");
  ASSERT_TRUE(input);
  input->records->prepare(1);
  const auto answer = linkage::link(*input->records);
  const auto page = explanation_page(*input->records, answer, {"1", "2", 1});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->find("<script"), std::string::npos);
}

TEST_F(LinkFiles, AnEmptyRightFileGivesNoPairs) {
  const auto left = write("l.csv", "no,name\n1,王伟\n2,王伟\n"), right = write("r.csv", "no,name\n");
  auto input =
      read_link_input(real_file_system(), config("id: no\nfields: {name: full_name}\n"), left, right);
  ASSERT_TRUE(input) << input.error().to_log();
  input->records->prepare(1);
  EXPECT_TRUE(linkage::link(*input->records).pairs.empty());
}

}  // namespace
}  // namespace jingwei::app::cli
