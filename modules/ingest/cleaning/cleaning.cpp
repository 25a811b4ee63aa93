#include "modules/ingest/cleaning/cleaning.h"

#include <algorithm>
#include <regex>
#include <unordered_map>

#include "base/text.h"
#include "modules/ingest/cleaning/clean_date.h"
#include "modules/ingest/cleaning/clean_document.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/cleaning/clean_number.h"
#include "modules/ingest/cleaning/clean_text.h"

namespace jingwei::ingest {

namespace {

// std::regex recurses once a character; longer texts are refused rather than tried.
constexpr std::size_t pattern_bytes = 2'048;
// Names of people: the longest registered ones stay below this.
constexpr std::size_t name_points = 50;

constexpr std::array<std::string_view, 14> type_names = {
    "text",    "person_name", "phone",   "citizen_id", "credit_code", "date",    "datetime",
    "integer", "number",      "boolean", "choice",     "region",      "address", "identity_document"};

constexpr Day earliest_day = Day{std::chrono::year{1850} / 1 / 1};
constexpr std::chrono::days ahead_days{50 * 366};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace

std::string normal_word(std::string_view word) {
  std::string out;
  const std::string folded = text::lower_ascii(text::nfkc(word));
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t point = text::next_code_point(folded, at);
    if (!text::is_white_space(point) && !text::is_invisible(point)) text::append_code_point(out, point);
  }
  return out;
}

std::string_view name_of(CleanType type) {
  return type_names.at(static_cast<std::size_t>(type));
}

std::optional<CleanType> clean_type_named(std::string_view name) {
  const auto* const found = std::find(type_names.begin(), type_names.end(), name);
  if (found == type_names.end()) return std::nullopt;
  return static_cast<CleanType>(found - type_names.begin());
}

std::span<const std::string_view> address_part_names() {
  static constexpr std::array<std::string_view, 8> names = {"building_key", "road", "number", "compound",
                                                            "building",     "unit", "floor",  "room"};
  return names;
}

std::optional<AddressPart> address_part_named(std::string_view name) {
  const auto names = address_part_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<AddressPart>(found - names.begin());
}

struct FieldCleaner::Compiled {
  FieldSpec spec;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>>
      choices;  // exact words and normal ones
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> synonyms;  // the same, of officers
  std::optional<Unit> unit;
  std::optional<std::regex> pattern;
  bool checks_text = false;

  void clean_choice(Cleaned& value) const;
  void clean_region(Cleaned& value, CleanContext& context) const;
  void find_address(Cleaned& value, CleanContext& context) const;
  void by_type(Cleaned& value, CleanContext& context) const;
  void check(Cleaned& value, const CleanContext& context) const;
};

FieldCleaner::FieldCleaner(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
FieldCleaner::FieldCleaner(FieldCleaner&&) noexcept = default;
FieldCleaner& FieldCleaner::operator=(FieldCleaner&&) noexcept = default;
FieldCleaner::~FieldCleaner() = default;
const FieldSpec& FieldCleaner::spec() const {
  return compiled_->spec;
}

Result<FieldCleaner> FieldCleaner::make(FieldSpec spec) {
  auto compiled = std::make_unique<Compiled>();
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    const auto add = [&](const std::string& word) {
      return compiled->choices.emplace(word, i).first->second == i;
    };
    std::vector<std::string> words = spec.choices[i].words;
    words.push_back(spec.choices[i].id);
    for (const auto& word : words) {
      if (!add(word) || !add(normal_word(word))) {
        return Error(ErrorCode::invalid, "ingest.doubled_choice").with("field", spec.name).with("word", word);
      }
    }
  }
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    for (const auto& word : spec.choices[i].synonyms) compiled->synonyms.emplace(normal_word(word), i);
  }
  if (!spec.unit.empty()) compiled->unit = unit_named(spec.unit);
  if (!spec.pattern.empty()) {
    try {
      compiled->pattern.emplace(spec.pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& fault) {
      return Error(ErrorCode::invalid, "ingest.bad_pattern").with("field", spec.name).because(fault.what());
    }
  }
  compiled->checks_text = spec.min_length || spec.max_length || compiled->pattern;
  compiled->spec = std::move(spec);
  return FieldCleaner(std::move(compiled));
}

void FieldCleaner::Compiled::clean_choice(Cleaned& value) const {
  auto found = choices.find(value.text);
  const bool as_listed =
      found != choices.end();  // a word of the list is that choice; only other forms of it are a change
  if (!as_listed) found = choices.find(normal_word(value.text));
  Rule rule = Rule::choice_word;
  if (found == choices.end() && !synonyms.empty()) {
    found = synonyms.find(normal_word(value.text));
    if (found == synonyms.end()) return value.refuse(Rule::choice_unknown);
    rule = Rule::choice_synonym;
  }
  if (found == choices.end()) return value.refuse(Rule::choice_unknown);
  const std::string& id = spec.choices[found->second].id;
  value.integer = static_cast<std::int64_t>(found->second);
  if (value.text == id) return;
  value.text = id;
  if (as_listed) return;
  value.rules.add(rule);
  value.status = CleanStatus::cleaned;
}

void FieldCleaner::Compiled::find_address(Cleaned& value, CleanContext& context) const {
  if (!spec.gives_region || context.addresses == nullptr) return;
  const AddressMatch match = context.addresses->match(value.text);
  value.integer = match.region_id;
  value.rules.add(match.rules);
  if (match.repeated_end > match.repeated_begin) {
    std::string once(value.text.substr(0, match.repeated_begin));
    once += value.text.substr(match.repeated_end);
    // Only when the address says the same without them: of 珠海珠海市 the second name is the better one.
    if (context.addresses->match(once).region_id == match.region_id) {
      value.text = context.arena.copy(once);
      value.rules.add(Rule::address_repeated);
    }
  }
  if (!value.rules.empty()) value.status = CleanStatus::cleaned;
}

void FieldCleaner::Compiled::clean_region(Cleaned& value, CleanContext& context) const {
  if (context.regions == nullptr) return value.refuse(Rule::region_unknown);
  const RegionMatch match = context.regions->resolve(value.text);
  if (match.outcome == RegionMatch::Outcome::unknown) return value.refuse(Rule::region_unknown);
  if (match.outcome == RegionMatch::Outcome::ambiguous) return value.refuse(Rule::region_ambiguous);
  value.integer = match.region_id;
  if (match.by_name) {
    value.rules.add(Rule::region_name);
    value.status = CleanStatus::cleaned;
  }
}

void FieldCleaner::Compiled::by_type(Cleaned& value, CleanContext& context) const {
  switch (spec.type) {
    case CleanType::text:
      return;
    case CleanType::person_name:
      return clean_person_name(value, context);
    case CleanType::phone:
      return clean_phone(value, context);
    case CleanType::citizen_id:
      return clean_citizen_id(value, context);
    case CleanType::credit_code:
      return clean_credit_code(value, context);
    case CleanType::date:
      return clean_date(value, context);
    case CleanType::datetime:
      return clean_datetime(value, context);
    case CleanType::integer:
      return clean_number(value, Whole::required, unit ? &*unit : nullptr, context);
    case CleanType::number:
      return clean_number(value, Whole::not_required, unit ? &*unit : nullptr, context);
    case CleanType::boolean:
      return clean_boolean(value);
    case CleanType::choice:
      return clean_choice(value);
    case CleanType::region:
      return clean_region(value, context);
    case CleanType::address:
      clean_address(value, context);
      return find_address(value, context);
    case CleanType::identity_document:
      return clean_document(value, context);
  }
}

void FieldCleaner::Compiled::check(Cleaned& value, const CleanContext& context) const {
  if (spec.type == CleanType::person_name && value.text.size() > name_points &&
      count_code_points(value.text) > name_points) {
    return value.refuse(Rule::too_long);
  }
  // Text never has more code points than bytes.
  const bool surely_fits =
      !spec.min_length && !pattern && spec.max_length &&
      value.text.size() <= static_cast<std::size_t>(std::max<std::int64_t>(0, *spec.max_length));
  if (checks_text && !surely_fits) {
    const auto length = static_cast<std::int64_t>(count_code_points(value.text));
    if (spec.min_length && length < *spec.min_length) return value.refuse(Rule::too_short);
    if (spec.max_length && length > *spec.max_length) return value.refuse(Rule::too_long);
    if (pattern && value.text.size() > pattern_bytes) return value.refuse(Rule::too_long);
    if (pattern && !std::regex_match(value.text.begin(), value.text.end(), *pattern)) {
      return value.refuse(Rule::pattern);
    }
  }
  if (spec.type == CleanType::integer || spec.type == CleanType::number) {
    if (spec.min && value.number < *spec.min) return value.refuse(Rule::too_small);
    if (spec.max && value.number > *spec.max) return value.refuse(Rule::too_large);
  }
  if (spec.type == CleanType::date || spec.type == CleanType::datetime) {
    const Day day =
        spec.type == CleanType::date
            ? Day{std::chrono::days{value.integer}}
            : std::chrono::floor<std::chrono::days>(Instant{std::chrono::microseconds{value.integer}});
    if (day < spec.first_day.value_or(earliest_day)) return value.refuse(Rule::date_too_early);
    if (day > spec.last_day.value_or(context.today + ahead_days)) return value.refuse(Rule::date_too_late);
  }
}

Cleaned FieldCleaner::clean(std::string_view raw, CleanContext& context) const {
  Cleaned value;
  clean(raw, context, value);
  return value;
}

void FieldCleaner::clean(std::string_view raw, CleanContext& context, Cleaned& value) const {
  const FieldSpec& spec = compiled_->spec;
  const bool prose = spec.type == CleanType::text || spec.type == CleanType::person_name;
  if (is_settled(raw)) {
    value = Cleaned{};
    value.text = raw;
    if (raw.empty()) value.status = CleanStatus::empty;
  } else {
    value = tidy(raw, prose ? Punctuation::keep : Punctuation::fold, context);
    if (value.status == CleanStatus::refused) return;
  }
  // A word such as 无 may be a choice or mean no; then it is not an empty cell.
  const bool may_be_word = spec.type == CleanType::choice || spec.type == CleanType::boolean;
  const bool says_something = surely_says_something(value.text);
  if (value.status != CleanStatus::empty && !may_be_word && !says_something && is_empty_word(value.text)) {
    const bool words_stay = spec.type == CleanType::text && value.text[0] != '#' && value.text != "NULL";
    if (!words_stay) {
      value.text = {};
      value.rules.add(Rule::empty_word);
      value.status = CleanStatus::empty;
    }
  }
  if (value.status != CleanStatus::empty) {
    if (!says_something && is_spreadsheet_error(value.text)) return value.refuse(Rule::spreadsheet_error);
    compiled_->by_type(value, context);
    if (may_be_word && value.status == CleanStatus::refused && is_empty_word(value.text)) {
      value = Cleaned{};
      value.rules.add(Rule::empty_word);
      value.status = CleanStatus::empty;
    } else if (value.status != CleanStatus::refused) {
      compiled_->check(value, context);
    }
  }
  if (value.status == CleanStatus::empty && spec.required) value.refuse(Rule::required);
}

std::vector<ColumnWish> wishes_of(std::span<const FieldCleaner> fields) {
  std::vector<ColumnWish> wishes;
  for (const FieldCleaner& field : fields) {
    const FieldSpec& spec = field.spec();
    wishes.push_back({spec.name, spec.required && spec.part_of.empty(), spec.columns, spec.from});
  }
  return wishes;
}

RowCleaner::RowCleaner(std::span<const FieldCleaner> fields)
    : fields_(fields), columns_(wishes_of(fields)), is_derived_(fields.size()), values_(fields.size()) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& source = fields[i].spec().part_of;
    if (source.empty()) continue;
    for (std::size_t address = 0; address < fields.size(); ++address) {
      if (fields[address].spec().name != source) continue;
      derived_.push_back({i, address});
      is_derived_[i] = true;
    }
  }
}

const ColumnMap& RowCleaner::bind(std::span<const std::string> columns) {
  const ColumnMap& map = columns_.bind(columns);
  plain_column_ = map.column_of_field;
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    if (!fields_[field].spec().from.empty()) plain_column_[field] = not_plain;
  }
  return map;
}

std::string_view RowCleaner::text_of(std::size_t field, const Row& row, CleanContext& context) const {
  const auto column = static_cast<std::size_t>(plain_column_[field]);
  if (plain_column_[field] != not_plain && column < row.cells.size()) return row.cells[column].text;
  return columns_.text_of(field, row.cells, context.arena);
}

const CleanRow& RowCleaner::clean(const Row& row, CleanContext& context) {
  context.arena.reset();
  JW_ASSERT(plain_column_.size() == fields_.size());
  result_ = CleanRow{};
  result_.fields = values_;
  if (row.problem != RowProblem::none) {
    result_.refused = true;
    std::fill(values_.begin(), values_.end(), Cleaned{});
    return result_;
  }
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!is_derived_[i]) clean_field(i, text_of(i, row, context), context);
  }
  for (const Derived& derived : derived_) derive(derived, text_of(derived.field, row, context), context);
  return result_;
}

void RowCleaner::clean_field(std::size_t field, std::string_view raw, CleanContext& context) {
  Cleaned& value = values_[field];
  fields_[field].clean(raw, context, value);
  result_.changes.add(value.rules);
  if (value.status == CleanStatus::refused && !result_.refused) {
    result_.refused = true;
    result_.refused_field = static_cast<int>(field);
  }
}

// What the sender wrote counts; only what is left empty comes from the address, and is checked like the rest.
void RowCleaner::derive(const Derived& derived, std::string_view raw, CleanContext& context) {
  const Cleaned& address = values_[derived.address];
  const bool reads = address.status == CleanStatus::clean || address.status == CleanStatus::cleaned;
  if (!raw.empty() || !reads || context.addresses == nullptr) return clean_field(derived.field, raw, context);
  const std::string part = context.addresses->part(address.text, fields_[derived.field].spec().part);
  clean_field(derived.field, context.arena.copy(part), context);
  Cleaned& value = values_[derived.field];
  if (part.empty() || value.status == CleanStatus::refused) return;
  value.rules.add(Rule::address_part);
  value.status = CleanStatus::cleaned;
  result_.changes.add(value.rules);
}

}  // namespace jingwei::ingest
