#include "crypto/pkcs11.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "base/random.h"
#include "crypto/key_lines.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view scheme = "pkcs11:";
constexpr std::string_view default_object = "jingwei-master";
constexpr std::string_view association = "jingwei master key";
constexpr std::uint64_t pin_bytes_most = 1'024;
constexpr std::size_t slots_most = 64;
constexpr CK_ULONG tag_bits = 8 * tag_bytes;
constexpr CK_ULONG key_bytes = 32;

Error bad_uri(std::string_view part) {
  return Error(ErrorCode::invalid, "crypto.bad_pkcs11_uri").with("part", std::string(part));
}

// "%20" and the like; none when broken.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const auto byte = bytes_of_hex(text.substr(at + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    at += 2;
  }
  return out;
}

Error fault(const char* step, CK_RV code) {
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LOCKED || code == CKR_PIN_EXPIRED ||
      code == CKR_PIN_LEN_RANGE)
    return Error(ErrorCode::denied, "crypto.pkcs11_pin");
  char hex[32];
  std::snprintf(hex, sizeof hex, "0x%08lX", static_cast<unsigned long>(code));
  return Error(ErrorCode::unavailable, "crypto.pkcs11_fault").with("step", step).with("code", hex);
}

Result<void> check(const char* step, CK_RV code) {
  if (code != CKR_OK) return fault(step, code);
  return {};
}

Error no_module(const std::string& what, const std::string& why) {
  return Error(ErrorCode::unavailable, "crypto.pkcs11_module").with("what", what).because(why);
}

CK_BYTE* raw(const void* bytes) {
  return static_cast<CK_BYTE*>(const_cast<void*>(bytes));
}

// Labels in a token's description are 32 bytes, padded with spaces.
std::string label_of(const CK_TOKEN_INFO& info) {
  std::string label(reinterpret_cast<const char*>(info.label), sizeof info.label);
  while (!label.empty() && (label.back() == ' ' || label.back() == '\0')) label.pop_back();
  return label;
}

// One session on the token, signed in; ended and signed out with the object. One at a time in a process,
// since signing in is the whole process's.
class Session {
 public:
  Session() : lock_(mutex()) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (module_ == nullptr) return;
    if (open_) {
      module_->C_Logout(session_);
      module_->C_CloseSession(session_);
    }
    if (initialized_) module_->C_Finalize(nullptr);
  }

  Result<void> open(FileSystem& files, const Pkcs11Place& place) {
    JW_TRY(load(place.module_path));
    JW_ASSIGN(const CK_SLOT_ID slot, find_slot(place.token));
    JW_TRY(check("C_OpenSession", module_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr,
                                                         nullptr, &session_)));
    open_ = true;
    JW_ASSIGN(std::string pin, pin_of(files, place));
    const CK_RV signed_in =
        module_->C_Login(session_, CKU_USER, raw(pin.data()), static_cast<CK_ULONG>(pin.size()));
    OPENSSL_cleanse(pin.data(), pin.size());
    if (signed_in == CKR_USER_ALREADY_LOGGED_IN) return {};
    return check("C_Login", signed_in);
  }

  Result<CK_OBJECT_HANDLE> find_key(const std::string& label, IfAbsent if_absent) {
    CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    std::array<CK_ATTRIBUTE, 3> wanted = {
        {{CKA_CLASS, &object_class, sizeof object_class},
         {CKA_KEY_TYPE, &type, sizeof type},
         {CKA_LABEL, raw(label.data()), static_cast<CK_ULONG>(label.size())}}};
    JW_TRY(check("C_FindObjectsInit", module_->C_FindObjectsInit(session_, wanted.data(), wanted.size())));
    CK_OBJECT_HANDLE key = 0;
    CK_ULONG found = 0;
    const CK_RV searched = module_->C_FindObjects(session_, &key, 1, &found);
    module_->C_FindObjectsFinal(session_);
    JW_TRY(check("C_FindObjects", searched));
    if (found > 0) return key;
    if (if_absent == IfAbsent::fail)
      return Error(ErrorCode::not_found, "crypto.pkcs11_no_key").with("key", label);
    return make_key(label);
  }

  Result<std::string> encrypt(CK_OBJECT_HANDLE key, std::string_view nonce, std::string_view plain) {
    auto parameters = parameters_of(nonce);
    CK_MECHANISM mechanism{CKM_AES_GCM, &parameters, sizeof parameters};
    JW_TRY(check("C_EncryptInit", module_->C_EncryptInit(session_, &mechanism, key)));
    std::string out(plain.size() + tag_bytes, '\0');
    CK_ULONG length = out.size();
    JW_TRY(check("C_Encrypt",
                 module_->C_Encrypt(session_, raw(plain.data()), plain.size(), raw(out.data()), &length)));
    out.resize(length);
    return out;
  }

  Result<std::string> decrypt(CK_OBJECT_HANDLE key, std::string_view nonce, std::string_view sealed) {
    auto parameters = parameters_of(nonce);
    CK_MECHANISM mechanism{CKM_AES_GCM, &parameters, sizeof parameters};
    JW_TRY(check("C_DecryptInit", module_->C_DecryptInit(session_, &mechanism, key)));
    std::string out(sealed.size(), '\0');
    CK_ULONG length = out.size();
    const CK_RV opened =
        module_->C_Decrypt(session_, raw(sealed.data()), sealed.size(), raw(out.data()), &length);
    if (opened != CKR_OK) {
      return Error(ErrorCode::corrupt, "crypto.pkcs11_damaged").because(fault("C_Decrypt", opened).to_log());
    }
    out.resize(length);
    return out;
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }

  Result<void> load(const std::string& path) {
    // Stays loaded: modules keep threads and do not take kindly to being unloaded.
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return no_module(path, ::dlerror());
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (list == nullptr || list(&module_) != CKR_OK || module_ == nullptr) {
      module_ = nullptr;
      return no_module(path, "no C_GetFunctionList");
    }
    CK_C_INITIALIZE_ARGS threads{};
    threads.flags = CKF_OS_LOCKING_OK;
    const CK_RV begun = module_->C_Initialize(&threads);
    initialized_ = begun == CKR_OK;
    if (begun == CKR_CRYPTOKI_ALREADY_INITIALIZED) return {};
    return check("C_Initialize", begun);
  }

  Result<CK_SLOT_ID> find_slot(const std::string& token) {
    std::array<CK_SLOT_ID, slots_most> slots{};
    CK_ULONG count = slots.size();
    JW_TRY(check("C_GetSlotList", module_->C_GetSlotList(CK_TRUE, slots.data(), &count)));
    for (CK_ULONG at = 0; at < count; ++at) {
      CK_TOKEN_INFO info{};
      if (module_->C_GetTokenInfo(slots[at], &info) == CKR_OK && label_of(info) == token) return slots[at];
    }
    return no_module(token, "no such token");
  }

  static Result<std::string> pin_of(FileSystem& files, const Pkcs11Place& place) {
    if (place.pin_source.empty()) {
      const char* given = std::getenv("JINGWEI_PKCS11_PIN");  // NOLINT(concurrency-mt-unsafe)
      if (given == nullptr || *given == '\0') return Error(ErrorCode::denied, "crypto.pkcs11_pin");
      return std::string(given);
    }
    JW_ASSIGN(std::string pin, read_text(files, place.pin_source, pin_bytes_most));
    while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r')) pin.pop_back();
    return pin;
  }

  Result<CK_OBJECT_HANDLE> make_key(const std::string& label) {
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG length = key_bytes;
    std::array<CK_ATTRIBUTE, 8> wanted = {
        {{CKA_TOKEN, &yes, sizeof yes},
         {CKA_PRIVATE, &yes, sizeof yes},
         {CKA_SENSITIVE, &yes, sizeof yes},
         {CKA_EXTRACTABLE, &no, sizeof no},
         {CKA_ENCRYPT, &yes, sizeof yes},
         {CKA_DECRYPT, &yes, sizeof yes},
         {CKA_VALUE_LEN, &length, sizeof length},
         {CKA_LABEL, raw(label.data()), static_cast<CK_ULONG>(label.size())}}};
    CK_OBJECT_HANDLE key = 0;
    JW_TRY(check("C_GenerateKey",
                 module_->C_GenerateKey(session_, &mechanism, wanted.data(), wanted.size(), &key)));
    return key;
  }

  static CK_GCM_PARAMS parameters_of(std::string_view nonce) {
    CK_GCM_PARAMS parameters{};
    parameters.iv_ptr = raw(nonce.data());
    parameters.iv_len = nonce.size();
    parameters.iv_bits = 8 * nonce.size();
    parameters.aad_ptr = raw(association.data());
    parameters.aad_len = association.size();
    parameters.tag_bits = tag_bits;
    return parameters;
  }

  std::lock_guard<std::mutex> lock_;
  CK_FUNCTION_LIST* module_ = nullptr;
  CK_SESSION_HANDLE session_ = 0;
  bool initialized_ = false, open_ = false;
};

}  // namespace

Result<Pkcs11Place> parse_pkcs11_uri(std::string_view uri) {
  if (!uri.starts_with(scheme)) return bad_uri(uri);
  uri.remove_prefix(scheme.size());
  const std::size_t question = uri.find('?');
  Pkcs11Place place;
  place.object = default_object;
  const auto take = [&](std::string_view attributes, char between) -> Result<void> {
    while (!attributes.empty()) {
      const std::size_t end = attributes.find(between);
      const std::string_view part = attributes.substr(0, end);
      attributes.remove_prefix(end == std::string_view::npos ? attributes.size() : end + 1);
      const std::size_t equals = part.find('=');
      const auto value = equals == std::string_view::npos ? std::nullopt : decoded(part.substr(equals + 1));
      if (!value || value->empty()) return bad_uri(part);
      const std::string_view name = part.substr(0, equals);
      if (between == ';' && name == "token") {
        place.token = *value;
      } else if (between == ';' && name == "object") {
        place.object = *value;
      } else if (between == '&' && name == "module-path") {
        place.module_path = *value;
      } else if (between == '&' && name == "pin-source") {
        place.pin_source = value->starts_with("file:") ? value->substr(5) : *value;
      } else if (between != ';' || (name != "type" && name != "slot-id")) {
        return bad_uri(part);
      }
    }
    return {};
  };
  JW_TRY(take(uri.substr(0, question), ';'));
  if (question != std::string_view::npos) JW_TRY(take(uri.substr(question + 1), '&'));
  if (place.token.empty()) return bad_uri("token");
  if (place.module_path.empty()) return bad_uri("module-path");
  return place;
}

Result<std::string> wrap_in_module(FileSystem& files, const Pkcs11Place& place, const Secret& secret,
                                   IfAbsent if_absent) {
  Session session;
  JW_TRY(session.open(files, place));
  JW_ASSIGN(const CK_OBJECT_HANDLE key, session.find_key(place.object, if_absent));
  SecureRandom random;
  std::array<std::byte, nonce_bytes> nonce{};
  random.fill(nonce);
  const std::string_view iv(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  const std::string_view plain(reinterpret_cast<const char*>(secret.bytes().data()), secret_bytes);
  JW_ASSIGN(const std::string sealed, session.encrypt(key, iv, plain));
  return hex_of(iv) + hex_of(sealed);
}

Result<Secret> unwrap_in_module(FileSystem& files, const Pkcs11Place& place, std::string_view wrapped) {
  const Error damaged(ErrorCode::corrupt, "crypto.pkcs11_damaged");
  const auto bytes = bytes_of_hex(wrapped);
  if (!bytes || bytes->size() != nonce_bytes + secret_bytes + tag_bytes) return damaged;
  Session session;
  JW_TRY(session.open(files, place));
  JW_ASSIGN(const CK_OBJECT_HANDLE key, session.find_key(place.object, IfAbsent::fail));
  const std::string_view whole(*bytes);
  JW_ASSIGN(std::string plain, session.decrypt(key, whole.substr(0, nonce_bytes), whole.substr(nonce_bytes)));
  if (plain.size() != secret_bytes) return damaged;
  const Secret secret(std::as_bytes(std::span(plain)).first<secret_bytes>());
  OPENSSL_cleanse(plain.data(), plain.size());
  return secret;
}

}  // namespace jingwei::crypto
