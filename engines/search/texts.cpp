#include "engines/search/texts.h"

#include <algorithm>

#include "base/result.h"

namespace jingwei::search {

namespace {

std::uint64_t key_of(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

std::size_t units(std::size_t bytes) {
  return std::max<std::size_t>(1, (bytes + 7) / 8);
}

constexpr std::size_t array_most = linkage::ArrayPool<HolderId>::most;

}  // namespace

TextId Texts::find(std::string_view form_wanted, std::uint64_t hash) const {
  for (std::uint64_t key = key_of(hash);; key = key_of(key + 1)) {
    const TextId* text = by_hash_.find(key);
    if (text == nullptr) return none;
    if (form(*text) == form_wanted) return *text;
  }
}

TextId Texts::add(std::string_view stored, std::uint64_t hash, std::span<const Term> terms) {
  JW_ASSERT(stored.size() <= text_bytes_most);
  const auto text = static_cast<TextId>(texts_.size());
  Text& entry = texts_.emplace_back();
  entry.size = static_cast<std::uint32_t>(stored.size());
  entry.bytes = bytes_.allocate(units(stored.size()));
  std::copy(stored.begin(), stored.end(), bytes_.data(entry.bytes)->bytes.data());
  std::uint64_t key = key_of(hash);
  while (by_hash_.find(key) != nullptr) key = key_of(key + 1);
  by_hash_.at(key) = text;
  for (const Term term : terms) {
    PostingList& list = lists_.at(term);
    if (list.count == 0 || list.last != text + 1) store_.append(list, text);
  }
  return text;
}

void Texts::attach(TextId text, HolderId holder) {
  Text& entry = texts_[text];
  const std::size_t before = entry.holder_count++;
  if (before == 0) {
    ++live_;
    entry.where = holder;
    return;
  }
  if (before >= array_most) {
    auto& crowd = crowds_[text];
    if (before == array_most) {
      crowd.assign(arrays_.data(entry.where), arrays_.data(entry.where) + before);
      arrays_.release(entry.where, before);
    }
    crowd.insert(std::upper_bound(crowd.begin(), crowd.end(), holder), holder);
    return;
  }
  if (before == 1) {
    const HolderId only = entry.where;
    entry.where = arrays_.allocate(2);
    arrays_.data(entry.where)[0] = only;
  } else if (std::bit_ceil(before) != std::bit_ceil(before + 1)) {
    const std::uint32_t larger = arrays_.allocate(std::bit_ceil(before + 1));
    std::copy(arrays_.data(entry.where), arrays_.data(entry.where) + before, arrays_.data(larger));
    arrays_.release(entry.where, std::bit_ceil(before));
    entry.where = larger;
  }
  HolderId* array = arrays_.data(entry.where);
  HolderId* place = std::upper_bound(array, array + before, holder);
  std::copy_backward(place, array + before, array + before + 1);
  *place = holder;
}

void Texts::detach(TextId text, HolderId holder, std::uint64_t hash) {
  Text& entry = texts_[text];
  const auto all = holders(text);
  const auto place = std::lower_bound(all.begin(), all.end(), holder) - all.begin();
  JW_ASSERT(static_cast<std::size_t>(place) < all.size() && all[static_cast<std::size_t>(place)] == holder);
  const std::size_t before = entry.holder_count--;
  if (before == 1) return drop(text, hash);
  if (before > array_most) {
    auto& crowd = crowds_[text];
    crowd.erase(crowd.begin() + place);
    if (before - 1 > array_most) return;
    entry.where = arrays_.allocate(array_most);
    std::copy(crowd.begin(), crowd.end(), arrays_.data(entry.where));
    crowds_.erase(text);
    return;
  }
  HolderId* array = arrays_.data(entry.where);
  std::copy(array + place + 1, array + before, array + place);
  if (before == 2) {
    const HolderId only = array[0];
    arrays_.release(entry.where, 2);
    entry.where = only;
  } else if (std::bit_ceil(before) != std::bit_ceil(before - 1)) {
    const std::uint32_t smaller = arrays_.allocate(std::bit_ceil(before - 1));
    std::copy(array, array + (before - 1), arrays_.data(smaller));
    arrays_.release(entry.where, std::bit_ceil(before));
    entry.where = smaller;
  }
}

void Texts::drop(TextId text, std::uint64_t hash) {
  for (std::uint64_t key = key_of(hash);; key = key_of(key + 1)) {
    const TextId* found = by_hash_.find(key);
    if (found == nullptr) break;
    if (*found != text) continue;
    by_hash_.erase(key);
    break;
  }
  bytes_.release(texts_[text].bytes, units(texts_[text].size));
  texts_[text] = {};
  --live_;
}

std::string_view Texts::stored(TextId text) const {
  const Text& entry = texts_[text];
  if (entry.holder_count == 0 && entry.size == 0) return {};
  return {bytes_.data(entry.bytes)->bytes.data(), entry.size};
}

std::span<const HolderId> Texts::holders(TextId text) const {
  const Text& entry = texts_[text];
  if (entry.holder_count == 0) return {};
  if (entry.holder_count == 1) return {&entry.where, 1};
  if (entry.holder_count > array_most) return crowds_.at(text);
  return {arrays_.data(entry.where), entry.holder_count};
}

std::size_t Texts::memory() const {
  std::size_t bytes = bytes_.memory() + arrays_.memory() + texts_.capacity() * sizeof(Text) +
                      by_hash_.memory() + lists_.memory() + store_.memory();
  for (const auto& [text, crowd] : crowds_) bytes += crowd.capacity() * sizeof(HolderId) + 64;
  return bytes;
}

}  // namespace jingwei::search
