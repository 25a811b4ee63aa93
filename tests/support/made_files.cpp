#include "tests/support/made_files.h"

#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace jingwei::testing {

namespace {

std::string temporary_path() {
  std::string path = "/tmp/jingwei-made-XXXXXX";
  const int made = mkstemp(path.data());
  if (made < 0) std::abort();
  close(made);
  return path;
}

std::string taken_back(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::remove(path.c_str());
  return bytes;
}

}  // namespace

std::string made_zip(const std::vector<NamedText>& files, const std::string& password) {
  const std::string path = temporary_path();
  int fault = 0;
  zip_t* const zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &fault);
  if (zip == nullptr) std::abort();
  if (!password.empty()) zip_set_default_password(zip, password.c_str());
  for (const auto& [name, text] : files) {
    zip_source_t* const source = zip_source_buffer(zip, text.data(), text.size(), 0);
    const zip_int64_t at = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (at < 0) std::abort();
    if (!password.empty())
      zip_file_set_encryption(zip, static_cast<zip_uint64_t>(at), ZIP_EM_AES_256, nullptr);
  }
  if (zip_close(zip) != 0) std::abort();
  return taken_back(path);
}

std::string made_gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

WorkbookMaker::WorkbookMaker() : path_(temporary_path()), workbook_(workbook_new(path_.c_str())) {}

WorkbookMaker::~WorkbookMaker() {
  if (workbook_ != nullptr) static_cast<void>(bytes());
}

std::string WorkbookMaker::bytes() {
  if (workbook_close(workbook_) != LXW_NO_ERROR) std::abort();
  workbook_ = nullptr;
  return taken_back(path_);
}

std::string made_workbook(const RawWorkbook& raw) {
  const std::string head = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";
  const std::string main = R"(xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")";
  const std::string types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  std::string sheets, relations;
  std::vector<NamedText> parts;
  int number = 0;
  for (const auto& [name, content] : raw.sheets) {
    const std::string id = std::to_string(++number);
    const bool hidden = name.ends_with(" hidden");
    sheets += R"(<sheet name=")" + (hidden ? name.substr(0, name.size() - 7) : name) + R"(" sheetId=")" + id +
              (hidden ? R"(" state="hidden)" : "") + R"(" r:id="r)" + id + R"("/>)";
    relations += R"(<Relationship Id="r)" + id + R"(" Type=")" + types +
                 R"(worksheet" Target="worksheets/sheet)" + id + R"(.xml"/>)";
    const std::string bound =
        raw.prefix.empty() ? main : "xmlns:" + raw.prefix.substr(0, raw.prefix.size() - 1) + main.substr(5);
    parts.emplace_back(
        "xl/worksheets/sheet" + id + ".xml",
        head + "<" + raw.prefix + "worksheet " + bound + ">" + content + "</" + raw.prefix + "worksheet>");
  }
  const auto add = [&](const std::string& type, const std::string& file, const std::string& text) {
    relations +=
        R"(<Relationship Id=")" + type + R"(" Type=")" + types + type + R"(" Target=")" + file + R"("/>)";
    parts.emplace_back("xl/" + file, text);
  };
  if (!raw.strings.empty())
    add("sharedStrings", "sharedStrings.xml", head + "<sst " + main + ">" + raw.strings + "</sst>");
  if (!raw.styles.empty())
    add("styles", "styles.xml", head + "<styleSheet " + main + ">" + raw.styles + "</styleSheet>");
  for (const auto& [name, text] : raw.further) {
    if (name == "xl/vbaProject.bin") {
      add("vbaProject", "vbaProject.bin", text);
    } else {
      parts.emplace_back(name, text);
    }
  }
  std::vector<NamedText> files = {
      {"[Content_Types].xml",
       head + R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>)"},
      {"_rels/.rels", head + R"(<Relationships><Relationship Id="w" Type=")" + types +
                          R"(officeDocument" Target="xl/workbook.xml"/></Relationships>)"},
      {"xl/workbook.xml", head + "<workbook " + main + " xmlns:r=\"r\"><workbookPr " +
                              raw.workbook_properties + "/><sheets>" + sheets + "</sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels", head + "<Relationships>" + relations + "</Relationships>"}};
  files.insert(files.end(), parts.begin(), parts.end());
  return made_zip(files);
}

}  // namespace jingwei::testing
