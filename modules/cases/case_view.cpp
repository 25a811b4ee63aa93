#include "modules/cases/case_view.h"

#include <algorithm>

namespace jingwei::cases {

CaseView::CaseView(std::shared_ptr<const access::Caller> caller, std::string actor, std::string purpose,
                   std::shared_ptr<const region::Tree> tree, const CasesParts& parts)
    : caller_(std::move(caller)),
      actor_(std::move(actor)),
      purpose_(std::move(purpose)),
      tree_(std::move(tree)),
      parts_(parts) {
  everything_ = !caller_ || caller_->is_local();
  if (!caller_) return;
  const Instant now = parts_.clock.now();
  for (const auto& grant : caller_->grants()) {
    if (!grant.in_force(now)) continue;
    Post post{&grant, std::nullopt};
    if (!grant.whole_area) {
      const region::Node node = tree_->find(grant.region);
      if (node == region::no_node) continue;  // ended since: its cases moved on with its successors
      post.below = tree_->subtree(node);
    }
    posts_.push_back(post);
  }
}

bool CaseView::holds(const Post& post, RegionId region) const {
  if (!post.below) return true;
  const region::Node node = tree_->find(region);
  return node != region::no_node && post.below->contains(node);
}

bool CaseView::covers(const Post& post, const Case& one) const {
  const std::string& department = post.grant->department;
  if (!department.empty() && department != one.department) return false;
  return holds(post, one.place) || holds(post, one.owner);
}

Doer CaseView::doer(const Case& one) const {
  Doer doer;
  doer.actor = actor_;
  doer.all_roles = everything_;
  for (const auto& post : posts_) {
    if (covers(post, one)) doer.roles.insert(post.grant->role->id);
  }
  return doer;
}

bool CaseView::may(std::string_view permission, const Case& one) const {
  return everything_ || std::any_of(posts_.begin(), posts_.end(), [&](const Post& post) {
           return post.grant->role->holds(permission) && covers(post, one);
         });
}

bool CaseView::stands_above(std::string_view permission, const Case& one,
                            const std::vector<std::string>& roles) const {
  const region::Node owner = tree_->find(one.owner);
  const auto above = [&](const Post& post) {
    return !post.below ||
           (owner != region::no_node && post.below->begin != owner && post.below->contains(owner));
  };
  return everything_ || std::any_of(posts_.begin(), posts_.end(), [&](const Post& post) {
           const access::Role& role = *post.grant->role;
           return role.holds(permission) && std::find(roles.begin(), roles.end(), role.id) != roles.end() &&
                  covers(post, one) && above(post);
         });
}

bool CaseView::sees(const Case& one) const {
  const bool own = !actor_.empty() && (actor_ == one.reporter || actor_ == one.assignee);
  return own || may("case.read", one);
}

bool CaseView::turns(const Case& one, const Process& process) const {
  return std::any_of(posts_.begin(), posts_.end(), [&](const Post& post) {
    const access::Role& role = *post.grant->role;
    return role.holds("case.turn") && covers(post, one) &&
           std::any_of(process.states.begin(), process.states.end(),
                       [&](const State& state) { return state.waits_for == role.id; });
  });
}

bool CaseView::saw(const Case& one, const std::vector<Step>& steps) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    // Who took or did a task was shown the task alone.
    if (step.assignee == actor_ || (step.actor == actor_ && step.kind != StepKind::task)) return true;
    Case then = one;
    then.owner = step.owner;
    then.department = step.department;
    return may("case.read", then);
  });
}

bool CaseView::works_on(const Case& one) const {
  return actor_.empty() || actor_ != one.reporter || actor_ == one.assignee || may("case.read", one);
}

bool CaseView::opens(const Case& one, const catalog::Resource& form, catalog::Personal personal) const {
  if (personal == catalog::Personal::none) return true;
  if (!everything_ && actor_ == one.reporter) return true;  // what they wrote themselves
  if (purpose_.empty()) return false;
  const bool served = std::find(form.purposes.begin(), form.purposes.end(), purpose_) != form.purposes.end();
  if (!served) return false;
  if (parts_.check_purpose && !pursued_at(one.place, form, personal)) return false;
  if (everything_) return true;
  return std::any_of(posts_.begin(), posts_.end(), [&](const Post& post) {
    const access::Role& role = *post.grant->role;
    return role.holds("case.read") && role.classes.contains(catalog::name_of(personal)) &&
           (role.every_purpose || role.purposes.contains(purpose_)) && covers(post, one);
  });
}

// Of no place, or of one that is in the tree no more: "anywhere" would let any emergency open it.
bool CaseView::pursued_at(RegionId place, const catalog::Resource& form, catalog::Personal personal) const {
  if (place && tree_->find(place) != region::no_node)
    return parts_.check_purpose(purpose_, form.id, personal, place).ok();
  return parts_.areas_of_purpose && parts_.areas_of_purpose(purpose_, form.id, personal).everywhere;
}

bool CaseView::reaches(std::string_view permission, RegionId region, const std::string& department) const {
  return everything_ || std::any_of(posts_.begin(), posts_.end(), [&](const Post& post) {
           const std::string& own = post.grant->department;
           return post.grant->role->holds(permission) && (own.empty() || own == department) &&
                  holds(post, region);
         });
}

}  // namespace jingwei::cases
