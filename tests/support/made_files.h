// Files made by tests: zip archives, gzip, workbooks. Nothing binary is kept in the tree.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct lxw_workbook;

namespace jingwei::testing {

using NamedText = std::pair<std::string, std::string>;

// A zip of files by name. With a password (AES-256) where one is given.
std::string made_zip(const std::vector<NamedText>& files, const std::string& password = {});
std::string made_gzip(std::string_view text);

// A workbook that `fill` writes with libxlsxwriter, as bytes.
class WorkbookMaker {
 public:
  WorkbookMaker();
  ~WorkbookMaker();
  lxw_workbook* get() { return workbook_; }
  // Ends it; call once.
  std::string bytes();

 private:
  std::string path_;
  lxw_workbook* workbook_;
};

// A workbook of sheets given as XML: for what libxlsxwriter cannot write. `sheet_data` is what stands in
// <worksheet>, `strings` what stands in <sst>, `styles` what stands in <styleSheet>.
struct RawWorkbook {
  std::vector<NamedText> sheets;  // name (with " hidden" behind for a hidden one), content of <worksheet>
  std::string strings, styles;
  std::string workbook_properties;  // attributes of <workbookPr>
  std::string prefix;               // of every name in the sheets: "x:"
  std::vector<NamedText> further;   // other parts
};
std::string made_workbook(const RawWorkbook& raw);

}  // namespace jingwei::testing
