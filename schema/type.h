// The one notion of a type: kernel API bodies and parameters, and the fields of scenario packages' resources.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pattern.h"
#include "schema/yaml.h"

namespace jingwei::schema {

enum class Kind : std::uint8_t {
  text,
  integer,
  number,
  boolean,
  date,
  datetime,
  id,
  choice,
  object,
  list,
  json
};
// "text", "integer", … as written in YAML.
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

struct Title {
  std::string zh;
  std::string en;
  bool empty() const { return zh.empty() && en.empty(); }
};

struct Choice {
  std::string id;
  Title title;  // empty when the list names ids only
};

struct Type;

struct Field {
  std::string name;
  Title title;
  bool required = false;
  bool nullable = false;  // null may stand for the value
  const Type* type = nullptr;
};

// What a value must be. Members that do not belong to `kind` stay empty. Owned by Types; immutable once
// there.
struct Type {
  Kind kind = Kind::json;
  std::string name = {};  // of a named type, else empty
  Title title = {};
  Title description = {};
  std::optional<std::int64_t> min_length = std::nullopt;  // text, in code points
  std::optional<std::int64_t> max_length = std::nullopt;
  std::string pattern = {};  // text; schema/pattern.h
  std::optional<std::int64_t> min_integer = std::nullopt;
  std::optional<std::int64_t> max_integer = std::nullopt;
  std::optional<double> min_number = std::nullopt;
  std::optional<double> max_number = std::nullopt;
  std::vector<Choice> choices = {};
  std::vector<Field> fields = {};  // object
  const Type* of = nullptr;        // list
  std::optional<std::int64_t> min_items = std::nullopt;
  std::optional<std::int64_t> max_items = std::nullopt;

  // Filled by Types.
  std::shared_ptr<const Pattern> matcher = nullptr;
  std::vector<std::uint32_t> by_name = {};  // indexes of fields (or choices), sorted by name

  std::optional<std::size_t> field_index(std::string_view field) const;
  std::optional<std::size_t> choice_index(std::string_view id) const;
};

// Owns types; their addresses stay. Building is single-threaded, reading is thread-safe. Moves, does not
// copy.
class Types {
 public:
  Types() = default;
  Types(Types&&) = default;
  Types& operator=(Types&&) = default;

  // A named slot that other types may point to before it is filled.
  Type& declare(const std::string& name);
  // Fills a declared slot; its pattern must be good (JW_ASSERT).
  const Type* define(const std::string& name, Type type);
  // An unnamed type.
  const Type* add(Type type);

  // Gives a named type another name, free here; pointers to it stay good.
  void rename(const std::string& from, const std::string& to);

  const Type* find(std::string_view name) const;
  // In the order of declaration.
  const std::vector<const Type*>& named() const { return order_; }

 private:
  std::deque<Type> all_;
  std::map<std::string, Type*, std::less<>> names_;
  std::vector<const Type*> order_;
};

// Compiles YAML into types, reporting everything wrong to `faults`. The YAML must outlive the reader.
class TypeReader {
 public:
  TypeReader(Types& types, YamlFaults& faults) : types_(types), faults_(faults) {}

  // A `types:` mapping of names to definitions; they may refer to each other in any order.
  void read_named(const YamlNode& types);
  // The keys of a type (type, min, max, fields, …) inside any mapping; the caller reads its own keys and
  // finishes it. Reports and answers nothing when `type` is missing or unknown.
  const Type* read(YamlMapping& mapping);
  // One entry of `fields:`: name, title, required, nullable and the keys of its type.
  std::optional<Field> read_field(const YamlNode& node);

 private:
  std::optional<Type> read_kind(YamlMapping& mapping, Kind kind);
  void read_text(YamlMapping& mapping, Type& type);
  void read_range(YamlMapping& mapping, Type& type);
  void read_choices(YamlMapping& mapping, Type& type);
  void read_fields(YamlMapping& mapping, Type& type);
  void read_list(YamlMapping& mapping, Type& type);

  Types& types_;
  YamlFaults& faults_;
  int depth_ = 0;
};

enum class TitleNeed : std::uint8_t { required, optional };
// `{zh: …, en: …}` under `key`; both languages or a fault (schema.title_incomplete).
Title read_title(YamlMapping& mapping, std::string_view key, YamlFaults& faults, TitleNeed need);

}  // namespace jingwei::schema
