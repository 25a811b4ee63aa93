// What cases need from around them; all must outlive the service.
#pragma once

#include <functional>
#include <string>

#include "access/caller.h"
#include "modules/cases/calendar/working_calendar.h"
#include "modules/cases/process/process.h"
#include "modules/ingest/ingest_service.h"
#include "storage/matter.h"

namespace jingwei::cases {

// Adds to a Change what a step of a thing is where that thing is kept, or says why the caller (null: nobody
// has to be known) may not take it. `words` are what was said with it. Called each time the step is decided.
using MoveMatter = std::function<Result<void>(const storage::MatterStep& step, const std::string& words,
                                              const access::Caller* caller, storage::Reader& reader,
                                              storage::Change& change)>;

// Counts one more order or form for the community that a case goes to, by writes of the same Change. Called
// each time the step is decided. Errors: conflict, where it has had its month's number; the store's.
using TakeFromCap =
    std::function<Result<void>(Cap cap, RegionId region, storage::Reader& reader, storage::Change& change)>;

struct CasesParts {
  storage::Store& store;
  catalog::Catalog& catalog;
  region::Regions& regions;
  const ingest::IngestService& ingest;  // cleans forms
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::string owner;     // this process, for leases
  SpecialDays holidays;  // the State Council's
  // Whether personal fields of a form may be opened for a purpose now, at a place.
  ingest::PurposeCheck check_purpose = {};
  // Under what name somebody acts: "王敏" for "account:17"; the actor itself when unknown.
  std::function<std::string(const std::string& actor)> name_of = [](const std::string& actor) {
    return actor;
  };
  // Where things that cases are about are kept; none: no case moves any.
  MoveMatter move_matter = {};
  // Whether a package's processes take new cases in a region now (none: anywhere), or why not; none: always.
  std::function<Result<void>(const std::string& package, RegionId region)> check_on = {};
  // Where the caps of communities are kept; none: nothing is counted.
  TakeFromCap take_from_cap = {};
  // Under which name the audit log knows the verified person behind an actor; empty: nobody vouches for one.
  std::function<Result<std::string>(const std::string& actor)> pseudonym_of = {};
  // Where they may be; of a case that stands nowhere only a purpose that is open everywhere opens them. With
  // check_purpose.
  ingest::PurposeAreasOf areas_of_purpose = {};
};

// Event of a case: {"case","process","kind",…}; of a process that was published or retired; of a new
// calendar.
inline constexpr std::string_view case_event_kind = "case.step";
inline constexpr std::string_view effect_event_kind = "case.effect";
inline constexpr std::string_view process_event_kind = "case.process";
inline constexpr std::string_view calendar_event_kind = "case.calendar";
inline constexpr std::string_view duty_event_kind = "case.duty";

}  // namespace jingwei::cases
