#include "engines/rules/evaluator.h"

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

struct Evaluator::Memory {
  Arena arena;
  std::vector<Motion> motions;
};

Evaluator::Evaluator() : memory_(std::make_unique<Memory>()) {}
Evaluator::~Evaluator() = default;

Result<Answer> Evaluator::evaluate(const Program& program, const Value& data, const Surroundings& with) {
  memory_->arena.reset();
  memory_->motions.clear();
  Evaluation evaluation(program.parts(), data, with, memory_->arena, memory_->motions);
  const Value value = evaluation.value_of(program.parts().root);
  evaluation.finish(value);
  if (evaluation.error()) return *evaluation.error();
  Answer answer;
  answer.value = value.motion() == 0 ? value : Value::instant(value.as_instant());
  answer.may_change_at = evaluation.may_change_at();
  answer.fuel_used = with.fuel - evaluation.fuel_left();
  return answer;
}

Result<bool> Evaluator::holds(const Program& program, const Value& data, const Surroundings& with) {
  JW_ASSIGN(const Answer answer, evaluate(program, data, with));
  const auto truth = truth_of(answer.value);
  if (truth) return *truth;
  if (program.dialect() == Dialect::jingwei) return true;  // an instant is something
  return placed(Error(ErrorCode::invalid, "rules.no_truth").with("value", to_json(answer.value)),
                program.parts().places[program.parts().root], program.parts().file);
}

}  // namespace jingwei::rules
