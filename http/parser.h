// The seam between bytes and requests. Today Beast's basic_parser stands behind it (beast_parser.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace jingwei::http {

// What stands before the body. Views point into the bytes given to Parser::head. Reused from request to
// request, so that a connection in its stride allocates nothing.
struct Head {
  Request request;  // method, target and headers; the rest is the connection's work
  std::string_view host, accept, accept_encoding, accept_language, content_type, content_encoding,
      if_none_match, origin, fetch_site;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  int minor_version = 1;  // of HTTP/1.x

  bool has_body() const { return chunked || content_length > 0; }
  void clear();
};

enum class Parsed : std::uint8_t { more, done, failed };

// Reads one request after another of a connection. Strict where request smuggling begins (RFC 9112 §11.2): a
// second Content-Length, Content-Length beside Transfer-Encoding, any coding but chunked, folded lines, bare
// LF and a second Host fail. Not thread-safe.
class Parser {
 public:
  virtual ~Parser() = default;

  // `bytes` start at the first byte of a request and hold all of it that came so far; they must stay put
  // while `head` is used. done: the head is whole, `used` bytes long. more: call again with more bytes.
  // failed: fault_status() tells.
  virtual Parsed head(std::string_view bytes, Head& head, std::size_t& used) = 0;

  // After a head with a body. Appends decoded bytes of at most `limit` in total to `out`, sets `used`.
  virtual Parsed body(std::string_view bytes, std::uint64_t limit, std::string& out, std::size_t& used) = 0;

  // 400, 413, 414, 431, 501 or 505; valid after failed.
  virtual int fault_status() const = 0;

  // Forgets the request at hand; the next head() starts afresh.
  virtual void reset() = 0;
};

struct ParserLimits {
  std::size_t header_bytes;
  std::size_t url_bytes;
};

std::unique_ptr<Parser> make_parser(ParserLimits limits);

}  // namespace jingwei::http
