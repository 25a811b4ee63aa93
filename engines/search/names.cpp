#include "engines/search/names.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"
#include "engines/linkage/normal_form.h"
#include "engines/search/name_parts.h"

namespace jingwei::search {

namespace {

constexpr std::uint8_t character_tag = 1, syllable_tag = 2, initials_tag = 3, letters_tag = 4;
constexpr std::size_t initials_kept = 4;
constexpr std::size_t segmentations_most = 64, initials_looked_up = 12;

struct SurnameReading {
  std::u32string_view surname;
  std::string_view reading;  // as many syllables as characters
};
// Surnames that are read otherwise than the same characters elsewhere.
// Source: 现代汉语词典 (7th edition), entries marked 姓.
constexpr std::array<SurnameReading, 24> surname_readings = {{
    {U"尉迟", "yu chi"},  {U"万俟", "mo qi"}, {U"长孙", "zhang sun"}, {U"单于", "chan yu"},
    {U"澹台", "tan tai"}, {U"单", "shan"},    {U"仇", "qiu"},         {U"解", "xie"},
    {U"区", "ou"},        {U"查", "zha"},     {U"任", "ren"},         {U"曾", "zeng"},
    {U"盖", "ge"},        {U"朴", "piao"},    {U"乐", "yue"},         {U"员", "yun"},
    {U"黑", "he"},        {U"折", "she"},     {U"种", "chong"},       {U"召", "shao"},
    {U"缪", "miao"},      {U"覃", "qin"},     {U"翟", "zhai"},        {U"秘", "bi"},
}};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

// "^zh", "zha" … of a word; with its end where it is whole.
void add_threes(std::string word, bool whole, std::vector<Term>& terms) {
  word.insert(word.begin(), '^');
  if (whole) word += '$';
  for (std::size_t at = 0; at + 3 <= word.size(); ++at)
    terms.push_back(term_of(letters_tag, std::string_view(word).substr(at, 3)));
}

}  // namespace

std::string stored_name(std::string_view form) {
  std::vector<std::string> syllables = text::pinyin(form);
  std::string stored(form);
  stored += '\0';
  stored += joined(syllables);
  const NamePoints points(form);
  for (const auto& [surname, reading] : surname_readings) {
    if (!points.view().starts_with(surname) || syllables.size() < surname.size()) continue;
    const Syllables parts(reading, ' ');
    for (std::size_t at = 0; at < parts.size(); ++at) syllables[at] = parts[at];
    stored += '\0';
    stored += joined(syllables);
    break;
  }
  return stored;
}

std::vector<Term> name_terms(std::string_view stored) {
  std::vector<Term> terms;
  const auto zero = stored.find('\0');
  const std::string_view form = stored.substr(0, zero);
  const NamePoints points(form);
  const bool han = has_han(points.view());
  for (const char32_t point : points.view()) {
    if (text::is_han(point)) terms.push_back(term_of(character_tag, std::uint64_t{point}));
  }
  if (!han) {
    for (const auto word : Words(form, ' ')) add_threes(std::string(word), true, terms);
  }
  for (const auto reading : Readings(zero == stored.npos ? std::string_view() : stored.substr(zero), '\0')) {
    std::string initials;
    for (const auto syllable : Syllables(reading, ' ')) {
      if (han) terms.push_back(term_of(syllable_tag, syllable));
      if (initials.size() < initials_kept) terms.push_back(term_of(initials_tag, initials += syllable[0]));
    }
    if (han) add_threes(std::string(ReadingLetters(reading).view()), true, terms);
  }
  return terms;
}

NameQuery::NameQuery(std::string_view text) {
  // What is not known stands between the pieces that are.
  std::u32string piece;
  const auto take_piece = [&] {
    const std::string form =
        linkage::normal_form(linkage::FieldType::full_name, text::from_code_points(piece));
    points_ += NamePoints(form).view();
    for (const auto word : Words(form, ' ')) {
      if (!has_han(text::code_points(word))) words_.emplace_back(word);
    }
    piece.clear();
  };
  std::size_t unknown = 0;
  for (const char32_t point : text::code_points(text)) {
    if (point != U'?' && point != U'？' && point != U'□') {
      piece += point;
      continue;
    }
    take_piece();
    points_ += U'?';
    ++unknown;
  }
  take_piece();
  if (points_.size() > name_points_most) points_.resize(name_points_most);
  if (unknown == points_.size()) points_.clear();
  for (const char32_t point : points_) {
    if (text::is_han(point)) {
      han_ = true;
      const auto sound = text::pinyin(text::from_code_points(std::u32string(1, point)));
      syllables_.push_back(sound.empty() ? "" : sound[0]);
    } else if (point != U'?') {
      latin_ = true;
      text::append_code_point(letters_, point);
    }
  }
  turn_words();
}

void NameQuery::turn_words() {
  if (words_.size() < 2) return;
  std::string last_first = words_.back(), first_last;
  for (std::size_t at = 0; at + 1 < words_.size(); ++at) {
    last_first += words_[at];
    first_last += words_[at + 1];
  }
  turned_ = {std::move(last_first), first_last + words_[0]};
}

// Every way of reading the letters as syllables and first letters gives the initials of names they may mean.
void NameQuery::add_segmentations(const Texts& texts, std::vector<Lookup>& into) const {
  std::set<std::string> found;
  std::size_t tries = 0;
  const std::function<void(std::size_t, std::string)> walk = [&](std::size_t at,
                                                                 const std::string& initials) {
    if (++tries > segmentations_most * 8 || found.size() >= initials_looked_up) return;
    if (at == letters_.size() || initials.size() == initials_kept) {
      found.insert(initials);
      return;
    }
    const std::string next = initials + letters_[at];
    for (std::size_t size = std::min<std::size_t>(6, letters_.size() - at); size > 0; --size) {
      const auto syllable = std::string_view(letters_).substr(at, size);
      const bool initial = size == 1 || (size == 2 && syllable[1] == 'h');
      if (initial || at + size == letters_.size() || texts.list(term_of(syllable_tag, syllable)) != nullptr)
        walk(at + size, next);
    }
  };
  walk(0, "");
  for (const auto& initials : found) into.push_back({{term_of(initials_tag, initials)}, 0});
}

std::vector<NameQuery::Lookup> NameQuery::lookups(const Texts& texts) const {
  std::vector<Lookup> all;
  if (han_) {
    Lookup characters, sounds;
    for (const char32_t point : points_) {
      if (text::is_han(point)) characters.terms.push_back(term_of(character_tag, std::uint64_t{point}));
    }
    characters.misses = !latin_ && characters.terms.size() >= 3 ? 1 : 0;
    if (!latin_ && syllables_.size() >= 2 && points_.size() == syllables_.size()) {
      for (const auto& syllable : syllables_) sounds.terms.push_back(term_of(syllable_tag, syllable));
      all.push_back(std::move(sounds));
    }
    all.push_back(std::move(characters));
    return all;
  }
  if (text::is_ascii(letters_)) add_segmentations(texts, all);
  for (const auto& word : words_) {
    Lookup threes;
    add_threes(word, false, threes.terms);
    if (word.size() < 2) continue;
    threes.misses = word.size() >= 8 ? 4 : word.size() >= 4 ? 3 : 0;
    threes.misses = std::min(threes.misses, threes.terms.size() - 1);
    all.push_back(std::move(threes));
  }
  if (words_.size() > 1) {
    Lookup whole;
    add_threes(letters_, false, whole.terms);
    whole.misses = std::min<std::size_t>(3, whole.terms.size() - 1);
    all.push_back(std::move(whole));
  }
  return all;
}

std::vector<TextId> NameQuery::candidates(const Texts& texts) const {
  std::vector<TextId> all;
  for (const auto& lookup : lookups(texts))
    all = merged(std::move(all), texts_with(texts, lookup.terms, lookup.misses));
  return all;
}

std::size_t NameQuery::cost(const Texts& texts) const {
  std::size_t numbers = 0;
  for (const auto& lookup : lookups(texts)) numbers += lookup_cost(texts, lookup.terms, lookup.misses);
  return numbers;
}

}  // namespace jingwei::search
