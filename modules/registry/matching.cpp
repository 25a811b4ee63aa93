#include "modules/registry/matching.h"

#include "base/json.h"

namespace jingwei::registry {

namespace {

constexpr double bits_of_an_identifier = 24;
constexpr double bits_of_a_name = 8;

class IdentifierMatcher final : public Matcher {
 public:
  std::int64_t model() const override { return 0; }
  void know(std::span<const Telling>) override {}
  void forget(RecordId) override {}
  Match compare(const Link& a, const Link& b) override { return match_identifiers(a, b); }
};

}  // namespace

Match match_identifiers(const Link& a, const Link& b) {
  Match match;
  const auto part = [&](Trait trait) -> double& { return match.parts[static_cast<std::size_t>(trait)]; };
  if (a.identifier.empty() || b.identifier.empty()) return match;
  if (a.identifier != b.identifier) {
    match.contradicts = true;
    part(Trait::document) = -bits_of_an_identifier;
    match.weight = -bits_of_an_identifier;
    return match;
  }
  part(Trait::document) = bits_of_an_identifier;
  const bool named = a.name != 0 && b.name != 0;
  if (named) part(Trait::name) = a.name == b.name ? bits_of_a_name : -bits_of_a_name;
  match.weight = part(Trait::document) + part(Trait::name);
  match.probability = !named ? 0.99 : a.name == b.name ? 0.9999 : 0.6;
  return match;
}

std::unique_ptr<Matcher> identifier_matcher() {
  return std::make_unique<IdentifierMatcher>();
}

std::string weights_json(const Match& match) {
  JsonWriter json;
  json.begin_object();
  for (std::size_t at = 0; at < trait_count; ++at) {
    if (match.parts[at] != 0) json.member(name_of(static_cast<Trait>(at)), match.parts[at]);
  }
  json.end_object();
  return json.take();
}

}  // namespace jingwei::registry
