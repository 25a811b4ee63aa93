// Which texts hold terms: all of them, or all but a few.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engines/search/texts.h"

namespace jingwei::search {

// Texts that hold all of `terms` but `misses`; ones that hold fewer may be among them. In order.
//
// The rarest lists give the texts (one that lacks at most k terms stands in one of any k + 1 lists); further
// lists only sort out, and are read while that costs less than looking at the texts would.
std::vector<TextId> texts_with(const Texts& texts, std::vector<Term> terms, std::size_t misses);
// Those of `found`, which are in order, that hold all of `terms` but `misses`; ones that hold fewer may be
// among them, where telling would take longer than looking.
std::vector<TextId> narrowed(const Texts& texts, const std::vector<TextId>& found, std::vector<Term> terms,
                             std::size_t misses);
// Of two in order.
std::vector<TextId> merged(std::vector<TextId> one, std::vector<TextId> other);
// Numbers in the lists that give texts: texts_with() finds no more.
std::size_t lookup_cost(const Texts& texts, std::vector<Term> terms, std::size_t misses);

// A term's hash; `tag` tells kinds of terms apart.
Term term_of(std::uint8_t tag, std::string_view text);
Term term_of(std::uint8_t tag, std::uint64_t number);

}  // namespace jingwei::search
