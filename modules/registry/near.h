// What is near the records that a question names: links that may be the same subject, and what people decided
// on them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "modules/registry/linking.h"

namespace jingwei::registry {

// Used by one thread, filled once.
class Near {
 public:
  // Of one identifier, and of one record's candidates, at most `reach` links are taken.
  Near(Matcher& matcher, std::size_t reach) : matcher_(matcher), reach_(reach) {}

  struct Item {
    Link link;             // what it says now; its subject as it stands
    bool stands = false;   // a version of it stands
    bool changed = false;  // it says something else than that version
    bool seed = false;     // the question names it, or nobody has linked it yet
    std::int64_t last_version = 0;
    bool renumbered = false;  // under another number than that version
  };

  // Errors: the store's.
  Result<void> gather(storage::Reader& reader, const Question& question);

  const Item& item(std::uint32_t at) const { return items_[at]; }
  std::optional<std::uint32_t> find(RecordId record, Role role) const;
  // The same where a person may be known as a household's head.
  std::optional<std::uint32_t> find_kind(RecordId record, Role role) const;
  // Items that belong together, with a seed among them.
  std::vector<std::vector<std::uint32_t>> components() const;
  // Items that end.
  const std::vector<std::uint32_t>& gone() const { return gone_; }
  const std::vector<Constraint>& constraints() const { return constraints_; }
  bool is_decided(std::uint32_t item) const { return decided_.contains(item); }
  // Of persons, where the matcher groups them itself: which person of all that are near an item is.
  struct Place {
    std::uint32_t person = 0;
    Certainty certainty = Certainty::certain;
    SubjectId keeps;  // whose it stays: it hangs together with more than the matcher looks at
  };
  std::optional<Place> place_of(std::uint32_t item) const;
  struct Doubt {
    std::uint32_t a = 0, b = 0;  // items
    double probability = 0;
    bool only = false;  // the one pair that is told of a new record
  };
  const std::vector<Doubt>& doubts() const { return doubts_; }
  // So many of what the matcher finds unsettled are among the seeds.
  std::size_t settled() const { return settled_; }
  // More stands than was looked at.
  bool cut_short() const { return cut_short_; }

 private:
  using Key = std::pair<RecordId, Role>;
  using Items = std::vector<std::uint32_t>;
  Result<void> take_tellings(storage::Reader& reader, const std::vector<Telling>& tellings);
  Result<void> take_ended(storage::Reader& reader, const std::vector<RecordId>& ended);
  Result<void> touch_companions(storage::Reader& reader, const Items& left);
  Result<void> follow(storage::Reader& reader, const Question& question);
  Result<void> follow_identifiers(storage::Reader& reader, const Items& from);
  Result<void> follow_constraints(storage::Reader& reader, const Items& from, const Question& question);
  struct Told;
  Result<Items> follow_subjects(storage::Reader& reader, const Items& from);
  Result<void> follow_persons(storage::Reader& reader, const Question& question);
  Result<void> ask_matcher(storage::Reader& reader, const Question& question, Told& told);
  Result<void> take_decided(storage::Reader& reader, RecordId record, const Question& question, Told& told);
  Result<std::optional<std::uint32_t>> person_item(storage::Reader& reader, RecordId record, Told& told);
  Result<bool> hangs_on_the_tangled(storage::Reader& reader, RecordId record, Told& told);
  Result<void> hold(storage::Reader& reader, RecordId record, const Question& question, Told& told);
  Result<Items> add_told(storage::Reader& reader, const Told& told);
  Result<Items> add_heads(storage::Reader& reader, const std::vector<RecordId>& records);
  Result<void> find_homes(storage::Reader& reader);
  void take_told(Told& told);
  Result<std::vector<Constraint>> decided_of(storage::Reader& reader, RecordId record,
                                             const Question& question) const;
  bool by_matcher(Role role) const { return kind_of(role) == Kind::person && matcher_.groups_persons(); }
  std::uint32_t add(const Link& link);
  void join(std::uint32_t a, std::uint32_t b);
  std::uint32_t root(std::uint32_t item) const;

  Matcher& matcher_;
  const std::size_t reach_;
  std::vector<Item> items_;
  std::map<Key, std::uint32_t> place_;
  Items gone_;
  std::set<std::uint32_t> decided_;
  std::set<std::int64_t> constraint_ids_;
  std::vector<Constraint> constraints_;
  std::map<std::pair<Kind, std::string>, std::uint32_t> identified_;  // the first item of each identifier
  mutable std::vector<std::uint32_t> above_;                          // union-find
  std::set<SubjectId> looked_through_;
  std::map<std::uint32_t, Place> places_;
  std::vector<Doubt> doubts_;
  std::size_t settled_ = 0;
  bool any_constraint_ = false;
  bool cut_short_ = false;
};

}  // namespace jingwei::registry
