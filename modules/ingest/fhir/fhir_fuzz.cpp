// Any bytes as FHIR, a document or lines: rows or an error that has a sentence, and reading ends; the rows
// are the same when reading begins again behind the first of them.
#include "base/limits.h"
#include "base/messages.h"
#include "modules/ingest/fhir/fhir_kind.h"
#include "modules/ingest/fhir/fhir_reader.h"
#include "modules/ingest/messages.gen.h"

namespace {

using namespace jingwei::ingest;

// How many rows came; `first` is where the first of them ends.
std::size_t read_all(RowReader& reader, RowPosition* first) {
  Row row;
  for (std::size_t rows = 0;; ++rows) {
    const auto more = reader.next(row);
    if (!more) JW_ASSERT(!jingwei::render(more.error(), jingwei::Language::zh).empty());
    if (!more || !*more) return rows;
    JW_ASSERT(row.cells.size() == reader.columns().size() || row.problem != RowProblem::none);
    JW_ASSERT(row.original.size() <= jingwei::limits::refused_original_bytes);
    if (rows == 0 && first != nullptr) *first = reader.position();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool registered = (register_messages(), true);
  static_cast<void>(registered);
  if (size == 0) return 0;
  // The first byte says which layout the others are read in.
  const auto layout = data[0] % 2 == 0 ? FhirLayout::document : FhirLayout::lines;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(fhir_kind(bytes));
  const auto open = [&](RowPosition resume) -> jingwei::Result<std::unique_ptr<RowReader>> {
    auto buffer = std::make_unique<LineBuffer>(source_of(bytes));
    JW_TRY(buffer->advance(0));
    return read_fhir(std::move(buffer), layout, resume);
  };
  auto reader = open({});
  if (!reader.ok()) {
    JW_ASSERT(!jingwei::render(reader.error(), jingwei::Language::zh).empty());
    return 0;
  }
  RowPosition first;
  const std::size_t rows = read_all(**reader, &first);
  if (rows == 0) return 0;
  auto again = open(first);
  JW_ASSERT(again.ok());
  JW_ASSERT(read_all(**again, nullptr) + 1 == rows);
  return 0;
}
