// Roles: the built-in ones and those made in the editor.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "access/caller.h"
#include "modules/identity/parts.h"

namespace jingwei::identity {

// What the editor sends. `purposes` holds "*" for whatever a resource serves.
struct RoleDraft {
  std::string id;  // kebab-case
  std::string zh, en;
  std::vector<std::string> permissions, classes, purposes;
};

// A role as it stands; the built-in ones never change.
struct KnownRole {
  std::shared_ptr<const access::Role> role;
  std::int64_t row_version = 0;  // 0 of a built-in one
  std::optional<Instant> changed_at;
  std::string changed_by;
};

// Thread-safe.
class Roles {
 public:
  explicit Roles(const IdentityParts& parts) : parts_(parts) {}

  // Told after every change of a role. Before anything runs.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  // Reads the editor's roles anew. Errors: the store's.
  Result<void> reload();
  // Built-in ones first, then by id.
  std::vector<KnownRole> all() const;
  // Null when there is none.
  std::shared_ptr<const access::Role> find(std::string_view id) const;
  // Errors: not_found "identity.no_role".
  Result<KnownRole> get(const std::string& id) const;

  // Makes the role (version 0) or changes the version named. Errors: invalid (unknown words, permissions of
  // two administrations), denied (a built-in role; one's own, "identity.grant_to_oneself"), conflict (changed
  // meanwhile; "identity.role_in_use" where its holders would come to another administration), the store's.
  Result<KnownRole> put(const RoleDraft& draft, std::int64_t version, const WriteRequest& request);
  // Errors: conflict "identity.role_in_use", not_found, denied, the store's.
  Result<void> drop(const std::string& id, const WriteRequest& request);

 private:
  const IdentityParts& parts_;
  Result<void> check_holders(const RoleDraft& draft, const std::string& actor) const;
  std::function<void()> changed_ = [] {};
  mutable std::mutex mutex_;
  std::map<std::string, KnownRole, std::less<>> made_;
};

}  // namespace jingwei::identity
