// What each kind of source wants to know.
#pragma once

#include <span>

#include "modules/source/allowed.h"
#include "modules/source/source.h"

namespace jingwei::source {

enum class Need : std::uint8_t { required, optional, secret };

struct SettingSpec {
  std::string_view name;
  Need need = Need::optional;
  std::string_view otherwise = {};  // taken when it is not given
};
std::span<const SettingSpec> settings_of(Kind kind);
// Names that hold secrets: those of the kind, and of a question source those its headers name.
std::vector<std::string> secret_names(Kind kind, const Settings& settings);

// Checks what was given against the kind, fills in what was not, and moves secrets that stand among the
// settings where they belong. What may be reached is checked too. Errors: invalid with one cause per setting
// at fault; denied.
Result<void> check_settings(Kind kind, Settings& settings, Settings& secrets, const Allowed& allowed);

// Readings of checked settings.
std::string text_of(const Settings& settings, const std::string& name);
std::int64_t number_of(const Settings& settings, const std::string& name);

}  // namespace jingwei::source
