// The keys under which personal data stand on disk. They live outside every backup: a key destroyed here
// destroys what it sealed in every copy (docs/formats/keystore.md).
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/destruction_ledger.h"
#include "crypto/key_info.h"

namespace jingwei::crypto {

// A key ready for use. Immutable.
struct Key {
  KeyInfo info;
  std::unique_ptr<Aead> aead;       // of data keys
  std::unique_ptr<KeyedHash> hash;  // of equality keys
};

// One file `<folder>/keystore` (secrets wrapped by the master key), replaced as a whole at every change.
// Thread-safe; several processes may share the folder: a key that is not known is looked for in the file
// again.
class Keystore {
 public:
  // Reads the keystore, or makes an empty one; then destroys what a ledger names: `<folder>/destroyed`, and
  // `more_ledgers` elsewhere, which all get what they lack. Errors: denied "crypto.wrong_master" (another
  // master key wrapped these keys), corrupt "crypto.keystore_damaged" or "crypto.ledger_damaged", not_found
  // "crypto.ledger_missing" (of a keystore that was put back without any ledger), the file system's.
  static Result<std::unique_ptr<Keystore>> open(FileSystem& files, const std::string& folder,
                                                const Clock& clock, Secret master, Suite suite,
                                                std::vector<std::string> more_ledgers = {});

  // The key under which a value of this scope is sealed now; made, and synced to disk, when there is none.
  // `month` is "2026-11" for data keys, "-" for equality keys. Errors: the file system's, gone when an
  // equality key has been destroyed.
  Result<std::shared_ptr<const Key>> current(KeyKind kind, const std::string& scope,
                                             const std::string& month);
  // Errors: gone "crypto.key_destroyed", not_found "crypto.key_unknown".
  Result<std::shared_ptr<const Key>> find(KeyId id);

  // All keys, destroyed ones too, oldest first.
  std::vector<KeyInfo> list() const;
  // From now on new values get new data keys; old ones still open what they sealed.
  Result<void> rotate();
  // Wraps all keys with another master key.
  Result<void> rewrap(Secret master);
  // Destroys keys for good; what they sealed is gone in every copy. Written to every ledger first. Keys
  // already destroyed stay so. Errors: not_found when one of them does not exist (none is destroyed then),
  // the file system's.
  Result<void> destroy(const std::vector<KeyId>& ids, const std::string& ordered_by);

  // Makes a key in place of an equality key that has been destroyed: for a scope of which nothing hashed
  // under the old one stands any more. One that has not been destroyed stays. Errors: the file system's.
  Result<void> begin_anew(const std::string& scope);

  // Writes down in every ledger that single records are erased: before they are. Those it knows stay as they
  // are. Errors: the file system's, corrupt.
  Result<void> note_erased(std::span<const ErasedRecord> records);
  // All that were, oldest first: what stands of them in data put back from a copy goes again. Errors:
  // note_erased's.
  Result<std::vector<ErasedRecord>> erased() const;

  // Reads the file again: what other processes made or destroyed counts from now on. Errors: as open.
  Result<void> refresh();

  // Grows whenever an answer of current() or find() may have changed.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  Suite suite() const { return suite_; }

 private:
  struct Entry {
    KeyInfo info;
    Secret secret;  // zeros once destroyed
    bool retired = false;
    std::shared_ptr<const Key> key;  // made on first use
  };
  class FolderLock;

  Keystore(FileSystem& files, std::string folder, const Clock& clock, Secret master, Suite suite,
           std::vector<std::string> more_ledgers);
  Result<void> replay_ledgers(bool keystore_stood);
  std::string path() const { return folder_ + "/keystore"; }
  Result<void> read();
  Result<void> parse_line(std::string_view line);
  Result<void> write();
  // Reads what others wrote, changes, writes; under the folder's lock.
  Result<void> change(const std::function<Result<void>()>& edit);
  std::string wrapped(const Entry& entry) const;
  std::shared_ptr<const Key> ready(Entry& entry) const;
  void add(KeyKind kind, const std::string& scope, const std::string& month);
  Entry* find_current(KeyKind kind, const std::string& scope, const std::string& month);

  FileSystem& files_;
  std::string folder_;
  const Clock& clock_;
  Secret master_;
  Suite suite_;
  std::vector<std::string> ledgers_;
  mutable std::mutex mutex_;
  std::map<KeyId, Entry> entries_;
  std::atomic<std::uint64_t> generation_{1};
};

// 64 hexadecimal digits from the file `path`, which is made with random ones, readable by its owner only,
// when absent. Errors: invalid "crypto.bad_master", denied "crypto.master_open_to_others" (the file's mode),
// the file system's.
Result<Secret> load_secret_file(FileSystem& files, const std::string& path);

}  // namespace jingwei::crypto
