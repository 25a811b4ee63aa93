// Migrations on PostgreSQL, where several processes may start at once.
#pragma once

#include "storage/postgres/connection.h"

namespace jingwei::storage::postgres {

// Each step in a transaction of its own that first locks one row of landed_migration: whoever comes second
// waits there and then finds the step done. No advisory locks, which connection poolers and relatives of
// PostgreSQL do not all keep.
Result<void> land_all(Connection& connection, std::span<const Migration> migrations, std::int64_t now_us);

}  // namespace jingwei::storage::postgres
