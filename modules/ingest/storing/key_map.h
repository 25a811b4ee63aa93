// From the first eight bytes of record keys to small numbers: many millions of them in memory, 12 bytes a
// slot.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace jingwei::ingest {

// The first eight bytes of a hash: evenly spread already, so they are their own place in a table.
inline std::uint64_t fingerprint(std::string_view hash) {
  std::uint64_t word = 0;
  std::memcpy(&word, hash.data(), sizeof word);
  return word == 0 ? 1 : word;  // 0 marks a free slot
}

// Open addressing, linear probing, doubling at three quarters; in sixteen parts that grow one at a time, so
// that growing takes little memory beside what stands. Not thread-safe.
class KeyMap {
 public:
  // Nothing when the key is not there, or vacated.
  std::optional<std::uint32_t> find(std::uint64_t key) const { return part(key).find(within(key)); }
  bool contains(std::uint64_t key) const { return find(key).has_value(); }
  // Keeps the standing value and gives false when the key has one.
  bool insert(std::uint64_t key, std::uint32_t value) { return part(key).insert(within(key), value); }
  // The slot stays and serves the same key again.
  void vacate(std::uint64_t key) { part(key).vacate(within(key)); }
  // Fetches the slot into the cache ahead of find or insert.
  void prefetch(std::uint64_t key) const { part(key).prefetch(within(key)); }

 private:
  static constexpr int part_bits = 4;

  class Part {
   public:
    std::optional<std::uint32_t> find(std::uint64_t key) const {
      if (keys_.empty()) return std::nullopt;
      for (std::size_t at = slot(key);; at = next(at)) {
        if (keys_[at] == key) return values_[at] == vacant ? std::nullopt : std::optional(values_[at]);
        if (keys_[at] == 0) return std::nullopt;
      }
    }
    bool insert(std::uint64_t key, std::uint32_t value) {
      if (used_ * 4 >= keys_.size() * 3) grow();
      for (std::size_t at = slot(key);; at = next(at)) {
        if (keys_[at] == key) {
          if (values_[at] != vacant) return false;
          values_[at] = value;
          return true;
        }
        if (keys_[at] == 0) {
          keys_[at] = key;
          values_[at] = value;
          ++used_;
          return true;
        }
      }
    }
    void vacate(std::uint64_t key) {
      if (keys_.empty()) return;
      for (std::size_t at = slot(key); keys_[at] != 0; at = next(at)) {
        if (keys_[at] == key) values_[at] = vacant;
      }
    }
    void prefetch(std::uint64_t key) const {
      if (!keys_.empty()) __builtin_prefetch(&keys_[slot(key)]);
    }

   private:
    static constexpr std::uint32_t vacant = UINT32_MAX;
    static constexpr std::size_t slots_at_first = 64;

    std::size_t slot(std::uint64_t key) const { return static_cast<std::size_t>(key >> shift_); }
    std::size_t next(std::size_t at) const { return at + 1 == keys_.size() ? 0 : at + 1; }
    void grow() {
      std::vector<std::uint64_t> keys = std::move(keys_);
      std::vector<std::uint32_t> values = std::move(values_);
      const std::size_t slots = keys.empty() ? slots_at_first : keys.size() * 2;
      shift_ = 64 - __builtin_ctzll(slots);
      keys_.assign(slots, 0);
      values_.assign(slots, 0);
      used_ = 0;
      for (std::size_t at = 0; at < keys.size(); ++at) {
        if (keys[at] != 0 && values[at] != vacant) insert(keys[at], values[at]);
      }
    }

    std::vector<std::uint64_t> keys_;
    std::vector<std::uint32_t> values_;
    std::size_t used_ = 0;
    int shift_ = 63;
  };

  // The part is told by the upper bits; the rest, never 0, by the key within it.
  static std::uint64_t within(std::uint64_t key) { return key << part_bits | 1; }
  const Part& part(std::uint64_t key) const { return parts_[key >> (64 - part_bits)]; }
  Part& part(std::uint64_t key) { return parts_[key >> (64 - part_bits)]; }

  std::array<Part, 1 << part_bits> parts_;
};

}  // namespace jingwei::ingest
