#include "modules/ingest/reading/xml_elements.h"

#include <simdjson.h>

#include <charconv>

#include "base/text.h"

namespace jingwei::ingest {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;      // its tree stays in the cache
constexpr std::size_t window_bytes_most = 8 << 20;  // what one element, or all before the first, may take
constexpr unsigned parse_options = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_eol |
                                   pugi::parse_ws_pcdata_single | pugi::parse_embed_pcdata;

// Where the start tag of `name` stands, with or without a prefix; npos if nowhere.
std::size_t find_start(std::string_view text, std::string_view name, std::string& prefix) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t behind = at + name.size();
    if (behind >= text.size()) return std::string_view::npos;
    if (std::string_view(" >/\t\r\n").find(text[behind]) == std::string_view::npos) continue;
    const std::size_t open = text.rfind('<', at);
    if (open == std::string_view::npos) continue;
    const std::string_view between = text.substr(open + 1, at - open - 1);
    if (!between.empty() &&
        (between.back() != ':' || between.find_first_of(" />\"'") != std::string_view::npos))
      continue;
    prefix = between;
    return open;
  }
  return std::string_view::npos;
}

}  // namespace

Error workbook_damaged(std::string_view what) {
  return Error(ErrorCode::invalid, "ingest.workbook_damaged").because(std::string(what));
}

XmlElements::XmlElements(std::unique_ptr<ByteSource> source, std::string container, std::string element,
                         Before before)
    : source_(std::move(source)),
      container_(std::move(container)),
      element_(std::move(element)),
      before_(before) {}

Result<void> XmlElements::fill() {
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + piece_bytes > bytes_.size()) bytes_.resize(end_ + 2 * piece_bytes);
  JW_ASSIGN(const std::size_t got,
            source_->read(std::as_writable_bytes(std::span(bytes_).subspan(end_, piece_bytes))));
  end_ += got;
  ended_ = got == 0;
  return {};
}

Result<void> XmlElements::find_container() {
  // The rest of the first bytes tells UTF-16, which nobody writes but the standard allows.
  JW_TRY(fill());
  if (window().starts_with("\xFF\xFE") || window().starts_with("\xFE\xFF")) {
    const Encoding encoding = window()[0] == '\xFF' ? Encoding::utf16_le : Encoding::utf16_be;
    source_ = decode(std::move(source_), encoding, std::string(window()));
    begin_ = end_ = 0;
    ended_ = false;
  }
  for (;;) {
    if (const std::size_t open = find_start(window(), container_, prefix_); open != std::string_view::npos) {
      if (const std::size_t close = window().find('>', open); close != std::string_view::npos) {
        finished_ = window()[close - 1] == '/';
        begin_ += close + 1;
        started_ = true;
        element_end_ = "</" + prefix_ + element_ + ">";
        container_end_ = "</" + prefix_ + container_ + ">";
        return {};
      }
    }
    if (ended_) {
      finished_ = started_ = true;  // a sheet without data, a workbook without strings
      return {};
    }
    // A start tag cut by the window's end is found with the next one.
    constexpr std::size_t tag_bytes_most = 1'024;
    if (before_ == Before::any_length && window().size() > tag_bytes_most) begin_ = end_ - tag_bytes_most;
    if (end_ - begin_ > window_bytes_most) return workbook_damaged("no <" + container_ + ">");
    JW_TRY(fill());
  }
}

Result<bool> XmlElements::next_piece() {
  if (!started_) JW_TRY(find_container());
  std::size_t size = 0;
  for (;;) {
    if (finished_) return false;
    const std::string_view text = window();
    if (const std::size_t end = text.find(container_end_); end != std::string_view::npos) {
      size = end;
      finished_ = true;
      break;
    }
    if (const std::size_t last = text.rfind(element_end_); last != std::string_view::npos) {
      size = last + element_end_.size();
      break;
    }
    if (ended_) return workbook_damaged("</" + container_ + "> is missing");
    if (text.size() > window_bytes_most) return workbook_damaged("a <" + element_ + "> has no end");
    JW_TRY(fill());
  }
  char* const begin = bytes_.data() + begin_;
  begin_ += size;
  doubtful_ = !simdjson::validate_utf8(begin, size);
  if (size == 0) {
    at_ = {};
    piece_.reset();
    return true;
  }
  const auto parsed =
      piece_.load_buffer_inplace(begin, size, parse_options | pugi::parse_fragment, pugi::encoding_utf8);
  if (!parsed) return workbook_damaged(parsed.description());
  at_ = piece_.first_child();
  return true;
}

Result<pugi::xml_node> XmlElements::next() {
  for (;;) {
    while (!at_) {
      JW_ASSIGN(const bool more, next_piece());
      if (!more) return pugi::xml_node();
    }
    const pugi::xml_node node = at_;
    at_ = at_.next_sibling();
    if (local_name(node.name()) == element_) return node;
  }
}

Result<void> XmlElements::drain() {
  while (!ended_) {
    begin_ = end_;
    JW_TRY(fill());
  }
  return {};
}

Result<void> parse_xml(std::string& text, pugi::xml_document& document) {
  const auto parsed = document.load_buffer_inplace(text.data(), text.size(), parse_options);
  if (!parsed) return workbook_damaged(parsed.description());
  return {};
}

bool has_escapes(std::string_view text) {
  return text.find("_x") != std::string_view::npos;
}

std::size_t unescape_text(std::string_view text, char* to) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    // _xHHHH_ is a UTF-16 unit (ECMA-376 part 1, 22.9.2.19); half a pair is left as it stands.
    unsigned unit = 0;
    if (text.size() - at >= 7 && text[at] == '_' && text[at + 1] == 'x' && text[at + 6] == '_' &&
        std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16).ptr == text.data() + at + 6 &&
        unit != 0 && (unit < 0xD800 || unit > 0xDFFF)) {
      std::string character;
      text::append_code_point(character, unit);
      std::memcpy(to + size, character.data(), character.size());
      size += character.size();
      at += 7;
    } else {
      to[size++] = text[at++];
    }
  }
  return size;
}

void append_rich_text(const pugi::xml_node& node, std::vector<char>& text) {
  const auto append = [&](std::string_view part) {
    if (!has_escapes(part)) {
      text.insert(text.end(), part.begin(), part.end());
      return;
    }
    const std::size_t begin = text.size();
    text.resize(begin + part.size());
    text.resize(begin + unescape_text(part, text.data() + begin));
  };
  for (const auto& child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "t") append(child.child_value());
    if (name != "r") continue;
    for (const auto& run : child.children()) {
      if (local_name(run.name()) == "t") append(run.child_value());
    }
  }
}

}  // namespace jingwei::ingest
