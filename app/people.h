// What the audit log is told of people: who somebody is, where they work, and how things are called.
#pragma once

#include "app/hub.h"
#include "modules/audit/audit_routes.h"
#include "modules/purpose/purpose_routes.h"
#include "modules/registry/registry_routes.h"

namespace jingwei::app {

// Of this hub, which must outlive it. A person is known by the documents that a citizen-ID service vouches
// for.
audit::People people_of(Hub& hub);
// The documents an account has shown, by number: what its own file is found by.
registry::OwnDocuments own_documents_of(Hub& hub);
// What residents' requests need: their records, objections with the providers, and who they are.
purpose::RightsDesk rights_desk_of(Hub& hub);

}  // namespace jingwei::app
