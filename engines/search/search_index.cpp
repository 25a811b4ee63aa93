#include "engines/search/search_index.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "base/text.h"
#include "engines/linkage/normal_form.h"
#include "engines/search/addresses.h"
#include "engines/search/names.h"
#include "engines/search/numbers.h"

namespace jingwei::search {

namespace {

constexpr std::array<Kind, kinds> all_kinds = {Kind::name, Kind::phone, Kind::identifier, Kind::address};

std::size_t index_of(Kind kind) {
  return static_cast<std::size_t>(kind);
}

// What is kept of a text; it begins with the form that makes it that text. Empty when it says nothing.
std::string stored_text(Kind kind, std::string_view raw) {
  switch (kind) {
    case Kind::name:
      return stored_name(raw);
    case Kind::phone:
      return linkage::normal_form(linkage::FieldType::phone, raw);
    case Kind::identifier:
      return linkage::normal_form(linkage::FieldType::identifier, raw);
    case Kind::address:
      return linkage::normal_form(linkage::FieldType::address, raw);
  }
  return {};
}

// The form alone; cheaper than stored_text.
std::string form_of(Kind kind, std::string_view raw) {
  return kind == Kind::name ? linkage::normal_form(linkage::FieldType::full_name, raw)
                            : stored_text(kind, raw);
}

std::vector<Term> terms_of(Kind kind, std::string_view stored) {
  switch (kind) {
    case Kind::name:
      return name_terms(stored);
    case Kind::phone:
    case Kind::identifier:
      return number_terms(stored);
    case Kind::address:
      return address_terms(stored);
  }
  return {};
}

std::uint64_t hash_of(std::string_view form) {
  return linkage::hash_bytes(form, 0x5EA1);
}

// One piece of a query, as each kind understands it.
class Piece {
 public:
  Piece(std::string_view text, const std::array<bool, kinds>& by)
      : number_(text),
        name_(number_.empty() && by[index_of(Kind::name)] ? text : ""),
        address_(by[index_of(Kind::address)] ? text : ""),
        by_(by) {}

  bool asks(Kind kind) const {
    if (!by_[index_of(kind)]) return false;
    return kind == Kind::name ? !name_.empty() : kind == Kind::address ? !address_.empty() : !number_.empty();
  }
  std::vector<TextId> candidates(Kind kind, const Texts& texts) const {
    return kind == Kind::name      ? name_.candidates(texts)
           : kind == Kind::address ? address_.candidates(texts)
                                   : number_.candidates(texts);
  }
  std::size_t cost(Kind kind, const Texts& texts) const {
    return kind == Kind::name      ? name_.cost(texts)
           : kind == Kind::address ? address_.cost(texts)
                                   : number_.cost(texts);
  }
  std::optional<Match> match(Kind kind, std::string_view stored) const {
    return kind == Kind::name      ? name_.match(stored)
           : kind == Kind::address ? address_.match(stored)
                                   : number_.match(stored);
  }

 private:
  NumberQuery number_;
  NameQuery name_;  // of what is no number
  AddressQuery address_;
  std::array<bool, kinds> by_;
};

bool is_word(std::string_view piece) {
  return std::all_of(piece.begin(), piece.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Between spaces and commas; words in Latin letters that follow each other are one piece: zhang wei, John
// Smith.
std::vector<std::string> pieces_of(std::string_view text) {
  text = text.substr(0, query_bytes_most);
  std::vector<std::string> pieces;
  std::string piece;
  bool word_before = false;
  const auto close = [&] {
    if (piece.empty()) return;
    const bool word = is_word(piece);
    if (word && word_before) {
      pieces.back() += " " + piece;
    } else if (pieces.size() < pieces_most) {
      pieces.push_back(piece);
    }
    word_before = word;
    piece.clear();
  };
  const std::string half = text::half_width(text);
  for (std::size_t at = 0; at < half.size();) {
    const char32_t point = text::next_code_point(half, at);
    if (text::is_white_space(point) || text::is_invisible(point) || point == U',' || point == U';' ||
        point == U'、' || point == U'，' || point == U'；') {
      close();
    } else {
      text::append_code_point(piece, point);
    }
  }
  close();
  return pieces;
}

}  // namespace

class SearchIndex::Store {
 public:
  void add(SubjectId subject, const Entry& entry) {
    remove(subject);
    std::vector<std::uint32_t> regions(
        entry.regions.begin(),
        entry.regions.begin() + static_cast<std::ptrdiff_t>(std::min(regions_most, entry.regions.size())));
    std::vector<std::uint32_t> texts;
    HolderId holder = static_cast<HolderId>(holders_.size());
    if (free_.empty()) {
      holders_.emplace_back();
    } else {
      holder = free_.back();
      free_.pop_back();
    }
    for (const auto& [kind, raw] : entry.texts) {
      if (texts.size() == texts_most) break;
      const auto text = text_for(kind, raw);
      if (!text || std::find(texts.begin(), texts.end(), *text) != texts.end()) continue;
      texts_[index_of(kind)].attach(*text >> 2, holder);
      texts.push_back(*text);
    }
    put(holder, subject, regions, texts);
    by_subject_.at(subject + 1) = holder;
  }

  bool remove(SubjectId subject) {
    const HolderId* found = by_subject_.find(subject + 1);
    if (found == nullptr) return false;
    const HolderId holder = *found;
    by_subject_.erase(subject + 1);
    for (const std::uint32_t text : texts_of(holder)) {
      Texts& texts = texts_[text & 3];
      texts.detach(text >> 2, holder, hash_of(texts.form(text >> 2)));
    }
    arrays_.release(holders_[holder].where, room(holders_[holder]));
    holders_[holder] = {};
    free_.push_back(holder);
    return true;
  }

  Answer search(const Query& query) const;

  std::size_t size() const { return by_subject_.size(); }
  std::size_t memory() const {
    std::size_t bytes =
        arrays_.memory() + holders_.capacity() * sizeof(Holder) + free_.capacity() * 4 + by_subject_.memory();
    for (const auto& texts : texts_) bytes += texts.memory();
    return bytes;
  }
  double wasted() const {
    std::size_t all = 0, live = 0;
    for (const auto& texts : texts_) all += texts.end(), live += texts.live();
    return all == 0 ? 0 : 1 - static_cast<double>(live) / static_cast<double>(all);
  }
  void compact() {
    for (const Kind kind : all_kinds) compact(kind);
  }

 private:
  struct Holder {
    SubjectId subject = 0;
    std::uint32_t where = 0;  // regions, then texts: a kind in two bits, its number above
    std::uint8_t regions = 0, texts = 0;
  };
  struct Found {
    SubjectId subject;
    HolderId holder;
    double score;
    std::vector<std::pair<Kind, Match>> matches;
  };
  class Search;

  static std::size_t room(const Holder& holder) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(holder.regions) + holder.texts);
  }
  std::span<const std::uint32_t> regions_of(HolderId holder) const {
    return {arrays_.data(holders_[holder].where), holders_[holder].regions};
  }
  std::span<const std::uint32_t> texts_of(HolderId holder) const {
    return {arrays_.data(holders_[holder].where) + holders_[holder].regions, holders_[holder].texts};
  }

  std::optional<std::uint32_t> text_for(Kind kind, std::string_view raw) {
    const std::string form = form_of(kind, raw);
    if (form.empty()) return std::nullopt;
    Texts& texts = texts_[index_of(kind)];
    const std::uint64_t hash = hash_of(form);
    TextId text = texts.find(form, hash);
    if (text == Texts::none) {
      const std::string stored = kind == Kind::name ? stored_name(raw) : form;
      text =
          texts.add(std::string_view(stored).substr(0, Texts::text_bytes_most), hash, terms_of(kind, stored));
    }
    JW_ASSERT(text < (1U << 30));
    return text << 2 | static_cast<std::uint32_t>(kind);
  }

  void put(HolderId holder, SubjectId subject, const std::vector<std::uint32_t>& regions,
           const std::vector<std::uint32_t>& texts) {
    Holder& entry = holders_[holder];
    entry.subject = subject;
    entry.regions = static_cast<std::uint8_t>(regions.size());
    entry.texts = static_cast<std::uint8_t>(texts.size());
    entry.where = arrays_.allocate(room(entry));
    std::uint32_t* to = arrays_.data(entry.where);
    to = std::copy(regions.begin(), regions.end(), to);
    std::copy(texts.begin(), texts.end(), to);
  }

  bool seen_by(const Query& query, HolderId holder) const {
    if (query.within == nullptr) return true;
    const auto regions = regions_of(holder);
    return std::any_of(regions.begin(), regions.end(), [&](std::uint32_t region) {
      return std::any_of(query.within->begin(), query.within->end(), [&](const RegionInterval& interval) {
        return region >= interval.from && region < interval.to;
      });
    });
  }

  // The best match of a piece among a subject's texts.
  std::optional<std::pair<Kind, Match>> best_match(const Piece& piece, HolderId holder) const {
    std::optional<std::pair<Kind, Match>> best;
    for (const std::uint32_t text : texts_of(holder)) {
      const auto kind = static_cast<Kind>(text & 3);
      if (!piece.asks(kind)) continue;
      const auto match = piece.match(kind, texts_[text & 3].stored(text >> 2));
      if (match && (!best || match->score > best->second.score)) best = {kind, *match};
    }
    return best;
  }

  void compact(Kind kind) {
    Texts fresh;
    const Texts& old = texts_[index_of(kind)];
    std::vector<TextId> moved(old.end(), Texts::none);
    for (TextId text = 0; text < old.end(); ++text) {
      if (old.holders(text).empty()) continue;
      const std::string_view stored = old.stored(text);
      moved[text] = fresh.add(stored, hash_of(old.form(text)), terms_of(kind, stored));
      for (const HolderId holder : old.holders(text)) fresh.attach(moved[text], holder);
    }
    for (auto& holder : holders_) {
      std::uint32_t* texts = holder.texts == 0 ? nullptr : arrays_.data(holder.where) + holder.regions;
      for (std::size_t at = 0; at < holder.texts; ++at) {
        if ((texts[at] & 3) == index_of(kind)) texts[at] = moved[texts[at] >> 2] << 2 | (texts[at] & 3);
      }
    }
    texts_[index_of(kind)] = std::move(fresh);
  }

  std::array<Texts, kinds> texts_;
  std::vector<Holder> holders_;
  std::vector<HolderId> free_;
  linkage::ArrayPool<std::uint32_t> arrays_;
  linkage::PartedTable<HolderId> by_subject_;  // by subject + 1
};

// One search: the piece that few texts answer leads, the others are asked of the subjects it finds.
class SearchIndex::Store::Search {
 public:
  Search(const Store& store, const Query& query) : store_(store), query_(query) {
    for (const auto& text : pieces_of(query.text)) {
      Piece piece(text, query.by);
      if (std::any_of(all_kinds.begin(), all_kinds.end(), [&](Kind kind) { return piece.asks(kind); })) {
        pieces_.push_back(std::move(piece));
      } else {
        unanswerable_ = true;
      }
    }
    most_ = std::min(query.most, hits_most);
  }

  Answer run() {
    if (pieces_.empty() || unanswerable_ || most_ == 0) return {};
    const std::size_t leads = leading_piece();
    for (const auto& answering : answering_texts(pieces_[leads])) {
      // With one piece no later text can do better than the worst hit, once there are enough.
      if (pieces_.size() == 1 && full() && answering.match.score < worst_score()) {
        answer_.more = true;
        break;
      }
      if (!visit(answering, leads)) break;
    }
    std::sort(found_.begin(), found_.end(), better);
    if (found_.size() > most_) found_.resize(most_);
    for (auto& one : found_) answer_.hits.push_back({one.subject, one.score, std::move(one.matches)});
    return std::move(answer_);
  }

 private:
  struct Answering {
    Kind kind;
    TextId text;
    Match match;
  };

  static bool better(const Found& one, const Found& other) {
    return one.score != other.score ? one.score > other.score : one.subject < other.subject;
  }

  std::size_t leading_piece() const {
    std::size_t best = 0, least = ~std::size_t{0};
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
      std::size_t cost = 0;
      for (const Kind kind : all_kinds) {
        if (pieces_[at].asks(kind)) cost += pieces_[at].cost(kind, store_.texts_[index_of(kind)]);
      }
      if (cost < least) best = at, least = cost;
    }
    return best;
  }

  // Texts that answer, the best first.
  std::vector<Answering> answering_texts(const Piece& piece) const {
    std::vector<Answering> all;
    for (const Kind kind : all_kinds) {
      if (!piece.asks(kind)) continue;
      const Texts& texts = store_.texts_[index_of(kind)];
      for (const TextId text : piece.candidates(kind, texts)) {
        if (texts.holders(text).empty()) continue;
        if (const auto match = piece.match(kind, texts.stored(text))) all.push_back({kind, text, *match});
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Answering& a, const Answering& b) { return a.match.score > b.match.score; });
    return all;
  }

  // False when enough were looked at.
  bool visit(const Answering& answering, std::size_t leads) {
    for (const HolderId holder : store_.texts_[index_of(answering.kind)].holders(answering.text)) {
      if (!store_.seen_by(query_, holder)) continue;
      if (looked_at_++ >= subjects_looked_at) {
        answer_.more = true;
        return false;
      }
      Found found{store_.holders_[holder].subject, holder, answering.match.score, {}};
      if (pieces_.size() > 1 && !answer_others(found, answering, leads)) continue;
      if (full() && !better(found, found_.front())) {
        answer_.more = true;
        continue;
      }
      keep(std::move(found), answering, leads);
    }
    return true;
  }

  bool answer_others(Found& found, const Answering& answering, std::size_t leads) const {
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
      if (at == leads) {
        found.matches.emplace_back(answering.kind, answering.match);
        continue;
      }
      const auto match = store_.best_match(pieces_[at], found.holder);
      if (!match) return false;
      found.score += match->second.score;
      found.matches.push_back(*match);
    }
    return true;
  }

  // A heap whose front is the worst; each subject once, by its best text.
  void keep(Found found, const Answering& answering, std::size_t /*leads*/) {
    if (found.matches.empty()) found.matches.emplace_back(answering.kind, answering.match);
    const auto there = std::find_if(found_.begin(), found_.end(),
                                    [&](const Found& one) { return one.holder == found.holder; });
    if (there != found_.end()) {
      if (!better(found, *there)) return;
      *there = std::move(found);
      std::make_heap(found_.begin(), found_.end(), better);
      return;
    }
    if (full()) {
      std::pop_heap(found_.begin(), found_.end(), better);
      found_.pop_back();
      answer_.more = true;
    }
    found_.push_back(std::move(found));
    std::push_heap(found_.begin(), found_.end(), better);
  }

  bool full() const { return found_.size() >= most_; }
  double worst_score() const { return found_.front().score; }

  const Store& store_;
  const Query& query_;
  std::vector<Piece> pieces_;
  bool unanswerable_ = false;
  std::size_t most_ = 0, looked_at_ = 0;
  std::vector<Found> found_;
  Answer answer_;
};

Answer SearchIndex::Store::search(const Query& query) const {
  return Search(*this, query).run();
}

SearchIndex::SearchIndex() : store_(std::make_unique<Store>()) {}
SearchIndex::~SearchIndex() = default;
SearchIndex::SearchIndex(SearchIndex&&) noexcept = default;
SearchIndex& SearchIndex::operator=(SearchIndex&&) noexcept = default;

void SearchIndex::add(SubjectId subject, const Entry& entry) {
  store_->add(subject, entry);
}
bool SearchIndex::remove(SubjectId subject) {
  return store_->remove(subject);
}
Answer SearchIndex::search(const Query& query) const {
  return store_->search(query);
}
std::size_t SearchIndex::size() const {
  return store_->size();
}
std::size_t SearchIndex::memory() const {
  return store_->memory();
}
double SearchIndex::wasted() const {
  return store_->wasted();
}
void SearchIndex::compact() {
  store_->compact();
}

}  // namespace jingwei::search
