// Header values that choose between representations: media types, encodings, entity tags (RFC 9110 §8, §12,
// §13).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jingwei::http {

// ASCII letters compared without case.
bool same_ascii(std::string_view left, std::string_view right);
std::string_view trimmed(std::string_view text);

// "text/csv; charset=utf-8" → "text/csv".
std::string_view media_type_of(std::string_view content_type);
// Whether a Content-Type is one of `accepted` ("text/*" and "*/*" are understood).
bool is_one_of(std::string_view content_type, const std::vector<std::string>& accepted);
// Whether an Accept header takes one of `produced`; an absent header and an empty list take everything.
bool accepts_one_of(std::string_view accept, const std::vector<std::string>& produced);
// Whether Accept-Encoding allows gzip with a weight above zero.
bool accepts_gzip(std::string_view accept_encoding);
// Whether bodies of this type shrink: text, JSON, XML, scripts, SVG; never event streams.
bool shrinks(std::string_view content_type);
// If-None-Match against an entity tag by weak comparison.
bool matches_etag(std::string_view if_none_match, std::string_view etag);
// Media type by file name; "application/octet-stream" for unknown endings.
std::string_view media_type_of_file(std::string_view name);

// gzip with zlib's `level`; keeps one deflate state per thread.
std::string gzip(std::string_view plain, int level);

}  // namespace jingwei::http
