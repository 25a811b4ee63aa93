// What a package asks of people that is held already, for whoever installs it.
#include "modules/catalog/catalog_service.h"
#include "modules/catalog/overlap.h"
#include "modules/catalog/resource_life.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/catalog/responsibility.h"

namespace jingwei::catalog {

namespace {

using Stewards = std::map<std::string, Steward>;

// Each resource of the package beside all that stand, itself left out.
std::vector<Overlap> overlaps_with(const std::vector<Resource>& declared,
                                   const std::vector<const Resource*>& others) {
  std::vector<Overlap> all;
  for (const auto& resource : declared) {
    for (const Resource* other : others) {
      auto found = overlaps_between(resource, *other);
      all.insert(all.end(), found.begin(), found.end());
    }
  }
  return all;
}

std::vector<AskedAgain> as_told(const std::vector<Overlap>& overlaps, const Stewards& stewards,
                                Language language) {
  std::vector<AskedAgain> told;
  for (const auto& overlap : overlaps) {
    if (overlap.exemption) continue;
    const auto steward = stewards.find(overlap.other->provider_id);
    told.push_back({overlap.resource->id, overlap.field->name, overlap.other->id, overlap.other_field->name,
                    refusal_of(overlap, steward == stewards.end() ? "" : steward->second.name, language)});
  }
  return told;
}

}  // namespace

Result<std::vector<AskedAgain>> asked_again(const Catalog& catalog, storage::Store& store,
                                            std::string_view yaml, const std::string& package,
                                            Language language) {
  JW_ASSIGN(const auto declared, parse_resources(yaml, "resources.yaml", package));
  const EntryList entries = catalog.entries();
  std::vector<const Resource*> others;
  for (const auto& resource : declared) others.push_back(&resource);
  for (const auto& entry : entries) {
    if (!entry.retired && entry.resource.package != package) others.push_back(&entry.resource);
  }
  auto overlaps = overlaps_with(declared, others);
  JW_ASSIGN(auto reader, store.read());
  JW_ASSIGN(const auto exemptions, read_exemptions(*reader));
  JW_ASSIGN(const auto stewards, read_stewards(*reader));
  mark_exempted(overlaps, exemptions);
  return as_told(overlaps, stewards, language);
}

Result<std::vector<AskedAgain>> asked_again(const std::map<std::string, std::string>& yaml_of,
                                            const std::string& package, Language language) {
  std::vector<Resource> declared, held;
  for (const auto& [id, yaml] : yaml_of) {
    auto read = parse_resources(yaml, "resources.yaml", id);
    if (id == package) {
      if (!read) return std::move(read).error();
      declared = *read;
    }
    if (read) held.insert(held.end(), read->begin(), read->end());
  }
  std::vector<const Resource*> others;
  for (const auto& resource : held) others.push_back(&resource);
  return as_told(overlaps_with(declared, others), {}, language);
}

}  // namespace jingwei::catalog
