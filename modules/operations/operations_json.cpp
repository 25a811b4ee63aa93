#include "modules/operations/operations_json.h"

namespace jingwei::operations {

namespace {

void member_or_null(JsonWriter& json, std::string_view name, const std::optional<std::string>& text) {
  json.key(name);
  if (text) {
    json.value(*text);
  } else {
    json.null();
  }
}

void write_progress(JsonWriter& json, const BackupView& view) {
  json.key("progress");
  if (view.state != "running") return json.null();
  json.begin_object();
  json.member("step", view.progress.step);
  json.member("tables_done", view.progress.tables_done);
  json.member("tables_total", view.progress.tables_total);
  json.member("rows_done", view.progress.rows_done);
  json.member("rows_total", view.progress.rows_total);
  json.member("bytes", view.progress.bytes);
  json.end_object();
}

}  // namespace

void write_backup(JsonWriter& json, const BackupView& view, Tables tables, Language language) {
  const auto& manifest = view.manifest;
  const auto told = [&](std::optional<std::string> text) {
    return manifest ? std::move(text) : std::nullopt;
  };
  json.begin_object();
  json.member("name", view.name);
  json.member("place", view.place);
  json.member("state", view.state);
  write_progress(json, view);
  json.member("started_at", to_rfc3339(view.started_at));
  member_or_null(json, "finished_at", told(manifest ? to_rfc3339(manifest->finished_at) : ""));
  member_or_null(json, "position", told(manifest ? manifest->position.to_string() : ""));
  member_or_null(json, "program", told(manifest ? manifest->program : ""));
  member_or_null(json, "storage",
                 told(manifest && manifest->storage == storage::Dialect::postgres ? "postgresql" : "sqlite"));
  json.member("rows", manifest ? manifest->rows() : 0);
  json.member("bytes", manifest ? manifest->bytes() : 0);
  json.member("uploads", manifest ? static_cast<std::int64_t>(manifest->files.size()) : 0);
  member_or_null(json, "error", view.error ? std::optional(render(*view.error, language)) : std::nullopt);
  member_or_null(json, "check", view.check.empty() ? std::nullopt : std::optional(view.check));
  json.key("check_faults");
  json.begin_array();
  if (view.check_error) {
    for (const auto& cause : view.check_error->causes) json.value(render(cause, language));
    if (view.check_error->causes.empty()) json.value(render(*view.check_error, language));
  }
  json.end_array();
  json.key("tables");
  json.begin_array();
  if (manifest && tables == Tables::listed) {
    for (const auto& table : manifest->tables) {
      json.begin_object();
      json.member("name", table.table.name);
      json.member("rows", table.rows);
      json.member("digest", table.digest);
      json.member("bytes", table.facts.bytes);
      json.end_object();
    }
  }
  json.end_array();
  json.end_object();
}

std::string backup_json(const BackupView& view, Tables tables, Language language) {
  JsonWriter json(4096);
  write_backup(json, view, tables, language);
  return json.take();
}

}  // namespace jingwei::operations
