// Reading an Excel workbook on one thread: person rows of ten columns, texts shared or in their cells.
//
// xlsx_bench FILE. One JSON line: median of three rounds over the whole file, as ingest reads it.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/file_system.h"
#include "base/json.h"
#include "modules/ingest/reading/file_rows.h"

int main(int count, char** arguments) {
  using namespace jingwei;
  using Steady = std::chrono::steady_clock;
  if (count < 2) {
    std::fprintf(stderr, "usage: xlsx_bench FILE\n");
    return 2;
  }
  std::vector<double> seconds;
  std::size_t rows = 0, columns = 0;
  for (int round = 0; round < 3; ++round) {
    const auto start = Steady::now();
    auto file = real_file_system().open(arguments[1], OpenMode::read);
    if (!file) {
      std::fprintf(stderr, "%s\n", file.error().to_log().c_str());
      return 1;
    }
    auto reader = ingest::open_file(std::move(*file));
    if (!reader) {
      std::fprintf(stderr, "%s\n", reader.error().to_log().c_str());
      return 1;
    }
    columns = (*reader)->columns().size();
    ingest::Row row;
    rows = 0;
    while ((*reader)->next(row).value()) ++rows;
    seconds.push_back(std::chrono::duration<double>(Steady::now() - start).count());
  }
  std::ranges::sort(seconds);
  JsonWriter out;
  out.begin_object();
  out.member("bench", "ingest");
  out.member("what", "parse_xlsx_rows");
  out.member("value", static_cast<double>(rows) / seconds[1]);
  out.member("unit", "rows/s, read, one thread");
  out.member("rows", rows);
  out.member("columns", columns);
  out.end_object();
  std::printf("%s\n", out.text().c_str());
  return 0;
}
