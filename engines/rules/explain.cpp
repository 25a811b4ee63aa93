#include "engines/rules/explain.h"

#include <map>
#include <optional>

#include "engines/rules/program_parts.h"

namespace jingwei::rules {

namespace {

constexpr std::size_t described_bytes = 120;
constexpr std::size_t told_items = 6;
constexpr std::string_view unit_names[] = {"second", "minute", "hour", "day", "week", "month", "year"};

using Arguments = std::vector<std::pair<std::string, std::string>>;

std::string shortened(std::string text) {
  if (text.size() <= described_bytes) return text;
  std::size_t cut = described_bytes;
  while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

std::string word(const std::string& id, Language language) {
  return render("rules.why." + id, {}, language);
}

std::string told(const Value& value, Language language) {
  switch (value.kind()) {
    case Kind::null:
      return word("nothing", language);
    case Kind::boolean:
      return word(value.as_boolean() ? "yes" : "no", language);
    case Kind::list:
      if (value.as_list().size() > told_items || value.depth() > 1) {
        const Arguments count{{"count", std::to_string(value.as_list().size())}};
        return render("rules.why.items", count, language);
      }
      return shortened(to_json(value));
    case Kind::object:
      return "{…}";
    default:
      return shortened(to_json(value));
  }
}

// The word between two operands; nothing for operators that are no relation.
std::optional<std::string> relation_word(Op op) {
  switch (op) {
    case Op::strict_less:
    case Op::less:
      return "word.less";
    case Op::strict_less_equal:
    case Op::less_equal:
      return "word.less_equal";
    case Op::strict_greater:
    case Op::greater:
      return "word.greater";
    case Op::strict_greater_equal:
    case Op::greater_equal:
      return "word.greater_equal";
    case Op::strict_before:
    case Op::before:
      return "word.before";
    case Op::strict_not_after:
    case Op::not_after:
      return "word.not_after";
    case Op::strict_after:
    case Op::after:
      return "word.after";
    case Op::strict_not_before:
    case Op::not_before:
      return "word.not_before";
    case Op::strict_identical:
    case Op::same:
      return "word.same";
    case Op::differs:
      return "word.differs";
    case Op::strict_in:
    case Op::in:
      return "word.in";
    case Op::region_within:
      return "word.region_within";
    default:
      return std::nullopt;
  }
}

class Explainer {
 public:
  Explainer(const Program& program, const Trace& trace, Language language)
      : program_(program), parts_(program.parts()), steps_(trace.steps), language_(language) {}

  std::vector<Reason> run() {
    std::vector<bool> decisive(steps_.size(), false);
    if (!steps_.empty()) decide(0, decisive);
    std::vector<Reason> reasons;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      reasons.push_back({steps_[i].depth, parts_.places[steps_[i].node].pointer, sentence(i),
                         static_cast<bool>(decisive[i])});
    }
    return reasons;
  }

 private:
  // Steps directly below step `at`, in order.
  std::vector<std::size_t> below(std::size_t at) const {
    std::vector<std::size_t> found;
    for (std::size_t i = at + 1; i < steps_.size() && steps_[i].depth > steps_[at].depth; ++i) {
      if (steps_[i].depth == steps_[at].depth + 1) found.push_back(i);
    }
    return found;
  }

  // Marks what the value of a step hangs on, down to the ends.
  void decide(std::size_t at, std::vector<bool>& decisive) const {
    const Op op = parts_.nodes[steps_[at].node].op;
    const auto parts = below(at);
    const bool junction = op == Op::conjunction || op == Op::disjunction;
    if (junction && !parts.empty()) {
      const bool holds = truth_of(steps_[at].value).value_or(true);
      const bool ended_early = (op == Op::conjunction) != holds;
      for (const std::size_t part : parts) {
        if (!ended_early || part == parts.back()) decide(part, decisive);
      }
    } else if ((op == Op::branch || op == Op::negation || op == Op::truth) && !parts.empty()) {
      for (const std::size_t part : parts) decide(part, decisive);
    } else {
      decisive[at] = true;
    }
  }

  // An operand with what it came to: "age (17)", or the constant itself.
  std::string operand(std::size_t at, std::uint32_t node) const {
    if (parts_.nodes[node].op == Op::constant) return shortened(describe(program_, node));
    for (const std::size_t part : below(at)) {
      if (steps_[part].node != node) continue;
      const Arguments arguments{{"what", shortened(describe(program_, node))},
                                {"value", told(steps_[part].value, language_)}};
      return render("rules.why.known", arguments, language_);
    }
    return shortened(describe(program_, node));
  }

  std::string sentence(std::size_t at) const {
    const TraceStep& step = steps_[at];
    const Node& node = parts_.nodes[step.node];
    const auto relation = relation_word(node.op);
    if (relation && node.count >= 2) {
      Arguments arguments{{"left", operand(at, parts_.children[node.first])},
                          {"word", word(*relation, language_)},
                          {"right", operand(at, parts_.children[node.first + node.count - 1u])},
                          {"answer", told(step.value, language_)}};
      if (node.count == 2) return render("rules.why.relation", arguments, language_);
      arguments.emplace_back("middle", operand(at, parts_.children[node.first + 1]));
      return render("rules.why.between", arguments, language_);
    }
    const Arguments arguments{{"what", shortened(describe(program_, step.node))},
                              {"value", told(step.value, language_)}};
    return render("rules.why.value", arguments, language_);
  }

  const Program& program_;
  const ProgramParts& parts_;
  const std::vector<TraceStep>& steps_;
  Language language_;
};

void append_described(const ProgramParts& parts, std::uint32_t id, std::string& out) {
  if (out.size() > 4 * described_bytes) return;
  const Node& node = parts.nodes[id];
  if (node.op == Op::constant) {
    const Value& value = parts.constants[node.extra];
    out += value.kind() == Kind::list && value.as_list().size() > told_items ? "[…]" : to_json(value);
    return;
  }
  if (node.op == Op::variable || node.op == Op::fact || node.op == Op::clock_text) {
    for (std::uint32_t i = 0; i < node.extra_count; ++i) {
      if (i > 0) out += '.';
      out += parts.steps[node.extra + i].name;
    }
    if (node.extra_count == 0) out += "·";
    return;
  }
  out += node.op == Op::list ? "" : parts.places[id].operator_name;
  out += node.op == Op::list ? "[" : "(";
  const bool has_unit = node.op == Op::strict_plus_time || node.op == Op::plus_time ||
                        node.op == Op::elapsed || node.op == Op::within || node.op == Op::plus_working_time ||
                        node.op == Op::working_time;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (i > 0) out += ", ";
    append_described(parts, parts.children[node.first + i], out);
    if (i == 1 && has_unit)
      out += std::string(" ") + std::string(unit_names[static_cast<std::size_t>(node.unit)]);
  }
  out += node.op == Op::list ? "]" : ")";
}

}  // namespace

std::string describe(const Program& program, std::uint32_t node) {
  std::string text;
  append_described(program.parts(), node, text);
  return text;
}

std::vector<Reason> explain(const Program& program, const Trace& trace, Language language) {
  return Explainer(program, trace, language).run();
}

std::vector<std::string> because(const Program& program, const Trace& trace, Language language) {
  std::vector<std::string> lines;
  for (const auto& reason : explain(program, trace, language)) {
    if (reason.decisive) lines.push_back(reason.sentence);
  }
  return lines;
}

}  // namespace jingwei::rules
