#include "app/operations_places.h"

#include <cstdlib>

#include "app/modules.h"
#include "app/system_api.h"

namespace jingwei::app {

namespace {

// Asks for both files first, since opening would make the ones that are absent.
Result<std::size_t> count_keys(const crypto::KeystorePlace& place, const Clock& clock) {
  FileSystem& files = real_file_system();
  const bool from_environment =
      std::getenv("JINGWEI_MASTER_KEY") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  for (const std::string& path : {place.folder + "/keystore", place.folder + "/master.key"}) {
    if (from_environment && path.ends_with("master.key")) continue;
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) return Error(ErrorCode::not_found, "doctor.keys_missing").with("path", path);
  }
  JW_ASSIGN(const auto keystore, crypto::open_keystore(files, place, clock));
  return keystore->list().size();
}

}  // namespace

std::string keys_folder(const std::string& data_folder, const Settings& settings) {
  return keystore_place(data_folder, settings).folder;
}

operations::HubPlace backup_place(const std::string& data_folder, const Settings& settings,
                                  const Clock& clock) {
  Settings told = settings;
  if (told.store != "embedded") told.store = "postgresql";  // its address may hold a password
  return {real_file_system(),  clock, data_folder, settings.store, settings.name, settings_text(told),
          std::string(version)};
}

operations::DoctorPlace doctor_place(const std::string& data_folder, const Settings& settings,
                                     const Clock& clock, Serving serving) {
  static const std::vector<storage::Migration> steps = all_migrations();
  const std::string keys = keys_folder(data_folder, settings);
  return {real_file_system(),
          clock,
          data_folder,
          settings.store,
          settings.zone,
          keys,
          std::string(version),
          steps,
          serving == Serving::yes,
          [place = keystore_place(data_folder, settings), &clock] { return count_keys(place, clock); }};
}

}  // namespace jingwei::app
