// Fields that two resources ask of the same people (一数一源: each datum from one source).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "modules/catalog/resource.h"

namespace jingwei::catalog {

// Why a field may be asked a second time, and who allowed it.
struct Exemption {
  std::string resource, field;
  std::string other_resource, other_field;
  std::string reason;
  std::string authority;  // who allowed it, with the document's number
  std::string actor;      // who recorded it
  Instant at{};
};

// `field` of `resource` asks what `other_field` of `other` holds already.
struct Overlap {
  const Resource* resource = nullptr;
  const Field* field = nullptr;
  const Resource* other = nullptr;
  const Field* other_field = nullptr;
  std::string meaning;        // meaning_of both
  bool same_purpose = false;  // they share a purpose: the other's data may be used for it without more ado
  std::optional<Exemption> exemption;
};

// Whether the resource asks people: residents, grid workers at their doors, enterprises.
bool asks_people(const Resource& resource);
// Whether a resource asks people of whom the other holds data already, however those came to it: same
// subject, and one's population within or across the other's. An empty population is everybody.
bool asks_those_of(const Resource& asking, const Resource& holding);

// What `resource` asks people that `other` holds already, in the order of its fields; nothing where it asks
// nobody. Fields that only say whom a record is about (meaning.h: identifies) are no overlap. Views into both
// resources.
std::vector<Overlap> overlaps_between(const Resource& resource, const Resource& other);

// Marks those that `exemptions` allow, whichever of the two was named first.
void mark_exempted(std::vector<Overlap>& overlaps, const std::vector<Exemption>& exemptions);

}  // namespace jingwei::catalog
