#include "modules/operations/manifest.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/limits.h"
#include "storage/digest.h"

namespace jingwei::operations {

namespace {

namespace json = boost::json;

void write_facts(JsonWriter& out, const storage::FileFacts& facts) {
  out.member("bytes", facts.bytes);
  out.member("sha256", facts.sha256);
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name);
  out.begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void write_table(JsonWriter& out, const BackupTable& table) {
  out.begin_object();
  out.member("name", table.table.name);
  out.member("rows", table.rows);
  out.member("rows_digest", table.digest);
  out.member("file", table.file);
  write_facts(out, table.facts);
  out.key("columns");
  out.begin_array();
  for (const auto& column : table.table.columns) {
    out.begin_object();
    out.member("name", column.name);
    out.member("type", storage::name_of(column.type));
    out.member("nullable", column.nullable);
    if (!column.default_value.empty()) out.member("default", column.default_value);
    out.end_object();
  }
  out.end_array();
  write_texts(out, "primary_key", table.table.primary_key);
  out.key("indexes");
  out.begin_array();
  for (const auto& index : table.table.indexes) {
    out.begin_object();
    out.member("name", index.name);
    out.member("unique", index.unique);
    write_texts(out, "columns", index.columns);
    if (!index.where.empty()) out.member("where", index.where);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

// Reads members and throws when one is not there or of another kind; parse_manifest catches.
std::string text_of(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}
std::string text_or_none(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found == nullptr ? std::string() : std::string(found->as_string());
}
std::int64_t number_of(const json::object& object, std::string_view name) {
  return object.at(name).as_int64();
}
std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& item : object.at(name).as_array()) texts.emplace_back(item.as_string());
  return texts;
}
storage::FileFacts facts_of(const json::object& object) {
  return {number_of(object, "bytes"), text_of(object, "sha256")};
}
template <typename T>
T required(std::optional<T> value, const char* what) {
  if (!value) throw std::invalid_argument(what);
  return *value;
}

// Names become SQL and paths: nothing but letters, digits, '_', '.', '-'.
std::string plain(std::string name) {
  const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
  if (!fits) throw std::invalid_argument("a name is malformed");
  return name;
}

BackupTable table_of(const json::object& object) {
  BackupTable table;
  table.table.name = plain(text_of(object, "name"));
  table.rows = number_of(object, "rows");
  table.digest = text_of(object, "rows_digest");
  table.file = plain(text_of(object, "file"));
  table.facts = facts_of(object);
  for (const auto& item : object.at("columns").as_array()) {
    const auto& column = item.as_object();
    table.table.columns.push_back(
        {plain(text_of(column, "name")),
         required(storage::column_type_of(text_of(column, "type")), "a column's type"),
         column.at("nullable").as_bool(), text_or_none(column, "default")});
  }
  table.table.primary_key = texts_of(object, "primary_key");
  for (const auto& item : object.at("indexes").as_array()) {
    const auto& index = item.as_object();
    table.table.indexes.push_back({plain(text_of(index, "name")), index.at("unique").as_bool(),
                                   texts_of(index, "columns"), text_or_none(index, "where")});
  }
  return table;
}

Manifest manifest_of(const json::object& root) {
  Manifest manifest;
  manifest.format = static_cast<int>(number_of(root, "format"));
  manifest.program = text_of(root, "program");
  manifest.hub = text_of(root, "hub");
  manifest.storage =
      text_of(root, "storage") == "postgresql" ? storage::Dialect::postgres : storage::Dialect::sqlite;
  manifest.position = required(storage::FeedPosition::parse(text_of(root, "position")), "position");
  manifest.settled = root.at("settled").as_bool();
  manifest.started_at = required(parse_rfc3339(text_of(root, "started_at")), "started_at");
  manifest.finished_at = required(parse_rfc3339(text_of(root, "finished_at")), "finished_at");
  for (const auto& item : root.at("landed").as_array())
    manifest.landed.push_back({text_of(item.as_object(), "module"), number_of(item.as_object(), "number")});
  for (const auto& item : root.at("tables").as_array()) manifest.tables.push_back(table_of(item.as_object()));
  for (const auto& item : root.at("files").as_array()) {
    const auto& file = item.as_object();
    manifest.files.push_back(
        {plain(text_of(file, "name")), text_of(file, "kind"), number_of(file, "id"), facts_of(file)});
  }
  manifest.missing = texts_of(root, "missing");
  manifest.settings = facts_of(root.at("settings").as_object());
  return manifest;
}

}  // namespace

std::int64_t Manifest::rows() const {
  std::int64_t all = 0;
  for (const auto& table : tables) all += table.rows;
  return all;
}

std::int64_t Manifest::bytes() const {
  std::int64_t all = settings.bytes;
  for (const auto& table : tables) all += table.facts.bytes;
  for (const auto& file : files) all += file.facts.bytes;
  return all;
}

std::string to_json(const Manifest& manifest) {
  JsonWriter out(64 * 1024);
  out.begin_object();
  out.member("format", manifest.format);
  out.member("program", manifest.program);
  out.member("hub", manifest.hub);
  out.member("storage", manifest.storage == storage::Dialect::postgres ? "postgresql" : "sqlite");
  out.member("position", manifest.position.to_string());
  out.member("settled", manifest.settled);
  out.member("started_at", to_rfc3339(manifest.started_at));
  out.member("finished_at", to_rfc3339(manifest.finished_at));
  out.key("landed");
  out.begin_array();
  for (const auto& step : manifest.landed) {
    out.begin_object();
    out.member("module", step.module);
    out.member("number", step.number);
    out.end_object();
  }
  out.end_array();
  out.key("tables");
  out.begin_array();
  for (const auto& table : manifest.tables) write_table(out, table);
  out.end_array();
  out.key("files");
  out.begin_array();
  for (const auto& file : manifest.files) {
    out.begin_object();
    out.member("name", file.name);
    out.member("kind", file.kind);
    out.member("id", file.id);
    write_facts(out, file.facts);
    out.end_object();
  }
  out.end_array();
  write_texts(out, "missing", manifest.missing);
  out.key("settings");
  out.begin_object();
  write_facts(out, manifest.settings);
  out.end_object();
  out.end_object();
  return out.take();
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto unreadable = [](std::string why) {
    return Error(ErrorCode::corrupt, "operations.manifest_unreadable")
        .with("file", std::string(manifest_name))
        .because(std::move(why));
  };
  try {
    const json::value parsed = json::parse(text);
    const auto& root = parsed.as_object();
    // Before anything else, since a later format may mean anything by the other members.
    const std::int64_t format = number_of(root, "format");
    if (format != backup_format) {
      return Error(ErrorCode::unsupported, "operations.newer_format")
          .with("format", std::to_string(format))
          .with("known", std::to_string(backup_format));
    }
    return manifest_of(root);
  } catch (const std::exception& fault) {
    return unreadable(fault.what());
  }
}

Result<void> write_manifest(FileSystem& files, const std::string& folder, const Manifest& manifest) {
  const std::string text = to_json(manifest);
  // As sha256sum writes and checks it.
  const std::string digest = storage::sha256_hex(text) + "  " + std::string(manifest_name) + "\n";
  for (const auto& [name, content] :
       {std::pair{manifest_digest_name, &digest}, std::pair{manifest_name, &text}}) {
    JW_ASSIGN(auto file, files.open(folder + "/" + std::string(name), OpenMode::create));
    JW_TRY(file->write(0, std::as_bytes(std::span(*content))));
    JW_TRY(file->sync());
  }
  return {};
}

Result<Manifest> read_manifest(FileSystem& files, const std::string& folder) {
  const auto text =
      read_text(files, folder + "/" + std::string(manifest_name), limits::backup_manifest_bytes);
  if (!text) {
    if (text.error().code != ErrorCode::not_found) return text.error();
    return Error(ErrorCode::not_found, "operations.no_backup").with("place", folder);
  }
  const auto digest = read_text(files, folder + "/" + std::string(manifest_digest_name), 4'096);
  if (!digest && digest.error().code != ErrorCode::not_found) return digest.error();
  if (!digest)
    return Error(ErrorCode::corrupt, "operations.file_missing")
        .with("file", std::string(manifest_digest_name));
  if (!digest->starts_with(storage::sha256_hex(*text) + " "))
    return Error(ErrorCode::corrupt, "operations.file_damaged").with("file", std::string(manifest_name));
  return parse_manifest(*text);
}

}  // namespace jingwei::operations
