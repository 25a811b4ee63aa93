#include "http/reply.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "http/media.h"

namespace jingwei::http {

namespace {

constexpr std::size_t smallest_compressed_bytes = 1024;
constexpr int quick_compression = 4;

bool has_header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (same_ascii(key, name)) return true;
  }
  return false;
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto [end, fault] = std::to_chars(digits, digits + sizeof digits, number);
  static_cast<void>(fault);
  out.append(digits, end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// A line break in a value would let its sender write headers of their own.
bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool carries_no_body(int status) {
  return status == 204 || status == 304 || status < 200;
}

}  // namespace

void finish(Response& response, const ReplyTraits& traits) {
  const bool reading = traits.method == Method::get || traits.method == Method::head;
  if (reading && response.status == 200 && !traits.if_none_match.empty() &&
      matches_etag(traits.if_none_match, response.etag)) {
    response.status = 304;
    response.body.clear();
    return;
  }
  if (response.body.size() < smallest_compressed_bytes || !shrinks(response.content_type)) return;
  if (has_header(response, "Content-Encoding")) return;
  if (!has_header(response, "Vary"))
    response.headers.emplace_back("Vary", "Accept-Encoding, Accept-Language");
  if (!traits.gzip) return;
  response.body = gzip(response.body, quick_compression);
  response.headers.emplace_back("Content-Encoding", "gzip");
  // The compressed bytes are another representation, so a strong tag would lie (RFC 9110 §8.8.3).
  if (response.etag.starts_with('"')) response.etag.insert(0, "W/");
}

std::string_view reason_of(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

void serialise(std::string& out, const Response& response, const ReplyTraits& traits, std::string_view date,
               std::string_view server) {
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\nDate: ";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(response.status));
    out.append(" ").append(reason_of(response.status)).append("\r\nDate: ");
  }
  out.append(date).append("\r\n");
  if (!server.empty()) append_header(out, "Server", server);
  if (!carries_no_body(response.status)) {
    if (!response.content_type.empty() && is_clean(response.content_type)) {
      append_header(out, "Content-Type", response.content_type);
    }
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  append_header(out, "Cache-Control",
                response.cache_control.empty() ? "no-store" : std::string_view(response.cache_control));
  if (!response.etag.empty() && is_clean(response.etag)) append_header(out, "ETag", response.etag);
  for (const auto& [name, value] : response.headers) {
    if (is_clean(name) && is_clean(value)) append_header(out, name, value);
  }
  if (!traits.keep_alive) {
    out += "Connection: close\r\n";
  } else if (traits.minor_version == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "X-Content-Type-Options: nosniff\r\n\r\n";
  if (traits.method != Method::head && !carries_no_body(response.status)) out += response.body;
}

void serialise_stream_head(std::string& out, std::string_view date, std::string_view server) {
  out.append("HTTP/1.1 200 OK\r\nDate: ").append(date).append("\r\n");
  if (!server.empty()) append_header(out, "Server", server);
  out +=
      "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: "
      "close\r\n"
      "X-Content-Type-Options: nosniff\r\n\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds instant{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace jingwei::http
