// A sound workbook whose sheet, texts, styles and names are a fuzzer's bytes.
#pragma once

#include "tests/support/stored_zip.h"

namespace jingwei::testing {

// Parts are divided by "\n\n": what stands in <sheetData> and behind it; the shared strings; the styles;
// attributes of the workbook; what stands in <sheetData> of a second sheet, if any. The first byte says which
// of them are whole parts of their own instead.
inline std::string fuzzed_workbook(std::string_view input) {
  const unsigned char raw = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  if (!input.empty()) input.remove_prefix(1);
  const auto next = [&] {
    const std::size_t end = std::min(input.find("\n\n"), input.size());
    std::string part(input.substr(0, end));
    input.remove_prefix(std::min(end + 2, input.size()));
    return part;
  };
  const std::string head = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  const std::string main = R"( xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")";
  const std::string kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  const auto wrapped = [&](const std::string& element, const std::string& content, unsigned bit) {
    if ((raw & bit) != 0) return content;
    return head + "<" + element + main + ">" + content + "</" + element + ">";
  };
  const auto relation = [&](const std::string& id, const std::string& kind, const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + kinds + kind + "\" Target=\"" + target + "\"/>";
  };
  const std::string sheet = next(), strings = next(), styles = next(), properties = next(), second = next();
  const std::string sheet_xml =
      (raw & 8U) != 0 ? sheet : wrapped("worksheet", "<sheetData>" + sheet + "</sheetData>", 0);
  return stored_zip(
      {{"[Content_Types].xml",
        head + R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>)"},
       {"_rels/.rels",
        head + "<Relationships>" + relation("w", "officeDocument", "xl/workbook.xml") + "</Relationships>"},
       {"xl/workbook.xml", (raw & 4U) != 0
                               ? properties
                               : head + "<workbook" + main + " xmlns:r=\"" +
                                     kinds.substr(0, kinds.size() - 1) + "\"><workbookPr " + properties +
                                     R"(/><sheets><sheet name="S" sheetId="1" r:id="r1"/>)" +
                                     (second.empty() ? "" : R"(<sheet name="T" sheetId="2" r:id="r4"/>)") +
                                     "</sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels",
        head + "<Relationships>" + relation("r1", "worksheet", "worksheets/sheet1.xml") +
            relation("r2", "sharedStrings", "sharedStrings.xml") + relation("r3", "styles", "styles.xml") +
            relation("r4", "worksheet", "worksheets/sheet2.xml") + "</Relationships>"},
       {"xl/worksheets/sheet1.xml", sheet_xml},
       {"xl/worksheets/sheet2.xml", wrapped("worksheet", "<sheetData>" + second + "</sheetData>", 0)},
       {"xl/sharedStrings.xml", wrapped("sst", strings, 1)},
       {"xl/styles.xml", wrapped("styleSheet", styles, 2)}});
}

}  // namespace jingwei::testing
