#include "modules/ingest/reading/row_reader.h"

#include "modules/ingest/fhir/fhir_kind.h"
#include "modules/ingest/fhir/fhir_reader.h"
#include "modules/ingest/reading/csv_reader.h"
#include "modules/ingest/reading/json_document_reader.h"
#include "modules/ingest/reading/json_lines_reader.h"
#include "modules/ingest/reading/line_buffer.h"

namespace jingwei::ingest {

std::string_view message_of(RowProblem problem) {
  constexpr std::array<std::string_view, 15> ids = {"",
                                                    "refuse.row.few_fields",
                                                    "refuse.row.many_fields",
                                                    "refuse.row.unclosed_quote",
                                                    "refuse.row.stray_quote",
                                                    "refuse.row.too_long",
                                                    "refuse.row.nul_byte",
                                                    "refuse.row.bad_encoding",
                                                    "refuse.row.bad_json",
                                                    "refuse.row.not_object",
                                                    "refuse.row.nested_value",
                                                    "refuse.row.duplicate_key",
                                                    "refuse.row.fhir_version",
                                                    "refuse.row.fhir_resource",
                                                    "refuse.row.too_deep"};
  return ids.at(static_cast<std::size_t>(problem));
}

std::string format_text(const RowReader& reader) {
  constexpr std::array<std::string_view, 5> formats = {"csv", "json-lines", "json", "xlsx", "fhir"};
  constexpr std::array<std::string_view, 3> containers = {"", "+gzip", "+zip"};
  return std::string(formats.at(static_cast<std::size_t>(reader.format()))) +
         std::string(containers.at(static_cast<std::size_t>(reader.container())));
}

Result<std::unique_ptr<RowReader>> open_rows(std::unique_ptr<ByteSource> source, const ReadOptions& options) {
  constexpr std::size_t mark_bytes =
      3;  // the longest byte order mark; a source may hand bytes over one by one
  DecodedSource decoded;
  if (options.encoding) {
    std::string begun(mark_bytes, '\0');
    std::size_t size = 0;
    for (std::size_t got = 1; size < mark_bytes && got > 0; size += got) {
      JW_ASSIGN(got, source->read(std::as_writable_bytes(std::span(begun).subspan(size))));
    }
    begun.resize(size);
    decoded = {decode(std::move(source), *options.encoding, std::move(begun)), *options.encoding};
  } else {
    JW_ASSIGN(decoded, decode_detected(std::move(source)));
  }
  auto buffer = std::make_unique<LineBuffer>(std::move(decoded.source));
  JW_TRY(buffer->advance(0));
  constexpr std::size_t look_bytes = 64 * 1024;
  const std::string_view begin(buffer->data(), std::min(buffer->end(), look_bytes));
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return buffer->failure().value_or(Error(ErrorCode::invalid, "ingest.empty_file"));
  }
  RowFormat format = begin[first] == '{' ? RowFormat::json_lines : RowFormat::csv;
  if (is_json_document({buffer->data(), buffer->end()}, buffer->ended())) format = RowFormat::json;
  const std::string_view window(buffer->data(), buffer->end());
  const FhirKind fhir =
      options.format.value_or(RowFormat::fhir) == RowFormat::fhir ? fhir_kind(window) : FhirKind::none;
  if (fhir == FhirKind::xml) return Error(ErrorCode::unsupported, "ingest.fhir_xml");
  if (fhir != FhirKind::none) format = RowFormat::fhir;
  format = options.format.value_or(format);
  std::unique_ptr<RowReader> reader;
  if (format == RowFormat::json_lines) {
    JW_ASSIGN(reader, read_json_lines(std::move(buffer), options.resume));
  } else if (format == RowFormat::fhir) {
    const auto lines = fhir == FhirKind::lines ? FhirLayout::lines : FhirLayout::document;
    JW_ASSIGN(reader, read_fhir(std::move(buffer), lines, options.resume, options.paths));
  } else if (format == RowFormat::json) {
    JW_ASSIGN(reader, read_json_document(std::move(buffer), options.resume));
  } else {
    const char delimiter = options.delimiter != '\0' ? options.delimiter : detect_delimiter(begin);
    JW_ASSIGN(reader, read_csv(std::move(buffer), detect_dialect(begin, delimiter), options));
  }
  reader->describe(format, decoded.encoding, Container::none);
  return reader;
}

}  // namespace jingwei::ingest
