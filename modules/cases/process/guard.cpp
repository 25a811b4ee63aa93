#include "modules/cases/process/guard.h"

#include <algorithm>

#include "base/messages.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"

namespace jingwei::cases {

namespace {

using rules::Fact;
using rules::FactField;
using rules::FactType;

const std::vector<Fact>& facts() {
  static const std::vector<Fact> all = [] {
    std::vector<FactField> of_case;
    for (const char* name : {"state", "stage", "category", "urgency", "department"})
      of_case.push_back({name, FactType::text});
    for (const char* name :
         {"escalated", "reopened", "not_ours", "supervised", "tasks_open", "photos", "score"})
      of_case.push_back({name, FactType::number});
    of_case.push_back({"overdue", FactType::boolean});
    return std::vector<Fact>{
        {"case", FactType::object, std::move(of_case), {}},
        {"form", FactType::object, {}, {}},
        {"input", FactType::object, {}, {}},
        {"actor",
         FactType::object,
         {{"reporter", FactType::boolean}, {"assignee", FactType::boolean}, {"roles", FactType::list}},
         {}},
        {"now", FactType::instant, {}, {}}};
  }();
  return all;
}

std::string argument(const Error& error, const std::string& name) {
  for (const auto& [key, value] : error.arguments) {
    if (key == name) return value;
  }
  return {};
}

class CalendarTime final : public rules::WorkingTime {
 public:
  explicit CalendarTime(const WorkingCalendar& calendar) : calendar_(calendar) {}
  bool is_working(Day day) const override { return calendar_.is_working(day); }
  std::chrono::microseconds day_length() const override { return calendar_.day_length(); }
  Instant add(Instant from, std::chrono::microseconds working) const override {
    return calendar_.add(from, working);
  }
  std::chrono::microseconds between(Instant from, Instant to) const override {
    return calendar_.between(from, to);
  }

 private:
  const WorkingCalendar& calendar_;
};

class KnownRegions final : public rules::RegionTree {
 public:
  explicit KnownRegions(const GuardSurroundings& with) : with_(with) {}
  std::optional<bool> within(std::string_view region, std::string_view ancestor) const override {
    return with_.within(region, ancestor);
  }

 private:
  const GuardSurroundings& with_;
};

}  // namespace

bool is_case_fact(std::string_view name) {
  const auto& known = facts().front().fields;
  return std::any_of(known.begin(), known.end(), [&](const FactField& field) { return field.name == name; });
}

std::unique_ptr<rules::WorkingTime> working_time_of(const WorkingCalendar& calendar) {
  return std::make_unique<CalendarTime>(calendar);
}

struct Guard::Compiled {
  rules::Program program;
};

Guard::Guard(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Guard::~Guard() = default;

Result<std::shared_ptr<const Guard>> Guard::compile(std::string_view logic) {
  rules::CompileOptions options;
  options.facts = facts();
  auto program = rules::compile(logic, options);
  if (!program) {
    const Error& fault = program.error();
    if (fault.message == "rules.unknown_fact" || fault.message == "rules.unknown_field")
      return Error(ErrorCode::invalid, "cases.unknown_fact").with("fact", argument(fault, "path"));
    Error plain = fault.causes.empty() ? fault : fault.causes.front();
    std::erase_if(plain.arguments,
                  [](const auto& one) { return one.first == "place"; });  // of the file, which knows better
    plain.causes.clear();
    return plain;
  }
  return std::shared_ptr<const Guard>(new Guard(std::make_unique<Compiled>(Compiled{std::move(*program)})));
}

bool Guard::holds(std::string_view facts, const GuardSurroundings& with) const {
  thread_local rules::Evaluator evaluator;
  const auto document = rules::Document::parse(facts);
  if (!document) return false;
  const CalendarTime time(with.calendar);
  const KnownRegions regions(with);
  rules::Surroundings surroundings;
  surroundings.now = with.now;
  surroundings.zone = &with.calendar.zone();
  surroundings.working_time = &time;
  surroundings.regions = &regions;
  const auto holds = evaluator.holds(compiled_->program, document->root(), surroundings);
  return holds && *holds;
}

}  // namespace jingwei::cases
