// Elements of one kind cut out of a large XML stream, a few at a time, so that a sheet of a million rows
// needs no tree of a million rows.
#pragma once

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <vector>

#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

// invalid "ingest.workbook_damaged", with what is wrong in English for the log.
Error workbook_damaged(std::string_view what);

// Gives every `element` directly inside the first `container` ("row" in "sheetData"), whatever prefix the
// names have. Document types and entities of their own are never expanded. Not thread-safe.
class XmlElements {
 public:
  // How much may stand before the container: a few parts of a sheet, or a whole sheet.
  enum class Before : std::uint8_t { little, any_length };
  XmlElements(std::unique_ptr<ByteSource> source, std::string container, std::string element,
              Before before = Before::little);

  // The next element; none at the end. It and its texts stay until the next call. Errors: invalid
  // ("ingest.workbook_damaged"), those of the source.
  Result<pugi::xml_node> next();
  // Reads on to the end of the stream, where a zip tells whether its bytes are whole.
  Result<void> drain();
  // Some text of the present piece is not UTF-8: texts are looked at one by one.
  bool doubtful() const { return doubtful_; }

 private:
  Result<void> find_container();
  Result<bool> next_piece();
  Result<void> fill();
  std::string_view window() const { return {bytes_.data() + begin_, end_ - begin_}; }

  std::unique_ptr<ByteSource> source_;
  std::string container_, element_;
  Before before_;
  std::string prefix_, element_end_, container_end_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0, end_ = 0;
  bool ended_ = false;     // nothing comes behind the window
  bool started_ = false;   // inside the container
  bool finished_ = false;  // behind it
  bool doubtful_ = false;
  pugi::xml_document piece_;
  pugi::xml_node at_;
};

// The name without its prefix.
inline std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const std::size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// A small part of a workbook as a tree. Errors: invalid ("ingest.workbook_damaged").
Result<void> parse_xml(std::string& text, pugi::xml_document& document);

// The text of an <si> or <is>: its runs joined, readings for Japanese left out, _x000D_ and its like decoded.
// Appended to `text`.
void append_rich_text(const pugi::xml_node& node, std::vector<char>& text);
// Whether `text` may hold escapes like _x000D_, and the text without them, written to `to` (at most as long).
bool has_escapes(std::string_view text);
std::size_t unescape_text(std::string_view text, char* to);

}  // namespace jingwei::ingest
