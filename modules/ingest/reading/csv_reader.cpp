#include "modules/ingest/reading/csv_reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/cleaning/arena.h"
#include "modules/ingest/reading/header_choice.h"

namespace jingwei::ingest {

namespace {

// Bits of the 64 bytes at `block` that end an unquoted field: the delimiter, line ends, and NUL, which spoils
// the row.
std::uint64_t stops_in(const char* block, char delimiter) {
  std::uint64_t mask = 0;
#if defined(__SSE2__)
  const __m128i delimiters = _mm_set1_epi8(delimiter), line_feeds = _mm_set1_epi8('\n');
  const __m128i returns = _mm_set1_epi8('\r'), zeros = _mm_setzero_si128();
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + i);
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, line_feeds)),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, returns), _mm_cmpeq_epi8(bytes, zeros)));
    mask |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(hits))) << (16 * i);
  }
#else
  for (int i = 0; i < 64; ++i) {
    const char c = block[i];
    mask |= static_cast<std::uint64_t>(c == delimiter || c == '\n' || c == '\r' || c == '\0') << i;
  }
#endif
  return mask;
}

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
  }
  return lines;
}

class CsvReader final : public RowReader {
 public:
  CsvReader(std::unique_ptr<LineBuffer> buffer, CsvDialect dialect)
      : buffer_(std::move(buffer)),
        delimiter_(dialect.delimiter),
        quote_(dialect.quote),
        backslash_(dialect.backslash) {}

  Result<void> begin(RowPosition resume, const HeaderFit& fit) {
    JW_TRY(buffer_->advance(0));
    pass_separator_line();
    Row header;
    JW_ASSIGN(const bool any, next(header));
    if (!any) return Error(ErrorCode::invalid, "ingest.empty_file");
    if (header.problem != RowProblem::none) return Error(ErrorCode::invalid, "ingest.header_unreadable");
    if (fit) {
      JW_TRY(choose_columns(fit));
    } else {
      const std::vector<std::vector<std::string>> rows{texts()};
      columns_ = choose_header(rows, {}).columns;
    }
    const std::uint64_t here = buffer_->offset_of(at_);
    if (resume.offset > here) {
      const std::size_t in_window =
          static_cast<std::size_t>(std::min<std::uint64_t>(resume.offset - here, buffer_->end() - at_));
      at_ += in_window;
      const std::uint64_t rest = resume.offset - here - in_window;
      if (rest > 0) {
        JW_TRY(buffer_->advance(at_));
        at_ = 0;
        JW_TRY(buffer_->skip(rest));
      }
      forget_stops();
      line_ = resume.line;
    }
    return {};
  }

  std::span<const std::string> columns() const override { return columns_; }
  RowPosition position() const override { return {buffer_->offset_of(at_), line_}; }

  Result<bool> next(Row& row) override {
    JW_ASSIGN(const std::optional<Scan> scan, find_row(row));
    if (!scan) return false;
    JW_TRY(finish(row, *scan));
    return true;
  }

 private:
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Cell& cell : cells_) out.emplace_back(cell.text);
    return out;
  }

  // Looks through the first rows, of which the first one is in cells_, and goes on behind the header.
  Result<void> choose_columns(const HeaderFit& fit) {
    // All of them stand in the window, which does not move before a row's length is left.
    constexpr std::size_t look_bytes = limits::row_bytes / 2;
    struct Behind {
      std::size_t at;
      std::uint64_t line;
    };
    std::vector<std::vector<std::string>> rows = {texts()};
    std::vector<Behind> behind = {{at_, line_}};
    while (rows.size() < limits::header_rows && at_ < look_bytes) {
      Row row;
      JW_ASSIGN(const std::optional<Scan> scan, find_row(row));
      // A row without end would move the window when it is passed.
      if (!scan || scan->problem != RowProblem::none) break;
      JW_TRY(finish(row, *scan));
      if (row.problem != RowProblem::none) break;
      rows.push_back(texts());
      behind.push_back({at_, line_});
    }
    HeaderChoice choice = choose_header(rows, fit);
    columns_ = std::move(choice.columns);
    at_ = behind[choice.first + choice.lines - 1].at;
    line_ = behind[choice.first + choice.lines - 1].line;
    forget_stops();
    return {};
  }

  struct Scan {
    std::size_t content_end = 0;  // behind the row's last byte but the line end
    std::size_t next = 0;         // where the next row begins
    std::uint64_t lines = 1;
    RowProblem problem = RowProblem::none;
  };

  // The next row that is not empty; nothing at the end.
  Result<std::optional<Scan>> find_row(Row& row) {
    for (;;) {
      if (!buffer_->ended() && buffer_->end() - at_ < limits::row_bytes + 2) {
        JW_TRY(buffer_->advance(at_));
        at_ = 0;
        forget_stops();
      }
      if (at_ == buffer_->end()) {
        if (buffer_->failure()) return *buffer_->failure();
        return std::optional<Scan>();
      }
      row = Row{};
      row.line = line_;
      row.offset = buffer_->offset_of(at_);
      const Scan scan = scan_row();
      if (buffer_->failure() && is_cut_off(scan)) return *buffer_->failure();
      const bool empty =
          scan.problem == RowProblem::none && scan.content_end - at_ + 1 == found_;  // or delimiters only
      if (!empty) return std::optional<Scan>(scan);
      at_ = scan.next;
      line_ += scan.lines;
    }
  }

  // The row runs into the end of what could be read: it is not whole.
  bool is_cut_off(const Scan& scan) const {
    if (scan.problem == RowProblem::unclosed_quote) return buffer_->end() - at_ <= limits::row_bytes;
    return scan.content_end == buffer_->end();
  }

  // "sep=;" as Excel writes it.
  void pass_separator_line() {
    const std::string_view text(buffer_->data(), std::min<std::size_t>(buffer_->end(), 16));
    if (text.size() < 6 || !text.starts_with("sep=")) return;
    const std::size_t end = text.find_first_of("\r\n");
    if (end != 5) return;
    delimiter_ = text[4];
    at_ = end + (text[end] == '\r' && text.size() > end + 1 && text[end + 1] == '\n' ? 2 : 1);
    line_ = 2;
  }

  void forget_stops() { stops_at_ = ~std::size_t{0}; }

  // The next delimiter, line end or NUL at or after `from`; the end of the window if there is none.
  std::size_t find_stop(std::size_t from) {
    std::size_t block = from & ~std::size_t{63};
    const std::size_t end = buffer_->end();
    if (block != stops_at_) {
      if (from >= end) return end;
      stops_at_ = block;
      stops_ = stops_in(buffer_->data() + block, delimiter_);
    }
    std::uint64_t ahead = stops_ & (~std::uint64_t{0} << (from & 63));
    while (ahead == 0) {
      block += 64;
      if (block >= end) return end;
      stops_at_ = block;
      ahead = stops_ = stops_in(buffer_->data() + block, delimiter_);
    }
    return std::min(block + static_cast<std::size_t>(std::countr_zero(ahead)), end);
  }

  void add_cell(std::string_view text) {
    if (++found_ <= limits::row_fields) cells_.push_back({text, CellKind::text});
  }

  Scan scan_row() {
    const char* const data = buffer_->data();
    const std::size_t end = buffer_->end();
    cells_.clear();
    arena_.reset();
    found_ = 0;
    Scan scan;
    bool nul = false;
    std::size_t at = at_;
    for (;;) {
      std::size_t stop;
      if (at < end && data[at] == quote_) {
        stop = scan_quoted(at, scan, nul);
        if (scan.problem != RowProblem::none) return scan;
      } else {
        stop = find_stop(at);
        while (stop < end && data[stop] == '\0') {
          nul = true;
          stop = find_stop(stop + 1);
        }
        add_cell({data + at, stop - at});
      }
      // Lines chained by stray quotes would be read again from each of them: the chain is cut at the fields
      // allowed.
      if (found_ > limits::row_fields && scan.lines > 1) {
        scan.problem = RowProblem::many_fields;
        return scan;
      }
      if (stop < end && data[stop] == delimiter_) {
        at = stop + 1;
        continue;
      }
      scan.content_end = stop;
      scan.next =
          stop == end ? end : stop + (data[stop] == '\r' && stop + 1 < end && data[stop + 1] == '\n' ? 2 : 1);
      if (stop - at_ > limits::row_bytes) {
        scan.problem = RowProblem::too_long;
      } else if (nul) {
        scan.problem = RowProblem::nul_byte;
      }
      return scan;
    }
  }

  // Reads the quoted field at `at`; returns where the delimiter or line end behind it stands.
  std::size_t scan_quoted(std::size_t at, Scan& scan, bool& nul) {
    const char* const data = buffer_->data();
    const std::size_t end = buffer_->end();
    const std::size_t last = std::min(end, at_ + limits::row_bytes);
    bool escaped = false;
    std::size_t quote = at + 1;
    for (;;) {
      const void* const found = quote < last ? std::memchr(data + quote, quote_, last - quote) : nullptr;
      if (found == nullptr) {
        scan.problem = RowProblem::unclosed_quote;
        return end;
      }
      quote = static_cast<std::size_t>(static_cast<const char*>(found) - data);
      if (backslash_ && is_behind_backslash(data, at + 1, quote)) {
        escaped = true;
        ++quote;
        continue;
      }
      if (quote + 1 >= end || data[quote + 1] != quote_) break;
      escaped = true;
      quote += 2;
    }
    std::string_view content(data + at + 1, quote - at - 1);
    scan.lines += count_lines(content);
    nul = nul || content.find('\0') != std::string_view::npos;
    if (escaped || (backslash_ && content.find('\\') != std::string_view::npos)) content = unescape(content);
    add_cell(content);
    std::size_t stop = quote + 1;
    while (stop < end && data[stop] == ' ') ++stop;
    if (stop < end && data[stop] != delimiter_ && data[stop] != '\n' && data[stop] != '\r') {
      scan.problem = RowProblem::stray_quote;
    }
    return stop;
  }

  // An odd number of backslashes stands before `at`.
  static bool is_behind_backslash(const char* data, std::size_t begin, std::size_t at) {
    std::size_t count = 0;
    while (at - count > begin && data[at - count - 1] == '\\') ++count;
    return count % 2 == 1;
  }

  std::string_view unescape(std::string_view content) {
    char* const place = arena_.allocate(content.size());
    std::size_t size = 0;
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (backslash_ && content[i] == '\\' && i + 1 < content.size() &&
          (content[i + 1] == quote_ || content[i + 1] == '\\'))
        ++i;
      else if (content[i] == quote_)
        ++i;  // doubled
      place[size++] = content[std::min(i, content.size() - 1)];
    }
    return {place, size};
  }

  // Fills `row` and moves behind it; rows whose end cannot be told end with their first line.
  Result<void> finish(Row& row, const Scan& scan) {
    const char* const data = buffer_->data();
    row.problem = scan.problem;
    if (row.problem == RowProblem::none || row.problem == RowProblem::nul_byte) {
      row.original = {data + at_, scan.content_end - at_};
      at_ = scan.next;
      line_ += scan.lines;
    } else {
      std::size_t line_end = at_;
      while (line_end < buffer_->end() && data[line_end] != '\n' && data[line_end] != '\r') ++line_end;
      const std::size_t size = line_end - at_;
      original_.assign(data + at_, std::min(size, limits::refused_original_bytes));
      row.original = original_;
      if (size > limits::row_bytes) row.problem = RowProblem::too_long;
      cells_.clear();  // the window may move below
      JW_ASSIGN(at_, buffer_->pass_line(line_end));
      forget_stops();
      ++line_;
    }
    judge(row);
    return {};
  }

  void judge(Row& row) {
    row.found = found_;
    if (row.problem == RowProblem::none && buffer_->doubtful() && !text::is_utf8(row.original)) {
      row.problem = RowProblem::bad_encoding;
    }
    if (row.problem == RowProblem::none && found_ > limits::row_fields) row.problem = RowProblem::many_fields;
    if (row.problem == RowProblem::none && !columns_.empty()) {
      while (cells_.size() > columns_.size() && cells_.back().text.empty()) cells_.pop_back();
      if (cells_.size() > columns_.size()) row.problem = RowProblem::many_fields;
      if (cells_.size() < columns_.size()) row.problem = RowProblem::few_fields;
    }
    row.cells = cells_;
  }

  std::unique_ptr<LineBuffer> buffer_;
  char delimiter_, quote_;
  bool backslash_;
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;
  std::size_t found_ = 0;
  Arena arena_;
  std::string original_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::size_t stops_at_ = ~std::size_t{0};
  std::uint64_t stops_ = 0;
};

}  // namespace

char detect_delimiter(std::string_view text) {
  constexpr std::string_view candidates = csv_delimiters;
  constexpr std::size_t lines_most = 20;
  using Counts = std::array<int, candidates.size()>;
  std::vector<Counts> lines(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (lines.back() == Counts{}) continue;
      if (lines.size() == lines_most) break;
      lines.emplace_back();
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) lines.back()[i] += c == candidates[i];
  }
  char best = ',';
  int best_score = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const int in_header = lines.front()[i];
    int agreeing = 0;
    for (const auto& line : lines) agreeing += line[i] == in_header;
    const int score = in_header == 0 ? 0 : agreeing * 100 + in_header;
    if (score > best_score) {
      best = candidates[i];
      best_score = score;
    }
  }
  return best;
}

CsvDialect detect_dialect(std::string_view text, char delimiter) {
  const auto ends_field = [&](std::size_t at) {
    return at >= text.size() || text[at] == delimiter || text[at] == '\n' || text[at] == '\r';
  };
  // Fields that begin and that end with each quote. The apostrophe that Excel puts before text ends nothing.
  std::size_t begun[2] = {0, 0}, closed[2] = {0, 0}, escaping = 0, plain = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int kind = text[at] == '"' ? 0 : text[at] == '\'' ? 1 : -1;
    if (kind < 0) continue;
    if (at == 0 || ends_field(at - 1)) {
      ++begun[kind];
    } else if (ends_field(at + 1)) {
      ++closed[kind];
    }
    if (at > 0 && text[at - 1] == '\\' && (at == 1 || text[at - 2] != '\\')) {
      if (ends_field(at + 1)) {
        ++plain;
      } else if (text[at + 1] != text[at]) {
        ++escaping;
      }
    }
  }
  CsvDialect dialect{delimiter, '"', escaping > plain};
  const bool single = begun[1] >= 2 && closed[1] * 10 >= begun[1] * 9 && closed[1] > closed[0];
  if (single) dialect.quote = '\'';
  return dialect;
}

Result<std::unique_ptr<RowReader>> read_csv(std::unique_ptr<LineBuffer> buffer, CsvDialect dialect,
                                            const ReadOptions& options) {
  auto reader = std::make_unique<CsvReader>(std::move(buffer), dialect);
  JW_TRY(reader->begin(options.resume, options.fit));
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest
