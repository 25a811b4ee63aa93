// Names as people type them: characters of either set, pinyin whole or in initials, foreign words in any
// order, with mistakes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engines/search/lookup.h"
#include "engines/search/search_index.h"

namespace jingwei::search {

// What the index keeps of a name: its form (linkage::normal_form: simplified, lower case, without ·), and its
// readings, syllables between spaces: the usual one, and the one that its first characters have as a surname
// (单 shan, 尉迟 yu chi). Parts are separated by zero bytes. `form` must not be empty.
std::string stored_name(std::string_view form);

// Terms by which a stored name is found: characters, syllables, beginnings of its initials, threes of
// letters.
std::vector<Term> name_terms(std::string_view stored);

// A name that is looked for.
class NameQuery {
 public:
  // `text`: a piece of a query. `?`, `？`, `□` stand for one character that is not known.
  explicit NameQuery(std::string_view text);

  bool empty() const { return points_.empty(); }
  // Texts that may match; nothing that matches() takes is left out but names with several mistakes.
  std::vector<TextId> candidates(const Texts& texts) const;
  // Numbers that candidates() reads, nearly.
  std::size_t cost(const Texts& texts) const;
  // How well a stored name answers; 1 is best.
  std::optional<Match> match(std::string_view stored) const;

 private:
  struct Lookup {
    std::vector<Term> terms;
    std::size_t misses = 0;  // terms a text may lack
  };
  std::vector<Lookup> lookups(const Texts& texts) const;
  void add_segmentations(const Texts& texts, std::vector<Lookup>& into) const;
  std::optional<Match> match_han(std::u32string_view name, std::string_view readings) const;
  std::optional<Match> match_reading(std::u32string_view name, std::string_view reading) const;
  void turn_words();
  std::optional<Match> match_words(std::string_view name) const;

  std::u32string points_;               // without spaces; U'?' for any one character
  std::vector<std::string> words_;      // of Latin letters, as typed
  std::string letters_;                 // all of them in one
  std::vector<std::string> turned_;     // all of them in one, the last or the first at the other end
  std::vector<std::string> syllables_;  // of a query in characters
  bool han_ = false, latin_ = false;
};

}  // namespace jingwei::search
