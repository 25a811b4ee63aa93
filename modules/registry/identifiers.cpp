#include "modules/registry/identifiers.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "modules/registry/json_pieces.h"
#include "modules/registry/limits.h"
#include "modules/registry/papers.h"

namespace jingwei::registry {

namespace {

constexpr std::array<std::string_view, 15> scheme_order = {"citizen_id",
                                                           "residence_permit",
                                                           "permanent_residence",
                                                           "passport",
                                                           "hk_macao_permit",
                                                           "taiwan_permit",
                                                           "travel_permit",
                                                           "military",
                                                           "document",
                                                           "credit_code",
                                                           "plate",
                                                           "household",
                                                           "venue",
                                                           "device",
                                                           "phone"};

std::size_t rank_of_scheme(const std::string& scheme) {
  return static_cast<std::size_t>(std::find(scheme_order.begin(), scheme_order.end(), scheme) -
                                  scheme_order.begin());
}

// One record's word for one number.
struct Saying {
  const FileEntry* entry = nullptr;
  std::string scheme;
  std::string value;
  std::string key;  // which number it is; what is masked and no hash is known of cannot be told from another
  bool closed = false;
  std::optional<Day> valid_from, valid_until;

  bool is_known() const { return !closed || key.front() == '#'; }
  Day day() const { return entry->record.day; }
  const std::string& provider() const { return entry->entry->resource.provider_id; }
};

bool is_closed(const FileEntry& entry, int field) {
  return !entry.record.closed.empty() && entry.record.closed[static_cast<std::size_t>(field)];
}

std::optional<Day> day_told(const FileEntry& entry, int field) {
  if (field < 0 || is_closed(entry, field)) return std::nullopt;
  const auto* days = std::get_if<std::int64_t>(&entry.record.values[static_cast<std::size_t>(field)]);
  if (days == nullptr) return std::nullopt;
  return from_days(static_cast<std::int32_t>(*days));
}

class Gathering {
 public:
  Gathering(const region::Tree& tree, Language language) : tree_(tree), language_(language) {}

  void take(const FileEntry& entry) {
    for (const auto& part : parts_of(entry.entry->resource)) {
      if (part.role != entry.link.role) continue;
      if (kind_of(part.role) == Kind::person) {
        for (const int field : part.identifier) add_paper(entry, field, entry.link.identifier);
        for (const int field : part.further) add_paper(entry, field, "");
      } else {
        add_number(entry, part);
      }
      add(entry, "phone", part.traits[static_cast<std::size_t>(Trait::phone)], "");
    }
  }

  std::vector<Identifier> told() {
    find_hashes();
    std::map<std::string, std::vector<const Saying*>> by_number;
    for (const auto& saying : sayings_) by_number[saying.key].push_back(&saying);
    std::vector<Identifier> all;
    for (const auto& [key, of_one] : by_number) all.push_back(identifier_of(of_one));
    const auto order = [](const Identifier& one) {
      return std::tuple(rank_of_scheme(one.scheme), one.ended.has_value(), -to_days(one.to), one.value);
    };
    std::sort(all.begin(), all.end(),
              [&](const Identifier& a, const Identifier& b) { return order(a) < order(b); });
    if (all.size() > limits::identifiers_listed) all.resize(limits::identifiers_listed);
    return all;
  }

 private:
  // A number that one record is linked by and another only tells beside its own is one.
  void find_hashes() {
    std::map<std::string, std::string> keys;
    for (const auto& saying : sayings_) {
      if (!saying.closed && saying.key.front() == '#') keys[saying.value] = saying.key;
    }
    for (auto& saying : sayings_) {
      const auto known = keys.find(saying.value);
      if (!saying.closed && saying.scheme != "phone" && known != keys.end()) saying.key = known->second;
    }
  }

  Saying* add(const FileEntry& entry, const std::string& scheme, int field, const std::string& hash) {
    if (field < 0) return nullptr;
    return add_text(entry, scheme, shown(entry, field, tree_, language_), is_closed(entry, field), hash);
  }

  Saying* add_text(const FileEntry& entry, const std::string& scheme, const std::string& value, bool closed,
                   const std::string& hash) {
    if (value.empty()) return nullptr;
    const std::string open = closed ? "*" : "=";
    const std::string key = hash.empty() ? open + scheme + " " + value : "#" + hash;
    sayings_.push_back({&entry, scheme, value, key, closed, std::nullopt, std::nullopt});
    return &sayings_.back();
  }

  void add_paper(const FileEntry& entry, int field, const std::string& hash) {
    const auto& resource = entry.entry->resource;
    const auto& paper = resource.fields[static_cast<std::size_t>(field)];
    const std::string number =
        is_closed(entry, field) ? std::string() : shown(entry, field, tree_, language_);
    const bool citizen =
        number.empty() && paper.meaning.empty() && paper.type == catalog::FieldType::citizen_id;
    Saying* saying = add(entry, citizen ? "citizen_id" : scheme_of_paper(paper, number), field, hash);
    if (saying == nullptr) return;
    saying->valid_from = day_told(entry, day_field_of_paper(resource, paper, PaperDay::from));
    saying->valid_until = day_told(entry, day_field_of_paper(resource, paper, PaperDay::until));
  }

  // Of others than persons: one field or several, one behind another.
  void add_number(const FileEntry& entry, const Part& part) {
    std::string value;
    bool closed = false;
    for (const int field : part.identifier) {
      value += (value.empty() ? "" : " ") + shown(entry, field, tree_, language_);
      closed = closed || is_closed(entry, field);
    }
    add_text(entry, part.scheme.substr(0, part.scheme.find('/')), value, closed, entry.link.identifier);
  }

  Identifier identifier_of(const std::vector<const Saying*>& of_one) const {
    Identifier one;
    one.closed = true;
    one.from = one.to = of_one.front()->day();
    for (const Saying* saying : of_one) {  // the newest first
      if (one.scheme.empty() || one.scheme == "document") one.scheme = saying->scheme;
      if (one.value.empty() || (one.closed && !saying->closed)) one.value = saying->value;
      one.closed = one.closed && saying->closed;
      one.certainty = std::max(one.certainty, saying->entry->link.certainty);
      one.from = std::min(one.from, saying->day());
      one.to = std::max(one.to, saying->day());
      if (!one.valid_from) one.valid_from = saying->valid_from;
      if (!one.valid_until) one.valid_until = saying->valid_until;
      const auto* source = saying->entry->entry;
      if (std::find(one.sources.begin(), one.sources.end(), source) == one.sources.end())
        one.sources.push_back(source);
    }
    one.ended = end_of(one.scheme, of_one);
    return one;
  }

  // Nothing while any provider says it last. Papers of which it is not known what they are replace none.
  std::optional<Day> end_of(const std::string& scheme, const std::vector<const Saying*>& of_one) const {
    if (scheme == "document") return std::nullopt;
    std::map<std::string, Day> last;  // by provider
    for (const Saying* saying : of_one) {
      if (!saying->is_known()) return std::nullopt;
      const auto [at, fresh] = last.try_emplace(saying->provider(), saying->day());
      if (!fresh) at->second = std::max(at->second, saying->day());
    }
    std::optional<Day> ended;
    for (const auto& [provider, day] : last) {
      std::optional<Day> replaced;
      for (const auto& other : sayings_) {
        if (other.scheme != scheme || other.key == of_one.front()->key || other.provider() != provider ||
            !other.is_known() || other.entry->link.certainty != Certainty::certain || other.day() <= day)
          continue;
        if (!replaced || other.day() < *replaced) replaced = other.day();
      }
      if (!replaced) return std::nullopt;
      if (!ended || *ended < *replaced) ended = replaced;
    }
    return ended;
  }

  const region::Tree& tree_;
  const Language language_;
  std::vector<Saying> sayings_;
};

}  // namespace

std::vector<Identifier> identifiers_of(const SubjectFile& file, const region::Tree& tree, Language language) {
  Gathering gathering(tree, language);
  for (const auto& entry : file.entries) gathering.take(entry);
  return gathering.told();
}

}  // namespace jingwei::registry
