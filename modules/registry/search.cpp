// Search for subjects: whole numbers by their hash, everything else in memory.
#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <tuple>

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

  // By search::Kind: what a record may be found by; what one resource or place opens opens no other.
  std::array<bool, search::kinds> open_at(std::int64_t resource, region::Node place) const;
  // What the query asks of the index: by what is open somewhere, where something is.
  search::Query asked(const SubjectQuery& query, std::size_t most) const;
};

// A person whose records answer together what each of them may be found by.
struct RegistryService::Together {
  struct Answer {
    double score = 0;
    bool by_name = false;
    Link link;
  };
  SubjectId subject;
  std::vector<std::vector<Answer>> pieces;  // of the query, of each the best answer first
  bool in_one = false;                      // one of the records answers all of it
  double score = 0;

  static std::optional<Together> of(std::span<const Link> links,
                                    std::span<const std::vector<search::PieceScores>> scores,
                                    const Scope& scope, const region::Tree& tree);
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

bool all_open(const std::array<bool, search::kinds>& by, const std::array<bool, search::kinds>& open) {
  for (std::size_t kind = 0; kind < search::kinds; ++kind) {
    if (by[kind] && !open[kind]) return false;
  }
  return true;
}

region::Node place_of(const Link& link, const region::Tree& tree) {
  return link.region ? tree.find(link.region) : region::no_node;
}

// What led to a person, which may be an old record, then the newest ones.
void append_distinct(const std::vector<Link>& led, const std::vector<Link>& newest, std::vector<Link>& into) {
  into.insert(into.end(), led.begin(), led.end());
  std::copy_if(newest.begin(), newest.end(), std::back_inserter(into), [&](const Link& link) {
    return std::none_of(led.begin(), led.end(),
                        [&](const Link& one) { return one.record == link.record && one.role == link.role; });
  });
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

std::array<bool, search::kinds> RegistryService::Scope::open_at(std::int64_t resource,
                                                                region::Node place) const {
  std::array<bool, search::kinds> open{};
  const auto found = of_resource.find(resource);
  if (found == of_resource.end()) return open;
  for (const Open& one : found->second) {
    if (one.below && (place == region::no_node || !one.below->contains(place))) continue;
    for (std::size_t kind = 0; kind < search::kinds; ++kind) open[kind] = open[kind] || one.by[kind];
  }
  return open;
}

search::Query RegistryService::Scope::asked(const SubjectQuery& query, std::size_t most) const {
  search::Query asked;
  asked.text = query.text;
  asked.within = everywhere ? nullptr : &areas;
  for (std::size_t kind = 0; kind < search::kinds; ++kind)
    asked.by[kind] = classes.contains(searched_classes[kind]);
  asked.most = most;
  return asked;
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
  const search::Query asked = scope.asked(query, std::min(query.most * 4, search::hits_most));
  const auto hits = people->search(asked.text, asked.within, asked.by, asked.most);
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
        if (!all_open(hit.by, scope.open_at(link.resource, place_of(link, *tree)))) continue;
        const auto [at, added] = place.emplace(link.subject, found.size());
        if (added) found.push_back({link.subject, {}});
        found[at->second].second.push_back(link);
      }
    }
  }
  return found;
}

// What one person's records answer, each at its scores' place; nothing where they leave some piece open.
std::optional<RegistryService::Together> RegistryService::Together::of(
    std::span<const Link> links, std::span<const std::vector<search::PieceScores>> scores, const Scope& scope,
    const region::Tree& tree) {
  Together one;
  one.subject = links.front().subject;
  for (std::size_t at = 0; at < links.size(); ++at) {
    const auto open = scope.open_at(links[at].resource, place_of(links[at], tree));
    const std::size_t pieces = scores[at].size();
    one.pieces.resize(std::max(one.pieces.size(), pieces));
    std::size_t answered = 0;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      Answer best;
      for (std::size_t kind = 0; kind < search::kinds; ++kind) {
        const double score = scores[at][piece][kind];
        if (!open[kind] || score <= best.score) continue;
        best = {score, static_cast<search::Kind>(kind) == search::Kind::name, links[at]};
      }
      if (best.score == 0) continue;
      one.pieces[piece].push_back(std::move(best));
      ++answered;
    }
    one.in_one = one.in_one || (answered > 0 && answered == pieces);
  }
  if (one.pieces.empty()) return std::nullopt;
  for (auto& answers : one.pieces) {
    if (answers.empty()) return std::nullopt;
    std::stable_sort(answers.begin(), answers.end(),
                     [](const Answer& a, const Answer& b) { return a.score > b.score; });
    one.score += answers.front().score;
  }
  return one;
}

// The word that few answer leads: of the persons whose records answer it, the other records are asked as
// well. Those with one record that answers everything come first.
Result<std::vector<RegistryService::Together>> RegistryService::by_words_together(const SubjectQuery& query,
                                                                                  const Scope& scope) const {
  std::vector<Together> found;
  const auto people = this->people();
  if (!people->ready() || (query.kind && *query.kind != Kind::person)) return found;
  const search::Query asked = scope.asked(query, search::leading_most);
  const auto records = people->leading(asked);
  if (records.empty()) return found;
  const auto tree = parts_.regions.tree();
  JW_ASSIGN(auto store, parts_.store.read());
  JW_ASSIGN(const auto leading, links_of_records(*store, records));
  std::vector<SubjectId> persons;
  std::map<SubjectId, std::vector<Link>> led_by;
  for (const auto& of_record : leading) {
    for (const auto& link : of_record) {
      const auto open = scope.open_at(link.resource, place_of(link, *tree));
      if (kind_of(link.role) != Kind::person || std::count(open.begin(), open.end(), true) == 0) continue;
      auto& links = led_by[link.subject];
      if (links.empty()) persons.push_back(link.subject);
      links.push_back(link);
    }
  }
  std::size_t looked_at = 0;
  std::span<const SubjectId> left(persons);
  while (!left.empty() && looked_at < limits::together_links) {
    const auto portion = left.first(std::min(limits::together_portion, left.size()));
    left = left.subspan(portion.size());
    JW_ASSIGN(const auto newest, links_of_subjects(*store, portion, limits::together_links_each));
    std::vector<Link> links;
    std::vector<std::size_t> ends;  // of each person's
    for (std::size_t at = 0; at < portion.size(); ++at) {
      append_distinct(led_by[portion[at]], newest[at], links);
      ends.push_back(links.size());
    }
    looked_at += links.size();
    const auto scores = people->scores(asked, links);
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      auto one = Together::of(std::span(links).subspan(begin, end - begin),
                              std::span(scores).subspan(begin, end - begin), scope, *tree);
      if (one) found.push_back(std::move(*one));
      begin = end;
    }
  }
  std::sort(found.begin(), found.end(), [](const Together& a, const Together& b) {
    return std::tuple(!a.in_one, -a.score, a.subject) < std::tuple(!b.in_one, -b.score, b.subject);
  });
  return found;
}

// Nothing unless of each piece a record answers that the reader may see.
Result<std::optional<Found>> RegistryService::seen_together(const Together& one, const SubjectQuery& query,
                                                            const Reader& reader) const {
  std::optional<FileEntry> speaks;
  bool named = false;
  std::set<RecordId> records;
  for (const auto& answers : one.pieces) {
    bool seen = false;
    for (auto answer = answers.begin(); answer != answers.end() && !seen; ++answer) {
      JW_ASSIGN(auto entry, entry_under(answer->link, query, reader));
      if (!entry) continue;
      seen = true;
      records.insert(answer->link.record);
      if (speaks && (named || !answer->by_name)) continue;
      speaks = std::move(*entry);
      named = answer->by_name;
    }
    if (!seen) return std::optional<Found>();
  }
  return std::optional(Found{one.subject, std::move(*speaks), static_cast<std::int64_t>(records.size())});
}

// The record as the reader may see it; nothing when they may not, or it stands elsewhere than they ask.
Result<std::optional<FileEntry>> RegistryService::entry_under(const Link& link, const SubjectQuery& query,
                                                              const Reader& reader) const {
  JW_ASSIGN(auto entry, files_->entry(link, reader));
  if (!entry || !query.under) return entry;
  const auto tree = parts_.regions.tree();
  const region::Node below = tree->find(*query.under);
  const region::Node node = entry->record.region ? tree->find(entry->record.region) : region::no_node;
  if (node == region::no_node || !tree->contains(below, node)) entry.reset();
  return entry;
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
  const bool by_words_too = candidates.empty() && !scope.classes.empty();
  if (candidates.empty()) {
    JW_ASSIGN(candidates, by_number(query, Numbers::somebodys_own));
    // Such numbers are short: what is typed may be a part of a phone or an address as well.
    Candidates by_what_is_said;
    if (by_words_too) {
      JW_ASSIGN(by_what_is_said, by_words(query, scope));
    }
    candidates.insert(candidates.end(), by_what_is_said.begin(), by_what_is_said.end());
  }
  std::set<SubjectId> shown;
  for (const auto& [subject, links] : candidates) {
    if (found.items.size() == query.most) break;
    for (const auto& link : links) {
      JW_ASSIGN(auto entry, entry_under(link, query, reader));
      if (!entry) continue;
      if (shown.insert(subject).second)
        found.items.push_back({subject, std::move(*entry), static_cast<std::int64_t>(links.size())});
      break;
    }
  }
  if (!by_words_too || found.items.size() == query.most) return found;
  JW_ASSIGN(const auto together, by_words_together(query, scope));
  std::size_t looked_at = 0;
  for (const auto& one : together) {
    if (found.items.size() == query.most || looked_at == query.most * 4) break;
    if (shown.contains(one.subject)) continue;
    ++looked_at;
    JW_ASSIGN(auto seen, seen_together(one, query, reader));
    if (seen) found.items.push_back(std::move(*seen));
  }
  return found;
}

}  // namespace jingwei::registry
