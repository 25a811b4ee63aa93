// jingwei-holidays: compiles the npm package chinese-days into one file, at build time.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/file_system.h"
#include "modules/cases/calendar/holiday_file.h"

namespace jingwei::cases {
namespace {

constexpr std::uint64_t package_bytes = 4 << 20;

Result<std::size_t> compile(const std::string& from, const std::string& out) {
  FileSystem& files = real_file_system();
  JW_ASSIGN(const std::string json, read_text(files, from, package_bytes));
  JW_ASSIGN(const SpecialDays days, read_holiday_package(json));
  JW_TRY(write_text_durably(files, out, write_holidays(days)));
  return days.size();
}

}  // namespace
}  // namespace jingwei::cases

int main(int count, char** values) {
  std::string from, out;
  CLI::App app("Compiles the npm package chinese-days into the list of special days.");
  app.add_option("--from", from, "The package's dist/chinese-days.json")->required();
  app.add_option("--out", out, "File to write, holidays.csv")->required();
  CLI11_PARSE(app, count, values);
  const auto days = jingwei::cases::compile(from, out);
  if (!days.ok()) {
    std::fprintf(stderr, "jingwei-holidays: %s\n", days.error().to_log().c_str());
    return 1;
  }
  std::printf("%zu days\n", *days);
  return 0;
}
