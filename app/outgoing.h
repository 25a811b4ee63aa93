// How the hub asks sign-in services: by the client that asks departments.
#pragma once

#include "modules/identity/identity_service.h"

namespace jingwei::app {

// One connection for each request; without TLS this machine alone is reached; no redirects are followed.
identity::Web outgoing_web();

}  // namespace jingwei::app
