// Links as they stand in the store: which subject a record tells of.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "modules/registry/kinds.h"
#include "storage/store.h"

namespace jingwei::registry {

struct Link {
  RecordId record;
  Role role = Role::person;
  std::int64_t version = 0;
  std::int64_t resource = 0;
  SubjectId subject, home;
  Certainty certainty = Certainty::certain;
  std::int64_t model = 0;
  std::string identifier;  // 16 bytes or none
  std::int64_t name = 0;
  BatchId batch;
  RegionId region;
  Instant known_from{};
};

// Two records that are one subject or are not: what a person decided.
struct Constraint {
  std::int64_t id = 0;
  RecordId a, b;
  Role role = Role::person;
  bool same = false;
  EventId event;
  std::int64_t made_us = INT64_MAX;  // what is not written yet is the last word
};

// The registry's number and the model in force.
struct State {
  std::int64_t number = 0;
  std::int64_t model = 0;
};

// Reading. Errors: the store's.
Result<State> read_state(storage::Reader& reader);
Result<std::vector<Link>> links_of_record(storage::Reader& reader, RecordId record);
Result<std::vector<Link>> links_of_subject(storage::Reader& reader, SubjectId subject, std::size_t most);
// Those of one resource's records, newest first.
Result<std::vector<Link>> links_of_subject_in(storage::Reader& reader, SubjectId subject,
                                              std::int64_t resource, std::size_t most);
Result<std::vector<Link>> links_of_identifier(storage::Reader& reader, const std::string& identifier,
                                              std::size_t most);
Result<std::vector<Link>> links_between(storage::Reader& reader, RecordId first, RecordId last,
                                        std::size_t most);
// From `first` to before `end`, by record.
Result<std::vector<Link>> links_of_resource_between(storage::Reader& reader, std::int64_t resource,
                                                    RecordId first, RecordId end, std::size_t most);
Result<std::vector<Link>> links_of_batch(storage::Reader& reader, RecordId after, BatchId batch,
                                         std::size_t most);
// Of a subject, those that came to `home` first, by record from after `after` on. A record has at most one.
Result<std::vector<Link>> links_at_home(storage::Reader& reader, SubjectId subject, SubjectId home,
                                        RecordId after, std::size_t most);
// The one a subject is known by best: of its own, the earliest.
Result<std::optional<Link>> first_link_of_subject(storage::Reader& reader, SubjectId subject);
// The same for many: each list at its question's place.
Result<std::vector<std::vector<Link>>> links_of_records(storage::Reader& reader,
                                                        std::span<const RecordId> records);
Result<std::vector<std::vector<Link>>> links_of_subjects(storage::Reader& reader,
                                                         std::span<const SubjectId> subjects,
                                                         std::size_t most);
Result<std::vector<std::vector<Link>>> links_of_identifiers(storage::Reader& reader,
                                                            std::span<const std::string> identifiers,
                                                            std::size_t most);
// A version of a link, whether it stands or ended.
struct PastLink {
  Link link;
  std::optional<Instant> known_to;
};
// All versions of each record's links, by role, then version.
Result<std::vector<std::vector<PastLink>>> histories_of_records(storage::Reader& reader,
                                                                std::span<const RecordId> records);
// Versions that ended of links to a subject, those that ended last first.
Result<std::vector<PastLink>> ended_links_of_subject(storage::Reader& reader, SubjectId subject,
                                                     std::size_t most);
// Whether anybody decided anything that still holds.
Result<bool> any_constraint(storage::Reader& reader);
Result<std::vector<Constraint>> constraints_of(storage::Reader& reader, RecordId record);
Result<std::vector<Constraint>> constraints_of_event(storage::Reader& reader, EventId event);
storage::Write add_constraint(const Constraint& constraint, Instant at);
storage::Write end_constraint(const Constraint& constraint, Instant at);
// The subject this one is now: itself unless it was merged.
Result<SubjectId> kept_subject(storage::Reader& reader, SubjectId subject);
// Subjects that are this one now.
Result<std::vector<std::pair<SubjectId, EventId>>> merged_into(storage::Reader& reader, SubjectId subject);

// Writing. Each expects what it says; a failed expectation is a conflict.
storage::Write take_number(std::int64_t number);
storage::Write hold_number(std::int64_t number);
storage::Write end_link(const Link& link, Instant known_to);
storage::Write add_link(const Link& link);
// The columns of registry_link and a link's cells, for slices.
const std::vector<std::string>& link_columns();
void append_cells(const Link& link, std::vector<storage::Value>& cells);

}  // namespace jingwei::registry
