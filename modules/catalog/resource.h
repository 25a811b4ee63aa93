// An information resource (信息资源): what a department supplies, as a YAML block of a scenario package says
// it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"

namespace jingwei::catalog {

// A name in both languages.
struct Title {
  std::string zh;
  std::string en;
  const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
};

// GB/T 38664 sharing types; `open` also goes to the public. Of a `secret` resource (涉密) the catalogue lists
// the entry alone: it has no fields, no table, and nothing is taken into it.
enum class Sharing : std::uint8_t { unconditional, conditional, none, open, secret };
enum class Update : std::uint8_t { realtime, daily, weekly, monthly, once };
// Personal-data class of a field. Everything but `none` is sealed on disk and masked on pages.
enum class Personal : std::uint8_t { none, basic, name, identifier, contact, address, health };
enum class FieldType : std::uint8_t {
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

// What one record is about.
enum class Subject : std::uint8_t {
  person,
  household,
  enterprise,
  venue,
  vehicle,
  device,
  place,
  figure,
  other
};

// Whom the provider asks for it: the people themselves, grid workers at their doors, enterprises; or nobody,
// because it comes of the department's own business, from devices, or was published.
enum class CollectedFrom : std::uint8_t { residents, grid, enterprises, departments, devices, published };

std::string_view name_of(Sharing sharing);
std::string_view name_of(Subject subject);
std::string_view name_of(CollectedFrom from);
std::string_view name_of(Update update);
std::string_view name_of(Personal personal);
std::optional<Personal> personal_named(std::string_view name);
std::string_view name_of(FieldType type);

// What an address says beside its region. `building_key` is the same for however the same building is
// written.
enum class AddressPart : std::uint8_t { building_key, road, number, compound, building, unit, floor, room };
std::string_view name_of(AddressPart part);

struct Choice {
  std::string id;
  Title title;
  std::vector<std::string> also;  // further spellings that mean the same
};

// Where a field's value stands in a table of nested things: a column path, or several whose texts are joined
// by a space. `where` names further paths and the texts one of which must stand there in the same element:
// of subject.identifier[2].value, subject.identifier[2].type.coding.code.
struct FieldSource {
  std::vector<std::string> paths;
  std::map<std::string, std::vector<std::string>> where;
};

struct Field {
  std::string name;  // snake_case, stable; becomes a column
  Title title;
  FieldType type = FieldType::text;
  Personal personal = Personal::none;
  bool required = false;
  std::vector<Choice> choices;
  std::vector<std::string> columns;  // header names accepted besides the name and the titles
  std::vector<FieldSource> from;     // before `columns`: the first source that gives a text counts
  std::optional<double> min, max;    // of numbers
  std::optional<std::int64_t> min_length, max_length;  // in code points
  std::string pattern;                                 // ECMAScript regular expression over the cleaned text
  std::string
      unit;  // of numbers: "kg", "元", "℃" or a word of their own; what files write is converted to it
  std::string part_of;  // name of an address field that this one is taken from where it is left empty
  AddressPart part = AddressPart::building_key;
  std::string meaning;  // id of what it means, the same in every resource; empty: found from type and titles
};

// What the cockpit counts of a resource. `count` adds one per current record and rolls up the region tree;
// `last` is the value of a number field at exactly the record's region and day.
enum class MetricKind : std::uint8_t { count, last };
struct Metric {
  std::string id;
  Title title;
  MetricKind kind = MetricKind::count;
  std::string field;  // of `last`
  std::string where_field,
      where_value;   // of `count`: only records whose choice field has this value; empty = all
  Title definition;  // how it is counted, in a sentence
};

struct Resource {
  std::string id;  // kebab-case
  Title title;
  Title description;
  std::string provider_id;
  Title provider;
  Sharing sharing = Sharing::conditional;
  std::vector<std::string> purposes;
  std::string retention;  // "90d", "36m", "3y", "forever"
  Update update = Update::daily;
  std::vector<std::string> key;  // names of the fields that tell records apart; empty: the whole content
  std::vector<std::string>
      region_fields;  // region fields and addresses: the first that is filled (of an address: that tells one)
                      // gives the record its region; none: records have no region
  // A region field that gives the region only while another field is empty: province_code → city.
  std::map<std::string, std::string> region_unless;
  std::string
      region_otherwise;   // code of the region of records that fill none of them; empty: they have none
  std::string day_field;  // empty: the day a record was received
  std::string source;     // whom to name beside published figures; empty: the provider
  Subject subject = Subject::other;
  CollectedFrom collected_from = CollectedFrom::departments;
  std::vector<std::string> population;  // ids of the part of the subjects it covers; empty: all of them
  std::vector<Field> fields;
  std::vector<Metric> metrics;
  std::string package;  // scenario package that declares it; empty: made on the desk

  const Field* field(std::string_view name) const;
  // Position of a field in `fields`; -1 when there is none of that name.
  int index_of(std::string_view name) const;
};

// Days a record is kept after it was received; nothing for "forever".
std::optional<std::int64_t> retention_days(std::string_view retention);

// What a page shows of a personal value: 张*, 440***********1234, 138****5678. Other classes show their first
// character or nothing.
std::string masked(std::string_view value, Personal personal);

}  // namespace jingwei::catalog
