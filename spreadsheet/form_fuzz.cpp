// Fuzzes an Excel form that somebody sent, whole and from the inside: it is refused with a reason, or read,
// filled and saved, and what was filled stands in what was saved.
#include "base/messages.h"
#include "spreadsheet/messages.gen.h"
#include "spreadsheet/workbook_edit.h"
#include "tests/support/fuzzed_workbook.h"

namespace {

using namespace jingwei::spreadsheet;

void expect_sentence(const jingwei::Error& error) {
  for (const auto language : {jingwei::Language::zh, jingwei::Language::en})
    JW_ASSERT(jingwei::render(error, language) != error.message);
}

void read_and_fill(std::string bytes) {
  auto book = WorkbookEdit::open(std::move(bytes));
  if (!book) return expect_sentence(book.error());
  for (std::size_t sheet = 0; sheet < (*book)->sheets().size(); ++sheet) {
    const auto grid = (*book)->grid(sheet);
    if (!grid) {
      expect_sentence(grid.error());
      continue;
    }
    constexpr int row = 3, column = 1;
    const auto* there = grid->cell(row, column);
    const bool formula = there != nullptr && there->formula;
    if (!(*book)->set_text(sheet, row, column, "=填入 <&>") ||
        !(*book)->set_number(sheet, row + 1, column, 4.5))
      continue;
    const auto saved = (*book)->save();
    if (!saved) continue;
    auto again = WorkbookEdit::open(*saved);
    JW_ASSERT(again.ok());
    const auto filled = (*again)->grid(sheet);
    JW_ASSERT(filled.ok());
    if (!formula && grid->merged_at(row, column) == nullptr)
      JW_ASSERT(filled->text(row, column) == "=填入 <&>");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool registered = (register_messages(), true);
  static_cast<void>(registered);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read_and_fill(std::string(input));
  read_and_fill(jingwei::testing::fuzzed_workbook(input));
  return 0;
}
