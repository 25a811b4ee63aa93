// The persons around a record: rows are reached over probable pairs and decisions, then clustered as link()
// does.
#include <algorithm>

#include "engines/linkage/online_index.h"

namespace jingwei::linkage {

// Two rows of the component that may be one person; `a` < `b` in the order of row hashes.
struct OnlineIndex::RowPair {
  std::uint32_t a = 0, b = 0;  // places in the component
  Pattern pattern = 0;
  Score score;
  bool contradicts = false;
};

class OnlineIndex::ComponentBuilder {
 public:
  explicit ComponentBuilder(const OnlineIndex& index) : index_(index), model_(*index.model_) {}

  Component build(RecordId record) {
    asked_ = record;
    reach(*index_.rows_of_.find(record + 1));
    for (std::size_t at = 0; at < reached_.size(); ++at) {
      if (compared_ > component_pairs_most) answer_.complete = false;
      if (!answer_.complete) break;
      spread(reached_[at]);
    }
    put_in_order();
    make_nodes();
    cluster();
    tell_persons();
    tell_doubts();
    return std::move(answer_);
  }

 private:
  struct Place {
    RowNumber row = 0;
    std::uint64_t hash = 0;
    std::size_t copies = 0;
    Score of_copies;  // how sure copies of the row are one person
    std::uint32_t first_node = 0, nodes = 0;
  };
  // What is clustered: the records that say the same, but those of whom somebody decided something stand
  // alone.
  struct Node {
    std::uint32_t place = 0;
    std::optional<RecordId> record;  // the decided one; else all others of the row
  };
  struct Found {
    RowNumber one, other;
    Pattern pattern;
    Score score;
    bool contradicts;
  };

  void reach(RowNumber row) {
    if (place_of_.contains(row)) return;
    if (reached_.size() >= component_rows_most) {
      answer_.complete = false;
      return;
    }
    place_of_[row] = 0;
    reached_.push_back(row);
  }

  // Looks at all rows that share a block with this one.
  void spread(RowNumber row) {
    const RowView asked = index_.view(row);
    const auto rarities = model_.rarities(asked);
    std::vector<RowNumber> others;
    index_.meet(asked, others);
    for (const RowNumber other : others) {
      if (other == row || spread_.contains(other)) continue;
      ++compared_;
      const Candidate one = index_.candidate(other, asked, rarities, false);
      if (one.score.probability < model_.thresholds().possible) continue;
      found_.push_back({row, other, one.pattern, one.score, one.contradicts});
      if (!one.contradicts && one.score.probability >= model_.thresholds().probable) reach(other);
    }
    for (const RecordId record : decided_records(row)) {
      for (const auto& [other, decision] : index_.decisions_.at(record)) {
        const RowNumber* there = index_.rows_of_.find(other + 1);
        if (there != nullptr && decision == Decision::same) reach(*there);
      }
    }
    spread_.insert(row);
  }

  // Records of a row of whom something was decided, smallest first.
  std::vector<RecordId> decided_records(RowNumber row) const {
    std::vector<RecordId> records;
    if (index_.decisions_.empty()) return records;
    if (index_.rows_[row].record != many) {
      if (index_.decisions_.contains(index_.rows_[row].record)) records.push_back(index_.rows_[row].record);
      return records;
    }
    const auto& copies = index_.many_.at(row);
    if (copies.size() <= index_.decisions_.size()) {
      for (const RecordId record : copies) {
        if (index_.decisions_.contains(record)) records.push_back(record);
      }
    } else {
      for (const auto& [record, others] : index_.decisions_) {
        if (copies.contains(record)) records.push_back(record);
      }
    }
    return records;
  }

  void put_in_order() {
    for (const RowNumber row : reached_) {
      Place place;
      place.row = row;
      const RowView values = index_.view(row);
      place.hash = hash_of(values);
      place.copies = index_.copies_of(row);
      place.of_copies = model_.score(pattern_of_copies(values), model_.rarities(values));
      if (pattern_of_copies(values) == 0) place.of_copies = {};
      places_.push_back(place);
    }
    std::sort(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
      return a.hash != b.hash ? a.hash < b.hash : index_.packed(a.row) < index_.packed(b.row);
    });
    for (std::uint32_t at = 0; at < places_.size(); ++at) place_of_[places_[at].row] = at;
    for (const Found& one : found_) {
      if (!place_of_.contains(one.other)) continue;
      const std::uint32_t a = place_of_[one.one], b = place_of_[one.other];
      pairs_.push_back({std::min(a, b), std::max(a, b), one.pattern, one.score, one.contradicts});
    }
  }

  void make_nodes() {
    for (std::uint32_t at = 0; at < places_.size(); ++at) {
      Place& place = places_[at];
      place.first_node = static_cast<std::uint32_t>(nodes_.size());
      const auto decided = decided_records(place.row);
      for (const RecordId record : decided) {
        node_of_[record] = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({at, record});
      }
      if (decided.size() < place.copies) nodes_.push_back({at, std::nullopt});
      place.nodes = static_cast<std::uint32_t>(nodes_.size()) - place.first_node;
    }
  }

  void cluster() {
    for (const RowPair& pair : pairs_) {
      if (pair.contradicts) continue;
      const Place& a = places_[pair.a];
      const Place& b = places_[pair.b];
      for (std::uint32_t one = 0; one < a.nodes; ++one) {
        for (std::uint32_t other = 0; other < b.nodes; ++other)
          add_pair(a.first_node + one, b.first_node + other, pair.pattern, pair.score);
      }
    }
    for (const Place& place : places_) {
      for (std::uint32_t one = 0; one < place.nodes; ++one) {
        for (std::uint32_t other = one + 1; other < place.nodes; ++other)
          add_pair(place.first_node + one, place.first_node + other,
                   pattern_of_copies(index_.view(place.row)), place.of_copies);
      }
    }
    Decided decided;
    for (const auto& [record, node] : node_of_) {
      for (const auto& [other, decision] : index_.decisions_.at(record)) {
        const auto found = node_of_.find(other);
        if (found == node_of_.end() || found->second <= node) continue;
        (decision == Decision::same ? decided.same : decided.different).emplace_back(node, found->second);
        if (decision == Decision::same)
          lifted_.insert(std::minmax({nodes_[node].place, nodes_[found->second].place}));
      }
    }
    const auto between = [&](std::uint32_t a, std::uint32_t b) { return evidence(a, b); };
    clusters_ = cluster_rows(nodes_.size(), scored_, model_.cluster_rules(), between, decided);
    decided_ = std::move(decided);
  }

  void add_pair(std::uint32_t a, std::uint32_t b, Pattern pattern, const Score& score) {
    scored_.push_back({a, b, pattern, score.probability, score.weight});
  }

  Evidence evidence(std::uint32_t a, std::uint32_t b) const {
    const Place& one = places_[nodes_[a].place];
    const Place& other = places_[nodes_[b].place];
    if (one.row == other.row) return {one.of_copies.weight, false};
    const RowView asked = index_.view(one.row);
    const Candidate pair = index_.candidate(other.row, asked, model_.rarities(asked), false);
    const bool lifted = lifted_.contains(std::minmax({nodes_[a].place, nodes_[b].place}));
    return {pair.score.weight, pair.contradicts && !lifted};
  }

  // Copies of a row that says too little are persons of their own.
  bool copies_are_one(const Place& place) const {
    return place.copies == 1 || place.of_copies.probability >= model_.thresholds().probable;
  }

  // Of each node: the strongest pair within its cluster.
  std::vector<double> strongest() const {
    std::vector<double> best(nodes_.size(), 0);
    const auto take = [&](std::uint32_t a, std::uint32_t b, double probability) {
      if (clusters_.cluster_of[a] != clusters_.cluster_of[b]) return;
      best[a] = std::max(best[a], probability);
      best[b] = std::max(best[b], probability);
    };
    for (const auto& pair : scored_) take(pair.a, pair.b, pair.probability);
    for (const auto& [a, b] : decided_.same) take(a, b, 1);
    return best;
  }

  void tell_persons() {
    const std::vector<double> best = strongest();
    // The part of a cluster that most records hold together by certain pairs; the rest are probable.
    std::unordered_map<std::uint32_t, std::size_t> records_of_part;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node)
      records_of_part[clusters_.certain_of[node]] += records_in(nodes_[node]);
    std::unordered_map<std::uint32_t, std::uint32_t> main_part;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
      const std::uint32_t part = clusters_.certain_of[node];
      const auto [main, fresh] = main_part.try_emplace(clusters_.cluster_of[node], part);
      const std::size_t here = records_of_part[part], there = records_of_part[main->second];
      if (!fresh && (here > there || (here == there && part < main->second))) main->second = part;
    }
    std::map<std::uint32_t, Person> persons;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
      const std::uint32_t cluster = clusters_.cluster_of[node];
      const Grade grade = clusters_.certain_of[node] == main_part[cluster] ? Grade::certain : Grade::probable;
      const Place& place = places_[nodes_[node].place];
      if (nodes_[node].record || copies_are_one(place)) {
        add_members(persons[cluster], node, grade, best[node]);
      } else {
        tell_alone(place);
      }
    }
    for (auto& [cluster, person] : persons) answer_.persons.push_back(std::move(person));
    for (auto& person : answer_.persons)
      std::sort(person.members.begin(), person.members.end(),
                [](const Member& a, const Member& b) { return a.record < b.record; });
    std::sort(answer_.persons.begin(), answer_.persons.end(),
              [](const Person& a, const Person& b) { return a.members[0].record < b.members[0].record; });
  }

  std::size_t records_in(const Node& node) const {
    const Place& place = places_[node.place];
    return node.record ? 1 : place.copies - (place.nodes - 1);
  }

  void add_members(Person& person, std::uint32_t node, Grade grade, double best) {
    if (nodes_[node].record) {
      person.members.push_back({*nodes_[node].record, grade, best});
      return;
    }
    const Place& place = places_[nodes_[node].place];
    const std::size_t records = records_in(nodes_[node]);
    const double copies = records > 1 ? place.of_copies.probability : 0;
    // Copies hold together as surely as two of them do.
    const bool sure = copies >= model_.cluster_rules().certain;
    std::size_t told = 0;
    each_undecided(place, [&](RecordId record) {
      if (told == copies_told && record != asked_) return;
      const bool first = told == 0;
      person.members.push_back({record, first || sure ? grade : Grade::probable, std::max(best, copies)});
      ++told;
    });
    person.untold += records - told;
  }

  void tell_alone(const Place& place) {
    std::size_t told = 0;
    each_undecided(place, [&](RecordId record) {
      if (told == copies_told && record != asked_) return;
      answer_.persons.push_back({{{record, Grade::certain, 0}}, 0});
      ++told;
    });
  }

  // The first copies_told records of a row that no decision names, and the one that was asked for.
  template <typename Take>
  void each_undecided(const Place& place, const Take& take) const {
    if (index_.rows_[place.row].record != many) {
      if (!node_of_.contains(index_.rows_[place.row].record)) take(index_.rows_[place.row].record);
      return;
    }
    const auto& copies = index_.many_.at(place.row);
    std::size_t told = 0;
    bool asked = false;
    for (auto at = copies.begin(); at != copies.end() && told < copies_told; ++at) {
      if (node_of_.contains(*at)) continue;
      take(*at);
      asked = asked || *at == asked_;
      ++told;
    }
    if (!asked && copies.contains(asked_) && !node_of_.contains(asked_)) take(asked_);
  }

  void tell_doubts() {
    std::set<std::pair<std::uint32_t, std::uint32_t>>
        apart;  // clusters that were decided to differ, both ways
    for (const auto& [one, other] : decided_.different) {
      apart.emplace(clusters_.cluster_of[one], clusters_.cluster_of[other]);
      apart.emplace(clusters_.cluster_of[other], clusters_.cluster_of[one]);
    }
    for (const RowPair& pair : pairs_) {
      const Place& a = places_[pair.a];
      const Place& b = places_[pair.b];
      for (std::uint32_t one = a.first_node; one < a.first_node + a.nodes; ++one) {
        for (std::uint32_t other = b.first_node; other < b.first_node + b.nodes; ++other) {
          const std::uint32_t left = clusters_.cluster_of[one], right = clusters_.cluster_of[other];
          if (left == right || apart.contains({left, right})) continue;
          add_doubt(record_of(one), record_of(other), pair.pattern, pair.score, pair.contradicts);
        }
      }
    }
    // Rows that were not reached: too weak to link.
    for (const Found& one : found_) {
      if (!place_of_.contains(one.other) && !decided_apart(one))
        add_doubt(index_.first_record(one.one), index_.first_record(one.other), one.pattern, one.score,
                  one.contradicts);
    }
    auto& doubts = answer_.doubts;
    std::sort(doubts.begin(), doubts.end(), [](const Doubt& a, const Doubt& b) {
      if (a.score.probability != b.score.probability) return a.score.probability > b.score.probability;
      return a.left != b.left ? a.left < b.left : a.right < b.right;
    });
    if (doubts.size() > doubts_most) doubts.resize(doubts_most);
  }

  // Whether a record of the cluster that holds the row was decided to differ from one of the row not reached.
  bool decided_apart(const Found& found) const {
    const std::uint32_t cluster = clusters_.cluster_of[places_[place_of_.at(found.one)].first_node];
    return std::any_of(node_of_.begin(), node_of_.end(), [&](const auto& decided) {
      if (clusters_.cluster_of[decided.second] != cluster) return false;
      const auto& others = index_.decisions_.at(decided.first);
      return std::any_of(others.begin(), others.end(), [&](const auto& other) {
        const RowNumber* there = index_.rows_of_.find(other.first + 1);
        return other.second == Decision::different && there != nullptr && *there == found.other;
      });
    });
  }

  RecordId record_of(std::uint32_t node) const {
    if (nodes_[node].record) return *nodes_[node].record;
    RecordId first = 0;
    bool found = false;
    each_undecided(places_[nodes_[node].place], [&](RecordId record) {
      if (!found) first = record;
      found = true;
    });
    return first;
  }

  void add_doubt(RecordId one, RecordId other, Pattern pattern, const Score& score, bool contradicts) {
    const bool probable = score.probability >= model_.thresholds().probable;
    if (contradicts && !probable) return;
    const auto reason = contradicts ? Doubt::Reason::contradiction
                        : probable  ? Doubt::Reason::others
                                    : Doubt::Reason::weak;
    answer_.doubts.push_back({std::min(one, other), std::max(one, other), reason, pattern, score});
  }

  const OnlineIndex& index_;
  const Model& model_;
  RecordId asked_ = 0;
  Component answer_;
  std::vector<RowNumber> reached_;
  std::set<RowNumber> spread_;
  std::unordered_map<RowNumber, std::uint32_t> place_of_;
  std::vector<Found> found_;
  std::vector<Place> places_;
  std::vector<RowPair> pairs_;
  std::vector<Node> nodes_;
  std::map<RecordId, std::uint32_t> node_of_;  // decided records
  std::vector<ScoredPair> scored_;
  Decided decided_;
  // Places of which somebody decided that they are one person, whatever contradicts in them.
  std::set<std::pair<std::uint32_t, std::uint32_t>> lifted_;
  Clustering clusters_;
  std::size_t compared_ = 0;
};

Component OnlineIndex::component(RecordId record) const {
  if (!contains(record)) return {};
  return ComponentBuilder(*this).build(record);
}

}  // namespace jingwei::linkage
