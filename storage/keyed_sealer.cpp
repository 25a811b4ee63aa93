#include "storage/keyed_sealer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>
#include <unordered_map>

#include "base/log.h"
#include "base/random.h"

namespace jingwei::storage {

namespace {

using crypto::Key;
using crypto::KeyKind;

constexpr std::size_t id_bytes = sizeof(crypto::KeyId);
constexpr std::size_t head_bytes = 1 + id_bytes + crypto::nonce_bytes;

std::string_view bytes_of(const auto& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string month_of(std::chrono::year_month_day day) {
  const auto month = static_cast<unsigned>(day.month());
  return std::to_string(static_cast<int>(day.year())) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

// Fresh nonces from the system's generator, taken many at a time: one call for each would cost more than the
// encryption.
std::array<std::byte, crypto::nonce_bytes> next_nonce() {
  thread_local std::array<std::byte, crypto::nonce_bytes * 256> stock;
  thread_local std::size_t used = stock.size();
  if (used == stock.size()) {
    SecureRandom random;
    random.fill(stock);
    used = 0;
  }
  std::array<std::byte, crypto::nonce_bytes> nonce{};
  std::copy_n(stock.begin() + static_cast<std::ptrdiff_t>(used), nonce.size(), nonce.begin());
  used += nonce.size();
  return nonce;
}

class KeyedSealer final : public Sealer {
 public:
  KeyedSealer(crypto::Keystore& keystore, const Clock& clock, PurposesOf purposes_of)
      : keystore_(keystore), clock_(clock), purposes_of_(std::move(purposes_of)), plain_(plain_sealer()) {}

  Result<void> prepare(std::string_view table) const override {
    JW_TRY(keys_of(table, clock_.now()));
    return {};
  }

  std::string seal(const Cell& cell, std::string_view plain) const override {
    const Key& key = *at_hand(cell.table).sealing;
    const auto nonce = next_nonce();
    std::string sealed;
    sealed.reserve(head_bytes + plain.size() + crypto::tag_bytes);
    sealed += static_cast<char>(key.info.suite);
    sealed += bytes_of(key.info.id);
    sealed.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    key.aead->seal(nonce, association_of(cell), plain, sealed);
    return sealed;
  }

  Result<std::string> open(const Cell& cell, std::string_view sealed) const override {
    if (!sealed.empty() && sealed.front() == '\0') return plain_->open(cell, sealed);
    const auto damaged = [&] {
      return Error(ErrorCode::corrupt, "storage.damaged")
          .because("sealed value of " + std::string(cell.table) + '.' + std::string(cell.column));
    };
    if (sealed.size() < head_bytes + crypto::tag_bytes) return damaged();
    crypto::KeyId id = 0;
    std::copy_n(sealed.data() + 1, id_bytes, reinterpret_cast<char*>(&id));
    JW_ASSIGN(const auto key, opening_key(id));
    const auto nonce = std::as_bytes(std::span(sealed.substr(1 + id_bytes))).first<crypto::nonce_bytes>();
    std::string plain;
    const bool fits = key->aead && static_cast<char>(key->info.suite) == sealed.front() &&
                      key->aead->open(nonce, association_of(cell), sealed.substr(head_bytes), plain);
    if (!fits) return damaged();
    return plain;
  }

  bool key_stands(std::string_view mark) const override {
    if (mark.size() < mark_bytes || mark.front() == '\0') return true;
    crypto::KeyId id = 0;
    std::copy_n(mark.data() + 1, id_bytes, reinterpret_cast<char*>(&id));
    const auto key = opening_key(id);
    return key || key.error().code != ErrorCode::gone;
  }

  EqualityHash equality_hash(std::string_view table, std::string_view column,
                             std::string_view plain) const override {
    std::string& whole = scratch();
    whole.assign(column);
    whole += '\x1f';
    whole += plain;
    return std::bit_cast<EqualityHash>(at_hand(table).hashing->hash->of(whole));
  }

  void equality_hashes(std::string_view table, std::string_view column,
                       std::span<const std::string_view> plains,
                       std::span<EqualityHash> hashes) const override {
    std::string prefix(column);
    prefix += '\x1f';
    std::vector<std::array<std::byte, crypto::hash_bytes>> bytes(plains.size());
    at_hand(table).hashing->hash->of_many(prefix, plains, bytes);
    std::ranges::transform(bytes, hashes.begin(),
                           [](const auto& hash) { return std::bit_cast<EqualityHash>(hash); });
  }

 private:
  // What one thread sealed with last for a table; good until the keystore changes or the month ends.
  struct AtHand {
    std::shared_ptr<const Key> sealing, hashing;
    std::uint64_t generation = 0;
    Instant until{};
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using ByTable = std::unordered_map<std::string, AtHand, TextHash, std::equal_to<>>;

  static std::string& scratch() {
    thread_local std::string text;
    return text;
  }

  std::string_view association_of(const Cell& cell) const {
    std::string& text = scratch();
    text.assign(cell.table);
    text += '\x1f';
    text += bytes_of(cell.row);
    text += cell.column;
    return text;
  }

  const AtHand& at_hand(std::string_view table) const {
    // Several sealers may live in one process, one behind another in one place: told apart by number.
    thread_local std::unordered_map<std::uint64_t, ByTable> of_sealer;
    ByTable& tables = of_sealer[number_];
    auto found = tables.find(table);
    if (found == tables.end()) found = tables.emplace(std::string(table), AtHand{}).first;
    AtHand& keys = found->second;
    const Instant now = clock_.now();
    const std::uint64_t generation = keystore_.generation();
    if (keys.generation != generation || now >= keys.until) renew(keys, table, now);
    return keys;
  }

  // Made where they are not there yet.
  Result<AtHand> keys_of(std::string_view table, Instant now) const {
    using namespace std::chrono;
    const std::string purposes = purposes_of_ ? purposes_of_(table) : "";
    const std::string scope = std::string(table) + '|' + purposes;
    const year_month_day day{floor<days>(now)};
    AtHand keys;
    JW_ASSIGN(keys.sealing, keystore_.current(KeyKind::data, scope, month_of(day)));
    JW_ASSIGN(keys.hashing, keystore_.current(KeyKind::equality, std::string(table), "-"));
    keys.until = sys_days{(day.year() / day.month() + months{1}) / 1};
    keys.generation = keystore_.generation();
    return keys;
  }

  void renew(AtHand& keys, std::string_view table, Instant now) const {
    auto found = keys_of(table, now);
    if (!found) {
      const Error& fault = found.error();
      log::error("storage.no_key", {{"table", table}, {"fault", fault.to_log()}});
      // A full disk must not stop the hub on the first of a month: last month's key serves on for a while.
      if (keys.sealing && keys.hashing && fault.code != ErrorCode::gone) {
        keys.until = now + std::chrono::minutes{1};
        keys.generation = keystore_.generation();
        return;
      }
      throw std::runtime_error("no key to seal " + std::string(table) + ": " + fault.to_log());
    }
    keys = std::move(*found);
  }

  Result<std::shared_ptr<const Key>> opening_key(crypto::KeyId id) const {
    struct Last {
      std::uint64_t sealer = 0, generation = 0;
      std::shared_ptr<const Key> key;
    };
    thread_local std::array<Last, 64> lasts;
    Last& last = lasts[id % lasts.size()];
    const std::uint64_t generation = keystore_.generation();
    const bool known =
        last.key && last.sealer == number_ && last.generation == generation && last.key->info.id == id;
    if (!known) {
      JW_ASSIGN(auto key, keystore_.find(id));
      last = {number_, keystore_.generation(), std::move(key)};
    }
    return last.key;
  }

  static std::uint64_t next_number() {
    static std::atomic<std::uint64_t> numbers{0};
    return ++numbers;
  }

  crypto::Keystore& keystore_;
  const Clock& clock_;
  PurposesOf purposes_of_;
  std::unique_ptr<Sealer> plain_;
  const std::uint64_t number_ = next_number();
};

}  // namespace

std::unique_ptr<Sealer> keyed_sealer(crypto::Keystore& keystore, const Clock& clock, PurposesOf purposes_of) {
  return std::make_unique<KeyedSealer>(keystore, clock, std::move(purposes_of));
}

}  // namespace jingwei::storage
