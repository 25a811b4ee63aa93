// The one place where cases are cut to what somebody may see and do: role × region × department, and personal
// fields by class and purpose.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "access/caller.h"
#include "modules/cases/case.h"
#include "modules/cases/cases_parts.h"

namespace jingwei::cases {

// Where somebody stands: one of their grants in force.
struct Post {
  const access::Grant* grant = nullptr;
  std::optional<region::Interval> below;  // none: everywhere
};

// A caller on one tree at one moment. Immutable.
class CaseView {
 public:
  // `caller` null: nobody has to be known; then, and for this machine's operator, everything may be done in
  // the name of `actor`. `purpose` is what personal data are asked for.
  CaseView(std::shared_ptr<const access::Caller> caller, std::string actor, std::string purpose,
           std::shared_ptr<const region::Tree> tree, const CasesParts& parts);

  const std::string& actor() const { return actor_; }
  // Null: nobody has to be known.
  const access::Caller* caller() const { return caller_.get(); }
  bool everything() const { return everything_; }
  const std::vector<Post>& posts() const { return posts_; }
  const region::Tree& tree() const { return *tree_; }
  const std::shared_ptr<const region::Tree>& shared_tree() const { return tree_; }

  // Roles that count for the case.
  Doer doer(const Case& one) const;
  // A grant that holds the permission covers the case.
  bool may(std::string_view permission, const Case& one) const;
  // Such a grant, of one of the roles, for a region above the one that owns the case, or for the whole area.
  bool stands_above(std::string_view permission, const Case& one,
                    const std::vector<std::string>& roles) const;
  // Reads it: by such a grant of "case.read", or as reporter or assignee.
  bool sees(const Case& one) const;
  // Reads it because its process waits for a role of theirs in some state, by such a grant of "case.turn".
  bool turns(const Case& one, const Process& process) const;
  // The same by what it was before: a department that has owned it still reads it.
  bool saw(const Case& one, const std::vector<Step>& steps) const;
  // Reads it as one of those who work on it: what colleagues tell each other is not for who only reported it.
  bool works_on(const Case& one) const;
  // A personal class of the case's form is open to them.
  bool opens(const Case& one, const catalog::Resource& form, catalog::Personal personal) const;
  // What a department (empty: all of them) does in a region is within reach of the permission.
  bool reaches(std::string_view permission, RegionId region, const std::string& department) const;

 private:
  bool covers(const Post& post, const Case& one) const;
  bool holds(const Post& post, RegionId region) const;
  bool pursued_at(RegionId place, const catalog::Resource& form, catalog::Personal personal) const;

  std::shared_ptr<const access::Caller> caller_;
  std::string actor_;
  std::string purpose_;
  std::shared_ptr<const region::Tree> tree_;
  const CasesParts& parts_;
  bool everything_ = false;
  std::vector<Post> posts_;
};

}  // namespace jingwei::cases
