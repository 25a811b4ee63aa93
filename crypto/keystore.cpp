#include "crypto/keystore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/random.h"
#include "crypto/destruction_ledger.h"
#include "crypto/key_lines.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view keystore_header = "jingwei-keystore 1";
constexpr std::uint64_t keystore_bytes = 64 << 20;
constexpr std::uint64_t kept_key_bytes = 1'024;
constexpr std::string_view retired_word = "retired", live_word = "live";

Error bad_secret(const std::string& place) {
  return Error(ErrorCode::invalid, "crypto.bad_master").with("path", place);
}

// What a wrapped secret is bound to, so that no line's secret passes for another's.
std::string association_of(const KeyInfo& info) {
  return "jingwei-key " + std::to_string(info.id) + ' ' + std::string(name_of(info.kind)) + ' ' +
         std::string(name_of(info.suite)) + ' ' + info.month + ' ' + info.scope;
}

std::string_view text_of(const Secret& secret) {
  return {reinterpret_cast<const char*>(secret.bytes().data()), secret_bytes};
}

// Tells a wrong master key before any key is tried with it.
std::string check_of(Suite suite, const Secret& master) {
  const auto hash = KeyedHash(suite, master).of("jingwei-keystore master");
  return hex_of({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

}  // namespace

// Held while the file is read, changed and written by one process.
class Keystore::FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : descriptor_(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool held() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Keystore::Keystore(FileSystem& files, std::string folder, const Clock& clock, Secret master, Suite suite,
                   std::vector<std::string> more_ledgers)
    : files_(files),
      folder_(std::move(folder)),
      clock_(clock),
      master_(std::move(master)),
      suite_(suite),
      ledgers_(std::move(more_ledgers)) {
  ledgers_.insert(ledgers_.begin(), folder_ + "/destroyed");
}

Result<std::unique_ptr<Keystore>> Keystore::open(FileSystem& files, const std::string& folder,
                                                 const Clock& clock, Secret master, Suite suite,
                                                 std::vector<std::string> more_ledgers) {
  JW_TRY(files.make_folders(folder));
  ::chmod(folder.c_str(), S_IRWXU);
  std::unique_ptr<Keystore> store(
      new Keystore(files, folder, clock, std::move(master), suite, std::move(more_ledgers)));
  const std::lock_guard lock(store->mutex_);
  JW_ASSIGN(const bool present, files.exists(store->path()));
  if (present) {
    JW_TRY(store->read());
  } else {
    JW_TRY(store->change([]() -> Result<void> { return {}; }));
  }
  JW_TRY(store->replay_ledgers(present));
  return store;
}

// Orders outlive copies: a keystore put back from before one, or a ledger that lacks one, is brought up to
// it.
Result<void> Keystore::replay_ledgers(bool keystore_stood) {
  std::vector<KeyInfo> ordered;
  std::vector<ErasedRecord> records;
  const auto note = [&](const KeyInfo& key) {
    if (std::none_of(ordered.begin(), ordered.end(),
                     [&](const auto& known) { return is_same_key(known, key); }))
      ordered.push_back(key);
  };
  {
    const FolderLock lock(folder_);
    // A keystore without a ledger was put back from a copy: what the named ledger says must be known.
    JW_ASSIGN(const bool at_home, files_.exists(ledgers_.front()));
    for (const auto& ledger : ledgers_) {
      JW_ASSIGN(const bool present, files_.exists(ledger));
      if (!present && keystore_stood && !at_home && ledger != ledgers_.front())
        return Error(ErrorCode::not_found, "crypto.ledger_missing").with("path", ledger);
      JW_ASSIGN(const auto keys, read_ledger(files_, ledger));
      for (const auto& key : keys) note(key);
      JW_ASSIGN(const auto erased, read_erased(files_, ledger));
      records.insert(records.end(), erased.begin(), erased.end());
    }
    for (const auto& [id, entry] : entries_) {
      if (entry.info.destroyed) note(entry.info);
    }
    for (const auto& ledger : ledgers_) JW_TRY(add_to_ledger(files_, ledger, ordered, records));
  }
  const auto stands = [&](const KeyInfo& key) {
    const auto found = entries_.find(key.id);
    return found == entries_.end() || (is_same_key(found->second.info, key) && !found->second.info.destroyed);
  };
  if (std::none_of(ordered.begin(), ordered.end(), stands)) return {};
  return change([&]() -> Result<void> {
    for (const auto& key : ordered) {
      const auto found = entries_.find(key.id);
      if (found != entries_.end() && !is_same_key(found->second.info, key)) continue;
      Entry gone;  // also where the keystore never knew it, so that its number is not given again
      gone.info = key;
      entries_.insert_or_assign(key.id, std::move(gone));
    }
    return {};
  });
}

// --- the file ---

Result<void> Keystore::read() {
  JW_ASSIGN(const std::string text, read_text(files_, path(), keystore_bytes));
  std::map<KeyId, Entry> before;
  before.swap(entries_);
  const auto damaged = [&](std::int64_t line) {
    entries_.swap(before);
    return Error(ErrorCode::corrupt, "crypto.keystore_damaged")
        .with("path", path())
        .with("line", std::to_string(line));
  };
  std::int64_t number = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    ++number;
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(number);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (number == 1) {
      if (line != keystore_header) return damaged(number);
    } else if (number == 2) {
      if (line != "master " + check_of(suite_, master_)) {
        entries_.swap(before);
        return Error(ErrorCode::denied, "crypto.wrong_master").with("path", path());
      }
    } else if (!parse_line(line)) {
      return damaged(number);
    }
  }
  if (number < 2) return damaged(number + 1);
  for (auto& [id, entry] : entries_) {
    const auto known = before.find(id);
    if (known != before.end() && !entry.info.destroyed) entry.key = known->second.key;
  }
  generation_.fetch_add(1, std::memory_order_release);
  return {};
}

// "key ID KIND SUITE MONTH CREATED live|retired NONCE+WRAPPED SCOPE" or
// "gone ID KIND SUITE MONTH CREATED DESTROYED BY-AS-HEX SCOPE".
Result<void> Keystore::parse_line(std::string_view line) {
  const auto words = words_of(line);
  const Error bad(ErrorCode::corrupt, "crypto.keystore_damaged");
  if (words.empty()) return bad;
  const auto info = words[0] == "gone" ? gone_of_line(words) : info_of_line(words);
  if (!info) return bad;
  Entry entry;
  entry.info = *info;
  if (!info->destroyed) {
    const auto bytes = bytes_of_hex(words[7]);
    if (words[0] != "key" || !bytes || bytes->size() != nonce_bytes + secret_bytes + tag_bytes) return bad;
    if (words[6] != live_word && words[6] != retired_word) return bad;
    entry.retired = words[6] == retired_word;
    const auto nonce = std::as_bytes(std::span(*bytes)).first<nonce_bytes>();
    std::string secret;
    if (!make_aead(suite_, master_)
             ->open(nonce, association_of(entry.info), std::string_view(*bytes).substr(nonce_bytes), secret))
      return bad;
    entry.secret = Secret(std::as_bytes(std::span(secret)).first<secret_bytes>());
  }
  if (!entries_.emplace(entry.info.id, std::move(entry)).second) return bad;
  return {};
}

std::string Keystore::wrapped(const Entry& entry) const {
  SecureRandom random;
  std::array<std::byte, nonce_bytes> nonce{};
  random.fill(nonce);
  std::string bytes(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  make_aead(suite_, master_)->seal(nonce, association_of(entry.info), text_of(entry.secret), bytes);
  return hex_of(bytes);
}

Result<void> Keystore::write() {
  std::string text(keystore_header);
  text += "\nmaster " + check_of(suite_, master_) + '\n';
  for (const auto& [id, entry] : entries_) {
    const KeyInfo& info = entry.info;
    if (info.destroyed) {
      text += gone_line(info) + '\n';
      continue;
    }
    text += "key " + std::to_string(id) + ' ' + std::string(name_of(info.kind)) + ' ' +
            std::string(name_of(info.suite)) + ' ' + info.month + ' ' +
            std::to_string(to_micros(info.created)) + ' ' +
            std::string(entry.retired ? retired_word : live_word) + ' ' + wrapped(entry) + ' ' + info.scope +
            '\n';
  }
  JW_TRY(write_text_durably(files_, path(), text));
  ::chmod(path().c_str(), S_IRUSR | S_IWUSR);
  return {};
}

Result<void> Keystore::change(const std::function<Result<void>()>& edit) {
  const FolderLock lock(folder_);
  if (!lock.held()) return Error(ErrorCode::denied, "storage.denied").because(folder_ + "/lock");
  JW_ASSIGN(const bool present, files_.exists(path()));
  if (present) JW_TRY(read());
  JW_TRY(edit());
  auto written = write();
  if (!written && present) (void)read();  // what stands in the file counts
  generation_.fetch_add(1, std::memory_order_release);
  return written;
}

// --- keys ---

std::shared_ptr<const Key> Keystore::ready(Entry& entry) const {
  if (!entry.key) {
    auto key = std::make_shared<Key>();
    key->info = entry.info;
    if (entry.info.kind == KeyKind::data) {
      key->aead = make_aead(entry.info.suite, entry.secret);
    } else {
      key->hash = std::make_unique<KeyedHash>(entry.info.suite, entry.secret);
    }
    entry.key = std::move(key);
  }
  return entry.key;
}

Keystore::Entry* Keystore::find_current(KeyKind kind, const std::string& scope, const std::string& month) {
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
    Entry& entry = at->second;
    const bool fits = entry.info.kind == kind && entry.info.scope == scope && entry.info.month == month;
    // A destroyed equality key is not replaced silently: hashes made before would never be met again.
    if (fits && !entry.retired && (!entry.info.destroyed || kind == KeyKind::equality)) return &entry;
  }
  return nullptr;
}

void Keystore::add(KeyKind kind, const std::string& scope, const std::string& month) {
  Entry fresh;
  fresh.info.id = entries_.empty() ? 1 : entries_.rbegin()->first + 1;
  fresh.info.kind = kind;
  fresh.info.suite = suite_;
  fresh.info.scope = scope;
  fresh.info.month = month;
  fresh.info.created = clock_.now();
  fresh.secret = Secret::random();
  entries_.emplace(fresh.info.id, std::move(fresh));
}

Result<std::shared_ptr<const Key>> Keystore::current(KeyKind kind, const std::string& scope,
                                                     const std::string& month) {
  JW_ASSERT(!scope.empty() && scope.find_first_of(" \n") == std::string::npos);
  const std::lock_guard lock(mutex_);
  Entry* entry = find_current(kind, scope, month);
  if (entry == nullptr) {
    JW_TRY(change([&]() -> Result<void> {
      if (find_current(kind, scope, month) != nullptr) return {};  // another process made it meanwhile
      add(kind, scope, month);
      return {};
    }));
    entry = find_current(kind, scope, month);
    if (entry == nullptr) return Error(ErrorCode::internal, "storage.fault").because("no key was made");
  }
  if (entry->info.destroyed) return Error(ErrorCode::gone, "crypto.key_destroyed");
  return ready(*entry);
}

Result<std::shared_ptr<const Key>> Keystore::find(KeyId id) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found == entries_.end()) {
    const FolderLock folder(folder_);
    JW_TRY(read());
    found = entries_.find(id);
  }
  if (found == entries_.end())
    return Error(ErrorCode::not_found, "crypto.key_unknown").with("key", std::to_string(id));
  if (found->second.info.destroyed) return Error(ErrorCode::gone, "crypto.key_destroyed");
  return ready(found->second);
}

std::vector<KeyInfo> Keystore::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyInfo> keys;
  for (const auto& [id, entry] : entries_) keys.push_back(entry.info);
  return keys;
}

Result<void> Keystore::rotate() {
  const std::lock_guard lock(mutex_);
  return change([&]() -> Result<void> {
    for (auto& [id, entry] : entries_) entry.retired |= entry.info.kind == KeyKind::data;
    return {};
  });
}

Result<void> Keystore::rewrap(Secret master) {
  const std::lock_guard lock(mutex_);
  return change([&]() -> Result<void> {
    master_ = std::move(master);
    return {};
  });
}

Result<void> Keystore::destroy(const std::vector<KeyId>& ids, const std::string& ordered_by) {
  const std::lock_guard lock(mutex_);
  return change([&]() -> Result<void> {
    for (const KeyId id : ids) {
      if (!entries_.contains(id))
        return Error(ErrorCode::not_found, "crypto.key_unknown").with("key", std::to_string(id));
    }
    std::vector<KeyInfo> ordered;
    for (const KeyId id : ids) {
      KeyInfo info = entries_.at(id).info;
      if (info.destroyed) continue;
      info.destroyed = clock_.now();
      info.destroyed_by = ordered_by;
      ordered.push_back(std::move(info));
    }
    // First the ledgers: after a stop in between, the next opening carries the order out.
    for (const auto& ledger : ledgers_) JW_TRY(add_to_ledger(files_, ledger, ordered));
    for (const auto& info : ordered) {
      Entry gone;
      gone.info = info;
      entries_.insert_or_assign(info.id, std::move(gone));
    }
    return {};
  });
}

Result<void> Keystore::begin_anew(const std::string& scope) {
  const std::lock_guard lock(mutex_);
  const std::string month = "-";
  return change([&]() -> Result<void> {
    const Entry* newest = find_current(KeyKind::equality, scope, month);
    if (newest != nullptr && newest->info.destroyed) add(KeyKind::equality, scope, month);
    return {};
  });
}

Result<void> Keystore::note_erased(std::span<const ErasedRecord> records) {
  const std::lock_guard lock(mutex_);
  const FolderLock folder(folder_);
  for (const auto& ledger : ledgers_) JW_TRY(add_to_ledger(files_, ledger, {}, records));
  return {};
}

Result<std::vector<ErasedRecord>> Keystore::erased() const {
  const std::lock_guard lock(mutex_);
  const FolderLock folder(folder_);
  return read_erased(files_, ledgers_.front());
}

Result<void> Keystore::refresh() {
  const std::lock_guard lock(mutex_);
  const FolderLock folder(folder_);
  return read();
}

// --- secrets in files of their own ---

Result<Secret> load_secret_file(FileSystem& files, const std::string& path) {
  JW_ASSIGN(const bool present, files.exists(path));
  if (!present) {
    // Born with its mode: at no moment can others read it.
    const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) {
      const std::string text = Secret::random().to_hex() + "\n";
      const bool written =
          ::write(made, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(made) == 0;
      ::close(made);
      if (!written) {
        ::unlink(path.c_str());
        return Error(ErrorCode::exhausted, "storage.disk_full");
      }
      JW_TRY(files.sync_folder(path.substr(0, path.rfind('/'))));
    }
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return Error(ErrorCode::denied, "crypto.master_open_to_others").with("path", path);
  JW_ASSIGN(std::string text, read_text(files, path, kept_key_bytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  const auto secret = Secret::parse(text);
  if (!secret) return bad_secret(path);
  return *secret;
}

}  // namespace jingwei::crypto
