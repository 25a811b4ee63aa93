// Of whom a record tells, and what: derived from the catalogue, so that no resource needs to be declared
// twice.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/clock.h"
#include "modules/ingest/ingest_service.h"
#include "modules/registry/kinds.h"

namespace jingwei::registry {

// What persons are compared by, in this order.
enum class Trait : std::uint8_t { name, document, phone, born, sex, address, place };
inline constexpr std::size_t trait_count = 7;
std::string_view name_of(Trait trait);

// One subject that records of a resource tell of. Fields by their positions; -1 for none.
struct Part {
  Role role = Role::person;
  std::string scheme;           // of the identifier: "citizen_id", "credit_code", "household/police"
  std::vector<int> identifier;  // fields that make it, one behind another
  std::array<int, trait_count> traits{-1, -1, -1, -1,
                                      -1, -1, -1};  // of persons; place is the record's region
  std::vector<int> aliases;  // names somebody also goes or went by; the model compares the first name alone
  // Further papers of the person (papers.h): found by number, and linked by the first alone.
  std::vector<int> further;
};

// The parts a resource's records have. Where types and titles do not tell, a resource says `subject:` and its
// fields `meaning:` (household, plate, phone, born, sex): docs/formats/resources.md. Resources about figures
// and places have none.
std::vector<Part> parts_of(const catalog::Resource& resource);

// A number that a person is also found by.
struct FurtherNumber {
  std::string hash;  // as Telling::identifier
  std::string number;
};

// A record as linkage takes it.
struct Telling {
  RecordId record;
  Role role = Role::person;
  std::int64_t resource = 0;  // its number in registry_resource
  BatchId batch;
  RegionId region;
  std::string identifier;  // 16 bytes: keyed hash; empty when the record gives none
  std::int64_t name = 0;   // of the keyed hash of its name; 0 when it gives none
  std::array<std::string, trait_count> traits;
  std::vector<std::string> aliases;  // searched by beside the name
  std::vector<FurtherNumber> further;
};

// Where a record of an enterprise or a venue says its name; -1 where it does not.
int name_field_of(const catalog::Resource& resource);

// Tellings of one record, of parts that it fills: a part without identifier and name tells of nobody.
std::vector<Telling> tellings_of(const ingest::Record& record, const std::vector<Part>& parts,
                                 std::int64_t resource, const storage::Sealer& sealer,
                                 const region::Tree& tree);

// As it stands in links: the same wherever the number is met. `scheme` as in Part.
std::string identifier_hash(const storage::Sealer& sealer, std::string_view scheme,
                            std::string_view identifier);

// A document's number as documents are kept: capitals without separators.
std::string plain_number(std::string_view text);

// The scheme of an identity document's number: "citizen_id" for one that is a citizen ID, else "document".
std::string_view scheme_of_document(std::string_view number);

}  // namespace jingwei::registry
