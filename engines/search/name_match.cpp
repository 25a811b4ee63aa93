// How well a stored name answers what was typed.
#include <algorithm>
#include <span>

#include "base/text.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/strings.h"
#include "engines/search/name_parts.h"
#include "engines/search/names.h"

namespace jingwei::search {

namespace {

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

}  // namespace

std::optional<Match> NameQuery::match(std::string_view stored) const {
  const auto zero = stored.find('\0');
  const std::string_view form = stored.substr(0, zero);
  const NamePoints points(form);
  const std::u32string_view name = points.view();
  const std::string_view readings = zero == stored.npos ? std::string_view() : stored.substr(zero + 1);
  std::optional<Match> best;
  const auto take = [&](const std::optional<Match>& match) {
    if (match && (!best || match->score > best->score)) best = match;
  };
  if (has_han(name)) {
    if (han_ && !latin_) return match_han(name, readings);
    for (const auto reading : Readings(readings, '\0')) take(match_reading(name, reading));
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
  for (const auto reading : Readings(readings, '\0')) {
    const Syllables syllables(reading, ' ');
    if (syllables.size() < syllables_.size()) continue;
    if (std::equal(syllables_.begin(), syllables_.end(), syllables.begin()))
      return Match{Likeness::reading, syllables.size() == syllables_.size() ? 0.7 : 0.6};
  }
  if (typed.size() >= 3 && linkage::edits(name, typed, 1) == 1) return Match{Likeness::similar, 0.45};
  return std::nullopt;
}

std::optional<Match> NameQuery::match_reading(std::u32string_view name, std::string_view reading) const {
  const Syllables syllables(reading, ' ');
  if (syllables.size() == name.size() && name.size() <= 12) {
    if (const auto found = spread(points_, name, {syllables.begin(), syllables.size()})) {
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
  const ReadingLetters of_reading(reading);
  const std::string_view letters = of_reading.view();
  // Given name first.
  if (std::find(turned_.begin(), turned_.end(), letters) != turned_.end())
    return Match{Likeness::reading, 0.8};
  const std::size_t shorter = std::min(letters.size(), letters_.size());
  const int edited = linkage::edits(letters, letters_, 2);
  if (edited == 1 && shorter >= 5) return Match{Likeness::similar, 0.55};
  if (edited == 2 && shorter >= 9) return Match{Likeness::similar, 0.45};
  return std::nullopt;
}

// Every word that was typed is one of the name's, in any order.
std::optional<Match> NameQuery::match_words(std::string_view name) const {
  const Words held(name, ' ');
  if (words_.empty() || held.empty()) return std::nullopt;
  std::uint64_t taken = 0;
  double sum = 0;
  Likeness worst = Likeness::exact;
  for (const auto& word : words_) {
    double best = 0;
    std::size_t place = 0;
    Likeness likeness = Likeness::similar;
    for (std::size_t at = 0; at < held.size(); ++at) {
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
