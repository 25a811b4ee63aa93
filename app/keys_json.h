// What is known of keys, without their secrets, as JSON.
#pragma once

#include <string>
#include <vector>

#include "crypto/keystore.h"

namespace jingwei::app {

// The schema KeyList of app/api.yaml.
std::string keys_json(const std::vector<crypto::KeyInfo>& keys);

}  // namespace jingwei::app
