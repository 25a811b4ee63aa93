#include "modules/identity/throttle.h"

#include <algorithm>

#include "modules/identity/sql.gen.h"

namespace jingwei::identity {

namespace {

constexpr int free_tries = 4;           // of one place
constexpr int free_tries_of_all = 100;  // of all unknown places together
constexpr std::chrono::seconds longest{900};
constexpr std::chrono::hours forgotten{24};

// Only keyed hashes are kept, of what was typed and of where from: phones are few enough to be guessed from
// others.
storage::Value tried_hash(const storage::Sealer& sealer, const std::string& told) {
  return storage::Blob{storage::bytes_of(sealer.equality_hash("identity_token", "failure", told))};
}

storage::Value key_of(const storage::Sealer& sealer, const Throttle::Try& one) {
  return tried_hash(sealer, one.account + '\n' + one.place);
}

storage::Value key_of_all(const storage::Sealer& sealer, const Throttle::Try& one) {
  return tried_hash(sealer, one.account + "\n*");
}

std::optional<std::chrono::seconds> wait_of(std::int64_t failures, Instant last, int free, Instant now) {
  if (failures <= free) return std::nullopt;
  const auto doublings = static_cast<int>(std::min<std::int64_t>(failures - free - 1, 10));
  const Instant until = last + std::min<std::chrono::seconds>(std::chrono::seconds{1 << doublings}, longest);
  if (until <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(until - now);
}

}  // namespace

Result<std::optional<std::chrono::seconds>> Throttle::wait(const Try& one) const {
  JW_TRY(parts_.sealer.prepare("identity_token"));
  std::optional<std::chrono::seconds> longest_wait;
  const Instant now = parts_.clock.now();
  JW_ASSIGN(auto reader, parts_.store.read());
  const auto look = [&](const storage::Value& key, int free) -> Result<void> {
    return reader->query(sql::failures_of, std::span(&key, 1), [&](const storage::Row& row) {
      const Instant last = from_micros(row.integer(1));
      const auto wait = now - last > forgotten ? std::nullopt : wait_of(row.integer(0), last, free, now);
      if (wait && (!longest_wait || *longest_wait < *wait)) longest_wait = wait;
      return false;
    });
  };
  JW_TRY(look(key_of(parts_.sealer, one), free_tries));
  if (!one.known_device) JW_TRY(look(key_of_all(parts_.sealer, one), free_tries_of_all));
  return longest_wait;
}

void Throttle::failed(const Try& one, storage::Change& change) const {
  const Instant now = parts_.clock.now();
  const auto count = [&](storage::Value key) {
    change.writes.push_back(
        {&sql::count_failure, {std::move(key), to_micros(now), to_micros(now - forgotten)}, std::nullopt});
  };
  count(key_of(parts_.sealer, one));
  if (!one.known_device) count(key_of_all(parts_.sealer, one));
}

Result<void> Throttle::succeeded(const Try& one) const {
  const storage::Value key = key_of(parts_.sealer, one);
  bool counted = false;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::failures_of, std::span(&key, 1), [&](const storage::Row&) {
      counted = true;
      return false;
    }));
  }
  if (!counted) return {};
  storage::Change change;
  change.writes.push_back({&sql::drop_failures, {key}, std::nullopt});
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

void Throttle::drop_old(storage::Change& change) const {
  change.writes.push_back(
      {&sql::drop_old_failures, {to_micros(parts_.clock.now() - forgotten)}, std::nullopt});
}

}  // namespace jingwei::identity
