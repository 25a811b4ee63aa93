// Under which agreement a department or firm supplies its data (A16): from when to when, on which legal
// basis, for which purposes, and whom to call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei {
class JsonWriter;
}

namespace jingwei::source {

// Why data may be used, and until when.
struct TermsPurpose {
  std::string id;  // kebab-case: "epidemic-control"
  std::string title;
  std::string legal_basis;  // the article it rests on
  Day valid_until{};        // the last day
};

// Without `signed_on` there is no day to keep to.
struct Terms {
  std::string agreement;  // its number or title
  std::string legal_basis;
  std::string contact;  // who answers for it: name, office, telephone
  std::vector<TermsPurpose> purposes;
  std::optional<Day> signed_on;
  std::optional<Day> valid_until;  // the last day
  std::optional<Instant> revoked_at;
  std::string revoked_why;

  // Nothing may be taken or asked before the first day, after the last, once revoked, and when every purpose
  // named has ended. Errors: gone "source.terms_revoked", "source.terms_lapsed", "source.terms_not_begun",
  // "source.purposes_ended".
  Result<void> check(Day today) const;
  const TermsPurpose* purpose(std::string_view id) const;
};

// Whether terms can stand as given. Errors: invalid, with the field.
Result<void> check_form(const Terms& terms);

std::string to_json(const Terms& terms);
void write_purposes(JsonWriter& json, const std::vector<TermsPurpose>& purposes);
Terms terms_from_json(std::string_view json);

}  // namespace jingwei::source
