// What subjects there are, and as what a record tells of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"

namespace jingwei::registry {

using SubjectId = Id<struct SubjectTag>;
using EventId = Id<struct RegistryEventTag>;
using ReviewId = Id<struct ReviewTag>;
using RelationId = Id<struct RelationTag>;

enum class Kind : std::uint8_t { person, household, enterprise, venue, vehicle, device };
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

// The part a subject has in a record; numbers as they are stored. `person` is whom the record is about,
// `head` the head of the household it is about.
enum class Role : std::uint8_t {
  person = 0,
  household = 1,
  enterprise = 2,
  venue = 3,
  vehicle = 4,
  device = 5,
  head = 6
};
Kind kind_of(Role role);

// What a subject is to another.
enum class RelationKind : std::uint8_t { member, tenant, employee, owner, guardian, carer };
std::string_view name_of(RelationKind kind);
std::optional<RelationKind> relation_named(std::string_view name);

// What it says of two subjects that one record tells of both: a person and a household are its member, a
// person and an enterprise its employee; nothing for others.
std::optional<RelationKind> relation_between(Role subject, Role other);

// Links are certain or probable; what is decided against a person rests on certain ones only.
enum class Certainty : std::uint8_t { probable = 1, certain = 2 };
std::string_view name_of(Certainty certainty);

}  // namespace jingwei::registry
