// Reading an Excel workbook on one thread: person rows of ten columns, their texts in the cells, or whatever
// a workbook of one's own holds.
//
// xlsx_bench [ROWS|FILE]. JSON lines: median of three rounds over the whole file, as ingest reads it, and the
// most memory held.
#include <algorithm>
#include <cctype>

#include "base/file_system.h"
#include "bench/measure.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/reading/file_rows.h"
#include "spreadsheet/workbook_writer.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using bench::give_up, bench::median, bench::must, bench::seconds_since;

constexpr int most_rows = 1'048'575;  // a sheet's, under its header
const char* const columns[] = {"姓名",     "性别", "身份证号", "联系电话", "出生日期",
                               "登记时间", "住址", "社区",     "体温",     "常住"};

std::string digits_of(int number, int wide) {
  const std::string text = std::to_string(number);
  return std::string(static_cast<std::size_t>(std::max(0, wide - static_cast<int>(text.size()))), '0') + text;
}

void write_people(const std::string& path, int rows) {
  spreadsheet::WorkbookWriter book(path);
  book.sheet("人员");
  for (int column = 0; column < 10; ++column) book.text(0, column, columns[column]);
  for (int row = 1; row <= rows; ++row) {
    const int year = 1940 + row / 335'664 % 75, month = 1 + row / 27'972 % 12, day = 1 + row / 999 % 28;
    std::string id = "440402" + std::to_string(year) + digits_of(month, 2) + digits_of(day, 2) +
                     digits_of(1 + row % 999, 3);
    id += ingest::citizen_id_check(id);
    book.text(row, 0, row % 3 == 0 ? "欧阳建国" : "张伟");
    book.text(row, 1, row % 2 == 0 ? "男" : "女");
    book.text(row, 2, id);
    book.text(row, 3, "139" + digits_of(row % 100'000'000, 8));
    book.number(row, 4, 14'000 + row % 30'000, spreadsheet::CellStyle::date);
    book.text(row, 5, "2020-02-" + digits_of(day, 2) + " 08:" + digits_of(row % 60, 2) + ":00");
    book.text(row, 6, "珠海市香洲区情侣中路" + std::to_string(row % 300) + "号");
    book.text(row, 7, "440402001" + digits_of(1 + row % 150, 3));
    book.number(row, 8, 36 + row % 10 * 0.1);
    book.text(row, 9, "是");
  }
  must(book.close());
}

}  // namespace

int main(int count, char** arguments) {
  const std::string asked = count > 1 ? arguments[1] : "100000";
  const bool is_number =
      std::all_of(asked.begin(), asked.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  storage::TemporaryFolder folder;
  std::string path = asked;
  if (is_number) {
    path = folder.path() + "/people.xlsx";
    write_people(path, std::clamp(std::atoi(asked.c_str()), 1, most_rows));
  }
  std::vector<double> seconds;
  std::size_t rows = 0;
  for (int round = 0; round < 3; ++round) {
    const auto start = bench::Steady::now();
    const auto reader = must(ingest::open_file(must(real_file_system().open(path, OpenMode::read))));
    ingest::Row row;
    rows = 0;
    while (must(reader->next(row))) ++rows;
    seconds.push_back(seconds_since(start));
  }
  const bench::Reporter report("ingest", "rows");
  report("parse_xlsx_rows", static_cast<double>(rows) / median(seconds), "rows/s read, one thread", rows);
  report("parse_xlsx_memory", bench::peak_megabytes(), "MB at most, this process", rows);
}
