#include "modules/cases/departments.h"

#include <algorithm>

#include "schema/yaml.h"

namespace jingwei::cases {

namespace {

constexpr std::size_t departments_told = 30;

void add_named(const Process& process, Departments& all) {
  for (const auto& [id, title] : process.departments) all.emplace(id, title);
}

void add_bare(const Process& process, Departments& all) {
  const auto add = [&](const std::string& id) {
    if (!id.empty()) all.emplace(id, catalog::Title{id, id});
  };
  add(process.department);
  for (const auto& state : process.states) add(state.owner.department);
  for (const auto& rule : process.dispatch) add(rule.department);
}

}  // namespace

Departments known_departments(const catalog::Catalog& catalog, const ProcessList& processes) {
  Departments all;
  const auto definitions = catalog.definitions();
  for (const auto& definition : *definitions) {
    const bool stands =
        definition.state == catalog::LifeState::published || definition.state == catalog::LifeState::retired;
    if (stands && !definition.resource.provider_id.empty())
      all.emplace(definition.resource.provider_id, definition.resource.provider);
  }
  for (const auto& [id, versions] : processes.versions) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version)  // as it is called now
      add_named(version->second->process, all);
  }
  for (const auto& [id, versions] : processes.versions) {
    for (const auto& [version, declared] : versions) add_bare(declared->process, all);
  }
  return all;
}

Result<void> check_department(const std::string& id, const Departments& known) {
  if (known.contains(id)) return {};
  const auto called = std::find_if(known.begin(), known.end(), [&](const auto& one) {
    return one.second.zh == id || one.second.en == id;
  });
  std::vector<std::string> ids;
  for (const auto& [one, title] : known) ids.push_back(one);
  const std::string near = called != known.end() ? called->first : std::string(schema::nearest(id, ids));
  if (!near.empty())
    return Error(ErrorCode::invalid, "cases.no_department_near")
        .with("department", id)
        .with("near", near)
        .at("/department");
  std::string told;
  for (std::size_t at = 0; at < ids.size() && at < departments_told; ++at)
    told += (at == 0 ? "" : ", ") + ids[at];
  return Error(ErrorCode::invalid, "cases.no_department")
      .with("department", id)
      .with("known", ids.size() > departments_told ? told + " …" : told)
      .at("/department");
}

}  // namespace jingwei::cases
