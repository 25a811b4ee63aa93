// Fragments of phone and identity numbers, with a mask (138****1234) or one mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engines/search/lookup.h"
#include "engines/search/search_index.h"

namespace jingwei::search {

// Every four neighbouring characters.
std::vector<Term> number_terms(std::string_view number);

class NumberQuery {
 public:
  // Digits and Latin letters, and `*` for any run of them; anything else makes it empty, as do fewer than
  // four in a row or fewer than three digits.
  explicit NumberQuery(std::string_view text);

  bool empty() const { return fragments_.empty(); }
  std::vector<TextId> candidates(const Texts& texts) const;
  std::size_t cost(const Texts& texts) const;
  std::optional<Match> match(std::string_view number) const;

 private:
  std::vector<Term> terms() const;
  // One mistake in the only fragment.
  bool forgives() const;
  // Terms of which a number that answers holds all of one list or another, but for exchanged neighbours.
  std::vector<std::vector<Term>> intact() const;

  std::vector<std::string> fragments_;  // between masks
  std::string turned_;  // the fragment that forgives, the two characters in its middle exchanged
  bool open_begin_ = true, open_end_ = true;  // false where a mask says that the number ends there
};

}  // namespace jingwei::search
