#include "app/known_subjects.h"

#include <map>
#include <span>

namespace jingwei::app {

namespace {

// A part's number as a row gives it; empty where the row leaves one of its fields empty.
std::string number_in(const forms::FormRow& row, const registry::Part& part, const catalog::Resource& form) {
  std::string number;
  for (const int field : part.identifier) {
    const auto text = row.find(form.fields[static_cast<std::size_t>(field)].name);
    if (text == row.end()) return "";
    number += (number.empty() ? "" : "\x1f") + text->second;
  }
  return number;
}

// Who a row's numbers are of, in the order of the form's parts.
using Named = std::vector<std::pair<registry::SubjectId, registry::Kind>>;

Result<std::vector<Named>> named_in(const registry::RegistryService& registry,
                                    std::span<const forms::FormRow> rows, const catalog::Resource& form) {
  std::vector<registry::SubjectNumber> numbers;
  std::vector<std::size_t> row_of;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const auto& part : registry::naming_parts_of(form)) {
      std::string number = number_in(rows[row], part, form);
      if (number.empty()) continue;
      numbers.push_back({registry::kind_of(part.role), part.scheme, std::move(number)});
      row_of.push_back(row);
    }
  }
  JW_ASSIGN(const auto subjects, registry.subjects_of(numbers));
  std::vector<Named> named(rows.size());
  for (std::size_t at = 0; at < subjects.size(); ++at) {
    if (subjects[at]) named[row_of[at]].emplace_back(subjects[at], numbers[at].kind);
  }
  return named;
}

}  // namespace

forms::KnownSubjects known_subjects(const registry::RegistryService& registry) {
  forms::KnownSubjects known;
  known.named_by = [](const catalog::Resource& form) {
    std::vector<std::vector<std::string>> all;
    for (const auto& part : registry::naming_parts_of(form)) {
      auto& names = all.emplace_back();
      for (const int field : part.identifier)
        names.push_back(form.fields[static_cast<std::size_t>(field)].name);
    }
    return all;
  };
  known.of = [&registry](const forms::KnownQuery& query,
                         Language language) -> Result<std::vector<forms::KnownValues>> {
    const registry::Reader reader{query.caller, query.purpose};
    JW_ASSIGN(const auto named, named_in(registry, query.rows, query.form));
    std::vector<forms::KnownValues> all(query.rows.size());
    for (std::size_t row = 0; row < named.size(); ++row) {
      for (const auto& [subject, kind] : named[row]) {
        const auto file = registry.files().said_of(subject, kind, reader);
        if (!file && file.error().code == ErrorCode::not_found) continue;
        if (!file) return file.error();
        JW_ASSIGN(const auto values, registry.files().prefill(*file, query.form.id, language));
        for (const auto& value : values) {
          all[row].try_emplace(
              value.field,
              forms::KnownValue{value.text, value.source->resource.title.in(language),
                                kind == registry::Kind::person ? file->pseudonym : value.person});
        }
      }
    }
    return all;
  };
  return known;
}

}  // namespace jingwei::app
