#include "modules/registry/decisions.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "modules/registry/limits.h"
#include "modules/registry/repeating.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Value;

Constraint ordered(Constraint constraint) {
  if (constraint.b < constraint.a) std::swap(constraint.a, constraint.b);
  return constraint;
}

// Whom a record tells of when the plan is carried out; none: of nobody of that kind.
Result<SubjectId> subject_after(storage::Reader& reader, const Plan& plan, RecordId record, Kind kind) {
  constexpr std::size_t role_column = 1, subject_column = 4;
  SubjectId subject;
  JW_ASSIGN(const auto links, links_of_record(reader, record));
  for (const auto& link : links) {
    if (kind_of(link.role) == kind) subject = link.subject;
  }
  for (std::size_t at = 0; at < plan.cells.size(); at += link_columns().size()) {
    const auto cell = [&](std::size_t column) { return std::get<std::int64_t>(plan.cells[at + column]); };
    if (RecordId(cell(0)) == record && kind_of(static_cast<Role>(cell(role_column))) == kind)
      subject = SubjectId(cell(subject_column));
  }
  return subject;
}

// Of a subject, all records that came to this one first, the earliest first.
Result<std::vector<Link>> records_at_home(storage::Reader& reader, SubjectId subject, SubjectId home) {
  std::vector<Link> all;
  for (RecordId after;;) {
    JW_ASSIGN(const auto page, links_at_home(reader, subject, home, after, limits::portion_records));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < limits::portion_records) return all;
    after = page.back().record;
  }
}

Result<std::optional<Link>> first_link_at_home(storage::Reader& reader, SubjectId subject, SubjectId home) {
  JW_ASSIGN(auto links, links_at_home(reader, subject, home, RecordId(), 1));
  if (links.empty()) return std::optional<Link>();
  return std::optional(std::move(links.front()));
}

}  // namespace

// A decision on its way.
struct Decisions::Step {
  Plan plan;
  Question question;
  storage::Change change;  // beside the plan's
  std::string answer;
};

// Called with the turn held.
Result<Plan> Decisions::plan(storage::Reader& reader, const Question& question, const Ground& ground,
                             Tried& tried) {
  tried.insert(tried.end(), question.added.begin(), question.added.end());
  tried.insert(tried.end(), question.lifted.begin(), question.lifted.end());
  Linking linking(parts_.store, parts_.sealer, parts_.clock, matcher_());
  return linking.plan(reader, question, ground);
}

Result<storage::Committed> Decisions::commit(const std::string& operation,
                                             const std::vector<std::string>& told,
                                             const ingest::WriteRequest& request, const Decide& decide) {
  const std::lock_guard turn(turn_);
  std::vector<Constraint> tried;  // what the matcher was told on the way
  std::int64_t number = 0;
  auto committed = commit_repeatedly(
      parts_.store, operation, told, request, [&](storage::Reader& reader) -> Result<Repeatable> {
        JW_ASSIGN(const State state, read_state(reader));
        if (state.model != matcher_().model()) return Error(ErrorCode::unavailable, "registry.model_loading");
        JW_TRY(settle(reader, tried));  // of an attempt that others overtook
        number = state.number;
        auto decided = decide(reader, state, tried);
        if (!decided) return std::move(decided).error();
        Step step = std::move(*decided);
        storage::Change change = std::move(step.change);
        change.writes.insert(change.writes.begin(), take_number(state.number));
        if (!step.plan.subjects.empty()) change.events.push_back(linked_event(step.plan, step.question));
        change.add(std::move(step.plan.change));
        const auto width = static_cast<std::ptrdiff_t>(link_columns().size());
        const auto& cells = step.plan.cells;
        // All but the last column, which a new version leaves empty.
        for (auto cell = cells.begin(); cell != cells.end(); cell += width)
          change.writes.push_back({&sql::add_link, {cell, cell + width - 1}, 1});
        return Repeatable{std::move(change), std::move(step.answer)};
      });
  if (!tried.empty()) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(settle(*reader, tried));
  }
  // Nobody else decided anything between the two numbers.
  const bool taken = committed && !committed->earlier_answer;
  if (taken && matcher_().decided_at() == number) matcher_().know_decisions_of(number + 1);
  return committed;
}

Result<void> Decisions::settle(storage::Reader& reader, const Tried& tried) {
  if (tried.empty()) return {};
  Linking linking(parts_.store, parts_.sealer, parts_.clock, matcher_());
  return linking.settle(reader, tried);
}

Result<Event> Decisions::merge(SubjectId one, SubjectId other, const std::string& given,
                               const ingest::WriteRequest& request) {
  const std::string reason = text::squeeze(given);
  if (reason.empty()) return Error(ErrorCode::invalid, "registry.reason_missing").at("/reason");
  EventId made;
  JW_ASSIGN(
      const auto committed,
      commit("merge_subjects", {one.to_string(), other.to_string(), reason}, request,
             [&](storage::Reader& reader, const State&, Tried& tried) -> Result<Step> {
               JW_ASSIGN(const SubjectId a, kept_subject(reader, one));
               JW_ASSIGN(const SubjectId b, kept_subject(reader, other));
               if (a == b) return Error(ErrorCode::conflict, "registry.already_one");
               JW_ASSIGN(const auto link_a, first_link_of_subject(reader, a));
               JW_ASSIGN(const auto link_b, first_link_of_subject(reader, b));
               if (!link_a) return no_subject(one);
               if (!link_b) return no_subject(other);
               if (kind_of(link_a->role) != kind_of(link_b->role))
                 return Error(ErrorCode::invalid, "registry.unlike_kinds").at("/with");
               JW_ASSIGN(const std::int64_t ids, parts_.store.allocate_ids(2));
               made = EventId(ids);
               const Constraint same =
                   ordered({ids + 1, link_a->record, link_b->record, link_a->role, true, made});
               Step step;
               step.question.touched = {link_a->record, link_b->record};
               step.question.added = {same};
               JW_ASSIGN(step.plan, plan(reader, step.question, {request.actor, made, "", reason}, tried));
               if (!step.plan.regroups) return Error(ErrorCode::conflict, "registry.held_apart");
               step.change.writes.push_back(add_constraint(same, parts_.clock.now()));
               step.answer = made.to_string();
               return step;
             }));
  if (committed.earlier_answer) made = EventId::parse(*committed.earlier_answer).value_or(EventId());
  return find_event(made);
}

// A decision that is taken back.
struct Decisions::TakenBack {
  EventId event;
  SubjectId gone;                     // that is to be itself again; none: nobody was joined
  std::optional<Constraint> instead;  // keeps the records apart where the model joins them all the same
  std::vector<RecordId> touched;
  ReviewId looked_at;
};

// What a decision did is decided anew without it.
Result<Decisions::Step> Decisions::take_back(storage::Reader& reader, const TakenBack& taken,
                                             const ingest::WriteRequest& request, Tried& tried) {
  Step step;
  step.question.touched = taken.touched;
  step.question.freed = taken.gone;
  step.question.looked_at = taken.looked_at;
  JW_ASSIGN(const auto constraints, constraints_of_event(reader, taken.event));
  for (const auto& one : constraints) {
    step.question.lifted.push_back(one);
    step.question.touched.push_back(one.a);
    step.question.touched.push_back(one.b);
    step.change.writes.push_back(end_constraint(one, parts_.clock.now()));
  }
  Ground ground{request.actor, taken.event, "", ""};
  ground.undoing = true;
  JW_ASSIGN(step.plan, plan(reader, step.question, ground, tried));
  const auto& freed = step.plan.subjects;
  const bool parted = step.plan.regroups && std::find(freed.begin(), freed.end(), taken.gone) != freed.end();
  if (parted || !taken.instead) return step;
  step.question.added = {*taken.instead};
  step.change.writes.push_back(add_constraint(*taken.instead, parts_.clock.now()));
  JW_ASSIGN(step.plan, plan(reader, step.question, ground, tried));
  return step;
}

Result<Event> Decisions::undo(EventId id, const ingest::WriteRequest& request) {
  JW_ASSIGN(
      [[maybe_unused]] const auto committed,
      commit(
          "undo_merge", {id.to_string()}, request,
          [&](storage::Reader& reader, const State&, Tried& tried) -> Result<Step> {
            JW_ASSIGN(const Event event, event_by_id(reader, id));
            if (event.kind != "merge") return Error(ErrorCode::invalid, "registry.not_a_merge");
            if (event.undone_at) return Error(ErrorCode::conflict, "registry.undone_already");
            JW_ASSIGN(const SubjectId now, kept_subject(reader, event.gone));
            // All of the one that is to be itself again; of the other its earliest speaks for it.
            JW_ASSIGN(const auto of_gone, records_at_home(reader, now, event.gone));
            JW_ASSIGN(const auto of_kept, first_link_at_home(reader, now, event.kept));
            if (of_gone.empty()) return no_subject(event.gone);
            TakenBack taken{id, event.gone, std::nullopt, {}, ReviewId()};
            for (const auto& link : of_gone) taken.touched.push_back(link.record);
            if (of_kept) {
              JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
              const Link& first = of_gone.front();
              taken.instead = ordered({fresh, of_kept->record, first.record, first.role, false, id});
              taken.touched.push_back(of_kept->record);
            }
            JW_ASSIGN(Step step, take_back(reader, taken, request, tried));
            step.change.writes.push_back(
                {&sql::undo_event, {id.value, to_micros(parts_.clock.now()), request.actor}, 1});
            // The pair whose two somebody found to be one is to be looked at again.
            step.change.writes.push_back({&sql::reopen_reviews_of_event, {id.value}, std::nullopt});
            step.change.audit.push_back({request.actor, "subject.unmerge", "event:" + id.to_string(), "{}"});
            step.answer = id.to_string();
            return step;
          }));
  return find_event(id);
}

Result<Review> Decisions::decide(ReviewId id, ReviewState verdict, const ingest::WriteRequest& request) {
  JW_ASSIGN(
      [[maybe_unused]] const auto committed,
      commit("decide_review", {id.to_string(), std::string(name_of(verdict))}, request,
             [&](storage::Reader& reader, const State&, Tried& tried) -> Result<Step> {
               JW_ASSIGN(const Review review, read_review(reader, id));
               const bool unsure = review.state == ReviewState::unsure && verdict != ReviewState::unsure;
               if (review.state != ReviewState::open && !unsure)
                 return Error(ErrorCode::conflict, "registry.decided_already");
               const Instant now = parts_.clock.now();
               if (review.lease_until > now && review.lease_owner != request.actor)
                 return Error(ErrorCode::conflict, "registry.leased");
               Step step;
               step.question.looked_at = id;
               std::int64_t event = 0;
               if (verdict != ReviewState::unsure) {
                 JW_ASSIGN(const std::int64_t ids, parts_.store.allocate_ids(2));
                 event = ids;
                 const Constraint decided{
                     ids + 1, review.a, review.b, review.role, verdict == ReviewState::same, EventId(event)};
                 step.question.touched = {review.a, review.b};
                 step.question.added = {decided};
                 JW_ASSIGN(step.plan, plan(reader, step.question,
                                           {request.actor, EventId(event), review.weights, ""}, tried));
                 if (verdict == ReviewState::same) {
                   const Kind kind = kind_of(review.role);
                   JW_ASSIGN(const SubjectId a, subject_after(reader, step.plan, review.a, kind));
                   JW_ASSIGN(const SubjectId b, subject_after(reader, step.plan, review.b, kind));
                   if (a && b && a != b) return Error(ErrorCode::conflict, "registry.held_apart");
                 }
                 step.change.writes.push_back(add_constraint(decided, now));
               }
               step.change.writes.push_back({&sql::decide_review,
                                             {id.value, std::string(name_of(verdict)), request.actor,
                                              to_micros(now), event, std::string(name_of(review.state))},
                                             1});
               step.change.audit.push_back({request.actor, "review.decide", "review:" + id.to_string(),
                                            "{\"verdict\":\"" + std::string(name_of(verdict)) + "\"}"});
               step.answer = id.to_string();
               return step;
             }));
  return find_review(id);
}

Result<Review> Decisions::reopen(ReviewId id, const ingest::WriteRequest& request) {
  JW_ASSIGN(
      [[maybe_unused]] const auto committed,
      commit(
          "reopen_review", {id.to_string()}, request,
          [&](storage::Reader& reader, const State&, Tried& tried) -> Result<Step> {
            JW_ASSIGN(const Review review, read_review(reader, id));
            if (review.state == ReviewState::open) return Error(ErrorCode::conflict, "registry.not_decided");
            const std::int64_t now = to_micros(parts_.clock.now());
            Step step;
            if (review.event) {
              // A word that joined nobody has no merge.
              TakenBack taken{review.event, SubjectId(), std::nullopt, {review.a, review.b}, id};
              if (const auto merge = event_by_id(reader, review.event)) {
                taken.gone = merge->gone;
                JW_ASSIGN(const SubjectId kept, kept_subject(reader, taken.gone));
                JW_ASSIGN(const auto of_gone, records_at_home(reader, kept, taken.gone));
                for (const auto& link : of_gone) taken.touched.push_back(link.record);
              } else if (merge.error().code != ErrorCode::not_found) {
                return merge.error();
              }
              JW_ASSIGN(step, take_back(reader, taken, request, tried));
              step.change.writes.push_back(
                  {&sql::undo_event, {review.event.value, now, request.actor}, std::nullopt});
            }
            step.change.writes.push_back({&sql::decide_review,
                                          {id.value, std::string("open"), std::string(), storage::Null{},
                                           std::int64_t{0}, std::string(name_of(review.state))},
                                          1});
            step.change.audit.push_back({request.actor, "review.reopen", "review:" + id.to_string(), "{}"});
            step.answer = id.to_string();
            return step;
          }));
  return find_review(id);
}

}  // namespace jingwei::registry
