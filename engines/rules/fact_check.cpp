#include <algorithm>
#include <map>
#include <set>

#include "engines/rules/program_parts.h"

namespace jingwei::rules {

namespace {

// What is known of a value before any data are seen: a declared fact, its items, or nothing.
struct Shape {
  const Fact* fact = nullptr;
  bool item = false;  // one item of the fact's list
};

class FactCheck {
 public:
  FactCheck(ProgramParts& parts, std::span<const Fact> facts, std::vector<Error>& faults)
      : parts_(parts), facts_(facts), faults_(faults) {}

  void run() {
    shape_of(parts_.root, Shape{});
    for (const auto& [name, fields] : uses_) {
      FactUse use{name, {}};
      if (!whole_.contains(name)) use.fields.assign(fields.begin(), fields.end());
      parts_.facts.push_back(std::move(use));
    }
    wakings();
  }

 private:
  const Node& node(std::uint32_t id) const { return parts_.nodes[id]; }
  std::uint32_t child(std::uint32_t id, std::size_t i) const { return parts_.children[node(id).first + i]; }

  void fault(std::uint32_t id, Error error) {
    if (faults_.size() < limits::issues)
      faults_.push_back(placed(std::move(error), parts_.places[id], parts_.file));
  }

  std::string known_facts() const {
    std::string names;
    for (const auto& fact : facts_) names += (names.empty() ? "" : ", ") + fact.name;
    return names;
  }

  void use(const Fact& fact, std::string_view field) {
    auto& fields = uses_[fact.name];
    if (field.empty()) {
      whole_.insert(fact.name);
    } else {
      fields.insert(std::string(field));
    }
  }

  // Fields of a fact are checked where they are declared.
  void field(std::uint32_t id, const Fact& fact, const PathStep& step) {
    const bool known = fact.fields.empty() ||
                       std::any_of(fact.fields.begin(), fact.fields.end(),
                                   [&](const FactField& declared) { return declared.name == step.name; });
    if (!known) {
      std::string names;
      for (const auto& declared : fact.fields) names += (names.empty() ? "" : ", ") + declared.name;
      fault(id, Error(ErrorCode::invalid, "rules.unknown_field")
                    .with("fact", fact.name)
                    .with("field", std::string(step.name))
                    .with("known", names));
    }
    use(fact, step.name);
  }

  Shape read(std::uint32_t id, Shape scope, bool at_root) {
    const Node& read = node(id);
    std::size_t step = read.extra;
    const std::size_t end = step + read.extra_count;
    Shape shape = scope;
    if (at_root) {
      if (step == end) return {};
      const auto& name = parts_.steps[step].name;
      const auto found =
          std::find_if(facts_.begin(), facts_.end(), [&](const Fact& f) { return f.name == name; });
      if (found == facts_.end()) {
        fault(id, Error(ErrorCode::invalid, "rules.unknown_fact")
                      .with("fact", std::string(name))
                      .with("known", known_facts()));
        return {};
      }
      shape = {&*found, false};
      ++step;
    }
    if (!shape.fact) return {};
    // A list's item stands under its number.
    if (step < end && !shape.item && shape.fact->type == FactType::list && parts_.steps[step].index >= 0) {
      shape.item = true;
      ++step;
    }
    if (step < end) {
      field(id, *shape.fact, parts_.steps[step]);
      return {};
    }
    // A list of records is read by what is read of its items; everything else is read whole.
    if (shape.item || shape.fact->type == FactType::list) {
      uses_[shape.fact->name];
    } else {
      use(*shape.fact, {});
    }
    return shape;
  }

  // A name that `missing` looks up: the fact it begins with is read whole.
  void named(std::uint32_t id, Shape scope, bool rooted) {
    if (!rooted || node(id).op != Op::constant) {
      shape_of(id, scope, rooted);
      return;
    }
    const Value& text = parts_.constants[node(id).extra];
    if (text.kind() != Kind::text) return;
    const std::string_view name = text.as_text().substr(0, text.as_text().find('.'));
    const auto found =
        std::find_if(facts_.begin(), facts_.end(), [&](const Fact& f) { return f.name == name; });
    if (found != facts_.end()) {
      use(*found, {});
      return;
    }
    fault(id, Error(ErrorCode::invalid, "rules.unknown_fact")
                  .with("fact", std::string(name))
                  .with("known", known_facts()));
  }

  // `rooted` is true while var means the data as a whole.
  Shape shape_of(std::uint32_t id, Shape scope, bool rooted = true) {
    const Node& at = node(id);
    switch (at.op) {
      case Op::variable:
      case Op::clock_text:
      case Op::fact: {
        if (at.count > 0) shape_of(child(id, 0), scope, rooted);
        const bool from_root = at.op == Op::fact || rooted;
        const Shape shape = read(id, scope, from_root);
        return shape;
      }
      case Op::map:
      case Op::filter:
      case Op::all:
      case Op::some:
      case Op::none:
      case Op::count:
      case Op::sum: {
        const Shape list = shape_of(child(id, 0), scope, rooted);
        if (list.fact && !list.item && list.fact->type != FactType::list &&
            list.fact->type != FactType::any) {
          fault(id, Error(ErrorCode::invalid, "rules.fact_is_no_list").with("fact", list.fact->name));
        }
        if (at.count > 1) shape_of(child(id, 1), {list.fact, list.fact != nullptr}, false);
        return at.op == Op::filter ? list : Shape{};
      }
      case Op::within:
      case Op::earliest:
      case Op::latest: {
        const Shape list = shape_of(child(id, 0), scope, rooted);
        const std::uint32_t name = child(id, at.count - 1u);
        if (list.fact && node(name).op == Op::constant) {
          const PathStep step{parts_.constants[node(name).extra].as_text(), -1};
          field(name, *list.fact, step);
        }
        for (std::size_t i = 1; i < at.count; ++i) shape_of(child(id, i), scope, rooted);
        return at.op == Op::within ? list : Shape{list.fact, list.fact != nullptr};
      }
      case Op::reduce: {
        const Shape list = shape_of(child(id, 0), scope, rooted);
        if (list.fact) use(*list.fact, {});  // accumulator and current are not followed
        shape_of(child(id, 1), {}, false);
        shape_of(child(id, 2), scope, rooted);
        return {};
      }
      case Op::first:
      case Op::last: {
        const Shape list = shape_of(child(id, 0), scope, rooted);
        return {list.fact, list.fact != nullptr};
      }
      case Op::missing:
        for (std::size_t i = 0; i < at.count; ++i) named(child(id, i), scope, rooted);
        return {};
      default: {
        for (std::size_t i = 0; i < at.count; ++i) {
          const Shape shape = shape_of(child(id, i), scope, rooted);
          const bool escapes = shape.fact && at.op != Op::length && at.op != Op::truth &&
                               at.op != Op::negation && at.op != Op::conjunction && at.op != Op::disjunction;
          if (escapes) use(*shape.fact, {});
        }
        return {};
      }
    }
  }

  // Facts' sources by resource and relation. Which fields of the resource matter is said by the source.
  void wakings() {
    struct Fields {
      std::set<std::string> names;
      bool any = false;
    };
    std::map<std::pair<std::string, std::string>, Fields> found;
    for (const auto& use : parts_.facts) {
      const auto fact =
          std::find_if(facts_.begin(), facts_.end(), [&](const Fact& f) { return f.name == use.fact; });
      for (const auto& source : fact->sources) {
        Fields& fields = found[{source.resource, source.relation}];
        if (source.fields.empty()) fields.any = true;
        fields.names.insert(source.fields.begin(), source.fields.end());
      }
    }
    for (auto& [key, fields] : found) {
      Waking waking{key.first, key.second, {}};
      if (!fields.any) waking.fields.assign(fields.names.begin(), fields.names.end());
      parts_.wakings.push_back(std::move(waking));
    }
  }

  ProgramParts& parts_;
  std::span<const Fact> facts_;
  std::vector<Error>& faults_;
  std::map<std::string, std::set<std::string>> uses_;
  std::set<std::string> whole_;
};

}  // namespace

void check_facts(ProgramParts& parts, std::span<const Fact> facts, std::vector<Error>& faults) {
  if (facts.empty()) return;
  FactCheck(parts, facts, faults).run();
}

}  // namespace jingwei::rules
