#include "engines/search/addresses.h"

#include <algorithm>
#include <bitset>

#include "base/text.h"
#include "engines/linkage/normal_form.h"

namespace jingwei::search {

namespace {

constexpr std::uint8_t pair_tag = 5, number_tag = 6;
// A wrong character spoils two pairs: forgiven from so many pairs on.
constexpr std::size_t forgiving_from = 5, spoiled_pairs = 2;

using text::is_digit;

// Calls `pair` for every two neighbouring characters and `number` for every whole number, without the zeros
// before it.
template <typename TakePair, typename TakeNumber>
void each_part(std::string_view address, const TakePair& pair, const TakeNumber& number) {
  char32_t last = U' ';
  for (std::size_t at = 0; at < address.size();) {
    if (is_digit(address[at])) {
      const std::size_t begin = at;
      while (at < address.size() && is_digit(address[at])) ++at;
      const auto figures = address.substr(begin, at - begin);
      number(figures.substr(std::min(figures.find_first_not_of('0'), figures.size() - 1)));
      last = U' ';
      continue;
    }
    const char32_t point = text::next_code_point(address, at);
    if (point != U' ' && last != U' ') pair(static_cast<std::uint64_t>(last) << 32 | point);
    last = point;
  }
}

template <typename Item>
void sort_once(std::vector<Item>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// Notes which of `asked`, in order, were met.
template <typename Item, typename Value>
void note(const std::vector<Item>& asked, const Value& met, std::bitset<query_bytes_most>& noted) {
  const auto found = std::lower_bound(asked.begin(), asked.end(), met);
  if (found != asked.end() && *found == met) noted.set(static_cast<std::size_t>(found - asked.begin()));
}

// Whether the text stands in the address, not within a longer number.
bool stands_in(std::string_view address, std::string_view text) {
  for (std::size_t at = address.find(text); at != address.npos; at = address.find(text, at + 1)) {
    const std::size_t end = at + text.size();
    const bool cut_before = at > 0 && is_digit(text.front()) && is_digit(address[at - 1]);
    const bool cut_behind = end < address.size() && is_digit(text.back()) && is_digit(address[end]);
    if (!cut_before && !cut_behind) return true;
  }
  return false;
}

}  // namespace

std::vector<Term> address_terms(std::string_view address) {
  std::vector<Term> terms;
  each_part(
      address, [&](std::uint64_t pair) { terms.push_back(term_of(pair_tag, pair)); },
      [&](std::string_view number) { terms.push_back(term_of(number_tag, number)); });
  return terms;
}

AddressQuery::AddressQuery(std::string_view text)
    : form_(linkage::normal_form(linkage::FieldType::address, text.substr(0, query_bytes_most))) {
  each_part(
      form_, [&](std::uint64_t pair) { pairs_.push_back(pair); },
      [&](std::string_view number) { numbers_.emplace_back(number); });
  sort_once(pairs_);
  sort_once(numbers_);
  misses_ = pairs_.size() >= forgiving_from ? spoiled_pairs : 0;
  for (const std::uint64_t pair : pairs_) terms_.push_back(term_of(pair_tag, pair));
  for (const auto& number : numbers_) terms_.push_back(term_of(number_tag, std::string_view(number)));
}

std::vector<TextId> AddressQuery::candidates(const Texts& texts) const {
  return texts_with(texts, terms_, misses_);
}

std::size_t AddressQuery::cost(const Texts& texts) const {
  return lookup_cost(texts, terms_, misses_);
}

std::optional<Match> AddressQuery::match(std::string_view address) const {
  if (address == form_) return Match{Likeness::exact, 0.9};
  if (stands_in(address, form_)) return Match{Likeness::part, part_score};
  std::bitset<query_bytes_most> pairs, numbers;
  each_part(
      address, [&](std::uint64_t pair) { note(pairs_, pair, pairs); },
      [&](std::string_view number) { note(numbers_, number, numbers); });
  const std::size_t found = pairs.count();
  if (numbers.count() < numbers_.size() || found + misses_ < pairs_.size()) return std::nullopt;
  const double share = pairs_.empty() ? 1 : static_cast<double>(found) / static_cast<double>(pairs_.size());
  return Match{Likeness::similar, 0.35 + 0.15 * share};
}

}  // namespace jingwei::search
