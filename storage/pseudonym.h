// Under which name the audit log knows a person.
#pragma once

#include <string>
#include <string_view>

#include "storage/sealer.h"

namespace jingwei::storage {

// "person:" and the keyed hash of an identifier as it is written (a citizen ID), 32 hexadecimal digits: the
// same wherever the person is looked at, and nobody without the keystore gets from one to the other.
std::string pseudonym_of(const Sealer& sealer, std::string_view identifier);

}  // namespace jingwei::storage
