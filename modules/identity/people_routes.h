// Names and offices of those who acted, as far as they are for whoever asks (api.yaml).
#pragma once

#include "http/message.h"
#include "modules/identity/identity_service.h"

namespace jingwei::identity {

// Of "account:17,account:18": names of staff, programs and devices for staff and programs; those of residents
// and enterprises for themselves alone; offices of staff for everybody who is signed in. `kind` is what the
// reader is; nothing for this machine's operator. Errors: invalid "identity.too_many_people", the store's.
Result<std::string> people_json(IdentityService& identity, const http::Request& http,
                                std::optional<AccountKind> kind, const std::string& actors);

}  // namespace jingwei::identity
