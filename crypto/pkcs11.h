// A key inside a hardware module (PKCS#11), which wraps the master key: without the module the keystore does
// not open.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "crypto/aead.h"

namespace jingwei::crypto {

// Where the key stands, as a URI after RFC 7512:
// "pkcs11:token=city;object=jingwei-master?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/jingwei/pin".
struct Pkcs11Place {
  std::string token;        // label
  std::string object;       // label of the AES key; "jingwei-master" when the URI names none
  std::string module_path;  // the module's library
  std::string pin_source;   // file that holds the PIN; empty: environment variable JINGWEI_PKCS11_PIN
};

// Errors: invalid "crypto.bad_pkcs11_uri" (another scheme, an attribute that is not understood, no token or
// module).
Result<Pkcs11Place> parse_pkcs11_uri(std::string_view uri);

enum class IfAbsent : std::uint8_t { fail, make };

// Encrypts the secret inside the module (AES-256-GCM; the key never leaves it) to hexadecimal digits. `make`:
// a key that is absent is generated there, sensitive and not extractable. Errors: unavailable
// "crypto.pkcs11_module" (the library or token is not there), denied "crypto.pkcs11_pin", not_found
// "crypto.pkcs11_no_key", unavailable "crypto.pkcs11_fault" with the module's code.
Result<std::string> wrap_in_module(FileSystem& files, const Pkcs11Place& place, const Secret& secret,
                                   IfAbsent if_absent);
// The secret that `wrap_in_module` wrapped. Errors: as it, corrupt "crypto.pkcs11_damaged".
Result<Secret> unwrap_in_module(FileSystem& files, const Pkcs11Place& place, std::string_view wrapped);

}  // namespace jingwei::crypto
