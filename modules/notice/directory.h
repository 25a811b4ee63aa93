// Who can be reached, and how: the seam between notices and those who know people. Accounts today; subjects
// of the registry come in by the same door.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "modules/notice/notice.h"
#include "modules/region/region_service.h"
#include "storage/store.h"

namespace jingwei::identity {
class IdentityService;
}

namespace jingwei::notice {

struct Recipient {
  AccountId account;
  RegionId region;
  std::string role;
};

// Personal: shown only to those who may follow the notice.
struct Contact {
  std::string name;
  std::string phone;  // empty: none is known
  bool resident = false;
  std::string address = {};    // of a person without account; accounts have none
  bool person = false;         // has no account: told by message, call or at the door
  std::string pseudonym = {};  // by which the audit log knows whoever it is; empty: nobody vouches for it
};

// Thread-safe.
class Directory {
 public:
  virtual ~Directory() = default;
  // Whom an audience names, each account once, at the place of the first of its grants that fits; accounts in
  // order. Whatever lies outside `within` is left out; subjects are no business of this. Errors: not_found (a
  // region, a role), too_large "notice.too_many", the store's.
  virtual Result<std::vector<Recipient>> find(storage::Reader& reader, const Audience& audience,
                                              const region::Scope& within, bool whole_area,
                                              Instant now) const = 0;
  // Errors: not_found, the store's, gone.
  virtual Result<Contact> contact(AccountId account) const = 0;
};

// Accounts and what they are granted. Both must outlive it.
std::unique_ptr<Directory> account_directory(identity::IdentityService& identity,
                                             const region::Regions& regions);

}  // namespace jingwei::notice
