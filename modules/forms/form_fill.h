// Fills a form that somebody sent with what the hub knows. Internal to forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/forms/form_columns.h"

namespace jingwei::forms {

struct FillOptions {
  std::string resource;              // empty: recognised by the header
  std::optional<std::string> under;  // code: its children go into the empty rows of a form about regions
};

// One line of what was done: a column that was filled and from where, or something that was left alone and
// why. Titles and places of the form, never a value out of a record.
struct FormNote {
  std::string sheet;
  std::string place;   // a cell's or column's letter, a row; empty: the sheet
  std::string column;  // title; empty: the row
  std::string source;  // from where; empty: not filled
  std::string text;
  std::size_t filled = 0;  // cells
};

struct FilledForm {
  std::string bytes;                 // the workbook, with a sheet of the notes behind the others
  std::size_t cells = 0;             // filled
  std::vector<FormNote> notes;       // at most notes_most
  std::vector<std::string> persons;  // pseudonyms of those whose files filled something
};

// Every visible sheet is looked at. Only empty cells are filled; formulas and what stands stay. Of the
// resource's own records values of personal fields are never filled, nor those of a resource that is not
// shared. A row that names a person by their document, an enterprise by its credit code, or a household,
// venue or device by its number gets what stands in that subject's file, as far as the asker may see it under
// their purpose. Records and subjects are looked up by their keys, however many there are. Errors: those of
// WorkbookEdit; not_found (resource, region); invalid "forms.not_recognised".
Result<FilledForm> fill_form(const BookContext& context, const metrics::MetricsService& metrics,
                             const Clock& clock, std::string bytes, const FillOptions& options,
                             Language language);

}  // namespace jingwei::forms
