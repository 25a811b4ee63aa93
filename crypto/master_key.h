// Where the master key comes from, and changing it. What wraps all other keys is one secret of 32 bytes: from
// the environment, from a file of its owner's, or from such a file wrapped by a key inside a hardware module.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "crypto/keystore.h"

namespace jingwei::crypto {

struct KeystorePlace {
  std::string folder;
  std::vector<std::string> ledgers;  // copies of the ledger of destroyed keys, beside `<folder>/destroyed`
  Suite suite = Suite::standard;
};

// From the environment variable JINGWEI_MASTER_KEY (64 hexadecimal digits), else from the file `path`: such
// digits, or "jingwei-master-wrapped 1 WRAPPED URI" for pkcs11.h to open. An absent file is made with random
// digits. Errors: those of load_secret_file and pkcs11.h.
Result<Secret> load_master_key(FileSystem& files, const std::string& path);

// Opens the keystore with its master key, `<folder>/master.key`; finishes a change of it that was
// interrupted. Errors: those of load_master_key and Keystore::open.
Result<std::unique_ptr<Keystore>> open_keystore(FileSystem& files, const KeystorePlace& place,
                                                const Clock& clock);

// Wraps all keys with a new master key, kept as `to` says: "file", or a "pkcs11:…" URI, where a key is made
// that is absent. Nobody else has the keystore open. Whatever interrupts it, open_keystore opens before and
// after. Errors: as open_keystore; invalid "crypto.master_in_environment" while the environment gives it,
// "crypto.bad_master_place".
Result<void> change_master(FileSystem& files, const KeystorePlace& place, const std::string& to,
                           const Clock& clock);

}  // namespace jingwei::crypto
