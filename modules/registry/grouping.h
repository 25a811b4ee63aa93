// From evidence between records to subjects, pure: which of some records are one subject, and which subject
// that is.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "engines/linkage/clusters.h"
#include "modules/registry/kinds.h"

namespace jingwei::registry {

// What people decided about two of the records, by their places; later decisions stand behind earlier ones.
struct Decided {
  std::uint32_t a = 0, b = 0;
  bool same = false;
};

struct Grouping {
  std::vector<std::uint32_t>
      group_of;  // by record: 0 … groups - 1, in the order of each group's first record
  std::uint32_t groups = 0;
};

// Groups `records` records by the pairs that a model scored (engines/linkage/clusters.h, with `least` as
// threshold), where two records that somebody holds for different are never in one group; then joins the
// groups of two records that somebody holds for the same. A function of the sets of pairs and decisions: the
// order of pairs does not matter.
Grouping group_records(std::uint32_t records, std::vector<linkage::ScoredPair> pairs, double least,
                       std::span<const Decided> decided,
                       const std::function<linkage::Evidence(std::uint32_t, std::uint32_t)>& between);

// A record as naming needs it. `home` is the subject it had first; none for a new one.
struct Homed {
  RecordId record;
  SubjectId home;
};

struct Naming {
  std::vector<SubjectId> subject_of;                    // by group; none: a new subject is needed
  std::vector<std::pair<SubjectId, SubjectId>> merged;  // subjects that are others of these now: from, to
};

// Gives each group its subject. A subject goes with the group that has most of the records whose home it is
// (then the one with the earliest of them), but leaves one to a subject that could go nowhere else; a group
// that several go with is the oldest of them. So a group that parts again from another takes its own subject
// with it.
Naming name_groups(const Grouping& grouping, std::span<const Homed> records);

}  // namespace jingwei::registry
