#include "modules/purpose/view.h"

#include <algorithm>

#include "base/json.h"
#include "modules/purpose/sql.gen.h"

namespace jingwei::purpose {

namespace {

using storage::Value;

Value day_or_null(const std::optional<Day>& day) {
  if (day) return std::int64_t{to_days(*day)};
  return storage::Null{};
}

Day day_at(const storage::Row& row, int at) {
  return from_days(static_cast<std::int32_t>(row.integer(at)));
}

Purpose purpose_of(const storage::Row& row) {
  Purpose one;
  one.id = row.text(0);
  one.title = {std::string(row.text(1)), std::string(row.text(2))};
  one.basis = {std::string(row.text(3)), std::string(row.text(4))};
  one.resources = parted(row.text(5));
  for (const auto& word : parted(row.text(6))) {
    if (const auto personal = personal_named(word)) one.classes.push_back(*personal);
  }
  one.starts = day_at(row, 7);
  if (!row.is_null(8)) one.ends = day_at(row, 8);
  one.emergency_only = row.integer(9) != 0;
  one.state = row.text(10) == "ended" ? PurposeState::ended : PurposeState::active;
  one.version = row.integer(11);
  one.origin = row.text(12) == "package" ? catalog::Origin::package : catalog::Origin::desk;
  one.declared = row.text(13);
  one.changed_by = row.text(14);
  one.changed_at = from_micros(row.integer(15));
  one.end_order = row.text(16);
  if (!row.is_null(17)) one.review_by = day_at(row, 17);
  return one;
}

Emergency emergency_of(const storage::Row& row) {
  Emergency one;
  one.id = EmergencyId(row.integer(0));
  one.region = RegionId(row.integer(1));
  one.name = row.text(2);
  one.order_number = row.text(3);
  one.level = row.integer(4);
  one.purposes = parted(row.text(5));
  one.state = row.text(6) == "ended" ? EmergencyState::ended : EmergencyState::standing;
  one.declared_by = row.text(7);
  one.declared_at = from_micros(row.integer(8));
  one.planned_end = from_micros(row.integer(9));
  one.ended_by = row.text(10);
  one.end_order = row.text(11);
  if (!row.is_null(12)) one.ended_at = from_micros(row.integer(12));
  one.row_version = row.integer(13);
  return one;
}

Assessment assessment_of(const storage::Row& row) {
  Assessment one;
  one.purpose = row.text(0);
  one.necessity = row.text(1);
  one.risk = row.text(2);
  one.measures = row.text(3);
  one.approved_by = row.text(4);
  if (!row.is_null(5)) one.approved_on = day_at(row, 5);
  one.version = row.integer(6);
  one.changed_by = row.text(7);
  one.changed_at = from_micros(row.integer(8));
  return one;
}

std::vector<Value> values_of(const Purpose& one) {
  return {one.id,
          one.title.zh,
          one.title.en,
          one.basis.zh,
          one.basis.en,
          joined(one.resources),
          joined(one.classes),
          std::int64_t{to_days(one.starts)},
          day_or_null(one.ends),
          std::int64_t{one.emergency_only ? 1 : 0},
          std::string(name_of(one.state)),
          one.version,
          std::string(name_of(one.origin)),
          one.declared,
          one.changed_by,
          to_micros(one.changed_at),
          one.end_order,
          day_or_null(one.review_by)};
}

template <typename List, typename Key>
auto* found_in(List& list, const Key& key) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.id == key; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const Purpose* View::find(std::string_view purpose) const {
  return found_in(purposes, purpose);
}
Purpose* View::find(std::string_view purpose) {
  return found_in(purposes, purpose);
}
const Emergency* View::find(EmergencyId emergency) const {
  return found_in(emergencies, emergency);
}
Emergency* View::find(EmergencyId emergency) {
  return found_in(emergencies, emergency);
}

std::set<std::string> View::over(const catalog::Catalog& catalog, Instant at, const Zone& zone) const {
  std::set<std::string> resources;
  for (const auto& entry : catalog.entries()) {
    if (is_over(entry.resource, purposes, at, emergencies, zone)) resources.insert(entry.resource.id);
  }
  return resources;
}

Result<View> read_view(storage::Reader& reader) {
  View view;
  JW_ASSIGN(const auto revision, storage::query_integer(reader, sql::purpose_revision, {}));
  view.revision = revision.value_or(0);
  JW_TRY(reader.query(sql::all_purposes, {}, [&](const storage::Row& row) {
    view.purposes.push_back(purpose_of(row));
    return true;
  }));
  JW_TRY(reader.query(sql::all_emergencies, {}, [&](const storage::Row& row) {
    view.emergencies.push_back(emergency_of(row));
    return true;
  }));
  JW_TRY(reader.query(sql::all_assessments, {}, [&](const storage::Row& row) {
    Assessment one = assessment_of(row);
    view.assessments[one.purpose] = std::move(one);
    return true;
  }));
  JW_TRY(reader.query(sql::all_kept_by_law, {}, [&](const storage::Row& row) {
    view.kept[std::string(row.text(0))] = {{std::string(row.text(1)), std::string(row.text(2))},
                                           std::string(row.text(3))};
    return true;
  }));
  JW_TRY(reader.query(sql::resources_under_destruction, {}, [&](const storage::Row& row) {
    view.under_destruction.insert(std::string(row.text(0)));
    return true;
  }));
  return view;
}

Result<std::vector<Step>> read_steps(storage::Reader& reader, const std::string& thing) {
  std::vector<Step> steps;
  const Value key = thing;
  JW_TRY(reader.query(sql::steps_of_thing, std::span(&key, 1), [&](const storage::Row& row) {
    Step step{std::string(row.text(0)),
              std::string(row.text(1)),
              std::string(row.text(2)),
              {},
              from_micros(row.integer(4))};
    if (!row.is_null(3)) step.until = from_micros(row.integer(3));
    steps.push_back(std::move(step));
    return true;
  }));
  return steps;
}

std::string thing_of(const Purpose& purpose) {
  return "purpose:" + purpose.id;
}

std::string thing_of(EmergencyId emergency) {
  return "emergency:" + emergency.to_string();
}

Result<void> add_deed(storage::Store& store, const View& view, const Deed& deed, Instant at,
                      storage::Change& change) {
  JW_ASSIGN(const std::int64_t id, store.allocate_ids());
  Value until = storage::Null{};
  if (deed.until) until = to_micros(*deed.until);
  change.writes.push_back({&sql::move_purpose_revision, {view.revision}, 1});
  change.writes.push_back(
      {&sql::add_purpose_step,
       {id, deed.thing, deed.step, deed.actor, deed.order_number, std::move(until), to_micros(at)},
       1});
  JsonWriter event;
  event.begin_object();
  event.member("thing", deed.thing);
  event.member("step", deed.step);
  event.end_object();
  change.events.push_back({std::string(purpose_event_kind), event.take()});
  change.audit.push_back({deed.actor.empty() ? "timer" : deed.actor, deed.event, deed.thing, deed.detail});
  return {};
}

storage::Write hold_revision(const View& view) {
  return {&sql::hold_purpose_revision, {view.revision}, 1};
}

storage::Write add_purpose(const Purpose& purpose) {
  return {&sql::add_purpose, values_of(purpose), 1};
}

storage::Write change_purpose(const Purpose& purpose) {
  return {&sql::change_purpose, values_of(purpose), 1};
}

storage::Write put_assessment(const Assessment& one) {
  std::vector<Value> values = {one.purpose,     one.necessity,
                               one.risk,        one.measures,
                               one.approved_by, day_or_null(one.approved_on),
                               one.changed_by,  to_micros(one.changed_at)};
  if (one.version == 0) return {&sql::add_assessment, std::move(values), 1};
  values.emplace_back(one.version);
  return {&sql::change_assessment, std::move(values), 1};
}

storage::Write put_kept(const std::string& resource, const KeptByLaw& kept) {
  return {&sql::put_kept_by_law, {resource, kept.basis.zh, kept.basis.en, kept.origin}, 1};
}

storage::Write drop_kept(const std::string& resource) {
  return {&sql::drop_kept_by_law, {resource}, 1};
}

storage::Write add_emergency(const Emergency& one) {
  return {&sql::add_emergency,
          {one.id.value, one.region.value, one.name, one.order_number, one.level, joined(one.purposes),
           one.declared_by, to_micros(one.declared_at), to_micros(one.planned_end)},
          1};
}

storage::Write extend_emergency(const Emergency& one) {
  return {&sql::extend_emergency, {one.id.value, one.row_version, to_micros(one.planned_end)}, 1};
}

storage::Write end_emergency(const Emergency& one) {
  return {&sql::end_emergency,
          {one.id.value, one.row_version, one.ended_by, one.end_order,
           to_micros(one.ended_at.value_or(Instant{}))},
          1};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string joined(const std::vector<catalog::Personal>& classes) {
  std::vector<std::string> words;
  for (const auto personal : classes) words.emplace_back(name_of(personal));
  return joined(words);
}

std::optional<catalog::Personal> personal_named(std::string_view name) {
  using catalog::Personal;
  for (const Personal known : {Personal::basic, Personal::name, Personal::identifier, Personal::contact,
                               Personal::address, Personal::health}) {
    if (catalog::name_of(known) == name) return known;
  }
  return std::nullopt;
}

}  // namespace jingwei::purpose
