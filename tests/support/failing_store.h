// A Store that fails on command, before or after the real one has done its work.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "storage/digest.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::testing {

// Passes everything on, but the writes (commits and appends) chosen by `fail_write`. Thread-safe as the store
// behind it.
class FailingStore final : public storage::Store {
 public:
  // `before`: nothing is written, as on a full disk. `after`: it is durable, but the caller is never told, as
  // when the connection breaks.
  enum class When { before, after };

  explicit FailingStore(storage::Store& real) : real_(real) {}

  // The `count`-th write from now (1 = the next) fails.
  void fail_write(std::int64_t count, When when) {
    when_ = when;
    left_ = count;
  }
  // The next `count` commits come in the way of others.
  void contend(std::int64_t count) { contended_ = count; }
  std::int64_t writes() const { return writes_; }
  // `act` runs before the next write, once: what others do between a decision and its write.
  void between(std::function<void()> act) { between_ = std::move(act); }

  storage::Dialect dialect() const override { return real_.dialect(); }
  Result<void> migrate(std::span<const storage::Migration> migrations) override {
    return real_.migrate(migrations);
  }
  Result<std::unique_ptr<storage::Reader>> read() override { return real_.read(); }
  using Store::commit;
  void commit(storage::Change change, std::function<void(Result<storage::Committed>)> done) override {
    const bool fails = begin_write();
    if (contended_ > 0) {
      --contended_;
      return done(Error(ErrorCode::conflict, "storage.changed_meanwhile"));
    }
    if (!fails) return real_.commit(std::move(change), std::move(done));
    if (when_ == When::before) return done(Error(ErrorCode::exhausted, "storage.disk_full"));
    real_.commit(std::move(change), [done = std::move(done)](const Result<storage::Committed>&) {
      done(Error(ErrorCode::unavailable, "storage.unavailable"));
    });
  }
  std::size_t rows_at_once(std::size_t most) override { return real_.rows_at_once(most); }
  Result<storage::Committed> append(storage::BulkSlice slice) override {
    const bool fails = begin_write();
    if (!fails) return real_.append(std::move(slice));
    if (when_ == When::before) return Error(ErrorCode::exhausted, "storage.disk_full");
    auto done = real_.append(std::move(slice));
    if (!done) return done;
    return Error(ErrorCode::unavailable, "storage.unavailable");
  }
  Result<std::int64_t> allocate_ids(std::int64_t count) override { return real_.allocate_ids(count); }
  Result<std::vector<storage::FeedEntry>> read_feed(storage::FeedPosition after, std::size_t most) override {
    return real_.read_feed(after, most);
  }
  void wait_for_feed(storage::FeedPosition after, std::chrono::milliseconds patience) override {
    real_.wait_for_feed(after, patience);
  }
  Result<std::vector<storage::Timer>> claim_timers(std::span<const std::string> kinds,
                                                   const std::string& owner, Instant now,
                                                   std::chrono::seconds lease, std::size_t most) override {
    return real_.claim_timers(kinds, owner, now, lease, most);
  }
  Result<bool> take_lease(const std::string& name, const std::string& owner, Instant now,
                          std::chrono::seconds duration) override {
    return real_.take_lease(name, owner, now, duration);
  }

 private:
  // True where this write is to fail.
  bool begin_write() {
    ++writes_;
    if (const auto act = std::exchange(between_, {})) act();
    return left_ > 0 && --left_ == 0;
  }

  storage::Store& real_;
  std::atomic<std::int64_t> left_{0};
  std::atomic<std::int64_t> writes_{0};
  std::atomic<std::int64_t> contended_{0};
  When when_ = When::before;
  std::function<void()> between_;
};

// A sealer that hides what it seals and binds it to its cell, as the real one will; for tests only.
class HidingSealer final : public storage::Sealer {
 public:
  // As when there is no room for a new key.
  std::atomic<bool> keyless = false;
  // As when the keys of all that was sealed have been destroyed.
  std::atomic<bool> destroyed = false;
  // The same, but what is sealed from now on opens.
  void destroy_so_far() { oldest_ = ++newest_; }
  Result<void> prepare(std::string_view) const override {
    if (keyless) return Error(ErrorCode::exhausted, "storage.disk_full");
    return {};
  }
  std::string seal(const storage::Cell& cell, std::string_view plain) const override {
    std::string sealed = mark_of(newest_) + place_of(cell) + '\x1f';
    for (const char byte : plain) sealed += static_cast<char>(~byte);
    return sealed;
  }
  Result<std::string> open(const storage::Cell& cell, std::string_view sealed) const override {
    if (!key_stands(sealed)) return Error(ErrorCode::gone, "crypto.key_destroyed");
    const std::string head = std::string(sealed.substr(0, mark_bytes)) + place_of(cell) + '\x1f';
    if (!sealed.starts_with(head)) {
      return Error(ErrorCode::corrupt, "storage.damaged")
          .because("sealed elsewhere than in " + place_of(cell));
    }
    std::string plain;
    for (const char byte : sealed.substr(head.size())) plain += static_cast<char>(~byte);
    return plain;
  }
  bool key_stands(std::string_view mark) const override {
    return !destroyed && mark.substr(0, mark_bytes) >= mark_of(oldest_);
  }
  storage::EqualityHash equality_hash(std::string_view table, std::string_view column,
                                      std::string_view plain) const override {
    const std::string whole = std::string(table) + '\x1f' + std::string(column) + '\x1f' + std::string(plain);
    storage::EqualityHash hash{};
    storage::sha256(whole).copy(hash.data(), hash.size());
    return hash;
  }

 private:
  // The scheme and the number of the key.
  static std::string mark_of(int key) { return "\x07" + std::to_string(1'000 + key); }
  std::atomic<int> newest_ = 0, oldest_ = 0;

  static std::string place_of(const storage::Cell& cell) {
    return std::string(cell.table) + '/' + std::to_string(cell.row) + '/' + std::string(cell.column);
  }
};

}  // namespace jingwei::testing
