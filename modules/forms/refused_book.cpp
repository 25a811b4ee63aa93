#include "base/limits.h"
#include "modules/forms/workbooks.h"
#include "modules/ingest/repair/refused_view.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::forms {

namespace {

using spreadsheet::CellStyle;
using spreadsheet::ColumnShow;

constexpr double refused_padding = 3;

// Refused rows in their columns, one after another.
class RefusedSheet {
 public:
  RefusedSheet(spreadsheet::WorkbookWriter& book, const catalog::Resource& resource,
               std::vector<std::string> columns, std::vector<int> column_of_field)
      : book_(book),
        resource_(resource),
        columns_(std::move(columns)),
        column_of_field_(std::move(column_of_field)) {}

  void header(Language language) {
    // A file whose header is not known any more gives its rows in one column.
    if (columns_.empty()) columns_.push_back(render("forms.refused.original", {}, language));
    for (const auto& column : columns_) {
      book_.text(0, at(widths_.size()), column, CellStyle::header);
      widths_.push_back(spreadsheet::shown_width(column));
    }
    const int first = at(columns_.size());
    book_.text(0, first, ingest::refused_reason_column, CellStyle::required_header);
    book_.text(0, first + 1, ingest::refused_batch_column, CellStyle::header);
    book_.text(0, first + 2, ingest::refused_line_column, CellStyle::header);
    book_.text(0, first + 3, ingest::refused_check_column, CellStyle::header);
    book_.freeze(1);
  }

  void row(const ingest::RefusedRow& refused, BatchId batch, Language language) {
    const std::string reason = render(refused.reason, refused.arguments, language);
    const int wrong = wrong_column(refused);
    const auto cells = ingest::cells_of(refused.original, columns_);
    if (!cells) {
      book_.text(row_, 0, refused.original, CellStyle::wrong);
      book_.comment(row_, 0, reason);
    } else {
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        const std::string_view cell = column < cells->size() ? std::string_view((*cells)[column]) : "";
        // The whole row is wrong where no single cell is.
        const bool marked = wrong == at(column) || (wrong < 0 && !cell.empty());
        if (!cell.empty() || wrong == at(column))
          book_.text(row_, at(column), cell, marked ? CellStyle::wrong : CellStyle::text);
        widths_[column] = std::max(widths_[column], spreadsheet::shown_width(cell));
      }
      book_.comment(row_, std::max(wrong, 0), reason);
    }
    const int first = at(columns_.size());
    std::string told = reason;
    if (const auto* field = resource_.field(refused.field))
      told = render("forms.refused.reason",
                    std::vector<std::pair<std::string, std::string>>{{"field", field->title.in(language)},
                                                                     {"reason", reason}},
                    language);
    if (!refused.sheet.empty())
      told = render("forms.refused.placed",
                    std::vector<std::pair<std::string, std::string>>{{"place", ingest::place_text(refused)},
                                                                     {"reason", told}},
                    language);
    book_.text(row_, first, told, CellStyle::quiet);
    reason_width_ = std::max(reason_width_, spreadsheet::shown_width(told));
    book_.text(row_, first + 1, batch.to_string());
    book_.text(row_, first + 2, std::to_string(refused.line));
    book_.text(row_, first + 3, ingest::refused_check(batch, refused.line, resource_.id));
    ++row_;
  }

  void finish() {
    for (std::size_t column = 0; column < columns_.size(); ++column)
      book_.column(at(column), widths_[column] + refused_padding, CellStyle::text);
    const int first = at(columns_.size());
    book_.column(first, reason_width_ + refused_padding, CellStyle::quiet);
    for (int hidden = 1; hidden <= 3; ++hidden)
      book_.column(first + hidden, 12, CellStyle::text, ColumnShow::hidden);
    book_.filter(0, row_ - 1, first);
  }

 private:
  static int at(std::size_t column) { return static_cast<int>(column); }

  int wrong_column(const ingest::RefusedRow& refused) const {
    const int field = resource_.index_of(refused.field);
    if (field < 0 || static_cast<std::size_t>(field) >= column_of_field_.size()) return -1;
    return column_of_field_[static_cast<std::size_t>(field)];
  }

  spreadsheet::WorkbookWriter& book_;
  const catalog::Resource& resource_;
  std::vector<std::string> columns_;
  std::vector<int> column_of_field_;
  std::vector<double> widths_;
  double reason_width_ = 16;
  int row_ = 1;
};

}  // namespace

Result<ListedRecords> refused_book(const BookContext& context, BatchId batch, Language language) {
  JW_ASSIGN(const auto view, context.ingest.find_batch(batch));
  JW_ASSIGN(const catalog::Entry* entry, context.catalog.find(view.batch.resource));
  JW_ASSIGN(auto columns, context.ingest.columns_of(batch));
  JW_ASSIGN(auto column_of_field, context.ingest.columns_of_fields(view.batch.resource, columns));
  JW_ASSIGN(const auto sight, context.sight(entry->resource, "ingest.refused.read"));
  JW_ASSIGN(auto shown, ingest::RefusedView::make(context.ingest, view.batch, sight));
  auto bytes = workbook_bytes(context, [&](const std::string& path) -> Result<void> {
    spreadsheet::WorkbookWriter book(path);
    book.sheet(entry->resource.title.in(language));
    RefusedSheet sheet(book, entry->resource, std::move(columns), std::move(column_of_field));
    sheet.header(language);
    std::int64_t after = 0;
    for (;;) {
      JW_ASSIGN(const auto rows, context.ingest.list_refused(batch, after, limits::page_size_most,
                                                             ingest::RefusedState::open));
      if (rows.empty()) break;
      for (const auto& row : rows) {
        if (!shown.covers(row)) continue;
        // A mask that is sent again would stand in the place of what was sent first.
        const auto one = shown.show(row);
        if (one.masked)
          return Error(ErrorCode::denied, "forms.refused_closed")
              .with("fields", shown.personal_titles(render("forms.between", {}, language), language));
        sheet.row(one.row, batch, language);
      }
      after = rows.back().line;
    }
    sheet.finish();
    return book.close();
  });
  if (!bytes) return std::move(bytes).error();
  return ListedRecords{std::move(*bytes), view.batch.resource, shown.take_persons()};
}

}  // namespace jingwei::forms
