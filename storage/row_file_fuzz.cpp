// Rows of a backup that somebody hands in.
#include "storage/faulty/faulty_file_system.h"
#include "storage/row_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::storage;
  // The head is known to the reader; what follows is the input.
  const std::vector<ColumnDescription> columns = {{"a", ColumnType::integer, true, {}},
                                                  {"b", ColumnType::real, true, {}},
                                                  {"c", ColumnType::text, true, {}},
                                                  {"d", ColumnType::bytes, true, {}}};
  std::string bytes(
      "JWROWS1\n\x04\x00\x01"
      "a\x01\x01"
      "b\x02\x01"
      "c\x03\x01"
      "d",
      21);
  bytes.append(reinterpret_cast<const char*>(data), size);
  FaultyFileSystem files(1);
  auto file = files.open("/t.rows", jingwei::OpenMode::create);
  static_cast<void>((*file)->write(0, std::as_bytes(std::span(bytes))));
  auto reader = RowFileReader::open(files, "/t.rows", columns);
  if (!reader.ok()) return 0;
  std::vector<Value> cells;
  for (;;) {
    const auto more = (*reader)->next(cells);
    if (!more.ok() || !*more) return 0;
  }
}
