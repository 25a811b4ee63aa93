// Reads addresses for cleaning: the region they lie in and their parts.
#pragma once

#include <memory>
#include <string>

#include "modules/ingest/address/address_parts.h"
#include "modules/ingest/address/address_reader.h"
#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

// One per load; remembers the address it read last, so that asking for its parts costs no second reading.
class TreeAddressResolver final : public AddressResolver {
 public:
  TreeAddressResolver(std::shared_ptr<const AddressIndex> index, RegionId hub_region);

  AddressMatch match(std::string_view address) override;
  std::string part(std::string_view address, AddressPart part) override;

 private:
  const AddressReading& reading_of(std::string_view address);

  std::shared_ptr<const AddressIndex> index_;
  AddressReader reader_;
  std::string address_;
  AddressReading reading_;
  bool has_parts_ = false;
  AddressParts parts_;
};

// The text in which an address names road, number and building: behind the names of its region, or before
// them when it says the region last.
std::string_view body_of(std::string_view address, const AddressReading& reading);

// The code under which a building's key stands: the district's, or of a region above it its own; empty of
// none.
std::string district_code(const region::Tree& tree, region::Node node);

}  // namespace jingwei::ingest
