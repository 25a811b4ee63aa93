// Who asks, and what they may do and see: values filled by identity, asked by routes and services.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace jingwei::access {

// A named set of permissions, with the personal-data classes ("name", "health") its holders may see under one
// of these purposes.
struct Role {
  std::string id;
  std::string zh, en;
  PermissionSet permissions;
  std::set<std::string, std::less<>> classes;
  std::set<std::string, std::less<>> purposes;
  bool every_purpose = false;  // whatever the resource serves
  bool built_in = false;

  bool holds(std::string_view permission) const;
  // The one administration whose permissions it has; work when it has none of theirs.
  Duty duty() const;
};

// A role held for a region with all below it and for one department (empty: whichever), between two moments.
struct Grant {
  std::int64_t id = 0;
  std::shared_ptr<const Role> role;
  RegionId region;
  bool whole_area = false;  // the region is the hub's own
  std::string department;
  Instant from{};
  std::optional<Instant> until;

  bool in_force(Instant now) const { return from <= now && (!until || now < *until); }
};

// What of one resource's records a caller may see: one part for each grant that counts. A record is seen when
// a part covers its region, and those of its personal fields open whose class stands in a part that covers
// it, so that the classes of one grant never open in the regions of another.
struct Sight {
  struct Part {
    bool whole_area = false;  // records of no region too
    RegionId region;          // else: those below it
    bool every_class = false;
    std::set<std::string, std::less<>> classes;  // personal-data classes that are open; others are masked
    bool opens(std::string_view personal_class) const {
      return every_class || classes.contains(personal_class);
    }
  };
  std::vector<Part> parts;  // none: nothing is seen
  std::string purpose;      // named by the caller; empty: none, and nothing is open

  // For the hub's own work, which shows nobody anything.
  static Sight whole();
  // All rows, all personal fields masked.
  static Sight masked();
  bool every_region() const;
};

// A resource as the rules need it.
struct ResourceFacts {
  std::string_view id;
  std::string_view department;  // its provider
  const std::vector<std::string>& purposes;
};

// Immutable; shared between threads.
class Caller {
 public:
  // `actor` is how the audit log names them: "account:17", "local".
  Caller(std::string actor, std::vector<Grant> grants)
      : actor_(std::move(actor)), grants_(std::move(grants)) {}
  // Whoever holds the data folder itself: every permission, all rows, personal fields masked unless a purpose
  // is named.
  static std::shared_ptr<const Caller> local_operator();

  const std::string& actor() const { return actor_; }
  const std::vector<Grant>& grants() const { return grants_; }
  bool is_local() const { return local_; }
  std::int64_t account() const { return account_; }
  std::int64_t session() const { return session_; }
  // Both 0 for the local operator.
  void set_account(std::int64_t account, std::int64_t session) {
    account_ = account;
    session_ = session;
  }
  // Under what name the account acts towards other people: "王敏".
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  // Any grant in force holds it (with Reach::hub: one for the whole area, bound to no department). Errors:
  // denied "access.not_granted", "access.not_whole_area".
  Result<void> may(std::size_t permission, Instant now) const;
  Result<void> may(std::string_view permission, Instant now) const;
  // The same for what belongs to a department. Errors: denied "access.not_your_department" and may's.
  Result<void> may_for(std::string_view permission, std::string_view department, Instant now) const;
  // Departments to which a list is to be cut; nothing: no cut. Only after may().
  std::optional<std::set<std::string>> departments(std::string_view permission, Instant now) const;

  // What of the resource's records the permission opens under a purpose (empty: none). Errors: denied, as
  // may_for, and "access.purpose_not_yours", "access.purpose_not_served".
  Result<Sight> sight(std::string_view permission, const ResourceFacts& resource, std::string_view purpose,
                      Instant now) const;
  // Ids of all permissions some grant in force holds, in the order of permissions().
  std::vector<std::string_view> permissions_held(Instant now) const;

 private:
  // How a permission is held: `of_a_part` of the area or of one department only, where the whole is wanted.
  enum class Hold : std::uint8_t { none, of_a_part, full };
  Hold hold_of(std::size_t permission, Instant now) const;

  std::string actor_;
  std::string name_;
  std::vector<Grant> grants_;
  std::int64_t account_ = 0;
  std::int64_t session_ = 0;
  bool local_ = false;
};

}  // namespace jingwei::access
