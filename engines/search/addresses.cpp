#include "engines/search/addresses.h"

#include <algorithm>

#include "base/text.h"
#include "engines/linkage/normal_form.h"
#include "engines/search/names.h"

namespace jingwei::search {

namespace {

constexpr std::uint8_t pair_tag = 5, number_tag = 6;
// A wrong character spoils two pairs: forgiven from so many pairs on.
constexpr std::size_t forgiving_from = 5, spoiled_pairs = 2;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Parts {
  std::vector<Term> pairs, numbers;
};

Parts parts_of(std::string_view address) {
  Parts parts;
  char32_t last = U' ';
  std::string number;
  const auto close = [&] {
    if (!number.empty()) {
      const auto first = std::min(number.find_first_not_of('0'), number.size() - 1);
      parts.numbers.push_back(term_of(number_tag, std::string_view(number).substr(first)));
    }
    number.clear();
  };
  for (std::size_t at = 0; at < address.size();) {
    const char32_t point = text::next_code_point(address, at);
    if (point >= U'0' && point <= U'9') {
      number += static_cast<char>(point);
      last = U' ';
      continue;
    }
    close();
    if (point != U' ' && last != U' ')
      parts.pairs.push_back(term_of(pair_tag, static_cast<std::uint64_t>(last) << 32 | point));
    last = point;
  }
  close();
  return parts;
}

std::size_t shared(std::vector<Term> one, std::vector<Term> other) {
  for (auto* terms : {&one, &other}) {
    std::sort(terms->begin(), terms->end());
    terms->erase(std::unique(terms->begin(), terms->end()), terms->end());
  }
  std::vector<Term> both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
  return both.size();
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
  Parts parts = parts_of(address);
  parts.pairs.insert(parts.pairs.end(), parts.numbers.begin(), parts.numbers.end());
  return std::move(parts.pairs);
}

AddressQuery::AddressQuery(std::string_view text)
    : form_(linkage::normal_form(linkage::FieldType::address, text)) {
  Parts parts = parts_of(form_);
  for (auto* terms : {&parts.pairs, &parts.numbers}) {
    std::sort(terms->begin(), terms->end());
    terms->erase(std::unique(terms->begin(), terms->end()), terms->end());
  }
  pairs_ = parts.pairs.size();
  numbers_ = parts.numbers.size();
  misses_ = pairs_ >= forgiving_from ? spoiled_pairs : 0;
  terms_ = std::move(parts.pairs);
  terms_.insert(terms_.end(), parts.numbers.begin(), parts.numbers.end());
}

std::vector<TextId> AddressQuery::candidates(const Texts& texts) const {
  return texts_with(texts, terms_, misses_);
}

std::size_t AddressQuery::cost(const Texts& texts) const {
  return lookup_cost(texts, terms_, misses_);
}

std::optional<Match> AddressQuery::match(std::string_view address) const {
  if (address == form_) return Match{Likeness::exact, 0.9};
  if (stands_in(address, form_)) return Match{Likeness::part, 0.65};
  const Parts held = parts_of(address);
  const std::size_t pairs = terms_.size() - numbers_;
  const std::vector<Term> asked_pairs(terms_.begin(), terms_.begin() + static_cast<std::ptrdiff_t>(pairs));
  const std::vector<Term> asked_numbers(terms_.begin() + static_cast<std::ptrdiff_t>(pairs), terms_.end());
  if (shared(asked_numbers, held.numbers) < numbers_) return std::nullopt;
  const std::size_t found = shared(asked_pairs, held.pairs);
  if (found + misses_ < pairs) return std::nullopt;
  const double share = pairs == 0 ? 1 : static_cast<double>(found) / static_cast<double>(pairs);
  return Match{Likeness::similar, 0.35 + 0.15 * share};
}

}  // namespace jingwei::search
