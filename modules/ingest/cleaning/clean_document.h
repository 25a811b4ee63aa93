// Papers a person shows: citizen IDs, passports, permits to travel and to stay, officers' papers.
#pragma once

#include <cstdint>
#include <string_view>

#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

// What a number can be by its form. Forms overlap (eight digits are a 台胞证 or a foreign passport), so a
// value has a set of kinds.
enum class DocumentKind : std::uint8_t {
  citizen_id,              // 居民身份证, GB 11643
  residence_permit,        // 港澳台居民居住证: 810000, 820000, 830000
  permanent_residence,     // 外国人永久居留身份证: 9…, old ones three letters and twelve digits
  passport_china,          // 护照: E, G, old 14/15, and D, S, P, DE, SE, PE
  passport_hong_kong,      // K or HJ, KJ
  passport_macao,          // MA, MB
  passport_foreign,        // ICAO Doc 9303: up to nine letters and digits
  home_return_permit,      // 港澳居民来往内地通行证: H or M, 8 digits, old ones 10
  taiwan_compatriot,       // 台湾居民来往大陆通行证: 8 digits, old ones 10 and a letter
  travel_hong_kong_macao,  // 往来港澳通行证: C or W
  travel_taiwan,           // 往来台湾通行证: L or T
  military,                // 军官证, 士兵证: 军字第1234567号
  count
};

class DocumentKinds {
 public:
  DocumentKinds() = default;
  explicit DocumentKinds(std::int64_t bits) : bits_(static_cast<std::uint32_t>(bits)) {}
  void add(DocumentKind kind) { bits_ |= 1U << static_cast<unsigned>(kind); }
  bool has(DocumentKind kind) const { return (bits_ >> static_cast<unsigned>(kind) & 1U) != 0; }
  bool empty() const { return bits_ == 0; }
  DocumentKinds both(DocumentKinds other) const { return DocumentKinds(bits_ & other.bits_); }
  std::int64_t bits() const { return bits_; }

 private:
  std::uint32_t bits_ = 0;
};

// "passport_china": the message id behind "document.".
std::string_view name_of(DocumentKind kind);

// The kinds a number without separators, in capitals, can be; empty when it is none.
DocumentKinds document_kinds(std::string_view number);

// Takes the outcome of tidy(Punctuation::fold). A word before the number (护照：, 台胞证) says the kind and
// is dropped. `text` becomes capitals without separators; `integer` the kinds. Of citizen IDs and residence
// permits all that clean_citizen_id checks and fills is checked and filled.
void clean_document(Cleaned& value, CleanContext& context);

}  // namespace jingwei::ingest
