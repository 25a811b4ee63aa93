#include "modules/cases/case_work.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/messages.h"
#include "base/text.h"
#include "modules/cases/case_events.h"
#include "modules/cases/departments.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

constexpr std::size_t words_most = 2'000;

std::string thing_of(CaseId id) {
  return "case:" + id.to_string();
}

Error not_found(CaseId id) {
  return Error(ErrorCode::not_found, "cases.not_found").with("id", id.to_string());
}

// Steps that change where a case stands; others (comments, pictures) overtake nobody.
bool moves(StepKind kind) {
  switch (kind) {
    case StepKind::comment:
    case StepKind::photo:
    case StepKind::task:
    case StepKind::supervise:
    case StepKind::ignored:
      return false;
    default:
      return true;
  }
}

std::string told(const Answers& answers) {
  return json_of(answers);
}

std::string told(const std::vector<PhotoId>& photos) {
  std::string all;
  for (const auto id : photos) all += id.to_string() + ",";
  return all;
}

std::optional<std::string> value_of(const Answers& answers, const std::string& name) {
  const auto found = answers.find(name);
  if (name.empty() || found == answers.end()) return std::nullopt;
  return found->second;
}

Result<std::string> clean_words(const std::string& words) {
  std::string clean = text::squeeze(words);
  if (text::code_points(clean).size() > words_most)
    return Error(ErrorCode::invalid, "cases.words_too_long")
        .with("most", std::to_string(words_most))
        .at("/words");
  return clean;
}

}  // namespace

CaseRows::FormOf CaseWork::form_of() const {
  const auto all = book_.list();
  return [all](const std::string& process, std::int64_t version) -> std::string {
    const auto versions = all->versions.find(process);
    if (versions == all->versions.end()) return process;
    const auto one = versions->second.find(version);
    return one == versions->second.end() ? process : one->second->process.form;
  };
}

Result<void> CaseWork::check_department(const std::string& id) const {
  return cases::check_department(id, known_departments(parts_.catalog, *book_.list()));
}

std::int64_t CaseWork::newest_version(const std::string& process) const {
  const auto declared = book_.find(process, true);
  return declared ? (*declared)->process.version : 0;
}

Result<Found> CaseWork::find(storage::Reader& reader, CaseId id, const CaseView* view) const {
  JW_ASSIGN(auto one, rows_.find(reader, id, form_of()));
  if (!one) return not_found(id);
  JW_ASSIGN(auto declared, book_.find(one->process, one->process_version));
  if (view != nullptr && !view->sees(*one) && !view->turns(*one, declared->process)) {
    JW_ASSIGN(const auto steps, rows_.steps(reader, id, declared->process.form));
    if (!view->saw(*one, steps)) return not_found(id);
  }
  std::string thing;
  if (declared->process.matter) {
    const storage::Value key = id.value;
    JW_TRY(reader.query(sql::matter_of_case, std::span(&key, 1), [&](const storage::Row& row) {
      thing = row.text(0);
      return false;
    }));
  }
  return Found{std::move(*one), std::move(declared), false, std::move(thing)};
}

Result<Found> CaseWork::find(CaseId id, const CaseView& view) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return find(*reader, id, &view);
}

Result<std::vector<Step>> CaseWork::steps(const Found& found) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return rows_.steps(*reader, found.one.id, found.declared->process.form);
}

std::vector<const Transition*> CaseWork::actions(const Found& found, const std::vector<Step>& steps,
                                                 const CaseView& view) const {
  const Process& process = found.declared->process;
  const State* state = process.state(found.one.state);
  std::vector<const Transition*> may;
  if (state == nullptr || found.one.parent) return may;
  const auto calendar = calendars_.calendar();
  const RosterGiver giver(view.shared_tree(), roster_, parts_);
  const Machine machine({process, *calendar, giver, parts_.clock.now()});
  const Doer doer = view.doer(found.one);
  for (const Transition* out : transitions_from(process, *state)) {
    if (machine.check(found.one, *out, doer, steps, nullptr)) may.push_back(out);
  }
  return may;
}

void CaseWork::add(const Case& before, Outcome& outcome, const Declared& declared, const std::string& audit,
                   storage::Change& change) const {
  Case& after = outcome.after;
  change.shard = after.id.value;
  const bool opening = outcome.steps.front().kind == StepKind::open;
  change.writes.push_back(opening ? rows_.insert(after, declared.process.form) : rows_.change(after, before));
  for (const auto& step : outcome.steps)
    change.writes.push_back(rows_.insert(after.id, step, declared.process.form));
  change.events.push_back(step_event(before, outcome));
  for (const Transition* taken : outcome.taken) {
    for (const auto& effect : taken->effects) change.events.push_back(effect_event(after, *taken, effect));
  }
  for (const Told& told : outcome.told) change.events.push_back(telling_event(after, told));
  for (const auto& step : outcome.steps) {
    if (step.kind != StepKind::ignored) continue;
    change.events.push_back(notice_event(
        after,
        {word_above, before.owner, "cases.said_ignored", {{"number", after.number(declared.process)}}}));
  }
  const Step& first = outcome.steps.front();
  JsonWriter detail(128);
  detail.begin_object();
  detail.member("action", first.action);
  detail.member("to", after.state);
  detail.member("sequence", after.version);
  detail.end_object();
  change.audit.push_back(
      {first.actor.empty() ? "timer" : first.actor, audit, thing_of(after.id), detail.take()});
}

Outcome CaseWork::noted(const Case& one, StepKind kind, const std::string& actor,
                        const std::string& words) const {
  Outcome outcome;
  outcome.after = one;
  Case& after = outcome.after;
  after.version = one.version + 1;
  after.changed_at = parts_.clock.now();
  Step step;
  step.sequence = after.version;
  step.kind = kind;
  step.actor = actor;
  step.at = after.changed_at;
  step.from_state = step.to_state = one.state;
  step.owner = one.owner;
  step.department = one.department;
  step.assignee = one.assignee;
  step.words = words;
  outcome.steps.push_back(std::move(step));
  return outcome;
}

// What others did since, told to whoever comes second.
Result<void> CaseWork::check_seen(storage::Reader& reader, const Found& found, std::int64_t seen,
                                  const std::string& but_of) const {
  if (seen == 0 || seen == found.one.version) return {};
  if (seen > found.one.version) return Error(ErrorCode::invalid, "cases.version_ahead").at("/version");
  JW_ASSIGN(const auto all, rows_.steps(reader, found.one.id, found.declared->process.form));
  const auto by = std::find_if(all.begin(), all.end(), [&](const Step& step) {
    return step.sequence > seen && moves(step.kind) && (but_of.empty() || step.actor != but_of);
  });
  if (by == all.end()) return {};
  const Transition* taken = found.declared->process.transition(by->action);
  const State* now = found.declared->process.state(found.one.state);
  const auto done = [&](Language language) {
    return render("cases.step_" + std::string(name_of(by->kind)), {}, language);
  };
  return Error(ErrorCode::conflict, "cases.overtaken")
      .with("who", parts_.name_of(by->actor))
      .with("at", to_rfc3339(by->at))
      .with("action", taken == nullptr ? done(Language::zh) : taken->title.zh)
      .with("action_en", taken == nullptr ? done(Language::en) : taken->title.en)
      .with("state", now == nullptr ? found.one.state : now->title.zh)
      .with("state_en", now == nullptr ? found.one.state : now->title.en)
      .at("/version");
}

Result<Found> CaseWork::change(CaseId id, Seen seen, const CaseView* view, const char* audit,
                               std::optional<storage::Idempotency> row, const Decide& decide) {
  Found result;
  if (row) row->answer = id.to_string();
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const Found found, find(reader, id, view));
    JW_TRY(check_seen(reader, found, seen.version, seen.but_of));
    JW_TRY(parts_.sealer.prepare(found.declared->process.form));
    storage::Change change;
    JW_ASSIGN(Outcome outcome, decide(reader, found, change));
    if (outcome.steps.empty() && outcome.after.wake_at == found.one.wake_at &&
        outcome.after.due_at == found.one.due_at && outcome.after.rung_at == found.one.rung_at) {
      result = found;
      return change;
    }
    if (outcome.steps.empty()) {
      // Only times moved: nobody's work is overtaken, and nothing happened that is told.
      change.shard = id.value;
      change.writes.push_back(rows_.change(outcome.after, found.one));
    } else {
      add(found.one, outcome, *found.declared, audit, change);
    }
    result = Found{std::move(outcome.after), found.declared, false, found.thing};
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(result, find(*reader, id, nullptr));
    result.repeated = true;
  }
  return result;
}

Result<Case> CaseWork::draft(const Declared& declared, const NewCase& wanted, const CaseView& view) const {
  if (wanted.longitude.has_value() != wanted.latitude.has_value())
    return Error(ErrorCode::invalid, "cases.half_point").at(wanted.longitude ? "/latitude" : "/longitude");
  JW_ASSIGN(auto form, declared.form_cleaner->clean(wanted.form));
  Case one;
  one.process = declared.process.id;
  one.process_version = declared.process.version;
  one.form = std::move(form.answers);
  one.reporter = view.actor();
  one.department = declared.process.department;
  one.category = value_of(one.form, declared.process.category).value_or("");
  one.urgency = value_of(one.form, declared.process.urgency).value_or("");
  one.longitude = wanted.longitude;
  one.latitude = wanted.latitude;
  const region::Tree& tree = view.tree();
  region::Node node = form.region ? tree.find(form.region) : region::no_node;
  if (node == region::no_node && !wanted.region.empty()) {
    node = tree.find(wanted.region);
    if (node == region::no_node)
      return Error(ErrorCode::not_found, "region.not_found").with("code", wanted.region).at("/region");
  }
  if (wanted.longitude && wanted.latitude) {
    const region::Node at = tree.locate({*wanted.longitude, *wanted.latitude});
    // The point says it more closely, or says it alone.
    if (at != region::no_node && (node == region::no_node || tree.contains(node, at))) node = at;
  }
  if (node == region::no_node) return Error(ErrorCode::invalid, "cases.no_place").at("/region");
  one.place = one.owner = tree.id(node);
  for (const auto& [name, text] : wanted.in_name_of) {
    if (!text.empty()) one.in_name_of[name] = text;
  }
  return one;
}

Result<void> CaseWork::claim(storage::Reader& reader, const std::vector<PhotoId>& photos, const Case& one,
                             const Process& process, const std::string& actor,
                             storage::Change& change) const {
  if (one.photos + static_cast<std::int64_t>(photos.size()) > process.photos_most)
    return Error(ErrorCode::invalid, "cases.too_many_photos")
        .with("most", std::to_string(process.photos_most))
        .at("/photos");
  if (std::set(photos.begin(), photos.end()).size() != photos.size())
    return Error(ErrorCode::invalid, "cases.photo_twice").at("/photos");
  for (const auto id : photos) {
    const storage::Value key = id.value;
    bool own = false;
    JW_TRY(reader.query(sql::photo_by_id, std::span(&key, 1), [&](const storage::Row& row) {
      own = row.integer(1) == 0 && row.text(4) == actor;
      return true;
    }));
    if (!own)
      return Error(ErrorCode::invalid, "cases.photo_not_yours").with("id", id.to_string()).at("/photos");
    change.writes.push_back(
        {&sql::claim_photo, {id.value, actor, one.id.value, std::string(name_of(one.stage))}, 1});
  }
  return {};
}

Result<Answers> CaseWork::clean_inputs(const Declared& declared, const Transition& transition,
                                       const Answers& inputs) const {
  const auto cleaner = declared.input_cleaners.find(transition.id);
  if (cleaner != declared.input_cleaners.end()) {
    JW_ASSIGN(auto clean, cleaner->second->clean(inputs));
    return std::move(clean.answers);
  }
  if (!inputs.empty())
    return Error(ErrorCode::invalid, "cases.no_inputs").with("action", transition.id).at("/inputs");
  return Answers();
}

Result<Found> CaseWork::open(const std::string& process, const NewCase& wanted, const CaseView& view,
                             const WriteRequest& request, const Along& along) {
  JW_ASSIGN(const auto declared, book_.find(process, true));
  JW_ASSIGN(const catalog::Entry* form, parts_.catalog.find_receiving(declared->process.form));
  JW_TRY(parts_.sealer.prepare(form->resource.id));
  JW_ASSIGN(const Case drawn, draft(*declared, wanted, view));
  if (parts_.check_on) JW_TRY(parts_.check_on(declared->process.package, drawn.place));
  const Doer doer = view.doer(drawn);
  if (!drawn.in_name_of.empty() && !may(declared->process.in_name_of, drawn, doer))
    return Error(ErrorCode::denied, "cases.not_for_others").at("/in_name_of");
  if (static_cast<std::int64_t>(wanted.photos.size()) < declared->process.report_photos)
    return Error(ErrorCode::invalid, "cases.photos_needed")
        .with("least", std::to_string(declared->process.report_photos))
        .at("/photos");
  auto row = catalog::idempotency_of(
      request.idempotency_key, view.actor(), "open_case",
      {process, told(wanted.form), told(wanted.in_name_of), wanted.region, told(wanted.photos),
       wanted.longitude ? std::to_string(*wanted.longitude) : std::string(),
       wanted.latitude ? std::to_string(*wanted.latitude) : std::string()});
  Found result;
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    Case one = drawn;
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    one.id = CaseId(id);
    if (row) row->answer = one.id.to_string();
    storage::Change change;
    JW_TRY(claim(reader, wanted.photos, one, declared->process, view.actor(), change));
    one.photos = static_cast<std::int64_t>(wanted.photos.size());
    const auto calendar = calendars_.calendar();
    const RosterGiver giver(view.shared_tree(), roster_, parts_);
    const Machine machine({declared->process, *calendar, giver, parts_.clock.now()});
    const Case before = one;
    JW_ASSIGN(Outcome outcome, machine.open(std::move(one), doer, wanted.by));
    JW_TRY(take_from_cap(outcome, reader, change));
    add(before, outcome, *declared, "case.open", change);
    if (along) along(outcome.after, change);
    result = Found{std::move(outcome.after), declared, false};
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decide));
  if (committed.earlier_answer) {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(result, find(*reader, CaseId::parse(*committed.earlier_answer).value_or(CaseId()), nullptr));
    result.repeated = true;
  }
  return result;
}

// Of the region that owns it then: that is where it goes.
Result<void> CaseWork::take_from_cap(const Outcome& outcome, storage::Reader& reader,
                                     storage::Change& change) const {
  if (outcome.cap == Cap::none || !parts_.take_from_cap) return {};
  return parts_.take_from_cap(outcome.cap, outcome.after.owner, reader, change);
}

// In the same transaction: neither is ever seen without the other.
Result<void> CaseWork::move_matter(storage::Reader& reader, const Found& found, const Transition& transition,
                                   const Bringing& bringing, const CaseView& view,
                                   storage::Change& change) const {
  if (transition.matter_step.empty()) return {};
  if (found.thing.empty() || !parts_.move_matter)
    return Error(ErrorCode::conflict, "cases.no_thing")
        .with("action", transition.title.zh)
        .with("action_en", transition.title.en);
  storage::MatterStep step;
  step.matter = found.declared->process.matter->of;
  step.thing = found.thing;
  step.step = transition.matter_step;
  step.actor = view.actor();
  step.in_case = found.one.id.to_string();
  return parts_.move_matter(step, value_of(bringing.inputs, transition.matter_words).value_or(bringing.words),
                            view.caller(), reader, change);
}

Result<Found> CaseWork::act(CaseId id, const ActionRequest& wanted, const CaseView& view,
                            const WriteRequest& request) {
  JW_ASSIGN(const std::string words, clean_words(wanted.words));
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "act_on_case",
                                     {id.to_string(), wanted.action, std::to_string(wanted.version),
                                      told(wanted.inputs), words, wanted.assignee, told(wanted.photos)});
  return change(
      id, {wanted.version, wanted.chained ? view.actor() : std::string()}, &view, "case.act", std::move(row),
      [&](storage::Reader& reader, const Found& found, storage::Change& change) -> Result<Outcome> {
        const Declared& declared = *found.declared;
        const Transition* transition = declared.process.transition(wanted.action);
        if (transition == nullptr)
          return Error(ErrorCode::invalid, "cases.no_action").with("action", wanted.action).at("/action");
        if (found.one.parent)
          return Error(ErrorCode::conflict, "cases.is_merged").with("parent", found.one.parent.to_string());
        JW_ASSIGN(Answers inputs, clean_inputs(declared, *transition, wanted.inputs));
        const Bringing bringing{std::move(inputs), words, wanted.assignee,
                                static_cast<std::int64_t>(wanted.photos.size())};
        std::vector<Step> history;
        if (!transition->not_by.empty()) {
          JW_ASSIGN(history, rows_.steps(reader, id, declared.process.form));
        }
        const auto calendar = calendars_.calendar();
        const RosterGiver giver(view.shared_tree(), roster_, parts_);
        const Machine machine({declared.process, *calendar, giver, parts_.clock.now()});
        const Doer doer = view.doer(found.one);
        JW_TRY(machine.check(found.one, *transition, doer, history, &bringing));
        JW_TRY(claim(reader, wanted.photos, found.one, declared.process, view.actor(), change));
        JW_TRY(move_matter(reader, found, *transition, bringing, view, change));
        Outcome outcome = machine.take(found.one, *transition, doer, bringing);
        JW_TRY(take_from_cap(outcome, reader, change));
        return outcome;
      });
}

Result<Found> CaseWork::hand_over(CaseId id, std::int64_t version, const std::string& region,
                                  const std::string& department, const std::string& reason,
                                  const CaseView& view, const WriteRequest& request) {
  JW_ASSIGN(const std::string words, clean_words(reason));
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "hand_over_case",
                                     {id.to_string(), std::to_string(version), region, department, words});
  return change(
      id, {version, {}}, &view, "case.hand_over", std::move(row),
      [&](storage::Reader&, const Found& found, storage::Change&) -> Result<Outcome> {
        const Process& process = found.declared->process;
        const Doer doer = view.doer(found.one);
        if (!view.may("case.act", found.one) || !may(process.hand_over_by, found.one, doer))
          return Error(ErrorCode::denied, "cases.may_not_hand_over");
        if (!found.one.open) return Error(ErrorCode::conflict, "cases.is_closed");
        RegionId to = found.one.owner;
        if (!region.empty()) {
          const region::Node node = view.tree().find(region);
          if (node == region::no_node)
            return Error(ErrorCode::not_found, "region.not_found").with("code", region).at("/region");
          to = view.tree().id(node);
        }
        const std::string target = department.empty() ? found.one.department : department;
        if (target != found.one.department) JW_TRY(check_department(target));
        if (to == found.one.owner && target == found.one.department)
          return Error(ErrorCode::invalid, "cases.same_owner").at("/region");
        const auto calendar = calendars_.calendar();
        const RosterGiver giver(view.shared_tree(), roster_, parts_);
        const Machine machine({process, *calendar, giver, parts_.clock.now()});
        return machine.hand_over(found.one, to, target, doer, words);
      });
}

Result<Found> CaseWork::comment(CaseId id, const std::string& given, const CaseView& view,
                                const WriteRequest& request, const Along& along) {
  JW_ASSIGN(const std::string words, clean_words(given));
  auto row =
      catalog::idempotency_of(request.idempotency_key, view.actor(), "comment_case", {id.to_string(), words});
  return change(id, {}, &view, "case.comment", std::move(row),
                [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
                  Outcome outcome = noted(found.one, StepKind::comment, view.actor(), words);
                  if (view.actor() != found.one.reporter) outcome.after.touched = true;
                  if (along) along(outcome.after, change);
                  return outcome;
                });
}

Result<Found> CaseWork::supervise(CaseId id, const std::string& given, const CaseView& view,
                                  const WriteRequest& request) {
  JW_ASSIGN(const std::string words, clean_words(given));
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "supervise_case",
                                     {id.to_string(), words});
  return change(id, {}, &view, "case.supervise", std::move(row),
                [&](storage::Reader&, const Found& found, storage::Change&) -> Result<Outcome> {
                  const auto& by = found.declared->process.supervise_by;
                  if (!view.may("case.supervise", found.one) || !may(by, found.one, view.doer(found.one)))
                    return Error(ErrorCode::denied, "cases.may_not_supervise");
                  if (!view.stands_above("case.supervise", found.one, by))
                    return Error(ErrorCode::denied, "cases.supervise_from_above");
                  if (!found.one.open) return Error(ErrorCode::conflict, "cases.is_closed");
                  Outcome outcome = noted(found.one, StepKind::supervise, view.actor(), words);
                  ++outcome.after.supervised;
                  return outcome;
                });
}

Result<Found> CaseWork::merge(CaseId id, std::int64_t version, CaseId parent, const CaseView& view,
                              const WriteRequest& request) {
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "merge_case",
                                     {id.to_string(), std::to_string(version), parent.to_string()});
  return change(
      id, {version, {}}, &view, "case.merge", std::move(row),
      [&](storage::Reader& reader, const Found& found, storage::Change& change) -> Result<Outcome> {
        const Process& process = found.declared->process;
        const bool allowed = process.duplicates && view.may("case.act", found.one) &&
                             may(process.duplicates->by, found.one, view.doer(found.one));
        if (!allowed) return Error(ErrorCode::denied, "cases.may_not_merge");
        if (!found.one.open) return Error(ErrorCode::conflict, "cases.is_closed");
        JW_ASSIGN(const Found under, find(reader, parent, &view));
        if (under.one.process != found.one.process || under.one.parent || parent == id || !under.one.open)
          return Error(ErrorCode::invalid, "cases.no_parent").at("/parent");
        // In one order, or two who merge two cases under each other at once would lose both.
        if (parent > id) return Error(ErrorCode::invalid, "cases.parent_later").at("/parent");
        const auto calendar = calendars_.calendar();
        const RosterGiver giver(view.shared_tree(), roster_, parts_);
        const Machine machine({process, *calendar, giver, parts_.clock.now()});
        Outcome outcome = machine.move(found.one, *process.state(process.duplicates->to), StepKind::merge,
                                       view.actor(), under.one.number(process));
        change.writes.push_back({&sql::set_parent, {id.value, found.one.version, parent.value}, 1});
        change.writes.push_back({&sql::keep_parent, {parent.value}, 1});
        // One parent for all of them: those under it go on under the same.
        change.writes.push_back({&sql::move_children, {id.value, parent.value}, std::nullopt});
        change.events.push_back(notice_event(
            found.one, {word_reporter,
                        found.one.owner,
                        "cases.said_merged",
                        {{"number", found.one.number(process)}, {"parent", under.one.number(process)}}}));
        outcome.after.parent = parent;
        return outcome;
      });
}

}  // namespace jingwei::cases
