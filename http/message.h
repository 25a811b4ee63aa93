// Requests and responses as handlers see them. No Beast here: the parser stands behind http/parser.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/messages.h"
#include "base/result.h"

namespace jingwei::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
std::string_view name_of(Method method);

// One request. Views point into the connection's buffer; inline handlers use them in place, for pool handlers
// the server copies first.
struct Request {
  Method method = Method::get;
  std::string_view target;                                             // as sent
  std::string_view path;                                               // decoded
  std::string_view query;                                              // raw, without '?'
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // names as sent; look up with header()
  std::string_view body;                                               // whole body of buffered routes
  std::string spool_path;  // file that holds the body of `body: stream` routes; removed after the answer
                           // unless moved away
  std::uint64_t body_bytes = 0;
  std::string_view
      remote;  // client address without port; empty on the local socket, which only the folder's owner opens
  Language language = Language::zh;
  std::shared_ptr<const access::Caller>
      caller;  // who asks; null where nobody has to be known (Options::authorise)

  // Case-insensitive; empty when absent.
  std::string_view header(std::string_view name) const;
  // How the audit log names who asks: "account:17"; "local" where nobody had to say.
  std::string actor() const { return caller ? caller->actor() : std::string("local"); }
  // The same where a command of this machine may name the person it acts for: only there is what is said
  // believed.
  std::string actor(std::string_view said) const {
    return (caller && !caller->is_local()) || said.empty() ? actor() : std::string(said);
  }
  // What personal data are asked for: the Jingwei-Purpose header; empty when none is named.
  std::string_view purpose() const { return header("Jingwei-Purpose"); }
};

// The value of a cookie of the request; empty when it is absent.
std::string_view cookie_of(const Request& request, std::string_view name);

// Whom and what an answer tells of: goes into the audit log and never to the client. Empty where there is
// nothing to say beyond the request.
struct Disclosure {
  std::string subject;  // a pseudonym (storage/pseudonym.h)
  std::string region;   // code
  std::string resource;
  std::string purpose;
  std::vector<std::string> persons;  // pseudonyms of all whose personal data it opens, where they are not one
};

// One answer. `headers` holds extra ones only; the server adds Date, Content-Length, Content-Type, ETag, Vary
// and encoding.
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string etag;           // with quotes; the server answers 304 to a matching If-None-Match
  std::string cache_control;  // "no-store" when empty
  std::vector<std::pair<std::string, std::string>> headers;
  Disclosure disclosed;

  static Response json(std::string body, int status = 200);
  static Response text(std::string body, std::string content_type, int status = 200);
  static Response no_content();
};

// RFC 9457: {"type","title","status","detail","code","errors":[{"field","code","detail"}]} in the request's
// language.
Response problem(const Error& error, Language language);

// The only table from error code to status.
int status_of(ErrorCode code);

// Where an answer goes. Destroyed without send() it answers 500.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void send(Response response) = 0;  // once, from any thread
};

// Answers one request later and from any thread; answering twice is our bug. Dropped without an answer it
// sends 500.
class Responder {
 public:
  Responder() = default;
  explicit Responder(std::shared_ptr<ReplySink> sink) : sink_(std::move(sink)) {}
  // For tests and adapters.
  explicit Responder(std::function<void(Response)> send) : sink_(std::make_shared<Call>(std::move(send))) {}
  void operator()(Response response) {
    auto sink = std::exchange(sink_, nullptr);
    JW_ASSERT(sink);
    sink->send(std::move(response));
  }

 private:
  struct Call final : ReplySink {
    explicit Call(std::function<void(Response)> f) : function(std::move(f)) {}
    void send(Response response) override { function(std::move(response)); }
    std::function<void(Response)> function;
  };
  std::shared_ptr<ReplySink> sink_;
};

// A server-sent event stream held by its producer; thread-safe.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Queues one event; false once the client is gone or fell behind limits::event_stream_backlog_bytes (the
  // stream is closed then).
  virtual bool send(std::string_view event, std::string_view data, std::string_view id = {}) = 0;
  virtual bool open() const = 0;
  // Ends the stream after what was queued; so does dropping the last reference.
  virtual void close() = 0;
  // Answers with `response` (such as a problem) in place of a stream; only before the first send() and inside
  // handle_stream.
  virtual void refuse(Response response) {
    static_cast<void>(response);
    close();
  }
};

}  // namespace jingwei::http
