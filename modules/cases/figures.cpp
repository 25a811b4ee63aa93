#include "modules/cases/figures.h"

#include <boost/json.hpp>

#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

std::optional<StepEvent> parse_step_event(std::string_view body) {
  namespace json = boost::json;
  json::error_code fault;
  const json::value value = json::parse(body, fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto& object = value.as_object();
  const auto text = [&](std::string_view name) {
    const auto* found = object.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const auto truth = [&](std::string_view name) {
    const auto* found = object.if_contains(name);
    return found != nullptr && found->is_bool() && found->as_bool();
  };
  StepEvent event;
  event.process = text("process");
  event.from = text("from");
  event.to = text("to");
  event.assignee = text("assignee");
  event.assignee_before = text("assignee_before");
  event.department = text("department");
  event.department_before = text("department_before");
  event.place = RegionId::parse(text("place")).value_or(RegionId());
  event.open = truth("open");
  event.was_open = truth("was_open");
  event.overdue = truth("overdue");
  event.was_overdue = truth("was_overdue");
  if (event.process.empty() || event.to.empty()) return std::nullopt;
  return event;
}

Result<void> Figures::load(storage::Reader& reader) {
  decltype(counts_) fresh;
  JW_TRY(reader.query(sql::figures_now, {}, [&](const storage::Row& row) {
    Posts& posts = fresh[{std::string(row.text(0)), std::string(row.text(1))}];
    Count& count = posts[{RegionId(row.integer(2)), std::string(row.text(3))}];
    count.open += row.integer(4);
    count.overdue += row.integer(5);
    return true;
  }));
  const std::lock_guard lock(mutex_);
  counts_ = std::move(fresh);
  return {};
}

void Figures::take(const StepEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto move = [&](const std::string& state, const std::string& department, std::int64_t by,
                        bool overdue) {
    Count& count = counts_[{event.process, state}][{event.place, department}];
    count.open += by;
    if (overdue) count.overdue += by;
  };
  if (event.was_open) move(event.from, event.department_before, -1, event.was_overdue);
  if (event.open) move(event.to, event.department, 1, event.overdue);
}

std::vector<Figure> Figures::sum(const Counts& counts, const std::string& process) const {
  std::vector<Figure> all;
  std::map<std::pair<RegionId, std::string>, bool> counted;  // the same stand under many states
  const std::lock_guard lock(mutex_);
  for (const auto& [key, posts] : counts_) {
    if (!process.empty() && key.first != process) continue;
    Figure figure{key.first, key.second, 0, 0};
    for (const auto& [post, count] : posts) {
      const auto [known, fresh] = counted.try_emplace(post, false);
      if (fresh) known->second = counts(post.first, post.second);
      if (!known->second) continue;
      figure.open += count.open;
      figure.overdue += count.overdue;
    }
    if (figure.open != 0) all.push_back(std::move(figure));
  }
  return all;
}

}  // namespace jingwei::cases
