// The distinct texts of one kind (all names, all phone numbers), who holds each, and which terms each holds.
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engines/linkage/pools.h"
#include "engines/search/postings.h"

namespace jingwei::search {

using TextId = std::uint32_t;
using HolderId = std::uint32_t;  // a subject's place in the index
using Term = std::uint64_t;      // a hash, not 0

// Texts are at most text_bytes_most long. One writer, or several readers.
class Texts {
 public:
  static constexpr TextId none = ~TextId{0};
  static constexpr std::size_t text_bytes_most = 4'000;

  // By the hash of what makes it that text (linkage::hash_bytes of its normal form); `none` when it is not
  // held.
  TextId find(std::string_view form, std::uint64_t hash) const;
  // A text that find() did not know. `stored` begins with the form, then a zero byte and what matching needs
  // besides, or is the form alone.
  TextId add(std::string_view stored, std::uint64_t hash, std::span<const Term> terms);
  void attach(TextId text, HolderId holder);
  // The last one takes the text with it: its bytes are overwritten.
  void detach(TextId text, HolderId holder, std::uint64_t hash);

  std::string_view stored(TextId text) const;
  std::string_view form(TextId text) const { return stored(text).substr(0, stored(text).find('\0')); }
  std::span<const HolderId> holders(TextId text) const;  // in order
  const PostingList* list(Term term) const { return lists_.find(term); }
  template <typename Take>
  void each(const PostingList& list, const Take& take) const {
    store_.each(list, take);
  }
  // Numbers run below this; some may be of texts that are gone (no holders).
  std::size_t end() const { return texts_.size(); }
  std::size_t live() const { return live_; }
  std::size_t memory() const;

 private:
  struct Bytes8 {
    std::array<char, 8> bytes;
  };
  struct Text {
    std::uint32_t bytes = 0;
    std::uint32_t size = 0;
    std::uint32_t holder_count = 0;
    std::uint32_t where = 0;  // the holder, where there is one; an array of them
  };

  void drop(TextId text, std::uint64_t hash);

  linkage::ArrayPool<Bytes8> bytes_;
  linkage::ArrayPool<HolderId> arrays_;
  // Holders of texts that more of them hold than an array takes.
  std::unordered_map<TextId, std::vector<HolderId>> crowds_;
  std::vector<Text> texts_;
  linkage::PartedTable<TextId> by_hash_;
  linkage::PartedTable<PostingList> lists_;
  PostingStore store_;
  std::size_t live_ = 0;
};

}  // namespace jingwei::search
