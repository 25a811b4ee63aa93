// What a purpose may do, and when it is over: pure rules over purposes and emergencies as they stand.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/catalog/catalog_service.h"

namespace jingwei::purpose {

using EmergencyId = Id<struct EmergencyTag>;

enum class PurposeState : std::uint8_t { active, ended };
std::string_view name_of(PurposeState state);

// Why personal data are used (目的). Days are those of the hub's zone; both ends belong to it.
struct Purpose {
  std::string id;  // as resources name it
  catalog::Title title;
  catalog::Title basis;                // the law it stands on
  std::vector<std::string> resources;  // that it may use; empty: every one that names it
  std::vector<catalog::Personal>
      classes;  // of personal data that it may use; empty: none but what is not personal
  Day starts{};
  std::optional<Day> ends;
  bool emergency_only = false;  // open only while an emergency that opens it stands
  PurposeState state = PurposeState::active;
  std::int64_t version = 1;
  catalog::Origin origin = catalog::Origin::desk;
  std::string declared;  // what its package last said, by which a change of the package is known
  std::string changed_by;
  Instant changed_at{};
  std::string end_order;              // by which it was ended; empty before
  std::optional<Day> review_by = {};  // its last day unless it is renewed; what it keeps stays

  // Ends by a day, with an emergency, or unless it is renewed: one of them is asked of every purpose.
  bool has_end() const { return ends || review_by || emergency_only; }
};

enum class EmergencyState : std::uint8_t { standing, ended };
std::string_view name_of(EmergencyState state);

// A declared period (应急状态) for a region and everything under it.
struct Emergency {
  EmergencyId id;
  RegionId region;
  std::string name;
  std::string order_number;  // of the order that declared it
  std::int64_t level = 1;    // 1 is the gravest of 4
  std::vector<std::string> purposes;
  EmergencyState state = EmergencyState::standing;
  std::string declared_by;
  Instant declared_at{}, planned_end{};
  std::string ended_by;  // empty: by itself, at the planned end
  std::string end_order;
  std::optional<Instant> ended_at;
  std::int64_t row_version = 1;

  // Ends by itself when its planned end comes, whether or not anybody has written that down yet.
  bool stands(Instant at) const { return state == EmergencyState::standing && at < planned_end; }
  bool opens(std::string_view purpose) const;
};

// Why a purpose is shut.
enum class Shut : std::uint8_t {
  not_begun,       // its first day is still to come
  ended,           // ended, or its last day has passed
  no_emergency,    // it needs one, and none stands here
  other_resource,  // the resource does not name it, or it may not use the resource
  other_class,     // it may not use personal data of this class
  lapsed,          // nobody has renewed it
};
std::string_view name_of(Shut reason);

struct Opening {
  std::vector<Shut> reasons;
  bool open() const { return reasons.empty(); }
};

// Whether the purpose may use values of this class of the resource at `at`; all reasons why not.
// `emergencies` are those that cover the region it is asked for; `none` is always allowed where the rest is.
Opening is_open(const Purpose& purpose, const catalog::Resource& resource, catalog::Personal personal,
                Instant at, std::span<const Emergency> emergencies, const Zone& zone);

// A purpose that is done with: ended, past its last day, or in need of an emergency of which the last has
// ended. One that waits for its first emergency is not over. `emergencies` are those of all regions.
bool is_over(const Purpose& purpose, Instant at, std::span<const Emergency> emergencies, const Zone& zone);

// Whether nothing keeps the resource's data any more: some purpose served them, and all that do are over. A
// purpose that the hub does not know keeps them; so does a resource without purposes itself.
bool is_over(const catalog::Resource& resource, std::span<const Purpose> purposes, Instant at,
             std::span<const Emergency> emergencies, const Zone& zone);

}  // namespace jingwei::purpose
