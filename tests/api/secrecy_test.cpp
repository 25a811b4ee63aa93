// Goal: after a city's files have been loaded nothing personal stands readable in the data folder: not in the
// database, its log, the program's log or the keystore.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "storage/temporary_folder.h"
#include "tests/api/api_case.h"
#include "tests/api/small_hub.h"

namespace jingwei::api_tests {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

// Runs of exactly 11 digits beginning with 13 … 19 (mobiles) and of 17 digits with a check character behind.
std::set<std::string> identifiers_in(const std::string& text) {
  std::set<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] < '0' || text[at] > '9') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - at == 17 && end < text.size() && text[end] == 'X') ++end;
    const std::string run = text.substr(at, end - at);
    if (run.size() == 18 || (run.size() == 11 && run[0] == '1' && run[1] >= '3')) found.insert(run);
    at = end;
  }
  return found;
}

TEST(Secrecy, NoIdentifierOfTheCityStandsReadableInTheDataFolder) {
  if (const std::string reason = SmallHub::missing(); !reason.empty()) GTEST_SKIP() << reason;
  storage::TemporaryFolder place;
  const std::string folder = place.path() + "/data";
  std::set<std::string> identifiers;
  {
    SmallHub hub("embedded", folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + "/demo")) {
      if (entry.is_regular_file() && entry.path().extension() == ".csv")
        identifiers.merge(identifiers_in(bytes_of(entry.path())));
    }
    // A file of which only a piece has come waits on disk.
    std::string piece;
    for (const auto& run : identifiers) piece += run + ' ';
    const std::string steps = R"(
title: A piece that waits
steps:
  - request: POST /api/v1/uploads
    media: application/json
    body: '{"resource": "venues", "filename": "waits.csv", "bytes": 1000000}'
    expect: {status: 201}
    save: {upload: /id}
  - request: PATCH /api/v1/uploads/${upload}?offset=0
    media: application/octet-stream
    body: ")" + piece + R"("
    expect: {status: 200}
)";
    CaseRunner(hub.served()).run(jingwei::testing::must(schema::parse_yaml(steps, "secrecy")));
  }
  std::erase_if(identifiers, [](const std::string& run) { return run.size() == 18 && run[0] != '9'; });
  ASSERT_GT(identifiers.size(), 300U);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || path.starts_with(folder + "/demo/")) continue;
    ++files;
    const std::string bytes = bytes_of(path);
    for (const auto& run : identifiers_in(bytes))
      EXPECT_FALSE(identifiers.contains(run)) << run.substr(0, 6) << "… stands in " << path;
  }
  EXPECT_GE(files, 3U);
  EXPECT_GE(std::distance(std::filesystem::directory_iterator(folder + "/uploads"), {}), 1)
      << "the piece waits";
}

}  // namespace
}  // namespace jingwei::api_tests
