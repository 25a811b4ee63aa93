#include "modules/ingest/row_pipeline.h"

#include <algorithm>

#include "base/limits.h"
#include "base/priority.h"
#include "modules/ingest/repair/repair_mark.h"

namespace jingwei::ingest {

namespace {

// Chunks read and not yet taken, beyond one for each cleaning thread.
constexpr std::uint64_t chunks_ahead = 3;
// After so many rows it is asked anew how many make a portion now.
constexpr std::size_t rows_between_looks = 256;

// Disk and memory faults pass; what the file itself is stays.
bool is_files_fault(const Error& error) {
  return error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported ||
         error.code == ErrorCode::too_large || error.code == ErrorCode::not_found;
}

std::string joined(const std::vector<std::string>& words) {
  constexpr std::size_t most = 2'000;
  std::string text;
  for (const auto& word : words) {
    if (text.size() + word.size() > most) return text + ", …";
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

struct Part {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
};

struct ReadCell {
  Part text;
  CellKind kind = CellKind::absent;
};

struct ReadRow {
  std::uint64_t line = 0;
  std::uint32_t first_cell = 0;
  std::uint32_t cells = 0;
  std::uint32_t columns = 0;  // of the header when it was read
  Part original, problem_column;
  RowProblem problem = RowProblem::none;
  std::size_t found = 0;
  Part sheet;
  std::uint64_t sheet_line = 0;
};

}  // namespace

struct RowPipeline::Chunk {
  std::uint64_t number = 0;
  std::string bytes;
  std::vector<ReadCell> cells;
  std::vector<ReadRow> rows;
  std::shared_ptr<const std::vector<std::string>> columns;
  bool has_header = false;
  RowPosition after;
  std::int64_t bytes_done = 0;
  std::string format, encoding;
  std::vector<Note> notes;
  bool last = false;
  std::optional<Error> failure;

  // As it was made, but for the room of bytes, cells and rows.
  void begin_anew() {
    Chunk fresh;
    fresh.bytes = std::move(bytes);
    fresh.cells = std::move(cells);
    fresh.rows = std::move(rows);
    fresh.bytes.clear();
    fresh.cells.clear();
    fresh.rows.clear();
    *this = std::move(fresh);
  }

  std::string_view text(Part part) const { return {bytes.data() + part.begin, part.size}; }
  Part keep(std::string_view text) {
    const Part part{static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(text.size())};
    bytes += text;
    return part;
  }
  void add(const Row& row, std::size_t columns_now) {
    ReadRow read;
    read.line = row.line;
    read.first_cell = static_cast<std::uint32_t>(cells.size());
    read.cells = static_cast<std::uint32_t>(row.cells.size());
    read.columns = static_cast<std::uint32_t>(columns_now);
    read.problem = row.problem;
    read.found = row.found;
    read.original = keep(row.original);
    if (!row.problem_column.empty()) read.problem_column = keep(row.problem_column);
    if (!row.sheet.empty()) {
      // Most rows stand on the sheet of the row before.
      const bool same = !rows.empty() && text(rows.back().sheet) == row.sheet;
      read.sheet = same ? rows.back().sheet : keep(row.sheet);
      read.sheet_line = row.sheet_line;
    }
    const char* const begin = row.original.data();
    const char* const end = begin + row.original.size();
    cells.resize(cells.size() + row.cells.size());
    ReadCell* to = cells.data() + read.first_cell;
    for (const Cell& cell : row.cells) {
      // Most cells are parts of the row's own text.
      const bool inside = cell.text.data() >= begin && cell.text.data() + cell.text.size() <= end;
      to->text = inside ? Part{read.original.begin + static_cast<std::uint32_t>(cell.text.data() - begin),
                               static_cast<std::uint32_t>(cell.text.size())}
                        : keep(cell.text);
      (to++)->kind = cell.kind;
    }
    rows.push_back(read);
  }
};

RowPipeline::RowPipeline(PipelineParts parts) : parts_(std::move(parts)) {
  threads_.emplace_back([this] { read_all(); });
  for (int at = 0; at < parts_.threads; ++at) threads_.emplace_back([this] { clean_all(); });
}

RowPipeline::~RowPipeline() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  moved_.notify_all();
  for (auto& thread : threads_) thread.join();
}

std::optional<Portion> RowPipeline::pop() {
  std::unique_lock lock(mutex_);
  if (ended_) return std::nullopt;
  moved_.wait(lock, [this] { return portions_.contains(popped_); });
  auto found = portions_.find(popped_);
  Portion portion = std::move(found->second);
  portions_.erase(found);
  ++popped_;
  ended_ = portion.last || portion.failure.has_value();
  lock.unlock();
  moved_.notify_all();
  return portion;
}

bool RowPipeline::push(std::unique_ptr<Chunk> chunk) {
  std::unique_lock lock(mutex_);
  const auto in_flight = static_cast<std::uint64_t>(parts_.threads) + chunks_ahead;
  moved_.wait(lock, [&] { return pushed_ - popped_ < in_flight || abandoned_; });
  if (abandoned_) return false;
  chunk->number = pushed_++;
  chunks_.push_back(std::move(chunk));
  lock.unlock();
  moved_.notify_all();
  return true;
}

// The memory of chunks goes round: faulting in fresh pages for each would take longer than cutting its rows.
std::unique_ptr<RowPipeline::Chunk> RowPipeline::fresh_chunk() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::make_unique<Chunk>();
  auto chunk = std::move(spare_.back());
  spare_.pop_back();
  return chunk;
}

// --- reading ---

void RowPipeline::read_all() {
  come_behind();
  if (auto done = read_rows(); !done) {
    auto chunk = std::make_unique<Chunk>();
    chunk->failure = std::move(done).error();
    push(std::move(chunk));
  }
  {
    const std::lock_guard lock(mutex_);
    read_ = true;
  }
  moved_.notify_all();
}

Result<void> RowPipeline::read_rows() {
  RowCleaner fitting(parts_.cleaners);
  ReadOptions options;
  options.fit = [&fitting](std::span<const std::string> columns) {
    const ColumnMap& map = fitting.bind(columns);
    return static_cast<int>(std::ranges::count_if(map.shown_of_field, [](int at) { return at >= 0; }) -
                            std::ssize(map.doubled));
  };
  options.whole = [&fitting](std::span<const std::string> columns) { return fitting.bind(columns).usable(); };
  options.field_of = [&fitting](std::string_view column) { return fitting.field_of(column); };
  JW_ASSIGN(auto reader, parts_.open(std::move(options)));
  std::uint32_t version = 0;
  std::shared_ptr<const std::vector<std::string>> columns;
  RowPosition position = reader->position();
  auto chunk = fresh_chunk();
  const auto cut = [&](bool last) {
    chunk->columns = columns;
    chunk->has_header = reader->has_header();
    chunk->after = position;
    chunk->bytes_done = parts_.bytes_read();
    chunk->format = format_text(*reader);
    chunk->encoding = name_of(reader->encoding());
    chunk->notes.assign(reader->notes().begin(), reader->notes().end());
    chunk->last = last;
    const bool taken = push(std::move(chunk));
    chunk = fresh_chunk();
    return taken;
  };
  Row row;
  std::size_t most = parts_.portion_rows();
  for (;;) {
    const auto more = reader->next(row);
    if (version != reader->columns_version()) {
      auto now = std::make_shared<const std::vector<std::string>>(reader->columns().begin(),
                                                                  reader->columns().end());
      // Columns that only grow fit the rows before; others begin a chunk of their own.
      const bool grown = columns && columns->size() <= now->size() &&
                         std::equal(columns->begin(), columns->end(), now->begin());
      if (columns && !grown && !chunk->rows.empty() && !cut(false)) return {};
      columns = std::move(now);
      version = reader->columns_version();
    }
    if (!more) {
      // Rows before the damage are taken.
      if (!chunk->rows.empty()) cut(false);
      return more.error();
    }
    position = reader->position();
    if (!*more) {
      cut(true);
      return {};
    }
    chunk->add(row, columns->size());
    if (chunk->rows.size() % rows_between_looks == 1) most = parts_.portion_rows();
    const bool full = chunk->rows.size() >= most || chunk->bytes.size() >= limits::portion_bytes;
    if (full && !cut(false)) return {};
  }
}

// --- cleaning ---

void RowPipeline::clean_all() {
  come_behind();
  CleaningTools tools = parts_.make_tools();
  RowCleaner cleaner(parts_.cleaners);
  for (;;) {
    std::unique_ptr<Chunk> chunk;
    {
      std::unique_lock lock(mutex_);
      moved_.wait(lock, [this] { return !chunks_.empty() || read_ || abandoned_; });
      if (abandoned_ || chunks_.empty()) return;
      chunk = std::move(chunks_.front());
      chunks_.pop_front();
    }
    Portion portion = clean(*chunk, cleaner, tools);
    const std::uint64_t number = chunk->number;
    chunk->begin_anew();
    {
      const std::lock_guard lock(mutex_);
      portions_.emplace(number, std::move(portion));
      spare_.push_back(std::move(chunk));
    }
    moved_.notify_all();
  }
}

Portion RowPipeline::clean(const Chunk& chunk, RowCleaner& cleaner, CleaningTools& tools) const {
  Portion portion;
  if (chunk.failure) {
    portion.failure = chunk.failure;
    portion.file_at_fault = is_files_fault(*chunk.failure);
    return portion;
  }
  const ColumnMap& map = cleaner.bind(*chunk.columns);
  if (auto fits = check_columns(chunk, map); !fits && !chunk.rows.empty()) {
    portion.failure = std::move(fits).error();
    portion.file_at_fault = true;
    return portion;
  }
  const MarkColumns marks = find_mark_columns(*chunk.columns);
  portion.after = chunk.after;
  portion.bytes_done = chunk.bytes_done;
  portion.format = chunk.format;
  portion.encoding = chunk.encoding;
  portion.notes = chunk.notes;
  portion.last = chunk.last;
  if (!map.unknown.empty())
    portion.notes.push_back({"ingest.note.columns_unknown", {{"columns", joined(map.unknown)}}});

  const auto refuse = [&](const ReadRow& read, std::string field, std::string_view reason) -> RefusedRow& {
    const std::string_view original = chunk.text(read.original);
    portion.refused.push_back({static_cast<std::int64_t>(read.line),
                               std::move(field),
                               std::string(reason),
                               {},
                               std::string(original.substr(0, limits::refused_original_bytes)),
                               RefusedState::open,
                               {},
                               {},
                               {},
                               std::string(chunk.text(read.sheet)),
                               static_cast<std::int64_t>(read.sheet_line)});
    return portion.refused.back();
  };
  std::vector<Cell> cells;
  portion.rows.rows.reserve(chunk.rows.size());
  portion.rows.bytes.reserve(chunk.bytes.size());
  for (const ReadRow& read : chunk.rows) {
    if (read.problem != RowProblem::none) {
      RefusedRow& refused = refuse(read, "", message_of(read.problem));
      refused.arguments.emplace_back("expected", std::to_string(read.columns));
      refused.arguments.emplace_back("found", std::to_string(read.found));
      refused.arguments.emplace_back("column", std::string(chunk.text(read.problem_column)));
      continue;
    }
    cells.clear();
    for (std::uint32_t at = 0; at < read.cells; ++at) {
      const ReadCell& cell = chunk.cells[read.first_cell + at];
      cells.push_back({chunk.text(cell.text), cell.kind});
    }
    Row row;
    row.line = read.line;
    row.cells = cells;
    row.original = chunk.text(read.original);
    const CleanRow& clean = cleaner.clean(row, *tools.context);
    if (clean.refused) {
      const auto field = static_cast<std::size_t>(clean.refused_field);
      refuse(read, parts_.resource.fields[field].name, message_of(clean.fields[field].refusal));
    } else {
      parts_.content.append(clean, static_cast<std::int64_t>(read.line), tools.defaults, portion.rows);
      if (!clean.changes.empty()) ++portion.cleaned;
    }
    if (const auto first_try = first_try_of(row.cells, marks, parts_.resource.id))
      portion.attempts.push_back({*first_try, static_cast<std::int64_t>(read.line), !clean.refused});
  }
  parts_.content.hash_rows(portion.rows);
  if (!portion.refused.empty()) portion.columns = columns_to_text(*chunk.columns);
  return portion;
}

Result<void> RowPipeline::check_columns(const Chunk& chunk, const ColumnMap& map) const {
  if (!map.doubled.empty())
    return Error(ErrorCode::invalid, "ingest.columns_doubled").with("columns", joined(map.doubled));
  if (!chunk.has_header || map.missing.empty()) return {};
  std::vector<std::string> titles;
  for (const auto& name : map.missing)
    titles.push_back(parts_.resource.field(name)->title.zh + " (" + name + ")");
  return Error(ErrorCode::invalid, "ingest.columns_missing").with("columns", joined(titles));
}

}  // namespace jingwei::ingest
