#include "sim/writer.h"

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

namespace jingwei::sim {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

}  // namespace

std::string_view name_of(Encoding encoding) {
  return encoding == Encoding::gb18030 ? "gb18030" : encoding == Encoding::utf8_bom ? "utf-8-bom" : "utf-8";
}

std::string to_gb18030(std::string_view text) {
  UErrorCode fault = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open("gb18030", &fault));
  JW_ASSERT(U_SUCCESS(fault));
  std::u16string wide(text.size(), u'\0');  // UTF-16 never needs more units than UTF-8 needs bytes
  std::int32_t units = 0;
  u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &units, text.data(),
                static_cast<std::int32_t>(text.size()), &fault);
  JW_ASSERT(U_SUCCESS(fault));
  std::string out(static_cast<std::size_t>(units) * 4, '\0');
  const std::int32_t bytes = ucnv_fromUChars(
      converter.get(), out.data(), static_cast<std::int32_t>(out.size()), wide.data(), units, &fault);
  JW_ASSERT(U_SUCCESS(fault));
  out.resize(static_cast<std::size_t>(bytes));
  return out;
}

Result<std::unique_ptr<OutFile>> OutFile::create(FileSystem& files, const std::string& path,
                                                 Encoding encoding) {
  JW_ASSIGN(const bool there, files.exists(path));
  if (there) JW_TRY(files.remove(path));
  JW_ASSIGN(auto file, files.open(path, OpenMode::create));
  std::unique_ptr<OutFile> made(new OutFile(std::move(file), encoding));
  if (encoding == Encoding::utf8_bom) made->buffer_ = "\xEF\xBB\xBF";
  return made;
}

void OutFile::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= piece_bytes) flush();
}

void OutFile::flush() {
  if (!fault_.ok() || buffer_.empty()) return;
  if (encoding_ == Encoding::gb18030) buffer_ = to_gb18030(buffer_);
  fault_ = file_->write(offset_, std::as_bytes(std::span(buffer_.data(), buffer_.size())));
  offset_ += buffer_.size();
  buffer_.clear();
}

Result<void> OutFile::close() {
  flush();
  return fault_;
}

void append_csv_field(std::string& out, std::string_view field, char delimiter) {
  if (field.find_first_of("\"\r\n") == std::string_view::npos &&
      field.find(delimiter) == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

bool is_json_number(std::string_view text) {
  std::size_t i = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t first = i;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
  if (i == first || (text[first] == '0' && i - first > 1)) return false;
  if (i == text.size()) return true;
  if (text[i] != '.' || i + 1 == text.size()) return false;
  while (++i < text.size()) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

}  // namespace jingwei::sim
