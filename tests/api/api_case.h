// One file of API behaviour: requests and what must come back. tests/api/README.md says how they are written.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/yaml.h"

namespace jingwei::api_tests {

// Where a hub is served: to the network, and on its local socket to this machine's operator.
struct Served {
  std::uint16_t port = 0;
  std::string socket;
};

// Runs the steps of one case against a server and reports what differs as test failures, with file and line.
class CaseRunner {
 public:
  // `given` are names that stand before the first step, as if saved.
  explicit CaseRunner(Served served, std::map<std::string, std::string> given = {})
      : served_(std::move(served)), saved_(std::move(given)) {}
  void run(const schema::YamlNode& root);

 private:
  struct Exchange {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string header(std::string_view name) const;
  };

  void run_step(const schema::YamlNode& step);
  void ask(const schema::YamlNode& step);
  void page_through(const schema::YamlNode& step);
  void follow(const schema::YamlNode& step);
  void ask_until(const schema::YamlNode& step);
  void wait(const schema::YamlNode& step);
  Exchange exchange(const schema::YamlNode& step, const std::string& request);
  void check(const schema::YamlNode& expect, const Exchange& got);
  void check_json(const schema::YamlNode& pairs, const std::string& body);
  void save(const schema::YamlNode& step, const Exchange& got);
  std::string filled(const std::string& text) const;

  // The headers of a request: the step's own, and who asks.
  std::string headers_of(const schema::YamlNode& step);

  Served served_;
  std::map<std::string, std::string> tokens_;  // by login
  std::map<std::string, std::string> saved_;
  std::string last_body_;
};

// "GET /api/v1/regions/{code}" for each request of a file, with the concrete path; used to see that no
// operation is forgotten.
std::vector<std::string> requests_of(const schema::YamlNode& root);

// All tests/api/*.yaml, parsed.
std::vector<schema::YamlNode> all_cases();

}  // namespace jingwei::api_tests
