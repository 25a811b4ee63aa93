// Search for subjects: whole numbers by their hash, everything else in memory.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "modules/registry/limits.h"
#include "modules/registry/registry_service.h"

namespace jingwei::registry {

// What the reader may search by, and where.
struct RegistryService::Scope {
  std::set<std::string, std::less<>> classes;  // personal classes open to the reader somewhere
  bool everywhere = false;
  std::vector<search::RegionInterval> areas;
  // By a resource's number: what is open of its own records, and where.
  struct Open {
    std::optional<region::Interval> below;  // none: everywhere
    std::array<bool, search::kinds> by{};
  };
  std::map<std::int64_t, std::vector<Open>> of_resource;

  // Whether a record may be found by all of this: what one resource or place opens opens no other.
  bool opens(std::int64_t resource, region::Node place, const std::array<bool, search::kinds>& by) const;
};

namespace {

// By search::Kind.
constexpr std::array<const char*, search::kinds> searched_classes = {"name", "contact", "identifier",
                                                                     "address"};

// Areas that overlap, as one each.
std::vector<search::RegionInterval> united(std::vector<search::RegionInterval> areas) {
  std::sort(areas.begin(), areas.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<search::RegionInterval> all;
  for (const auto& area : areas) {
    if (all.empty() || all.back().to < area.from) {
      all.push_back(area);
    } else {
      all.back().to = std::max(all.back().to, area.to);
    }
  }
  return all;
}

// Schemes of numbers that a provider or a resource gives itself, in one field.
std::set<std::string> own_schemes(const Resources& resources) {
  std::set<std::string> schemes;
  for (const auto& resource : resources.all()) {
    for (const auto& part : resources.parts_of(resource.id)) {
      const Kind kind = kind_of(part.role);
      const bool own = kind == Kind::household || kind == Kind::venue || kind == Kind::device;
      if (own && part.identifier.size() == 1) schemes.insert(part.scheme);
    }
  }
  return schemes;
}

}  // namespace

bool RegistryService::Scope::opens(std::int64_t resource, region::Node place,
                                   const std::array<bool, search::kinds>& by) const {
  const auto found = of_resource.find(resource);
  if (found == of_resource.end()) return false;
  for (std::size_t kind = 0; kind < search::kinds; ++kind) {
    const bool open = std::any_of(found->second.begin(), found->second.end(), [&](const Open& one) {
      return one.by[kind] && (!one.below || (place != region::no_node && one.below->contains(place)));
    });
    if (by[kind] && !open) return false;
  }
  return true;
}

RegistryService::Scope RegistryService::scope_of(const Reader& reader,
                                                 const std::optional<std::string>& under) const {
  Scope scope;
  const auto tree = parts_.regions.tree();
  for (const auto& resource : resources_.all()) {
    const auto entry = parts_.catalog.find_readable(resource.id);
    if (!entry) continue;
    const auto sight = parts_.ingest.sight_of(reader.caller.get(), (*entry)->resource, reader.purpose);
    if (!sight) continue;
    for (const auto& part : sight->parts) {
      const region::Node node = part.whole_area ? region::no_node : tree->find(part.region);
      if (!part.whole_area && node == region::no_node) continue;
      Scope::Open open;
      for (std::size_t kind = 0; kind < search::kinds; ++kind) {
        open.by[kind] = part.opens(searched_classes[kind]);
        if (open.by[kind]) scope.classes.insert(searched_classes[kind]);
      }
      if (!part.whole_area) open.below = tree->subtree(node);
      scope.of_resource[resource.number].push_back(open);
      scope.everywhere = scope.everywhere || part.whole_area;
      if (part.whole_area) continue;
      const region::Interval area = *open.below;
      scope.areas.push_back({static_cast<std::uint32_t>(area.begin), static_cast<std::uint32_t>(area.end)});
    }
  }
  scope.areas = united(std::move(scope.areas));
  if (!under) return scope;
  const region::Node node = tree->find(*under);
  if (node == region::no_node) {
    scope.everywhere = false;
    scope.areas.clear();
    return scope;
  }
  const region::Interval asked = tree->subtree(node);
  const search::RegionInterval wanted{static_cast<std::uint32_t>(asked.begin),
                                      static_cast<std::uint32_t>(asked.end)};
  if (scope.everywhere) {
    scope.areas = {wanted};
  } else {
    std::vector<search::RegionInterval> cut;
    for (const auto& area : scope.areas) {
      const search::RegionInterval both{std::max(area.from, wanted.from), std::min(area.to, wanted.to)};
      if (both.from < both.to) cut.push_back(both);
    }
    scope.areas = std::move(cut);
  }
  scope.everywhere = false;
  return scope;
}

// Subjects whose document (also a further one), credit code or plate is this very number; or that one
// provider or resource numbers so: households, venues, devices, as they are written there.
Result<std::vector<std::pair<SubjectId, std::vector<Link>>>> RegistryService::by_number(
    const SubjectQuery& query, Numbers numbers) const {
  std::vector<std::string> hashes;
  if (numbers == Numbers::everybodys) {
    const std::string number = plain_number(query.text);
    for (const auto scheme :
         {scheme_of_document(number), std::string_view("credit_code"), std::string_view("plate")})
      hashes.push_back(identifier_hash(parts_.sealer, scheme, number));
  } else {
    const std::string written = text::squeeze(query.text);
    for (const auto& scheme : own_schemes(resources_))
      hashes.push_back(identifier_hash(parts_.sealer, scheme, written));
  }
  std::map<SubjectId, std::vector<Link>> by_subject;
  JW_ASSIGN(auto store, parts_.store.read());
  JW_ASSIGN(const auto links, links_of_identifiers(*store, hashes, limits::component_links));
  for (const auto& of_one : links) {
    for (const auto& link : of_one) {
      if (!query.kind || kind_of(link.role) == *query.kind) by_subject[link.subject].push_back(link);
    }
  }
  if (numbers == Numbers::everybodys && (!query.kind || *query.kind == Kind::person)) {
    const auto records = people()->further_bearers(hashes.front(), limits::component_links);
    JW_ASSIGN(const auto of_records, links_of_records(*store, records));
    for (const auto& of_record : of_records) {
      for (const auto& link : of_record) {
        if (kind_of(link.role) == Kind::person) by_subject[link.subject].push_back(link);
      }
    }
  }
  return std::vector<std::pair<SubjectId, std::vector<Link>>>(by_subject.begin(), by_subject.end());
}

Result<std::vector<std::pair<SubjectId, std::vector<Link>>>> RegistryService::by_words(
    const SubjectQuery& query, const Scope& scope) const {
  std::vector<std::pair<SubjectId, std::vector<Link>>> found;
  const auto people = this->people();
  if (!people->ready()) return found;
  std::array<bool, search::kinds> by{};
  for (std::size_t kind = 0; kind < search::kinds; ++kind)
    by[kind] = scope.classes.contains(searched_classes[kind]);
  const auto* within = scope.everywhere ? nullptr : &scope.areas;
  const auto hits = people->search(query.text, within, by, std::min(query.most * 4, search::hits_most));
  JW_ASSIGN(auto store, parts_.store.read());
  const auto tree = parts_.regions.tree();
  std::map<SubjectId, std::size_t> place;
  for (const auto& hit : hits) {
    JW_ASSIGN(const auto links, links_of_records(*store, hit.records));
    for (const auto& of_record : links) {
      for (const auto& link : of_record) {
        const Kind kind = kind_of(link.role);
        // Households are not named, so a name is never theirs.
        if (kind == Kind::household || (query.kind && kind != *query.kind)) continue;
        const region::Node stands = link.region ? tree->find(link.region) : region::no_node;
        if (!scope.opens(link.resource, stands, hit.by)) continue;
        const auto [at, added] = place.emplace(link.subject, found.size());
        if (added) found.push_back({link.subject, {}});
        found[at->second].second.push_back(link);
      }
    }
  }
  return found;
}

Result<FoundSubjects> RegistryService::search(const SubjectQuery& query, const Reader& reader) const {
  if (text::squeeze(query.text).size() < limits::query_least) {
    return Error(ErrorCode::invalid, "registry.query_too_short")
        .with("least", std::to_string(limits::query_least))
        .at("q");
  }
  if (query.under && parts_.regions.tree()->find(*query.under) == region::no_node)
    return Error(ErrorCode::not_found, "region.not_found").with("code", *query.under).at("under");
  FoundSubjects found;
  found.ready = people()->ready();
  const Scope scope = scope_of(reader, query.under);
  found.classes.assign(scope.classes.begin(), scope.classes.end());
  JW_ASSIGN(auto candidates, by_number(query, Numbers::everybodys));
  if (candidates.empty()) {
    JW_ASSIGN(candidates, by_number(query, Numbers::somebodys_own));
    // Such numbers are short: what is typed may be a part of a phone or an address as well.
    Candidates by_what_is_said;
    if (!scope.classes.empty()) {
      JW_ASSIGN(by_what_is_said, by_words(query, scope));
    }
    candidates.insert(candidates.end(), by_what_is_said.begin(), by_what_is_said.end());
  }
  std::set<SubjectId> shown;
  const auto tree = parts_.regions.tree();
  const region::Node below = query.under ? tree->find(*query.under) : region::no_node;
  for (const auto& [subject, links] : candidates) {
    if (found.items.size() == query.most) break;
    for (const auto& link : links) {
      JW_ASSIGN(auto entry, files_->entry(link, reader));
      const region::Node node =
          entry && entry->record.region ? tree->find(entry->record.region) : region::no_node;
      if (!entry || (query.under && (node == region::no_node || !tree->contains(below, node)))) continue;
      if (shown.insert(subject).second)
        found.items.push_back({subject, std::move(*entry), static_cast<std::int64_t>(links.size())});
      break;
    }
  }
  return found;
}

}  // namespace jingwei::registry
