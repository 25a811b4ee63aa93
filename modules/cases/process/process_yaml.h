// Reads process.yaml of a scenario package (docs/formats/processes.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/cases/process/process.h"

namespace jingwei::cases {

// All processes of one file. `file` is the name errors tell. `rules` is the text of the package's rules.yaml;
// empty: it has none. What guards call of it becomes part of the process (rule_calls.cpp). Errors: invalid,
// with the place of everything that is wrong as causes: unknown keys, missing translations, doubled names,
// states and transitions that are not there, guards that read what is no fact or call what is no rule.
Result<std::vector<Process>> parse_processes(std::string_view yaml, const std::string& file,
                                             const std::string& package, std::string_view rules = {});

// What stands in the store: Process::text, read back. Errors: as parse_processes.
Result<Process> parse_process_text(std::string_view text, const std::string& package);

// What a process says of its form, against the resource: names of fields, the choice that is the category,
// the categories of dispatch; and tells the process which of its fields are numbers, also when the rest does
// not fit. Errors: invalid "cases.no_choice", "cases.no_field", "cases.no_moment", "cases.no_told_text",
// "cases.no_category", each with the `name` at fault.
Result<void> bind_form(Process& process, const catalog::Resource& form);

}  // namespace jingwei::cases
