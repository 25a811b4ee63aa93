#include "modules/registry/people_index.h"

#include <algorithm>
#include <future>
#include <iterator>

#include "base/limits.h"
#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

std::string_view trait_of(const Telling& telling, Trait trait) {
  return telling.traits[static_cast<std::size_t>(trait)];
}

// As what a record may tell words that are searched by.
constexpr std::array searched_roles = {Role::person, Role::head, Role::enterprise, Role::venue};

// Of whom nothing is searched: hashes of texts are below.
constexpr search::SubjectId search_nobody = std::uint64_t{1} << 63;

std::uint64_t search_key(RecordId record, Role role) {
  return (static_cast<std::uint64_t>(record.value) + 1) << 3 | static_cast<std::uint64_t>(role);
}

}  // namespace

const std::vector<linkage::Field>& model_fields() {
  using linkage::FieldType;
  static const std::vector<linkage::Field> fields = {
      {"name", FieldType::full_name}, {"document", FieldType::identifier}, {"phone", FieldType::phone},
      {"born", FieldType::date},      {"sex", FieldType::category},        {"address", FieldType::address},
      {"place", FieldType::locality}};
  return fields;
}

std::array<std::string_view, trait_count> values_of(const Telling& telling) {
  std::array<std::string_view, trait_count> values;
  std::copy(telling.traits.begin(), telling.traits.end(), values.begin());
  return values;
}

PeopleIndex::PeopleIndex(std::int64_t version, std::shared_ptr<const linkage::Model> model)
    : version_(version), model_(std::move(model)) {
  if (model_) index_.emplace(model_);
}

Bounds PeopleIndex::bounds() const {
  if (!index_) return {};
  const auto& thresholds = index_->model().thresholds();
  return {thresholds.certain, thresholds.probable, thresholds.possible};
}

void PeopleIndex::know(std::span<const Telling> tellings) {
  take(tellings, prepared(tellings));
}

std::vector<std::string> PeopleIndex::prepared(std::span<const Telling> tellings) const {
  std::vector<std::string> forms(tellings.size());
  for (std::size_t at = 0; at < tellings.size(); ++at) {
    if (index_ && kind_of(tellings[at].role) == Kind::person)
      forms[at] = index_->model().prepare(values_of(tellings[at]));
  }
  return forms;
}

void PeopleIndex::take(std::span<const Telling> tellings, const std::vector<std::string>& forms) {
  std::array<bool, 8> told{};  // by role, of the record at hand
  const auto tell = [&](Role role) { told[static_cast<std::size_t>(role)] = true; };
  for (std::size_t at = 0; at < tellings.size(); ++at) {
    const Telling& telling = tellings[at];
    if (kind_of(telling.role) == Kind::person) {
      if (index_) know_person(telling, forms[at]);
      note_further(telling);
    }
    tell(telling.role);
    if (at + 1 == tellings.size() || tellings[at + 1].record != telling.record) {
      if (!told[static_cast<std::size_t>(Role::person)] && !told[static_cast<std::size_t>(Role::head)])
        forget_person(telling.record);
      for (const Role role : searched_roles) {
        if (!told[static_cast<std::size_t>(role)]) drop_from_search(telling.record, role);
      }
      told.fill(false);
    }
    const region::Node node = telling.region && tree_ ? tree_->find(telling.region) : region::no_node;
    put_on_search(telling, node == region::no_node ? UINT32_MAX : static_cast<std::uint32_t>(node));
    ++known_;
  }
  tidy();
}

// After what may have removed many: lists that are mostly gone are built anew.
void PeopleIndex::tidy() {
  constexpr double due = 1.0 / 3;
  if (index_) overfull_ = static_cast<std::int64_t>(index_->overfull_blocks());
  if (search_.wasted() < due) return;
  const std::unique_lock lock(searching_);
  search_.compact();
}

void PeopleIndex::know_person(const Telling& telling, const std::string& form) {
  const auto record = static_cast<linkage::RecordId>(telling.record.value);
  index_->add(record, form);
  if (telling.role == Role::head && telling.identifier.empty()) {
    heads_.at(record + 1) = static_cast<std::uint32_t>(telling.resource);
  } else {
    heads_.erase(record + 1);
  }
}

void PeopleIndex::put_on_search(const Telling& telling, std::uint32_t place) {
  search::Entry entry;
  const auto put = [&](search::Kind kind, Trait trait) {
    if (!trait_of(telling, trait).empty()) entry.texts.emplace_back(kind, trait_of(telling, trait));
  };
  put(search::Kind::name, Trait::name);
  for (const auto& alias : telling.aliases) entry.texts.emplace_back(search::Kind::name, alias);
  put(search::Kind::phone, Trait::phone);
  put(search::Kind::identifier, Trait::document);
  for (const auto& one : telling.further) entry.texts.emplace_back(search::Kind::identifier, one.number);
  put(search::Kind::address, Trait::address);
  if (entry.texts.empty()) return drop_from_search(telling.record, telling.role);
  std::uint64_t hash = linkage::mix(place + 1);
  for (const auto& [kind, text] : entry.texts)
    hash = linkage::hash_bytes(text, hash + static_cast<std::uint64_t>(kind));
  hash &= INT64_MAX;
  if (const auto* before = searched_as_.find(search_key(telling.record, telling.role))) {
    if (*before == hash) return;
    drop_from_search(telling.record, telling.role);
  }
  if (place != UINT32_MAX) entry.regions.push_back(place);
  const std::unique_lock lock(searching_);
  auto& copies = records_of_[hash];
  if (copies.count++ == 0) search_.add(hash, entry);
  if (copies.records.size() < limits::copies_searched) copies.records.push_back(telling.record.value);
  searched_as_.at(search_key(telling.record, telling.role)) = hash;
}

// The last of those that say it takes its texts with it.
void PeopleIndex::drop_from_search(RecordId record, Role role) {
  const auto* hash = searched_as_.find(search_key(record, role));
  if (hash == nullptr) return;
  const std::unique_lock lock(searching_);
  if (const auto found = records_of_.find(*hash); found != records_of_.end()) {
    std::erase(found->second.records, record.value);
    if (--found->second.count == 0) {
      search_.remove(*hash);
      records_of_.erase(found);
    }
  }
  searched_as_.erase(search_key(record, role));
}

void PeopleIndex::forget(RecordId record) {
  forget_person(record);
  for (const Role role : searched_roles) drop_from_search(record, role);
  tidy();
}

void PeopleIndex::note_further(const Telling& telling) {
  forget_further(telling.record);
  if (telling.further.empty()) return;
  const std::unique_lock lock(searching_);
  auto& hashes = further_of_[telling.record];
  for (const auto& one : telling.further) {
    bearers_[one.hash].insert(telling.record);
    hashes.push_back(one.hash);
  }
}

void PeopleIndex::forget_further(RecordId record) {
  const auto found = further_of_.find(record);
  if (found == further_of_.end()) return;
  const std::unique_lock lock(searching_);
  for (const auto& hash : found->second) {
    const auto bearers = bearers_.find(hash);
    if (bearers == bearers_.end()) continue;
    bearers->second.erase(record);
    if (bearers->second.empty()) bearers_.erase(bearers);
  }
  further_of_.erase(found);
}

std::vector<RecordId> PeopleIndex::further_bearers(const std::string& hash, std::size_t most) const {
  const std::shared_lock lock(searching_);
  std::vector<RecordId> records;
  const auto found = bearers_.find(hash);
  if (found == bearers_.end()) return records;
  for (const RecordId record : found->second) {
    if (records.size() == most) break;
    records.push_back(record);
  }
  return records;
}

void PeopleIndex::forget_person(RecordId record) {
  forget_further(record);
  if (!index_) return;
  index_->remove(static_cast<linkage::RecordId>(record.value));
  heads_.erase(static_cast<linkage::RecordId>(record.value) + 1);
}

Result<std::optional<Telling>> PeopleIndex::unnumbered_head(RecordId record) {
  const auto* number = heads_.find(static_cast<linkage::RecordId>(record.value) + 1);
  if (number == nullptr || parts_ == nullptr) return std::optional<Telling>();
  const std::string id = resources_->numbered(*number).id;
  const auto found = parts_->ingest.find_record(id, record, access::Sight::whole());
  if (!found) {
    const ErrorCode code = found.error().code;
    if (code != ErrorCode::denied && code != ErrorCode::gone && code != ErrorCode::not_found)
      return found.error();
    return std::optional<Telling>();
  }
  for (auto& telling :
       tellings_of(*found, resources_->parts_of(id), *number, parts_->sealer, *parts_->regions.tree())) {
    if (telling.role == Role::head && telling.identifier.empty()) return std::optional(std::move(telling));
  }
  return std::optional<Telling>();
}

Matcher::Persons PeopleIndex::persons_around(RecordId record) {
  Persons persons;
  const auto component = index_->component(static_cast<linkage::RecordId>(record.value));
  persons.complete = component.complete;
  for (const auto& person : component.persons) {
    auto& members = persons.persons.emplace_back();
    persons.all_told = persons.all_told && person.untold == 0;
    for (const auto& member : person.members) {
      members.push_back({RecordId(static_cast<std::int64_t>(member.record)),
                         member.grade == linkage::Grade::certain ? Certainty::certain : Certainty::probable});
    }
  }
  for (const auto& doubt : component.doubts) {
    persons.doubts.push_back({RecordId(static_cast<std::int64_t>(doubt.left)),
                              RecordId(static_cast<std::int64_t>(doubt.right)), doubt.score.probability});
  }
  return persons;
}

std::vector<RecordId> PeopleIndex::copies(RecordId record, std::size_t most) {
  std::vector<RecordId> all;
  for (const auto copy : index_->copies(static_cast<linkage::RecordId>(record.value), std::nullopt, most))
    all.emplace_back(static_cast<std::int64_t>(copy));
  return all;
}

std::optional<Matcher::Doubt> PeopleIndex::likeliest(const Telling& telling) {
  constexpr std::size_t looked_at = 8;
  if (!index_) return std::nullopt;
  const auto record = static_cast<linkage::RecordId>(telling.record.value);
  for (const auto& one : index_->find(values_of(telling), looked_at, index_->model().thresholds().possible)) {
    if (one.contradicts) continue;
    // Its own row: another record that says the same, if there is one.
    linkage::RecordId other = one.record;
    if (other == record) {
      for (const auto copy : index_->copies(record, std::nullopt, 2)) {
        if (copy != record) other = copy;
      }
    }
    if (other == record) continue;
    return Doubt{RecordId(static_cast<std::int64_t>(std::min(record, other))),
                 RecordId(static_cast<std::int64_t>(std::max(record, other))), one.score.probability};
  }
  return std::nullopt;
}

std::vector<RecordId> PeopleIndex::unsettled(std::size_t most) {
  std::vector<RecordId> records;
  if (!index_) return records;
  for (const auto record : index_->unsettled(most)) records.emplace_back(static_cast<std::int64_t>(record));
  return records;
}

void PeopleIndex::settle(std::size_t count) {
  if (index_) index_->settle(count);
}

void PeopleIndex::unsettle(std::size_t records) {
  if (index_) index_->unsettle_near_bound(records);
}

void PeopleIndex::decide(RecordId a, RecordId b, std::optional<bool> same) {
  if (!index_) return;
  // That two are one is said of their subjects, whatever their records say of each other: near.cpp joins
  // them.
  using Decision = linkage::OnlineIndex::Decision;
  index_->decide(static_cast<linkage::RecordId>(a.value), static_cast<linkage::RecordId>(b.value),
                 same && !*same ? Decision::different : Decision::none);
}

Match PeopleIndex::compare(const Link& a, const Link& b) {
  if (!index_ || kind_of(a.role) != Kind::person) return match_identifiers(a, b);
  Match match;
  const auto found = index_->compare(static_cast<linkage::RecordId>(a.record.value),
                                     static_cast<linkage::RecordId>(b.record.value));
  if (!found) return match;
  match.probability = found->score.probability;
  match.weight = found->score.weight;
  match.contradicts = found->contradicts;
  for (std::size_t at = 0; at < trait_count && at < found->contributions.size(); ++at)
    match.parts[at] = found->contributions[at];
  return match;
}

struct PeopleIndex::Page {
  std::vector<Telling> tellings;
  std::vector<std::string> forms;
  RecordId before;
  bool last = true;
};

// A resource that may not be read any more tells of nobody.
Result<PeopleIndex::Page> PeopleIndex::read_page(const KnownResource& resource,
                                                 const ingest::RecordQuery& query) const {
  Page page;
  const auto records = parts_->ingest.list_records(resource.id, query, access::Sight::whole());
  if (!records) {
    const ErrorCode code = records.error().code;
    if (code == ErrorCode::denied || code == ErrorCode::gone || code == ErrorCode::not_found) return page;
    return records.error();
  }
  const auto of_resource = resources_->parts_of(resource.id);
  for (const auto& record : *records) {
    auto tellings = tellings_of(record, of_resource, resource.number, parts_->sealer, *tree_);
    page.tellings.insert(page.tellings.end(), std::make_move_iterator(tellings.begin()),
                         std::make_move_iterator(tellings.end()));
  }
  page.forms = prepared(page.tellings);
  page.last = records->size() < query.most;
  if (!page.last) page.before = records->back().id;
  return page;
}

Result<void> PeopleIndex::fill(const RegistryParts& parts, const Resources& resources,
                               const std::atomic<bool>& stopping) {
  tree_ = parts.regions.tree();
  parts_ = &parts;
  resources_ = &resources;
  for (const auto& resource : resources.all()) {
    // The next page is read and decrypted while this one is taken in.
    ingest::RecordQuery query;
    query.most = jingwei::limits::bulk_slice_rows;
    auto next = std::async(std::launch::async, [&] { return read_page(resource, query); });
    for (bool last = false; !last;) {
      auto read = next.get();
      if (!read) return std::move(read).error();
      const Page page = std::move(*read);
      last = page.last;
      if (stopping) return Error(ErrorCode::cancelled, "registry.loading_stopped");
      if (!last) {
        query.before = page.before;
        next = std::async(std::launch::async, [&] { return read_page(resource, query); });
      }
      take(page.tellings, page.forms);
    }
  }
  JW_ASSIGN(auto reader, parts.store.read());
  JW_ASSIGN(const State state, read_state(*reader));
  JW_TRY(reader->query(sql::standing_constraints, {}, [&](const storage::Row& row) {
    decide(RecordId(row.integer(0)), RecordId(row.integer(1)), row.integer(2) != 0);
    return true;
  }));
  know_decisions_of(state.number);
  settle(SIZE_MAX);
  ready_ = true;
  return {};
}

std::vector<PeopleIndex::Hit> PeopleIndex::search(std::string_view text,
                                                  const std::vector<search::RegionInterval>* within,
                                                  const std::array<bool, search::kinds>& by,
                                                  std::size_t most) const {
  search::Query query;
  query.text = text;
  query.within = within;
  query.by = by;
  query.most = std::min(most, search::hits_most);
  const std::shared_lock lock(searching_);
  std::vector<Hit> hits;
  for (const auto& hit : search_.search(query).hits) {
    const auto records = records_of_.find(hit.subject);
    if (records == records_of_.end()) continue;
    auto& told = hits.emplace_back();
    told.score = hit.score;
    for (const auto& [kind, match] : hit.matches) told.by[static_cast<std::size_t>(kind)] = true;
    for (const std::int64_t record : records->second.records) told.records.emplace_back(record);
  }
  return hits;
}

std::vector<RecordId> PeopleIndex::leading(const search::Query& query) const {
  const std::shared_lock lock(searching_);
  std::vector<const std::vector<std::int64_t>*> copies;
  for (const auto subject : search_.leading(query)) {
    const auto found = records_of_.find(subject);
    if (found != records_of_.end()) copies.push_back(&found->second.records);
  }
  // One of each that says something else, then the next of each.
  const std::size_t most = std::min(query.most, search::leading_most);
  std::vector<RecordId> records;
  for (std::size_t turn = 0; turn < limits::copies_searched; ++turn) {
    for (const auto* same : copies) {
      if (records.size() >= most) return records;
      if (turn < same->size()) records.emplace_back((*same)[turn]);
    }
  }
  return records;
}

std::vector<std::vector<search::PieceScores>> PeopleIndex::scores(const search::Query& query,
                                                                  std::span<const Link> links) const {
  const std::shared_lock lock(searching_);
  std::vector<search::SubjectId> subjects;
  for (const auto& link : links) {
    const auto* hash = searched_as_.find(search_key(link.record, link.role));
    subjects.push_back(hash == nullptr ? search_nobody : *hash);
  }
  return search_.scores(query, subjects);
}

double PeopleIndex::search_wasted() const {
  const std::shared_lock lock(searching_);
  return search_.wasted();
}

std::size_t PeopleIndex::memory() const {
  const std::shared_lock lock(searching_);
  return search_.memory() + (index_ ? index_->memory() : 0) + heads_.memory() + records_of_.size() * 72 +
         searched_as_.memory() + bearers_.size() * 160 + further_of_.size() * 120;
}

}  // namespace jingwei::registry
