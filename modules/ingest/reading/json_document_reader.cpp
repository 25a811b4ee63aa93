#include "modules/ingest/reading/json_document_reader.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/json_row_parser.h"

namespace jingwei::ingest {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_blank(char c) {
  return blanks.find(c) != std::string_view::npos;
}

// Walks over JSON and knows where strings and brackets end; says nothing of what stands between.
class Brackets {
 public:
  // Takes the next byte; false when it closes what was never opened or nests too deep.
  bool take(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return true;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') {
      if (depth_ == limits::json_depth) return false;
      open_[depth_++] = c;
    }
    if (c == '}' || c == ']') {
      if (depth_ == 0 || open_[depth_ - 1] != (c == '}' ? '{' : '[')) return false;
      --depth_;
    }
    return true;
  }
  std::size_t depth() const { return depth_; }
  bool in_string() const { return in_string_; }
  bool inside_array() const { return depth_ > 0 && open_[depth_ - 1] == '['; }

 private:
  std::array<char, limits::json_depth> open_{};
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

class JsonDocumentReader final : public RowReader {
 public:
  explicit JsonDocumentReader(std::unique_ptr<LineBuffer> buffer) : buffer_(std::move(buffer)) {}

  Result<void> begin(RowPosition resume) {
    JW_TRY(buffer_->advance(0));
    JW_TRY(find_table());
    JW_TRY(learn_columns());
    // Objects taken before are passed over without being read; their number is told by `resume`.
    Row row;
    while (buffer_->offset_of(at_) < resume.offset) {
      JW_ASSIGN(const bool more, next_element(row, Read::passing));
      if (!more) break;
    }
    if (resume.offset > 0) element_ = resume.line;
    position_ = {resume.offset > 0 ? resume.offset : buffer_->offset_of(at_), element_};
    return {};
  }

  std::span<const std::string> columns() const override { return parser_.columns(); }
  std::span<const Note> notes() const override { return notes_; }
  RowPosition position() const override { return position_; }

  Result<bool> next(Row& row) override {
    JW_ASSIGN(const bool more, next_element(row, Read::rows));
    return more;
  }

 private:
  enum class Read : std::uint8_t { passing, rows };

  // The next byte; none at the end.
  Result<std::optional<char>> peek() {
    if (at_ == buffer_->end()) {
      if (buffer_->ended()) {
        if (buffer_->failure()) return *buffer_->failure();
        return std::optional<char>();
      }
      JW_TRY(buffer_->advance(at_));
      at_ = 0;
      return peek();
    }
    return std::optional<char>(buffer_->data()[at_]);
  }

  // The next byte that is not blank; an error at the end.
  Result<char> peek_mark() {
    for (;;) {
      JW_ASSIGN(const auto c, peek());
      if (!c) return cut();
      if (!is_blank(*c)) return *c;
      ++at_;
    }
  }

  static Error cut() { return Error(ErrorCode::invalid, "ingest.json_cut"); }
  Error broken() const {
    return Error(ErrorCode::invalid, "ingest.json_broken").with("object", std::to_string(element_));
  }
  Result<void> take(char c) {
    ++at_;
    if (outer_.take(c)) return {};
    if (outer_.depth() == limits::json_depth)
      return Error(ErrorCode::invalid, "ingest.json_deep").with("most", std::to_string(limits::json_depth));
    return broken();
  }

  // Moves into the first array whose first element is an object; an empty array that is the whole document is
  // a table too.
  Result<void> find_table() {
    for (;;) {
      JW_ASSIGN(const char c, peek_mark());
      const bool was_in_string = outer_.in_string();
      JW_TRY(take(c));
      if (!was_in_string && c == '[') {
        JW_ASSIGN(const char first, peek_mark());
        if (first == '{' || (outer_.depth() == 1)) return {};
      }
      if (outer_.depth() == 0 && !outer_.in_string())
        return Error(ErrorCode::invalid, "ingest.json_no_table");
      while (outer_.in_string()) {
        JW_ASSIGN(const auto inner, peek());
        if (!inner) return cut();
        JW_TRY(take(*inner));
      }
    }
  }

  // Columns are known before the first row is asked for, as far as the first object names them.
  Result<void> learn_columns() {
    JW_TRY(peek_mark());
    if (!buffer_->ended()) {
      JW_TRY(buffer_->advance(at_));
      at_ = 0;
    }
    const std::string_view ahead(buffer_->data() + at_, std::min(buffer_->end() - at_, limits::row_bytes));
    Brackets inner;
    for (std::size_t at = 0; at < ahead.size(); ++at) {
      if (!inner.take(ahead[at]) || (at == 0 && ahead[at] != '{')) return {};
      if (inner.depth() > 0) continue;
      Row first;
      read_row(ahead.substr(0, at + 1), first);
      return {};
    }
    return {};
  }

  Result<bool> next_element(Row& row, Read read) {
    if (ended_) return false;
    JW_ASSIGN(char c, peek_mark());
    if (c == ']') {
      JW_TRY(take(c));
      JW_TRY(read_rest());
      ended_ = true;
      return false;
    }
    if (c == ',') {
      if (first_) return broken();
      ++at_;
      JW_ASSIGN(c, peek_mark());
      if (c == ']' || c == ',') return broken();
    } else if (!first_) {
      return broken();
    }
    first_ = false;
    JW_ASSIGN(const std::size_t size, element_size());
    row = Row{};
    row.line = element_;
    row.offset = buffer_->offset_of(at_);
    if (size == too_long_size) {
      row.problem = RowProblem::too_long;
      row.original = original_;
    } else {
      if (read == Read::rows) read_row({buffer_->data() + at_, size}, row);
      at_ += size;
    }
    ++element_;
    position_ = {buffer_->offset_of(at_), element_};
    return true;
  }

  void read_row(std::string_view text, Row& row) {
    row.original = text;
    if (buffer_->doubtful() && !text::is_utf8(text)) {
      row.problem = RowProblem::bad_encoding;
    } else if (text.find('\0') != std::string_view::npos) {
      row.problem = RowProblem::nul_byte;
    } else {
      parser_.parse(text, row);
      columns_version_ = parser_.columns_version();
    }
  }

  // Bytes of the element at at_, which then stands in the window as a whole with what follows; a longer one
  // is passed over.
  Result<std::size_t> element_size() {
    if (!buffer_->ended() && buffer_->end() - at_ < limits::row_bytes + 2) {
      JW_TRY(buffer_->advance(at_));
      at_ = 0;
    }
    Brackets inner;
    for (std::size_t size = 0;; ++size) {
      if (at_ + size == buffer_->end() || size > limits::row_bytes) {
        if (size > limits::row_bytes) return pass_long(inner, size);
        if (buffer_->failure()) return *buffer_->failure();
        return cut();
      }
      const char c = buffer_->data()[at_ + size];
      if (inner.depth() == 0 && !inner.in_string() && (c == ',' || c == ']' || is_blank(c)) && size > 0)
        return size;
      if (!inner.take(c)) return unbalanced(c, inner);
      if (inner.depth() == 0 && !inner.in_string() && (c == '}' || c == ']' || c == '"')) return size + 1;
    }
  }

  Error unbalanced(char c, const Brackets& inner) const {
    if ((c == '{' || c == '[') && inner.depth() == limits::json_depth)
      return Error(ErrorCode::invalid, "ingest.json_deep").with("most", std::to_string(limits::json_depth));
    return broken();
  }

  Result<std::size_t> pass_long(Brackets inner, std::size_t size) {
    original_.assign(buffer_->data() + at_, limits::refused_original_bytes);
    at_ += size;
    for (;;) {
      JW_ASSIGN(const auto c, peek());
      if (!c) return cut();
      const bool closed = inner.depth() == 0 && !inner.in_string();
      if (closed && (*c == ',' || *c == ']' || is_blank(*c))) return too_long_size;
      if (!inner.take(*c)) return unbalanced(*c, inner);
      ++at_;
      if (inner.depth() == 0 && !inner.in_string() && *c != ',') return too_long_size;
    }
  }

  // Behind the table: the document must end, and another table in it should be told of.
  Result<void> read_rest() {
    bool told = false;
    for (;;) {
      JW_ASSIGN(const auto c, peek());
      if (!c) {
        if (outer_.depth() > 0) return cut();
        return {};
      }
      if (outer_.depth() == 0 && !is_blank(*c)) return broken();
      const bool opens = !outer_.in_string() && *c == '[';
      JW_TRY(take(*c));
      if (!opens || told) continue;
      JW_ASSIGN(const char first, peek_mark());
      if (first == '{') {
        notes_.push_back({"ingest.note.json_further_table", {}});
        told = true;
      }
    }
  }

  static constexpr std::size_t too_long_size = ~std::size_t{0};

  std::unique_ptr<LineBuffer> buffer_;
  JsonRowParser parser_;
  Brackets outer_;
  std::vector<Note> notes_;
  std::string original_;
  RowPosition position_;
  std::size_t at_ = 0;
  std::uint64_t element_ = 1;
  bool first_ = true;
  bool ended_ = false;
};

}  // namespace

bool is_json_document(std::string_view begin, bool whole) {
  const std::size_t start = std::min(begin.find_first_not_of(blanks), begin.size());
  begin.remove_prefix(start);
  if (begin.starts_with('[')) return true;
  if (!begin.starts_with('{')) return false;
  const std::size_t line_end = std::min(begin.find('\n'), begin.size());
  if (line_end == begin.size() && !whole) return true;  // no line of ours is that long
  std::string_view line = begin.substr(0, line_end);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  Brackets brackets;
  bool table = false;
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    const bool opens = !brackets.in_string() && line[at] == '[';
    if (!brackets.take(line[at])) return false;
    if (opens) {
      const std::size_t next = line.find_first_not_of(blanks, at + 1);
      table = table || (next != std::string_view::npos && line[next] == '{');
    }
    if (brackets.depth() == 0) break;
  }
  const bool rest_is_blank = begin.find_first_not_of(blanks, line_end) == std::string_view::npos;
  if (brackets.depth() == 0) return table && whole && rest_is_blank;
  // A line cut short in JSON Lines ends anywhere; one of a document that goes on ends with a mark.
  return std::string_view("{[,:").find(line.back()) != std::string_view::npos;
}

Result<std::unique_ptr<RowReader>> read_json_document(std::unique_ptr<LineBuffer> buffer,
                                                      RowPosition resume) {
  auto reader = std::make_unique<JsonDocumentReader>(std::move(buffer));
  JW_TRY(reader->begin(resume));
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest
