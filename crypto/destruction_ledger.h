// Which keys were destroyed and which single records were erased, in a file of its own: a copy of the
// keystore or of the data that is older than an order cannot undo it, since whoever opens a keystore first
// destroys the keys that the ledger names, and whoever opens the data erases the records
// (docs/formats/keystore.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "crypto/key_info.h"

namespace jingwei::crypto {

// A record that was erased by itself, while others stand under its keys.
struct ErasedRecord {
  std::string resource;
  std::int64_t record = 0;
  std::string mark;  // 32 hexadecimal digits: a keyed hash that tells the record from another of its number
  Instant at{};
  std::string by;  // the order: "rights:12"
  // Whether both tell of one record: its number alone may be given again after older data were put back.
  bool is_same(const ErasedRecord& other) const {
    return record == other.record && resource == other.resource && mark == other.mark;
  }
};

// The keys a ledger names, oldest order first; none when there is no such file. Holds no secrets. Errors:
// corrupt "crypto.ledger_damaged" with the line (each is chained to those before it), the file system's.
Result<std::vector<KeyInfo>> read_ledger(FileSystem& files, const std::string& path);

// The records a ledger names, likewise.
Result<std::vector<ErasedRecord>> read_erased(FileSystem& files, const std::string& path);

// Adds those of the destroyed keys and erased records that the ledger lacks, and makes it where there is
// none; durable when it returns. Errors: as read_ledger.
Result<void> add_to_ledger(FileSystem& files, const std::string& path, std::span<const KeyInfo> destroyed,
                           std::span<const ErasedRecord> erased = {});

// Whether both tell of one key: numbers alone may be given again after an older keystore was put back.
bool is_same_key(const KeyInfo& one, const KeyInfo& other);

}  // namespace jingwei::crypto
