#include "modules/registry/links.h"

#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

using storage::Row;
using storage::Value;

Link link_of(const Row& row) {
  Link link;
  link.record = RecordId(row.integer(0));
  link.role = static_cast<Role>(row.integer(1));
  link.version = row.integer(2);
  link.resource = row.integer(3);
  link.subject = SubjectId(row.integer(4));
  link.home = SubjectId(row.integer(5));
  link.certainty = static_cast<Certainty>(row.integer(6));
  link.model = row.integer(7);
  if (!row.is_null(8)) link.identifier = row.blob(8);
  link.name = row.integer(9);
  link.batch = BatchId(row.integer(10));
  link.region = RegionId(row.integer(11));
  link.known_from = from_micros(row.integer(12));
  return link;
}

PastLink past_link_of(const Row& row) {
  PastLink past{link_of(row), std::nullopt};
  if (!row.is_null(13)) past.known_to = from_micros(row.integer(13));
  return past;
}

Result<std::vector<Link>> read_links(storage::Reader& reader, const storage::Statement& statement,
                                     std::span<const Value> parameters) {
  std::vector<Link> links;
  JW_TRY(reader.query(statement, parameters, [&](const Row& row) {
    links.push_back(link_of(row));
    return true;
  }));
  return links;
}

Result<std::vector<std::vector<Link>>> read_each(storage::Reader& reader, const storage::Statement& statement,
                                                 const std::vector<std::vector<Value>>& parameters) {
  std::vector<std::vector<Link>> links(parameters.size());
  JW_TRY(reader.query_each(statement, parameters,
                           [&](std::size_t at, const Row& row) { links[at].push_back(link_of(row)); }));
  return links;
}

std::int64_t limit_of(std::size_t most) {
  return static_cast<std::int64_t>(most);
}

Value identifier_of(const Link& link) {
  if (link.identifier.empty()) return storage::Null{};
  return storage::Blob{link.identifier};
}

}  // namespace

Result<State> read_state(storage::Reader& reader) {
  State state;
  JW_TRY(reader.query(sql::state, {}, [&](const Row& row) {
    state = {row.integer(0), row.integer(1)};
    return false;
  }));
  return state;
}

Result<std::vector<Link>> links_of_record(storage::Reader& reader, RecordId record) {
  const Value key = record.value;
  return read_links(reader, sql::links_of_record, std::span(&key, 1));
}

Result<std::vector<Link>> links_of_subject(storage::Reader& reader, SubjectId subject, std::size_t most) {
  const std::array<Value, 2> parameters = {subject.value, limit_of(most)};
  return read_links(reader, sql::links_of_subject, parameters);
}

Result<std::vector<Link>> links_of_subject_in(storage::Reader& reader, SubjectId subject,
                                              std::int64_t resource, std::size_t most) {
  const std::array<Value, 3> parameters = {subject.value, resource, limit_of(most)};
  return read_links(reader, sql::links_of_subject_in, parameters);
}

Result<std::vector<Link>> links_of_identifier(storage::Reader& reader, const std::string& identifier,
                                              std::size_t most) {
  const std::array<Value, 2> parameters = {storage::Blob{identifier}, limit_of(most)};
  return read_links(reader, sql::links_of_identifier, parameters);
}

Result<std::vector<Link>> links_between(storage::Reader& reader, RecordId first, RecordId last,
                                        std::size_t most) {
  const std::array<Value, 3> parameters = {first.value, last.value, limit_of(most)};
  return read_links(reader, sql::links_between, parameters);
}

Result<std::vector<Link>> links_of_resource_between(storage::Reader& reader, std::int64_t resource,
                                                    RecordId first, RecordId end, std::size_t most) {
  const std::array<Value, 4> parameters = {first.value, end.value, resource, limit_of(most)};
  return read_links(reader, sql::links_of_resource_between, parameters);
}

Result<std::vector<Link>> links_of_batch(storage::Reader& reader, RecordId after, BatchId batch,
                                         std::size_t most) {
  const std::array<Value, 3> parameters = {after.value, batch.value, limit_of(most)};
  return read_links(reader, sql::links_of_batch, parameters);
}

Result<std::vector<Link>> links_at_home(storage::Reader& reader, SubjectId subject, SubjectId home,
                                        RecordId after, std::size_t most) {
  const std::array<Value, 4> parameters = {subject.value, home.value, after.value, limit_of(most)};
  return read_links(reader, sql::links_at_home, parameters);
}

Result<std::vector<std::vector<Link>>> links_of_records(storage::Reader& reader,
                                                        std::span<const RecordId> records) {
  std::vector<std::vector<Value>> parameters;
  for (const RecordId record : records) parameters.push_back({record.value});
  return read_each(reader, sql::links_of_record, parameters);
}

Result<std::vector<std::vector<Link>>> links_of_subjects(storage::Reader& reader,
                                                         std::span<const SubjectId> subjects,
                                                         std::size_t most) {
  std::vector<std::vector<Value>> parameters;
  for (const SubjectId subject : subjects) parameters.push_back({subject.value, limit_of(most)});
  return read_each(reader, sql::links_of_subject, parameters);
}

Result<std::vector<std::vector<Link>>> links_of_identifiers(storage::Reader& reader,
                                                            std::span<const std::string> identifiers,
                                                            std::size_t most) {
  std::vector<std::vector<Value>> parameters;
  for (const auto& identifier : identifiers)
    parameters.push_back({storage::Blob{identifier}, limit_of(most)});
  return read_each(reader, sql::links_of_identifier, parameters);
}

Result<std::vector<std::vector<PastLink>>> histories_of_records(storage::Reader& reader,
                                                                std::span<const RecordId> records) {
  std::vector<std::vector<Value>> parameters;
  for (const RecordId record : records) parameters.push_back({record.value});
  std::vector<std::vector<PastLink>> histories(records.size());
  JW_TRY(reader.query_each(sql::history_of_record, parameters, [&](std::size_t at, const Row& row) {
    histories[at].push_back(past_link_of(row));
  }));
  return histories;
}

Result<std::vector<PastLink>> ended_links_of_subject(storage::Reader& reader, SubjectId subject,
                                                     std::size_t most) {
  const std::array<Value, 2> parameters = {subject.value, limit_of(most)};
  std::vector<PastLink> links;
  JW_TRY(reader.query(sql::ended_links_of_subject, parameters, [&](const Row& row) {
    links.push_back(past_link_of(row));
    return true;
  }));
  return links;
}

Result<bool> any_constraint(storage::Reader& reader) {
  JW_ASSIGN(const auto one, storage::query_integer(reader, sql::any_constraint, {}));
  return one.has_value();
}

namespace {

Result<std::vector<Constraint>> read_constraints(storage::Reader& reader, const storage::Statement& statement,
                                                 Value key) {
  std::vector<Constraint> all;
  JW_TRY(reader.query(statement, std::span(&key, 1), [&](const Row& row) {
    all.push_back({row.integer(0), RecordId(row.integer(1)), RecordId(row.integer(2)),
                   static_cast<Role>(row.integer(3)), row.integer(4) != 0, EventId(row.integer(5)),
                   row.integer(6)});
    return true;
  }));
  return all;
}

}  // namespace

Result<std::vector<Constraint>> constraints_of(storage::Reader& reader, RecordId record) {
  return read_constraints(reader, sql::constraints_of_record, record.value);
}

Result<std::vector<Constraint>> constraints_of_event(storage::Reader& reader, EventId event) {
  return read_constraints(reader, sql::constraints_of_event, event.value);
}

storage::Write add_constraint(const Constraint& constraint, Instant at) {
  return {&sql::add_constraint,
          {constraint.id, constraint.a.value, constraint.b.value, static_cast<std::int64_t>(constraint.role),
           std::int64_t{constraint.same ? 1 : 0}, constraint.event.value, to_micros(at)},
          1};
}

storage::Write end_constraint(const Constraint& constraint, Instant at) {
  return {&sql::end_constraint, {constraint.id, to_micros(at)}, 1};
}

Result<std::optional<Link>> first_link_of_subject(storage::Reader& reader, SubjectId subject) {
  const Value key = subject.value;
  JW_ASSIGN(auto links, read_links(reader, sql::first_link_of_subject, std::span(&key, 1)));
  if (links.empty()) return std::optional<Link>();
  return std::optional(std::move(links.front()));
}

Result<SubjectId> kept_subject(storage::Reader& reader, SubjectId subject) {
  // One that was merged, whose records all ended before that one was merged again, is named by way of it.
  for (int step = 0; step < limits::alias_steps; ++step) {
    const Value key = subject.value;
    JW_ASSIGN(const auto kept, storage::query_integer(reader, sql::alias_of, std::span(&key, 1)));
    if (!kept) break;
    subject = SubjectId(*kept);
  }
  return subject;
}

Result<std::vector<std::pair<SubjectId, EventId>>> merged_into(storage::Reader& reader, SubjectId subject) {
  const Value key = subject.value;
  std::vector<std::pair<SubjectId, EventId>> all;
  JW_TRY(reader.query(sql::aliases_to, std::span(&key, 1), [&](const Row& row) {
    all.emplace_back(SubjectId(row.integer(0)), EventId(row.integer(1)));
    return true;
  }));
  return all;
}

storage::Write take_number(std::int64_t number) {
  return {&sql::take_number, {number}, 1};
}

storage::Write hold_number(std::int64_t number) {
  return {&sql::hold_number, {number}, 1};
}

storage::Write end_link(const Link& link, Instant known_to) {
  return {&sql::end_link,
          {link.record.value, static_cast<std::int64_t>(link.role), link.version, to_micros(known_to)},
          1};
}

storage::Write add_link(const Link& link) {
  std::vector<Value> cells;
  append_cells(link, cells);
  cells.pop_back();  // known_to
  return {&sql::add_link, std::move(cells), 1};
}

const std::vector<std::string>& link_columns() {
  static const std::vector<std::string> columns = {
      "record", "role",       "version", "resource", "subject", "home",       "certainty",
      "model",  "identifier", "name",    "batch",    "region",  "known_from", "known_to"};
  return columns;
}

void append_cells(const Link& link, std::vector<Value>& cells) {
  cells.emplace_back(link.record.value);
  cells.emplace_back(static_cast<std::int64_t>(link.role));
  cells.emplace_back(link.version);
  cells.emplace_back(link.resource);
  cells.emplace_back(link.subject.value);
  cells.emplace_back(link.home.value);
  cells.emplace_back(static_cast<std::int64_t>(link.certainty));
  cells.emplace_back(link.model);
  cells.push_back(identifier_of(link));
  cells.emplace_back(link.name);
  cells.emplace_back(link.batch.value);
  cells.emplace_back(link.region.value);
  cells.emplace_back(to_micros(link.known_from));
  cells.emplace_back(storage::Null{});
}

}  // namespace jingwei::registry
