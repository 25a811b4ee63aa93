#include "crypto/keystore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "base/random.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view header = "jingwei-keystore 1";
constexpr std::uint64_t keystore_bytes = 64 << 20;
constexpr std::uint64_t master_key_bytes = 1'024;
constexpr std::string_view data_word = "data", equality_word = "equality";
constexpr std::string_view retired_word = "retired", live_word = "live";

std::string_view word_of(KeyKind kind) {
  return kind == KeyKind::data ? data_word : equality_word;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

Error bad_secret(const std::string& place) {
  return Error(ErrorCode::invalid, "crypto.bad_master").with("path", place);
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(text.data() + at, text.data() + at + 2, value, 16);
    if (fault != std::errc{} || end != text.data() + at + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  return words;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size();
}

// What a wrapped secret is bound to, so that no line's secret passes for another's.
std::string association_of(const KeyInfo& info) {
  return "jingwei-key " + std::to_string(info.id) + ' ' + std::string(word_of(info.kind)) + ' ' +
         std::string(name_of(info.suite)) + ' ' + info.month + ' ' + info.scope;
}

std::string_view text_of(const Secret& secret) {
  return {reinterpret_cast<const char*>(secret.bytes().data()), secret_bytes};
}

// Tells a wrong master key before any key is tried with it.
std::string check_of(Suite suite, const Secret& master) {
  const auto hash = KeyedHash(suite, master).of("jingwei-keystore master");
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
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

Keystore::Keystore(FileSystem& files, std::string folder, const Clock& clock, Secret master, Suite suite)
    : files_(files), folder_(std::move(folder)), clock_(clock), master_(std::move(master)), suite_(suite) {}

Result<std::unique_ptr<Keystore>> Keystore::open(FileSystem& files, const std::string& folder,
                                                 const Clock& clock, Secret master, Suite suite) {
  JW_TRY(files.make_folders(folder));
  ::chmod(folder.c_str(), S_IRWXU);
  std::unique_ptr<Keystore> store(new Keystore(files, folder, clock, std::move(master), suite));
  const std::lock_guard lock(store->mutex_);
  JW_ASSIGN(const bool present, files.exists(store->path()));
  if (present) {
    JW_TRY(store->read());
  } else {
    JW_TRY(store->change([]() -> Result<void> { return {}; }));
  }
  return store;
}

// --- the file ---

Result<void> Keystore::read() {
  JW_ASSIGN(const std::string text, read_text(files_, path(), keystore_bytes));
  const auto damaged = [&](std::int64_t line) {
    return Error(ErrorCode::corrupt, "crypto.keystore_damaged")
        .with("path", path())
        .with("line", std::to_string(line));
  };
  std::map<KeyId, Entry> before;
  before.swap(entries_);
  std::int64_t number = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    ++number;
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(number);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (number == 1) {
      if (line != header) return damaged(number);
    } else if (number == 2) {
      if (line != "master " + check_of(suite_, master_))
        return Error(ErrorCode::denied, "crypto.wrong_master").with("path", path());
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
  if (words.size() != 9) return bad;
  Entry entry;
  std::int64_t created = 0;
  const auto suite = suite_of(words[3]);
  const bool known_kind = words[2] == data_word || words[2] == equality_word;
  if (!read_number(words[1], entry.info.id) || !known_kind || !suite || !read_number(words[5], created))
    return bad;
  entry.info.kind = words[2] == data_word ? KeyKind::data : KeyKind::equality;
  entry.info.suite = *suite;
  entry.info.month = words[4];
  entry.info.created = from_micros(created);
  entry.info.scope = words[8];
  if (words[0] == "gone") {
    std::int64_t destroyed = 0;
    const auto by = from_hex(words[7]);
    if (!read_number(words[6], destroyed) || !by) return bad;
    entry.info.destroyed = from_micros(destroyed);
    entry.info.destroyed_by = *by;
  } else {
    const auto bytes = from_hex(words[7]);
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
  return to_hex(bytes);
}

Result<void> Keystore::write() {
  std::string text(header);
  text += "\nmaster " + check_of(suite_, master_) + '\n';
  for (const auto& [id, entry] : entries_) {
    const KeyInfo& info = entry.info;
    text += info.destroyed ? "gone " : "key ";
    text += std::to_string(id) + ' ' + std::string(word_of(info.kind)) + ' ' +
            std::string(name_of(info.suite)) + ' ' + info.month + ' ' +
            std::to_string(to_micros(info.created)) + ' ';
    if (info.destroyed) {
      text += std::to_string(to_micros(*info.destroyed)) + ' ' + to_hex(info.destroyed_by) + ' ';
    } else {
      text += std::string(entry.retired ? retired_word : live_word) + ' ' + wrapped(entry) + ' ';
    }
    text += info.scope + '\n';
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
    for (const KeyId id : ids) {
      Entry& entry = entries_.at(id);
      if (entry.info.destroyed) continue;
      entry.secret = Secret();
      entry.key.reset();
      entry.info.destroyed = clock_.now();
      entry.info.destroyed_by = ordered_by;
    }
    return {};
  });
}

Result<void> Keystore::refresh() {
  const std::lock_guard lock(mutex_);
  const FolderLock folder(folder_);
  return read();
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

// --- the master key ---

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
  JW_ASSIGN(std::string text, read_text(files, path, master_key_bytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  const auto secret = Secret::parse(text);
  if (!secret) return bad_secret(path);
  return *secret;
}

Result<Secret> load_master_key(FileSystem& files, const std::string& path) {
  const char* given = std::getenv("JINGWEI_MASTER_KEY");  // NOLINT(concurrency-mt-unsafe)
  if (given == nullptr || *given == '\0') return load_secret_file(files, path);
  const auto secret = Secret::parse(given);
  if (!secret) return bad_secret("JINGWEI_MASTER_KEY");
  return *secret;
}

}  // namespace jingwei::crypto
