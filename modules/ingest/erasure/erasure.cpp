#include "modules/ingest/erasure/erasure.h"

#include "base/log.h"
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/sealed_tables.h"
#include "modules/ingest/sql.gen.h"
#include "modules/ingest/uploads.h"

namespace jingwei::ingest {

namespace {

using storage::Value;

constexpr std::int64_t rows_a_step = 2'000;
constexpr std::int64_t slices_a_step = 8;
constexpr std::int64_t batches_a_step = 100;
constexpr std::int64_t uploads_a_step = 100;
constexpr std::string_view upload_suffix = ".upload", pieces_suffix = ".pieces";

// Later than everything.
constexpr std::int64_t all_time = std::numeric_limits<std::int64_t>::max();

Result<std::int64_t> count_of(storage::Reader& reader, const storage::Statement& statement,
                              std::span<const Value> parameters) {
  JW_ASSIGN(const auto counted, storage::query_integer(reader, statement, parameters));
  return counted.value_or(0);
}

}  // namespace

void Remains::add(const Remains& more) {
  records += more.records;
  versions += more.versions;
  refused += more.refused;
  batches += more.batches;
  files += more.files;
}

struct Erasing::Step {
  const catalog::Entry& entry;
  std::int64_t before;
  bool finished_only;  // batches that wait stay
  std::int64_t number;
  Instant now;
  storage::Change change;
  Remains taken;
  std::vector<std::string> files;  // to be removed once it is committed

  const std::string& resource() const { return entry.resource.id; }
  std::int64_t waiting_too() const { return finished_only ? 1 : 0; }
};

Erasing::Tables Erasing::tables_of(const catalog::Entry& entry) const {
  const std::lock_guard lock(mutex_);
  Tables tables;
  for (int version = entry.table->shape().table_version; version >= 1; --version) {
    auto& table = tables_[catalog::table_name(entry.resource, version)];
    if (!table) table = std::make_unique<catalog::ErasingTable>(entry.resource, version);
    tables.push_back(table.get());
  }
  return tables;
}

Result<bool> Erasing::present(const std::string& path) const {
  if (!path.starts_with(parts_.uploads_folder + "/")) return false;  // not ours: it is only read
  return parts_.files.exists(path);
}

Result<Remains> Erasing::count(const std::string& resource, std::optional<Instant> before) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  const std::int64_t until = before ? to_micros(*before) : all_time;
  const std::int64_t finished_only = before ? 1 : 0;
  Remains found;
  JW_ASSIGN(auto reader, parts_.store.read());
  bool newest = true;
  const Value limit = until;
  for (const auto* table : tables_of(*entry)) {
    JW_TRY(reader->query(table->count(), std::span(&limit, 1), [&](const storage::Row& row) {
      found.versions += row.integer(0);
      if (newest) found.records += row.integer(1);
      return false;
    }));
    newest = false;
  }
  JW_ASSIGN(const auto packed, catalog::count_standing(*reader, resource, from_micros(until)));
  found.versions += packed.rows;
  found.records += packed.live;
  const std::array<Value, 3> batches = {resource, until, finished_only};
  JW_ASSIGN(found.refused, count_of(*reader, sql::count_refused_of_resource, batches));
  JW_ASSIGN(found.batches, count_of(*reader, sql::count_batches_to_empty, batches));
  if (!before) {
    JW_ASSIGN(found.files, count_of(*reader, sql::count_uploads_of_resource, std::span(batches).first<2>()));
  }
  return found;
}

Result<std::optional<Instant>> Erasing::oldest(const std::string& resource) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  JW_ASSIGN(auto reader, parts_.store.read());
  std::optional<Instant> oldest;
  const auto meet = [&](Instant received) {
    if (!oldest || received < *oldest) oldest = received;
  };
  for (const auto* table : tables_of(*entry)) {
    JW_TRY(reader->query(table->oldest(), {}, [&](const storage::Row& row) {
      if (!row.is_null(0)) meet(from_micros(row.integer(0)));
      return false;
    }));
  }
  // Ids grow with time, but for loads that ran beside each other.
  JW_ASSIGN(const auto slices,
            catalog::standing_slices(*reader, resource, from_micros(all_time), SIZE_MAX >> 1));
  for (const auto& head : slices) meet(head.known_from);
  return oldest;
}

Result<bool> Erasing::has_restored(const std::string& resource) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const Value key = resource;
  JW_ASSIGN(const std::int64_t restored, count_of(*reader, sql::count_restored, std::span(&key, 1)));
  return restored > 0;
}

Result<void> Erasing::take_batches(storage::Reader& reader, Step& step) const {
  const std::string why = error_to_text(Error(ErrorCode::gone, "ingest.batch_destroyed"));
  const std::array<Value, 4> page = {step.resource(), step.before, batches_a_step, step.waiting_too()};
  std::vector<std::pair<std::int64_t, std::string>> batches;
  JW_TRY(reader.query(sql::batches_to_empty, page, [&](const storage::Row& row) {
    batches.emplace_back(row.integer(0), row.text(1));
    return true;
  }));
  for (const auto& [id, path] : batches) {
    step.change.writes.push_back({&sql::empty_batch, {id, why, to_micros(step.now)}, 1});
    step.change.writes.push_back({&sql::drop_batch_columns, {id}, std::nullopt});
    ++step.taken.batches;
    JW_ASSIGN(const bool there, present(path));
    if (!there) continue;
    ++step.taken.files;
    step.files.push_back(path);
  }
  return {};
}

Result<void> Erasing::take_uploads(storage::Reader& reader, Step& step) const {
  if (step.finished_only) return {};  // those that nobody goes on with are swept anyway
  const std::array<Value, 3> page = {step.resource(), step.before, uploads_a_step};
  return reader.query(sql::uploads_of_resource, page, [&](const storage::Row& row) {
    const std::int64_t id = row.integer(0);
    step.change.writes.push_back({&sql::remove_upload, {id}, 1});
    for (const auto& name : {std::to_string(id) + std::string(pieces_suffix),
                             file_name(std::to_string(id), step.resource(), pieces_suffix)})
      step.files.push_back(parts_.uploads_folder + "/" + name);
    ++step.taken.files;
    return true;
  });
}

Result<void> Erasing::take_slices(storage::Reader& reader, Step& step) const {
  JW_ASSIGN(const auto heads,
            catalog::standing_slices(reader, step.resource(), from_micros(step.before), slices_a_step));
  for (const auto& head : heads) {
    catalog::erase_slice(step.resource(), head, step.number, step.now, step.change);
    step.taken.versions += head.rows;
    step.taken.records += head.live;
  }
  return {};
}

Result<void> Erasing::take_rows(storage::Reader& reader, Step& step) const {
  const std::array<Value, 2> page = {step.before, rows_a_step};
  bool newest = true;
  for (const auto* table : tables_of(step.entry)) {
    std::int64_t versions = 0, standing = 0;
    JW_TRY(reader.query(table->count_page(), page, [&](const storage::Row& row) {
      versions = row.integer(0);
      standing = row.integer(1);
      return false;
    }));
    if (versions > 0) {
      if (newest) {
        step.change.writes.push_back(
            {&table->page_stands(), {step.resource(), step.before, rows_a_step, standing}, 1});
      }
      step.change.writes.push_back({&table->erase_page(), {step.before, rows_a_step}, versions});
      step.taken.versions += versions;
      if (newest) step.taken.records += standing;
      return {};
    }
    newest = false;
  }
  return {};
}

Result<void> Erasing::take_refused(storage::Reader& reader, Step& step) const {
  const std::array<Value, 4> page = {step.resource(), step.before, rows_a_step, step.waiting_too()};
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> lines;  // by batch: the last line, how many
  JW_TRY(reader.query(sql::refused_of_resource, page, [&](const storage::Row& row) {
    auto& [last, rows] = lines[row.integer(0)];
    last = row.integer(1);
    ++rows;
    return true;
  }));
  for (const auto& [batch, found] : lines) {
    step.change.writes.push_back({&sql::erase_refused, {batch, found.first}, found.second});
    step.taken.refused += found.second;
  }
  return {};
}

// Files that a process left behind which ended between a step and its files.
Result<void> Erasing::remove_orphans() const {
  JW_ASSIGN(const auto names, parts_.files.list(parts_.uploads_folder));
  for (const auto& name : names) {
    const bool of_batch = name.ends_with(upload_suffix);
    const auto id = BatchId::parse(name.substr(0, name.find('.')));
    if (!id || (!of_batch && !name.ends_with(pieces_suffix))) continue;
    JW_ASSIGN(auto reader, parts_.store.read());
    const Value key = id->value;
    JW_ASSIGN(const auto known,
              storage::query_integer(*reader, of_batch ? sql::is_emptied_batch : sql::is_upload,
                                     std::span(&key, 1)));
    if (known.has_value() != of_batch) continue;
    const auto removed = parts_.files.remove(parts_.uploads_folder + "/" + name);
    if (!removed && removed.error().code != ErrorCode::not_found) return removed.error();
  }
  return {};
}

Result<Erasing::Left> Erasing::step(const std::string& resource, std::optional<Instant> before,
                                    const Commit& commit) {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  const auto turn = records_.turn(*entry);
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, resource));
  Step step{
      *entry, before ? to_micros(*before) : all_time, before.has_value(), number, parts_.clock.now(), {}, {},
      {}};
  // Refused rows go before the batches that lead to them, what is waiting before what it would become.
  const auto nothing_yet = [&] { return step.change.writes.empty(); };
  if (before) {
    JW_TRY(take_refused(*reader, step));
    if (nothing_yet()) JW_TRY(take_batches(*reader, step));
  } else {
    JW_TRY(take_batches(*reader, step));
    if (nothing_yet()) JW_TRY(take_uploads(*reader, step));
    if (nothing_yet()) JW_TRY(take_refused(*reader, step));
  }
  if (nothing_yet()) JW_TRY(take_slices(*reader, step));
  if (nothing_yet()) JW_TRY(take_rows(*reader, step));
  reader.reset();

  const Left left = nothing_yet() ? Left::nothing : Left::more;
  const auto table_version = static_cast<std::int64_t>(entry->table->shape().table_version);
  if (left == Left::nothing) {
    JW_TRY(remove_orphans());
    JW_TRY(parts_.files.sync_folder(parts_.uploads_folder));
    // Whoever entered a record until the number is taken is seen here; slices take the number themselves.
    for (const auto* table : tables_of(*entry))
      step.change.writes.push_back({&table->none_left(), {resource, step.before}, 1});
  }
  // Before all else, as everybody does: whoever adds, loads or withdraws meanwhile holds or takes this
  // number.
  step.change.writes.insert(step.change.writes.begin(),
                            catalog::take_slice_number(resource, number, table_version));
  JW_TRY(commit(std::move(step.change), step.taken, left));
  for (const auto& file : step.files) {
    const auto removed = parts_.files.remove(file);
    if (!removed && removed.error().code != ErrorCode::not_found)
      log::warn("ingest.upload_not_removed", {{"fault", removed.error().to_log()}});
  }
  return left;
}

}  // namespace jingwei::ingest
