// What a data folder says about its hub: <data>/jingwei.yaml, written by `jingwei init`.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "crypto/master_key.h"
#include "modules/identity/identity_service.h"
#include "modules/source/source_service.h"

namespace jingwei::app {

struct Settings {
  std::string name;                // shown at the top of every page
  std::string store = "embedded";  // or a postgresql:// URI
  std::string zone = "Asia/Shanghai";
  std::string region;  // code of the hub's own region, such as 990100
  std::vector<std::string>
      synthetic_id_prefixes;  // citizen-ID regions a synthetic city invents; none in a real one
  std::optional<Day>
      synthetic_today;     // where a synthetic city's calendar stands: rows without a day count there
  bool synthetic = false;  // all data are invented; every page says so
  crypto::Suite crypto = crypto::Suite::standard;  // algorithms new keys are made for
  std::string keys_folder;                         // where the keystore stands; empty: <data>/keys
  std::string destruction_ledger;  // a copy of the ledger of destroyed keys, elsewhere; empty: none
  source::Allowed sources;         // what sources may reach; nothing unless named here
  source::Allowed outgoing;        // hosts that the hub itself may send to though they are not public
  // Of staff. Where the file does not say: administrators; nobody in a synthetic city.
  identity::SecondFactor second_factor = identity::SecondFactor::optional;
  std::chrono::days objection_days{5};       // within which a provider answers an objection
  std::chrono::days rights_days{15};         // within which a resident's request about their data is answered
  bool notice_webhook = false;               // whether a program takes webhooks.jsonl from the outbox
  std::chrono::hours destruction_grace{72};  // between an end that the clock brought and the destruction
};

// Errors: not_found "app.no_data_folder" (no jingwei.yaml: run init first), invalid (file:line).
Result<Settings> read_settings(FileSystem& files, const std::string& data_folder);
// The same of a text; `path` is named in faults.
Result<Settings> parse_settings(const std::string& text, const std::string& path);
std::string settings_text(const Settings& settings);
Result<void> write_settings(FileSystem& files, const std::string& data_folder, const Settings& settings);

crypto::KeystorePlace keystore_place(const std::string& data_folder, const Settings& settings);

// Where the program's own files stand: the national regions, the scenario packages, the pages.
struct Share {
  std::string regions_file;
  std::string scenarios_folder;
  std::string web_folder;
  std::string holidays_file;  // may be absent: weekends alone are off then
};
// JINGWEI_SHARE, or ../share beside the program.
Share find_share();

}  // namespace jingwei::app
