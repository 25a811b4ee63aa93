// Who holds what at a moment, for those who address people by place and role (notices, dispatch).
#pragma once

#include <functional>
#include <span>
#include <string>

#include "modules/identity/account.h"
#include "storage/store.h"

namespace jingwei::identity {

// A person's open account, once for each grant in force; `region` is none and `role` empty for one without
// any.
struct Holder {
  AccountId account;
  AccountKind kind = AccountKind::staff;
  std::string home_department;  // the account's own
  std::string role;
  RegionId region;
  std::string department;  // the grant's; empty: whichever
};

// By account, each one's grants together. Programs and devices are left out. Errors: the store's.
Result<void> each_holder(storage::Reader& reader, Instant now,
                         const std::function<void(const Holder&)>& holder);
// The same of some accounts alone, in the order in which they are given.
Result<void> each_holder_of(storage::Reader& reader, std::span<const AccountId> accounts, Instant now,
                            const std::function<void(const Holder&)>& holder);

}  // namespace jingwei::identity
