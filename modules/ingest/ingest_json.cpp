#include "modules/ingest/ingest_json.h"

#include "base/limits.h"
#include "modules/ingest/uploads.h"
#include "modules/ingest/withdrawal/withdrawal.h"

#include "modules/ingest/batch_loader.h"
#include "modules/ingest/record_text.h"

namespace jingwei::ingest {

namespace {

std::string field_title(const catalog::Catalog& catalog, const std::string& resource,
                        const std::string& field, Language language) {
  const auto entry = catalog.find(resource);
  if (!entry || (*entry)->resource.field(field) == nullptr) return field;
  return (*entry)->resource.field(field)->title.in(language);
}

void write_reasons(JsonWriter& json, const BatchView& view, const catalog::Catalog& catalog,
                   Language language) {
  json.key("reasons");
  json.begin_array();
  for (const auto& [key, rows] : view.batch.counts.reasons) {
    json.begin_object();
    json.member("id", key.first);
    json.member("title", render(key.first, {}, language));
    json.member("field", field_title(catalog, view.batch.resource, key.second, language));
    json.member("count", rows);
    json.end_object();
  }
  json.end_array();
}

void write_notes(JsonWriter& json, const Batch& batch, Language language) {
  json.key("notes");
  json.begin_array();
  for (const auto& note : batch.notes) {
    json.begin_object();
    json.member("id", note.message);
    json.member("sentence", render(note.message, note.arguments, language));
    json.end_object();
  }
  json.end_array();
}

template <typename Value>
void write_optional(JsonWriter& json, std::string_view key, const std::optional<Value>& value) {
  json.key(key);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

// {"name":["clean.width","clean.name_spaces"]} of "name:clean.width,clean.name_spaces".
void write_cleaning(JsonWriter& json, std::string_view cleaning) {
  const auto take = [](std::string_view& text, char stop) {
    const std::size_t end = std::min(text.find(stop), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  json.key("cleaning");
  json.begin_object();
  while (!cleaning.empty()) {
    std::string_view field = take(cleaning, ';');
    json.key(take(field, ':'));
    json.begin_array();
    while (!field.empty()) json.value(take(field, ','));
    json.end_array();
  }
  json.end_object();
}

void write_place(JsonWriter& json, std::string_view key, const std::optional<RefusedKey>& place) {
  json.key(key);
  if (!place) return json.null();
  json.begin_object();
  write_optional(json, "batch",
                 place->batch ? std::optional(place->batch.to_string()) : std::optional<std::string>());
  json.member("line", place->line);
  json.end_object();
}

std::optional<std::string> time_text(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return to_rfc3339(*instant);
}

void write_value(JsonWriter& json, const Record& record, std::size_t at, const catalog::Resource& resource,
                 const region::Tree& tree, Language language) {
  const catalog::Field& field = resource.fields[at];
  const storage::Value& value = record.values[at];
  if (const auto* real = std::get_if<double>(&value)) return json.value(*real);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (field.type == catalog::FieldType::integer) return json.value(*number);
    if (field.type == catalog::FieldType::boolean) return json.value(*number != 0);
  }
  if (std::holds_alternative<storage::Null>(value)) return json.null();
  json.value(shown(record, at, resource, tree, language));
}

void write_ids(JsonWriter& json, std::string_view key, const std::vector<BatchId>& batches) {
  json.key(key);
  json.begin_array();
  for (const BatchId batch : batches) json.value(batch.to_string());
  json.end_array();
}

void write_plan(JsonWriter& json, const WithdrawalPlan& plan, const catalog::Resource& resource,
                Language language) {
  json.begin_object();
  json.member("records", plan.records());
  json.member("ends", plan.ends);
  json.member("restores", plan.restores);
  json.member("overtaken", plan.overtaken);
  json.member("reopens", plan.reopens);
  json.key("figures");
  if (plan.figures) {
    json.begin_array();
    for (const auto& metric : resource.metrics) {
      const auto moved = plan.figures->find(metric.id);
      if (moved == plan.figures->end()) continue;
      json.begin_object();
      json.member("id", metric.id);
      json.member("title", metric.title.in(language));
      json.member("delta", moved->second);
      json.end_object();
    }
    json.end_array();
  } else {
    json.null();
  }
  write_ids(json, "repeated_by", plan.repeated_by);
  write_ids(json, "repaired_by", plan.repaired_by);
  json.end_object();
}

}  // namespace

std::string withdrawal_json(BatchId batch, const Withdrawal* withdrawal, const WithdrawalPlan* plan,
                            const catalog::Resource& resource, Language language) {
  static const Withdrawal never;
  const bool asked = withdrawal != nullptr;
  const Withdrawal& told = asked ? *withdrawal : never;
  const auto if_asked = [&](const std::string& text) { return asked ? std::optional(text) : std::nullopt; };
  JsonWriter json(1024);
  json.begin_object();
  json.member("batch", batch.to_string());
  json.member("state", !asked ? "none" : told.state == WithdrawalState::done ? "done" : "running");
  json.key("plan");
  if (plan != nullptr) {
    write_plan(json, *plan, resource, language);
  } else {
    json.null();
  }
  write_optional(json, "reason", if_asked(told.reason));
  write_optional(json, "actor", if_asked(told.actor));
  json.member("records", plan != nullptr ? plan->records() : told.expected);
  json.member("ended", told.ended);
  json.member("restored", told.restored);
  json.member("reopened", told.reopened);
  write_optional(json, "asked_at", if_asked(to_rfc3339(told.asked_at)));
  write_optional(json, "finished_at", time_text(told.finished_at));
  json.end_object();
  return json.take();
}

void write_batch(JsonWriter& json, const BatchView& view, const catalog::Catalog& catalog,
                 Language language) {
  const Batch& batch = view.batch;
  const auto entry = catalog.find(batch.resource);
  json.begin_object();
  json.member("id", batch.id.to_string());
  json.key("resource");
  json.begin_object();
  json.member("id", batch.resource);
  json.member("title", entry.ok() ? (*entry)->resource.title.in(language) : batch.resource);
  json.end_object();
  json.member("filename", batch.filename);
  json.member("state", view.interrupted ? std::string_view("interrupted") : name_of(batch.state));
  json.member("encoding", batch.encoding);
  json.member("format", batch.format);
  json.member("rows_read", batch.counts.rows_read);
  json.member("accepted", batch.counts.accepted);
  json.member("cleaned", batch.counts.cleaned);
  json.member("unchanged", batch.counts.unchanged);
  json.member("updated", batch.counts.updated);
  json.member("refused", batch.counts.refused);
  json.member("bytes_done", batch.bytes_done);
  json.member("bytes_total", batch.bytes_total);
  json.member("rows_per_second", view.pace.rows_per_second);
  write_optional(json, "seconds_left", view.pace.seconds_left);
  json.member("started_at", to_rfc3339(batch.started_at));
  write_optional(json, "finished_at", time_text(batch.finished_at));
  std::optional<std::string> error;
  if (!batch.error.empty()) error = render(error_from_text(batch.error), language);
  write_optional(json, "error", error);
  json.member("mended", batch.mended);
  json.member("withdrawal", name_of(batch.withdrawal));
  write_optional(json, "repairs",
                 batch.repairs ? std::optional(batch.repairs.to_string()) : std::optional<std::string>());
  json.member("repeated", view.repeated);
  write_notes(json, batch, language);
  write_reasons(json, view, catalog, language);
  json.end_object();
}

std::string batch_json(const BatchView& view, const catalog::Catalog& catalog, Language language) {
  JsonWriter json(1024);
  write_batch(json, view, catalog, language);
  return json.take();
}

void write_refused_row(JsonWriter& json, const RefusedRow& row,
                       const std::vector<std::pair<std::string, std::string>>& fields, Language language) {
  json.begin_object();
  json.member("line", row.line);
  write_optional(json, "sheet", row.sheet.empty() ? std::optional<std::string>() : std::optional(row.sheet));
  write_optional(json, "sheet_line",
                 row.sheet.empty() ? std::optional<std::int64_t>() : std::optional(row.sheet_line));
  json.member("field", row.field);
  json.member("reason", row.reason);
  json.member("sentence", render(row.reason, row.arguments, language));
  json.member("original", row.original);
  json.key("fields");
  json.begin_object();
  for (const auto& [name, text] : fields) json.member(name, text);
  json.end_object();
  json.member("state", name_of(row.state));
  write_place(json, "first_try", row.first_try);
  write_place(json, "mended_by", row.mended_by);
  json.end_object();
}

void write_record(JsonWriter& json, const Record& record, const catalog::Resource& resource,
                  const region::Tree& tree, Language language) {
  json.begin_object();
  json.member("id", record.id.to_string());
  json.member("version", record.version);
  json.key("region");
  const region::Node node = record.region ? tree.find(record.region) : region::no_node;
  if (node == region::no_node) {
    json.null();
  } else {
    json.begin_object();
    json.member("code", tree.code(node));
    json.member("name", tree.name(node));
    json.end_object();
  }
  json.member("day", to_iso(record.day));
  json.member("known_from", to_rfc3339(record.known_from));
  json.member("valid_from", to_rfc3339(record.valid_from));
  json.key("batch");
  if (record.batch) {
    json.value(record.batch.to_string());
  } else {
    json.null();
  }
  json.key("fields");
  json.begin_object();
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    json.key(resource.fields[at].name);
    write_value(json, record, at, resource, tree, language);
  }
  json.end_object();
  write_cleaning(json, record.cleaning);
  json.end_object();
}

void write_withdrawn_record(JsonWriter& json, const WithdrawnRecord& record,
                            const catalog::Resource& resource, const region::Tree& tree, Language language) {
  json.begin_object();
  json.member("outcome", record.restores ? "restores" : "ends");
  json.key("before");
  write_record(json, record.ends, resource, tree, language);
  json.key("after");
  if (record.stands_again) {
    write_record(json, *record.stands_again, resource, tree, language);
  } else {
    json.null();
  }
  json.end_object();
}

std::string upload_json(const Upload& upload) {
  JsonWriter json;
  json.begin_object();
  json.member("id", upload.id.to_string());
  json.member("resource", upload.resource);
  json.member("filename", upload.filename);
  json.member("bytes", upload.bytes);
  json.member("received", upload.received);
  json.member("piece_bytes", static_cast<std::int64_t>(limits::upload_piece_bytes));
  json.member("started_at", to_rfc3339(upload.started_at));
  json.member("lapses_at", to_rfc3339(upload.touched_at + limits::upload_abandoned));
  json.key("batch");
  if (upload.batch) {
    json.value(upload.batch.to_string());
  } else {
    json.null();
  }
  json.end_object();
  return json.take();
}

}  // namespace jingwei::ingest
