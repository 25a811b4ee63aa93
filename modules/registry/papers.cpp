#include "modules/registry/papers.h"

#include <algorithm>
#include <array>

#include "modules/ingest/cleaning/clean_document.h"

namespace jingwei::registry {

namespace {

using ingest::DocumentKind;

struct PaperScheme {
  std::string_view scheme, meaning;
  std::array<DocumentKind, 4> kinds;
};
constexpr DocumentKind no_kind = DocumentKind::count;
constexpr std::array paper_schemes = {
    PaperScheme{"citizen_id", "citizen-id", {DocumentKind::citizen_id, no_kind, no_kind, no_kind}},
    PaperScheme{
        "residence_permit", "residence-permit", {DocumentKind::residence_permit, no_kind, no_kind, no_kind}},
    PaperScheme{"permanent_residence",
                "permanent-residence",
                {DocumentKind::permanent_residence, no_kind, no_kind, no_kind}},
    PaperScheme{"passport",
                "passport",
                {DocumentKind::passport_china, DocumentKind::passport_hong_kong, DocumentKind::passport_macao,
                 DocumentKind::passport_foreign}},
    PaperScheme{
        "hk_macao_permit", "hk-macao-permit", {DocumentKind::home_return_permit, no_kind, no_kind, no_kind}},
    PaperScheme{
        "taiwan_permit", "taiwan-permit", {DocumentKind::taiwan_compatriot, no_kind, no_kind, no_kind}},
    PaperScheme{"travel_permit",
                "travel-permit",
                {DocumentKind::travel_hong_kong_macao, DocumentKind::travel_taiwan, no_kind, no_kind}},
    PaperScheme{"military", "military", {DocumentKind::military, no_kind, no_kind, no_kind}},
};

const PaperScheme* scheme_meant(std::string_view meaning) {
  const auto found = std::find_if(paper_schemes.begin(), paper_schemes.end(),
                                  [&](const PaperScheme& one) { return one.meaning == meaning; });
  return found == paper_schemes.end() ? nullptr : &*found;
}

// Numbers of made-up people begin with 9, as those of permanent residents do, whose country follows: none has
// a number above 894 (ISO 3166-1).
bool is_made_up(std::string_view number) {
  constexpr std::size_t citizen_digits = 18;
  return number.size() == citizen_digits && number[0] == '9' && number.substr(1, 3) > "894";
}

bool is_paper(const catalog::Field& field) {
  return field.personal == catalog::Personal::identifier &&
         (field.type == catalog::FieldType::citizen_id ||
          field.type == catalog::FieldType::identity_document);
}

}  // namespace

bool is_further_paper(const catalog::Field& field) {
  return is_paper(field) && (field.meaning == "further-document" || scheme_meant(field.meaning) != nullptr);
}

std::string scheme_of_paper(const catalog::Field& field, std::string_view number) {
  if (const auto* meant = scheme_meant(field.meaning)) return std::string(meant->scheme);
  if (field.type == catalog::FieldType::citizen_id || is_made_up(number)) return "citizen_id";
  const ingest::DocumentKinds kinds = ingest::document_kinds(number);
  std::string scheme;
  for (const auto& one : paper_schemes) {
    const bool fits = std::any_of(one.kinds.begin(), one.kinds.end(),
                                  [&](DocumentKind kind) { return kind != no_kind && kinds.has(kind); });
    if (!fits) continue;
    if (!scheme.empty()) return "document";
    scheme = one.scheme;
  }
  if (!scheme.empty()) return scheme;
  return "document";
}

int day_field_of_paper(const catalog::Resource& resource, const catalog::Field& paper, PaperDay day) {
  const std::string wanted =
      (paper.meaning.empty() ? "document" : paper.meaning) + (day == PaperDay::from ? "-from" : "-until");
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    if (resource.fields[at].type == catalog::FieldType::date && resource.fields[at].meaning == wanted)
      return static_cast<int>(at);
  }
  return -1;
}

}  // namespace jingwei::registry
