#include "modules/registry/linking.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "modules/registry/grouping.h"
#include "modules/registry/limits.h"
#include "modules/registry/near.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Value;

// A household's head without a number, whom nothing else tells of, is nobody yet.
bool tells_of_somebody(const Link& link) {
  return link.role != Role::head || !link.identifier.empty();
}

// One group of near links, decided.
class Component {
 public:
  Component(Near& near, std::vector<std::uint32_t> items, Matcher& matcher)
      : near_(near), items_(std::move(items)), matcher_(matcher), bounds_(matcher.bounds()) {
    by_matcher_ = !items_.empty() && near_.place_of(items_.front()).has_value();
    sort_into_rows();
    if (!by_matcher_) score();
  }

  struct Decision {
    Grouping rows;  // of rows()
    Naming naming;
    std::set<SubjectId> homes;  // that went into the naming
    std::vector<bool> lives;    // by group
  };
  // `taken`: subjects that other groups of the same plan have.
  Decision decide(const std::set<SubjectId>& taken) const {
    Decision decision;
    if (by_matcher_) {
      decision.rows = told_groups();
    } else {
      decision.rows = model_groups();
    }
    Grouping of_items;
    of_items.groups = decision.rows.groups;
    decision.lives.resize(decision.rows.groups, false);
    for (const std::uint32_t item : items_) {
      const std::uint32_t group = decision.rows.group_of[row_of_.at(item)];
      of_items.group_of.push_back(group);
      if (tells_of_somebody(near_.item(item).link)) decision.lives[group] = true;
    }
    // Subjects that go on under the number they had: who comes with another leaves them behind.
    std::map<SubjectId, std::uint32_t> goes_on;
    for (std::size_t at = 0; at < items_.size(); ++at) {
      const Near::Item& item = near_.item(items_[at]);
      if (item.stands && !item.renumbered) goes_on.emplace(item.link.home, of_items.group_of[at]);
    }
    std::vector<Homed> homed;
    for (std::size_t at = 0; at < items_.size(); ++at) {
      const Near::Item& item = near_.item(items_[at]);
      const Link& link = item.link;
      const auto kept = goes_on.find(link.home);
      const bool left = item.renumbered && kept != goes_on.end() && kept->second != of_items.group_of[at];
      const bool claims =
          link.home && !left && decision.lives[of_items.group_of[at]] && !taken.contains(link.home);
      homed.push_back({link.record, claims ? link.home : SubjectId()});
      if (claims) decision.homes.insert(link.home);
    }
    // What stays as it stands keeps its subject, wherever its records came from.
    for (const std::uint32_t item : items_) {
      const SubjectId keeps = keeps_of(item);
      if (!keeps) continue;
      of_items.group_of.push_back(decision.rows.group_of[row_of_.at(item)]);
      homed.push_back({near_.item(item).link.record, keeps});
      decision.homes.insert(keeps);
    }
    decision.naming = name_groups(of_items, homed);
    return decision;
  }

  Grouping model_groups() const {
    const auto decided = decided_rows();
    const auto between = [&](std::uint32_t a, std::uint32_t b) {
      const Match& match = match_of(a, b);
      return linkage::Evidence{match.weight, match.contradicts};
    };
    return group_records(static_cast<std::uint32_t>(rows_.size()), pairs_, bounds_.probable, decided,
                         between);
  }

  // As the matcher has grouped them itself.
  Grouping told_groups() const {
    Grouping grouping;
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (const auto& row : rows_) {
      const auto [place, added] = numbers.emplace(near_.place_of(row.front())->person, grouping.groups);
      if (added) ++grouping.groups;
      grouping.group_of.push_back(place->second);
    }
    return grouping;
  }

  const std::vector<std::uint32_t>& items() const { return items_; }
  const std::vector<std::vector<std::uint32_t>>& rows() const { return rows_; }
  std::uint32_t row_of(std::uint32_t item) const { return row_of_.at(item); }
  const std::vector<linkage::ScoredPair>& pairs() const { return pairs_; }
  const Match& match_of(std::uint32_t a, std::uint32_t b) const {
    static const Match nothing;
    const auto found = matches_.find(std::minmax(a, b));
    return found == matches_.end() ? nothing : found->second;
  }
  // Whether a row stands in its group beyond doubt: it is what the group began with, or another or a person
  // says so.
  bool is_certain(const Grouping& rows, std::uint32_t row) const {
    if (by_matcher_) return near_.place_of(rows_[row].front())->certainty == Certainty::certain;
    const std::uint32_t group = rows.group_of[row];
    std::uint32_t first = row;
    for (std::uint32_t other = 0; other < rows_.size(); ++other) {
      if (rows.group_of[other] != group || other == row) continue;
      first = std::min(first, other);
      if (match_of(row, other).probability >= bounds_.certain) return true;
    }
    if (first == row) return true;
    for (const auto& one : decided_rows()) {
      if (one.same && (one.a == row || one.b == row) && rows.group_of[one.a] == rows.group_of[one.b])
        return true;
    }
    return false;
  }
  bool by_matcher() const { return by_matcher_; }
  bool was_decided(std::uint32_t a, std::uint32_t b) const {
    const auto decided = decided_rows();
    return std::any_of(decided.begin(), decided.end(),
                       [&](const Decided& one) { return std::minmax(one.a, one.b) == std::minmax(a, b); });
  }

 private:
  // Links that say the same stand for each other, but those that people decided on.
  void sort_into_rows() {
    // Earliest first, so that what a group began with is its first row.
    std::sort(items_.begin(), items_.end(), [&](std::uint32_t a, std::uint32_t b) {
      const Link &one = near_.item(a).link, &other = near_.item(b).link;
      const bool homed = static_cast<bool>(one.home), other_homed = static_cast<bool>(other.home);
      if (homed != other_homed) return homed;
      if (homed && one.home != other.home) return one.home < other.home;
      return std::pair(one.record, one.role) < std::pair(other.record, other.role);
    });
    std::map<std::pair<std::string, std::int64_t>, std::uint32_t> known;
    for (const std::uint32_t item : items_) {
      const Link& link = near_.item(item).link;
      if (!by_matcher_ && !link.identifier.empty() && !near_.is_decided(item)) {
        const auto [place, added] =
            known.emplace(std::pair(link.identifier, link.name), static_cast<std::uint32_t>(rows_.size()));
        row_of_[item] = place->second;
        if (added) rows_.emplace_back();
        rows_[place->second].push_back(item);
        continue;
      }
      row_of_[item] = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back({item});
    }
  }

  void score() {
    const std::size_t compared = std::min(rows_.size(), limits::component_rows);
    for (std::uint32_t a = 0; a < compared; ++a) {
      for (auto b = static_cast<std::uint32_t>(a + 1); b < rows_.size(); ++b) {
        Match match = matcher_.compare(near_.item(rows_[a].front()).link, near_.item(rows_[b].front()).link);
        if (match.probability >= bounds_.doubtful)
          pairs_.push_back({a, b, 0, match.probability, match.weight});
        matches_.emplace(std::pair(a, b), match);
      }
    }
  }

  SubjectId keeps_of(std::uint32_t item) const {
    const auto place = near_.place_of(item);
    return place ? place->keeps : SubjectId();
  }

  std::vector<Decided> decided_rows() const {
    std::vector<Decided> decided;
    for (const auto& constraint : near_.constraints()) {
      const auto a = near_.find_kind(constraint.a, constraint.role),
                 b = near_.find_kind(constraint.b, constraint.role);
      if (!a || !b || !row_of_.contains(*a) || !row_of_.contains(*b)) continue;
      decided.push_back({row_of_.at(*a), row_of_.at(*b), constraint.same});
    }
    return decided;
  }

  Near& near_;
  std::vector<std::uint32_t> items_;
  Matcher& matcher_;
  const Bounds bounds_;
  bool by_matcher_ = false;
  std::vector<std::vector<std::uint32_t>> rows_;
  std::map<std::uint32_t, std::uint32_t> row_of_;
  std::vector<linkage::ScoredPair> pairs_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Match> matches_;
};

// Turns decisions into what is written.
class Writing {
 public:
  Writing(storage::Store& store, const storage::Sealer& sealer, Near& near, const Ground& ground,
          Matcher& matcher, Instant now)
      : store_(store),
        sealer_(sealer),
        near_(near),
        ground_(ground),
        matcher_(matcher),
        model_(matcher.model()),
        now_(now),
        told_(ground.undoing) {}

  Result<void> put(storage::Reader& reader, const Component& component, const Bounds& bounds) {
    auto decision = component.decide(taken_);
    auto& subjects = decision.naming.subject_of;
    taken_.insert(decision.homes.begin(), decision.homes.end());
    for (std::size_t group = 0; group < subjects.size(); ++group) {
      if (subjects[group] || !decision.lives[group]) continue;
      JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
      subjects[group] = SubjectId(id);
    }
    JW_TRY(put_aliases(reader, component, decision));
    for (const std::uint32_t item : component.items()) {
      const std::uint32_t row = component.row_of(item);
      const SubjectId subject = subjects[decision.rows.group_of[row]];
      if (subject) {
        put_link(near_.item(item), subject, component.is_certain(decision.rows, row), decision.naming);
      } else if (near_.item(item).stands) {
        end(near_.item(item));
      }
    }
    return put_doubts(component, decision, bounds);
  }

  void end(const Near::Item& item) {
    plan_.change.writes.push_back(end_link(item.link, now_));
    ++plan_.ended;
    plan_.subjects.push_back(item.link.subject);
    plan_.unlinked.emplace_back(item.link.record, item.link.role);
  }

  // Pairs that nobody needs to look at any more: of a record that tells of no such subject now, and of two
  // that became one. The one that was just decided on is its decider's.
  Result<void> close_pairs(storage::Reader& reader, ReviewId but) {
    std::vector<Told> asked;
    for (const auto& [record, role] : plan_.unlinked) {
      if (!placed_.contains({record, kind_of(role)})) asked.emplace_back(record, kind_of(role));
    }
    const std::size_t ended = asked.size();
    asked.insert(asked.end(), moved_.begin(), moved_.end());
    if (asked.empty()) return {};
    std::vector<std::vector<Value>> keys;
    for (const auto& [record, kind] : asked) keys.push_back({record.value});
    std::set<std::int64_t> closed;
    std::map<std::int64_t, std::pair<Told, Told>> doubtful;
    JW_TRY(reader.query_each(sql::open_reviews_of_record, keys, [&](std::size_t at, const storage::Row& row) {
      const Kind kind = kind_of(static_cast<Role>(row.integer(3)));
      if (kind != asked[at].second || row.integer(0) == but.value) return;
      if (at < ended) {
        closed.insert(row.integer(0));
      } else {
        doubtful[row.integer(0)] = {{RecordId(row.integer(1)), kind}, {RecordId(row.integer(2)), kind}};
      }
    }));
    for (const auto& [review, pair] : doubtful) {
      JW_ASSIGN(const Stand one, stand_of(reader, pair.first));
      JW_ASSIGN(const Stand other, stand_of(reader, pair.second));
      const bool sure = one.second == Certainty::certain && other.second == Certainty::certain;
      const bool by_matcher = matcher_.groups_persons() && pair.first.second == Kind::person;
      if (one.first && one.first == other.first && (sure || by_matcher)) closed.insert(review);
    }
    for (const std::int64_t review : closed)
      plan_.change.writes.push_back({&sql::close_review, {review}, std::nullopt});
    return {};
  }

  Plan take() {
    std::sort(plan_.subjects.begin(), plan_.subjects.end());
    plan_.subjects.erase(std::unique(plan_.subjects.begin(), plan_.subjects.end()), plan_.subjects.end());
    return std::move(plan_);
  }

 private:
  using Told = std::pair<RecordId, Kind>;
  using Stand = std::pair<SubjectId, Certainty>;

  // Where a record stands once this is written; nowhere: no subject.
  Result<Stand> stand_of(storage::Reader& reader, const Told& told) const {
    if (const auto placed = placed_.find(told); placed != placed_.end()) return placed->second;
    JW_ASSIGN(const auto links, links_of_record(reader, told.first));
    for (const auto& link : links) {
      if (kind_of(link.role) == told.second) return Stand{link.subject, link.certainty};
    }
    return Stand{SubjectId(), Certainty::probable};
  }

  void put_link(const Near::Item& item, SubjectId subject, bool certain, const Naming& naming) {
    Link link = item.link;
    link.subject = subject;
    link.certainty = certain ? Certainty::certain : Certainty::probable;
    const bool same = item.stands && item.link.subject == subject && item.link.certainty == link.certainty;
    const Told told{link.record, kind_of(link.role)};
    placed_[told] = {subject, link.certainty};
    if (item.stands && !same) moved_.insert(told);
    if (same && !item.changed) return;
    // A record keeps its home while that became this subject, so that it finds back when they part again.
    const auto& merged = naming.merged;
    if (link.home != subject &&
        std::find(merged.begin(), merged.end(), std::pair(link.home, subject)) == merged.end())
      link.home = subject;
    link.model = model_;
    link.known_from = now_;
    link.version = item.last_version + 1;
    if (item.stands) {
      plan_.change.writes.push_back(end_link(item.link, now_));
      ++plan_.ended;
      if (item.link.subject != subject) {
        plan_.regroups = true;
        plan_.subjects.push_back(item.link.subject);
      }
    }
    append_cells(link, plan_.cells);
    ++plan_.added;
    plan_.subjects.push_back(subject);
  }

  // Subjects that became others, and those that are themselves again.
  Result<void> put_aliases(storage::Reader& reader, const Component& component,
                           const Component::Decision& decision) {
    std::map<SubjectId, SubjectId> merged(decision.naming.merged.begin(), decision.naming.merged.end());
    const std::set<SubjectId>& known = decision.homes;
    bool away = false;  // a record stands with another subject than the one it came to first
    for (const std::uint32_t item : component.items()) {
      const auto& near = near_.item(item);
      if (known.contains(near.link.home)) away = away || (near.stands && near.link.subject != near.link.home);
    }
    if (known.size() < 2 && merged.empty() && !away) return {};
    for (const SubjectId subject : known) {
      JW_ASSIGN(const SubjectId now, kept_subject(reader, subject));
      const auto to = merged.find(subject);
      const SubjectId wanted = to == merged.end() ? subject : to->second;
      if (now == wanted) continue;
      plan_.regroups = true;
      plan_.subjects.push_back(subject);
      if (now != subject) {
        plan_.change.writes.push_back({&sql::drop_alias, {subject.value}, 1});
        plan_.subjects.push_back(now);
      }
      if (wanted == subject) {
        // A decision that was taken back tells so itself; a model that sees it otherwise now leaves word
        // here.
        if (!ground_.event) JW_TRY(put_event("split", now, subject, "{}").status);
        continue;
      }
      const std::string weights =
          ground_.weights.empty() ? weights_between(component, subject, wanted) : ground_.weights;
      EventId event = ground_.event;
      if (!event || told_) {
        const auto made = put_event("merge", wanted, subject, weights);
        JW_TRY(made.status);
        event = made.id;
      } else {
        JW_TRY(put_event_as(event, "merge", wanted, subject, weights));
        told_ = true;
      }
      plan_.change.writes.push_back({&sql::add_alias, {subject.value, wanted.value, event.value}, 1});
    }
    return {};
  }

  struct Made {
    Result<void> status;
    EventId id;
  };
  Made put_event(const char* kind, SubjectId kept, SubjectId gone, const std::string& weights) {
    auto id = store_.allocate_ids();
    if (!id) return {std::move(id).error(), {}};
    const EventId event(*id);
    return {put_event_as(event, kind, kept, gone, weights), event};
  }
  Result<void> put_event_as(EventId event, const char* kind, SubjectId kept, SubjectId gone,
                            const std::string& weights) {
    const storage::Blob reason{sealer_.seal({"registry_event", event.value, "reason"}, ground_.reason)};
    plan_.change.writes.push_back({&sql::add_event,
                                   {event.value, std::string(kind), kept.value, gone.value, ground_.actor,
                                    model_, weights, reason, to_micros(now_)},
                                   1});
    JsonWriter detail;
    detail.begin_object();
    detail.member("kept", kept.to_string());
    detail.member("gone", gone.to_string());
    detail.member("model", model_);
    detail.end_object();
    plan_.change.audit.push_back(
        {ground_.actor, std::string("subject.") + kind, "event:" + event.to_string(), detail.take()});
    return {};
  }

  // The strongest of what says that two subjects are one.
  std::string weights_between(const Component& component, SubjectId one, SubjectId other) const {
    if (component.by_matcher()) return weights_of_links(component, one, other);
    const Match* best = nullptr;
    const auto home_of = [&](std::uint32_t row) {
      return near_.item(component.rows()[row].front()).link.home;
    };
    for (const auto& pair : component.pairs()) {
      const auto homes = std::minmax({home_of(pair.a), home_of(pair.b)});  // by value: both are made here
      const Match& match = component.match_of(pair.a, pair.b);
      if (homes == std::minmax({one, other}) && (best == nullptr || best->weight < match.weight))
        best = &match;
    }
    // Whom a person joins may be unlike each other: what speaks against it is told too.
    return best == nullptr ? weights_of_links(component, one, other) : weights_json(*best);
  }

  std::string weights_of_links(const Component& component, SubjectId one, SubjectId other) const {
    std::vector<const Link*> of_one, of_other;
    for (const std::uint32_t item : component.items()) {
      const Link& link = near_.item(item).link;
      if (link.home == one && of_one.size() < limits::weighed_links) of_one.push_back(&link);
      if (link.home == other && of_other.size() < limits::weighed_links) of_other.push_back(&link);
    }
    std::optional<Match> best;
    for (const Link* a : of_one) {
      for (const Link* b : of_other) {
        const Match match = matcher_.compare(*a, *b);
        if (!best || best->weight < match.weight) best = match;
      }
    }
    return best ? weights_json(*best) : "{}";
  }

  // What a person is to look at: pairs of what is new that are not linked for certain and not to be told
  // apart.
  Result<void> put_doubts(const Component& component, const Component::Decision& decision,
                          const Bounds& bounds) {
    if (component.by_matcher()) return put_told_doubts(component);
    std::map<std::uint32_t, std::size_t> put;  // by row
    for (const auto& pair : component.pairs()) {
      const Match& match = component.match_of(pair.a, pair.b);
      if (match.contradicts || pair.probability >= bounds.certain || component.was_decided(pair.a, pair.b))
        continue;
      const bool together = decision.rows.group_of[pair.a] == decision.rows.group_of[pair.b];
      if (together && component.is_certain(decision.rows, pair.a) &&
          component.is_certain(decision.rows, pair.b))
        continue;
      const std::uint32_t a = component.rows()[pair.a].front(), b = component.rows()[pair.b].front();
      if (!is_new(component, pair.a) && !is_new(component, pair.b)) continue;
      if (put[pair.a]++ >= limits::doubts_a_record || put[pair.b]++ >= limits::doubts_a_record) continue;
      JW_TRY(put_doubt(near_.item(a).link, near_.item(b).link, match));
    }
    return {};
  }
  Result<void> put_told_doubts(const Component& component) {
    const std::set<std::uint32_t> members(component.items().begin(), component.items().end());
    std::map<std::uint32_t, std::size_t> put;
    for (const auto& doubt : near_.doubts()) {
      const auto &a = near_.item(doubt.a), &b = near_.item(doubt.b);
      if (!members.contains(doubt.a) || !members.contains(doubt.b) || !(a.seed || b.seed)) continue;
      // Somebody said that these two are one.
      if (near_.place_of(doubt.a)->person == near_.place_of(doubt.b)->person) continue;
      if (!doubt.only &&
          (put[doubt.a]++ >= limits::doubts_a_record || put[doubt.b]++ >= limits::doubts_a_record))
        continue;
      Match match = matcher_.compare(a.link, b.link);
      match.probability = doubt.probability;
      JW_TRY(put_doubt(a.link, b.link, match));
    }
    return {};
  }
  bool is_new(const Component& component, std::uint32_t row) const {
    const auto& items = component.rows()[row];
    return std::any_of(items.begin(), items.end(), [&](std::uint32_t item) { return near_.item(item).seed; });
  }
  Result<void> put_doubt(const Link& one, const Link& other, const Match& match) {
    const Link &a = one.record < other.record ? one : other, &b = one.record < other.record ? other : one;
    if (a.record == b.record) return {};
    JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
    plan_.change.writes.push_back(
        {&sql::add_review,
         {id, a.record.value, b.record.value, static_cast<std::int64_t>(a.role), a.resource, b.resource,
          a.region.value, b.region.value, match.probability, weights_json(match), to_micros(now_)},
         std::nullopt});
    return {};
  }

  storage::Store& store_;
  const storage::Sealer& sealer_;
  Near& near_;
  const Ground& ground_;
  Matcher& matcher_;
  const std::int64_t model_;
  const Instant now_;
  bool told_;  // the decision's own event stands already
  std::set<SubjectId> taken_;
  std::map<Told, Stand> placed_;
  std::set<Told> moved_;  // they stood with another subject, or less surely
  Plan plan_;
};

}  // namespace

// Decisions are few: when somebody decided in another process, all are told again.
Result<void> Linking::follow_decisions(storage::Reader& reader) {
  if (!matcher_.groups_persons()) return {};
  JW_ASSIGN(const State state, read_state(reader));
  if (state.number == matcher_.decided_at()) return {};
  JW_TRY(reader.query(sql::all_constraints, {}, [&](const storage::Row& row) {
    const bool stands = row.is_null(3);
    matcher_.decide(RecordId(row.integer(0)), RecordId(row.integer(1)),
                    stands ? std::optional(row.integer(2) != 0) : std::nullopt);
    return true;
  }));
  matcher_.know_decisions_of(state.number);
  return {};
}

Result<Plan> Linking::plan(storage::Reader& reader, const Question& question, const Ground& ground) {
  JW_TRY(follow_decisions(reader));
  for (const auto& one : question.lifted) matcher_.decide(one.a, one.b, std::nullopt);
  for (const auto& one : question.added) matcher_.decide(one.a, one.b, one.same);
  // Mostly the few nearest links tell all. Where standing links change hands, all that belongs together is
  // looked at.
  for (const std::size_t reach : {limits::near_links, limits::component_links}) {
    Near near(matcher_, reach);
    JW_TRY(near.gather(reader, question));
    const bool everything = reach == limits::component_links;
    Writing writing(store_, sealer_, near, ground, matcher_, clock_.now());
    auto components = near.components();
    // What keeps its subjects comes before who else might claim them.
    std::stable_partition(components.begin(), components.end(), [&](const std::vector<std::uint32_t>& items) {
      return std::any_of(items.begin(), items.end(), [&](std::uint32_t item) {
        const auto place = near.place_of(item);
        return place && place->keeps;
      });
    });
    for (auto& items : components)
      JW_TRY(writing.put(reader, Component(near, std::move(items), matcher_), matcher_.bounds()));
    for (const auto item : near.gone()) writing.end(near.item(item));
    JW_TRY(writing.close_pairs(reader, question.looked_at));
    Plan plan = writing.take();
    plan.settled = near.settled();
    if (everything || !(plan.regroups || near.cut_short())) return plan;
  }
  return Error(ErrorCode::internal, "storage.damaged");
}

Result<void> Linking::settle(storage::Reader& reader, const std::vector<Constraint>& pairs) {
  for (const auto& pair : pairs) {
    std::optional<bool> last;
    JW_ASSIGN(const auto standing, constraints_of(reader, pair.a));
    for (const auto& one : standing) {
      if (one.a == pair.a && one.b == pair.b) last = one.same;
    }
    matcher_.decide(pair.a, pair.b, last);
  }
  return {};
}

}  // namespace jingwei::registry
