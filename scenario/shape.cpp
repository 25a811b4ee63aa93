#include "scenario/shape.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "scenario/shapes.gen.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlMapping;
using schema::YamlNode;

namespace {

struct BuiltIn {
  std::string_view name;
  ShapeKind kind;
};
constexpr std::array built_ins = {
    BuiltIn{"text", ShapeKind::text},     BuiltIn{"integer", ShapeKind::integer},
    BuiltIn{"number", ShapeKind::number}, BuiltIn{"boolean", ShapeKind::boolean},
    BuiltIn{"date", ShapeKind::date},     BuiltIn{"any", ShapeKind::any}};

constexpr std::array<std::string_view, 6> forms = {"is", "list", "map", "keys", "either", "values"};

}  // namespace

const ShapeMember* Shape::find(std::string_view member) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const ShapeMember& one) { return one.key == member; });
  return found == members.end() ? nullptr : &*found;
}

// Reads the sources: first the names, then what they mean, so that they may stand in any order and within
// themselves.
class Shapes::Reader {
 public:
  Reader(Shapes& shapes, YamlFaults& faults) : shapes_(shapes), faults_(faults) {}

  void declare(const std::string& file, const YamlNode& root) {
    YamlMapping mapping(root, faults_);
    if (const YamlNode* types = mapping.get("types")) {
      for (const auto& pair : types->pairs) {
        Shape& slot = add({});
        slot.name = pair.key.scalar;
        if (!slots_.emplace(slot.name, &slot).second)
          faults_.add_problem(pair.key, "shape `" + slot.name + "` stands twice");
        shapes_.named_.emplace(slot.name, &slot);
        waiting_.emplace(slot.name, &pair.value);
      }
    }
    schema::Title what = schema::read_title(mapping, "what", faults_, schema::TitleNeed::optional);
    const YamlNode* keys = mapping.get("keys");
    mapping.finish();
    if (file.empty()) return;
    Shape& top = add({});
    top.kind = ShapeKind::object;
    top.what = std::move(what);
    shapes_.files_.push_back(file);
    shapes_.of_file_.emplace(file, &top);
    if (keys != nullptr) tops_.push_back({&top, keys});
  }

  void fill() {
    while (!waiting_.empty()) fill_named(waiting_.begin()->first);
    for (const auto& [slot, node] : tops_) slot->members = members(*node);
  }

 private:
  Shape& add(Shape shape) { return shapes_.all_.emplace_back(std::move(shape)); }

  // Fills a named shape that still waits; one that is being filled stays as it is.
  void fill_named(const std::string& name) {
    const auto waiting = waiting_.extract(name);
    if (waiting.empty()) return;
    Shape* const slot = slots_.at(waiting.key());
    *slot = read(*waiting.mapped());
    slot->name = waiting.key();
  }

  // What `name` stands for: a built-in or a named shape.
  const Shape* named(const YamlNode& node) {
    if (const auto slot = slots_.find(node.scalar); slot != slots_.end()) return slot->second;
    Shape& made = add({});
    const auto found = std::find_if(built_ins.begin(), built_ins.end(),
                                    [&](const BuiltIn& one) { return one.name == node.scalar; });
    if (found == built_ins.end()) faults_.add_problem(node, "there is no shape `" + node.scalar + "`");
    if (found != built_ins.end()) made.kind = found->kind;
    return &made;
  }

  const Shape* expression(const YamlNode& node) {
    if (node.kind == YamlKind::scalar) return named(node);
    const bool plain_name = node.find("is") != nullptr &&
                            std::none_of(node.pairs.begin(), node.pairs.end(), [](const auto& pair) {
                              const auto& key = pair.key.scalar;
                              return key != "is" && key != "required" && key != "what";
                            });
    if (plain_name) return named(*node.find("is"));
    return &add(read(node));
  }

  Shape read(const YamlNode& node) {
    YamlMapping mapping(node, faults_);
    Shape shape;
    shape.what = schema::read_title(mapping, "what", faults_, schema::TitleNeed::optional);
    mapping.get("required");
    std::size_t said = 0;
    for (const auto form : forms) said += node.find(form) != nullptr ? 1 : 0;
    if (said != 1)
      faults_.add_problem(node,
                          "exactly one of `is`, `list`, `map`, `keys`, `either`, `values` says what it is");
    if (const YamlNode* is = mapping.get("is")) {
      fill_named(is->scalar);
      const Shape* base = named(*is);
      const schema::Title what = shape.what;
      shape = *base;
      shape.name.clear();
      if (!what.empty()) shape.what = what;
    }
    if (const YamlNode* list = mapping.get("list")) {
      shape.kind = ShapeKind::list;
      shape.of = expression(*list);
    }
    if (const YamlNode* map = mapping.get("map")) {
      shape.kind = ShapeKind::map;
      shape.of = expression(*map);
    }
    if (const YamlNode* key = mapping.get("key")) shape.key = expression(*key);
    if (const YamlNode* keys = mapping.get("keys")) {
      shape.kind = ShapeKind::object;
      shape.members = members(*keys);
    }
    if (const YamlNode* either = mapping.get("either")) {
      shape.kind = ShapeKind::either;
      for (const auto& item : either->items) shape.options.push_back(expression(item));
    }
    if (auto values = mapping.texts("values"); !values.empty()) {
      shape.kind = ShapeKind::choice;
      shape.values = std::move(values);
    }
    if (const auto pattern = mapping.text("pattern")) take_pattern(node, shape, *pattern);
    if (const auto least = mapping.number("min")) shape.min = least;
    if (const auto most = mapping.number("max")) shape.max = most;
    shape.declares = mapping.text("declares").value_or(shape.declares);
    shape.refers = mapping.text("refers").value_or(shape.refers);
    mapping.finish();
    return shape;
  }

  void take_pattern(const YamlNode& node, Shape& shape, const std::string& pattern) {
    shape.pattern = pattern;
    auto compiled = schema::Pattern::compile(pattern);
    if (!compiled) {
      faults_.add(std::move(compiled).error());
      return;
    }
    static_cast<void>(node);
    shape.matcher = std::make_shared<const schema::Pattern>(std::move(*compiled));
  }

  std::vector<ShapeMember> members(const YamlNode& keys) {
    std::vector<ShapeMember> all;
    for (const auto& pair : keys.pairs) {
      ShapeMember member;
      member.key = pair.key.scalar;
      member.shape = expression(pair.value);
      if (pair.value.kind == YamlKind::mapping) {
        if (const YamlNode* required = pair.value.find("required"))
          member.required = required->scalar == "true";
        if (const YamlNode* what = pair.value.find("what")) {
          if (const YamlNode* zh = what->find("zh")) member.what.zh = zh->scalar;
          if (const YamlNode* en = what->find("en")) member.what.en = en->scalar;
        }
      }
      if (member.what.empty()) member.what = member.shape->what;
      all.push_back(std::move(member));
    }
    return all;
  }

  Shapes& shapes_;
  YamlFaults& faults_;
  std::map<std::string, Shape*> slots_;
  std::map<std::string, const YamlNode*> waiting_;
  std::vector<std::pair<Shape*, const YamlNode*>> tops_;
};

Result<Shapes> Shapes::read(const std::vector<Source>& sources) {
  Shapes shapes;
  YamlFaults faults;
  Reader reader(shapes, faults);
  std::vector<YamlNode> roots;
  roots.reserve(sources.size());
  for (const auto& source : sources) {
    const std::string name = "shapes/" + (source.file.empty() ? "common.yaml" : source.file);
    JW_ASSIGN(auto root, schema::parse_yaml(source.text, name));
    roots.push_back(std::move(root));
  }
  for (std::size_t at = 0; at < sources.size(); ++at) reader.declare(sources[at].file, roots[at]);
  reader.fill();
  if (!faults.empty()) return faults.to_error();
  return shapes;
}

const Shapes& Shapes::built_in() {
  static const Shapes shapes = [] {
    std::vector<Source> sources;
    for (const auto& [file, text] : shape_sources)
      sources.push_back({file == "common.yaml" ? std::string() : std::string(file), text});
    auto read = Shapes::read(sources);
    if (!read.ok()) {
      for (const auto& cause : read.error().causes)
        log::error("scenario.shapes", {{"fault", cause.to_log()}});
    }
    JW_ASSERT(read.ok());
    return std::move(read).value();
  }();
  return shapes;
}

const Shape* Shapes::of_file(std::string_view file) const {
  const auto found = of_file_.find(file);
  return found == of_file_.end() ? nullptr : found->second;
}

}  // namespace jingwei::scenario
