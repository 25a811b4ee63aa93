// What jingwei-compile found wrong with its input, told as a compiler does: file:line: what was expected.
#pragma once

#include <string>
#include <vector>

#include "schema/yaml.h"

namespace jingwei::tools {

struct Problem {
  std::string file;
  int line = 1;
  std::string text;  // English: readers are programmers at build time
  // "modules/region/sql/region.sql:12: statement `x` has no parameter $2".
  std::string to_line() const { return file + ":" + std::to_string(line) + ": " + text; }
};

class Problems {
 public:
  void add(std::string file, int line, std::string text) {
    found_.push_back(Problem{std::move(file), line, std::move(text)});
  }
  // Takes over faults of YAML files; their sentences come from schema/messages.yaml.
  void add(const schema::YamlFaults& faults);
  void add(const Error& error);
  bool empty() const { return found_.empty(); }
  const std::vector<Problem>& all() const { return found_; }
  // One problem a line.
  std::string to_text() const;

 private:
  std::vector<Problem> found_;
};

}  // namespace jingwei::tools
