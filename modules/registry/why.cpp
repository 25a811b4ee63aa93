#include "modules/registry/why.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "modules/registry/limits.h"

namespace jingwei::registry {

namespace {

constexpr std::array<std::string_view, 4> basis_names = {"alone", "identifier", "model", "decision"};

bool is_out_of_reach(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::denied || code == ErrorCode::gone;
}

// Those likeliest to hold it first, as no more than limits::why_compared are looked at.
void sort_nearest_first(const Link& link, std::vector<Link>& others) {
  const auto far = [&](const Link& other) {
    const bool same_number = !link.identifier.empty() && other.identifier == link.identifier;
    const bool same_name = link.name != 0 && other.name == link.name;
    return std::tuple(!same_number, !same_name, other.certainty != Certainty::certain, other.record);
  };
  std::sort(others.begin(), others.end(), [&](const Link& a, const Link& b) { return far(a) < far(b); });
}

}  // namespace

std::string_view name_of(Basis basis) {
  return basis_names[static_cast<std::size_t>(basis)];
}

struct Whys::Pair {
  RecordId other;
  Match match;
  std::array<linkage::Level, trait_count> levels{};

  bool is_stronger_than(const Pair& than) const {
    return std::tuple(!match.contradicts, match.probability, match.weight) >
           std::tuple(!than.match.contradicts, than.match.probability, than.match.weight);
  }

  // What the links alone say: of numbers and names by their hashes.
  static Pair by_identifiers(const Link& a, const Link& b) {
    Pair pair{b.record, match_identifiers(a, b), {}};
    const auto put = [&](Trait trait, bool told, bool alike) {
      if (told)
        pair.levels[static_cast<std::size_t>(trait)] =
            alike ? linkage::Level::exact : linkage::Level::different;
    };
    put(Trait::document, !a.identifier.empty() && !b.identifier.empty(), a.identifier == b.identifier);
    put(Trait::name, a.name != 0 && b.name != 0, a.name == b.name);
    return pair;
  }

  static Pair by_model(const linkage::Model& model, const linkage::RowView& asked,
                       const std::array<double, linkage::fields_most>& rarities, const linkage::RowView& row,
                       RecordId record) {
    Pair pair;
    pair.other = record;
    const linkage::Pattern pattern = model.compare(asked, row);
    std::vector<double> parts(row.fields);
    const linkage::Score score = model.score(pattern, rarities, parts);
    pair.match.probability = score.probability;
    pair.match.weight = score.weight;
    pair.match.contradicts = model.contradict(asked, row, pattern);
    for (std::size_t trait = 0; trait < trait_count && trait < parts.size(); ++trait) {
      pair.levels[trait] = linkage::level_at(pattern, trait);
      pair.match.parts[trait] = parts[trait];
    }
    return pair;
  }
};

// What people said of a record, and whether that is what brought it here.
struct Whys::Said {
  std::vector<WhyDecision> decisions;
  bool brought = false;
};

Result<Why> Whys::why(SubjectId subject, RecordId record, const Reader& reader) const {
  Why why;
  std::optional<Link> link;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(why.subject, kept_subject(*store, subject));
    JW_ASSIGN(const auto links, links_of_record(*store, record));
    for (const auto& one : links) {
      if (one.subject == why.subject) link = one;
    }
  }
  const auto none = [&] {
    return Error(ErrorCode::not_found, "registry.link_not_found")
        .with("id", subject.to_string())
        .with("record", record.to_string());
  };
  if (!link) return none();
  JW_ASSIGN(auto entry, files_.entry(*link, reader));
  if (!entry) return none();
  why.entry = std::move(*entry);
  std::shared_ptr<const linkage::Model> model;
  if (link->model != 0 && kind_of(link->role) == Kind::person) {
    JW_ASSIGN(model, model_of(link->model));
    const auto& thresholds = model->thresholds();
    why.bounds = {thresholds.certain, thresholds.probable, thresholds.possible};
  }
  JW_ASSIGN(auto said, said_of(*link));
  why.decisions = std::move(said.decisions);
  JW_ASSIGN(const auto pair, strongest(*link, model.get()));
  const bool fits =
      pair && !pair->match.contradicts && pair->match.probability >= why.bounds.probable && !said.brought;
  if (!fits && !why.decisions.empty()) {
    why.basis = Basis::decision;
  } else if (pair) {
    why.basis = model ? Basis::model : Basis::identifier;
  }
  if (!pair) return why;
  why.compared = true;
  why.probability = pair->match.probability;
  why.weight = pair->match.weight;
  why.parts = pair->match.parts;
  why.levels = pair->levels;
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(links, links_of_record(*store, pair->other));
  }
  for (const auto& one : links) {
    if (one.subject != why.subject) continue;
    JW_ASSIGN(why.other, files_.entry(one, reader));
  }
  return why;
}

Result<std::optional<Whys::Pair>> Whys::strongest(const Link& link, const linkage::Model* model) const {
  std::vector<Link> others;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(others, links_of_subject(*store, link.subject, limits::file_records));
  }
  std::erase_if(others, [&](const Link& other) { return other.record == link.record; });
  sort_nearest_first(link, others);
  if (others.size() > limits::why_compared) others.resize(limits::why_compared);
  std::optional<Pair> best;
  const auto take = [&](Pair pair) {
    if (!best || pair.is_stronger_than(*best)) best = std::move(pair);
  };
  if (model == nullptr) {
    for (const auto& other : others) take(Pair::by_identifiers(link, other));
    return best;
  }
  JW_ASSIGN(const auto telling, telling_of(link));
  if (!telling) return best;
  const std::string asked = model->prepare(values_of(*telling));
  const linkage::RowView view = model->view(asked);
  const auto rarities = model->rarities(view);
  for (const auto& other : others) {
    JW_ASSIGN(const auto told, telling_of(other));
    if (!told) continue;
    const std::string row = model->prepare(values_of(*told));
    take(Pair::by_model(*model, view, rarities, model->view(row), other.record));
  }
  return best;
}

// Whole, as the model is told; nothing of a record that went meanwhile.
Result<std::optional<Telling>> Whys::telling_of(const Link& link) const {
  const KnownResource resource = resources_.numbered(link.resource);
  const auto record = parts_.ingest.find_record(resource.id, link.record, access::Sight::whole());
  if (!record && !is_out_of_reach(record.error().code)) return record.error();
  if (!record) return std::optional<Telling>();
  for (auto& telling : tellings_of(*record, resources_.parts_of(resource.id), resource.number, parts_.sealer,
                                   *parts_.regions.tree())) {
    if (telling.role == link.role) return std::optional(std::move(telling));
  }
  return std::optional<Telling>();
}

Result<std::shared_ptr<const linkage::Model>> Whys::model_of(std::int64_t version) const {
  if (auto known = known_(version)) return known;
  const std::lock_guard lock(mutex_);
  if (loaded_.first != version) {
    JW_ASSIGN(auto model, models_.load(version));
    loaded_ = {version, std::move(model)};
  }
  return loaded_.second;
}

// Of pairs the last word holds. A record whose first subject became this one came by what joined the two.
Result<Whys::Said> Whys::said_of(const Link& link) const {
  std::set<EventId> about;
  EventId joined;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(const auto all, constraints_of(*store, link.record));
    std::map<RecordId, Constraint> last;
    for (const auto& one : all) {
      if (kind_of(one.role) == kind_of(link.role)) last[one.a == link.record ? one.b : one.a] = one;
    }
    for (const auto& [other, one] : last) {
      if (!one.same) continue;
      JW_ASSIGN(const auto links, links_of_record(*store, other));
      const bool here = std::any_of(links.begin(), links.end(),
                                    [&](const Link& there) { return there.subject == link.subject; });
      if (here) about.insert(one.event);
    }
    if (link.home != link.subject) {
      JW_ASSIGN(const auto merged, merged_into(*store, link.subject));
      for (const auto& [gone, event] : merged) {
        if (gone == link.home) joined = event;
      }
      if (joined) about.insert(joined);
    }
  }
  Said said;
  for (const EventId event : about) {
    JW_ASSIGN(auto word, word_of(event));
    if (!word) continue;
    said.brought = said.brought || event == joined;
    said.decisions.push_back(std::move(*word));
  }
  std::sort(said.decisions.begin(), said.decisions.end(),
            [](const WhyDecision& a, const WhyDecision& b) { return a.at > b.at; });
  return said;
}

// Nothing where a model joined the two by itself.
Result<std::optional<WhyDecision>> Whys::word_of(EventId event) const {
  const auto merge = decisions_.find_event(event);
  if (merge) {
    if (merge->actor.starts_with("model:")) return std::optional<WhyDecision>();
    return std::optional(WhyDecision{event, merge->actor, merge->reason, merge->at});
  }
  if (merge.error().code != ErrorCode::not_found) return merge.error();
  JW_ASSIGN(const auto review, decisions_.review_decided_as(event));
  if (!review || !review->decided_at) return std::optional<WhyDecision>();
  return std::optional(WhyDecision{event, review->decided_by, "", *review->decided_at});
}

}  // namespace jingwei::registry
