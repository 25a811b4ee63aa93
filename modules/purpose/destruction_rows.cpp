#include "modules/purpose/destruction_rows.h"

#include <charconv>

#include "base/json.h"
#include "modules/purpose/sql.gen.h"

namespace jingwei::purpose {

namespace {

using storage::Value;

Value micros_or_null(const std::optional<Instant>& instant) {
  if (instant) return to_micros(*instant);
  return storage::Null{};
}

template <typename Enum, std::size_t Count>
Enum named(std::string_view name, const std::array<Enum, Count>& all) {
  for (const Enum one : all) {
    if (name_of(one) == name) return one;
  }
  return all.front();
}

std::string text_of(const std::vector<crypto::KeyId>& ids) {
  std::vector<std::string> words;
  for (const auto id : ids) words.push_back(std::to_string(id));
  return joined(words);
}

std::vector<crypto::KeyId> ids_of(std::string_view text) {
  std::vector<crypto::KeyId> ids;
  for (const auto& word : parted(text)) {
    crypto::KeyId id = 0;
    std::from_chars(word.data(), word.data() + word.size(), id);
    ids.push_back(id);
  }
  return ids;
}

Destruction destruction_of(const storage::Row& row) {
  Destruction one;
  one.id = DestructionId(row.integer(0));
  one.cause = row.text(1);
  one.ordered_by = row.text(2);
  one.order_number = row.text(3);
  one.purposes = parted(row.text(4));
  one.state = named(row.text(5),
                    std::array{DestructionState::waiting, DestructionState::running, DestructionState::done});
  one.foretold = row.integer(6);
  one.ordered_at = from_micros(row.integer(7));
  one.due_at = from_micros(row.integer(8));
  if (!row.is_null(9)) one.started_at = from_micros(row.integer(9));
  if (!row.is_null(10)) one.finished_at = from_micros(row.integer(10));
  one.report = row.text(11);
  one.hash = row.text(12);
  one.row_version = row.integer(13);
  return one;
}

DestructionItem item_of(const storage::Row& row) {
  DestructionItem item;
  item.resource = row.text(0);
  item.action = named(row.text(1), std::array{Action::destroy, Action::seal});
  item.state = named(row.text(2),
                     std::array{ItemState::waiting, ItemState::running, ItemState::done, ItemState::spared});
  item.stage = row.text(3);
  item.basis = {std::string(row.text(4)), std::string(row.text(5))};
  if (!row.is_null(6)) item.before = from_micros(row.integer(6));
  item.taken = {row.integer(7), row.integer(8), row.integer(9), row.integer(10), row.integer(11)};
  item.answers = row.integer(12);
  item.keys = row.integer(13);
  item.key_ids = ids_of(row.text(14));
  item.row_version = row.integer(15);
  item.cases = row.integer(16);
  item.photos = row.integer(17);
  return item;
}

// Of an item, or of all of them.
template <typename Counted>
void write_counts(JsonWriter& json, const Counted& counted) {
  const ingest::Remains& taken = counted.taken;
  json.member("records", taken.records);
  json.member("versions", taken.versions);
  json.member("refused", taken.refused);
  json.member("batches", taken.batches);
  json.member("files", taken.files);
  json.member("answers", counted.answers);
  json.member("cases", counted.cases);
  json.member("photos", counted.photos);
  json.member("keys", counted.keys);
}

void write_instant(JsonWriter& json, std::string_view key, const std::optional<Instant>& instant) {
  json.key(key);
  if (instant) {
    json.value(to_rfc3339(*instant));
  } else {
    json.null();
  }
}

}  // namespace

std::string_view name_of(Action action) {
  return action == Action::destroy ? "destroy" : "seal";
}

std::string_view name_of(DestructionState state) {
  constexpr std::string_view names[] = {"waiting", "running", "done"};
  return names[static_cast<int>(state)];
}

std::string_view name_of(ItemState state) {
  constexpr std::string_view names[] = {"waiting", "running", "done", "spared"};
  return names[static_cast<int>(state)];
}

Result<std::vector<Destruction>> read_destructions(storage::Reader& reader,
                                                   const storage::Statement& statement,
                                                   std::span<const Value> parameters) {
  std::vector<Destruction> all;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    all.push_back(destruction_of(row));
    return true;
  }));
  return all;
}

Result<std::vector<DestructionItem>> read_items(storage::Reader& reader, DestructionId destruction) {
  std::vector<DestructionItem> items;
  const Value key = destruction.value;
  JW_TRY(reader.query(sql::items_of_destruction, std::span(&key, 1), [&](const storage::Row& row) {
    items.push_back(item_of(row));
    return true;
  }));
  return items;
}

storage::Write add_destruction(const Destruction& one) {
  return {&sql::add_destruction,
          {one.id.value, one.cause, one.ordered_by, one.order_number, joined(one.purposes), one.foretold,
           to_micros(one.ordered_at), to_micros(one.due_at)},
          1};
}

storage::Write add_item(DestructionId destruction, const DestructionItem& item) {
  return {&sql::add_destruction_item,
          {destruction.value, item.resource, std::string(name_of(item.action)), item.basis.zh, item.basis.en,
           micros_or_null(item.before)},
          1};
}

storage::Write move_item(DestructionId destruction, const DestructionItem& item) {
  return {&sql::move_item,
          {destruction.value, item.resource, item.row_version, std::string(name_of(item.state)), item.stage,
           item.taken.records, item.taken.versions, item.taken.refused, item.taken.batches, item.taken.files,
           item.answers, item.keys, text_of(item.key_ids), item.cases, item.photos},
          1};
}

Totals totals_of(const Destruction& destruction) {
  Totals totals;
  for (const auto& item : destruction.items) {
    totals.taken.add(item.taken);
    totals.answers += item.answers;
    totals.cases += item.cases;
    totals.photos += item.photos;
    totals.keys += item.keys;
    totals.spared += item.state == ItemState::spared ? 1 : 0;
    if (item.state != ItemState::done) continue;
    ++(item.action == Action::seal ? totals.sealed : totals.destroyed);
  }
  return totals;
}

std::string report_of(const Destruction& done) {
  const Totals totals = totals_of(done);
  JsonWriter json(2'048);
  json.begin_object();
  json.member("destruction", done.id.to_string());
  json.member("cause", done.cause);
  json.member("ordered_by", done.ordered_by);
  json.member("order_number", done.order_number);
  json.key("purposes");
  json.begin_array();
  for (const auto& purpose : done.purposes) json.value(purpose);
  json.end_array();
  json.member("foretold", done.foretold);
  write_instant(json, "ordered_at", done.ordered_at);
  write_instant(json, "started_at", done.started_at);
  write_instant(json, "finished_at", done.finished_at);
  json.key("totals");
  json.begin_object();
  write_counts(json, totals);
  json.end_object();
  json.key("resources");
  json.begin_array();
  for (const auto& item : done.items) {
    json.begin_object();
    json.member("resource", item.resource);
    json.member("action", name_of(item.action));
    json.member("state", name_of(item.state));
    write_instant(json, "received_before", item.before);
    json.member("basis_zh", item.basis.zh);
    json.member("basis_en", item.basis.en);
    write_counts(json, item);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::purpose
