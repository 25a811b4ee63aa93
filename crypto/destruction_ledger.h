// Which keys were destroyed, in a file of its own: a copy of the keystore or of the data that is older than
// an order cannot undo it, since whoever opens a keystore first destroys what the ledger names
// (docs/formats/keystore.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "crypto/key_info.h"

namespace jingwei::crypto {

// The keys a ledger names, oldest order first; none when there is no such file. Holds no secrets. Errors:
// corrupt "crypto.ledger_damaged" with the line (each is chained to those before it), the file system's.
Result<std::vector<KeyInfo>> read_ledger(FileSystem& files, const std::string& path);

// Adds those of the destroyed keys that the ledger lacks, and makes it where there is none; durable when it
// returns. Errors: as read_ledger.
Result<void> add_to_ledger(FileSystem& files, const std::string& path, std::span<const KeyInfo> destroyed);

// Whether both tell of one key: numbers alone may be given again after an older keystore was put back.
bool is_same_key(const KeyInfo& one, const KeyInfo& other);

}  // namespace jingwei::crypto
