// How backups look in JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "modules/operations/operations_service.h"

namespace jingwei::operations {

enum class Tables : std::uint8_t { left_out, listed };
void write_backup(JsonWriter& json, const BackupView& view, Tables tables, Language language);
std::string backup_json(const BackupView& view, Tables tables, Language language);

}  // namespace jingwei::operations
