#include "access/caller.h"

#include <algorithm>

namespace jingwei::access {

namespace {

std::string named(std::string_view permission) {
  return std::string(permission);
}

Error denied(const char* message, std::string_view permission) {
  return Error(ErrorCode::denied, message).with("permission", named(permission));
}

bool serves(const Role& role, std::string_view purpose) {
  return role.every_purpose || role.purposes.contains(purpose);
}

}  // namespace

bool Role::holds(std::string_view permission) const {
  const auto place = find_permission(permission);
  return place && permissions[*place];
}

Duty Role::duty() const {
  const auto all = access::permissions();
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (permissions[at] && all[at].duty != Duty::work) return all[at].duty;
  }
  return Duty::work;
}

Sight Sight::whole() {
  Sight sight = masked();
  sight.parts.front().every_class = true;
  return sight;
}

Sight Sight::masked() {
  Sight sight;
  sight.parts.emplace_back().whole_area = true;
  return sight;
}

bool Sight::every_region() const {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.whole_area; });
}

std::shared_ptr<const Caller> Caller::local_operator() {
  static const auto one = [] {
    auto role = std::make_shared<Role>();
    role->id = "local";
    role->permissions.set();
    role->classes = {"basic", "name", "identifier", "contact", "address", "health"};
    role->every_purpose = true;
    Grant grant;
    grant.role = std::move(role);
    grant.whole_area = true;
    auto caller = std::make_shared<Caller>("local", std::vector<Grant>{std::move(grant)});
    caller->local_ = true;
    return std::shared_ptr<const Caller>(std::move(caller));
  }();
  return one;
}

Caller::Hold Caller::hold_of(std::size_t permission, Instant now) const {
  const Permission& wanted = access::permissions()[permission];
  if (wanted.reach <= Reach::self) return Hold::full;
  Hold hold = Hold::none;
  for (const auto& grant : grants_) {
    if (!grant.role->permissions[permission] || !grant.in_force(now)) continue;
    if (wanted.reach != Reach::hub || (grant.whole_area && grant.department.empty())) return Hold::full;
    hold = Hold::of_a_part;
  }
  return hold;
}

Result<void> Caller::may(std::size_t permission, Instant now) const {
  const Hold hold = hold_of(permission, now);
  if (hold == Hold::full) return {};
  return denied(hold == Hold::of_a_part ? "access.not_whole_area" : "access.not_granted",
                access::permissions()[permission].id);
}

Result<void> Caller::may(std::string_view permission, Instant now) const {
  const auto place = find_permission(permission);
  if (!place) return denied("access.not_granted", permission);
  return may(*place, now);
}

Result<void> Caller::may_for(std::string_view permission, std::string_view department, Instant now) const {
  const auto place = find_permission(permission);
  if (!place) return denied("access.not_granted", permission);
  JW_TRY(may(*place, now));
  const bool covered = std::any_of(grants_.begin(), grants_.end(), [&](const Grant& grant) {
    return grant.role->permissions[*place] && grant.in_force(now) &&
           (grant.department.empty() || grant.department == department);
  });
  if (!covered) return denied("access.not_your_department", permission);
  return {};
}

std::optional<std::set<std::string>> Caller::departments(std::string_view permission, Instant now) const {
  const auto place = find_permission(permission);
  std::set<std::string> named;
  for (const auto& grant : grants_) {
    if (!place || !grant.role->permissions[*place] || !grant.in_force(now)) continue;
    if (grant.department.empty()) return std::nullopt;
    named.insert(grant.department);
  }
  return named;
}

Result<Sight> Caller::sight(std::string_view permission, const ResourceFacts& resource,
                            std::string_view purpose, Instant now) const {
  JW_TRY(may_for(permission, resource.department, now));
  const std::size_t place = *find_permission(permission);
  if (!purpose.empty() && !local_ &&
      std::find(resource.purposes.begin(), resource.purposes.end(), purpose) == resource.purposes.end()) {
    return Error(ErrorCode::denied, "access.purpose_not_served")
        .with("resource", std::string(resource.id))
        .with("purpose", std::string(purpose));
  }
  // A purpose bounds rows as well as fields: only grants that may pursue it count.
  Sight sight;
  sight.purpose = purpose;
  for (const auto& grant : grants_) {
    if (!grant.role->permissions[place] || !grant.in_force(now)) continue;
    if (!grant.department.empty() && grant.department != resource.department) continue;
    if (!purpose.empty() && !serves(*grant.role, purpose)) continue;
    Sight::Part& part = sight.parts.emplace_back();
    part.whole_area = grant.whole_area;
    part.region = grant.region;
    if (!purpose.empty()) part.classes = grant.role->classes;
  }
  if (sight.parts.empty()) {
    return Error(ErrorCode::denied, "access.purpose_not_yours").with("purpose", std::string(purpose));
  }
  return sight;
}

std::vector<std::string_view> Caller::permissions_held(Instant now) const {
  std::vector<std::string_view> held;
  held.reserve(access::permissions().size());
  const auto all = access::permissions();
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (hold_of(at, now) == Hold::full) held.push_back(all[at].id);
  }
  return held;
}

}  // namespace jingwei::access
