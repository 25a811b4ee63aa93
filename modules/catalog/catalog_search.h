// Finding resources as people look for them: a word of the title in characters, pinyin or its initials, a
// field, a department, with a slip of the finger in it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/catalog/definition.h"

namespace jingwei::catalog {

// What is asked of the list; an empty member asks nothing.
struct CatalogQuery {
  std::string text;
  std::string provider, sharing, package, purpose, personal, subject, update, state;
};

// One line of the list: the version that speaks for the resource (the published one, else the retired, else
// the one under way), and the one under way if it is another.
struct Listed {
  const Definition* definition = nullptr;
  const Definition* open = nullptr;
  double score = 0;
  bool receiving = false;  // takes data now; set by whoever shows it
};

// How many of the results have each value, if this facet's own filter were not set; by count, then by id.
struct Facet {
  std::string name;  // "provider", "sharing", "package", "purpose", "personal", "subject", "update", "state"
  struct Value {
    std::string id;
    Title title;  // of providers; empty where the pages have the words
    std::int64_t count = 0;
  };
  std::vector<Value> values;
};

struct CatalogResults {
  std::vector<Listed> items;  // best first; equals keep the catalogue's order
  std::vector<Facet> facets;
};

// Every word of the text must be found somewhere in the definition. Pure; pointers into `definitions`, which
// are in the catalogue's order.
CatalogResults search_catalog(const std::vector<Definition>& definitions, const CatalogQuery& query);

// The words of a text: by spaces and punctuation; a run of Chinese stays one word, and is given in pairs
// besides when it is long.
std::vector<std::string> words_of(std::string_view text);

// How much of a text's words a resource answers; 0 for none. For suggestions, where not every word must be
// found.
double likeness(const Resource& resource, std::string_view text);

// Whether `a` becomes `b` by at most `most` insertions, deletions, replacements or swaps of neighbours (by
// bytes; for Latin words).
bool within_edits(std::string_view a, std::string_view b, int most);

}  // namespace jingwei::catalog
