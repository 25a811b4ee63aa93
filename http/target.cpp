#include "http/target.h"

#include "base/text.h"

namespace jingwei::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool append_decoded(std::string_view raw, std::string& out) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      out += raw[i];
      continue;
    }
    if (i + 2 >= raw.size()) return false;
    const int high = hex_digit(raw[i + 1]), low = hex_digit(raw[i + 2]);
    if (high < 0 || low < 0) return false;
    const int byte = high * 16 + low;
    if (byte < 0x20 || byte == 0x7f) return false;
    out += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

bool is_dots(std::string_view segment) {
  return segment == "." || segment == "..";
}

bool split_plain(std::string_view raw_path, std::vector<std::string_view>& segments) {
  std::size_t from = 1;
  while (true) {
    const std::size_t slash = raw_path.find('/', from);
    const std::string_view segment =
        raw_path.substr(from, slash == std::string_view::npos ? slash : slash - from);
    if (is_dots(segment)) return false;
    segments.push_back(segment);
    if (slash == std::string_view::npos) return true;
    from = slash + 1;
  }
}

bool is_plain(std::string_view raw_path) {
  for (const char c : raw_path) {
    if (c == '%' || static_cast<unsigned char>(c) >= 0x7f || static_cast<unsigned char>(c) < 0x20)
      return false;
  }
  return true;
}

}  // namespace

Target cut_target(std::string_view target) {
  if (!target.starts_with('/')) {
    if (const std::size_t scheme = target.find("://"); scheme != std::string_view::npos && scheme < 6) {
      const std::size_t path = target.find_first_of("/?", scheme + 3);
      target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return {target, {}};
  return {target.substr(0, question), target.substr(question + 1)};
}

bool split_path(std::string_view raw_path, std::string& scratch, std::vector<std::string_view>& segments,
                std::string_view& path) {
  segments.clear();
  if (!raw_path.starts_with('/')) return false;
  if (is_plain(raw_path)) {
    path = raw_path;
    return split_plain(raw_path, segments);
  }
  scratch.clear();
  scratch.reserve(raw_path.size());  // decoding never grows, so views into it stay valid
  for (std::size_t from = 1;;) {
    const std::size_t slash = std::min(raw_path.find('/', from), raw_path.size());
    scratch += '/';
    const std::size_t start = scratch.size();
    if (!append_decoded(raw_path.substr(from, slash - from), scratch)) return false;
    segments.push_back(std::string_view(scratch).substr(start));
    if (is_dots(segments.back())) return false;
    if (slash == raw_path.size()) break;
    from = slash + 1;
  }
  path = scratch;
  return text::is_utf8(path);
}

}  // namespace jingwei::http
