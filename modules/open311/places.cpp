#include "modules/open311/places.h"

#include <algorithm>

#include "base/text.h"

namespace jingwei::open311 {

namespace {

// The region that the point lies in; no_node: there is no point, or no region holds it.
region::Node node_of_point(const region::Tree& tree, const cases::NewCase& fresh) {
  if (!fresh.longitude || !fresh.latitude) return region::no_node;
  return tree.locate({*fresh.longitude, *fresh.latitude});
}

bool names_region(const catalog::Resource& form, const cases::NewCase& fresh) {
  return std::any_of(form.fields.begin(), form.fields.end(), [&](const catalog::Field& field) {
    return field.type == catalog::FieldType::region && fresh.form.contains(field.name);
  });
}

}  // namespace

void fill_regions(const catalog::Resource& form, const region::Tree& tree, cases::NewCase& fresh) {
  std::string code = fresh.region;
  if (const region::Node at = node_of_point(tree, fresh); at != region::no_node) code = tree.code(at);
  if (code.empty()) return;
  for (const auto& field : form.fields) {
    if (field.type == catalog::FieldType::region && field.required) fresh.form.emplace(field.name, code);
  }
}

Result<std::string> region_of_address(const std::string& address, const ingest::IngestParts& parts) {
  constexpr const char* name = "address";
  catalog::Field field;
  field.name = name;
  field.type = catalog::FieldType::address;
  catalog::Resource alone;
  alone.id = name;
  alone.fields.push_back(std::move(field));
  alone.region_fields = {name};
  JW_ASSIGN(const auto cleaner, ingest::FormCleaner::make(parts, std::move(alone)));
  const auto read = cleaner.clean({{name, address}});
  if (!read && read.error().code != ErrorCode::invalid) return read.error();
  if (!read || !read->region) return std::string();
  const auto tree = parts.regions.tree();
  const region::Node node = tree->find(read->region);
  if (node == region::no_node || tree->level(node) < region::Level::street) return std::string();
  const region::Node hub = parts.hub_region ? tree->find(parts.hub_region) : region::no_node;
  const bool ours = hub == region::no_node || tree->contains(hub, node);
  return ours ? tree->code(node) : std::string();
}

Result<void> fill_place(const NewRequest& wanted, const catalog::Resource& form,
                        const ingest::IngestParts& parts, const region::Tree& tree, cases::NewCase& fresh) {
  fresh.latitude = wanted.latitude;
  fresh.longitude = wanted.longitude;
  fresh.region = wanted.address_id;
  const bool told =
      !fresh.region.empty() || node_of_point(tree, fresh) != region::no_node || names_region(form, fresh);
  if (!told && wanted.address_string.empty())
    return Error(ErrorCode::invalid, "open311.point_outside").at("lat");
  if (!told) {
    JW_ASSIGN(fresh.region, region_of_address(wanted.address_string, parts));
    if (fresh.region.empty())
      return Error(ErrorCode::invalid, "open311.address_unknown")
          .with("address", wanted.address_string)
          .at("address_string");
  }
  fill_regions(form, tree, fresh);
  return {};
}

Result<void> keep_address(const NewRequest& wanted, const cases::Declared& declared, const region::Tree& tree,
                          cases::NewCase& fresh) {
  const std::string& address = wanted.address_string;
  if (address.empty()) return {};
  for (const auto& field : declared.form.fields) {
    if (field.type != catalog::FieldType::address) continue;
    const auto& [at, fills] = fresh.form.emplace(field.name, address);
    if (fills || at->second == address) return {};
  }
  const auto says_all = [&](region::Node place) {
    return place != region::no_node && address == tree.path_text(place);
  };
  const region::Node named = fresh.region.empty() ? region::no_node : tree.find(fresh.region);
  if (says_all(named) || says_all(node_of_point(tree, fresh))) return {};
  const auto* const field = declared.form.field(declared.process.open311->description);
  if (field == nullptr) return Error(ErrorCode::invalid, "open311.no_room_for_address").at("address_string");
  const auto words = fresh.form.find(field->name);
  const bool described = words != fresh.form.end() && !words->second.empty();
  // What is missing stays so: where a form asks for words, a place is no answer.
  if (!described && field->required) return {};
  const std::string both = described ? words->second + " (" + address + ")" : address;
  if (field->max_length && text::code_points(both).size() > static_cast<std::size_t>(*field->max_length))
    return Error(ErrorCode::invalid, "open311.no_room_for_address").at("address_string");
  fresh.form[field->name] = both;
  return {};
}

}  // namespace jingwei::open311
