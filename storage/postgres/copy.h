// Bulk rows through COPY … WITH (FORMAT binary).
#pragma once

#include "storage/postgres/connection.h"
#include "storage/store.h"

namespace jingwei::storage::postgres {

// Appends the slice's rows in the transaction that is open on `connection`. Errors: as any write.
Result<void> copy_rows(Connection& connection, const BulkSlice& slice);

}  // namespace jingwei::storage::postgres
