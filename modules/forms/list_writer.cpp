#include "base/limits.h"
#include "base/random.h"
#include "modules/forms/workbooks.h"
#include "spreadsheet/formula_guard.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::forms {

namespace {

using spreadsheet::CellStyle;

constexpr int rows_measured = 200;  // of which the widths of the columns are taken
constexpr double column_padding = 3;

class BookList final : public ListWriter {
 public:
  BookList(const BookContext& context, const std::string& title, Language language)
      : context_(context),
        path_(scratch_path(context)),
        book_(std::make_unique<spreadsheet::WorkbookWriter>(path_)) {
    book_->sheet(title);
    if (context.synthetic) {
      book_->text(row_, 0, render("forms.synthetic", {}, language), CellStyle::mark);
      ++row_;
    }
  }

  static std::string scratch_path(const BookContext& context) {
    SecureRandom random;
    return context.folder + "/" + random_credential(random) + ".book";
  }

  void header(const std::vector<std::string>& titles) override {
    header_row_ = row_++;
    widths_.assign(titles.size(), 0);
    for (std::size_t at = 0; at < titles.size(); ++at) {
      book_->text(header_row_, static_cast<int>(at), titles[at], CellStyle::header);
      widths_[at] = spreadsheet::shown_width(titles[at]);
    }
    book_->freeze(row_);
  }

  void row(const std::vector<Cell>& cells) override {
    for (std::size_t at = 0; at < cells.size(); ++at) {
      const auto& cell = cells[at];
      if (cell.text.empty()) continue;
      const int column = static_cast<int>(at);
      if (cell.number) {
        book_->number(row_, column, std::strtod(cell.text.c_str(), nullptr));
      } else {
        book_->text(row_, column, cell.text);
      }
      if (row_ - header_row_ <= rows_measured && at < widths_.size())
        widths_[at] = std::max(widths_[at], spreadsheet::shown_width(cell.text));
    }
    ++row_;
  }

  Result<std::string> finish() override {
    for (std::size_t at = 0; at < widths_.size(); ++at)
      book_->column(static_cast<int>(at), widths_[at] + column_padding, CellStyle::text);
    if (!widths_.empty()) book_->filter(header_row_, row_ - 1, static_cast<int>(widths_.size()) - 1);
    JW_TRY(book_->close());
    auto bytes = read_text(context_.files, path_, limits::workbook_out_bytes);
    JW_TRY(context_.files.remove(path_));
    return bytes;
  }

 private:
  const BookContext& context_;
  std::string path_;
  std::unique_ptr<spreadsheet::WorkbookWriter> book_;
  int row_ = 0;
  int header_row_ = 0;
  std::vector<double> widths_;
};

class CsvList final : public ListWriter {
 public:
  CsvList(const BookContext& context, Language language) {
    out_ = "\xEF\xBB\xBF";
    if (context.synthetic) out_ += spreadsheet::csv_cell(render("forms.synthetic", {}, language)) + "\r\n";
  }

  void header(const std::vector<std::string>& titles) override {
    std::vector<Cell> cells;
    for (const auto& title : titles) cells.push_back({title, false});
    row(cells);
  }

  void row(const std::vector<Cell>& cells) override {
    for (std::size_t at = 0; at < cells.size(); ++at) {
      if (at > 0) out_ += ',';
      out_ += cells[at].number ? cells[at].text : spreadsheet::csv_cell(cells[at].text);
    }
    out_ += "\r\n";
  }

  Result<std::string> finish() override { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::unique_ptr<ListWriter> make_list(const BookContext& context, ListFormat format, const std::string& title,
                                      Language language) {
  if (format == ListFormat::csv) return std::make_unique<CsvList>(context, language);
  return std::make_unique<BookList>(context, title, language);
}

Result<std::string> workbook_bytes(const BookContext& context,
                                   const std::function<Result<void>(const std::string& path)>& write) {
  const std::string path = BookList::scratch_path(context);
  JW_TRY(write(path));
  auto bytes = read_text(context.files, path, limits::workbook_out_bytes);
  JW_TRY(context.files.remove(path));
  return bytes;
}

}  // namespace jingwei::forms
