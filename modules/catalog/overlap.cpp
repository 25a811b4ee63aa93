#include "modules/catalog/overlap.h"

#include <algorithm>

#include "modules/catalog/meaning.h"

namespace jingwei::catalog {

namespace {

bool shares_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& word) { return std::find(b.begin(), b.end(), word) != b.end(); });
}

// A household's members are persons: what is asked at the door of one is asked of the other.
Subject asked(Subject subject) {
  return subject == Subject::household ? Subject::person : subject;
}

}  // namespace

bool asks_people(const Resource& resource) {
  return resource.collected_from == CollectedFrom::residents ||
         resource.collected_from == CollectedFrom::grid ||
         resource.collected_from == CollectedFrom::enterprises;
}

bool asks_those_of(const Resource& asking, const Resource& holding) {
  if (!asks_people(asking) || asked(asking.subject) != asked(holding.subject)) return false;
  // A lamp and a market are both something other than people: only a population says that they are the same.
  if (asking.subject == Subject::other && (asking.population.empty() || holding.population.empty()))
    return false;
  return asking.population.empty() || holding.population.empty() ||
         shares_one(asking.population, holding.population);
}

std::vector<Overlap> overlaps_between(const Resource& resource, const Resource& other) {
  std::vector<Overlap> found;
  if (resource.id == other.id || !asks_those_of(resource, other)) return found;
  const bool same_purpose = shares_one(resource.purposes, other.purposes);
  for (const auto& field : resource.fields) {
    if (identifies(resource, field)) continue;
    const std::string meaning = meaning_of(field);
    if (meaning.empty()) continue;
    for (const auto& asked_already : other.fields) {
      if (identifies(other, asked_already) || meaning_of(asked_already) != meaning ||
          !may_answer_alike(field, asked_already))
        continue;
      found.push_back({&resource, &field, &other, &asked_already, meaning, same_purpose, std::nullopt});
      break;
    }
  }
  return found;
}

void mark_exempted(std::vector<Overlap>& overlaps, const std::vector<Exemption>& exemptions) {
  for (auto& overlap : overlaps) {
    for (const auto& exemption : exemptions) {
      const auto names = [&](const Resource& resource, const Field& field, const Resource& other,
                             const Field& other_field) {
        return exemption.resource == resource.id && exemption.field == field.name &&
               exemption.other_resource == other.id && exemption.other_field == other_field.name;
      };
      if (names(*overlap.resource, *overlap.field, *overlap.other, *overlap.other_field) ||
          names(*overlap.other, *overlap.other_field, *overlap.resource, *overlap.field))
        overlap.exemption = exemption;
    }
  }
}

}  // namespace jingwei::catalog
