// One search over what the index holds.
#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/text.h"
#include "engines/search/addresses.h"
#include "engines/search/names.h"
#include "engines/search/numbers.h"
#include "engines/search/store.h"

namespace jingwei::search {

namespace {

// So many texts of a kind are looked at one by one for a piece that does not lead; for more it is worth
// knowing beforehand which may answer, unless that takes reading too many numbers.
constexpr std::size_t texts_one_by_one = 500;
constexpr std::size_t sift_cost_most = 500'000;

// Numbers read for a piece that is tried beside the one that takes the least.
constexpr std::size_t tried_cost_most = 20'000;

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
  // The address that is this piece and no more; none when nobody has it.
  TextId whole(Kind kind, const Texts& texts) const {
    if (kind != Kind::address) return Texts::none;
    return texts.find(address_.form(), hash_of_form(address_.form()));
  }
  // No text that is more than the piece gets more than this.
  static double most_of_others(Kind kind) { return kind == Kind::address ? AddressQuery::part_score : 1; }
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

// The piece that few texts answer leads, the others are asked of the subjects it finds.
class SearchIndex::Store::Search {
 public:
  Search(const Store& store, const Query& query) : store_(store), query_(query) {
    for (const auto& text : pieces_of(query.text)) {
      Piece piece(text, query.by);
      if (std::any_of(all_kinds.begin(), all_kinds.end(), [&](Kind kind) { return piece.asks(kind); })) {
        asked_.push_back({std::move(piece), {}, {}});
      } else {
        unanswerable_ = true;
      }
    }
    most_ = std::min(query.most, hits_most);
  }

  Answer run() {
    if (asked_.empty() || unanswerable_ || most_ == 0) return {};
    const std::size_t leads = leading_piece();
    visit(answering_texts(asked_[leads].piece), leads);
    std::sort(found_.begin(), found_.end(), before);
    for (const Found& one : found_) {
      const auto* matches = one.matches.data();
      answer_.hits.push_back({one.subject, one.score, {matches, matches + asked_.size()}});
    }
    return std::move(answer_);
  }

  std::vector<SubjectId> leading() {
    std::vector<SubjectId> subjects;
    if (asked_.size() < 2 || unanswerable_) return subjects;
    const std::size_t most = std::min(query_.most, leading_most);
    std::unordered_set<HolderId> taken;
    for (const Tier& tier : fewest_answering(most)) {
      for (const Answering& one : tier.texts) {
        for (const HolderId holder : store_.texts_[index_of(one.kind)].holders(one.text)) {
          if (subjects.size() >= most) return subjects;
          if (store_.seen_by(query_, holder) && taken.insert(holder).second)
            subjects.push_back(store_.holders_[holder].subject);
        }
      }
    }
    return subjects;
  }

  std::vector<PieceScores> scores(SubjectId subject) {
    std::vector<PieceScores> all;
    const HolderId* holder = store_.by_subject_.find(subject + 1);
    if (holder == nullptr || unanswerable_) return all;
    for (Asked& asked : asked_) {
      PieceScores& best = all.emplace_back();
      best.fill(0);
      for (const std::uint32_t text : store_.texts_of(*holder)) {
        const auto match = match_of(asked, text);
        if (match) best[text & 3] = std::max(best[text & 3], match->score);
      }
    }
    return all;
  }

 private:
  struct Asked {
    Piece piece;
    std::array<std::size_t, kinds> texts{};  // that were asked whether they answer
    // By kind and text: it may answer; empty: nobody knows.
    std::array<std::vector<bool>, kinds> sifted;
  };
  struct Answering {
    TextId text;
    Kind kind;
    Likeness likeness;
  };
  struct Tier {
    double score;
    std::vector<Answering> texts;
  };
  struct Found {
    SubjectId subject = 0;
    HolderId holder = 0;
    double score = 0;
    std::array<std::pair<Kind, Match>, pieces_most> matches;  // by piece
  };

  static bool before(const Found& one, const Found& other) {
    return one.score != other.score ? one.score > other.score : one.subject < other.subject;
  }

  std::size_t cost(const Piece& piece) const {
    std::size_t numbers = 0;
    for (const Kind kind : all_kinds) {
      if (piece.asks(kind)) numbers += piece.cost(kind, store_.texts_[index_of(kind)]);
    }
    return numbers;
  }

  std::size_t leading_piece() const {
    if (asked_.size() == 1) return 0;
    std::size_t best = 0, least = ~std::size_t{0};
    for (std::size_t at = 0; at < asked_.size(); ++at) {
      const std::size_t numbers = cost(asked_[at].piece);
      if (numbers < least) best = at, least = numbers;
    }
    return best;
  }

  // Texts that answer the piece that few subjects answer. One name may be thousands of people's: where the
  // piece that takes the least to read has more holders than are wanted, others are tried that take little.
  std::vector<Tier> fewest_answering(std::size_t wanted) {
    std::vector<std::pair<std::size_t, std::size_t>> by_cost;
    for (std::size_t at = 0; at < asked_.size(); ++at) by_cost.emplace_back(cost(asked_[at].piece), at);
    std::sort(by_cost.begin(), by_cost.end());
    std::vector<Tier> best;
    std::size_t fewest = ~std::size_t{0};
    for (const auto& [numbers, at] : by_cost) {
      if (fewest <= wanted || (fewest != ~std::size_t{0} && numbers > tried_cost_most)) break;
      auto tiers = answering_texts(asked_[at].piece);
      const std::size_t holders = holders_of(tiers);
      if (holders < fewest) best = std::move(tiers), fewest = holders;
    }
    return best;
  }

  std::size_t holders_of(const std::vector<Tier>& tiers) const {
    std::size_t holders = 0;
    for (const Tier& tier : tiers) {
      for (const Answering& one : tier.texts)
        holders += store_.texts_[index_of(one.kind)].holders(one.text).size();
    }
    return holders;
  }

  // Texts that answer, those of one score together, the best first.
  std::vector<Tier> answering_texts(const Piece& piece) {
    std::vector<Tier> tiers;
    for (const Kind kind : all_kinds) {
      if (!piece.asks(kind)) continue;
      const Texts& texts = store_.texts_[index_of(kind)];
      // Looked at first, so that it is not missed where many others answer.
      const TextId whole = piece.whole(kind, texts);
      if (whole != Texts::none) answer_by(piece, kind, whole, tiers);
      std::size_t looked_at = 0, as_good = 0;
      for (const TextId text : piece.candidates(kind, texts)) {
        if (text == whole || !seen(texts, text)) continue;
        const bool enough = looked_at >= texts_looked_at_least && as_good >= hits_most * texts_most;
        if (looked_at++ == texts_looked_at || (enough && asked_.size() == 1)) {
          answer_.more = true;
          break;
        }
        if (answer_by(piece, kind, text, tiers) >= Piece::most_of_others(kind)) ++as_good;
      }
    }
    return tiers;
  }

  bool seen(const Texts& texts, TextId text) const {
    const auto holders = texts.holders(text);
    return std::any_of(holders.begin(), holders.end(),
                       [&](HolderId holder) { return store_.seen_by(query_, holder); });
  }

  // Puts the text where it belongs when it answers; how well it does.
  double answer_by(const Piece& piece, Kind kind, TextId text, std::vector<Tier>& tiers) const {
    const auto match = piece.match(kind, store_.texts_[index_of(kind)].stored(text));
    if (!match) return 0;
    auto tier = std::lower_bound(tiers.begin(), tiers.end(), match->score,
                                 [](const Tier& one, double score) { return one.score > score; });
    if (tier == tiers.end() || tier->score != match->score) tier = tiers.insert(tier, {match->score, {}});
    tier->texts.push_back({text, kind, match->likeness});
    return match->score;
  }

  void visit(const std::vector<Tier>& tiers, std::size_t leads) {
    for (const Tier& tier : tiers) {
      // With one piece no later text can do better than the worst hit, once there are enough.
      if (asked_.size() == 1 && full() && tier.score < found_.front().score) {
        answer_.more = true;
        return;
      }
      for (const Answering& one : tier.texts) {
        if (!visit(one, {one.likeness, tier.score}, leads)) return;
      }
    }
  }

  // False when enough were looked at.
  bool visit(const Answering& answering, const Match& match, std::size_t leads) {
    for (const HolderId holder : store_.texts_[index_of(answering.kind)].holders(answering.text)) {
      if (!store_.seen_by(query_, holder)) continue;
      if (looked_at_++ >= subjects_looked_at) {
        answer_.more = true;
        return false;
      }
      Found found;
      found.subject = store_.holders_[holder].subject;
      found.holder = holder;
      found.score = match.score;
      found.matches[leads] = {answering.kind, match};
      if (asked_.size() > 1 && !answer_others(found, leads)) continue;
      if (full() && !before(found, found_.front())) {
        answer_.more = true;
        continue;
      }
      keep(found);
    }
    return true;
  }

  bool answer_others(Found& found, std::size_t leads) {
    for (std::size_t at = 0; at < asked_.size(); ++at) {
      if (at == leads) continue;
      const auto match = best_match(asked_[at], found.holder);
      if (!match) return false;
      found.score += match->second.score;
      found.matches[at] = *match;
    }
    return true;
  }

  // The best match of a piece among a subject's texts.
  std::optional<std::pair<Kind, Match>> best_match(Asked& asked, HolderId holder) const {
    std::optional<std::pair<Kind, Match>> best;
    for (const std::uint32_t text : store_.texts_of(holder)) {
      const auto match = match_of(asked, text);
      if (match && (!best || match->score > best->second.score)) best = {static_cast<Kind>(text & 3), *match};
    }
    return best;
  }

  // How a text of a subject, as its holder keeps it, answers a piece.
  std::optional<Match> match_of(Asked& asked, std::uint32_t text) const {
    const auto kind = static_cast<Kind>(text & 3);
    if (!asked.piece.asks(kind) || !may_answer(asked, kind, text >> 2)) return std::nullopt;
    return asked.piece.match(kind, store_.texts_[text & 3].stored(text >> 2));
  }

  bool may_answer(Asked& asked, Kind kind, TextId text) const {
    if (kind == Kind::name) return true;  // candidates leave out names with several mistakes
    const std::size_t at = index_of(kind);
    if (asked.texts[at]++ == texts_one_by_one) sift(asked, kind);
    return asked.sifted[at].empty() || asked.sifted[at][text];
  }

  void sift(Asked& asked, Kind kind) const {
    const std::size_t at = index_of(kind);
    const Texts& texts = store_.texts_[at];
    if (asked.piece.cost(kind, texts) > sift_cost_most) return;
    asked.sifted[at].assign(texts.end(), false);
    for (const TextId text : asked.piece.candidates(kind, texts)) asked.sifted[at][text] = true;
  }

  // A heap whose front is the worst; each subject once, by its best text.
  void keep(const Found& found) {
    const auto there = std::find_if(found_.begin(), found_.end(),
                                    [&](const Found& one) { return one.holder == found.holder; });
    if (there != found_.end()) {
      if (!before(found, *there)) return;
      *there = found;
      std::make_heap(found_.begin(), found_.end(), before);
      return;
    }
    if (full()) {
      std::pop_heap(found_.begin(), found_.end(), before);
      found_.pop_back();
      answer_.more = true;
    }
    found_.push_back(found);
    std::push_heap(found_.begin(), found_.end(), before);
  }

  bool full() const { return found_.size() >= most_; }

  const Store& store_;
  const Query& query_;
  std::vector<Asked> asked_;
  bool unanswerable_ = false;
  std::size_t most_ = 0, looked_at_ = 0;
  std::vector<Found> found_;
  Answer answer_;
};

Answer SearchIndex::Store::search(const Query& query) const {
  return Search(*this, query).run();
}

std::vector<SubjectId> SearchIndex::Store::leading(const Query& query) const {
  return Search(*this, query).leading();
}

std::vector<std::vector<PieceScores>> SearchIndex::Store::scores(const Query& query,
                                                                 std::span<const SubjectId> subjects) const {
  Search search(*this, query);
  std::vector<std::vector<PieceScores>> all;
  all.reserve(subjects.size());
  for (const SubjectId subject : subjects) all.push_back(search.scores(subject));
  return all;
}

}  // namespace jingwei::search
