#include "modules/ingest/cleaning/clean_document.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "modules/ingest/cleaning/clean_identity.h"

namespace jingwei::ingest {

namespace {

using text::is_digit;
bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), is_digit);
}

constexpr std::array<std::string_view, static_cast<std::size_t>(DocumentKind::count)> names = {
    "citizen_id",         "residence_permit",       "permanent_residence", "passport_china",
    "passport_hong_kong", "passport_macao",         "passport_foreign",    "home_return_permit",
    "taiwan_compatriot",  "travel_hong_kong_macao", "travel_taiwan",       "military"};

// Words people put before the number; longer ones first.
struct KindWord {
  std::string_view word;
  std::array<DocumentKind, 4> kinds;
};
constexpr DocumentKind none = DocumentKind::count;
constexpr KindWord kind_words[] = {
    {"港澳台居民居住证", {DocumentKind::residence_permit, none, none, none}},
    {"港澳居民来往内地通行证", {DocumentKind::home_return_permit, none, none, none}},
    {"台湾居民来往大陆通行证", {DocumentKind::taiwan_compatriot, none, none, none}},
    {"外国人永久居留身份证", {DocumentKind::permanent_residence, none, none, none}},
    {"外国人永久居留证", {DocumentKind::permanent_residence, none, none, none}},
    {"往来港澳通行证", {DocumentKind::travel_hong_kong_macao, none, none, none}},
    {"往来台湾通行证", {DocumentKind::travel_taiwan, none, none, none}},
    {"港澳通行证", {DocumentKind::travel_hong_kong_macao, DocumentKind::home_return_permit, none, none}},
    {"大陆居民往来台湾通行证", {DocumentKind::travel_taiwan, none, none, none}},
    {"居住证", {DocumentKind::residence_permit, none, none, none}},
    {"居民身份证", {DocumentKind::citizen_id, none, none, none}},
    {"身份证",
     {DocumentKind::citizen_id, DocumentKind::residence_permit, DocumentKind::permanent_residence, none}},
    {"回乡证", {DocumentKind::home_return_permit, none, none, none}},
    {"台胞证", {DocumentKind::taiwan_compatriot, none, none, none}},
    {"军官证", {DocumentKind::military, none, none, none}},
    {"士兵证", {DocumentKind::military, none, none, none}},
    {"中国护照", {DocumentKind::passport_china, none, none, none}},
    {"外国护照", {DocumentKind::passport_foreign, none, none, none}},
    {"护照",
     {DocumentKind::passport_china, DocumentKind::passport_hong_kong, DocumentKind::passport_macao,
      DocumentKind::passport_foreign}},
    {"PASSPORT",
     {DocumentKind::passport_china, DocumentKind::passport_hong_kong, DocumentKind::passport_macao,
      DocumentKind::passport_foreign}},
};

bool is_passport_of_china(std::string_view n) {
  // Ordinary: E12345678, EA1234567 (no I, no O), G12345678, old 141234567. Official: DE, SE, PE and seven
  // digits, old D, S, P and seven or eight.
  if (n.size() == 9 && n[0] == 'E' && is_letter(n[1]) && n[1] != 'I' && n[1] != 'O')
    return digits(n.substr(2), 7);
  if (n.size() == 9 && (n[0] == 'E' || n[0] == 'G')) return digits(n.substr(1), 8);
  if (n.size() == 9 && (n.starts_with("14") || n.starts_with("15"))) return digits(n, 9);
  if (n.size() == 9 && (n.starts_with("DE") || n.starts_with("SE") || n.starts_with("PE")))
    return digits(n.substr(2), 7);
  const bool official = !n.empty() && (n[0] == 'D' || n[0] == 'S' || n[0] == 'P');
  return official && (digits(n.substr(1), 7) || digits(n.substr(1), 8));
}

bool is_foreign_passport(std::string_view n) {
  if (n.size() < 6 || n.size() > 9) return false;
  std::size_t count = 0;
  for (const char c : n) {
    if (!is_digit(c) && !is_letter(c)) return false;
    count += is_digit(c);
  }
  return count >= 3;
}

// 军字第1234567号: a word of the branch, 字第, four to eight digits.
bool is_military(std::string_view text) {
  const std::size_t at = text.find("字第");
  if (at == std::string_view::npos || at == 0 || at > 9) return false;
  std::string_view number = text.substr(at + 6);
  if (number.ends_with("号")) number.remove_suffix(3);
  return number.size() >= 4 && number.size() <= 8 && std::all_of(number.begin(), number.end(), is_digit);
}

// Letters to capitals, and what people put between out; the old 台胞证's bracketed issue keeps its letter.
std::string_view tightened(std::string_view text, CleanContext& context, RuleSet& rules) {
  char* const place = context.arena.allocate(text.size());
  std::size_t size = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '.' || c == '/') {
      rules.add(Rule::code_separators);
    } else if (c == '(' || c == ')') {
      rules.add(Rule::document_issue);
    } else if (c >= 'a' && c <= 'z') {
      rules.add(Rule::code_case);
      place[size++] = static_cast<char>(c - 32);
    } else {
      place[size++] = c;
    }
  }
  return {place, size};
}

DocumentKinds said_by(std::string_view& text, RuleSet& rules) {
  DocumentKinds said;
  for (const auto& known : kind_words) {
    if (!text.starts_with(known.word)) continue;
    std::string_view rest = text.substr(known.word.size());
    for (const std::string_view mark : {"号码", "号", ":", "：", "NO", "NUMBER", ":", "#"}) {
      if (rest.starts_with(mark)) rest.remove_prefix(mark.size());
    }
    if (rest.empty()) return said;
    for (const auto kind : known.kinds) {
      if (kind != none) said.add(kind);
    }
    rules.add(Rule::document_words);
    text = rest;
    return said;
  }
  return said;
}

}  // namespace

std::string_view name_of(DocumentKind kind) {
  return names.at(static_cast<std::size_t>(kind));
}

DocumentKinds document_kinds(std::string_view n) {
  DocumentKinds kinds;
  if (n.empty()) return kinds;
  if ((n.size() == 18 && digits(n.substr(0, 17), 17) && (is_digit(n[17]) || n[17] == 'X')) || digits(n, 15)) {
    if (n.size() == 18 && (n.starts_with("81") || n.starts_with("82") || n.starts_with("83"))) {
      kinds.add(DocumentKind::residence_permit);
    } else {
      kinds.add(n.size() == 18 && n[0] == '9' ? DocumentKind::permanent_residence : DocumentKind::citizen_id);
    }
    return kinds;
  }
  if (n.size() == 15 && is_letter(n[0]) && is_letter(n[1]) && is_letter(n[2]) && digits(n.substr(3), 12))
    kinds.add(DocumentKind::permanent_residence);
  const std::string_view behind = n.substr(1);
  if (is_passport_of_china(n)) kinds.add(DocumentKind::passport_china);
  if ((n[0] == 'K' && digits(behind, 8)) ||
      ((n.starts_with("KJ") || n.starts_with("HJ")) && digits(n.substr(2), 7)))
    kinds.add(DocumentKind::passport_hong_kong);
  if ((n.starts_with("MA") || n.starts_with("MB")) && digits(n.substr(2), 7))
    kinds.add(DocumentKind::passport_macao);
  if ((n[0] == 'H' || n[0] == 'M') && (digits(behind, 8) || digits(behind, 10)))
    kinds.add(DocumentKind::home_return_permit);
  if (digits(n, 8) || digits(n, 10) || (n.size() == 11 && digits(n.substr(0, 10), 10) && is_letter(n[10])))
    kinds.add(DocumentKind::taiwan_compatriot);
  const bool letter_second = n.size() == 9 && is_letter(n[1]) && n[1] != 'I' && n[1] != 'O';
  if ((n[0] == 'C' || n[0] == 'W') && digits(behind, 8)) kinds.add(DocumentKind::travel_hong_kong_macao);
  if (n[0] == 'C' && letter_second && digits(n.substr(2), 7)) kinds.add(DocumentKind::travel_hong_kong_macao);
  if ((n[0] == 'L' || n[0] == 'T') && digits(behind, 8)) kinds.add(DocumentKind::travel_taiwan);
  if (is_military(n)) kinds.add(DocumentKind::military);
  // A number that has the very form of a Chinese paper is taken for it.
  if (is_foreign_passport(n) && (kinds.empty() || digits(n, 8) || digits(n, 9)))
    kinds.add(DocumentKind::passport_foreign);
  return kinds;
}

void clean_document(Cleaned& value, CleanContext& context) {
  RuleSet rules;
  std::string_view number = value.text;
  if (number.starts_with('\'')) {
    number.remove_prefix(1);
    rules.add(Rule::text_mark);
  }
  const bool plain =
      std::all_of(number.begin(), number.end(), [](char c) { return is_digit(c) || is_letter(c); });
  if (!plain) number = tightened(number, context, rules);
  const DocumentKinds said = said_by(number, rules);
  if (is_military(number) && !number.ends_with("号")) {
    rules.add(Rule::document_words);
    char* const place = context.arena.allocate(number.size() + 3);
    number.copy(place, number.size());
    std::copy_n("号", 3, place + number.size());
    number = {place, number.size() + 3};
  }
  if (document_kinds(number).empty()) return value.refuse(Rule::document_form);
  DocumentKinds kinds = document_kinds(number);
  // Said to be a passport of abroad, it may have any form a passport can have.
  if (said.has(DocumentKind::passport_foreign) && is_foreign_passport(number))
    kinds.add(DocumentKind::passport_foreign);
  if (!said.empty()) kinds = kinds.both(said);
  if (kinds.empty()) return value.refuse(Rule::document_kind);
  value.text = number;
  value.rules.add(rules);
  if (!rules.empty()) value.status = CleanStatus::cleaned;
  if (kinds.has(DocumentKind::citizen_id) || kinds.has(DocumentKind::residence_permit) ||
      (kinds.has(DocumentKind::permanent_residence) && number.size() == 18)) {
    clean_citizen_id(value, context);
    if (value.status == CleanStatus::refused) return;
  }
  value.integer = kinds.bits();
}

}  // namespace jingwei::ingest
