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
constexpr std::size_t forgiving_digits = 9;
// Terms that one wrong, missing or added character may spoil. Exchanged neighbours spoil one more, but what
// the number says instead is known, and is asked for as it stands.
constexpr std::size_t spoiled_terms = digits;

// Characters one after the other, forwards or backwards.
class Run {
 public:
  static Run forwards(std::string_view text) { return {text.data(), 1, text.size()}; }
  static Run backwards(std::string_view text) {
    return {text.empty() ? text.data() : &text.back(), -1, text.size()};
  }
  std::size_t size() const { return size_; }
  char operator[](std::size_t at) const { return first_[step_ * static_cast<std::ptrdiff_t>(at)]; }
  Run after(std::size_t count) const {
    if (count >= size_) return {first_, step_, 0};
    return {first_ + step_ * static_cast<std::ptrdiff_t>(count), step_, size_ - count};
  }
  std::size_t common(const Run& other) const {
    std::size_t same = 0;
    while (same < size_ && same < other.size_ && (*this)[same] == other[same]) ++same;
    return same;
  }
  bool begins_with(const Run& other) const { return common(other) == other.size_; }

 private:
  Run(const char* first, std::ptrdiff_t step, std::size_t size) : first_(first), step_(step), size_(size) {}
  const char* first_;
  std::ptrdiff_t step_;
  std::size_t size_;
};

// Whether `number` begins with `wanted` but for one mistake at most.
bool begins_nearly(const Run& number, const Run& wanted) {
  const std::size_t same = number.common(wanted);
  if (same == wanted.size()) return true;
  const Run held = number.after(same), asked = wanted.after(same);
  if (held.begins_with(asked.after(1))) return true;  // left out
  if (held.size() == 0) return false;
  if (held.after(1).begins_with(asked.after(1)) || held.after(1).begins_with(asked)) return true;
  return held.size() > 1 && asked.size() > 1 && held[0] == asked[1] && held[1] == asked[0] &&
         held.after(2).begins_with(asked.after(2));
}

// Whether a part of `number` is `wanted` but for one mistake. A mistake leaves one half as it was, or changed
// the places of the two characters in the middle (`turned`).
bool holds_nearly(std::string_view number, std::string_view wanted, std::string_view turned) {
  const auto left = wanted.substr(0, wanted.size() / 2), right = wanted.substr(left.size());
  for (std::size_t at = number.find(left); at != number.npos; at = number.find(left, at + 1)) {
    if (begins_nearly(Run::forwards(number.substr(at + left.size())), Run::forwards(right))) return true;
  }
  for (std::size_t at = number.find(right); at != number.npos; at = number.find(right, at + 1)) {
    if (begins_nearly(Run::backwards(number.substr(0, at)), Run::backwards(left))) return true;
  }
  return number.find(turned) != number.npos;
}

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
  if (forgives()) {
    turned_ = fragments_[0];
    std::swap(turned_[turned_.size() / 2 - 1], turned_[turned_.size() / 2]);
  }
}

std::vector<Term> NumberQuery::terms() const {
  std::vector<Term> all;
  for (const auto& fragment : fragments_) {
    const auto of_one = number_terms(fragment);
    all.insert(all.end(), of_one.begin(), of_one.end());
  }
  return all;
}

bool NumberQuery::forgives() const {
  return fragments_.size() == 1 && fragments_[0].size() >= forgiving_digits;
}

std::vector<std::vector<Term>> NumberQuery::intact() const {
  if (!forgives()) return {terms()};
  const std::string_view number = fragments_[0];
  const std::size_t half = number.size() / 2;
  return {number_terms(number.substr(0, half)), number_terms(number.substr(half))};
}

std::vector<TextId> NumberQuery::candidates(const Texts& texts) const {
  std::vector<TextId> all;
  for (auto& part : intact()) all = merged(std::move(all), texts_with(texts, std::move(part), 0));
  if (!forgives()) return all;
  all = narrowed(texts, all, terms(), spoiled_terms);
  std::string exchanged = fragments_[0];
  for (std::size_t at = 0; at + 1 < exchanged.size(); ++at) {
    if (exchanged[at] == exchanged[at + 1]) continue;
    std::swap(exchanged[at], exchanged[at + 1]);
    all = merged(std::move(all), texts_with(texts, number_terms(exchanged), 0));
    std::swap(exchanged[at], exchanged[at + 1]);
  }
  return all;
}

std::size_t NumberQuery::cost(const Texts& texts) const {
  std::size_t numbers = 0;
  for (auto& part : intact()) numbers += lookup_cost(texts, std::move(part), 0);
  return numbers;
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
  if (!forgives()) return std::nullopt;
  if (linkage::edits(number, first, 1) == 1) return Match{Likeness::similar, 0.6};
  // A mistake in a part of a longer number.
  if (number.size() > first.size() + 1 && holds_nearly(number, first, turned_))
    return Match{Likeness::similar, 0.4};
  return std::nullopt;
}

}  // namespace jingwei::search
