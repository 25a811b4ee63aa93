// What a resource's next version breaks: for those who use its data, and for the records that stand.
#pragma once

#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/catalog/catalog_service.h"

namespace jingwei::catalog {

enum class BreakKind : std::uint8_t {
  field_dropped,
  field_retyped,    // whoever reads it must expect other values; those stored stay as they were written
  field_moved,      // retyped or kept sealed otherwise, so that what was stored is not carried over
  key_changed,      // records are told apart otherwise: none of those that stand is found again
  field_required,   // records that leave it empty would be refused
  values_refused,   // records hold values that the new rules refuse
  values_unopened,  // the rules became narrower, and the values are sealed: whether they hold is not known
  metric_dropped,
  metric_changed,  // counted otherwise under the same id
};

// One thing that breaks. `field` is a field's or metric's name; empty for the key.
struct Break {
  BreakKind kind = BreakKind::field_dropped;
  std::string field;
  Title title;
  std::string was, now;      // types, keys; empty where there is nothing to set side by side
  std::int64_t records = 0;  // current records it concerns
};

// What follows from the definitions alone: dropped and retyped fields, the key, metrics. Pure.
std::vector<Break> breaks_between(const Resource& before, const Resource& after);

// All of it: the rules that became narrower are tried on every current record of `before`. Reads one column
// for each of them. Errors: the reader's.
Result<std::vector<Break>> breaks_of(storage::Reader& reader, const Entry& before, const Resource& after);

// "Field Phone is dropped: …", in words of messages.yaml.
std::string sentence_of(const Break& found, Language language);

}  // namespace jingwei::catalog
