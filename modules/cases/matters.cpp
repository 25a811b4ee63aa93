#include "modules/cases/matters.h"

#include <boost/json.hpp>

#include "base/json_members.h"
#include "base/log.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

// Whether the same event would be refused again.
bool stays_refused(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
    case ErrorCode::denied:
    case ErrorCode::not_found:
    case ErrorCode::gone:
    case ErrorCode::corrupt:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<storage::MatterStep> parse_matter_step(std::string_view json) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(json, fault);
  if (fault || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  storage::MatterStep step;
  step.matter = member_text(object, "matter");
  step.thing = member_text(object, "thing");
  step.step = member_text(object, "step");
  step.actor = member_text(object, "actor");
  step.region = member_text(object, "region");
  step.in_case = member_text(object, "case");
  if (const auto* facts = object.if_contains("facts"); facts != nullptr && facts->is_object()) {
    for (const auto& fact : facts->get_object()) {
      if (fact.value().is_string())
        step.facts[std::string(fact.key())] = std::string(fact.value().get_string());
    }
  }
  if (step.matter.empty() || step.thing.empty() || step.step.empty()) return std::nullopt;
  return step;
}

Result<std::map<std::string, CaseId>> Matters::cases_of(const std::string& matter,
                                                        const std::string& thing) const {
  std::map<std::string, CaseId> found;
  JW_ASSIGN(auto reader, parts_.store.read());
  const std::array<storage::Value, 2> key = {matter, thing};
  JW_TRY(reader->query(sql::cases_of_matter, key, [&](const storage::Row& row) {
    found[std::string(row.text(0))] = CaseId(row.integer(1));
    return true;
  }));
  return found;
}

// In the name of whoever brought the thing: they are the case's reporter.
Result<void> Matters::open(const Process& process, const storage::MatterStep& step) {
  NewCase wanted;
  wanted.region = step.region;
  wanted.by = Opener::hub;
  for (const auto& [field, fact] : process.matter->form) {
    const auto known = step.facts.find(fact);
    if (known != step.facts.end() && !known->second.empty()) wanted.form[field] = known->second;
  }
  const CaseView hub(nullptr, step.actor, {}, parts_.regions.tree(), parts_);
  const auto made = work_.open(
      process.id, wanted, hub, {step.actor, std::nullopt}, [&](const Case& one, storage::Change& change) {
        change.origin = storage::Origin::hub;
        change.writes.push_back({&sql::put_matter, {step.matter, step.thing, process.id, one.id.value}, 1});
      });
  return made ? Result<void>() : made.error();
}

Result<void> Matters::take(const storage::MatterStep& step) {
  JW_ASSIGN(const auto standing, cases_of(step.matter, step.thing));
  const auto judge = [&](const std::string& process, const Error& error) -> Result<void> {
    if (!stays_refused(error.code)) return error;
    log::error("cases.matter_refused", {{"process", process},
                                        {"matter", step.matter},
                                        {"thing", step.thing},
                                        {"step", step.step},
                                        {"fault", error.to_log()}});
    return {};
  };
  if (step.step != storage::matter_opened) {
    for (const auto& [process, id] : standing) {
      if (id.to_string() == step.in_case) continue;
      if (const auto moved = work_.follow(id, step.step, step.actor); !moved)
        JW_TRY(judge(process, moved.error()));
    }
    return {};
  }
  const auto list = book_.list();
  for (const auto& [id, head] : list->heads) {
    if (head.retired || standing.contains(id)) continue;
    const auto declared = book_.find(id);
    if (!declared || !(*declared)->process.matter || (*declared)->process.matter->of != step.matter) continue;
    if (const auto made = open((*declared)->process, step); !made) JW_TRY(judge(id, made.error()));
  }
  return {};
}

}  // namespace jingwei::cases
