#include "modules/cases/case.h"

#include <algorithm>

namespace jingwei::cases {

namespace {

constexpr std::array<std::string_view, 13> step_names = {
    "open",  "act",   "hand_over", "escalate", "supervise", "ignored",  "comment",
    "photo", "merge", "task",      "migrate",  "rehome",    "automatic"};

}  // namespace

std::string_view name_of(StepKind kind) {
  return step_names[static_cast<std::size_t>(kind)];
}

std::optional<StepKind> step_kind_named(std::string_view name) {
  const auto found = std::find(step_names.begin(), step_names.end(), name);
  if (found == step_names.end()) return std::nullopt;
  return static_cast<StepKind>(found - step_names.begin());
}

bool may(const std::vector<std::string>& by, const Case& one, const Doer& doer) {
  return std::any_of(by.begin(), by.end(), [&](const std::string& word) {
    if (word == word_anyone) return true;
    if (word == word_reporter) return doer.actor == one.reporter && !doer.actor.empty();
    if (word == word_assignee) return doer.actor == one.assignee && !doer.actor.empty();
    return doer.is(word);
  });
}

}  // namespace jingwei::cases
