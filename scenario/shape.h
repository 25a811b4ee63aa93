// What the YAML files of a scenario package may say: one description, read from scenario/shapes/*.yaml, from
// which come the check of a file (shape_check.h) and the JSON Schema that editors use (shape_schema.h). The
// notation stands in docs/formats/scenario-shapes.md.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/pattern.h"
#include "schema/type.h"
#include "schema/yaml.h"

namespace jingwei::scenario {

enum class ShapeKind : std::uint8_t {
  text,     // any scalar
  integer,  // unquoted
  number,
  boolean,
  date,    // 2020-01-21
  choice,  // one of `values`
  list,    // of `of`
  map,     // free keys of shape `key`, values of shape `of`
  object,  // the members and no other key
  either,  // the first of `options` that fits
  any      // whatever YAML says; its reader checks it
};

struct Shape;

struct ShapeMember {
  std::string key;
  const Shape* shape = nullptr;
  bool required = false;
  schema::Title what;
};

// What one place of a file may hold. Members that do not belong to `kind` stay empty. Owned by Shapes,
// immutable once there.
struct Shape {
  ShapeKind kind = ShapeKind::any;
  std::string name;  // of a named shape, else empty
  schema::Title what;
  std::string pattern;  // text; matched as a whole
  std::shared_ptr<const schema::Pattern> matcher;
  std::optional<double> min,
      max;  // of numbers; of lists and maps the number of entries; of text its code points
  std::vector<std::string> values;
  std::vector<ShapeMember> members;
  const Shape* of = nullptr;
  const Shape* key = nullptr;
  std::vector<const Shape*> options;
  // The scalar names a new thing of this kind ("metric"), or one that must stand somewhere; empty: neither.
  std::string declares, refers;

  const ShapeMember* find(std::string_view member) const;
};

// The shapes of every file of a package. Thread-safe once read.
class Shapes {
 public:
  Shapes(Shapes&&) = default;

  // One source: the name of the file it describes ("cockpit.yaml"; empty for shapes shared by all) and its
  // text.
  struct Source {
    std::string file;
    std::string_view text;
  };
  // Errors: invalid, with the place of everything that is wrong.
  static Result<Shapes> read(const std::vector<Source>& sources);
  // Those of scenario/shapes, compiled in.
  static const Shapes& built_in();

  // The shape of a file's top level, or null when packages have no such file.
  const Shape* of_file(std::string_view file) const;
  // The files packages may have, in the order a reader meets them.
  const std::vector<std::string>& files() const { return files_; }
  // Named shapes, for JSON Schema.
  const std::map<std::string, const Shape*>& named() const { return named_; }

 private:
  Shapes() = default;
  class Reader;
  std::deque<Shape> all_;
  std::vector<std::string> files_;
  std::map<std::string, const Shape*, std::less<>> of_file_;
  std::map<std::string, const Shape*> named_;
};

}  // namespace jingwei::scenario
