#include "modules/ingest/repair/refused_persons.h"

#include "base/text.h"
#include "modules/ingest/row_typing.h"
#include "storage/pseudonym.h"

namespace jingwei::ingest {

namespace {

constexpr std::size_t citizen_id_length = 18;

using text::is_digit;

// Whether the 18 bytes at `at` have the form of a citizen ID and stand apart from other digits and letters.
bool stands_at(std::string_view text, std::size_t at) {
  const auto part_of_word = [&](std::size_t place) {
    const char c = place < text.size() ? text[place] : ' ';
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  for (std::size_t place = at; place + 1 < at + citizen_id_length; ++place) {
    if (!is_digit(text[place])) return false;
  }
  const char check = text[at + citizen_id_length - 1];
  return (is_digit(check) || check == 'X' || check == 'x') && (at == 0 || !part_of_word(at - 1)) &&
         !part_of_word(at + citizen_id_length);
}

}  // namespace

Result<RefusedPersons> RefusedPersons::make(const IngestService& service, const Batch& batch) {
  JW_ASSIGN(const catalog::Entry* entry, service.parts().catalog.find(batch.resource));
  JW_ASSIGN(auto cutter, service.refused_cutter(batch));
  RefusedPersons persons(service, std::move(cutter));
  JW_ASSIGN(auto cleaners, cleaners_of(entry->resource));
  for (std::size_t at = 0; at < cleaners.size(); ++at) {
    if (entry->resource.fields[at].personal == catalog::Personal::identifier)
      persons.identifiers_.emplace_back(entry->resource.fields[at].name, std::move(cleaners[at]));
  }
  return persons;
}

void RefusedPersons::add(std::string_view original) {
  if (identifiers_.empty()) return;
  const auto fields = cutter_.fields_of(original);
  if (fields.empty()) return add_citizen_ids(original);
  for (const auto& [name, text] : fields) {
    for (const auto& [field, cleaner] : identifiers_) {
      if (field == name) add_value(cleaner, text);
    }
  }
}

void RefusedPersons::add_value(const FieldCleaner& cleaner, std::string_view text) {
  const IngestParts& parts = service_->parts();
  CleanContext context(parts.clock.now(), parts.zone);
  context.synthetic_id_prefixes = parts.synthetic_id_prefixes;
  const Cleaned cleaned = cleaner.clean(text, context);
  if (cleaned.status == CleanStatus::refused || cleaned.status == CleanStatus::empty) return;
  persons_.insert(storage::pseudonym_of(parts.sealer, cleaned.text));
}

void RefusedPersons::add_citizen_ids(std::string_view text) {
  static const FieldCleaner cleaner =
      std::move(FieldCleaner::make({.name = "citizen_id", .type = CleanType::citizen_id})).value();
  for (std::size_t at = 0; at + citizen_id_length <= text.size(); ++at) {
    if (stands_at(text, at)) add_value(cleaner, text.substr(at, citizen_id_length));
  }
}

std::vector<std::string> RefusedPersons::take() {
  std::vector<std::string> all(persons_.begin(), persons_.end());
  persons_.clear();
  return all;
}

}  // namespace jingwei::ingest
