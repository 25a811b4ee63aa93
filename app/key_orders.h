// Orders about keys, as server and command line carry them out: on record first, then done, then told to the
// other processes on the database.
#pragma once

#include <string>
#include <vector>

#include "app/hub.h"

namespace jingwei::app {

// From now on new values are sealed under new keys. Errors: the store's, the keystore's.
Result<void> rotate_keys(Hub& hub, const std::string& actor);

// Destroys keys for good, by an order such as "health commission, order 7". Errors: not_found when one of
// them does not exist, before anything is on record; the store's, the keystore's.
Result<void> destroy_keys(Hub& hub, const std::vector<crypto::KeyId>& keys, const std::string& order,
                          const std::string& actor);

}  // namespace jingwei::app
