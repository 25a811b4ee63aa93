#include "modules/catalog/responsibility.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/catalog/sql.gen.h"
#include "spreadsheet/formula_guard.h"

namespace jingwei::catalog {

namespace {

constexpr std::size_t text_length = 200;

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    all.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return all;
}

Update update_named(std::string_view name) {
  for (const auto update : {Update::realtime, Update::daily, Update::weekly, Update::monthly}) {
    if (name_of(update) == name) return update;
  }
  return Update::once;
}

Result<std::vector<Responsibility>> read_all(storage::Reader& reader, const storage::Statement& statement,
                                             std::span<const storage::Value> parameters) {
  std::vector<Responsibility> all;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    Responsibility one;
    one.id = ResponsibilityId(row.integer(0));
    one.department = {std::string(row.text(1)), {std::string(row.text(2)), std::string(row.text(3))}};
    one.resource = row.text(4);
    one.fields = split(row.text(5));
    one.rhythm = update_named(row.text(6));
    one.basis = row.text(7);
    one.origin = row.text(8) == "package" ? Origin::package : Origin::desk;
    one.since = from_micros(row.integer(9));
    one.reminders = row.integer(10);
    if (!row.is_null(11)) one.reminded_at = from_micros(row.integer(11));
    one.row_version = row.integer(12);
    all.push_back(std::move(one));
    return true;
  }));
  return all;
}

bool share_a_field(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return true;
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& name) { return std::find(b.begin(), b.end(), name) != b.end(); });
}

}  // namespace

Result<Responsibility> read_responsibility(storage::Reader& reader, ResponsibilityId id) {
  const storage::Value key = id.value;
  JW_ASSIGN(auto found, read_all(reader, sql::responsibility_by_id, std::span(&key, 1)));
  if (!found.empty()) return std::move(found.front());
  return Error(ErrorCode::not_found, "catalog.responsibility_not_found").with("id", id.to_string());
}

std::string thing_of(ResponsibilityId id) {
  return "responsibility:" + id.to_string();
}

std::chrono::hours period_of(Update rhythm) {
  switch (rhythm) {
    case Update::weekly:
      return std::chrono::hours{7 * 24};
    case Update::monthly:
      return std::chrono::hours{31 * 24};
    default:
      return std::chrono::hours{24};
  }
}

void compute_due(Collection& collection, Instant now) {
  const Responsibility& owed = collection.responsibility;
  const auto period = period_of(owed.rhythm);
  const bool came = collection.last_received.has_value();
  if (came && owed.rhythm == Update::once) {
    collection.due.reset();
    return;
  }
  collection.due = (came ? std::max(*collection.last_received, owed.since) : owed.since) + period;
  collection.overdue = now > *collection.due;
  if (!collection.overdue) return;
  const auto late = now - *collection.due;
  collection.days_overdue = std::chrono::floor<std::chrono::days>(late).count();
  collection.rounds_missed = owed.rhythm == Update::once ? 1 : 1 + late / period;
}

Result<std::map<std::string, Steward>> read_stewards(storage::Reader& reader) {
  std::map<std::string, Steward> stewards;
  JW_TRY(reader.query(sql::all_stewards, {}, [&](const storage::Row& row) {
    const auto text = [&](int at) { return std::string(row.text(at)); };
    stewards[text(0)] = {
        {text(0), {text(1), text(2)}}, text(3), text(4), text(5), from_micros(row.integer(6))};
    return true;
  }));
  return stewards;
}

// A department known as a provider keeps the provider's names; another must bring its own.
Result<Department> Responsibilities::department_of(Department named) const {
  const auto definitions = catalog_.definitions();
  for (const auto& definition : *definitions) {
    if (definition.resource.provider_id == named.id)
      return Department{named.id, definition.resource.provider};
  }
  named.title.zh = text::squeeze(named.title.zh);
  named.title.en = text::squeeze(named.title.en);
  if (named.title.en.empty()) named.title.en = named.title.zh;
  if (named.title.zh.empty()) named.title.zh = named.title.en;
  if (named.id.empty() || named.title.zh.empty()) {
    return Error(ErrorCode::invalid, "catalog.department_unknown")
        .with("department", named.id)
        .at("/department");
  }
  return named;
}

Result<std::vector<Collection>> Responsibilities::list() const {
  std::vector<Responsibility> all;
  std::map<std::string, Steward> stewards;
  {
    JW_ASSIGN(auto reader, store_.read());
    const storage::Value most = static_cast<std::int64_t>(limits::catalog_list);
    JW_ASSIGN(all, read_all(*reader, sql::all_responsibilities, std::span(&most, 1)));
    JW_ASSIGN(stewards, read_stewards(*reader));
  }
  JW_ASSIGN(const auto received, received_());
  const Instant now = clock_.now();
  std::vector<Collection> collections;
  for (auto& one : all) {
    Collection collection;
    if (const auto found = received.find(one.resource); found != received.end())
      collection.last_received = found->second;
    if (const auto entry = catalog_.find(one.resource); entry.ok()) collection.resource = &(*entry)->resource;
    if (const auto found = stewards.find(one.department.id); found != stewards.end())
      collection.steward = found->second;
    collection.responsibility = std::move(one);
    compute_due(collection, now);
    collections.push_back(std::move(collection));
  }
  return collections;
}

Result<std::vector<DepartmentSummary>> Responsibilities::departments() const {
  JW_ASSIGN(const auto collections, list());
  JW_ASSIGN(const auto named, stewards());
  std::map<std::string, DepartmentSummary> by_id;
  const auto summary_of = [&](const Department& department) -> DepartmentSummary& {
    auto [found, fresh] = by_id.try_emplace(department.id);
    if (fresh) found->second.department = department;
    return found->second;
  };
  const auto definitions = catalog_.definitions();
  for (const auto& definition : *definitions)
    summary_of({definition.resource.provider_id, definition.resource.provider});
  for (const auto& collection : collections) {
    DepartmentSummary& summary = summary_of(collection.responsibility.department);
    ++summary.responsibilities;
    if (collection.overdue) ++summary.overdue;
    summary.most_days_overdue = std::max(summary.most_days_overdue, collection.days_overdue);
  }
  for (const auto& [id, steward] : named) summary_of(steward.department).steward = steward;
  std::vector<DepartmentSummary> all;
  for (auto& [id, summary] : by_id) all.push_back(std::move(summary));
  return all;
}

Result<Responsibility> Responsibilities::add(Responsibility one, const WriteRequest& request) {
  const bool from_package = one.origin == Origin::package;
  std::string actor = request.actor;
  if (!from_package) {
    JW_ASSIGN(actor, clean_actor(request.actor));
  }
  std::sort(one.fields.begin(), one.fields.end());
  one.fields.erase(std::unique(one.fields.begin(), one.fields.end()), one.fields.end());
  one.basis = text::squeeze(one.basis);
  if (one.basis.empty() || text::code_points(one.basis).size() > text_length)
    return Error(ErrorCode::invalid, "catalog.basis_missing").at("/basis");
  if (to_micros(one.since) == 0) one.since = clock_.now();
  JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
  one.id = ResponsibilityId(id);
  one.row_version = 1;
  auto row = idempotency_of(request.idempotency_key, actor, "add_responsibility",
                            {one.department.id, one.department.title.zh, one.resource, joined(one.fields),
                             std::string(name_of(one.rhythm)), one.basis},
                            one.id.to_string());
  JW_ASSIGN(
      const auto committed, commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(one.department, department_of(one.department));
        JW_TRY(check_fields(one));
        const storage::Value key = one.resource;
        JW_ASSIGN(const auto others, read_all(reader, sql::responsibilities_of_resource, std::span(&key, 1)));
        for (const auto& other : others) {
          if (!share_a_field(one.fields, other.fields)) continue;
          return Error(ErrorCode::conflict, "catalog.responsibility_taken")
              .with("resource", one.resource)
              .with("department", other.department.title.in(request.language));
        }
        storage::Change change;
        change.writes.push_back(
            {&sql::add_responsibility,
             {one.id.value, one.department.id, one.department.title.zh, one.department.title.en, one.resource,
              joined(one.fields), std::string(name_of(one.rhythm)), one.basis,
              std::string(name_of(one.origin)), to_micros(one.since)},
             1});
        JW_TRY(watch(store_, one.id, one.since + period_of(one.rhythm), change));
        change.audit.push_back({actor, "responsibility.add", thing_of(one.id), "{}"});
        return change;
      }));
  if (committed.earlier_answer) return find(*committed.earlier_answer);
  return one;
}

Result<void> Responsibilities::check_fields(const Responsibility& one) const {
  JW_ASSIGN(const Entry* entry, catalog_.find(one.resource));
  for (const auto& field : one.fields) {
    if (entry->resource.field(field) != nullptr) continue;
    return Error(ErrorCode::not_found, "catalog.field_not_found")
        .with("resource", one.resource)
        .with("field", field)
        .at("/fields");
  }
  return {};
}

// As it stands now; an earlier answer names it.
Result<Responsibility> Responsibilities::find(const std::string& id) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_responsibility(*reader, ResponsibilityId::parse(id).value_or(ResponsibilityId()));
}

Result<void> Responsibilities::drop(ResponsibilityId id, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  auto row = idempotency_of(request.idempotency_key, actor, "drop_responsibility", {thing_of(id)});
  JW_ASSIGN(const auto committed,
            commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
              JW_ASSIGN(const Responsibility one, read_responsibility(reader, id));
              storage::Change change;
              change.writes.push_back({&sql::drop_responsibility, {id.value, one.row_version}, 1});
              change.audit.push_back(
                  {actor, "responsibility.drop", thing_of(id), R"({"resource":")" + one.resource + "\"}"});
              return change;
            }));
  static_cast<void>(committed);
  return {};
}

Result<Responsibility> Responsibilities::remind(ResponsibilityId id, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  JW_ASSIGN(const auto received, received_());
  Responsibility one;
  auto row =
      idempotency_of(request.idempotency_key, actor, "remind_responsibility", {thing_of(id)}, id.to_string());
  JW_ASSIGN(const auto committed,
            commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
              JW_ASSIGN(one, read_responsibility(reader, id));
              Collection collection;
              collection.responsibility = one;
              if (const auto found = received.find(one.resource); found != received.end())
                collection.last_received = found->second;
              compute_due(collection, clock_.now());
              if (!collection.overdue)
                return Error(ErrorCode::conflict, "catalog.not_overdue").with("resource", one.resource);
              storage::Change change;
              JW_TRY(add_reminder(store_, one, collection, actor, clock_.now(), change));
              return change;
            }));
  if (committed.earlier_answer) return find(*committed.earlier_answer);
  ++one.row_version;
  return one;
}

Result<Steward> Responsibilities::appoint(Steward steward, const std::string& replaces,
                                          const WriteRequest& request) {
  JW_ASSIGN(steward.appointed_by, clean_actor(request.actor));
  JW_ASSIGN(steward.department, department_of(steward.department));
  steward.name = text::squeeze(text::nfkc(steward.name));
  steward.title = text::squeeze(steward.title);
  if (steward.name.empty() || text::code_points(steward.name).size() > text_length ||
      text::code_points(steward.title).size() > text_length)
    return Error(ErrorCode::invalid, "catalog.steward_name_missing").at("/name");
  steward.appointed_at = clock_.now();
  auto row =
      idempotency_of(request.idempotency_key, steward.appointed_by, "appoint_steward",
                     {steward.department.id, steward.name, steward.title, replaces}, steward.department.id);
  JW_ASSIGN(
      const auto committed, commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(const auto named, read_stewards(reader));
        const auto present = named.find(steward.department.id);
        if (present != named.end() && !same_actor(present->second.name, replaces)) {
          return Error(ErrorCode::conflict, "catalog.steward_taken")
              .with("department", steward.department.title.in(request.language))
              .with("name", present->second.name);
        }
        std::vector<storage::Value> values = {
            steward.department.id, steward.department.title.zh, steward.department.title.en,    steward.name,
            steward.title,         steward.appointed_by,        to_micros(steward.appointed_at)};
        storage::Change change;
        const bool replacing = present != named.end();
        if (replacing) values.emplace_back(present->second.name);
        change.writes.push_back(
            {replacing ? &sql::replace_steward : &sql::put_steward, std::move(values), 1});
        change.audit.push_back(
            {steward.appointed_by, "steward.appoint", "department:" + steward.department.id, "{}"});
        return change;
      }));
  if (committed.earlier_answer) {
    JW_ASSIGN(auto named, stewards());
    return named[*committed.earlier_answer];
  }
  return steward;
}

Result<std::map<std::string, Steward>> Responsibilities::stewards() const {
  JW_ASSIGN(auto reader, store_.read());
  return read_stewards(*reader);
}

Result<std::string> Responsibilities::as_csv(Language language) const {
  JW_ASSIGN(const auto collections, list());
  std::string csv = "\xEF\xBB\xBF";
  const auto line = [&](std::initializer_list<std::string> cells) {
    bool first = true;
    for (const auto& cell : cells) {
      if (!first) csv += ',';
      csv += spreadsheet::csv_cell(cell);
      first = false;
    }
    csv += "\r\n";
  };
  const auto head = [&](const char* id) { return render(std::string("catalog.csv_") + id, {}, language); };
  line({head("department"), head("steward"), head("resource"), head("fields"), head("rhythm"), head("basis"),
        head("last_received"), head("due"), head("days_overdue"), head("reminders")});
  for (const auto& one : collections) {
    const Responsibility& owed = one.responsibility;
    std::string fields;
    for (const auto& name : owed.fields) {
      const Field* field = one.resource == nullptr ? nullptr : one.resource->field(name);
      fields += (fields.empty() ? "" : ", ") + (field == nullptr ? name : field->title.in(language));
    }
    line({owed.department.title.in(language), one.steward ? one.steward->name : "",
          one.resource == nullptr ? owed.resource : one.resource->title.in(language), fields,
          render("catalog.update_" + std::string(name_of(owed.rhythm)), {}, language), owed.basis,
          one.last_received ? to_rfc3339(*one.last_received) : "", one.due ? to_rfc3339(*one.due) : "",
          one.overdue ? std::to_string(one.days_overdue) : "", std::to_string(owed.reminders)});
  }
  return csv;
}

}  // namespace jingwei::catalog
