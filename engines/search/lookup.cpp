#include "engines/search/lookup.h"

#include <algorithm>

#include "engines/linkage/row.h"

namespace jingwei::search {

namespace {

// Looking at a text takes as long as reading so many numbers of a list.
constexpr std::size_t numbers_per_text = 64;

// The terms' lists, rarest first; `misses` are those that are left. None where too many terms stand nowhere.
std::vector<const PostingList*> lists_of(const Texts& texts, std::vector<Term> terms, std::size_t& misses) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  std::vector<const PostingList*> lists;
  std::size_t absent = 0;
  for (const Term term : terms) {
    const PostingList* list = texts.list(term);
    list == nullptr ? static_cast<void>(++absent) : lists.push_back(list);
  }
  if (absent > misses) return {};
  misses -= absent;
  std::sort(lists.begin(), lists.end(),
            [](const PostingList* a, const PostingList* b) { return a->count < b->count; });
  return lists;
}

struct Counted {
  TextId text;
  std::uint32_t terms;  // it holds
};

// Counts one more list, the `number`th from 0, into `before`; texts that lack more than `misses` by now go.
std::vector<Counted> counted_with(const Texts& texts, const PostingList& list, std::size_t number,
                                  std::size_t misses, const std::vector<Counted>& before) {
  std::vector<Counted> all;
  all.reserve(number <= misses ? before.size() + list.count : before.size());
  std::size_t at = 0;
  const auto pass_until = [&](TextId text) {
    for (; at < before.size() && before[at].text < text; ++at) {
      if (before[at].terms + misses > number) all.push_back(before[at]);
    }
  };
  texts.each(list, [&](TextId text) {
    pass_until(text);
    if (at < before.size() && before[at].text == text) {
      all.push_back({text, before[at++].terms + 1});
    } else if (number <= misses) {
      all.push_back({text, 1});
    }
  });
  pass_until(Texts::none);
  return all;
}

}  // namespace

Term term_of(std::uint8_t tag, std::uint64_t number) {
  return linkage::mix(number ^ static_cast<std::uint64_t>(tag) << 56) | 1;
}

Term term_of(std::uint8_t tag, std::string_view text) {
  return linkage::hash_bytes(text, tag) | 1;
}

std::vector<TextId> texts_with(const Texts& texts, std::vector<Term> terms, std::size_t misses) {
  const auto lists = lists_of(texts, std::move(terms), misses);
  std::vector<TextId> found;
  if (lists.size() == 1) {
    found.reserve(lists[0]->count);
    texts.each(*lists[0], [&](TextId text) { found.push_back(text); });
    return found;
  }
  std::vector<Counted> counted;
  for (std::size_t number = 0; number < lists.size(); ++number) {
    if (number > misses && lists[number]->count > numbers_per_text * counted.size()) break;
    counted = counted_with(texts, *lists[number], number, misses, counted);
  }
  found.reserve(counted.size());
  for (const Counted& one : counted) found.push_back(one.text);
  return found;
}

std::size_t lookup_cost(const Texts& texts, std::vector<Term> terms, std::size_t misses) {
  const auto lists = lists_of(texts, std::move(terms), misses);
  std::size_t numbers = 0;
  for (std::size_t number = 0; number < std::min(lists.size(), misses + 1); ++number)
    numbers += lists[number]->count;
  return numbers;
}

}  // namespace jingwei::search
