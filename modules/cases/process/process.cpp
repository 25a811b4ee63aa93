#include "modules/cases/process/process.h"

#include <algorithm>

namespace jingwei::cases {

namespace {

constexpr std::array<std::string_view, stage_count> stage_names = {
    "report", "accept", "file", "dispatch", "handle", "feed_back", "verify", "close", "evaluate"};

}  // namespace

std::string_view name_of(Stage stage) {
  return stage_names[static_cast<std::size_t>(stage)];
}

std::optional<Stage> stage_named(std::string_view name) {
  for (std::size_t at = 0; at < stage_count; ++at) {
    if (stage_names[at] == name) return static_cast<Stage>(at);
  }
  return std::nullopt;
}

std::string_view name_of(Cap cap) {
  constexpr std::array<std::string_view, 3> names = {"none", "order", "form"};
  return names[static_cast<std::size_t>(cap)];
}

const State* Process::state(std::string_view wanted) const {
  const auto found =
      std::find_if(states.begin(), states.end(), [&](const State& one) { return one.id == wanted; });
  return found == states.end() ? nullptr : &*found;
}

const Transition* Process::transition(std::string_view wanted) const {
  const auto found = std::find_if(transitions.begin(), transitions.end(),
                                  [&](const Transition& one) { return one.id == wanted; });
  return found == transitions.end() ? nullptr : &*found;
}

const State& Process::leaf_of(const State& entered) const {
  const State* leaf = &entered;
  while (!leaf->is_leaf()) {
    leaf = state(leaf->initial);
    JW_ASSERT(leaf != nullptr);  // the reader has seen to it
  }
  return *leaf;
}

bool Process::is_within(const State& inner, std::string_view outer) const {
  const State* at = &inner;
  for (;;) {
    if (at->id == outer) return true;
    if (at->parent < 0) return false;
    at = &states[static_cast<std::size_t>(at->parent)];
  }
}

std::vector<const Transition*> transitions_from(const Process& process, const State& state) {
  std::vector<const Transition*> found;
  for (const State* at = &state;;) {
    for (const auto& transition : process.transitions) {
      if (std::find(transition.from.begin(), transition.from.end(), at->id) != transition.from.end())
        found.push_back(&transition);
    }
    if (at->parent < 0) return found;
    at = &process.states[static_cast<std::size_t>(at->parent)];
  }
}

}  // namespace jingwei::cases
