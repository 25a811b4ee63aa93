// Goal: no operation of any api.yaml goes untried.
#include <gtest/gtest.h>

#include "base/file_system.h"
#include "tests/api/api_case.h"

namespace jingwei::api_tests {
namespace {

// Whether "GET /api/v1/regions/440400?x=y" is a call of "GET /api/v1/regions/{code}".
bool is_call_of(std::string request, const std::string& operation) {
  request = request.substr(0, request.find('?'));
  const auto parts = [](const std::string& text) {
    std::vector<std::string> all(1);
    for (const char c : text) {
      if (c == '/') {
        all.emplace_back();
      } else {
        all.back() += c;
      }
    }
    return all;
  };
  const auto called = parts(request);
  const auto declared = parts(operation);
  if (called.size() != declared.size()) return false;
  for (std::size_t at = 0; at < called.size(); ++at) {
    if (!declared[at].starts_with('{') && declared[at] != called[at]) return false;
  }
  return true;
}

TEST(Coverage, EveryOperationStandsInACase) {
  std::vector<std::string> requests;
  for (const auto& root : all_cases()) {
    const auto more = requests_of(root);
    requests.insert(requests.end(), more.begin(), more.end());
  }
  std::vector<std::string> files = {JINGWEI_SOURCE_DIR "/app/api.yaml",
                                    JINGWEI_SOURCE_DIR "/scenario/api.yaml"};
  const auto modules = real_file_system().list(JINGWEI_SOURCE_DIR "/modules");
  ASSERT_TRUE(modules.ok());
  for (const auto& module : *modules) files.push_back(JINGWEI_SOURCE_DIR "/modules/" + module + "/api.yaml");
  int operations = 0;
  for (const auto& file : files) {
    const auto present = real_file_system().exists(file);
    if (!present.ok() || !*present) continue;
    const auto text = read_text(real_file_system(), file, limits::yaml_bytes);
    ASSERT_TRUE(text.ok());
    const auto root = schema::parse_yaml(*text, file);
    ASSERT_TRUE(root.ok()) << root.error().to_log();
    for (const auto& operation : root->find("operations")->items) {
      ++operations;
      const std::string call = operation.find("method")->scalar + " " + operation.find("path")->scalar;
      EXPECT_TRUE(std::any_of(requests.begin(), requests.end(),
                              [&](const auto& request) { return is_call_of(request, call); }))
          << operation.place() << ": no case in tests/api tries " << call;
    }
  }
  EXPECT_GE(operations, 20);
}

}  // namespace
}  // namespace jingwei::api_tests
