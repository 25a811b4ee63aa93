// What the registry knows of those whom rows of a form name (modules/forms).
#pragma once

#include "modules/forms/forms_service.h"
#include "modules/registry/registry_service.h"

namespace jingwei::app {

// The registry must outlive what is returned.
forms::KnownSubjects known_subjects(const registry::RegistryService& registry);

}  // namespace jingwei::app
