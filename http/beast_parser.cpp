#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <optional>

#include "http/media.h"
#include "http/parser.h"

namespace jingwei::http {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using BeastText = boost::beast::string_view;

void Head::clear() {
  request.headers.clear();
  request.body = request.path = request.query = {};
  request.body_bytes = 0;
  request.caller.reset();
  host = accept = accept_encoding = accept_language = content_type = content_encoding = if_none_match =
      origin = fetch_site = {};
  content_length = 0;
  chunked = expects_continue = false;
}

namespace {

std::string_view view(BeastText text) {
  return {text.data(), text.size()};
}

Method method_of(beast::verb verb) {
  switch (verb) {
    case beast::verb::get:
      return Method::get;
    case beast::verb::head:
      return Method::head;
    case beast::verb::post:
      return Method::post;
    case beast::verb::put:
      return Method::put;
    case beast::verb::patch:
      return Method::patch;
    case beast::verb::delete_:
      return Method::del;
    case beast::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

constexpr int ok = 0;

// One message; Beast's parsers cannot be used twice, so BeastParser makes one per request in place.
class Message final : public beast::basic_parser<true> {
 public:
  explicit Message(Head& head) : head_(head) {
    header_limit(0x7fffffff);  // BeastParser hands over whole heads of bounded size
    body_limit(boost::none);
  }
  void deliver_to(std::string* out) { out_ = out; }
  int fault() const { return fault_; }

 private:
  void refuse(int status, error_code& ec) {
    fault_ = status;
    ec = beast::error::bad_field;
  }

  void on_request_impl(beast::verb verb, BeastText, BeastText target, int version, error_code&) override {
    head_.request.method = method_of(verb);
    head_.request.target = view(target);
    head_.minor_version = version - 10;
  }

  void on_field_impl(beast::field field, BeastText name, BeastText value, error_code& ec) override {
    if (out_ != nullptr) return;  // trailers are dropped
    // A folded value starts after a line break or stands outside of the input, in Beast's scratch space.
    for (const char* p = name.data() + name.size(); p != value.data(); ++p) {
      if (*p != ':' && *p != ' ' && *p != '\t')
        return refuse(400, ec);  // stops inside the head: it ends in CRLF
    }
    keep(field, view(value), ec);
    head_.request.headers.emplace_back(view(name), view(value));
  }

  void keep(beast::field field, std::string_view value, error_code& ec) {
    switch (field) {
      case beast::field::host:
        if (saw_host_) return refuse(400, ec);
        saw_host_ = true;
        head_.host = value;
        break;
      case beast::field::content_length:
        if (saw_length_ || saw_coding_) return refuse(400, ec);
        if (value.find_first_not_of("0123456789") != std::string_view::npos) return refuse(400, ec);
        saw_length_ = true;
        break;
      case beast::field::transfer_encoding:
        if (saw_length_ || saw_coding_ || head_.minor_version == 0) return refuse(400, ec);
        if (!same_ascii(value, "chunked")) return refuse(501, ec);
        saw_coding_ = true;
        break;
      case beast::field::accept:
        head_.accept = value;
        break;
      case beast::field::accept_encoding:
        head_.accept_encoding = value;
        break;
      case beast::field::accept_language:
        head_.accept_language = value;
        break;
      case beast::field::content_type:
        head_.content_type = value;
        break;
      case beast::field::content_encoding:
        head_.content_encoding = value;
        break;
      case beast::field::if_none_match:
        head_.if_none_match = value;
        break;
      case beast::field::origin:
        head_.origin = value;
        break;
      case beast::field::expect:
        head_.expects_continue = same_ascii(value, "100-continue");
        break;
      default:
        break;
    }
  }

  void on_header_impl(error_code&) override {
    head_.keep_alive = keep_alive();
    head_.chunked = chunked();
    if (const auto length = content_length()) head_.content_length = *length;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastText body, error_code&) override {
    out_->append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, BeastText, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText body, error_code&) override {
    out_->append(body.data(), body.size());
    return body.size();
  }
  void on_response_impl(int, BeastText, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  Head& head_;
  std::string* out_ = nullptr;
  int fault_ = ok;
  bool saw_host_ = false, saw_length_ = false, saw_coding_ = false;
};

class BeastParser final : public Parser {
 public:
  explicit BeastParser(ParserLimits limits) : limits_(limits) {}

  Parsed head(std::string_view bytes, Head& head, std::size_t& used) override {
    const Parsed whole = find_end(bytes);
    if (whole == Parsed::more) return check_size(bytes);
    if (whole == Parsed::failed) return fail(400);
    if (end_ > limits_.header_bytes) return fail(431);
    head.clear();
    message_.emplace(head);
    error_code ec;
    used = message_->put(boost::asio::const_buffer(bytes.data(), end_), ec);
    if (ec) return fail(status_of_fault(ec));
    if (!message_->is_header_done() || used != end_) return fail(400);
    if (head.request.target.size() > limits_.url_bytes) return fail(414);
    find_fetch_site(head);
    end_ = line_ = scanned_ = 0;
    limit_set_ = false;
    return Parsed::done;
  }

  Parsed body(std::string_view bytes, std::uint64_t limit, std::string& out, std::size_t& used) override {
    used = 0;
    message_->deliver_to(&out);
    message_->eager(true);
    if (!limit_set_) message_->body_limit(limit);
    limit_set_ = true;
    while (!message_->is_done() && used < bytes.size()) {
      error_code ec;
      const std::size_t taken =
          message_->put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), ec);
      used += taken;
      if (ec == beast::error::need_more) {
        // A chunk's head or the trailers must fit where a head must.
        return bytes.size() - used > limits_.header_bytes ? fail(431) : Parsed::more;
      }
      if (ec) return fail(ec == beast::error::body_limit ? 413 : 400);
    }
    return message_->is_done() ? Parsed::done : Parsed::more;
  }

  int fault_status() const override { return fault_; }
  void reset() override { end_ = line_ = scanned_ = 0; }

 private:
  Parsed fail(int status) {
    fault_ = status;
    end_ = line_ = scanned_ = 0;
    return Parsed::failed;
  }

  // Looks for the empty line from where the last look ended; a line not ended by CRLF fails.
  Parsed find_end(std::string_view bytes) {
    while (const auto* newline = static_cast<const char*>(
               std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_))) {
      const auto at = static_cast<std::size_t>(newline - bytes.data());
      if (at == line_ || bytes[at - 1] != '\r') return Parsed::failed;
      scanned_ = at + 1;
      if (at - 1 == line_ && line_ > 0) {
        end_ = at + 1;
        return Parsed::done;
      }
      line_ = at + 1;
    }
    scanned_ = bytes.size();
    return Parsed::more;
  }

  Parsed check_size(std::string_view bytes) {
    constexpr std::size_t method_and_version_bytes = 32;
    if (line_ == 0 && bytes.size() > limits_.url_bytes + method_and_version_bytes) return fail(414);
    if (bytes.size() >= limits_.header_bytes) return fail(431);
    return Parsed::more;
  }

  int status_of_fault(error_code ec) const {
    if (message_->fault() != ok) return message_->fault();
    return ec == beast::error::bad_version ? 505 : 400;
  }

  static void find_fetch_site(Head& head) {
    if (head.origin.empty() && head.request.method <= Method::head) return;
    head.fetch_site = head.request.header("Sec-Fetch-Site");
  }

  ParserLimits limits_;
  std::optional<Message> message_;
  std::size_t scanned_ = 0, line_ = 0, end_ = 0;
  int fault_ = ok;
  bool limit_set_ = false;
};

}  // namespace

std::unique_ptr<Parser> make_parser(ParserLimits limits) {
  return std::make_unique<BeastParser>(limits);
}

}  // namespace jingwei::http
