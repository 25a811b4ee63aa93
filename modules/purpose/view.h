// Purposes, emergencies and what they keep, as they stand at one revision; and the writes that change them.
#pragma once

#include <map>
#include <set>

#include "modules/purpose/rules.h"
#include "storage/store.h"

namespace jingwei::purpose {

// The impact assessment (影响评估) of a purpose, in words.
struct Assessment {
  std::string purpose;
  std::string necessity, risk, measures;
  std::string approved_by;  // empty: not approved yet
  std::optional<Day> approved_on;
  std::int64_t version = 0;  // 0: there is none
  std::string changed_by;
  Instant changed_at{};
};

// A resource that a law keeps when its purposes are over.
struct KeptByLaw {
  catalog::Title basis;
  std::string origin;  // "package:<id>" or "desk"
};

// Something done, oldest first.
struct Step {
  std::string step;
  std::string actor;  // empty: the hub itself
  std::string order_number;
  std::optional<Instant> until;
  Instant at{};
};

struct View {
  std::int64_t revision = 0;
  std::vector<Purpose> purposes;       // by id
  std::vector<Emergency> emergencies;  // newest first, ended ones too
  std::map<std::string, Assessment> assessments;
  std::map<std::string, KeptByLaw> kept;
  std::set<std::string> under_destruction;  // resources whose data are going at this moment

  const Purpose* find(std::string_view purpose) const;
  Purpose* find(std::string_view purpose);
  const Emergency* find(EmergencyId emergency) const;
  Emergency* find(EmergencyId emergency);
  // Resources of the catalogue whose data nothing keeps any more.
  std::set<std::string> over(const catalog::Catalog& catalog, Instant at, const Zone& zone) const;
};

// Errors: the store's.
Result<View> read_view(storage::Reader& reader);
Result<std::vector<Step>> read_steps(storage::Reader& reader, const std::string& thing);
std::string thing_of(const Purpose& purpose);
std::string thing_of(EmergencyId emergency);

// The feed event "purpose.changed": some decision about purposes, emergencies or destruction. No personal
// data.
inline constexpr std::string_view purpose_event_kind = "purpose.changed";

// What every decision of this module carries: it expects the revision it was made at and moves it on, tells
// the feed, and leaves step and audit entry.
struct Deed {
  std::string thing;
  std::string step;   // "declare"
  std::string actor;  // empty: the hub itself
  std::string order_number;
  std::optional<Instant> until;
  std::string event;          // of the audit log: "emergency.declare"
  std::string detail = "{}";  // of the audit entry
};
// Errors: the store's (fresh ids).
Result<void> add_deed(storage::Store& store, const View& view, const Deed& deed, Instant at,
                      storage::Change& change);
storage::Write hold_revision(const View& view);

storage::Write add_purpose(const Purpose& purpose);
storage::Write change_purpose(const Purpose& purpose);        // expects its version
storage::Write put_assessment(const Assessment& assessment);  // expects its version; 0 adds
storage::Write put_kept(const std::string& resource, const KeptByLaw& kept);
storage::Write drop_kept(const std::string& resource);
storage::Write add_emergency(const Emergency& emergency);
storage::Write extend_emergency(const Emergency& emergency);  // to its planned_end; expects its row version
storage::Write end_emergency(const Emergency& emergency);

// "a,b" and back.
std::string joined(const std::vector<std::string>& words);
std::vector<std::string> parted(std::string_view text);
std::string joined(const std::vector<catalog::Personal>& classes);
std::optional<catalog::Personal> personal_named(std::string_view name);

}  // namespace jingwei::purpose
