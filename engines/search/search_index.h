// Search over persons in memory: by name in any writing, fragments of phone and identity numbers, parts of
// addresses, with mistakes; the best answers first, of the regions the asker may see. docs/formats/search.md.
//
// Thread-safety: search() and the figures may run on many threads at once; add, remove and compact must run
// alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jingwei::search {

using SubjectId = std::uint64_t;  // below 2^63

enum class Kind : std::uint8_t { name, phone, identifier, address };
inline constexpr std::size_t kinds = 4;

// How a text answers a piece of the query, from the best down.
enum class Likeness : std::uint8_t {
  exact,
  beginning,
  part,
  reading,   // pinyin, whole or its beginning; characters of the same sound
  initials,  // of pinyin, at least of one syllable
  similar,   // a mistake, exchanged words
};

struct Match {
  Likeness likeness = Likeness::similar;
  double score = 0;  // above 0, up to 1
};

// What a subject is found by, as departments wrote it.
struct Entry {
  // Places in the region tree's preorder; a subject without any is seen by those only who see everything.
  std::vector<std::uint32_t> regions;
  std::vector<std::pair<Kind, std::string>> texts;
};

// Places from `from` up to, not including, `to`.
struct RegionInterval {
  std::uint32_t from = 0, to = 0;
};

struct Query {
  std::string_view text;  // pieces between spaces and commas; a subject must answer all of them
  // The asker sees subjects of these regions only, and only these; absent: all.
  const std::vector<RegionInterval>* within = nullptr;
  std::array<bool, kinds> by = {true, true, true, true};  // by Kind: what the asker may search by
  std::size_t most = 20;                                  // at most hits_most
};
inline constexpr std::size_t hits_most = 200;
inline constexpr std::size_t query_bytes_most = 300;  // the rest is not looked at
inline constexpr std::size_t pieces_most = 6;         // likewise
// Subjects that the asker may see and that are looked at in one search; beyond, the answer is that of the
// best texts and `more` is set.
inline constexpr std::size_t subjects_looked_at = 300'000;
// Texts of a kind, of such subjects, that are looked at for the piece that leads; likewise.
inline constexpr std::size_t texts_looked_at = 100'000;
// The same where the query is one piece and as many of them answer it as well as any further one could.
inline constexpr std::size_t texts_looked_at_least = 20'000;

struct Hit {
  SubjectId subject = 0;
  double score = 0;                             // the sum over the pieces
  std::vector<std::pair<Kind, Match>> matches;  // by piece
};

struct Answer {
  std::vector<Hit> hits;  // by score, then subject
  bool more = false;      // there may be others as good
};

// What the best text of each kind scores; 0: none answers.
using PieceScores = std::array<double, kinds>;
inline constexpr std::size_t leading_most = 1'000;

class SearchIndex {
 public:
  SearchIndex();
  ~SearchIndex();
  SearchIndex(SearchIndex&&) noexcept;
  SearchIndex& operator=(SearchIndex&&) noexcept;

  // Replaces what was known of the subject. Texts that say nothing are passed over; of each subject the first
  // texts_most texts and regions_most regions count.
  void add(SubjectId subject, const Entry& entry);
  bool remove(SubjectId subject);

  Answer search(const Query& query) const;
  // Of a query of several pieces: subjects that answer one that few answer, whatever they say to the others;
  // the best first, `query.most` of them, leading_most at most. None where the query is of one piece, or some
  // piece may not be asked.
  std::vector<SubjectId> leading(const Query& query) const;
  // How each of the subjects, wherever it is, answers the pieces of the query, by piece; empty for one that
  // the index does not hold, for all where some piece may not be asked.
  std::vector<std::vector<PieceScores>> scores(const Query& query, std::span<const SubjectId> subjects) const;

  std::size_t size() const;    // subjects
  std::size_t memory() const;  // bytes, nearly
  // Share of the lists that texts take which are gone: compact() from a third on.
  double wasted() const;
  // Builds the lists anew, about as long as add() of everything takes.
  void compact();

 private:
  class Store;
  std::unique_ptr<Store> store_;
};

inline constexpr std::size_t texts_most = 32;
inline constexpr std::size_t regions_most = 16;

}  // namespace jingwei::search
