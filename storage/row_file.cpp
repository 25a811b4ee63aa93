#include "storage/row_file.h"

#include <bit>

#include "base/limits.h"

namespace jingwei::storage {

namespace {

constexpr std::string_view row_file_magic = "JWROWS1\n";
constexpr char row_mark = 1, end_mark = 0;
constexpr char null_cell = 0, value_cell = 1;
constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t head_columns = 4'096;

// Seven bits a byte, the lowest first, the last without the high bit.
void append_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

std::optional<std::uint64_t> number_at(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

void append_fixed(std::string& out, std::uint64_t bits) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift & 0xff);
}

std::uint64_t fixed_at(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (int at = 7; at >= 0; --at)
    bits = bits << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(at)]);
  return bits;
}

std::string head_of(const std::vector<ColumnDescription>& columns) {
  std::string head(row_file_magic);
  append_number(head, columns.size());
  for (const auto& column : columns) {
    head += static_cast<char>(column.type);
    append_number(head, column.name.size());
    head += column.name;
  }
  return head;
}

}  // namespace

void append_row(std::string& out, const std::vector<ColumnDescription>& columns, const Row& row) {
  for (std::size_t at = 0; at < columns.size(); ++at) {
    const int column = static_cast<int>(at);
    if (row.is_null(column)) {
      out += null_cell;
      continue;
    }
    out += value_cell;
    switch (columns[at].type) {
      case ColumnType::integer: {
        const auto number = static_cast<std::uint64_t>(row.integer(column));
        append_number(out, number << 1 ^ (row.integer(column) < 0 ? ~std::uint64_t{0} : 0));
        break;
      }
      case ColumnType::real:
        append_fixed(out, std::bit_cast<std::uint64_t>(row.real(column)));
        break;
      default: {
        const std::string_view bytes =
            columns[at].type == ColumnType::text ? row.text(column) : row.blob(column);
        append_number(out, bytes.size());
        out += bytes;
      }
    }
  }
}

Result<std::unique_ptr<RowFileWriter>> RowFileWriter::create(FileSystem& files, const std::string& path,
                                                             const TableDescription& table) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::create));
  std::unique_ptr<RowFileWriter> writer(new RowFileWriter(std::move(file), table));
  writer->buffer_ = head_of(table.columns);
  return writer;
}

Result<void> RowFileWriter::add(const Row& row) {
  row_.clear();
  append_row(row_, columns_, row);
  if (row_.size() > limits::backup_row_bytes)
    return Error(ErrorCode::too_large, "storage.row_too_large")
        .with("limit", std::to_string(limits::backup_row_bytes));
  digest_.add(row_);
  buffer_ += row_mark;
  append_number(buffer_, row_.size());
  buffer_ += row_;
  return buffer_.size() < piece_bytes ? Result<void>() : flush();
}

Result<void> RowFileWriter::flush() {
  JW_TRY(file_->write(written_, std::as_bytes(std::span(buffer_))));
  hasher_.add(buffer_);
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<FileFacts> RowFileWriter::finish() {
  buffer_ += end_mark;
  append_fixed(buffer_, static_cast<std::uint64_t>(digest_.rows()));
  JW_TRY(flush());
  JW_TRY(file_->sync());
  return FileFacts{static_cast<std::int64_t>(written_), hex_of(hasher_.finish())};
}

Result<std::unique_ptr<RowFileReader>> RowFileReader::open(FileSystem& files, const std::string& path,
                                                           const std::vector<ColumnDescription>& columns) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  std::unique_ptr<RowFileReader> reader(new RowFileReader(std::move(file), path, columns));
  JW_TRY(reader->read_head());
  return reader;
}

Error RowFileReader::damaged(std::string_view what) const {
  return Error(ErrorCode::corrupt, "storage.rows_damaged")
      .with("file", path_.substr(path_.rfind('/') + 1))
      .with("byte", std::to_string(offset_))
      .because(std::string(what));
}

// The next bytes of the file; the view lives until the next call.
Result<std::string_view> RowFileReader::take(std::size_t bytes) {
  if (buffer_.size() - at_ < bytes) {
    buffer_.erase(0, at_);
    at_ = 0;
    while (buffer_.size() < bytes) {
      const std::size_t before = buffer_.size();
      buffer_.resize(std::max(before + piece_bytes, bytes));
      JW_ASSIGN(const std::size_t got,
                file_->read(fetched_, std::as_writable_bytes(std::span(buffer_)).subspan(before)));
      buffer_.resize(before + got);
      fetched_ += got;
      if (got == 0) return damaged("the file ends too early");
    }
  }
  const std::string_view taken(buffer_.data() + at_, bytes);
  hasher_.add(taken);
  at_ += bytes;
  offset_ += bytes;
  return taken;
}

Result<std::uint64_t> RowFileReader::take_number() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    JW_ASSIGN(const std::string_view byte, take(1));
    const auto bits = static_cast<unsigned char>(byte.front());
    number |= static_cast<std::uint64_t>(bits & 0x7f) << shift;
    if (bits < 0x80) return number;
  }
  return damaged("a length is malformed");
}

Result<void> RowFileReader::read_head() {
  const std::string wanted = head_of(columns_);
  if (columns_.size() > head_columns) return damaged("too many columns");
  JW_ASSIGN(const std::string_view head, take(wanted.size()));
  if (head != wanted) {
    offset_ = 0;
    return damaged("the head names other columns than the manifest");
  }
  return {};
}

Result<bool> RowFileReader::next(std::vector<Value>& cells) {
  JW_ASSIGN(const std::string_view mark, take(1));
  if (mark.front() == row_mark) {
    JW_ASSIGN(const std::uint64_t length, take_number());
    if (length > limits::backup_row_bytes) return damaged("a row is too long");
    JW_ASSIGN(const std::string_view row, take(static_cast<std::size_t>(length)));
    digest_.add(row);
    JW_TRY(read_cells(row, cells));
    return true;
  }
  if (mark.front() != end_mark) return damaged("neither a row nor the end");
  JW_ASSIGN(const std::string_view count, take(sizeof(std::uint64_t)));
  if (fixed_at(count) != static_cast<std::uint64_t>(digest_.rows())) return damaged("another number of rows");
  JW_ASSIGN(const std::uint64_t size, file_->size());
  if (size != offset_) return damaged("something follows the end");
  return false;
}

Result<void> RowFileReader::read_cells(std::string_view row, std::vector<Value>& cells) const {
  cells.resize(columns_.size());
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    if (row.empty()) return damaged("a row ends too early");
    const char mark = row.front();
    row.remove_prefix(1);
    if (mark == null_cell) {
      cells[at] = Null{};
      continue;
    }
    if (mark != value_cell) return damaged("a cell is malformed");
    if (columns_[at].type == ColumnType::real) {
      if (row.size() < 8) return damaged("a number ends too early");
      cells[at] = std::bit_cast<double>(fixed_at(row));
      row.remove_prefix(8);
      continue;
    }
    const auto number = number_at(row);
    if (!number) return damaged("a number is malformed");
    if (columns_[at].type == ColumnType::integer) {
      cells[at] = static_cast<std::int64_t>(*number >> 1 ^ (~(*number & 1) + 1));
      continue;
    }
    if (*number > row.size()) return damaged("a text ends too early");
    std::string bytes(row.substr(0, static_cast<std::size_t>(*number)));
    row.remove_prefix(bytes.size());
    if (columns_[at].type == ColumnType::text) {
      cells[at] = std::move(bytes);
    } else {
      cells[at] = Blob{std::move(bytes)};
    }
  }
  return row.empty() ? Result<void>() : damaged("a row is too long");
}

}  // namespace jingwei::storage
