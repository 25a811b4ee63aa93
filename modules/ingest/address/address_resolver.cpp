#include "modules/ingest/address/address_resolver.h"

#include <algorithm>

namespace jingwei::ingest {

std::string_view body_of(std::string_view address, const AddressReading& reading) {
  const std::string_view front = address.substr(0, reading.region_begin);
  const bool told_before =
      std::any_of(front.begin(), front.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
      front.find("号") != std::string_view::npos;
  return told_before ? front : address.substr(reading.region_end);
}

std::string district_code(const region::Tree& tree, region::Node node) {
  if (node == region::no_node || node == tree.root()) return {};
  while (tree.level(node) > region::Level::district) node = tree.parent(node);
  return tree.code(node);
}

TreeAddressResolver::TreeAddressResolver(std::shared_ptr<const AddressIndex> index, RegionId hub_region)
    : index_(std::move(index)), reader_(*index_, index_->tree().find(hub_region)) {}

const AddressReading& TreeAddressResolver::reading_of(std::string_view address) {
  if (address_ == address && !address_.empty()) return reading_;
  address_ = address;
  has_parts_ = false;
  reading_ = reader_.read(address_);
  return reading_;
}

AddressMatch TreeAddressResolver::match(std::string_view address) {
  const AddressReading& reading = reading_of(address);
  AddressMatch match;
  match.repeated_begin = reading.repeated_begin;
  match.repeated_end = reading.repeated_end;
  if (reading.node != region::no_node) {
    match.region_id = index_->tree().id(reading.node).value;
    match.rules.add(Rule::address_region);
  }
  if (reading.short_name) match.rules.add(Rule::address_short_name);
  if (reading.old_name) match.rules.add(Rule::address_old_name);
  if (reading.by_hub) match.rules.add(Rule::address_hub);
  if (reading.outcome == AddressReading::Outcome::ambiguous) match.rules.add(Rule::address_ambiguous);
  if (reading.outcome == AddressReading::Outcome::nothing_named) match.rules.add(Rule::address_no_region);
  return match;
}

std::string TreeAddressResolver::part(std::string_view address, AddressPart part) {
  const AddressReading& reading = reading_of(address);
  if (!has_parts_) parts_ = parts_of(body_of(address_, reading));
  has_parts_ = true;
  switch (part) {
    case AddressPart::building_key:
      return building_key(district_code(index_->tree(), reading.node), parts_);
    case AddressPart::road:
      return parts_.road;
    case AddressPart::number:
      return parts_.number;
    case AddressPart::compound:
      return parts_.compound;
    case AddressPart::building:
      return parts_.building;
    case AddressPart::unit:
      return parts_.unit;
    case AddressPart::floor:
      return parts_.floor;
    case AddressPart::room:
      return parts_.room;
  }
  return {};
}

}  // namespace jingwei::ingest
