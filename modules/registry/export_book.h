// The file of a subject as a workbook, for the person it is about.
#pragma once

#include <string>

#include "base/messages.h"
#include "modules/registry/file.h"

namespace jingwei::registry {

// One line for each thing a record says, newest first. Errors: exhausted (disk), too_large.
Result<std::string> export_book(const SubjectFile& file, const RegistryParts& parts, Language language);

}  // namespace jingwei::registry
