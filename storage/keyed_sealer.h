// The sealing seam with real keys: what stands on disk is ciphertext bound to its cell.
#pragma once

#include <functional>

#include "base/clock.h"
#include "crypto/keystore.h"
#include "storage/sealer.h"

namespace jingwei::storage {

// Names what a table's values are kept for, such as "epidemic-control,grid-services"; empty when they serve
// the hub itself. Without blanks. Must be thread-safe.
using PurposesOf = std::function<std::string(std::string_view table)>;

// Seals under the month's data key of (table, purposes): suite, key id, nonce, ciphertext, tag
// (docs/formats/keystore.md). Values sealed by plain_sealer() still open. Equality hashes are keyed per
// table. Both arguments must outlive it. Thread-safe. A fault of the keystore while sealing ends the process:
// nothing may go to disk unsealed.
std::unique_ptr<Sealer> keyed_sealer(crypto::Keystore& keystore, const Clock& clock, PurposesOf purposes_of);

}  // namespace jingwei::storage
