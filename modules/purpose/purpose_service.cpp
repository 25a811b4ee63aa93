#include "modules/purpose/purpose_service.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/purpose/package.h"
#include "modules/purpose/words.h"

namespace jingwei::purpose {

namespace {

constexpr std::chrono::milliseconds idle_pause{1'000};
constexpr std::chrono::milliseconds rest_after_fault{10'000};
constexpr std::size_t most_purposes = 1'000;
constexpr std::chrono::days longest_review{1'096};

}  // namespace

PurposeService::PurposeService(PurposeParts parts)
    : parts_(std::move(parts)),
      destructions_({parts_.store, parts_.catalog, parts_.ingest, parts_.sources, parts_.keystore,
                     parts_.clock, parts_.zone, parts_.grace, parts_.owner, parts_.erase_words}),
      rights_({parts_.store, parts_.catalog, parts_.sealer, parts_.clock, parts_.zone,
               parts_.rights_answer_time}),
      erasures_(parts_.ingest, parts_.keystore, parts_.clock),
      view_(std::make_shared<const View>()) {}

PurposeService::~PurposeService() {
  stop();
}

// --- what stands ---

std::shared_ptr<const View> PurposeService::view() const {
  const std::lock_guard lock(swap_);
  return view_;
}

Result<View> PurposeService::read() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_view(*reader);
}

Result<void> PurposeService::reload() {
  JW_ASSIGN(View fresh, read());
  const std::lock_guard lock(swap_);
  view_ = std::make_shared<const View>(std::move(fresh));
  return {};
}

Result<void> PurposeService::follow(const storage::FeedEntry& event) {
  if (event.kind != purpose_event_kind) return {};
  // Another process may have destroyed keys: nothing is sealed under them any more.
  if (parts_.keystore != nullptr) JW_TRY(parts_.keystore->refresh());
  return reload();
}

Result<std::vector<Step>> PurposeService::steps(const std::string& thing) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_steps(*reader, thing);
}

std::vector<Emergency> PurposeService::covering(const View& view, const std::string& region) const {
  if (region.empty()) return view.emergencies;
  const auto tree = parts_.regions.tree();
  const region::Node asked = tree->find(region);
  std::vector<Emergency> found;
  for (const auto& one : view.emergencies) {
    const region::Node declared = tree->find(one.region);
    if (asked != region::no_node && declared != region::no_node && tree->contains(declared, asked))
      found.push_back(one);
  }
  return found;
}

Result<void> PurposeService::check(const std::string& purpose, const std::string& resource,
                                   Instant at) const {
  return check(Question{purpose, resource, catalog::Personal::none, ""}, at);
}

Result<void> PurposeService::check(const Question& question, Instant at) const {
  const auto view = this->view();
  const Purpose* purpose = view->find(question.purpose);
  if (purpose == nullptr) return Error(ErrorCode::not_found, "purpose.unknown").with("id", question.purpose);
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(question.resource));
  const Opening opening = is_open(*purpose, entry->resource, question.personal, at,
                                  covering(*view, question.region), parts_.zone);
  if (opening.open()) return {};
  Error shut(ErrorCode::denied, "purpose.shut");
  shut.arguments.emplace_back("id", purpose->id);
  for (const Shut reason : opening.reasons)
    shut.causes.push_back(Error(ErrorCode::denied, "purpose.shut_" + std::string(name_of(reason))));
  return shut;
}

ingest::PurposeAreas PurposeService::areas(const std::string& id, const std::string& resource,
                                           catalog::Personal personal, Instant at) const {
  const auto view = this->view();
  const Purpose* purpose = view->find(id);
  const auto entry = parts_.catalog.find(resource);
  if (purpose == nullptr || !entry) return {};
  const auto opens = [&](std::span<const Emergency> emergencies) {
    return is_open(*purpose, (*entry)->resource, personal, at, emergencies, parts_.zone).open();
  };
  if (opens({})) return {.everywhere = true};
  ingest::PurposeAreas areas;
  for (const auto& one : view->emergencies) {
    if (opens(std::span(&one, 1))) areas.regions.push_back(one.region);
  }
  return areas;
}

bool PurposeService::in_emergency(const std::vector<std::string>& purposes, const std::string& region,
                                  Instant at) const {
  const auto standing = covering(*view(), region);
  return std::any_of(standing.begin(), standing.end(), [&](const Emergency& one) {
    return one.stands(at) && std::any_of(purposes.begin(), purposes.end(),
                                         [&](const std::string& purpose) { return one.opens(purpose); });
  });
}

Result<void> PurposeService::check_use(const catalog::Resource& resource, catalog::Catalog::Use use) const {
  const auto view = this->view();
  if (view->under_destruction.contains(resource.id)) {
    return Error(ErrorCode::conflict, "purpose.being_destroyed").with("resource", resource.id);
  }
  if (!is_over(resource, view->purposes, parts_.clock.now(), view->emergencies, parts_.zone)) return {};
  const auto kept = view->kept.find(resource.id);
  if (kept != view->kept.end() && use == catalog::Catalog::Use::read) {
    return Error(ErrorCode::gone, "purpose.sealed")
        .with("resource", resource.id)
        .with("basis_zh", kept->second.basis.zh)
        .with("basis_en", kept->second.basis.en);
  }
  return Error(ErrorCode::gone, "purpose.over").with("resource", resource.id);
}

// --- deciding ---

Result<storage::Committed> PurposeService::decide(std::optional<storage::Idempotency>& row,
                                                  const Decide& how) {
  auto committed =
      catalog::commit_once(parts_.store, row, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(View view, read_view(reader));
        return how(view, parts_.clock.now());
      });
  if (committed) JW_TRY(reload());
  return committed;
}

Result<void> PurposeService::check_purpose(const Purpose& one) const {
  Error faults(ErrorCode::invalid, "purpose.refused");
  const auto fault = [&](std::string message, std::string field) {
    faults.causes.push_back(Error(ErrorCode::invalid, std::move(message)).at(std::move(field)));
  };
  if (!is_purpose_id(one.id)) fault("purpose.bad_id_given", "/id");
  for (const auto& [text, field] : {std::pair{&one.title.zh, "/title_zh"},
                                    {&one.title.en, "/title_en"},
                                    {&one.basis.zh, "/basis_zh"},
                                    {&one.basis.en, "/basis_en"}}) {
    if (text->empty()) fault("purpose.words_missing", field);
  }
  for (const auto& resource : one.resources) {
    if (!parts_.catalog.find(resource)) fault("purpose.resource_unknown", "/resources");
  }
  if (one.ends && *one.ends < one.starts) fault("purpose.end_before_start", "/ends");
  if (one.ends && *one.ends < parts_.zone.day_of(parts_.clock.now())) fault("purpose.end_passed", "/ends");
  if (one.review_by && *one.review_by < parts_.zone.day_of(parts_.clock.now()))
    fault("purpose.end_passed", "/review_by");
  if (one.review_by && *one.review_by > parts_.zone.day_of(parts_.clock.now()) + longest_review)
    fault("purpose.review_too_late", "/review_by");
  if (!one.has_end()) fault("purpose.end_missing", "/review_by");
  if (!faults.causes.empty()) return faults;
  return {};
}

Result<Purpose> PurposeService::put(Purpose wanted, const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  for (auto* text : {&wanted.title.zh, &wanted.title.en, &wanted.basis.zh, &wanted.basis.en}) {
    JW_ASSIGN(*text, words_of(*text, title_length, ""));
  }
  JW_TRY(check_purpose(wanted));
  auto row = catalog::idempotency_of(
      request.idempotency_key, actor, "put_purpose",
      {wanted.id, std::to_string(wanted.version), wanted.title.zh, wanted.title.en, wanted.basis.zh,
       wanted.basis.en, joined(wanted.resources), joined(wanted.classes), to_iso(wanted.starts),
       wanted.ends ? to_iso(*wanted.ends) : "", wanted.emergency_only ? "e" : "",
       wanted.review_by ? to_iso(*wanted.review_by) : ""},
      wanted.id);
  JW_ASSIGN(
      [[maybe_unused]] const auto committed,
      decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
        storage::Change change;
        const auto over_before = view.over(parts_.catalog, now, parts_.zone);
        Purpose* standing = view.find(wanted.id);
        const std::int64_t version = standing == nullptr ? 0 : standing->version;
        if (version != wanted.version)
          return Error(ErrorCode::conflict, "purpose.version")
              .with("id", wanted.id)
              .with("version", std::to_string(version));
        Purpose next = wanted;
        next.origin = catalog::Origin::desk;
        next.changed_by = actor;
        next.changed_at = now;
        if (standing == nullptr) {
          if (view.purposes.size() >= most_purposes) return Error(ErrorCode::exhausted, "purpose.too_many");
          next.version = 1;
          change.writes.push_back(add_purpose(next));
          view.purposes.push_back(next);
        } else {
          if (standing->state == PurposeState::ended)
            return Error(ErrorCode::conflict, "purpose.ended_already").with("id", wanted.id);
          next.declared = standing->declared;
          change.writes.push_back(change_purpose(next));
          *standing = next;
        }
        const auto over_after = view.over(parts_.catalog, now, parts_.zone);
        if (!std::includes(over_before.begin(), over_before.end(), over_after.begin(), over_after.end()))
          return Error(ErrorCode::conflict, "purpose.edit_would_end").with("id", wanted.id);
        JW_TRY(arm_last_day(next, change));
        JW_TRY(
            add_deed(parts_.store, view,
                     {thing_of(next), standing == nullptr ? "add" : "change", actor, "", {}, "purpose.write"},
                     now, change));
        return change;
      }));
  const auto view = this->view();
  const Purpose* made = view->find(wanted.id);
  if (made == nullptr) return Error(ErrorCode::not_found, "purpose.unknown").with("id", wanted.id);
  return *made;
}

Result<Assessment> PurposeService::assess(Assessment wanted, const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(wanted.necessity, words_of(wanted.necessity, words_length, "/necessity"));
  JW_ASSIGN(wanted.risk, words_of(wanted.risk, words_length, "/risk"));
  JW_ASSIGN(wanted.measures, words_of(wanted.measures, words_length, "/measures"));
  JW_ASSIGN(wanted.approved_by, words_of(wanted.approved_by, title_length, "/approved_by"));
  if (wanted.necessity.empty() || wanted.risk.empty() || wanted.measures.empty())
    return Error(ErrorCode::invalid, "purpose.assessment_missing").at("/necessity");
  if (wanted.approved_by.empty() != !wanted.approved_on)
    return Error(ErrorCode::invalid, "purpose.half_approved_given").at("/approved_by");
  std::optional<storage::Idempotency> row = catalog::idempotency_of(
      request.idempotency_key, actor, "assess_purpose",
      {wanted.purpose, std::to_string(wanted.version), wanted.necessity, wanted.risk, wanted.measures,
       wanted.approved_by, wanted.approved_on ? to_iso(*wanted.approved_on) : ""},
      wanted.purpose);
  JW_ASSIGN([[maybe_unused]] const auto committed,
            decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
              const Purpose* purpose = view.find(wanted.purpose);
              if (purpose == nullptr)
                return Error(ErrorCode::not_found, "purpose.unknown").with("id", wanted.purpose);
              const auto standing = view.assessments.find(wanted.purpose);
              const std::int64_t version = standing == view.assessments.end() ? 0 : standing->second.version;
              if (version != wanted.version) {
                return Error(ErrorCode::conflict, "purpose.version")
                    .with("id", wanted.purpose)
                    .with("version", std::to_string(version));
              }
              Assessment next = wanted;
              next.changed_by = actor;
              next.changed_at = now;
              storage::Change change;
              change.writes.push_back(put_assessment(next));
              JW_TRY(add_deed(parts_.store, view,
                              {thing_of(*purpose), "assess", actor, "", {}, "purpose.assess"}, now, change));
              return change;
            }));
  const auto view = this->view();
  const auto made = view->assessments.find(wanted.purpose);
  if (made == view->assessments.end())
    return Error(ErrorCode::not_found, "purpose.unknown").with("id", wanted.purpose);
  return made->second;
}

namespace {

// The end of a purpose as it would stand.
Result<Purpose*> end_in(View& view, const std::string& id) {
  Purpose* purpose = view.find(id);
  if (purpose == nullptr) return Error(ErrorCode::not_found, "purpose.unknown").with("id", id);
  if (purpose->state == PurposeState::ended)
    return Error(ErrorCode::conflict, "purpose.ended_already").with("id", id);
  purpose->state = PurposeState::ended;
  return purpose;
}

}  // namespace

Result<Forecast> PurposeService::foretell_end(const std::string& id) const {
  JW_ASSIGN(View view, read());
  JW_TRY(end_in(view, id));
  return destructions_.foretell(view, parts_.clock.now());
}

Result<Purpose> PurposeService::end(const std::string& id, const std::string& order_sent,
                                    std::int64_t expected, const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const std::string order, order_of(order_sent));
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "end_purpose",
                                     {id, order, std::to_string(expected)}, id);
  JW_ASSIGN([[maybe_unused]] const auto committed,
            decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
              JW_ASSIGN(Purpose * purpose, end_in(view, id));
              purpose->end_order = order;
              purpose->changed_by = actor;
              purpose->changed_at = now;
              storage::Change change;
              change.writes.push_back(change_purpose(*purpose));
              JW_ASSIGN(const Forecast forecast, destructions_.foretell(view, now));
              if (forecast.records() != expected) return changed_forecast(forecast);
              JW_TRY(destructions_.add(forecast, {thing_of(*purpose), actor, order}, now, change));
              JW_TRY(add_deed(parts_.store, view,
                              {thing_of(*purpose), "end", actor, order, {}, "purpose.end"}, now, change));
              return change;
            }));
  const auto view = this->view();
  const Purpose* ended = view->find(id);
  if (ended == nullptr) return Error(ErrorCode::not_found, "purpose.unknown").with("id", id);
  return *ended;
}

// --- the work behind it ---

void PurposeService::start() {
  loop_.start([this] {
    const auto done = destructions_.step();
    if (!done) log::warn("purpose.destruction_waits", {{"fault", done.error().to_log()}});
    if (!done) return loop_.pause(rest_after_fault);
    if (!*done) loop_.pause(idle_pause);
  });
}

void PurposeService::stop() {
  loop_.stop();
}

}  // namespace jingwei::purpose
