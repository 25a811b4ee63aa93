#include "storage/migrations.h"

#include "storage/digest.h"

namespace jingwei::storage {

std::string digest_of(const Migration& migration) {
  return sha256_hex(migration.sqlite + '\x1f' + migration.postgres);
}

Result<bool> must_run(const Migration& migration, const Landed& landed) {
  const auto found = landed.find(migration.number);
  if (found == landed.end()) return true;
  if (found->second == digest_of(migration)) return false;
  return Error(ErrorCode::corrupt, "storage.migration_changed")
      .with("module", migration.module)
      .with("number", std::to_string(migration.number));
}

Result<void> check_not_newer(std::span<const Migration> known, const std::string& module,
                             const Landed& landed) {
  std::int64_t newest = 0;
  for (const Migration& migration : known) {
    if (migration.module == module) newest = std::max<std::int64_t>(newest, migration.number);
  }
  if (landed.empty() || landed.rbegin()->first <= newest) return {};
  return Error(ErrorCode::corrupt, "storage.newer")
      .with("module", module)
      .with("number", std::to_string(landed.rbegin()->first));
}

std::vector<std::string> modules_of(std::span<const Migration> migrations) {
  std::vector<std::string> modules;
  for (const Migration& migration : migrations) {
    if (std::find(modules.begin(), modules.end(), migration.module) == modules.end())
      modules.push_back(migration.module);
  }
  return modules;
}

}  // namespace jingwei::storage
