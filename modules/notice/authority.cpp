#include "modules/notice/authority.h"

#include <algorithm>

namespace jingwei::notice {

Result<Authority> authority_of(const access::Caller* caller, std::string_view permission,
                               const region::Tree& tree, Instant now) {
  Authority authority;
  if (caller == nullptr || caller->is_local()) {
    authority.whole_area = true;
    authority.scope.parts = {tree.subtree(tree.root())};
    return authority;
  }
  JW_TRY(caller->may(permission, now));
  region::Node widest = region::no_node;
  for (const auto& grant : caller->grants()) {
    if (!grant.in_force(now) || !grant.role->holds(permission)) continue;
    const region::Node node = grant.whole_area ? tree.root() : tree.find(grant.region);
    if (node == region::no_node) continue;
    if (grant.whole_area) authority.whole_area = true;
    authority.scope.parts.push_back(tree.subtree(node));
    if (widest == region::no_node || tree.subtree(node).size() > tree.subtree(widest).size()) {
      widest = node;
      authority.home = grant.region;
      authority.department = grant.department;
    }
  }
  // Nested regions become one part.
  auto& parts = authority.scope.parts;
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<region::Interval> kept;
  for (const auto& part : parts) {
    if (kept.empty() || part.begin >= kept.back().end) kept.push_back(part);
  }
  parts = std::move(kept);
  return authority;
}

}  // namespace jingwei::notice
