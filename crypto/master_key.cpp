#include "crypto/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "crypto/pkcs11.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view wrapped_header = "jingwei-master-wrapped 1 ";
constexpr std::uint64_t master_key_bytes = 8'192;

const char* given_by_environment() {
  const char* given = std::getenv("JINGWEI_MASTER_KEY");  // NOLINT(concurrency-mt-unsafe)
  return given != nullptr && *given != '\0' ? given : nullptr;
}

std::string key_path(const KeystorePlace& place) {
  return place.folder + "/master.key";
}
std::string next_path(const KeystorePlace& place) {
  return key_path(place) + ".next";
}

// The file's text when it says that a module opens the secret.
Result<std::string> wrapped_text(FileSystem& files, const std::string& path) {
  JW_ASSIGN(const bool present, files.exists(path));
  if (!present) return std::string();
  JW_ASSIGN(std::string text, read_text(files, path, master_key_bytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text.starts_with(wrapped_header) ? text : std::string();
}

Result<Secret> load_file(FileSystem& files, const std::string& path) {
  JW_ASSIGN(const std::string wrapped, wrapped_text(files, path));
  if (wrapped.empty()) return load_secret_file(files, path);
  const std::string_view rest = std::string_view(wrapped).substr(wrapped_header.size());
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos)
    return Error(ErrorCode::invalid, "crypto.bad_master").with("path", path);
  JW_ASSIGN(const Pkcs11Place module, parse_pkcs11_uri(rest.substr(space + 1)));
  return unwrap_in_module(files, module, rest.substr(0, space));
}

Result<std::unique_ptr<Keystore>> open_with(FileSystem& files, const KeystorePlace& place, const Clock& clock,
                                            Secret master) {
  return Keystore::open(files, place.folder, clock, std::move(master), place.suite, place.ledgers);
}

// A new file for its owner only, durable.
Result<void> write_private(FileSystem& files, const std::string& path, const std::string& text) {
  JW_ASSIGN(const bool left, files.exists(path));
  if (left) JW_TRY(files.remove(path));
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written = made >= 0 &&
                       ::write(made, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(made) == 0;
  if (made >= 0) ::close(made);
  if (!written) return Error(ErrorCode::exhausted, "storage.disk_full").because(path);
  return files.sync_folder(path.substr(0, path.rfind('/')));
}

Result<void> take_next(FileSystem& files, const KeystorePlace& place) {
  JW_TRY(files.rename(next_path(place), key_path(place)));
  return files.sync_folder(place.folder);
}

}  // namespace

Result<Secret> load_master_key(FileSystem& files, const std::string& path) {
  const char* given = given_by_environment();
  if (given == nullptr) return load_file(files, path);
  const auto secret = Secret::parse(given);
  if (!secret) return Error(ErrorCode::invalid, "crypto.bad_master").with("path", "JINGWEI_MASTER_KEY");
  return *secret;
}

Result<std::unique_ptr<Keystore>> open_keystore(FileSystem& files, const KeystorePlace& place,
                                                const Clock& clock) {
  JW_TRY(files.make_private_folder(place.folder));
  JW_ASSIGN(auto master, load_master_key(files, key_path(place)));
  auto opened = open_with(files, place, clock, std::move(master));
  JW_ASSIGN(const bool changing, files.exists(next_path(place)));
  if (!changing || given_by_environment() != nullptr) return opened;
  if (opened) {  // the change had not come to the keys
    JW_TRY(files.remove(next_path(place)));
    return opened;
  }
  if (opened.error().message != "crypto.wrong_master") return opened;
  JW_ASSIGN(auto next, load_file(files, next_path(place)));
  JW_ASSIGN(auto keystore, open_with(files, place, clock, std::move(next)));
  JW_TRY(take_next(files, place));
  return keystore;
}

Result<void> change_master(FileSystem& files, const KeystorePlace& place, const std::string& to,
                           const Clock& clock) {
  if (given_by_environment() != nullptr) return Error(ErrorCode::invalid, "crypto.master_in_environment");
  const bool to_file = to == "file";
  if (!to_file && !to.starts_with("pkcs11:"))
    return Error(ErrorCode::invalid, "crypto.bad_master_place").with("place", to);
  JW_ASSIGN(const auto keystore, open_keystore(files, place, clock));
  const Secret secret = Secret::random();
  std::string text = secret.to_hex();
  if (!to_file) {
    JW_ASSIGN(const Pkcs11Place module, parse_pkcs11_uri(to));
    JW_ASSIGN(text, wrap_in_module(files, module, secret, IfAbsent::make));
    // What the module cannot open again must not be relied on.
    JW_ASSIGN(const Secret again, unwrap_in_module(files, module, text));
    if (!(again == secret)) return Error(ErrorCode::corrupt, "crypto.pkcs11_damaged");
    text = std::string(wrapped_header) + text + ' ' + to;
  }
  JW_TRY(write_private(files, next_path(place), text + '\n'));
  JW_TRY(keystore->rewrap(secret));
  return take_next(files, place);
}

}  // namespace jingwei::crypto
