#include "modules/registry/foretelling.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/limits.h"

namespace jingwei::registry {

namespace {

constexpr std::array<std::string_view, fates> fate_names = {"parts", "joins", "vanishes", "loses"};
constexpr std::size_t records_a_page = 200;

using ToldKind = std::pair<RecordId, Kind>;

// Where the plan leaves what it touches; none: nowhere.
std::map<ToldKind, SubjectId> places_after(const Plan& plan) {
  constexpr std::size_t role_column = 1, subject_column = 4;
  std::map<ToldKind, SubjectId> after;
  for (const auto& [record, role] : plan.unlinked) after[{record, kind_of(role)}] = SubjectId();
  for (std::size_t at = 0; at < plan.cells.size(); at += link_columns().size()) {
    const auto cell = [&](std::size_t column) { return std::get<std::int64_t>(plan.cells[at + column]); };
    after[{RecordId(cell(0)), kind_of(static_cast<Role>(cell(role_column)))}] =
        SubjectId(cell(subject_column));
  }
  return after;
}

// What happens to the records of one subject that the plan touches.
struct Story {
  Kind kind = Kind::person;
  std::int64_t loses = 0;      // records of the batch
  std::int64_t parted = 0;     // others, that go to another subject
  std::set<SubjectId> others;  // where these go
  bool meets = false;          // records of another subject stand with those of this one
};

// By subject that has records now; `withdrawn` are those of the batch.
Result<std::map<SubjectId, Story>> stories_of(storage::Reader& reader, const Plan& plan,
                                              const std::set<RecordId>& withdrawn) {
  const auto after = places_after(plan);
  std::set<RecordId> touched;
  for (const auto& [told, subject] : after) touched.insert(told.first);
  JW_ASSIGN(const auto standing,
            links_of_records(reader, std::vector<RecordId>(touched.begin(), touched.end())));
  std::map<SubjectId, Story> stories;
  std::map<SubjectId, std::vector<SubjectId>> coming;  // by where they come to
  for (const auto& links : standing) {
    for (const auto& link : links) {
      const auto place = after.find({link.record, kind_of(link.role)});
      if (place == after.end() || place->second == link.subject) continue;
      Story& story = stories[link.subject];
      story.kind = kind_of(link.role);
      if (withdrawn.contains(link.record)) {
        ++story.loses;
      } else if (place->second) {
        ++story.parted;
        if (story.others.insert(place->second).second) coming[place->second].push_back(link.subject);
      }
    }
  }
  std::vector<SubjectId> receiving;
  for (const auto& [to, from] : coming) receiving.push_back(to);
  JW_ASSIGN(const auto links, links_of_subjects(reader, receiving, 1));
  for (std::size_t at = 0; at < receiving.size(); ++at) {
    const auto& from = coming.at(receiving[at]);
    const bool stood = !links[at].empty();
    if (!stood && from.size() < 2) continue;  // a part that is a subject of its own
    for (const SubjectId subject : from) stories[subject].meets = true;
    if (!stood) continue;
    Story& story = stories[receiving[at]];
    story.kind = kind_of(links[at].front().role);
    story.meets = true;
  }
  return stories;
}

Fate fate_of(const Story& story, std::int64_t records) {
  const bool stays = records > story.loses + story.parted;
  if (story.others.size() + (stays ? 1 : 0) > 1) return Fate::parts;
  if (story.meets) return Fate::joins;
  return stays ? Fate::loses : Fate::vanishes;
}

}  // namespace

std::string_view name_of(Fate fate) {
  return fate_names[static_cast<std::size_t>(fate)];
}

// What a batch's records say now, and what is asked instead.
struct Foretelling::Left {
  std::vector<Telling> now;
  Question question;
  std::set<RecordId> records;
  bool complete = true;
};

Result<Foretelling::Left> Foretelling::left_by(BatchId batch) const {
  JW_ASSIGN(const auto view, parts_.ingest.find_batch(batch));
  const KnownResource resource = resources_.of(view.batch.resource);
  const auto parts = resources_.parts_of(view.batch.resource);
  const auto tree = parts_.regions.tree();
  const auto tell = [&](const ingest::Record& record) {
    return resource.number == 0 ? std::vector<Telling>()
                                : tellings_of(record, parts, resource.number, parts_.sealer, *tree);
  };
  Left left;
  for (RecordId before;;) {
    JW_ASSIGN(const auto page,
              parts_.ingest.withdrawals().records(batch, before, records_a_page, access::Sight::whole()));
    for (const auto& one : page) {
      if (left.records.size() == limits::foretold_records) {
        left.complete = false;
        return left;
      }
      left.records.insert(one.id);
      const auto now = tell(one.ends);
      left.now.insert(left.now.end(), now.begin(), now.end());
      const auto then = one.stands_again ? tell(*one.stands_again) : std::vector<Telling>();
      left.question.tellings.insert(left.question.tellings.end(), then.begin(), then.end());
      if (then.empty()) left.question.ended.push_back(one.id);
    }
    if (page.size() < records_a_page) return left;
    before = page.back().id;
  }
}

// What the matcher is told on the way it is told back, whatever came of it: its answers are functions of what
// it knows.
Result<Plan> Foretelling::plan_without(storage::Reader& reader, Matcher& matcher, const Left& left) const {
  Linking linking(parts_.store, parts_.sealer, parts_.clock, matcher);
  auto plan = linking.plan(reader, left.question, {"withdrawal", EventId(), "", ""});
  matcher.know(left.now);
  return plan;
}

Result<Foretold> Foretelling::of_withdrawal(BatchId batch) const {
  const std::lock_guard turn(turn_);
  Matcher* matcher = matcher_();
  // Read with the turn held: what the matcher is told back is then as new as what it knew.
  JW_ASSIGN(const Left left, left_by(batch));
  Foretold foretold;
  foretold.records = static_cast<std::int64_t>(left.records.size());
  foretold.complete = left.complete;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const State state, read_state(*reader));
  if (matcher == nullptr || state.model != matcher->model())
    return Error(ErrorCode::unavailable, "registry.model_loading");
  JW_ASSIGN(const Plan plan, plan_without(*reader, *matcher, left));
  JW_ASSIGN(const auto stories, stories_of(*reader, plan, left.records));
  std::vector<SubjectId> ids;
  for (const auto& [id, story] : stories) ids.push_back(id);
  JW_ASSIGN(const auto links, links_of_subjects(*reader, ids, limits::file_records));
  for (std::size_t at = 0; at < ids.size(); ++at) {
    const Story& story = stories.at(ids[at]);
    const auto records = static_cast<std::int64_t>(links[at].size());
    const Fate fate = fate_of(story, records);
    ++foretold.by[static_cast<std::size_t>(fate)];
    foretold.subjects.push_back({ids[at], story.kind, fate, records, story.loses});
  }
  std::stable_sort(foretold.subjects.begin(), foretold.subjects.end(),
                   [](const auto& one, const auto& other) { return one.fate < other.fate; });
  return foretold;
}

}  // namespace jingwei::registry
