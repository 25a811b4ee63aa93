#include "engines/search/names.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/normal_form.h"
#include "engines/linkage/strings.h"

namespace jingwei::search {

namespace {

constexpr std::uint8_t character_tag = 1, syllable_tag = 2, initials_tag = 3, letters_tag = 4;
constexpr std::size_t initials_kept = 4;
constexpr std::size_t name_points_most = 40;
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

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(by));
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

bool has_han(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), text::is_han);
}

std::u32string without_spaces(std::string_view text) {
  std::u32string points = text::code_points(text);
  std::erase(points, U' ');
  if (points.size() > name_points_most) points.resize(name_points_most);
  return points;
}

std::string letters_of(std::string_view reading) {
  std::string letters(reading);
  std::erase(letters, ' ');
  return letters;
}

// "^zh", "zha" … of a word; with its end where it is whole.
void add_threes(std::string word, bool whole, std::vector<Term>& terms) {
  word.insert(word.begin(), '^');
  if (whole) word += '$';
  for (std::size_t at = 0; at + 3 <= word.size(); ++at)
    terms.push_back(term_of(letters_tag, std::string_view(word).substr(at, 3)));
}

// How a run of letters is spread over syllables.
struct Spread {
  int whole = 0, initials = 0;  // syllables typed in full, or by their beginning alone
  std::size_t left = 0;         // syllables nobody typed
};

std::optional<Spread> better(const std::optional<Spread>& one, const std::optional<Spread>& other) {
  if (!one) return other;
  if (!other) return one;
  if (one->left != other->left) return one->left < other->left ? one : other;
  return one->initials <= other->initials ? one : other;
}

// Characters and letters typed in a row, against a name's characters and their syllables from its beginning.
std::optional<Spread> spread(std::u32string_view typed, std::u32string_view name,
                             std::span<const std::string_view> syllables) {
  if (typed.empty()) return Spread{0, 0, syllables.size()};
  if (syllables.empty()) return std::nullopt;
  const auto rest = [&](std::size_t taken, bool whole) -> std::optional<Spread> {
    auto found = spread(typed.substr(taken), name.substr(1), syllables.subspan(1));
    if (found) (whole ? found->whole : found->initials) += 1;
    return found;
  };
  if (typed[0] == U'?' || text::is_han(typed[0]))
    return typed[0] == U'?' || typed[0] == name[0] ? rest(1, true) : std::nullopt;
  const std::string_view syllable = syllables[0];
  std::size_t same = 0;
  while (same < syllable.size() && same < typed.size() &&
         typed[same] == static_cast<unsigned char>(syllable[same]))
    ++same;
  std::optional<Spread> best;
  if (same == syllable.size()) best = rest(same, true);
  if (same == typed.size() && same < syllable.size())  // still being typed
    best = better(best, Spread{0, 1, syllables.size() - 1});
  if (same >= 2 && syllable[1] == 'h' && syllable.size() > 2) best = better(best, rest(2, false));
  if (same >= 1 && syllable.size() > 1) best = better(best, rest(1, false));
  return best;
}

std::vector<TextId> merged(std::vector<TextId> one, const std::vector<TextId>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::sort(one.begin(), one.end());
  one.erase(std::unique(one.begin(), one.end()), one.end());
  return one;
}

// The rarest lists that decide, or nothing where too many terms stand nowhere.
std::vector<const PostingList*> deciding_lists(const Texts& texts, std::vector<Term> terms,
                                               std::size_t& misses) {
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
  if (lists.size() > misses + 2) lists.resize(misses + 2);
  return lists;
}

}  // namespace

Term term_of(std::uint8_t tag, std::uint64_t number) {
  return linkage::mix(number ^ static_cast<std::uint64_t>(tag) << 56) | 1;
}

Term term_of(std::uint8_t tag, std::string_view text) {
  return linkage::hash_bytes(text, tag) | 1;
}

std::vector<TextId> texts_with(const Texts& texts, std::vector<Term> terms, std::size_t misses) {
  const auto lists = deciding_lists(texts, std::move(terms), misses);
  std::vector<TextId> found;
  if (lists.empty()) return found;
  const std::size_t need = lists.size() > misses ? lists.size() - misses : 1;
  if (lists.size() == 1) {
    texts.each(*lists[0], [&](TextId text) { found.push_back(text); });
    return found;
  }
  std::vector<std::uint8_t> counts(texts.end(), 0);
  for (const PostingList* list : lists) {
    texts.each(*list, [&](TextId text) {
      if (++counts[text] == need) found.push_back(text);
    });
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::size_t lookup_cost(const Texts& texts, std::vector<Term> terms, std::size_t misses) {
  std::size_t numbers = 0;
  for (const PostingList* list : deciding_lists(texts, std::move(terms), misses)) numbers += list->count;
  return numbers;
}

std::string stored_name(std::string_view raw) {
  const std::string form = linkage::normal_form(linkage::FieldType::full_name, raw);
  if (form.empty()) return {};
  std::vector<std::string> syllables = text::pinyin(form);
  std::string stored = form;
  stored += '\0';
  stored += joined(syllables);
  const std::u32string points = without_spaces(form);
  for (const auto& [surname, reading] : surname_readings) {
    if (!std::u32string_view(points).starts_with(surname) || syllables.size() < surname.size()) continue;
    const auto parts = split(reading, ' ');
    for (std::size_t at = 0; at < parts.size(); ++at) syllables[at] = parts[at];
    stored += '\0';
    stored += joined(syllables);
    break;
  }
  return stored;
}

std::vector<Term> name_terms(std::string_view stored) {
  std::vector<Term> terms;
  const auto parts = split(stored, '\0');
  const std::u32string points = without_spaces(parts[0]);
  const bool han = has_han(points);
  for (const char32_t point : points) {
    if (text::is_han(point)) terms.push_back(term_of(character_tag, std::uint64_t{point}));
  }
  if (!han) {
    for (const auto word : split(parts[0], ' ')) add_threes(std::string(word), true, terms);
  }
  for (std::size_t reading = 1; reading < parts.size(); ++reading) {
    std::string initials;
    for (const auto syllable : split(parts[reading], ' ')) {
      if (han) terms.push_back(term_of(syllable_tag, syllable));
      if (initials.size() < initials_kept) terms.push_back(term_of(initials_tag, initials += syllable[0]));
    }
    if (han) add_threes(letters_of(parts[reading]), true, terms);
  }
  return terms;
}

NameQuery::NameQuery(std::string_view text) {
  // What is not known stands between the pieces that are.
  std::u32string piece;
  const auto take_piece = [&] {
    const std::string form =
        linkage::normal_form(linkage::FieldType::full_name, text::from_code_points(piece));
    points_ += without_spaces(form);
    for (const auto word : split(form, ' ')) {
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

std::optional<Match> NameQuery::match(std::string_view stored) const {
  const auto zero = stored.find('\0');
  const std::string_view form = stored.substr(0, zero);
  const std::u32string name = without_spaces(form);
  const std::string_view readings = zero == stored.npos ? std::string_view() : stored.substr(zero + 1);
  std::optional<Match> best;
  const auto take = [&](const std::optional<Match>& match) {
    if (match && (!best || match->score > best->score)) best = match;
  };
  if (has_han(name)) {
    if (han_ && !latin_) return match_han(name, readings);
    for (const auto reading : split(readings, '\0')) take(match_reading(name, reading));
    return best;
  }
  if (han_) return std::nullopt;
  if (points_ == name) return Match{Likeness::exact, 1};
  return match_words(form);
}

std::optional<Match> NameQuery::match_han(std::u32string_view name, std::string_view readings) const {
  const std::u32string_view typed = points_;
  const auto same = [](char32_t one, char32_t other) { return one == U'?' || one == other; };
  const auto at =
      static_cast<std::size_t>(std::search(name.begin(), name.end(), typed.begin(), typed.end(),
                                           [&](char32_t held, char32_t asked) { return same(asked, held); }) -
                               name.begin());
  if (at == 0 && name.size() == typed.size()) return Match{Likeness::exact, 1};
  const double covered = static_cast<double>(typed.size()) / static_cast<double>(name.size());
  if (at == 0 && name.size() > typed.size()) return Match{Likeness::beginning, 0.85 + 0.1 * covered};
  if (at < name.size() && at + typed.size() <= name.size())
    return Match{Likeness::part, typed.size() == 1 ? 0.6 : 0.75 + 0.1 * covered};
  if (typed.size() < 2 || typed.find(U'?') != typed.npos) return std::nullopt;
  if (name.size() == typed.size()) {
    std::size_t unlike = 0, alike = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (name[i] == typed[i]) continue;
      const bool near = linkage::sound_likeness(name[i], typed[i]) != linkage::SoundLikeness::none ||
                        linkage::look_alike(name[i], typed[i]);
      (near ? alike : unlike) += 1;
    }
    if (unlike == 0) return Match{Likeness::reading, alike == 1 ? 0.75 : 0.65};
    if (std::is_permutation(name.begin(), name.end(), typed.begin())) return Match{Likeness::similar, 0.7};
    if (unlike == 1 && alike == 0 && typed.size() >= 3) return Match{Likeness::similar, 0.5};
  }
  for (const auto reading : split(readings, '\0')) {
    const auto syllables = split(reading, ' ');
    if (syllables.size() < syllables_.size()) continue;
    if (std::equal(syllables_.begin(), syllables_.end(), syllables.begin()))
      return Match{Likeness::reading, syllables.size() == syllables_.size() ? 0.7 : 0.6};
  }
  if (typed.size() >= 3 && linkage::edits(name, typed, 1) == 1) return Match{Likeness::similar, 0.45};
  return std::nullopt;
}

std::optional<Match> NameQuery::match_reading(std::u32string_view name, std::string_view reading) const {
  const auto syllables = split(reading, ' ');
  if (syllables.size() == name.size() && name.size() <= 12) {
    if (const auto found = spread(points_, name, syllables)) {
      if (found->initials == 0 && found->left == 0) return Match{Likeness::reading, 0.85};
      // A single letter says too little.
      if (points_.size() == 1) return std::nullopt;
      const double share =
          static_cast<double>(found->whole + found->initials) / static_cast<double>(name.size());
      if (found->whole > 0) return Match{Likeness::reading, 0.55 + 0.2 * share};
      return Match{Likeness::initials, 0.4 + 0.2 * share};
    }
  }
  if (han_) return std::nullopt;
  // Given name first.
  if (words_.size() >= 2) {
    std::string turned = words_.back();
    for (std::size_t at = 0; at + 1 < words_.size(); ++at) turned += words_[at];
    if (turned == letters_of(reading)) return Match{Likeness::reading, 0.8};
    std::string shifted;
    for (std::size_t at = 1; at < words_.size(); ++at) shifted += words_[at];
    if (shifted + words_[0] == letters_of(reading)) return Match{Likeness::reading, 0.8};
  }
  const std::string letters = letters_of(reading);
  const std::size_t shorter = std::min(letters.size(), letters_.size());
  const int edited = linkage::edits(letters, letters_, 2);
  if (edited == 1 && shorter >= 5) return Match{Likeness::similar, 0.55};
  if (edited == 2 && shorter >= 9) return Match{Likeness::similar, 0.45};
  return std::nullopt;
}

// Every word that was typed is one of the name's, in any order.
std::optional<Match> NameQuery::match_words(std::string_view name) const {
  const auto held = split(name, ' ');
  if (words_.empty() || held.empty()) return std::nullopt;
  std::uint64_t taken = 0;
  double sum = 0;
  Likeness worst = Likeness::exact;
  for (const auto& word : words_) {
    double best = 0;
    std::size_t place = 0;
    Likeness likeness = Likeness::similar;
    for (std::size_t at = 0; at < std::min<std::size_t>(held.size(), 60); ++at) {
      if ((taken >> at & 1) != 0) continue;
      double score = 0;
      Likeness kind = Likeness::similar;
      const std::size_t shorter = std::min(word.size(), held[at].size());
      if (held[at] == word) {
        score = 1, kind = Likeness::exact;
      } else if (held[at].starts_with(word) && word.size() >= 2) {
        score = 0.8, kind = Likeness::beginning;
      } else if (shorter >= 4) {
        const int edited = linkage::edits(held[at], word, 2);
        score = edited == 1 ? 0.6 : edited == 2 && shorter >= 8 ? 0.5 : 0;
      }
      if (score > best) best = score, place = at, likeness = kind;
    }
    if (best == 0) return std::nullopt;
    taken |= std::uint64_t{1} << place;
    sum += best;
    worst = std::max(worst, likeness);
  }
  const double score = sum / static_cast<double>(words_.size());
  if (words_.size() == held.size()) return Match{worst, score * 0.95};  // another order
  return Match{worst == Likeness::exact ? Likeness::part : worst, score * 0.85};
}

}  // namespace jingwei::search
