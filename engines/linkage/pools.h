// Compact containers of the online index: many small arrays in a few large pieces, and a hash table that
// grows part by part, so that no single call waits for the whole to be copied.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "engines/linkage/row.h"

namespace jingwei::linkage {

// Arrays of `Unit` (trivial), named by a number. Freed ones are used again for arrays of the same size; sizes
// above 64 units are rounded up to powers of two.
template <typename Unit>
class ArrayPool {
 public:
  static constexpr std::size_t most = std::size_t{1} << 16;  // units of one array

  // `units` ≥ 1, at most `most`. The contents are those of an earlier array, or zeros.
  std::uint32_t allocate(std::size_t units) {
    const std::size_t size = rounded(units);
    auto& free = free_[class_of(size)];
    if (!free.empty()) {
      const std::uint32_t array = free.back();
      free.pop_back();
      return array;
    }
    if (pieces_.empty() || used_ + size > piece) {
      pieces_.push_back(std::make_unique<Unit[]>(piece));
      used_ = 0;
    }
    const auto array = static_cast<std::uint32_t>((pieces_.size() - 1) * piece + used_);
    used_ += size;
    return array;
  }
  // Writes zeros over what stood there.
  void release(std::uint32_t array, std::size_t units) {
    const std::size_t size = rounded(units);
    std::memset(data(array), 0, size * sizeof(Unit));
    free_[class_of(size)].push_back(array);
  }
  Unit* data(std::uint32_t array) { return &pieces_[array / piece][array % piece]; }
  const Unit* data(std::uint32_t array) const { return &pieces_[array / piece][array % piece]; }
  static std::size_t rounded(std::size_t units) { return units <= 64 ? units : std::bit_ceil(units); }
  std::size_t memory() const {
    std::size_t bytes = pieces_.size() * piece * sizeof(Unit);
    for (const auto& free : free_) bytes += free.capacity() * sizeof(std::uint32_t);
    return bytes;
  }

 private:
  static constexpr std::size_t piece = std::size_t{1} << 18;
  static std::size_t class_of(std::size_t size) {
    return size <= 64 ? size : 64 + static_cast<std::size_t>(std::countr_zero(size)) - 6;
  }
  std::vector<std::unique_ptr<Unit[]>> pieces_;
  std::size_t used_ = 0;
  std::array<std::vector<std::uint32_t>, 76> free_;
};

// From 64-bit keys other than 0 to small values. Open addressing, in 1,024 parts that grow each by itself.
template <typename Value>
class PartedTable {
 public:
  Value* find(std::uint64_t key) {
    return const_cast<Value*>(static_cast<const PartedTable*>(this)->find(key));
  }
  const Value* find(std::uint64_t key) const {
    const std::uint64_t hash = mix(key);
    const auto& slots = parts_[hash >> shift].slots;
    if (slots.empty()) return nullptr;
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = hash & mask; slots[at].key != 0; at = (at + 1) & mask) {
      if (slots[at].key == key) return &slots[at].value;
    }
    return nullptr;
  }
  // The value of a key, new ones as Value{}. Valid until the next call.
  Value& at(std::uint64_t key) {
    if (Value* found = find(key)) return *found;
    const std::uint64_t hash = mix(key);
    Part& part = parts_[hash >> shift];
    if ((part.used + 1) * 4 > part.slots.size() * 3) grow(part);
    ++part.used;
    ++size_;
    Slot& slot = part.slots[free_slot(part.slots, hash)];
    slot = {key, Value{}};
    return slot.value;
  }
  void erase(std::uint64_t key) {
    const std::uint64_t hash = mix(key);
    Part& part = parts_[hash >> shift];
    if (part.slots.empty()) return;
    const std::size_t mask = part.slots.size() - 1;
    std::size_t hole = hash & mask;
    while (part.slots[hole].key != key) {
      if (part.slots[hole].key == 0) return;
      hole = (hole + 1) & mask;
    }
    // Those behind move up, unless they would come to stand before their place (Knuth, TAOCP 3, 6.4, R).
    for (std::size_t at = (hole + 1) & mask; part.slots[at].key != 0; at = (at + 1) & mask) {
      const std::size_t home = mix(part.slots[at].key) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      part.slots[hole] = part.slots[at];
      hole = at;
    }
    part.slots[hole] = {};
    --part.used;
    --size_;
  }
  std::size_t size() const { return size_; }
  std::size_t memory() const {
    std::size_t bytes = sizeof *this;
    for (const auto& part : parts_) bytes += part.slots.capacity() * sizeof(Slot);
    return bytes;
  }
  template <typename Take>
  void each(const Take& take) const {
    for (const auto& part : parts_) {
      for (const auto& slot : part.slots) {
        if (slot.key != 0) take(slot.key, slot.value);
      }
    }
  }

 private:
  static constexpr int shift = 54;
  struct Slot {
    std::uint64_t key = 0;
    Value value{};
  };
  struct Part {
    std::vector<Slot> slots;
    std::size_t used = 0;
  };
  static std::size_t free_slot(const std::vector<Slot>& slots, std::uint64_t hash) {
    std::size_t at = hash & (slots.size() - 1);
    while (slots[at].key != 0) at = (at + 1) & (slots.size() - 1);
    return at;
  }
  static void grow(Part& part) {
    std::vector<Slot> larger(std::max<std::size_t>(4, part.slots.size() * 2));
    for (const Slot& slot : part.slots) {
      if (slot.key != 0) larger[free_slot(larger, mix(slot.key))] = slot;
    }
    part.slots = std::move(larger);
  }

  std::array<Part, std::size_t{1} << (64 - shift)> parts_;
  std::size_t size_ = 0;
};

}  // namespace jingwei::linkage
