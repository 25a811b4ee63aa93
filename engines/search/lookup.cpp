#include "engines/search/lookup.h"

#include <algorithm>

#include "engines/linkage/row.h"

namespace jingwei::search {

namespace {

// Looking at a text takes as long as reading so many numbers of a list.
constexpr double numbers_per_text = 64;

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

// Counts one more list into `before`; those that hold fewer than `least` of the terms so far go. `open`:
// texts that stood in no list before come in.
std::vector<Counted> counted_with(const Texts& texts, const PostingList& list, std::size_t least, bool open,
                                  const std::vector<Counted>& before) {
  std::vector<Counted> all;
  all.reserve(open ? before.size() + list.count : before.size());
  std::size_t at = 0;
  const auto pass_until = [&](TextId text) {
    for (; at < before.size() && before[at].text < text; ++at) {
      if (before[at].terms >= least) all.push_back(before[at]);
    }
  };
  texts.each(list, [&](TextId text) {
    pass_until(text);
    if (at < before.size() && before[at].text == text) {
      all.push_back({text, before[at++].terms + 1});
    } else if (open) {
      all.push_back({text, 1});
    }
  });
  pass_until(Texts::none);
  return all;
}

// How many of the first `read` terms a text holds at least that lacks `misses` of all.
std::size_t least_of(std::size_t read, std::size_t misses) {
  return read > misses ? read - misses : 0;
}

// A list sorts out the share of the texts found that it does not hold: one that holds nearly all says
// nothing.
bool worth_reading(const Texts& texts, const PostingList& list, std::size_t found) {
  const double lacking =
      1 - static_cast<double>(list.count) / static_cast<double>(std::max(texts.end(), std::size_t{1}));
  return static_cast<double>(list.count) <= numbers_per_text * static_cast<double>(found) * lacking;
}

std::vector<TextId> texts_of(const std::vector<Counted>& counted) {
  std::vector<TextId> found;
  found.reserve(counted.size());
  for (const Counted& one : counted) found.push_back(one.text);
  return found;
}

// Texts that stand in all lists, rarest first.
std::vector<TextId> in_all(const Texts& texts, const std::vector<const PostingList*>& lists) {
  std::vector<TextId> found;
  found.reserve(lists[0]->count);
  texts.each(*lists[0], [&](TextId text) { found.push_back(text); });
  for (std::size_t number = 1; number < lists.size(); ++number) {
    if (!worth_reading(texts, *lists[number], found.size())) break;
    std::size_t at = 0, kept = 0;
    texts.each(*lists[number], [&](TextId text) {
      while (at < found.size() && found[at] < text) ++at;
      if (at < found.size() && found[at] == text) found[kept++] = found[at++];
    });
    found.resize(kept);
  }
  return found;
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
  if (lists.empty()) return {};
  if (misses == 0) return in_all(texts, lists);
  std::vector<Counted> counted;
  for (std::size_t number = 0; number < lists.size(); ++number) {
    const bool open = number <= misses;
    if (!open && !worth_reading(texts, *lists[number], counted.size())) break;
    counted = counted_with(texts, *lists[number], least_of(number + 1, misses), open, counted);
  }
  return texts_of(counted);
}

std::vector<TextId> narrowed(const Texts& texts, const std::vector<TextId>& found, std::vector<Term> terms,
                             std::size_t misses) {
  const auto lists = lists_of(texts, std::move(terms), misses);
  std::vector<Counted> counted;
  counted.reserve(found.size());
  for (const TextId text : found) counted.push_back({text, 0});
  for (std::size_t number = 0; number < lists.size(); ++number) {
    if (!worth_reading(texts, *lists[number], counted.size())) break;
    counted = counted_with(texts, *lists[number], least_of(number + 1, misses), false, counted);
  }
  return texts_of(counted);
}

std::vector<TextId> merged(std::vector<TextId> one, std::vector<TextId> other) {
  if (one.empty()) return other;
  std::vector<TextId> all;
  all.reserve(one.size() + other.size());
  std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(all));
  return all;
}

std::size_t lookup_cost(const Texts& texts, std::vector<Term> terms, std::size_t misses) {
  const auto lists = lists_of(texts, std::move(terms), misses);
  std::size_t numbers = 0;
  for (std::size_t number = 0; number < std::min(lists.size(), misses + 1); ++number)
    numbers += lists[number]->count;
  return numbers;
}

}  // namespace jingwei::search
