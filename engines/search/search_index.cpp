#include "engines/search/search_index.h"

#include <algorithm>

#include "base/result.h"
#include "engines/linkage/normal_form.h"
#include "engines/search/addresses.h"
#include "engines/search/names.h"
#include "engines/search/numbers.h"
#include "engines/search/store.h"

namespace jingwei::search {

namespace {

linkage::FieldType type_of(Kind kind) {
  switch (kind) {
    case Kind::name:
      return linkage::FieldType::full_name;
    case Kind::phone:
      return linkage::FieldType::phone;
    case Kind::identifier:
      return linkage::FieldType::identifier;
    case Kind::address:
      return linkage::FieldType::address;
  }
  return linkage::FieldType::text;
}

std::vector<Term> terms_of(Kind kind, std::string_view stored) {
  switch (kind) {
    case Kind::name:
      return name_terms(stored);
    case Kind::phone:
    case Kind::identifier:
      return number_terms(stored);
    case Kind::address:
      return address_terms(stored);
  }
  return {};
}

}  // namespace

void SearchIndex::Store::add(SubjectId subject, const Entry& entry) {
  remove(subject);
  std::vector<std::uint32_t> regions(
      entry.regions.begin(),
      entry.regions.begin() + static_cast<std::ptrdiff_t>(std::min(regions_most, entry.regions.size())));
  std::vector<std::uint32_t> texts;
  HolderId holder = static_cast<HolderId>(holders_.size());
  if (free_.empty()) {
    holders_.emplace_back();
  } else {
    holder = free_.back();
    free_.pop_back();
  }
  for (const auto& [kind, raw] : entry.texts) {
    if (texts.size() == texts_most) break;
    const auto text = text_for(kind, raw);
    if (!text || std::find(texts.begin(), texts.end(), *text) != texts.end()) continue;
    texts_[index_of(kind)].attach(*text >> 2, holder);
    texts.push_back(*text);
  }
  put(holder, subject, regions, texts);
  by_subject_.at(subject + 1) = holder;
}

bool SearchIndex::Store::remove(SubjectId subject) {
  const HolderId* found = by_subject_.find(subject + 1);
  if (found == nullptr) return false;
  const HolderId holder = *found;
  by_subject_.erase(subject + 1);
  for (const std::uint32_t text : texts_of(holder)) {
    Texts& texts = texts_[text & 3];
    texts.detach(text >> 2, holder, hash_of_form(texts.form(text >> 2)));
  }
  arrays_.release(holders_[holder].where, room(holders_[holder]));
  holders_[holder] = {};
  free_.push_back(holder);
  return true;
}

std::size_t SearchIndex::Store::memory() const {
  std::size_t bytes =
      arrays_.memory() + holders_.capacity() * sizeof(Holder) + free_.capacity() * 4 + by_subject_.memory();
  for (const auto& texts : texts_) bytes += texts.memory();
  return bytes;
}

double SearchIndex::Store::wasted() const {
  std::size_t all = 0, live = 0;
  for (const auto& texts : texts_) all += texts.end(), live += texts.live();
  return all == 0 ? 0 : 1 - static_cast<double>(live) / static_cast<double>(all);
}

std::optional<std::uint32_t> SearchIndex::Store::text_for(Kind kind, std::string_view raw) {
  const std::string form = linkage::normal_form(type_of(kind), raw);
  if (form.empty()) return std::nullopt;
  Texts& texts = texts_[index_of(kind)];
  const std::uint64_t hash = hash_of_form(form);
  TextId text = texts.find(form, hash);
  if (text == Texts::none) {
    const std::string stored = kind == Kind::name ? stored_name(form) : form;
    text =
        texts.add(std::string_view(stored).substr(0, Texts::text_bytes_most), hash, terms_of(kind, stored));
  }
  JW_ASSERT(text < (1U << 30));
  return text << 2 | static_cast<std::uint32_t>(kind);
}

void SearchIndex::Store::put(HolderId holder, SubjectId subject, const std::vector<std::uint32_t>& regions,
                             const std::vector<std::uint32_t>& texts) {
  Holder& entry = holders_[holder];
  entry.subject = subject;
  entry.regions = static_cast<std::uint8_t>(regions.size());
  entry.texts = static_cast<std::uint8_t>(texts.size());
  entry.where = arrays_.allocate(room(entry));
  std::uint32_t* to = arrays_.data(entry.where);
  to = std::copy(regions.begin(), regions.end(), to);
  std::copy(texts.begin(), texts.end(), to);
}

void SearchIndex::Store::compact(Kind kind) {
  Texts fresh;
  const Texts& old = texts_[index_of(kind)];
  std::vector<TextId> moved(old.end(), Texts::none);
  for (TextId text = 0; text < old.end(); ++text) {
    if (old.holders(text).empty()) continue;
    const std::string_view stored = old.stored(text);
    moved[text] = fresh.add(stored, hash_of_form(old.form(text)), terms_of(kind, stored));
    for (const HolderId holder : old.holders(text)) fresh.attach(moved[text], holder);
  }
  for (auto& holder : holders_) {
    std::uint32_t* texts = holder.texts == 0 ? nullptr : arrays_.data(holder.where) + holder.regions;
    for (std::size_t at = 0; at < holder.texts; ++at) {
      if ((texts[at] & 3) == index_of(kind)) texts[at] = moved[texts[at] >> 2] << 2 | (texts[at] & 3);
    }
  }
  texts_[index_of(kind)] = std::move(fresh);
}

SearchIndex::SearchIndex() : store_(std::make_unique<Store>()) {}
SearchIndex::~SearchIndex() = default;
SearchIndex::SearchIndex(SearchIndex&&) noexcept = default;
SearchIndex& SearchIndex::operator=(SearchIndex&&) noexcept = default;

void SearchIndex::add(SubjectId subject, const Entry& entry) {
  store_->add(subject, entry);
}
bool SearchIndex::remove(SubjectId subject) {
  return store_->remove(subject);
}
Answer SearchIndex::search(const Query& query) const {
  return store_->search(query);
}
std::vector<SubjectId> SearchIndex::leading(const Query& query) const {
  return store_->leading(query);
}
std::vector<std::vector<PieceScores>> SearchIndex::scores(const Query& query,
                                                          std::span<const SubjectId> subjects) const {
  return store_->scores(query, subjects);
}
std::size_t SearchIndex::size() const {
  return store_->size();
}
std::size_t SearchIndex::memory() const {
  return store_->memory();
}
double SearchIndex::wasted() const {
  return store_->wasted();
}
void SearchIndex::compact() {
  store_->compact();
}

}  // namespace jingwei::search
