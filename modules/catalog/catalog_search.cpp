#include "modules/catalog/catalog_search.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace jingwei::catalog {

namespace {

// What a word found says about the resource, by where it was found.
constexpr double title_weight = 6, field_weight = 3, provider_weight = 3, other_weight = 1;
constexpr double exact = 1, begins = 0.8, inside = 0.6, sounds = 0.5, nearly = 0.3;
constexpr std::size_t words_most = 40;

std::string folded(std::string_view text) {
  return text::lower_ascii(text::to_simplified(text::nfkc(text)));
}

bool is_latin(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// One thing a definition says, as it is compared.
struct Said {
  std::string text;
  std::string pinyin, initials;  // of Chinese
  std::vector<std::string> latin_words;
  double weight = 1;
};

void say(std::vector<Said>& all, std::string_view text, double weight) {
  if (text.empty()) return;
  Said said;
  said.text = folded(text);
  said.weight = weight;
  if (!text::is_ascii(text)) {
    said.pinyin = text::pinyin_joined(said.text);
    said.initials = text::pinyin_initials(said.text);
  }
  std::string word;
  for (const char c : said.text + ' ') {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
    } else if (!word.empty()) {
      said.latin_words.push_back(std::move(word));
      word.clear();
    }
  }
  all.push_back(std::move(said));
}

std::vector<Said> said_by(const Resource& resource) {
  std::vector<Said> all;
  say(all, resource.title.zh, title_weight);
  say(all, resource.title.en, title_weight);
  say(all, resource.id, title_weight);
  say(all, resource.provider.zh, provider_weight);
  say(all, resource.provider.en, provider_weight);
  say(all, resource.description.zh, other_weight);
  say(all, resource.description.en, other_weight);
  for (const auto& field : resource.fields) {
    say(all, field.title.zh, field_weight);
    say(all, field.title.en, field_weight);
    say(all, field.name, field_weight);
    for (const auto& column : field.columns) say(all, column, field_weight);
  }
  for (const auto& purpose : resource.purposes) say(all, purpose, other_weight);
  for (const auto& metric : resource.metrics) say(all, metric.title.zh, other_weight);
  say(all, resource.package, other_weight);
  return all;
}

// Letters of the word that may be wrong.
int slips_of(std::string_view word) {
  if (word.size() < 4) return 0;
  return word.size() < 8 ? 1 : 2;
}

// Chinese typed with one character wrong or missing: most neighbouring pairs still stand.
bool mostly_inside(std::string_view word, std::string_view text) {
  const std::u32string points = text::code_points(word);
  if (points.size() < 4) return false;
  std::size_t found = 0;
  for (std::size_t at = 0; at + 1 < points.size(); ++at) {
    if (text.find(text::from_code_points(points.substr(at, 2))) != std::string_view::npos) ++found;
  }
  return found * 2 >= points.size() - 1;
}

double match(const std::string& word, const Said& said) {
  if (said.text == word) return exact;
  const std::size_t at = said.text.find(word);
  if (at == 0) return begins;
  if (at != std::string::npos) return inside;
  if (!is_latin(word)) return mostly_inside(word, said.text) ? nearly : 0;
  if (!said.pinyin.empty() && word.size() >= 2) {
    if (said.initials.starts_with(word) || said.pinyin.starts_with(word)) return sounds;
    if (word.size() >= 3 &&
        (said.pinyin.find(word) != std::string::npos || said.initials.find(word) != std::string::npos))
      return sounds * 0.9;
  }
  const int slips = slips_of(word);
  if (slips == 0) return 0;
  for (const auto& other : said.latin_words) {
    if (within_edits(word, other, slips)) return nearly;
    // A word that is still being typed.
    if (other.size() > word.size() && within_edits(word, std::string_view(other).substr(0, word.size()), 1))
      return nearly * 0.8;
  }
  if (said.pinyin.empty()) return 0;
  if (within_edits(word, said.pinyin, slips)) return nearly;
  const std::string_view head =
      std::string_view(said.pinyin).substr(0, std::min(word.size(), said.pinyin.size()));
  return within_edits(word, head, 1) ? nearly * 0.8 : 0;
}

double best_of(const std::string& word, const std::vector<Said>& all) {
  double best = 0;
  for (const auto& said : all) best = std::max(best, said.weight * match(word, said));
  return best;
}

std::vector<std::string> query_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const std::string plain = folded(text::squeeze(text));
  for (std::size_t at = 0; at < plain.size();) {
    const char32_t point = text::next_code_point(plain, at);
    if (point == U' ' || point == U',' || point == U';' || point == U'、' || point == U'。') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      text::append_code_point(word, point);
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  if (words.size() > words_most) words.resize(words_most);
  return words;
}

// The values a definition has for each facet.
std::vector<std::string> values_of(const Listed& listed, std::string_view facet) {
  const Resource& resource = listed.definition->resource;
  if (facet == "provider") return {resource.provider_id};
  if (facet == "sharing") return {std::string(name_of(resource.sharing))};
  if (facet == "package") return {resource.package};
  if (facet == "purpose") return resource.purposes;
  if (facet == "subject") return {std::string(name_of(resource.subject))};
  if (facet == "update") return {std::string(name_of(resource.update))};
  if (facet == "personal") {
    std::vector<std::string> classes;
    for (const auto& field : resource.fields) {
      std::string name(name_of(field.personal));
      if (std::find(classes.begin(), classes.end(), name) == classes.end())
        classes.push_back(std::move(name));
    }
    return classes;
  }
  std::vector<std::string> states = {std::string(name_of(listed.definition->state))};
  if (listed.open != nullptr && listed.open != listed.definition)
    states.emplace_back(name_of(listed.open->state));
  return states;
}

struct Filter {
  std::string_view facet;
  const std::string* wanted;
};

bool passes(const Listed& listed, const Filter& filter) {
  if (filter.wanted->empty()) return true;
  const auto values = values_of(listed, filter.facet);
  return std::find(values.begin(), values.end(), *filter.wanted) != values.end();
}

// One line per resource, in the order given.
std::vector<Listed> lines_of(const std::vector<Definition>& definitions) {
  std::vector<Listed> lines;
  const auto rank = [](LifeState state) {
    if (state == LifeState::published) return 2;
    return state == LifeState::retired ? 1 : 0;
  };
  for (const auto& definition : definitions) {
    const bool same = !lines.empty() && lines.back().definition->resource.id == definition.resource.id;
    if (!same) lines.emplace_back().definition = &definition;
    Listed& line = lines.back();
    if (is_open(definition.state)) line.open = &definition;
    if (same && rank(definition.state) >= rank(line.definition->state)) line.definition = &definition;
  }
  return lines;
}

Facet facet_of(std::string_view name, const std::vector<Listed>& lines, const std::vector<Filter>& filters) {
  std::map<std::string, Facet::Value> values;
  for (const auto& line : lines) {
    const bool counted = std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) {
      return filter.facet == name || passes(line, filter);
    });
    if (!counted) continue;
    for (const auto& id : values_of(line, name)) {
      Facet::Value& value = values[id];
      value.id = id;
      if (name == "provider") value.title = line.definition->resource.provider;
      ++value.count;
    }
  }
  Facet facet{std::string(name), {}};
  for (auto& [id, value] : values) facet.values.push_back(std::move(value));
  std::stable_sort(facet.values.begin(), facet.values.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return facet;
}

}  // namespace

bool within_edits(std::string_view a, std::string_view b, int most) {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > static_cast<std::size_t>(most)) return false;
  std::vector<int> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return false;
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()] <= most;
}

CatalogResults search_catalog(const std::vector<Definition>& definitions, const CatalogQuery& query) {
  std::vector<Listed> lines = lines_of(definitions);
  const auto words = query_words(query.text);
  if (!words.empty()) {
    std::erase_if(lines, [&](Listed& line) {
      const auto said = said_by(line.definition->resource);
      for (const auto& word : words) {
        const double found = best_of(word, said);
        if (found == 0) return true;
        line.score += found;
      }
      return false;
    });
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Listed& a, const Listed& b) { return a.score > b.score; });
  }
  const std::vector<Filter> filters = {{"provider", &query.provider}, {"sharing", &query.sharing},
                                       {"package", &query.package},   {"purpose", &query.purpose},
                                       {"personal", &query.personal}, {"subject", &query.subject},
                                       {"update", &query.update},     {"state", &query.state}};
  CatalogResults results;
  for (const auto& filter : filters) results.facets.push_back(facet_of(filter.facet, lines, filters));
  for (const auto& line : lines) {
    const bool taken = std::all_of(filters.begin(), filters.end(),
                                   [&](const Filter& filter) { return passes(line, filter); });
    if (taken) results.items.push_back(line);
  }
  return results;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& word : query_words(text)) {
    words.push_back(word);
    const std::u32string points = text::code_points(word);
    if (is_latin(word) || points.size() < 3) continue;
    for (std::size_t length = 2; length <= 4; ++length) {
      for (std::size_t at = 0; at + length <= points.size(); ++at)
        words.push_back(text::from_code_points(points.substr(at, length)));
    }
  }
  if (words.size() > 10 * words_most) words.resize(10 * words_most);
  return words;
}

double likeness(const Resource& resource, std::string_view text) {
  const auto said = said_by(resource);
  double sum = 0;
  for (const auto& word : words_of(text)) {
    if (word.size() < 3) continue;
    for (const auto& one : said) {
      if (one.text == word) {
        sum += one.weight;
        break;
      }
      if (one.weight == title_weight && one.text.find(word) != std::string::npos) {
        sum += 1;
        break;
      }
    }
  }
  return sum;
}

}  // namespace jingwei::catalog
