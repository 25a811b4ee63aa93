#include "modules/ingest/reading/file_rows.h"

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

// Whether the compound file wraps an Office file under a password: a stream of that name stands in its folder
// ([MS-OFFCRYPTO] 2.3.4.4), which writers put near the beginning or the end.
Result<bool> has_password(File& file) {
  using namespace std::string_view_literals;
  constexpr std::string_view name = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"sv;
  constexpr std::uint64_t look_bytes = 2 << 20;
  JW_ASSIGN(const std::uint64_t size, file.size());
  std::string part(look_bytes, '\0');
  for (const std::uint64_t at : {std::uint64_t{0}, size > look_bytes ? size - look_bytes : 0}) {
    JW_ASSIGN(const std::size_t got, file.read(at, std::as_writable_bytes(std::span(part))));
    if (std::string_view(part.data(), got).find(name) != std::string_view::npos) return true;
  }
  return false;
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
      JW_ASSIGN(const bool locked, has_password(*file));
      return Error(ErrorCode::unsupported,
                   locked ? "ingest.workbook_encrypted" : std::string(refusal_of(kind)));
    }
    default:
      return Error(ErrorCode::unsupported, std::string(refusal_of(kind)));
  }
}

}  // namespace jingwei::ingest
