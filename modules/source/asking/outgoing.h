// The hub's own requests to machines that its settings or the public network name, by the client that asks
// departments.
#pragma once

#include "base/outgoing.h"
#include "modules/source/allowed.h"

namespace jingwei::source {

// A connection for each request. With TLS every public address may be reached; whatever stands in no public
// network (this machine, the office's), and everything without TLS, only where `allowed` names its host, for
// other machines without TLS with http:// before it. Whether an address is public is told after its name was
// resolved.
Outgoing outgoing_calls(Allowed allowed);

}  // namespace jingwei::source
