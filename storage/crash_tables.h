// What the crash writer writes and the crash test reads.
#pragma once

#include "storage/store.h"

namespace jingwei::storage::crash {

inline const Migration table{"crash", 1, "kept",
                             "CREATE TABLE kept (id BIGINT NOT NULL PRIMARY KEY, batch BIGINT NOT NULL)",
                             "CREATE TABLE kept (id BIGINT NOT NULL PRIMARY KEY, batch BIGINT NOT NULL)"};
inline const Statement put{"crash.put", "INSERT INTO kept (id, batch) VALUES ($1, $2)",
                           "INSERT INTO kept (id, batch) VALUES ($1, $2)"};
inline const Statement all{"crash.all", "SELECT id FROM kept ORDER BY id", "SELECT id FROM kept ORDER BY id"};

// One Change: a row, an event that names it, an idempotency row.
inline Change change_of(std::int64_t id) {
  const std::string text = std::to_string(id);
  Change change;
  change.writes.push_back({&put, {id, id % 7}, 1});
  change.events.push_back({"crash.put", text});
  change.idempotency = Idempotency{"writer", "put", text, "hash", text};
  return change;
}

}  // namespace jingwei::storage::crash
