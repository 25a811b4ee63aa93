// YAML as our own light tree: what a file says, where it says it, and nothing of the parser behind it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace jingwei::schema {

enum class YamlKind : std::uint8_t { null, scalar, sequence, mapping };

struct YamlPair;

// One node with its place. Mappings keep the order of the file. Lines and columns (in characters) count
// from 1.
struct YamlNode {
  YamlKind kind = YamlKind::null;
  std::string scalar;   // as written, without quotes
  bool quoted = false;  // "1" is text, 1 is a number
  std::vector<YamlNode> items;
  std::vector<YamlPair> pairs;
  std::shared_ptr<const std::string> file;
  int line = 1;
  int column = 1;

  // The value of `key`, or null when this is no mapping or lacks it.
  const YamlNode* find(std::string_view key) const;
  // "modules/region/api.yaml:12:5": file, line, column.
  std::string place() const;
};

struct YamlPair {
  YamlNode key;  // a scalar
  YamlNode value;
};

struct YamlLimits {
  std::size_t bytes = limits::yaml_bytes;
  std::size_t nodes = limits::yaml_nodes;  // aliases count as what they stand for
  int depth = 64;
};

// Reads one document. `file` is only the name that errors tell.
// Errors (invalid; arguments hold `place`): yaml.syntax, yaml.duplicate_key, yaml.several_documents,
// yaml.key_not_text; (too_large): yaml.too_large, yaml.too_many_nodes, yaml.too_deep.
Result<YamlNode> parse_yaml(std::string_view text, std::string file, const YamlLimits& limits = {});

// Collects what is wrong with a file, so that its author sees everything in one go; at most 50 faults are
// kept.
class YamlFaults {
 public:
  using Arguments = std::vector<std::pair<std::string, std::string>>;

  // `message` is an id of schema/messages.yaml; the argument `place` is added.
  void add(const YamlNode& where, std::string message, Arguments arguments = {});
  // For the build-time compiler, whose readers are programmers: an English sentence, message yaml.problem.
  void add_problem(const YamlNode& where, std::string problem);
  void add(Error error);
  bool empty() const { return faults_.empty(); }
  const std::vector<Error>& all() const { return faults_; }
  // The first fault with all of them as causes. Only when not empty.
  Error to_error() const;

 private:
  std::vector<Error> faults_;
};

// Reads one mapping key by key; `finish` reports keys that nobody asked for: yaml.unknown_key_near with the
// key that was probably meant, or yaml.unknown_key with those it knows. Reads of a node that is no mapping
// report yaml.not_mapping once and answer as if it were empty.
class YamlMapping {
 public:
  YamlMapping(const YamlNode& node, YamlFaults& faults);

  // The value, or null when absent.
  const YamlNode* get(std::string_view key);
  // Reports yaml.missing_key when absent.
  const YamlNode* require(std::string_view key);

  // The scalar; nothing when absent; reports yaml.not_text, yaml.not_integer, … when it is something else.
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  // A list of scalars; a single scalar stands for a list of one.
  std::vector<std::string> texts(std::string_view key);
  std::string require_text(std::string_view key);

  const YamlNode& node() const { return node_; }
  void finish();

 private:
  const YamlNode& node_;
  YamlFaults& faults_;
  std::vector<std::string> known_;
};

// The word of `known` that `word` was probably meant to be: at most one mistake in each four letters; empty
// when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string> known);

// The scalar as what it says; nothing when it is not one.
std::optional<std::int64_t> yaml_integer(const YamlNode& node);
std::optional<double> yaml_number(const YamlNode& node);
std::optional<bool> yaml_boolean(const YamlNode& node);  // true or false only

}  // namespace jingwei::schema
