// Rows of one table in a file, in a form that no storage owns (docs/formats/backup.md). The bytes of a row
// are canonical: equal rows have equal bytes, on whatever storage they were read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "storage/digest.h"
#include "storage/snapshot.h"

namespace jingwei::storage {

// The canonical bytes of a row whose columns are of these types.
void append_row(std::string& out, const std::vector<ColumnDescription>& columns, const Row& row);

struct FileFacts {
  std::int64_t bytes = 0;
  std::string sha256;  // 64 digits
};

// Writes rows; the file is whole when `finish` has returned, and synced then.
class RowFileWriter {
 public:
  static Result<std::unique_ptr<RowFileWriter>> create(FileSystem& files, const std::string& path,
                                                       const TableDescription& table);
  Result<void> add(const Row& row);
  Result<FileFacts> finish();
  const RowsDigest& digest() const { return digest_; }
  std::int64_t bytes() const { return static_cast<std::int64_t>(written_ + buffer_.size()); }

 private:
  RowFileWriter(std::unique_ptr<File> file, const TableDescription& table)
      : file_(std::move(file)), columns_(table.columns) {}
  Result<void> flush();

  std::unique_ptr<File> file_;
  std::vector<ColumnDescription> columns_;
  std::string buffer_, row_;
  std::uint64_t written_ = 0;
  Sha256 hasher_;
  RowsDigest digest_;
};

// Reads them again, checking all it reads. Errors: corrupt "storage.rows_damaged" with file and byte, the
// file's.
class RowFileReader {
 public:
  // `columns` as they should stand in the file's head.
  static Result<std::unique_ptr<RowFileReader>> open(FileSystem& files, const std::string& path,
                                                     const std::vector<ColumnDescription>& columns);
  // One row into `cells`; false behind the last, when the whole file has been read.
  Result<bool> next(std::vector<Value>& cells);
  const RowsDigest& digest() const { return digest_; }
  // Of the whole file, once `next` has given false.
  FileFacts facts() { return {static_cast<std::int64_t>(offset_), hex_of(hasher_.finish())}; }

 private:
  RowFileReader(std::unique_ptr<File> file, std::string path, const std::vector<ColumnDescription>& columns)
      : file_(std::move(file)), path_(std::move(path)), columns_(columns) {}
  Error damaged(std::string_view what) const;
  Result<std::string_view> take(std::size_t bytes);
  Result<std::uint64_t> take_number();
  Result<void> read_head();
  Result<void> read_cells(std::string_view row, std::vector<Value>& cells) const;

  std::unique_ptr<File> file_;
  std::string path_;
  std::vector<ColumnDescription> columns_;
  std::string buffer_;
  std::size_t at_ = 0;         // in the buffer
  std::uint64_t offset_ = 0;   // in the file, of what has been taken
  std::uint64_t fetched_ = 0;  // in the file, of what has been read
  Sha256 hasher_;
  RowsDigest digest_;
};

}  // namespace jingwei::storage
