#include "app/settings.h"

#include <cstdlib>
#include <filesystem>

#include "base/json.h"
#include "schema/yaml.h"

namespace jingwei::app {

namespace {

constexpr std::int64_t most_objection_days = 365;
constexpr std::int64_t most_grace_hours = 30 * 24;

std::string_view name_of(identity::SecondFactor wanted) {
  switch (wanted) {
    case identity::SecondFactor::optional:
      return "optional";
    case identity::SecondFactor::administrators:
      return "administrators";
    case identity::SecondFactor::staff:
      return "staff";
  }
  return "staff";
}

std::optional<identity::SecondFactor> second_factor_named(std::string_view name) {
  for (const auto one : {identity::SecondFactor::optional, identity::SecondFactor::administrators,
                         identity::SecondFactor::staff}) {
    if (name == name_of(one)) return one;
  }
  return std::nullopt;
}

std::string settings_path(const std::string& data_folder) {
  return data_folder + "/jingwei.yaml";
}

}  // namespace

Result<Settings> read_settings(FileSystem& files, const std::string& data_folder) {
  const std::string path = settings_path(data_folder);
  auto text = read_text(files, path, limits::yaml_bytes);
  if (!text) {
    if (text.error().code != ErrorCode::not_found) return std::move(text).error();
    return Error(ErrorCode::not_found, "app.no_data_folder").with("data", data_folder);
  }
  return parse_settings(*text, path);
}

Result<Settings> parse_settings(const std::string& text, const std::string& path) {
  JW_ASSIGN(const schema::YamlNode root, schema::parse_yaml(text, path));
  schema::YamlFaults faults;
  schema::YamlMapping mapping(root, faults);
  Settings settings;
  settings.name = mapping.require_text("name");
  settings.store = mapping.require_text("store");
  settings.zone = mapping.require_text("zone");
  settings.region = mapping.require_text("region");
  settings.synthetic = mapping.boolean("synthetic").value_or(false);
  if (const auto today = mapping.text("synthetic_today")) settings.synthetic_today = parse_iso_day(*today);
  settings.synthetic_id_prefixes = mapping.texts("synthetic_id_prefixes");
  if (const schema::YamlNode* node = mapping.get("crypto")) {
    const auto suite = crypto::suite_of(node->scalar);
    if (suite) settings.crypto = *suite;
    if (!suite)
      faults.add(*node, "app.unknown_crypto", {{"word", node->scalar}, {"expected", "standard, sm"}});
  }
  settings.keys_folder = mapping.text("keys_folder").value_or("");
  if (!settings.synthetic) settings.second_factor = identity::SecondFactor::administrators;
  if (const schema::YamlNode* node = mapping.get("second_factor")) {
    const auto named = second_factor_named(node->scalar);
    if (named) settings.second_factor = *named;
    if (!named) {
      faults.add(*node, "app.bad_second_factor",
                 {{"word", node->scalar}, {"expected", "optional, administrators, staff"}});
    }
  }
  settings.destruction_ledger = mapping.text("destruction_ledger").value_or("");
  if (const schema::YamlNode* node = mapping.get("objection_days")) {
    const auto days = schema::yaml_integer(*node);
    if (days && *days >= 1 && *days <= most_objection_days) {
      settings.objection_days = std::chrono::days{*days};
    } else {
      faults.add(*node, "app.bad_objection_days", {{"most", std::to_string(most_objection_days)}});
    }
  }
  settings.notice_webhook = mapping.boolean("notice_webhook").value_or(false);
  if (const schema::YamlNode* node = mapping.get("rights_days")) {
    const auto days = schema::yaml_integer(*node);
    const bool fits = days && *days >= 1 && *days <= most_objection_days;
    if (fits) settings.rights_days = std::chrono::days{*days};
    if (!fits) faults.add(*node, "app.bad_rights_days", {{"most", std::to_string(most_objection_days)}});
  }
  if (const schema::YamlNode* node = mapping.get("destruction_grace_hours")) {
    const auto hours = schema::yaml_integer(*node);
    const bool fits = hours && *hours >= 0 && *hours <= most_grace_hours;
    if (fits) settings.destruction_grace = std::chrono::hours{*hours};
    if (!fits) faults.add(*node, "app.bad_grace_hours", {{"most", std::to_string(most_grace_hours)}});
  }
  if (const schema::YamlNode* node = mapping.get("sources")) {
    schema::YamlMapping sources(*node, faults);
    settings.sources.folders = sources.texts("allowed_folders");
    settings.sources.hosts = sources.texts("allowed_hosts");
    settings.sources.odbc_drivers = sources.texts("allowed_odbc_drivers");
    sources.finish();
  }
  if (const schema::YamlNode* node = mapping.get("outgoing")) {
    schema::YamlMapping outgoing(*node, faults);
    settings.outgoing.hosts = outgoing.texts("allowed_hosts");
    outgoing.finish();
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return settings;
}

std::string settings_text(const Settings& settings) {
  std::string yaml = "# This hub's settings. Change them while it does not run.\n";
  const auto line = [&](std::string_view key, std::string_view value) {
    yaml += key;
    yaml += ": ";
    append_json_string(yaml, value);  // a JSON string is a YAML string
    yaml += '\n';
  };
  line("name", settings.name);
  line("store", settings.store);
  line("zone", settings.zone);
  line("region", settings.region);
  if (!settings.synthetic_id_prefixes.empty()) {
    yaml += "synthetic_id_prefixes: [";
    for (const auto& prefix : settings.synthetic_id_prefixes) {
      if (!yaml.ends_with('[')) yaml += ", ";
      append_json_string(yaml, prefix);
    }
    yaml += "]\n";
  }
  if (settings.synthetic_today) line("synthetic_today", to_iso(*settings.synthetic_today));
  if (settings.crypto != crypto::Suite::standard) line("crypto", crypto::name_of(settings.crypto));
  if (!settings.keys_folder.empty()) line("keys_folder", settings.keys_folder);
  if (!settings.destruction_ledger.empty()) line("destruction_ledger", settings.destruction_ledger);
  const auto list = [&](std::string_view key, const std::vector<std::string>& values) {
    yaml += "  " + std::string(key) + ": [";
    for (const auto& value : values) {
      if (!yaml.ends_with('[')) yaml += ", ";
      append_json_string(yaml, value);
    }
    yaml += "]\n";
  };
  yaml +=
      "# What sources may reach: folders (with all below them), hosts (host or host:port), ODBC drivers by "
      "name.\n";
  yaml += "sources:\n";
  list("allowed_folders", settings.sources.folders);
  list("allowed_hosts", settings.sources.hosts);
  list("allowed_odbc_drivers", settings.sources.odbc_drivers);
  yaml +=
      "# Hosts in no public network that the hub itself may send to (other Open311 servers, whoever takes "
      "notices),\n"
      "# as above; http:// before one allows it without encryption.\n";
  yaml += "outgoing:\n";
  list("allowed_hosts", settings.outgoing.hosts);
  yaml +=
      "# Who of the staff must have an authenticator before they can do anything: optional (nobody), "
      "administrators\n"
      "# (of system, security and audit), staff (everybody).\n";
  line("second_factor", name_of(settings.second_factor));
  yaml += "# Days within which a provider answers an objection to its data.\n";
  yaml += "objection_days: " + std::to_string(settings.objection_days.count()) + "\n";
  yaml += "# Days within which a resident's request about their data is answered.\n";
  yaml += "rights_days: " + std::to_string(settings.rights_days.count()) + "\n";
  yaml += "# Hours between the end of an emergency that nobody extended and the destruction of its data.\n";
  yaml += "destruction_grace_hours: " + std::to_string(settings.destruction_grace.count()) + "\n";
  yaml += "# Whether a program takes notices from outbox/webhooks.jsonl.\n";
  yaml += std::string("notice_webhook: ") + (settings.notice_webhook ? "true" : "false") + "\n";
  yaml += std::string("synthetic: ") + (settings.synthetic ? "true" : "false") + "\n";
  return yaml;
}

Result<void> write_settings(FileSystem& files, const std::string& data_folder, const Settings& settings) {
  JW_TRY(files.make_folders(data_folder));
  return write_text_durably(files, settings_path(data_folder), settings_text(settings));
}

crypto::KeystorePlace keystore_place(const std::string& data_folder, const Settings& settings) {
  crypto::KeystorePlace place;
  place.folder = settings.keys_folder.empty() ? data_folder + "/keys" : settings.keys_folder;
  if (!settings.destruction_ledger.empty()) place.ledgers = {settings.destruction_ledger};
  place.suite = settings.crypto;
  return place;
}

Share find_share() {
  std::filesystem::path folder;
  if (const char* named = std::getenv("JINGWEI_SHARE");
      named != nullptr && *named != '\0') {  // NOLINT(concurrency-mt-unsafe)
    folder = named;
  } else {
    std::error_code fault;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", fault);
    folder = program.parent_path().parent_path() / "share";
  }
  return {(folder / "regions.jwrt").string(), (folder / "scenarios").string(), (folder / "web").string(),
          (folder / "holidays.csv").string()};
}

}  // namespace jingwei::app
