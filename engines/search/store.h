// What the index holds, shared by its changes (search_index.cpp) and its searches (search.cpp).
#pragma once

#include <algorithm>
#include <optional>

#include "engines/search/search_index.h"
#include "engines/search/texts.h"

namespace jingwei::search {

inline constexpr std::array<Kind, kinds> all_kinds = {Kind::name, Kind::phone, Kind::identifier,
                                                      Kind::address};

inline std::size_t index_of(Kind kind) {
  return static_cast<std::size_t>(kind);
}

inline std::uint64_t hash_of_form(std::string_view form) {
  return linkage::hash_bytes(form, 0x5EA1);
}

class SearchIndex::Store {
 public:
  void add(SubjectId subject, const Entry& entry);
  bool remove(SubjectId subject);
  Answer search(const Query& query) const;
  std::vector<SubjectId> leading(const Query& query) const;
  std::vector<std::vector<PieceScores>> scores(const Query& query, std::span<const SubjectId> subjects) const;

  std::size_t size() const { return by_subject_.size(); }
  std::size_t memory() const;
  double wasted() const;
  void compact() {
    for (const Kind kind : all_kinds) compact(kind);
  }

 private:
  struct Holder {
    SubjectId subject = 0;
    std::uint32_t where = 0;  // regions, then texts: a kind in two bits, its number above
    std::uint8_t regions = 0, texts = 0;
  };
  class Search;

  static std::size_t room(const Holder& holder) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(holder.regions) + holder.texts);
  }
  std::span<const std::uint32_t> regions_of(HolderId holder) const {
    return {arrays_.data(holders_[holder].where), holders_[holder].regions};
  }
  std::span<const std::uint32_t> texts_of(HolderId holder) const {
    return {arrays_.data(holders_[holder].where) + holders_[holder].regions, holders_[holder].texts};
  }

  std::optional<std::uint32_t> text_for(Kind kind, std::string_view raw);
  void put(HolderId holder, SubjectId subject, const std::vector<std::uint32_t>& regions,
           const std::vector<std::uint32_t>& texts);
  bool seen_by(const Query& query, HolderId holder) const {
    if (query.within == nullptr) return true;
    const auto regions = regions_of(holder);
    return std::any_of(regions.begin(), regions.end(), [&](std::uint32_t region) {
      return std::any_of(query.within->begin(), query.within->end(), [&](const RegionInterval& interval) {
        return region >= interval.from && region < interval.to;
      });
    });
  }

  void compact(Kind kind);

  std::array<Texts, kinds> texts_;
  std::vector<Holder> holders_;
  std::vector<HolderId> free_;
  linkage::ArrayPool<std::uint32_t> arrays_;
  linkage::PartedTable<HolderId> by_subject_;  // by subject + 1
};

}  // namespace jingwei::search
