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

namespace jingwei::crypto {

using KeyId = std::uint32_t;

enum class KeyKind : std::uint8_t {
  data,      // seals values; one per scope and month
  equality,  // hashes whole values; one per scope
};

// What is known of a key without its secret.
struct KeyInfo {
  KeyId id = 0;
  KeyKind kind = KeyKind::data;
  Suite suite = Suite::standard;
  std::string scope;  // "resident-register|epidemic-control,grid-services": table, then purposes
  std::string month;  // "2026-11"; "-" for equality keys
  Instant created{};
  std::optional<Instant> destroyed;
  std::string destroyed_by;  // who ordered it
};

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
  // Reads the keystore, or makes an empty one. Errors: denied "crypto.wrong_master" (another master key
  // wrapped these keys), corrupt "crypto.keystore_damaged", the file system's.
  static Result<std::unique_ptr<Keystore>> open(FileSystem& files, const std::string& folder,
                                                const Clock& clock, Secret master, Suite suite);

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
  // Destroys keys for good; what they sealed is gone in every copy. Keys already destroyed stay so. Errors:
  // not_found when one of them does not exist (none is destroyed then), the file system's.
  Result<void> destroy(const std::vector<KeyId>& ids, const std::string& ordered_by);

  // Makes a key in place of an equality key that has been destroyed: for a scope of which nothing hashed under the old one
  // stands any more. One that has not been destroyed stays. Errors: the file system's.
  Result<void> begin_anew(const std::string& scope);

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

  Keystore(FileSystem& files, std::string folder, const Clock& clock, Secret master, Suite suite);
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
  mutable std::mutex mutex_;
  std::map<KeyId, Entry> entries_;
  std::atomic<std::uint64_t> generation_{1};
};

// 64 hexadecimal digits from the file `path`, which is made with random ones, readable by its owner only,
// when absent. Errors: invalid "crypto.bad_master", denied "crypto.master_open_to_others" (the file's mode),
// the file system's.
Result<Secret> load_secret_file(FileSystem& files, const std::string& path);

// The master key of a data folder: from the environment variable JINGWEI_MASTER_KEY (64 hexadecimal digits),
// else from the file `path`. Errors: those of load_secret_file.
Result<Secret> load_master_key(FileSystem& files, const std::string& path);

}  // namespace jingwei::crypto
