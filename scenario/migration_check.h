// Whether the cases of a process find their way into its next version, and stay readable under its next form.
#pragma once

#include <string>
#include <vector>

#include "modules/cases/cases_service.h"
#include "scenario/checker.h"

namespace jingwei::scenario {

// What keeps the package `changed` of `next` from taking the place of the present one: a process that says
// `migrate:` and leaves a state unmapped in which cases stand now ("scenario.migrate_lacks", at the key), or
// has another form than they were opened with ("scenario.migrate_form"). Without `migrate:` cases keep their
// version: then it is in the way that a form drops or retypes what a version in use names
// ("cases.version_needs_…", at the `form` of its process, or at the form where another package has it).
std::vector<Error> migration_objections(const Shelf& next, const std::string& changed,
                                        const cases::ProcessBook& book);

}  // namespace jingwei::scenario
