#include "engines/linkage/linkage.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"
#include "engines/linkage/findings.h"
#include "engines/linkage/nodes.h"
#include "engines/linkage/parallel.h"

namespace jingwei::linkage {

namespace {

// Pairs less probable than this are forgotten: no threshold goes so low, and all of them together weigh
// nothing.
constexpr double kept_from = 1e-3;
// A pair is not linked below this probability, whatever the expected F1 says.
constexpr double linked_from = 0.5;

class Linker {
 public:
  Linker(const Records& records, const LinkOptions& options) : records_(records), options_(options) {}

  // Learns the model first.
  Linkage run() {
    begin();
    FirstLook look = choose_keys(records_, options_.blocking, options_.seed, options_.threads);
    Candidates candidates = compare(look);
    ModelParts parts = learn_parts(look, candidates);
    answer_.model = std::make_shared<const Model>(parts);
    const std::vector<ScoredPair> scored = score(candidates.kept);
    // The threshold needs scores, and scores need a model without one.
    answer_.report.threshold = choose_threshold(scored, linked_from);
    if (options_.threshold) answer_.report.threshold.probability = *options_.threshold;
    parts.thresholds = thresholds(answer_.report.threshold.probability);
    answer_.model = std::make_shared<const Model>(std::move(parts));
    return finish(scored);
  }

  Linkage run(std::shared_ptr<const Model> model) {
    begin();
    answer_.model = std::move(model);
    const auto keep = [&](Pattern pattern) {
      return answer_.model->weights().most_probable(pattern) >= kept_from;
    };
    const BlockScheme& scheme = answer_.model->parts().blocks;
    const Candidates candidates = compare_blocks(records_, scheme, block_rows_most, keep, options_.threads);
    report(candidates);
    for (const auto& key : scheme.keys) answer_.report.keys.push_back(named(scheme, key));
    const std::vector<ScoredPair> scored = score(candidates.kept);
    const double chosen = options_.threshold.value_or(answer_.model->thresholds().probable);
    answer_.report.threshold = expected_at(scored, chosen);
    return finish(scored);
  }

 private:
  void begin() {
    answer_.report.records = records_.size();
    answer_.report.rows = records_.rows();
  }

  Linkage finish(const std::vector<ScoredPair>& scored) {
    cluster(scored);
    write_pairs();
    find_warnings(records_, answer_);
    return std::move(answer_);
  }

  static Thresholds thresholds(double probable) {
    Thresholds all;
    all.probable = probable;
    all.possible = std::min(all.possible, probable);
    all.certain = std::max(all.certain, probable);
    return all;
  }

  BlockingKey named(const BlockScheme& scheme, const BlockScheme::Key& of) const {
    BlockingKey key;
    const std::vector<Field> fields = records_.field_list();
    for (const auto feature : of.features) {
      key.features.push_back(feature);
      key.name += (key.name.empty() ? "" : " + ") + name_of(scheme.features[feature], fields);
    }
    return key;
  }

  void report(const Candidates& candidates) {
    auto& report = answer_.report;
    report.blocks = candidates.blocks;
    report.parted_blocks = candidates.parted_blocks;
    report.compared = candidates.compared;
    report.largest_block = candidates.largest_block;
  }

  Candidates compare(const FirstLook& look) {
    // Where all pairs are compared nothing is known beforehand: those are kept that agree somewhere.
    const bool blind = look.plan.every_pair;
    std::optional<Weights> first;
    if (!blind) first.emplace(look.mixture);
    const auto keep = [&](Pattern pattern) {
      if (!blind) return first->most_probable(pattern) >= 1e-4;
      int alike = 0;
      for (std::size_t field = 0; field < records_.fields(); ++field) {
        const Level level = level_at(pattern, field);
        alike += level == Level::exact ? 2 : level >= Level::near && level < Level::different ? 1 : 0;
      }
      return alike >= 2;
    };
    Candidates candidates = compare_blocks(records_, look.plan, options_.blocking, keep, options_.threads);
    report(candidates);
    answer_.report.keys = look.plan.keys;
    answer_.report.blocking_missed = look.plan.missed;
    return candidates;
  }

  ModelParts learn_parts(const FirstLook& look, Candidates& candidates) {
    ModelParts parts;
    parts.fields = records_.field_list();
    parts.mixture = learn_mixture(look, candidates);
    for (std::size_t field = 0; field < records_.fields(); ++field)
      parts.frequencies.push_back(frequencies_of(records_.column(field)));
    parts.blocks = scheme_of(look.plan, parts.fields);
    for (std::size_t key = 0; key < candidates.common.size(); ++key)
      parts.blocks.keys[key].common = std::move(candidates.common[key]);
    parts.rows = records_.rows();
    return parts;
  }

  Mixture learn_mixture(const FirstLook& look, const Candidates& candidates) {
    std::vector<PatternCount> patterns = candidates.patterns;
    if (!look.plan.every_pair) {
      const double strangers = pairs_there_are(records_) - static_cast<double>(candidates.compared);
      const auto random = random_patterns(records_, look.plan, look.plan.keys, options_.random_pairs,
                                          strangers, options_.seed + 1'000'003, options_.threads);
      patterns.insert(patterns.end(), random.begin(), random.end());
    }
    // Copies of a row are pairs too, one for each row that has any: however often a row stands, it says no
    // more.
    std::map<Pattern, double> copies;
    for (std::uint32_t row = 0; row < records_.rows(); ++row) {
      if (records_.copies(row).size() > 1) copies[pattern_of_copies(row)] += 1;
    }
    for (const auto& [pattern, pairs] : copies) patterns.push_back({pattern, pairs, 0});
    return learn(records_, patterns);
  }

  std::vector<ScoredPair> score(const std::vector<ComparedPair>& kept) {
    const Scorer scorer(records_, *answer_.model);
    const Comparer comparer(records_);
    std::vector<ScoredPair> all(kept.size());
    std::atomic<std::uint64_t> contradictions = 0, shared = 0;
    constexpr std::size_t piece = 16'384;
    in_parallel((kept.size() + piece - 1) / piece, options_.threads, [&](std::size_t at) {
      for (std::size_t i = at * piece; i < std::min(kept.size(), (at + 1) * piece); ++i) {
        const Score score = scorer.score(kept[i].a, kept[i].b, kept[i].pattern);
        all[i] = {kept[i].a, kept[i].b, kept[i].pattern, score.probability, score.weight};
        if (score.probability >= kept_from && comparer.contradict(kept[i].a, kept[i].b, kept[i].pattern)) {
          all[i].probability = 0;
          if (score.probability >= linked_from) ++contradictions;
        }
        if (all[i].probability < linked_from && shares_identifier(kept[i].pattern)) ++shared;
      }
    });
    answer_.report.contradictions = contradictions;
    answer_.report.shared_identifiers = shared;
    std::erase_if(all, [](const ScoredPair& pair) { return pair.probability < kept_from; });
    return all;
  }

  bool shares_identifier(Pattern pattern) const {
    for (std::size_t field = 0; field < records_.fields(); ++field) {
      if (records_.column(field).field.type == FieldType::identifier &&
          level_at(pattern, field) == Level::exact)
        return true;
    }
    return false;
  }

  void cluster(const std::vector<ScoredPair>& scored) {
    auto& report = answer_.report;
    Comparer comparer(records_);
    const Scorer scorer(records_, *answer_.model);
    const Nodes nodes(records_, options_.decisions);
    const auto between = [&](std::uint32_t one, std::uint32_t other) {
      const std::uint32_t a = nodes.row_of(one), b = nodes.row_of(other);
      if (a == b) return Evidence{scorer.score(a, a, pattern_of_copies(a)).weight, false};
      const Pattern pattern = comparer.compare(a, b);
      return Evidence{scorer.score(a, b, pattern).weight,
                      comparer.contradict(a, b, pattern) && !nodes.contradiction_lifted(a, b)};
    };
    ClusterRules rules = answer_.model->cluster_rules();
    rules.threshold = report.threshold.probability;
    const auto copies = [&](std::uint32_t row) {
      const Score score = scorer.score(row, row, pattern_of_copies(row));
      return ScoredPair{row, row, pattern_of_copies(row), score.probability, score.weight};
    };
    const Clustering clusters =
        cluster_rows(nodes.size(), nodes.pairs(scored, copies), rules, between, nodes.decided());
    report.refused_joins = clusters.refused;
    // Copies of a row are one person where the row says enough to be told from others.
    std::vector<std::uint32_t> first(nodes.size(), no_record);
    answer_.cluster_of.resize(records_.size());
    for (std::uint32_t record = 0; record < records_.size(); ++record) {
      const std::uint32_t cluster = clusters.cluster_of[nodes.node_of(record)];
      if (first[cluster] == no_record || records_.rank(record) < records_.rank(first[cluster]))
        first[cluster] = record;
    }
    telling_.resize(records_.rows());
    for (std::uint32_t row = 0; row < records_.rows(); ++row)
      telling_[row] = records_.copies(row).size() == 1 || copies_are_one(scorer, row);
    for (std::uint32_t record = 0; record < records_.size(); ++record) {
      const bool follows = telling_[records_.row_of(record)] || nodes.is_decided(record);
      answer_.cluster_of[record] = follows ? first[clusters.cluster_of[nodes.node_of(record)]] : record;
    }
  }

  bool copies_are_one(const Scorer& scorer, std::uint32_t row) const {
    if (pattern_of_copies(row) == 0) return false;
    // Where there is nothing else, equal rows are copies: no chance of agreement can be told from one row.
    if (records_.rows() == 1) return true;
    return scorer.score(row, row, pattern_of_copies(row)).probability >= answer_.report.threshold.probability;
  }

  Pattern pattern_of_copies(std::uint32_t row) const {
    Pattern pattern = 0;
    const auto values = records_.row(row);
    for (std::size_t field = 0; field < values.size(); ++field)
      pattern = with_level(pattern, field, values[field] == no_value ? Level::missing : Level::exact);
    return pattern;
  }

  void write_pairs() {
    // Clusters by their first record, members by rank: two counting passes.
    std::vector<std::uint32_t> by_rank(records_.size()), begin(records_.size() + 1, 0);
    for (std::uint32_t record = 0; record < records_.size(); ++record) {
      by_rank[records_.rank(record)] = record;
      ++begin[records_.rank(answer_.cluster_of[record]) + 1];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<std::uint32_t>& order = answer_.order;
    order.resize(records_.size());
    for (const std::uint32_t record : by_rank)
      order[begin[records_.rank(answer_.cluster_of[record])]++] = record;
    struct Stretch {
      std::size_t begin, end;
    };
    std::vector<Stretch> stretches;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      while (end < order.size() && answer_.cluster_of[order[end]] == answer_.cluster_of[order[begin]]) ++end;
      if (end - begin > 1) stretches.push_back({begin, end});
    }
    // Of two files, copies within one are no link.
    answer_.report.clusters =
        static_cast<std::uint64_t>(std::count_if(stretches.begin(), stretches.end(), [&](const Stretch& one) {
          return !records_.has_right() ||
                 records_.side(order[one.begin]) != records_.side(order[one.end - 1]);
        }));
    constexpr std::size_t piece = 1'000;
    std::vector<std::vector<LinkedPair>> parts((stretches.size() + piece - 1) / piece);
    const Scorer scorer(records_, *answer_.model);
    in_parallel(parts.size(), options_.threads, [&](std::size_t at) {
      Comparer comparer(records_);
      for (std::size_t i = at * piece; i < std::min(stretches.size(), (at + 1) * piece); ++i)
        write_cluster({&order[stretches[i].begin], stretches[i].end - stretches[i].begin}, scorer, comparer,
                      parts[at]);
    });
    for (auto& part : parts) answer_.pairs.insert(answer_.pairs.end(), part.begin(), part.end());
  }

  void write_cluster(std::span<const std::uint32_t> members, const Scorer& scorer, Comparer& comparer,
                     std::vector<LinkedPair>& into) const {
    const std::size_t rows = members.size() > options_.cluster_records_in_full ? 1 : members.size();
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const std::uint32_t left = members[i], right = members[j];
        if (records_.has_right() && records_.side(left) == records_.side(right)) continue;
        const std::uint32_t a = records_.row_of(left), b = records_.row_of(right);
        const Pattern pattern = a == b ? pattern_of_copies(a) : comparer.compare(a, b);
        const Score score = scorer.score(a, b, pattern);
        // What others of the cluster say for it: it was joined above the threshold.
        into.push_back({left, right, std::max(score.probability, answer_.report.threshold.probability),
                        score.weight, pattern});
      }
    }
  }

  static constexpr std::uint32_t no_record = 0xFFFFFFFF;
  const Records& records_;
  const LinkOptions& options_;
  Linkage answer_;
  std::vector<bool> telling_;
};

}  // namespace

Linkage link(const Records& records, const LinkOptions& options) {
  return Linker(records, options).run();
}

Linkage link(const Records& records, std::shared_ptr<const Model> model, const LinkOptions& options) {
  JW_ASSERT(model->fields().size() == records.fields());
  return Linker(records, options).run(std::move(model));
}

Score explain(const Records& records, const Model& model, const LinkedPair& pair,
              std::vector<double>& contributions) {
  contributions.assign(records.fields(), 0);
  return Scorer(records, model)
      .score(records.row_of(pair.left), records.row_of(pair.right), pair.pattern, contributions);
}

}  // namespace jingwei::linkage
