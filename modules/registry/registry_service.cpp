#include "modules/registry/registry_service.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "modules/registry/limits.h"
#include "modules/registry/repeating.h"
#include "modules/registry/sql.gen.h"
#include "storage/pseudonym.h"

namespace jingwei::registry {

namespace {

using storage::Value;

constexpr int typed_days = 30;

Value day_or_null(const std::optional<Day>& day) {
  if (day) return static_cast<std::int64_t>(to_days(*day));
  return storage::Null{};
}

}  // namespace

RegistryService::RegistryService(RegistryParts parts)
    : parts_(std::move(parts)), resources_(parts_), people_(std::make_shared<PeopleIndex>(0, nullptr)) {
  const auto matcher = [this]() -> Matcher& { return *people(); };
  runner_ = std::make_unique<LinkRunner>(parts_, resources_, turn_, matcher,
                                         [this](Filling filling) { return prepare(filling); });
  decisions_ = std::make_unique<Decisions>(parts_, turn_, matcher);
  files_ = std::make_unique<Files>(parts_, resources_);
  foretelling_ = std::make_unique<Foretelling>(parts_, resources_, turn_, [this]() -> Matcher* {
    const auto here = people();
    return here->ready() ? here.get() : nullptr;
  });
  comparisons_ = std::make_unique<Comparisons>(parts_, resources_);
  models_ = std::make_unique<Models>(parts_, resources_);
  whys_ = std::make_unique<Whys>(parts_, resources_, *files_, *models_, *decisions_,
                                 [this](std::int64_t version) -> std::shared_ptr<const linkage::Model> {
                                   const auto now = people();
                                   return now->model() == version ? now->linkage_model() : nullptr;
                                 });
}

std::shared_ptr<PeopleIndex> RegistryService::people() const {
  const std::lock_guard lock(swap_);
  return people_;
}

Result<void> RegistryService::learn_first(const State& state) {
  if (!parts_.learn_by_itself || first_done_) return {};
  const ingest::WriteRequest request{"registry", std::nullopt};
  if (first_version_ == 0) {
    if (!runner_->progress().caught_up) return {};
    JW_ASSIGN(const auto known, models_->list());
    first_done_ = state.model != 0 || !known.empty();
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(const auto links, storage::query_integer(*reader, sql::count_links, {}));
    if (first_done_ || links.value_or(0) < limits::learned_by_itself) return {};
    reader.reset();
    JW_ASSIGN(const auto begun, models_->learn(request));
    first_version_ = begun.version;
    return {};
  }
  JW_ASSIGN(const auto model, models_->find(first_version_));
  if (model.state == ModelState::learning) return {};
  first_done_ = true;
  if (model.state != ModelState::ready) return {};
  JW_ASSIGN([[maybe_unused]] const auto activated, models_->activate(first_version_, request));
  return {};
}

Result<void> RegistryService::prepare(Filling filling) {
  State state;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(state, read_state(*reader));
  }
  JW_TRY(learn_first(state));
  const auto here = people();
  const bool fits = here->model() == state.model && here->ready();
  if (fits && filling == Filling::as_needed) return {};
  std::shared_ptr<const linkage::Model> model;
  if (state.model != 0) {
    JW_ASSIGN(model, models_->load(state.model));
  }
  auto next = std::make_shared<PeopleIndex>(state.model, std::move(model));
  JW_TRY(next->fill(parts_, resources_, stopping_));
  log::info("registry.people_loaded", {{"model", state.model}, {"tellings", next->known()}});
  const std::lock_guard turn(turn_);
  const std::lock_guard lock(swap_);
  people_ = std::move(next);
  return {};
}

RegistryService::~RegistryService() {
  stop();
}

Result<void> RegistryService::open() {
  return resources_.refresh();
}

void RegistryService::start() {
  stopping_ = false;
  runner_->start();
}

void RegistryService::stop() {
  stopping_ = true;
  models_->stop();
  runner_->stop();
  stopping_ = false;  // whoever catches up now does so on their own thread
}

std::vector<std::string> RegistryService::purposes_of(const Reader& reader) const {
  std::set<std::string> purposes;
  for (const auto& resource : resources_.all()) {
    const auto entry = parts_.catalog.find_readable(resource.id);
    if (!entry) continue;
    for (const auto& purpose : (*entry)->resource.purposes) {
      if (purposes.contains(purpose)) continue;
      const auto sight = parts_.ingest.sight_of(reader.caller.get(), (*entry)->resource, purpose);
      if (sight && !sight->parts.empty()) purposes.insert(purpose);
    }
  }
  return std::vector<std::string>(purposes.begin(), purposes.end());
}

Result<std::optional<FileEntry>> RegistryService::best_entry(SubjectId subject, const Reader& reader,
                                                             Certainty least) const {
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(const SubjectId kept, kept_subject(*store, subject));
    const bool any = least == Certainty::probable;
    JW_ASSIGN(links, links_of_subject(*store, kept, any ? limits::near_links : limits::companion_links));
  }
  for (const auto& link : links) {
    if (link.certainty < least) continue;
    JW_ASSIGN(auto entry, files_->entry(link, reader));
    if (entry) return entry;
  }
  return std::optional<FileEntry>();
}

Result<std::optional<FileEntry>> RegistryService::entry_of(RecordId record, Kind kind,
                                                           const Reader& reader) const {
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(links, links_of_record(*store, record));
  }
  for (const auto& link : links) {
    if (kind_of(link.role) == kind) return files_->entry(link, reader);
  }
  return std::optional<FileEntry>();
}

Result<Relation> RegistryService::find_relation(RelationId id) const {
  const Value key = id.value;
  std::optional<Relation> found;
  JW_ASSIGN(auto store, parts_.store.read());
  JW_TRY(store->query(sql::relation_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found.emplace();
    found->id = id;
    found->subject = SubjectId(row.integer(1));
    found->other = SubjectId(row.integer(2));
    found->kind = relation_named(row.text(3)).value_or(RelationKind::member);
    return false;
  }));
  if (!found) return Error(ErrorCode::not_found, "registry.relation_not_found").with("id", id.to_string());
  return std::move(*found);
}

Result<std::vector<SubjectId>> RegistryService::subjects_of(std::span<const SubjectNumber> numbers) const {
  std::vector<std::string> hashes;
  for (const auto& number : numbers) {
    const bool person = number.kind == Kind::person;
    const std::string text = person ? plain_number(number.text) : number.text;
    // Of an empty number there are no links.
    hashes.push_back(
        text.empty()
            ? std::string()
            : identifier_hash(parts_.sealer,
                              person ? scheme_of_document(text) : std::string_view(number.scheme), text));
  }
  JW_ASSIGN(auto store, parts_.store.read());
  JW_ASSIGN(const auto links, links_of_identifiers(*store, hashes, limits::near_links));
  std::vector<SubjectId> found(numbers.size());
  for (std::size_t at = 0; at < links.size(); ++at) {
    std::set<SubjectId> subjects;
    for (const auto& link : links[at]) {
      if (kind_of(link.role) == numbers[at].kind && link.certainty == Certainty::certain)
        subjects.insert(link.subject);
    }
    if (subjects.size() == 1) found[at] = *subjects.begin();
  }
  return found;
}

Result<SubjectId> RegistryService::person_of(const std::string& document) const {
  const SubjectNumber number{Kind::person, "", document};
  JW_ASSIGN(const auto found, subjects_of(std::span(&number, 1)));
  return found.front();
}

Result<SubjectFile> RegistryService::own_file(const std::vector<std::string>& documents) const {
  std::set<SubjectId> subjects;
  for (const auto& document : documents) {
    JW_ASSIGN(const SubjectId subject, person_of(document));
    if (subject) subjects.insert(subject);
  }
  if (subjects.size() != 1) return Error(ErrorCode::not_found, "registry.no_own_file");
  auto file = files_->own_file(*subjects.begin());
  if (!file && file.error().code == ErrorCode::not_found)
    return Error(ErrorCode::not_found, "registry.no_own_file");
  return file;
}

Result<SubjectId> RegistryService::subject_of(RecordId record, Kind kind) const {
  return subject_linked(record, kind, Certainty::probable);
}

Result<SubjectId> RegistryService::certain_subject_of(RecordId record, Kind kind) const {
  return subject_linked(record, kind, Certainty::certain);
}

Result<SubjectId> RegistryService::subject_linked(RecordId record, Kind kind, Certainty least) const {
  JW_ASSIGN(auto store, parts_.store.read());
  JW_ASSIGN(const auto links, links_of_record(*store, record));
  for (const auto& link : links) {
    if (kind_of(link.role) == kind && link.certainty >= least) return link.subject;
  }
  return Error(ErrorCode::not_found, "registry.subject_not_found").with("id", record.to_string());
}

Result<RelationId> RegistryService::relate(const NewRelation& given, const ingest::WriteRequest& request) {
  if (given.from && given.to && *given.to < *given.from)
    return Error(ErrorCode::invalid, "registry.relation_backwards").at("/to");
  const std::vector<std::string> told = {
      given.subject.to_string(), given.other.to_string(), std::string(name_of(given.kind)),
      given.from ? to_iso(*given.from) : "", given.to ? to_iso(*given.to) : ""};
  RelationId id;
  JW_ASSIGN(
      const auto committed,
      commit_repeatedly(
          parts_.store, "relate_subjects", told, request, [&](storage::Reader& reader) -> Result<Repeatable> {
            JW_ASSIGN(const State state, read_state(reader));
            JW_ASSIGN(const SubjectId subject, kept_subject(reader, given.subject));
            JW_ASSIGN(const SubjectId other, kept_subject(reader, given.other));
            if (subject == other) return Error(ErrorCode::invalid, "registry.relation_itself").at("/with");
            for (const SubjectId one : {subject, other}) {
              JW_ASSIGN(const auto link, first_link_of_subject(reader, one));
              if (!link) {
                return Error(ErrorCode::not_found, "registry.subject_not_found").with("id", one.to_string());
              }
            }
            JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
            id = RelationId(fresh);
            Repeatable made;
            made.change.writes.push_back(hold_number(state.number));
            made.change.writes.push_back(
                {&sql::add_relation,
                 {fresh, given.subject.value, given.other.value, std::string(name_of(given.kind)),
                  day_or_null(given.from), day_or_null(given.to), request.actor,
                  to_micros(parts_.clock.now())},
                 1});
            made.change.audit.push_back({request.actor, "subject.relate",
                                         "subject:" + given.subject.to_string(),
                                         "{\"other\":\"" + given.other.to_string() + "\",\"kind\":\"" +
                                             std::string(name_of(given.kind)) + "\"}"});
            made.answer = id.to_string();
            return made;
          }));
  if (committed.earlier_answer) id = RelationId::parse(*committed.earlier_answer).value_or(RelationId());
  return id;
}

Result<void> RegistryService::end_relation(RelationId relation, const ingest::WriteRequest& request) {
  storage::Change change;
  change.writes.push_back({&sql::end_relation, {relation.value, to_micros(parts_.clock.now())}, 1});
  change.audit.push_back({request.actor, "subject.unrelate", "relation:" + relation.to_string(), "{}"});
  auto committed = parts_.store.commit(std::move(change));
  if (committed) return {};
  if (committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  return Error(ErrorCode::not_found, "registry.relation_not_found").with("id", relation.to_string());
}

Result<bool> RegistryService::caught_up() const {
  JW_ASSIGN(const bool feed_read, runner_->has_read_feed());
  bool done = feed_read;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::all_resources, {}, [&](const storage::Row& row) {
    done = done && row.integer(3) != 0;
    return true;
  }));
  return done;
}

Result<RegistryStatus> RegistryService::status() const {
  RegistryStatus status;
  status.progress = runner_->progress();
  JW_ASSIGN(status.caught_up, caught_up());
  std::map<std::int64_t, RegistryStatus::OfResource> by_number;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(status.state, read_state(*reader));
  JW_TRY(reader->query(sql::all_resources, {}, [&](const storage::Row& row) {
    by_number[row.integer(1)] = {std::string(row.text(0)), row.integer(3) != 0, 0, 0, {}};
    return true;
  }));
  JW_TRY(reader->query(sql::count_links_by_certainty, {}, [&](const storage::Row& row) {
    auto& one = by_number[row.integer(0)];
    (row.integer(2) == 2 ? one.certain : one.probable) += row.integer(3);
    return true;
  }));
  JW_TRY(reader->query(sql::count_links, {}, [&](const storage::Row& row) {
    status.links = row.integer(0);
    status.subjects = row.integer(1);
    return true;
  }));
  JW_TRY(reader->query(sql::count_reviews, {}, [&](const storage::Row& row) {
    status.reviews[std::string(row.text(0))] = row.integer(1);
    return true;
  }));
  JW_ASSIGN(const auto typed,
            typed_since(*reader, parts_.zone.day_of(parts_.clock.now()) - std::chrono::days{typed_days}));
  for (auto& [number, one] : by_number) {
    if (const auto found = typed.find(one.resource); found != typed.end()) one.typed = found->second;
  }
  for (auto& [number, one] : by_number) status.resources.push_back(std::move(one));
  reader.reset();
  status.overfull_blocks = people()->overfull_blocks();
  if (status.state.model != 0) {
    JW_ASSIGN(auto model, models_->find(status.state.model));
    status.warnings = std::move(model.warnings);
  }
  return status;
}

Result<std::vector<std::string>> RegistryService::pseudonyms_of_resident(const std::string& document) const {
  const std::string number = plain_number(document);
  JW_TRY(parts_.sealer.prepare("audit_entry"));
  std::vector<std::string> names = {storage::pseudonym_of(parts_.sealer, number)};
  // Only what is certain, and of one: nobody is shown who looked at another.
  JW_ASSIGN(const SubjectId subject, person_of(number));
  if (!subject) return names;
  std::vector<Link> links;
  {
    JW_ASSIGN(auto store, parts_.store.read());
    JW_ASSIGN(links, links_of_subject(*store, subject, limits::file_records));
  }
  std::set<std::string> seen;
  for (const auto& link : links) {
    if (link.certainty != Certainty::certain || link.identifier.empty()) continue;
    if (!seen.insert(link.identifier).second) continue;
    JW_ASSIGN(const std::string other, number_behind(link));
    if (!other.empty() && other != number) names.push_back(storage::pseudonym_of(parts_.sealer, other));
  }
  return names;
}

// The document's number that a link to a person rests on, as the record has it; empty where it stands no
// more.
Result<std::string> RegistryService::number_behind(const Link& link) const {
  const std::string resource = resources_.numbered(link.resource).id;
  const auto record = parts_.ingest.find_record(resource, link.record, access::Sight::whole());
  if (!record) {
    const ErrorCode code = record.error().code;
    if (code == ErrorCode::not_found || code == ErrorCode::gone) return std::string();
    return record.error();
  }
  for (const auto& part : resources_.parts_of(resource)) {
    if (part.role != link.role || part.identifier.size() != 1) continue;
    const auto* number =
        std::get_if<std::string>(&record->values[static_cast<std::size_t>(part.identifier.front())]);
    if (number != nullptr &&
        identifier_hash(parts_.sealer, scheme_of_document(*number), *number) == link.identifier)
      return *number;
  }
  return std::string();
}

}  // namespace jingwei::registry
