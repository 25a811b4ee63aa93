// Parts of addresses: roads, buildings, rooms, in characters or words, with a mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engines/search/lookup.h"
#include "engines/search/search_index.h"

namespace jingwei::search {

// Neighbouring characters, and whole numbers, of an address in normal form.
std::vector<Term> address_terms(std::string_view address);

class AddressQuery {
 public:
  // Empty where the text says too little: less than two characters or a number. Of the text,
  // query_bytes_most count.
  explicit AddressQuery(std::string_view text);

  // What match() gives an address that holds the text as it stands but is more than that; less is for others.
  static constexpr double part_score = 0.65;

  bool empty() const { return terms_.empty(); }
  const std::string& form() const { return form_; }
  std::vector<TextId> candidates(const Texts& texts) const;
  std::size_t cost(const Texts& texts) const;
  std::optional<Match> match(std::string_view address) const;

 private:
  std::string form_;
  std::vector<std::uint64_t> pairs_;  // of characters, in order
  std::vector<std::string> numbers_;  // in order
  std::vector<Term> terms_;           // of both
  std::size_t misses_ = 0;            // pairs that an address may lack
};

}  // namespace jingwei::search
