// The papers a person has: which fields of a record tell further ones, and of which scheme a number is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/catalog/catalog_service.h"

namespace jingwei::registry {

// A field whose `meaning` says that it holds another paper of whom the record is about: "citizen-id",
// "passport", "hk-macao-permit", "taiwan-permit", "residence-permit", "permanent-residence", "travel-permit",
// "military" or "further-document". Without such a word a second paper may be somebody else's.
bool is_further_paper(const catalog::Field& field);

// "citizen_id", "passport", "hk_macao_permit" …: what the field says, else what the number can be by its form
// (modules/ingest/cleaning/clean_document.h); "document" where that leaves several, and for no number.
std::string scheme_of_paper(const catalog::Field& field, std::string_view number);

// The day a paper is valid from or until, where the resource has a date for it: its meaning is that of the
// paper's field ("document" where that has none) with "-from" or "-until". -1 for none.
enum class PaperDay : std::uint8_t { from, until };
int day_field_of_paper(const catalog::Resource& resource, const catalog::Field& paper, PaperDay day);

}  // namespace jingwei::registry
