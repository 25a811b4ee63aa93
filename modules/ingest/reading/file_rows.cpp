#include "modules/ingest/reading/file_rows.h"

#include "modules/ingest/reading/compound_file.h"
#include "modules/ingest/reading/file_kind.h"
#include "modules/ingest/reading/gzip_source.h"
#include "modules/ingest/reading/peeked_source.h"
#include "modules/ingest/reading/xlsx_reader.h"
#include "modules/ingest/reading/xlsx_workbook.h"
#include "modules/ingest/reading/zip_rows.h"

namespace jingwei::ingest {

namespace {

Result<std::unique_ptr<RowReader>> open_gzip(std::unique_ptr<ByteSource> packed, const ReadOptions& options) {
  auto source = std::make_unique<PeekedSource>(gunzip(std::move(packed)));
  JW_ASSIGN(const std::string_view begin, source->peek(file_kind_bytes));
  const FileKind kind = file_kind(begin);
  if (kind == FileKind::gzip || kind == FileKind::zip || kind == FileKind::packed)
    return Error(ErrorCode::unsupported, "ingest.nested_container");
  if (!refusal_of(kind).empty()) return Error(ErrorCode::unsupported, std::string(refusal_of(kind)));
  JW_ASSIGN(auto reader, open_rows(std::move(source), options));
  reader->describe(reader->format(), reader->encoding(), Container::gzip);
  return reader;
}

Result<std::unique_ptr<RowReader>> open_zip(std::unique_ptr<File> file, const ReadOptions& options) {
  JW_ASSIGN(auto archive, ZipArchive::open(std::move(file)));
  JW_ASSIGN(const bool workbook, is_workbook(*archive));
  if (workbook) return read_workbook(std::move(archive), options);
  return read_zip(std::move(archive), options);
}

// What a compound file says of itself: Office and LibreOffice wrap a workbook under a password in one
// ([MS-OFFCRYPTO] 2.3.4: streams EncryptionInfo and EncryptedPackage), other than a document of old.
Result<std::string_view> refusal_of_compound(File& file) {
  JW_ASSIGN(const auto names, compound_names(file));
  const bool locked = std::ranges::find(names, "EncryptedPackage") != names.end();
  return locked ? std::string_view("ingest.workbook_encrypted") : refusal_of(FileKind::old_office);
}

}  // namespace

Result<std::unique_ptr<RowReader>> open_file(std::unique_ptr<File> file, const ReadOptions& options) {
  std::string begin(file_kind_bytes, '\0');
  JW_ASSIGN(const std::size_t size, file->read(0, std::as_writable_bytes(std::span(begin))));
  begin.resize(size);
  const FileKind kind = file_kind(begin);
  switch (kind) {
    case FileKind::text:
      return open_rows(source_of(std::move(file)), options);
    case FileKind::gzip:
      return open_gzip(source_of(std::move(file)), options);
    case FileKind::empty:
      return Error(ErrorCode::invalid, std::string(refusal_of(kind)));
    case FileKind::zip:
      return open_zip(std::move(file), options);
    case FileKind::old_office: {
      JW_ASSIGN(const std::string_view refusal, refusal_of_compound(*file));
      return Error(ErrorCode::unsupported, std::string(refusal));
    }
    default:
      return Error(ErrorCode::unsupported, std::string(refusal_of(kind)));
  }
}

}  // namespace jingwei::ingest
