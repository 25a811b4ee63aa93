#include "http/media.h"

#include <zlib.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/result.h"

namespace jingwei::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Calls `visit(item, weight)` for each element of a comma list until it returns true.
template <typename Visit>
bool any_item(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view item = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (item.empty()) continue;
    double weight = 1;
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    if (const std::size_t q = item.find("q=", semicolon); q != std::string_view::npos) {
      std::from_chars(item.data() + q + 2, item.data() + item.size(), weight);
    }
    if (visit(trimmed(item.substr(0, semicolon)), weight)) return true;
  }
  return false;
}

bool covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == "*") return true;
  if (range.ends_with("/*")) {
    const std::string_view family = range.substr(0, range.size() - 1);
    return type.size() > family.size() && same_ascii(type.substr(0, family.size()), family);
  }
  return same_ascii(range, type);
}

}  // namespace

bool same_ascii(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i] && lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view media_type_of(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

bool is_one_of(std::string_view content_type, const std::vector<std::string>& accepted) {
  const std::string_view type = media_type_of(content_type);
  for (const std::string& one : accepted) {
    if (covers(one, type)) return true;
  }
  return false;
}

bool accepts_one_of(std::string_view accept, const std::vector<std::string>& produced) {
  if (accept.empty() || accept == "*/*" || produced.empty()) return true;
  return any_item(accept, [&](std::string_view range, double weight) {
    if (weight <= 0) return false;
    for (const std::string& type : produced) {
      if (covers(range, media_type_of(type))) return true;
    }
    return false;
  });
}

bool accepts_gzip(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return false;
  return any_item(accept_encoding, [](std::string_view coding, double weight) {
    return weight > 0 && same_ascii(coding, "gzip");
  });
}

bool shrinks(std::string_view content_type) {
  const std::string_view type = media_type_of(content_type);
  if (type == "text/event-stream") return false;
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
         type.ends_with("javascript") || type == "application/x-ndjson" || type == "application/yaml" ||
         type == "application/wasm" || type == "application/manifest+json" || type == "font/ttf";
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match.empty() || etag.empty()) return false;
  const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  return any_item(if_none_match,
                  [&](std::string_view tag, double) { return tag == "*" || opaque(tag) == opaque(etag); });
}

std::string_view media_type_of_file(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> types{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".geojson", "application/geo+json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".gif", "image/gif"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".md", "text/markdown; charset=utf-8"},
      {".csv", "text/csv; charset=utf-8"},
  }};
  for (const auto& [ending, type] : types) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

namespace {

// A deflate state costs 256 KB to set up, so each thread keeps one per level in use.
struct Deflater {
  z_stream stream{};
  int level = -1;
  ~Deflater() {
    if (level >= 0) deflateEnd(&stream);
  }
  void prepare(int wanted) {
    if (level == wanted) {
      JW_ASSERT(deflateReset(&stream) == Z_OK);
      return;
    }
    if (level >= 0) deflateEnd(&stream);
    stream = {};
    constexpr int gzip_window_bits = 15 + 16;
    JW_ASSERT(deflateInit2(&stream, wanted, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    level = wanted;
  }
};

}  // namespace

std::string gzip(std::string_view plain, int level) {
  thread_local Deflater deflater;
  deflater.prepare(level);
  z_stream& stream = deflater.stream;
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  JW_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  return packed;
}

}  // namespace jingwei::http
