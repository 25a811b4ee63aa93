#include "modules/ingest/reading/json_lines_reader.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/json_row_parser.h"

namespace jingwei::ingest {

namespace {

class JsonLinesReader final : public RowReader {
 public:
  explicit JsonLinesReader(std::unique_ptr<LineBuffer> buffer) : buffer_(std::move(buffer)) {}

  Result<void> begin(RowPosition resume) {
    JW_TRY(buffer_->advance(0));
    if (buffer_->end() == 0)
      return buffer_->failure().value_or(Error(ErrorCode::invalid, "ingest.empty_file"));
    // Keys of the first line make the columns known before the first row is asked for.
    const std::string_view window(buffer_->data(), buffer_->end());
    const std::size_t end = std::min({window.find('\n'), window.size(), limits::row_bytes});
    Row first;
    parse(window.substr(0, end), first);
    if (resume.offset > 0) {
      JW_TRY(buffer_->skip(resume.offset));
      line_ = resume.line;
    }
    return {};
  }

  std::span<const std::string> columns() const override { return parser_.columns(); }
  RowPosition position() const override { return {buffer_->offset_of(at_), line_}; }

  Result<bool> next(Row& row) override {
    for (;;) {
      if (!buffer_->ended() && buffer_->end() - at_ < limits::row_bytes + 2) {
        JW_TRY(buffer_->advance(at_));
        at_ = 0;
      }
      const std::string_view rest(buffer_->data() + at_, buffer_->end() - at_);
      const std::size_t end = rest.find('\n');
      // A line that runs into the end of what could be read is not whole.
      if (end == std::string_view::npos && buffer_->failure()) return *buffer_->failure();
      if (rest.empty()) return false;
      const std::string_view line = rest.substr(0, end);
      row = Row{};
      row.line = line_++;
      row.offset = buffer_->offset_of(at_);
      if (line.size() > limits::row_bytes) {
        JW_TRY(refuse_long(row, line));
        return true;
      }
      at_ += end == std::string_view::npos ? line.size() : end + 1;
      if (without_end(line).find_first_not_of(" \t") == std::string_view::npos) continue;
      row.original = without_end(line);
      if (buffer_->doubtful() && !text::is_utf8(line)) {
        row.problem = RowProblem::bad_encoding;
      } else if (line.find('\0') != std::string_view::npos) {
        row.problem = RowProblem::nul_byte;
      } else {
        parse(line, row);
      }
      return true;
    }
  }

 private:
  Result<void> refuse_long(Row& row, std::string_view line) {
    original_.assign(line.substr(0, limits::refused_original_bytes));
    row.original = original_;
    row.problem = RowProblem::too_long;
    JW_ASSIGN(at_, buffer_->pass_line_feed(at_ + line.size()));
    return {};
  }

  void parse(std::string_view line, Row& row) {
    parser_.parse(line, row);
    columns_version_ = parser_.columns_version();
  }

  std::unique_ptr<LineBuffer> buffer_;
  JsonRowParser parser_;
  std::string original_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

Result<std::unique_ptr<RowReader>> read_json_lines(std::unique_ptr<LineBuffer> buffer, RowPosition resume) {
  auto reader = std::make_unique<JsonLinesReader>(std::move(buffer));
  JW_TRY(reader->begin(resume));
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest
