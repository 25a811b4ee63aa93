// Goal: the examples of HL7 FHIR R4 are parsed without loss: every value of every report and observation
// stands in some row, as it was written, and no row says what the file does not.
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/json.h"
#include "modules/ingest/fhir/fhir_testing.h"
#include "tests/support/outside.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

using Leaves = std::set<std::string>;  // "valueQuantity.value=1.50"; elements of lists have their number

// The file's own leaves, found without the code under test. Contained resources by their id.
void collect(simdjson::ondemand::value value, const std::string& path, Leaves& leaves) {
  switch (value.type().value()) {
    case simdjson::ondemand::json_type::object:
      for (auto field : value.get_object()) {
        const std::string key(field.unescaped_key().value());
        collect(field.value(), path.empty() ? key : path + "." + key, leaves);
      }
      return;
    case simdjson::ondemand::json_type::array: {
      std::size_t index = 0;
      for (auto item : value.get_array())
        collect(item.value(), path + "[" + std::to_string(index++) + "]", leaves);
      return;
    }
    case simdjson::ondemand::json_type::string:
      leaves.insert(path + "=" + std::string(value.get_string().value()));
      return;
    default: {
      std::string token(value.raw_json_token());
      token.erase(token.find_last_not_of(" \r\n\t") + 1);
      leaves.insert(path + "=" + token);
    }
  }
}

Leaves leaves_of(const std::string& json) {
  simdjson::ondemand::parser parser;
  simdjson::padded_string padded(json);
  auto document = parser.iterate(padded);
  Leaves leaves;
  collect(document.get_value().value(), "", leaves);
  return leaves;
}

// "code.coding[1].code" of a row as the path of the file: the first element of a list has no number in a row,
// and value.quantity is valueQuantity. So both are compared without zeros and dots, in one spelling.
std::string plain(std::string path) {
  std::string out;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path.compare(at, 3, "[0]") == 0) {
      at += 2;
    } else if (path[at] != '.') {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(path[at])));
    }
  }
  return out;
}

Leaves plain_leaves(const Leaves& leaves) {
  Leaves out;
  for (const auto& leaf : leaves) {
    const std::size_t end = leaf.find('=');
    out.insert(plain(leaf.substr(0, end)) + leaf.substr(end));
  }
  return out;
}

// What a row says, its rest included, in the file's own places: under `report.` stands the report, and
// contained resources stand where they are referred to.
Leaves leaves_of(const Cells& row, const Leaves& file) {
  std::map<std::string, std::string> contained;  // its id → contained[n]
  for (const auto& leaf : file) {
    if (!leaf.starts_with("contained[")) continue;
    const std::size_t end = leaf.find("].id=");
    if (end != std::string::npos && leaf.find('.') == end + 1)
      contained["#" + leaf.substr(end + 5)] = leaf.substr(0, end + 1);
  }
  Leaves all;
  for (const auto& [column, text] : row) {
    if (column != "rest") all.insert(column + "=" + text);
  }
  if (row.contains("rest")) all.merge(leaves_of(row.at("rest")));
  std::map<std::string, std::string> place;  // where a contained resource was laid → contained[n]
  for (const auto& [column, text] : row) {
    if (column.ends_with(".reference") && contained.contains(text))
      place[column.substr(0, column.size() - 9)] = contained.at(text) + ".";
  }
  Leaves out;
  for (std::string leaf : all) {
    for (const auto& [from, to] : place) {
      const bool own = leaf.starts_with(from + "reference=") || leaf.starts_with(from + "display=");
      if (leaf.starts_with(from) && !own) leaf = to + leaf.substr(from.size());
    }
    if (leaf.starts_with("report.")) leaf = leaf.substr(7);
    out.insert(leaf);
  }
  return out;
}

TEST(FhirConformanceTest, the_examples_of_hl7_are_parsed_without_loss) {
  const auto folder = jingwei::testing::outside_file("fhir-r4");
  if (!folder) GTEST_SKIP() << "fhir-r4 is not here: set JINGWEI_EXTERN";
  std::size_t files = 0, leaves = 0;
  for (const auto& file : std::filesystem::directory_iterator(*folder)) {
    if (file.path().extension() != ".json") continue;
    SCOPED_TRACE(file.path().filename().string());
    std::ifstream in(file.path());
    const std::string json((std::istreambuf_iterator<char>(in)), {});
    const Leaves expected = leaves_of(json);
    Leaves found;
    for (const Cells& row : fhir_rows(json)) {
      EXPECT_FALSE(row.contains("!")) << row.at("!");
      found.merge(leaves_of(row, expected));
    }
    EXPECT_EQ(plain_leaves(found), plain_leaves(expected));
    ++files;
    leaves += expected.size();
  }
  EXPECT_EQ(files, 70U);
  EXPECT_GT(leaves, 2'000U);
  RecordProperty("leaves", static_cast<int>(leaves));
  std::cout << files << " files, " << leaves << " values\n";
}

}  // namespace
}  // namespace jingwei::ingest
