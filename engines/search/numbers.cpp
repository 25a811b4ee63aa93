#include "engines/search/numbers.h"

#include <algorithm>

#include "engines/linkage/strings.h"

namespace jingwei::search {

namespace {

constexpr std::uint8_t digits_tag = 8;
constexpr std::size_t digits = 4;
// Else it is a word.
constexpr std::size_t figures_least = 3;
// From so many on, one mistake is forgiven.
constexpr std::size_t forgiving_from = 9;

}  // namespace

std::vector<Term> number_terms(std::string_view number) {
  std::vector<Term> terms;
  for (std::size_t at = 0; at + digits <= number.size(); ++at)
    terms.push_back(term_of(digits_tag, number.substr(at, digits)));
  return terms;
}

NumberQuery::NumberQuery(std::string_view text) {
  std::string fragment;
  std::size_t longest = 0;
  const auto close = [&] {
    longest = std::max(longest, fragment.size());
    if (!fragment.empty()) fragments_.push_back(std::move(fragment));
    fragment.clear();
  };
  std::size_t figures = 0;
  for (const char c : text) {
    const bool figure = c >= '0' && c <= '9';
    const char capital = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    figures += figure ? 1 : 0;
    if (figure || (capital >= 'A' && capital <= 'Z')) {
      fragment += capital;
    } else if (c == '*') {
      close();
    } else if (c != '-' && c != '+' && c != '(' && c != ')') {
      fragments_.clear();
      return;
    }
  }
  close();
  if (longest < digits || figures < figures_least) fragments_.clear();
  // A mask inside tells that the first piece is the beginning and the last the end.
  if (fragments_.size() > 1) open_begin_ = open_end_ = false;
  // As phones are kept.
  if (fragments_.size() == 1 && fragments_[0].size() == 13 && fragments_[0].starts_with("86"))
    fragments_[0].erase(0, 2);
}

std::vector<Term> NumberQuery::terms() const {
  std::vector<Term> all;
  for (const auto& fragment : fragments_) {
    const auto of_one = number_terms(fragment);
    all.insert(all.end(), of_one.begin(), of_one.end());
  }
  return all;
}

std::size_t NumberQuery::misses() const {
  return fragments_.size() == 1 && fragments_[0].size() >= forgiving_from ? digits : 0;
}

std::vector<TextId> NumberQuery::candidates(const Texts& texts) const {
  return texts_with(texts, terms(), misses());
}

std::size_t NumberQuery::cost(const Texts& texts) const {
  return lookup_cost(texts, terms(), misses());
}

std::optional<Match> NumberQuery::match(std::string_view number) const {
  const std::string& first = fragments_.front();
  if (fragments_.size() > 1) {
    if (!number.starts_with(first) || !number.ends_with(fragments_.back())) return std::nullopt;
    std::size_t at = first.size();
    for (std::size_t piece = 1; piece < fragments_.size(); ++piece) {
      const std::size_t found = piece + 1 == fragments_.size() ? number.size() - fragments_[piece].size()
                                                               : number.find(fragments_[piece], at);
      if (found == number.npos || found < at) return std::nullopt;
      at = found + fragments_[piece].size();
    }
    return Match{Likeness::part, 0.9};
  }
  if (number == first) return Match{Likeness::exact, 1};
  if (number.ends_with(first)) return Match{Likeness::part, 0.85};
  if (number.starts_with(first)) return Match{Likeness::beginning, 0.8};
  if (number.find(first) != number.npos) return Match{Likeness::part, 0.75};
  if (first.size() < forgiving_from) return std::nullopt;
  if (linkage::edits(number, first, 1) == 1) return Match{Likeness::similar, 0.6};
  // A mistake in a part of a longer number: it leaves one of three thirds as it was.
  if (number.size() <= first.size() + 1) return std::nullopt;
  const std::size_t third = first.size() / 3;
  const auto stands = [&](std::size_t begin, std::size_t end) {
    return number.find(std::string_view(first).substr(begin, end - begin)) != number.npos;
  };
  if (!stands(0, third) && !stands(third, 2 * third) && !stands(2 * third, first.size())) return std::nullopt;
  for (const std::size_t size : {first.size(), first.size() + 1, first.size() - 1}) {
    for (std::size_t at = 0; at + size <= number.size(); ++at) {
      if (linkage::edits(number.substr(at, size), first, 1) <= 1) return Match{Likeness::similar, 0.4};
    }
  }
  return std::nullopt;
}

}  // namespace jingwei::search
