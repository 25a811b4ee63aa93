// What operations need to know of a hub: where it stands, for backups and for the doctor.
#pragma once

#include "app/settings.h"
#include "base/clock.h"
#include "modules/operations/operations_service.h"

namespace jingwei::app {

enum class Serving : std::uint8_t { no, yes };

// The folder of the keystore and the master key.
std::string keys_folder(const std::string& data_folder, const Settings& settings);

// `clock` must outlive both.
operations::HubPlace backup_place(const std::string& data_folder, const Settings& settings,
                                  const Clock& clock);
operations::DoctorPlace doctor_place(const std::string& data_folder, const Settings& settings,
                                     const Clock& clock, Serving serving);

}  // namespace jingwei::app
