// What cleaning knows of places, made from a snapshot of the region tree and shared by all loads.
#pragma once

#include <memory>
#include <mutex>

#include "modules/ingest/address/address_index.h"
#include "modules/ingest/cleaning/citizen_places.h"

namespace jingwei::ingest {

// Thread-safe. What is asked for is made at the first question and again when the tree has changed; what was
// given out stays valid while held.
class Gazetteers {
 public:
  std::shared_ptr<const AddressIndex> addresses(const std::shared_ptr<const region::Tree>& tree);
  // Null when the tree does not hold the whole country: then only the form of a citizen ID's place can be
  // checked.
  std::shared_ptr<const CitizenPlaces> citizen_places(const std::shared_ptr<const region::Tree>& tree);

 private:
  std::mutex mutex_;
  std::shared_ptr<const region::Tree> addresses_of_, places_of_;
  std::shared_ptr<const AddressIndex> addresses_;
  std::shared_ptr<const CitizenPlaces> places_;
};

}  // namespace jingwei::ingest
