// Who has which duty where and when (值班), and who of them has the least to do.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "modules/cases/case.h"
#include "modules/cases/cases_parts.h"
#include "modules/cases/machine.h"
#include "modules/cases/writing.h"

namespace jingwei::cases {

struct Duty {
  DutyId id;
  std::string duty;
  RegionId region;
  std::string department;  // empty: of any
  std::string person;      // actor
  Instant from{};
  std::optional<Instant> until;
  std::string days;   // "12345": weekdays, 1 is Monday; empty: every day
  std::string hours;  // "08:00-18:00", over midnight too; empty: all day
};

// At this moment, in the hub's zone.
bool on_duty(const Duty& duty, Instant now, const Zone& zone);

// Open cases of each person; moves with every step this process commits, and with those of others through the
// feed. Thread-safe.
class Loads {
 public:
  Result<void> load(storage::Reader& reader);
  void moved(const std::string& from, const std::string& to);
  std::int64_t of(const std::string& person) const;
  // The one of these that has the fewest open cases; of equals, who was given one longest ago. Empty for
  // none.
  std::string least(const std::vector<std::string>& people);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> open_;
  std::map<std::string, std::uint64_t, std::less<>> given_;  // when last, in the order of giving
  std::uint64_t turn_ = 0;
};

// Thread-safe.
class Roster {
 public:
  explicit Roster(const CasesParts& parts) : parts_(parts) {}

  Result<void> reload();
  Result<void> follow(const storage::FeedEntry& event);
  std::shared_ptr<const std::vector<Duty>> duties() const;
  std::optional<Duty> find(DutyId id) const;

  // Errors: invalid "cases.bad_duty_times", the store's.
  Result<Duty> add(Duty wanted, const WriteRequest& request);
  // Errors: not_found "cases.no_duty", the store's.
  Result<void> end(DutyId id, const WriteRequest& request);

  Loads& loads() { return loads_; }
  const Loads& loads() const { return loads_; }

 private:
  const CasesParts& parts_;
  mutable std::mutex swap_;
  std::shared_ptr<const std::vector<Duty>> duties_ = std::make_shared<std::vector<Duty>>();
  Loads loads_;
};

// The region itself while it stands; of those that came after it the one where the case lies, else the first;
// else what stands above it. Nothing: none does.
std::optional<RegionId> standing_for(RegionId region, const Case& one, const region::Tree& tree);

// Gives cases out by regions and roster, as they stand at one moment.
class RosterGiver final : public Giver {
 public:
  RosterGiver(std::shared_ptr<const region::Tree> tree, Roster& roster, const CasesParts& parts)
      : tree_(std::move(tree)), roster_(roster), duties_(roster.duties()), parts_(parts) {}
  RegionId above(RegionId place, region::Level level) const override;
  region::Level level_of(RegionId region) const override;
  std::optional<RegionId> standing(RegionId region, const Case& one) const override {
    return standing_for(region, one, *tree_);
  }
  std::optional<bool> within(std::string_view region, std::string_view above) const override;
  std::string on_duty(const std::string& duty, RegionId region, const std::string& department) const override;

 private:
  std::shared_ptr<const region::Tree> tree_;
  Roster& roster_;
  std::shared_ptr<const std::vector<Duty>> duties_;
  const CasesParts& parts_;
};

}  // namespace jingwei::cases
