#include "scenario/shape_check.h"

#include <algorithm>
#include <charconv>

#include "base/clock.h"
#include "base/text.h"
#include "scenario/yaml_hint.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlNode;

namespace {

constexpr std::size_t listed_words_most = 40;

std::string number_text(double number) {
  char buffer[32];
  const auto [end, fault] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, fault == std::errc{} ? end : buffer);
}

// Whether the node is of the kind of YAML that the shape wants; says nothing about what is inside.
bool fits(const YamlNode& node, const Shape& shape) {
  switch (shape.kind) {
    case ShapeKind::any:
      return true;
    case ShapeKind::list:
      return node.kind == YamlKind::sequence;
    case ShapeKind::map:
      return node.kind == YamlKind::mapping;
    case ShapeKind::object: {
      if (node.kind != YamlKind::mapping) return false;
      // Among several objects the first required key tells which is meant.
      const auto telling = std::find_if(shape.members.begin(), shape.members.end(),
                                        [](const ShapeMember& one) { return one.required; });
      return telling == shape.members.end() || node.find(telling->key) != nullptr;
    }
    case ShapeKind::either:
      return std::any_of(shape.options.begin(), shape.options.end(),
                         [&](const Shape* one) { return fits(node, *one); });
    case ShapeKind::integer:
      return schema::yaml_integer(node).has_value();
    case ShapeKind::number:
      return schema::yaml_number(node).has_value();
    case ShapeKind::boolean:
      return schema::yaml_boolean(node).has_value();
    case ShapeKind::choice:
      return node.kind == YamlKind::scalar &&
             std::find(shape.values.begin(), shape.values.end(), node.scalar) != shape.values.end();
    case ShapeKind::text:
      return node.kind == YamlKind::scalar && (!shape.matcher || shape.matcher->matches(node.scalar));
    case ShapeKind::date:
      return node.kind == YamlKind::scalar && parse_iso_day(node.scalar).has_value();
  }
  return false;
}

class Check {
 public:
  Check(YamlFaults& faults, Names& names) : faults_(faults), names_(names) {}

  void run(const YamlNode& node, const Shape& shape) {
    switch (shape.kind) {
      case ShapeKind::any:
        return;
      case ShapeKind::object:
        return object(node, shape);
      case ShapeKind::list:
        return list(node, shape);
      case ShapeKind::map:
        return map(node, shape);
      case ShapeKind::either:
        return either(node, shape);
      default:
        return scalar(node, shape);
    }
  }

 private:
  // A word in which punctuation of full width stands for YAML's.
  bool told_wide(const YamlNode& word) {
    const auto wide = wide_sign_behind_word(word.scalar);
    if (wide.empty()) return false;
    faults_.add(word, "scenario.wide",
                {{"word", word.scalar}, {"wide", std::string(wide)}, {"narrow", narrow_of(wide)}});
    return true;
  }

  // Says which keys must stand, as in `{zh: …, en: …}`.
  void no_object(const YamlNode& node, const Shape& shape) {
    std::string form;
    for (const auto& member : shape.members) {
      if (member.required) form += (form.empty() ? "{" : ", ") + member.key + ": …";
    }
    if (node.kind == YamlKind::scalar && told_wide(node)) return;
    if (form.empty()) return faults_.add(node, "yaml.not_mapping");
    faults_.add(node, "scenario.not_object", {{"form", form + "}"}});
  }

  void object(const YamlNode& node, const Shape& shape) {
    if (node.kind != YamlKind::mapping) return no_object(node, shape);
    std::vector<std::string> known;
    for (const auto& member : shape.members) known.push_back(member.key);
    for (const auto& pair : node.pairs) {
      const ShapeMember* member = shape.find(pair.key.scalar);
      if (member != nullptr) {
        run(pair.value, *member->shape);
        continue;
      }
      // What stands behind it is no longer told apart: no use to tell what is missing.
      if (told_wide(pair.key)) return;
      const auto near = schema::nearest(pair.key.scalar, known);
      if (near.empty()) {
        faults_.add(pair.key, "yaml.unknown_key",
                    {{"key", pair.key.scalar}, {"expected", quoted_list(known)}});
      } else {
        faults_.add(pair.key, "yaml.unknown_key_near",
                    {{"key", pair.key.scalar}, {"near", std::string(near)}});
      }
    }
    for (const auto& member : shape.members) {
      if (member.required && node.find(member.key) == nullptr)
        faults_.add(node, "yaml.missing_key", {{"key", member.key}});
    }
  }

  void count(const YamlNode& node, std::size_t entries, const Shape& shape) {
    if (shape.min && static_cast<double>(entries) < *shape.min)
      faults_.add(node, "scenario.too_few",
                  {{"least", number_text(*shape.min)}, {"found", std::to_string(entries)}});
    if (shape.max && static_cast<double>(entries) > *shape.max)
      faults_.add(node, "scenario.too_many",
                  {{"most", number_text(*shape.max)}, {"found", std::to_string(entries)}});
  }

  void list(const YamlNode& node, const Shape& shape) {
    if (node.kind != YamlKind::sequence) return faults_.add(node, "scenario.not_list");
    count(node, node.items.size(), shape);
    for (const auto& item : node.items) run(item, *shape.of);
  }

  void map(const YamlNode& node, const Shape& shape) {
    if (node.kind != YamlKind::mapping) return faults_.add(node, "yaml.not_mapping");
    count(node, node.pairs.size(), shape);
    for (const auto& pair : node.pairs) {
      if (shape.key != nullptr) run(pair.key, *shape.key);
      run(pair.value, *shape.of);
    }
  }

  void either(const YamlNode& node, const Shape& shape) {
    for (const Shape* option : shape.options) {
      if (fits(node, *option)) return run(node, *option);
    }
    // None fits wholly: the one of the same kind of YAML tells best what is wrong.
    for (const Shape* option : shape.options) {
      const bool same = (option->kind == ShapeKind::list && node.kind == YamlKind::sequence) ||
                        (option->kind == ShapeKind::object && node.kind == YamlKind::mapping) ||
                        (option->kind == ShapeKind::map && node.kind == YamlKind::mapping) ||
                        (option->kind == ShapeKind::choice && node.kind == YamlKind::scalar) ||
                        (option->kind == ShapeKind::text && node.kind == YamlKind::scalar);
      if (same) return run(node, *option);
    }
    run(node, *shape.options.front());
  }

  void scalar(const YamlNode& node, const Shape& shape) {
    if (node.kind != YamlKind::scalar) return faults_.add(node, "scenario.not_text");
    switch (shape.kind) {
      case ShapeKind::integer:
        if (!schema::yaml_integer(node))
          return faults_.add(node, "scenario.not_integer", {{"word", node.scalar}});
        range(node, schema::yaml_number(node).value_or(0), shape);
        break;
      case ShapeKind::number:
        if (!schema::yaml_number(node))
          return faults_.add(node, "scenario.not_number", {{"word", node.scalar}});
        range(node, *schema::yaml_number(node), shape);
        break;
      case ShapeKind::boolean:
        if (!schema::yaml_boolean(node))
          return faults_.add(node, "scenario.not_boolean", {{"word", node.scalar}});
        break;
      case ShapeKind::date:
        if (!parse_iso_day(node.scalar))
          return faults_.add(node, "scenario.not_date", {{"word", node.scalar}});
        break;
      case ShapeKind::choice:
        if (!fits(node, shape) && told_wide(node)) return;
        if (!fits(node, shape)) return report_unknown(node, shape.values, faults_);
        break;
      default:
        if (node.scalar.empty()) return faults_.add(node, "scenario.empty");
        if (shape.matcher && !shape.matcher->matches(node.scalar)) {
          if (told_wide(node)) return;
          const std::string form = shape.what.empty() ? shape.pattern : shape.what.en + " / " + shape.what.zh;
          return faults_.add(node, "scenario.bad_form", {{"word", node.scalar}, {"form", form}});
        }
        length(node, shape);
    }
    if (!shape.refers.empty()) names_.refer(shape.refers, node);
    if (!shape.declares.empty() && !names_.declare(shape.declares, node.scalar))
      faults_.add(node, "scenario.doubled", {{"name", node.scalar}});
  }

  void range(const YamlNode& node, double number, const Shape& shape) {
    if (shape.min && number < *shape.min)
      faults_.add(node, "scenario.too_small", {{"least", number_text(*shape.min)}, {"word", node.scalar}});
    if (shape.max && number > *shape.max)
      faults_.add(node, "scenario.too_large", {{"most", number_text(*shape.max)}, {"word", node.scalar}});
  }

  void length(const YamlNode& node, const Shape& shape) {
    if (shape.max && static_cast<double>(text::code_points(node.scalar).size()) > *shape.max)
      faults_.add(node, "scenario.too_long", {{"most", number_text(*shape.max)}});
  }

  YamlFaults& faults_;
  Names& names_;
};

}  // namespace

std::string quoted_list(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t at = 0; at < words.size() && at < listed_words_most; ++at)
    list += (list.empty() ? "`" : ", `") + words[at] + "`";
  if (words.size() > listed_words_most) list += ", …";
  return list;
}

void report_unknown(const YamlNode& node, const std::vector<std::string>& known, YamlFaults& faults) {
  const auto near = schema::nearest(node.scalar, known);
  if (near.empty()) {
    faults.add(node, "scenario.unknown_word", {{"word", node.scalar}, {"expected", quoted_list(known)}});
  } else {
    faults.add(node, "scenario.unknown_word_near", {{"word", node.scalar}, {"near", std::string(near)}});
  }
}

bool Names::declare(const std::string& kind, const std::string& name) {
  return declared_[kind].insert(name).second;
}

bool Names::has(const std::string& kind, const std::string& name) const {
  const auto found = declared_.find(kind);
  return found != declared_.end() && found->second.contains(name);
}

std::vector<std::string> Names::all(const std::string& kind) const {
  const auto found = declared_.find(kind);
  if (found == declared_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

void Names::check_uses(YamlFaults& faults) const {
  for (const auto& use : uses_) {
    if (has(use.kind, use.node->scalar)) continue;
    const auto known = all(use.kind);
    const auto near = schema::nearest(use.node->scalar, known);
    // The sentences of a kind stand under its name: scenario.no_resource, scenario.no_metric, …
    YamlFaults::Arguments arguments{{"name", use.node->scalar}};
    arguments.emplace_back(near.empty() ? "expected" : "near",
                           near.empty() ? quoted_list(known) : std::string(near));
    faults.add(*use.node, "scenario.no_" + use.kind + (near.empty() ? "" : "_near"), std::move(arguments));
  }
}

void check_shape(const YamlNode& node, const Shape& shape, YamlFaults& faults, Names& names) {
  Check(faults, names).run(node, shape);
}

}  // namespace jingwei::scenario
