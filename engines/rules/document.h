// Data for rules, read from JSON.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engines/rules/arena.h"
#include "engines/rules/limits.h"
#include "engines/rules/value.h"

namespace jingwei::rules {

// A JSON text as values, and the memory they stand in. Values stay valid while the document lives, also when
// it is moved.
class Document {
 public:
  // Errors: invalid rules.bad_json, rules.too_deep; too_large rules.too_large.
  static Result<Document> parse(std::string_view json, std::string_view file = {});

  // {"payload": …, "external": …}: what CertLogic rules are given. The parts must outlive it.
  static Document of_parts(const Value& payload, const Value& external);

  const Value& root() const { return root_; }

 private:
  Arena arena_;
  Value root_;
};

}  // namespace jingwei::rules
