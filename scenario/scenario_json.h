// JSON of packages, for routes and the command line.
#pragma once

#include <set>
#include <string>

#include "base/messages.h"
#include "scenario/emergency.h"
#include "scenario/scenario_service.h"

namespace jingwei::scenario {

// PackageSummary of api.yaml.
std::string summary_json(const Kept& kept, Language language);
// The same with what its installation warns of.
std::string installed_json(const Kept& kept, const std::vector<PackageWarning>& warnings, Language language);
std::string packages_json(const std::vector<Kept>& all, Language language);
// PackageDetail.
std::string detail_json(const Kept& kept, Language language);
// PackageCheck.
std::string check_json(const Package& package, const std::string& installed_version,
                       const std::vector<Error>& faults, const std::vector<PackageWarning>& warnings,
                       Language language);
// FeatureRows.
std::string coverage_json(const Shelf& shelf, Language language);
// PageList: pages of whoever has one of the roles; `everyone` of all. `where`: "desk", "pocket" or empty.
// Of a package that is not on, nothing that brings something new.
std::string pages_json(const Shelf& shelf, const IsOn& is_on, const std::set<std::string>& roles,
                       bool everyone, const std::string& where, Language language);

// The version that a package says it has; empty when it says none.
std::string version_of(const Package& package);

}  // namespace jingwei::scenario
