#include "schema/type.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

namespace jingwei::schema {

namespace {

constexpr std::array<std::string_view, 11> kind_names = {
    "text", "integer", "number", "boolean", "date", "datetime", "id", "choice", "object", "list", "json"};

template <typename Item, typename Name>
std::optional<std::size_t> find_by_name(const std::vector<Item>& items,
                                        const std::vector<std::uint32_t>& order, std::string_view wanted,
                                        Name name) {
  // A handful is compared faster than searched.
  if (items.size() <= 8) {
    for (std::size_t index = 0; index < items.size(); ++index) {
      if (name(items[index]) == wanted) return index;
    }
    return std::nullopt;
  }
  const auto found =
      std::lower_bound(order.begin(), order.end(), wanted,
                       [&](std::uint32_t index, std::string_view text) { return name(items[index]) < text; });
  if (found == order.end() || name(items[*found]) != wanted) return std::nullopt;
  return *found;
}

const std::string& name_of_field(const Field& field) {
  return field.name;
}
const std::string& id_of_choice(const Choice& choice) {
  return choice.id;
}

// Compiles the pattern and sorts the names. Errors: invalid schema.bad_pattern.
Result<void> prepare(Type& type) {
  if (!type.pattern.empty() && !type.matcher) {
    JW_ASSIGN(Pattern compiled, Pattern::compile(type.pattern));
    type.matcher = std::make_shared<const Pattern>(std::move(compiled));
  }
  const bool object = type.kind == Kind::object;
  type.by_name.resize(object ? type.fields.size() : type.choices.size());
  std::iota(type.by_name.begin(), type.by_name.end(), 0u);
  std::sort(type.by_name.begin(), type.by_name.end(), [&](std::uint32_t a, std::uint32_t b) {
    return object ? type.fields[a].name < type.fields[b].name : type.choices[a].id < type.choices[b].id;
  });
  return {};
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ':' || c == '@';
  });
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_named(std::string_view name) {
  const auto found = std::find(kind_names.begin(), kind_names.end(), name);
  if (found == kind_names.end()) return std::nullopt;
  return static_cast<Kind>(found - kind_names.begin());
}

std::optional<std::size_t> Type::field_index(std::string_view field) const {
  return find_by_name(fields, by_name, field, name_of_field);
}

std::optional<std::size_t> Type::choice_index(std::string_view id) const {
  return find_by_name(choices, by_name, id, id_of_choice);
}

Type& Types::declare(const std::string& name) {
  if (const auto found = names_.find(name); found != names_.end()) return *found->second;
  Type& slot = all_.emplace_back();
  slot.name = name;
  names_[name] = &slot;
  order_.push_back(&slot);
  return slot;
}

const Type* Types::define(const std::string& name, Type type) {
  Type& slot = declare(name);
  slot = std::move(type);
  slot.name = name;
  JW_ASSERT(prepare(slot).ok());
  return &slot;
}

const Type* Types::add(Type type) {
  Type& slot = all_.emplace_back(std::move(type));
  JW_ASSERT(prepare(slot).ok());
  return &slot;
}

void Types::rename(const std::string& from, const std::string& to) {
  const auto found = names_.find(from);
  JW_ASSERT(found != names_.end() && !names_.contains(to));
  Type* type = found->second;
  names_.erase(found);
  type->name = to;
  names_[to] = type;
}

const Type* Types::find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

Title read_title(YamlMapping& mapping, std::string_view key, YamlFaults& faults, TitleNeed need) {
  const YamlNode* node = need == TitleNeed::required ? mapping.require(key) : mapping.get(key);
  if (node == nullptr) return {};
  YamlMapping languages(*node, faults);
  Title title{languages.text("zh").value_or(""), languages.text("en").value_or("")};
  languages.finish();
  if (node->kind == YamlKind::mapping && (title.zh.empty() || title.en.empty()))
    faults.add(*node, "schema.title_incomplete", {{"key", std::string(key)}});
  return title;
}

void TypeReader::read_named(const YamlNode& types) {
  if (types.kind != YamlKind::mapping) {
    faults_.add(types, "yaml.not_mapping");
    return;
  }
  for (const auto& pair : types.pairs) {
    if (kind_named(pair.key.scalar) || !is_field_name(pair.key.scalar))
      faults_.add(pair.key, "schema.bad_type_name", {{"name", pair.key.scalar}});
    types_.declare(pair.key.scalar);
  }
  for (const auto& pair : types.pairs) {
    YamlMapping mapping(pair.value, faults_);
    const Type* type = read(mapping);
    mapping.finish();
    if (type == nullptr) continue;
    // `A: {type: B}` would copy B's slot before B is filled.
    if (!type->name.empty()) {
      faults_.add(pair.value, "schema.type_alias", {{"name", pair.key.scalar}, {"of", type->name}});
      continue;
    }
    types_.define(pair.key.scalar, *type);
  }
}

const Type* TypeReader::read(YamlMapping& mapping) {
  const YamlNode* node = mapping.require("type");
  if (node == nullptr) return nullptr;
  if (node->kind != YamlKind::scalar) {
    faults_.add(*node, "yaml.not_text", {{"key", "type"}});
    return nullptr;
  }
  const auto kind = kind_named(node->scalar);
  if (!kind) {
    const Type* named = types_.find(node->scalar);
    if (named == nullptr) faults_.add(*node, "schema.unknown_type", {{"name", node->scalar}});
    return named;
  }
  if (depth_ >= static_cast<int>(limits::json_depth)) {
    faults_.add(*node, "yaml.too_deep", {{"most", std::to_string(limits::json_depth)}});
    return nullptr;
  }
  ++depth_;
  auto type = read_kind(mapping, *kind);
  --depth_;
  return type ? types_.add(std::move(*type)) : nullptr;
}

std::optional<Type> TypeReader::read_kind(YamlMapping& mapping, Kind kind) {
  Type type;
  type.kind = kind;
  // Fields and parameters read their titles themselves; a type of its own may carry one.
  type.title = read_title(mapping, "title", faults_, TitleNeed::optional);
  type.description = read_title(mapping, "description", faults_, TitleNeed::optional);
  switch (kind) {
    case Kind::text:
      read_text(mapping, type);
      break;
    case Kind::integer:
    case Kind::number:
      read_range(mapping, type);
      break;
    case Kind::choice:
      read_choices(mapping, type);
      break;
    case Kind::object:
      read_fields(mapping, type);
      break;
    case Kind::list:
      read_list(mapping, type);
      break;
    default:
      break;
  }
  if (kind == Kind::list && type.of == nullptr) return std::nullopt;
  return type;
}

void TypeReader::read_text(YamlMapping& mapping, Type& type) {
  type.min_length = mapping.integer("min_length");
  type.max_length = mapping.integer("max_length");
  if (type.min_length.value_or(0) < 0 || type.max_length.value_or(0) < 0 ||
      (type.min_length && type.max_length && *type.min_length > *type.max_length))
    faults_.add(mapping.node(), "schema.bad_range", {{"least", "min_length"}, {"most", "max_length"}});
  type.pattern = mapping.text("pattern").value_or("");
  if (type.pattern.empty()) return;
  auto compiled = Pattern::compile(type.pattern);
  if (!compiled.ok()) {
    faults_.add(mapping.node(), "schema.bad_pattern_at", compiled.error().arguments);
    type.pattern.clear();
  }
}

void TypeReader::read_range(YamlMapping& mapping, Type& type) {
  if (type.kind == Kind::integer) {
    type.min_integer = mapping.integer("min");
    type.max_integer = mapping.integer("max");
    if (type.min_integer && type.max_integer && *type.min_integer > *type.max_integer)
      faults_.add(mapping.node(), "schema.bad_range", {{"least", "min"}, {"most", "max"}});
  } else {
    type.min_number = mapping.number("min");
    type.max_number = mapping.number("max");
    if (type.min_number && type.max_number && *type.min_number > *type.max_number)
      faults_.add(mapping.node(), "schema.bad_range", {{"least", "min"}, {"most", "max"}});
  }
}

void TypeReader::read_choices(YamlMapping& mapping, Type& type) {
  const YamlNode* values = mapping.require("values");
  if (values == nullptr) return;
  if (values->kind != YamlKind::sequence || values->items.empty()) {
    faults_.add(*values, "yaml.not_list", {{"key", "values"}});
    return;
  }
  std::set<std::string> seen;
  for (const auto& item : values->items) {
    Choice choice;
    if (item.kind == YamlKind::scalar) {
      choice.id = item.scalar;
    } else {
      YamlMapping entry(item, faults_);
      choice.id = entry.require_text("id");
      choice.title = {entry.require_text("zh"), entry.require_text("en")};
      entry.finish();
    }
    if (!seen.insert(choice.id).second) faults_.add(item, "schema.duplicate_name", {{"name", choice.id}});
    type.choices.push_back(std::move(choice));
  }
}

std::optional<Field> TypeReader::read_field(const YamlNode& node) {
  YamlMapping mapping(node, faults_);
  Field field;
  field.name = mapping.require_text("name");
  if (node.kind == YamlKind::mapping && node.find("name") != nullptr && !is_field_name(field.name))
    faults_.add(node, "schema.bad_field_name", {{"name", field.name}});
  field.title = read_title(mapping, "title", faults_, TitleNeed::required);
  field.required = mapping.boolean("required").value_or(false);
  field.nullable = mapping.boolean("nullable").value_or(false);
  mapping.get("description");
  field.type = read(mapping);
  mapping.finish();
  if (field.type == nullptr) return std::nullopt;
  return field;
}

void TypeReader::read_fields(YamlMapping& mapping, Type& type) {
  const YamlNode* fields = mapping.require("fields");
  if (fields == nullptr) return;
  if (fields->kind != YamlKind::sequence) {
    faults_.add(*fields, "yaml.not_list", {{"key", "fields"}});
    return;
  }
  if (fields->items.size() > limits::row_fields) {
    faults_.add(*fields, "schema.too_many_fields", {{"most", std::to_string(limits::row_fields)}});
    return;
  }
  std::set<std::string> seen;
  for (const auto& item : fields->items) {
    auto field = read_field(item);
    if (!field) continue;
    if (!seen.insert(field->name).second) faults_.add(item, "schema.duplicate_name", {{"name", field->name}});
    type.fields.push_back(std::move(*field));
  }
}

void TypeReader::read_list(YamlMapping& mapping, Type& type) {
  type.min_items = mapping.integer("min_items");
  type.max_items = mapping.integer("max_items");
  if (type.min_items && type.max_items && *type.min_items > *type.max_items)
    faults_.add(mapping.node(), "schema.bad_range", {{"least", "min_items"}, {"most", "max_items"}});
  const YamlNode* of = mapping.require("of");
  if (of == nullptr) return;
  if (of->kind == YamlKind::mapping) {
    YamlMapping inner(*of, faults_);
    type.of = read(inner);
    inner.finish();
    return;
  }
  if (const auto kind = kind_named(of->scalar)) {
    if (*kind == Kind::choice || *kind == Kind::object || *kind == Kind::list) {
      faults_.add(*of, "schema.of_needs_more", {{"name", of->scalar}});
      return;
    }
    Type plain;
    plain.kind = *kind;
    type.of = types_.add(std::move(plain));
    return;
  }
  type.of = types_.find(of->scalar);
  if (type.of == nullptr) faults_.add(*of, "schema.unknown_type", {{"name", of->scalar}});
}

}  // namespace jingwei::schema
