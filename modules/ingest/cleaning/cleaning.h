// Cleaning a whole row: one FieldCleaner per field of a resource, one RowCleaner per file being read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/ingest/cleaning/clean_value.h"
#include "modules/ingest/cleaning/field_columns.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// In the order of catalog::FieldType.
enum class CleanType : std::uint8_t {
  text,
  person_name,
  phone,
  citizen_id,
  credit_code,
  date,
  datetime,
  integer,
  number,
  boolean,
  choice,
  region,
  address,
  identity_document
};
std::string_view name_of(CleanType type);  // "person_name", as resources.yaml writes it
std::optional<CleanType> clean_type_named(std::string_view name);
std::span<const std::string_view> address_part_names();                // in the order of AddressPart
std::optional<AddressPart> address_part_named(std::string_view name);  // "building_key"

struct ChoiceSpec {
  std::string id;
  std::vector<std::string>
      words;  // titles and further spellings; letter case, width and spaces do not matter
  std::vector<std::string> synonyms;  // what a data officer added; a word of the lists above wins over it
};

struct FieldSpec {
  std::string name;
  CleanType type = CleanType::text;
  bool required = false;
  std::vector<std::string> columns;                    // header names accepted besides `name`
  std::vector<SourceSpec> from;                        // go before `columns`: the first that gives a text
  std::vector<ChoiceSpec> choices;                     // of choice; Cleaned::integer is the position here
  std::optional<double> min, max;                      // of integer and number
  std::optional<std::int64_t> min_length, max_length;  // in code points, of the cleaned text
  std::string pattern;                                 // ECMAScript, the whole cleaned text must match
  std::string unit;           // of integer and number: units.def, or a word of its own; empty: none is taken
  bool gives_region = false;  // of address: the record's region may come from it
  std::string part_of;        // name of an address field: what is left empty here is taken from it
  AddressPart part = AddressPart::building_key;
  // Of date and datetime. Absent: not before 1850, not more than 50 years from now.
  std::optional<Day> first_day, last_day;
};

// Immutable after make(), so threads may share it, each with its own context.
class FieldCleaner {
 public:
  // Errors: invalid ("ingest.bad_pattern", "ingest.doubled_choice").
  static Result<FieldCleaner> make(FieldSpec spec);
  FieldCleaner(FieldCleaner&&) noexcept;
  FieldCleaner& operator=(FieldCleaner&&) noexcept;
  ~FieldCleaner();

  // Pure but for the context's arena. A required value that is empty is refused.
  Cleaned clean(std::string_view raw, CleanContext& context) const;
  void clean(std::string_view raw, CleanContext& context, Cleaned& value) const;
  const FieldSpec& spec() const;

 private:
  struct Compiled;
  explicit FieldCleaner(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// What the fields take their texts from.
std::vector<ColumnWish> wishes_of(std::span<const FieldCleaner> fields);

// A choice's word as it is compared: width folded, spaces and invisible characters out, lower case.
std::string normal_word(std::string_view word);

// One cleaned row; views live until the cleaner's next row.
struct CleanRow {
  std::span<const Cleaned> fields;  // in the order of the specs
  bool refused = false;
  int refused_field = -1;  // the first field at fault; -1 when the row itself is (RowProblem)
  RuleSet changes;         // of all fields; of each one: fields[i].rules
};

// Not thread-safe; several may share the same fields.
class RowCleaner {
 public:
  // `fields` must outlive it.
  explicit RowCleaner(std::span<const FieldCleaner> fields);

  // Maps columns again; call at first and when reader.columns_version() grows. JSON Lines may bring required
  // columns later, so there `missing` is for information only: rows without them are refused one by one.
  const ColumnMap& bind(std::span<const std::string> columns);
  const ColumnMap& columns() const { return columns_.map(); }
  // FieldColumns::field_of.
  int field_of(std::string_view column) const { return columns_.field_of(column); }

  // Resets the context's arena, then cleans. `row` must stay valid as long as the result is used.
  const CleanRow& clean(const Row& row, CleanContext& context);

 private:
  // A field that may be taken from a part of an address.
  struct Derived {
    std::size_t field, address;
  };
  static constexpr int not_plain = -1;
  std::string_view text_of(std::size_t field, const Row& row, CleanContext& context) const;
  void clean_field(std::size_t field, std::string_view raw, CleanContext& context);
  void derive(const Derived& derived, std::string_view raw, CleanContext& context);

  std::span<const FieldCleaner> fields_;
  FieldColumns columns_;
  std::vector<Derived> derived_;
  std::vector<bool> is_derived_;
  std::vector<int>
      plain_column_;  // by field: the one column it is taken from; not_plain: FieldColumns must say
  std::vector<Cleaned> values_;
  CleanRow result_;
};

}  // namespace jingwei::ingest
