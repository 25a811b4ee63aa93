// Departments that a case or a part of it may be given to.
#pragma once

#include <map>
#include <string>

#include "modules/cases/process_book.h"

namespace jingwei::cases {

// By id: providers of what stands in the catalogue, and whom a version of a process names. One that nobody
// gives a name bears its id.
using Departments = std::map<std::string, catalog::Title, std::less<>>;
Departments known_departments(const catalog::Catalog& catalog, const ProcessList& processes);

// Errors: invalid "cases.no_department_near" (what was meant, by its id or one of its names),
// "cases.no_department" (those there are), at /department.
Result<void> check_department(const std::string& id, const Departments& known);

}  // namespace jingwei::cases
